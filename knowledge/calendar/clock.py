"""Clock times: 三点半, 14:30, 差一刻八点, 九点到十一点, read with the part of the day before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from knowledge.beginnings import first_letters
from knowledge.calendar import grammar as g

CONNECT_HEADS: Final = first_letters(g.CONNECT.pattern, g.UNTIL_NOW.pattern)
CLOCK_HEADS: Final = first_letters(g.CLOCK.pattern)
#: 一点 with nothing before it is mostly "a bit"
_AT_ONE: Final = re.compile(r"[开到散在准出集前钟之]|以前")
_NO_CLOCK_AFTER: Final = frozenset({"有", "快", "早", "晚", "多", "大", "小", "好", "差", "点", "给"})


@dataclass(slots=True)
class Clock:
    """An hour and minute read, and where their text ends."""

    hour: int
    minute: int
    end: int
    exact: bool  # written 24-hour style or with a leading zero


def clock_at(text: str, i: int, part_word: str, bare: bool) -> Clock | None:
    """A clock time at `i`; `bare` if neither a day nor a part of the day stands before it."""
    m = g.CLOCK.match(text, i) if text[i : i + 1] in CLOCK_HEADS else None
    if m is None:
        return None
    after = text[m.end() : m.end() + 4]
    if m["h"]:
        hour, minute = int(m["h"]), int(m["mi"])
        exact = len(m["h"]) == 2 or hour > 12
    elif m["lh"]:
        word = m["lack"].rstrip("钟").rstrip("分")
        lack = 15 if "刻" in word else g.small_number(word)
        hour, minute, exact = g.small_number(m["lh"]) - 1, 60 - lack, False
    else:
        word = m["h2"]
        hour = g.small_number(word)
        exact = m["pt"] == "时" or hour > 12
        minute = 30 if m["half"] else 0
        if m["quarter"]:
            minute = 15 * (3 if m["quarter"] in "三3" else 1)
        elif m["m2"]:
            minute = g.small_number(m["m2"])
        plain = m.end() - m.end("pt") == 0
        if bare and plain:
            if m["pt"] == "时" and not word.isascii():
                return None
            until = g.CONNECT.match(text, m.end())
            sure = until and g.CLOCK.match(text, until.end())
            before = text[i - 1 : i]
            if not word.isascii() and word in ("一", "两", "二", "三", "四") and not sure and (before or after):
                if not _AT_ONE.match(after) or before in _NO_CLOCK_AFTER:
                    return None
            if g.POINTS_AT_ISSUE.match(after):
                return None
            if before and before in "第每":
                return None
        elif plain and g.POINTS_AT_ISSUE.match(after) and not after.startswith(("都", "也", "不")):
            return None
    if bare and i and (text[i - 1].isascii() and text[i - 1].isalnum()):
        return None
    if hour > 24 or minute > 59:
        return None
    hour = _of_part(hour, part_word, exact)
    return Clock(hour, minute, m.end(), exact)


def _of_part(hour: int, part_word: str, exact: bool) -> int:
    part = g.PART_WORDS.get(part_word) or g.PART_SHORT.get(part_word)
    if part_word in g.NIGHTFALL:
        return hour % 12 if hour == 12 or part_word in ("凌晨", "后半夜") else hour + 12 if 8 <= hour < 12 else hour
    if part == "下午":
        return hour + 12 if hour < 12 else hour
    if part == "晚上":
        return hour + 12 if 5 <= hour < 12 else 24 if hour == 12 else hour
    if part == "中午":
        return hour + 12 if hour in (1, 2, 3) else hour
    if part is None and not exact and 1 <= hour <= 5:
        return hour + 12
    return hour


def clocks_at(text: str, i: int, part_word: str, bare: bool) -> tuple[int, str | None, str | None, int]:
    """(end, clock, clock_end, days over midnight) of a clock time or a span of them at `i`."""
    first = clock_at(text, i, part_word, bare)
    if first is None:
        return i, None, None, 0
    over, hour = divmod(first.hour, 24) if first.hour >= 24 else (0, first.hour)
    clock = f"{hour:02}:{first.minute:02}"
    m = g.CONNECT.match(text, first.end) if text[first.end : first.end + 1] in CONNECT_HEADS else None
    if m:
        j = m.end()
        between = g.AFTER_DAY_PART.match(text, j)
        word = between["p"] if between else ("下午" if m[0].strip().startswith("下午") else part_word)
        second = clock_at(text, between.end() if between else j, word, False)
        if second:
            end_hour = second.hour
            if end_hour * 60 + second.minute <= hour * 60 + first.minute and end_hour < 12:
                end_hour += 12
            return second.end, clock, f"{end_hour % 24:02}:{second.minute:02}", over
    return first.end, clock, None, over
