"""Says on which day and at what hour an activity was (时间), from the times in its words."""

import re

from msgspec import Struct

from knowledge.calendar import TimeExpression
from knowledge.gates import rule
from knowledge.messages.activity import Span
from knowledge.messages.passage import Passage

_JUST = rule(r"刚(?:才|刚|散|结束|搞|开|弄|完|忙|从|办|做|去|回|把|给|走|调解|讲|慰问|发|组织)|才(?:散|结束)(?:会|场)?")
_BEGAN = re.compile(r"开营|开班|开始|开课|启动|起")
_ENDED = re.compile(r"结营|结班|结束|结业|结课|闭幕|收官")
_RELATIVE = re.compile(
    r"[今昨前][天儿晚早日个]|今|昨|上(?:个)?(?:周|星期|礼拜)|周[一二三四五六日天]|星期|礼拜|大前|后天|明|刚|\d"
)
OF_ALL_YEARS = re.compile(r"^(?:今年|去年|本年|全年|前年|明年|\d{4}年|近年|这些年|上半年|下半年|[一二三四]季度|本季度)")

_A_SPAN = re.compile(r"周|星期|礼拜|月")
_OWN_ENDS = re.compile(r"\d|到|至")
_CELEBRATED = ("过", "庆", "庆祝", "迎", "迎接", "纪念", "欢度", "喜迎")
#: feasts that other things are named after: 三八红旗手
_NAMED_AFTER = frozenset({"三八", "六一", "五一", "七一", "八一", "五四", "端午", "重阳", "三八节"})
_HONOURS = re.compile(r"红旗|标兵|表彰|维权|粽|敬老活动|座谈")
_SIDE_BY_SIDE = re.compile(r"[一-龥]{0,2}?(?:一直)?[到至]|[、和跟与及,，]?")

#: 3月初, 上旬: only the month is known
_TEN_DAYS = re.compile(r"月(?:初|底|末)(?![一二三四五六七八九十])|[上中下]旬")


class Moment(Struct, frozen=True, gc=False):
    """Day(s) and hour; all None where the message names none."""

    date: str | None = None
    date_end: str | None = None
    part: str | None = None
    time: str | None = None
    time_end: str | None = None
    span: Span | None = None
    clock_span: Span | None = None


def read_moment(passage: Passage, today_by_default: bool) -> Moment:
    """The moment of one activity; `today_by_default` lets 上午 or 刚散 alone mean the day of speaking."""
    times = [t for t in passage.times if t.rrule is None]
    days = [t for t in times if t.day_given and (t.first or t.last) and not _not_a_day(passage, t)]
    date = date_end = None
    span: Span | None = None
    if days:
        best = _best_day(days) if len(days) > 1 else days[0]
        date, date_end = _window(best)
        span = (best.start, best.end)
        if date_end is None and len(days) > 1:
            date, date_end = _day_after_day(passage, days, date)
            if date_end is None:
                date, date_end = _opened_and_closed(passage, days, date)
    part: str | None = None
    clocked: TimeExpression | None = None
    loose: TimeExpression | None = None
    alone = False
    for time in times:
        if part is None and time.part and not time.vague:
            part = time.part
        if clocked is None and time.clock:
            clocked = time
        if not time.day_given:
            loose = loose or time
            alone = alone or bool(time.part or time.clock or time.first)
    if date is None and today_by_default and (alone or (not _JUST.mask & passage.lacks and _JUST.search(passage.said))):
        date = passage.ref.date().isoformat()
        span = (loose.start, loose.end) if loose else None
    if clocked is None:
        return Moment(date, date_end, part, None, None, span)
    return Moment(date, date_end, part, clocked.clock, clocked.clock_end, span, (clocked.start, clocked.end))


def _best_day(days: list[TimeExpression]) -> TimeExpression:
    """The day that is meant where several are named."""
    best = max(days, key=lambda t: (_weight(t), -t.start))
    wider = next((t for t in days if t is not best and t.first == best.first and t.last != t.first and t.last), None)
    best = wider if wider is not None and best.last == best.first and _weight(wider) >= 2 else best
    return next((t for t in days if _within(t, best)), best)


def _within(day: TimeExpression, span: TimeExpression) -> bool:
    """上周两件事：26号: a single day inside a week or month is the day meant."""
    if not (day.first and span.first and span.last) or day.first != day.last or span.first == span.last:
        return False
    return (
        span.first <= day.first <= span.last
        and _A_SPAN.search(span.text) is not None
        and not _OWN_ENDS.search(span.text)
    )


def _weight(time: TimeExpression) -> int:
    if time.month_only:
        return 1
    if time.vague or time.before:
        return 0
    return 3 if _RELATIVE.search(time.text) else 2


def _window(time: TimeExpression) -> tuple[str | None, str | None]:
    if time.month_only:
        return time.date_text, None
    first, last = time.first or time.last, time.last
    if first is None:
        return None, None
    if ("月" in time.text or "旬" in time.text) and _TEN_DAYS.search(time.text):
        return first.isoformat()[:7], None
    return first.isoformat(), last.isoformat() if last and last != first else None


def _not_a_day(passage: Passage, time: TimeExpression) -> bool:
    if time.before and time.first is None:
        return True
    if OF_ALL_YEARS.match(time.text) and (
        time.first is None or time.last is None or (time.last - time.first).days > 31
    ):
        return True
    if time.first and time.last and (time.last - time.first).days > 45:
        return True
    if time.feast:
        before = passage.text[max(0, time.start - 3) : time.start]
        if before.removesuffix("\n").endswith(_CELEBRATED):
            return len(passage.times) > 1
    return time.text in _NAMED_AFTER and _HONOURS.match(passage.text, time.end, time.end + 4) is not None


def _day_after_day(passage: Passage, days: list[TimeExpression], date: str | None) -> tuple[str | None, str | None]:
    """九号十号两天, 上周一、周三: days named side by side are the ends of one activity."""
    run = [days[0]]
    for time in days[1:]:
        between = passage.text[run[-1].end : time.start]
        if _SIDE_BY_SIDE.fullmatch(between):
            run.append(time)
        elif len(run) == 1:
            run = [time]
    first, last = run[0].first, run[-1].last
    if len(run) > 1 and first and last and 0 < (last - first).days <= 10:
        return first.isoformat(), last.isoformat()
    return date, None


def _opened_and_closed(passage: Passage, days: list[TimeExpression], date: str | None) -> tuple[str | None, str | None]:
    """春蕾夏令营昨天结营，7月12号开营的: two days with 开 and 结 are the ends of one activity."""
    opened = closed = None
    for time in days:
        around = passage.text[time.end : time.end + 4]
        if _BEGAN.match(around):
            opened = time.first
        elif _ENDED.match(around) or _ENDED.search(around):
            closed = time.last
    if opened and closed and opened < closed:
        return opened.isoformat(), closed.isoformat()
    return date, None
