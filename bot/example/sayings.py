"""How a village head says what she did: times, numbers and sentences in her own manner."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

_DIGITS = "零一二三四五六七八九"
_WEEKDAYS = "一二三四五六日"
_PARTS = {"上午": 9, "下午": 15, "晚上": 19}


@dataclass(frozen=True, slots=True)
class Manner:
    """What is constant in one person's way of writing."""

    greeting: str
    comma: str
    counts_in_words: bool
    #: reports a month, beside the average of 1.0
    diligence: float
    #: share of reports that come in weeks after the event
    lateness: float


def draw_manner(rng: random.Random) -> Manner:
    """A manner for one person."""
    return Manner(
        greeting=rng.choice(("", "", "", "", "主席好，", "汇报一下，", "领导好，")),
        comma=rng.choice(("，", "，", "，", "，", " ", "")),
        counts_in_words=rng.random() < 0.25,
        diligence=rng.choice((0.4, 0.7, 0.9, 1.0, 1.0, 1.1, 1.3, 1.6)),
        lateness=rng.choice((0.0, 0.02, 0.05, 0.05, 0.3)),
    )


def in_words(n: int) -> str:
    """A count from 0 to 999 as it is spoken: 36 → 三十六, 12 → 十二, 105 → 一百零五."""
    if not 0 <= n <= 999:
        raise ValueError(n)
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    if not hundreds:
        if not tens:
            return _DIGITS[ones]
        return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
    text = _DIGITS[hundreds] + "百"
    if tens:
        return text + _DIGITS[tens] + "十" + (_DIGITS[ones] if ones else "")
    return text + ("零" + _DIGITS[ones] if ones else "")


def count(manner: Manner, n: int) -> str:
    """A count as this person writes it."""
    if manner.counts_in_words:
        return "两" if n == 2 else in_words(n)
    return str(n)


def draw_part(rng: random.Random, *, evening: bool) -> str:
    """上午, 下午 or, for those who meet after work, 晚上."""
    return rng.choice(("上午", "上午", "下午", "下午", "晚上") if evening else ("上午", "上午", "下午"))


def hour_of(part: str) -> int:
    """A usual beginning hour of that part of the day."""
    return _PARTS[part]


def when(rng: random.Random, event_on: date, said_on: date, part: str) -> str:
    """The day of the event as one says it on `said_on`: 昨天下午, 上周三上午, 20号下午, 3月8号."""
    days = (said_on - event_on).days
    if days == 0:
        return rng.choice((f"今天{part}", "今天")) if part != "晚上" else "今晚"
    if days == 1:
        return "昨晚" if part == "晚上" else f"昨天{part}"
    if days == 2:
        return f"前天{part}"
    weekday = _WEEKDAYS[event_on.weekday()]
    weeks = said_on.isocalendar()[:2], event_on.isocalendar()[:2]
    monday_gap = (said_on.toordinal() - said_on.weekday()) - (event_on.toordinal() - event_on.weekday())
    if days <= 6 and weeks[0] == weeks[1] and rng.random() < 0.4:
        return f"这周{weekday}{part}"
    if monday_gap == 7 and rng.random() < 0.4:
        return f"上周{weekday}{part}"
    if (event_on.year, event_on.month) == (said_on.year, said_on.month) and rng.random() < 0.5:
        return f"{event_on.day}号{part}"
    return f"{event_on.month}月{event_on.day}{rng.choice(('号', '日'))}{part}"


def fill(pattern: str, parts: dict[str, str], manner: Manner) -> str:
    """The sentence with its blanks filled; a clause with an empty blank is left out."""
    clauses = []
    for clause in pattern.split("，"):
        blanks = [name for name in parts if f"【{name}】" in clause]
        if any(not parts[name] for name in blanks):
            continue
        for name in blanks:
            clause = clause.replace(f"【{name}】", parts[name])
        clauses.append(clause)
    return manner.greeting + manner.comma.join(clauses)
