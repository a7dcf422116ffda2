"""Reads when somebody wants to be reminded, of what, and tells the next time of a recurrence. Pure."""

from __future__ import annotations

import calendar as days
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from knowledge.calendar import TimeExpression, find_times, occurrences
from knowledge.numerals import parse_number

#: Hours for parts of the day, when no clock time was said.
MORNING, FORENOON, NOON, AFTERNOON, EVENING = time(8), time(9), time(12), time(15), time(19)
#: Nobody is reminded of what lies farther ahead.
FARTHEST = timedelta(days=3 * 366)

Problem = Literal["", "past", "impossible", "too_often", "too_far"]

WANTED = re.compile(
    r"(?:请|麻烦|帮忙|劳烦)?(?:你)?(?:帮我|给我|替我)?(?:设(?:置|个|一个)?(?:定时)?提醒|定个(?:闹钟|提醒)|记得提醒|到时候?提醒|提醒)(?:一下|一声|下)?(?:我|俺|咱)?(?:一下|一声|一句)?"
    r"|(?:到时候?|记得)?(?:叫|喊)(?:我|俺)一[声下]|(?:到时候?|记得)(?:叫|喊|告诉)(?:我|俺)"
)
#: Somebody asks to be reminded, in her own words.
ASKS = re.compile(
    r"提醒(?:一下|一声|下)?(?:我|俺|咱)|(?:设(?:置|个|一个)?(?:定时)?|定个|加个)(?:提醒|闹钟)|(?:到时候?|记得)(?:叫|喊)(?:我|俺)|[后点]叫我一[声下]|(?:帮我|给我|替我)(?:记着?|提醒)"
)
_RELATIVE = re.compile(
    r"(?:再?过)?(?P<n>[\d.]+|[零一二两三四五六七八九十百]+|半)?(?P<ge>个)?(?P<half>半)?(?P<u>小时|钟头|分钟|刻钟)(?P<half2>半)?(?:之?后|以后|过后)?"
)
_DAY_OF_MONTH = re.compile(
    r"(?P<m>\d{1,2}|[一二三四五六七八九十]{1,3})月(?:份)?(?:的)?(?P<d>\d{1,3}|[一二三四五六七八九十廿卅]{1,3})[日号]"
)
_LUNAR = re.compile(r"农历|阴历|旧历|腊月|正月|冬月")
_HOUR = re.compile(r"(?<!\d)(?P<h>\d{1,2})\s*(?:点|时|[:：])")
_AHEAD = re.compile(r"提前(?P<n>\d+|[一二两三四五六七八九十])\s*(?:个)?(?P<u>天|日|周|星期|小时)")


@dataclass(frozen=True, slots=True)
class Wish:
    """When and what. `at` is local time without a zone, None if no time was said; `rule_text` is the recurrence as said."""

    what: str
    at: datetime | None = None
    recurrence: str = ""
    rule_text: str = ""
    clock: time = FORENOON
    problem: Problem = ""
    said: str = ""


def read(text: str, now: datetime) -> Wish:
    """What she wishes; `problem` says why it cannot be."""
    wish = _when(text, now)
    return replace(wish, what=what_of(text, wish.said))


def what_of(text: str, *said: str) -> str:
    """What is left when the time and the asking are taken away."""
    rest = WANTED.sub("，", text)
    for part in said:
        if part:
            rest = rest.replace(part, "，", 1)
    rest = _AHEAD.sub("", rest)
    parts = [p for p in re.split(r"[，,。；;！!\s]+", rest) if p]
    parts = [
        re.sub(
            r"^(?:请你?|麻烦你?|帮我|记得|到时候?|一下|我|要|去(?=交|报|开|办)|的时候|时|在|于|前|之前|再)+(?=.{2})",
            "",
            p,
        )
        for p in parts
    ]
    parts = [
        p
        for p in parts
        if p
        not in (
            "请",
            "麻烦",
            "麻烦你",
            "请你",
            "你",
            "帮我",
            "我",
            "一下",
            "吧",
            "好吗",
            "好",
            "哈",
            "谢谢",
            "前",
            "之前",
            "再",
            "到时",
            "到时候",
            "时候",
            "定时",
        )
    ]
    return re.sub(r"(?:吧|哈|啊|好吗|谢谢|行吗|可以吗)$", "", "，".join(parts))[:100]


def _when(text: str, now: datetime) -> Wish:
    impossible = _impossible(text)
    if impossible:
        return Wish("", problem="impossible", said=impossible)
    relative = _relative(text, now)
    if relative is not None:
        return relative
    found = find_times(_AHEAD.sub("", text), now, "plan")
    if not found:
        return Wish("")
    rule = next((t for t in found if t.rrule), None)
    if rule is not None:
        return _recurring(rule, found, now)
    dated = next((t for t in found if t.day_given), found[0])
    return _once(dated, found, text, now)


def _impossible(text: str) -> str:
    """A day or an hour that does not exist, as it was said."""
    if _LUNAR.search(text) is None:
        for match in _DAY_OF_MONTH.finditer(text):
            month, day = _small(match["m"]), _small(match["d"])
            if not 1 <= month <= 12 or not 1 <= day <= days.monthrange(2024, month)[1]:
                return match[0]
    hour = _HOUR.search(text)
    return hour[0] if hour and int(hour["h"]) > 24 else ""


def _small(word: str) -> int:
    number = parse_number(word.replace("廿", "二十").replace("卅", "三十"))
    return int(number.low) if number is not None else 0


def _relative(text: str, now: datetime) -> Wish | None:
    """「半小时后」「过两个半小时」「十分钟后」."""
    for match in _RELATIVE.finditer(text):
        after = text[match.start() : match.end()]
        if not re.search(r"后$|^再?过", after) and not re.match(r"(?:再)?提醒|叫|喊", text[match.end() :]):
            continue
        amount = 0.5 if match["n"] == "半" else float(_small(match["n"])) if match["n"] else 0.0
        amount = float(match["n"]) if match["n"] and re.fullmatch(r"[\d.]+", match["n"]) else amount
        amount += 0.5 if match["half"] or match["half2"] else 0.0
        if not amount:
            continue
        minutes = amount * {"小时": 60, "钟头": 60, "分钟": 1, "刻钟": 15}[match["u"]]
        at = now + timedelta(minutes=minutes)
        return Wish(
            "",
            at=at.replace(second=0, microsecond=0) + timedelta(minutes=bool(at.second)),
            said=match[0],
            clock=at.time(),
        )
    return None


def _clock(expression: TimeExpression, others: list[TimeExpression]) -> time | None:
    for one in [expression, *others]:
        if one.clock:
            hour, minute = map(int, one.clock.split(":"))
            return time(hour % 24, minute)
    for one in [expression, *others]:
        if "早" in one.text:
            return MORNING
        if one.part:
            return {"上午": FORENOON, "中午": NOON, "下午": AFTERNOON, "晚上": EVENING}.get(one.part)
    return None


def _recurring(rule: TimeExpression, found: list[TimeExpression], now: datetime) -> Wish:
    assert rule.rrule is not None
    if "HOURLY" in rule.rrule:
        return Wish("", problem="too_often", said=rule.text)
    clock = _clock(rule, found) or FORENOON
    at = next_after(rule.rrule, clock, now, now.date())
    return Wish("", at=at, recurrence=rule.rrule, rule_text=_without_clock(rule.text), clock=clock, said=rule.text)


def _without_clock(text: str) -> str:
    return (
        re.sub(
            r"(?:的)?(?:早上|早晨|上午|中午|下午|傍晚|晚上|凌晨)?[\d一二三四五六七八九十两]+(?:点|时|[:：])[\d半一二三四五六七八九十刻分整]*.*$",
            "",
            text,
        )
        or text
    )


def _once(dated: TimeExpression, found: list[TimeExpression], text: str, now: datetime) -> Wish:
    said = (
        text[min(t.start for t in found) : max(t.end for t in found)] if len(found) > 1 and _near(found) else dated.text
    )
    clock = _clock(dated, found)
    day = _day(dated, now)
    if day is None:
        return Wish("", said=said)
    ahead = _AHEAD.search(text)
    if ahead:
        amount = _small(ahead["n"])
        if ahead["u"] == "小时":
            at = datetime.combine(day, clock or FORENOON) - timedelta(hours=amount)
            return _checked(Wish("", at=at, clock=at.time(), said=said), now)
        day -= timedelta(days=amount * (7 if ahead["u"] in ("周", "星期") else 1))
    if clock is None and day == now.date():
        at = (now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        at = max(at, datetime.combine(day, FORENOON)) if at.date() == day else datetime.combine(day, time(23, 59))
        return _checked(Wish("", at=at, clock=at.time(), said=said), now)
    at = datetime.combine(day, clock or FORENOON)
    if at <= now and not dated.day_given:  # 五点, said at six: tomorrow's
        at += timedelta(days=1)
    return _checked(Wish("", at=at, clock=at.time(), said=said), now)


def _near(found: list[TimeExpression]) -> bool:
    """Whether day and clock were said side by side."""
    return all(b.start - a.end <= 1 for a, b in pairwise(found))


def _day(dated: TimeExpression, now: datetime) -> date | None:
    first, last = dated.first, dated.last
    if dated.before and last is not None:
        return max(last - timedelta(days=1), min(last, now.date()))
    if last is not None and re.search(r"[底末]", dated.text) and "周" not in dated.text:
        return last
    if first is not None and last is not None and first <= now.date() <= last:
        return now.date()
    return first or last


def _checked(wish: Wish, now: datetime) -> Wish:
    assert wish.at is not None
    if wish.at <= now:
        return replace(wish, problem="past")
    return replace(wish, problem="too_far") if wish.at - now > FARTHEST else wish


def next_after(rule: str, clock: time, after: datetime, since: date) -> datetime | None:
    """The next time of a recurrence after a local time; `since` anchors intervals (every other week)."""
    anchor = since if "INTERVAL" in rule else None
    for reach in (40, 400, 1200):
        for day in occurrences(rule, after.date(), after.date() + timedelta(days=reach), anchor):
            at = datetime.combine(day, clock)
            if at > after:
                return at
    return None


def put_off(text: str, now: datetime, was: datetime) -> Wish:
    """To when she puts it off: 「明天」 keeps the hour, nothing said means an hour, 「半小时」 as said."""
    if not text:
        return Wish("", at=(now + timedelta(hours=1)).replace(second=0, microsecond=0))
    relative = _relative(text + "后", now)
    if relative is not None:
        return relative
    wish = _when(text, now)
    expressions = find_times(text, now, "plan")
    if wish.at is not None and not wish.problem and expressions and _clock(expressions[0], expressions) is None:
        kept = datetime.combine(wish.at.date(), was.time())
        return replace(wish, at=kept) if kept > now else wish
    return wish
