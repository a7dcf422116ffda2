"""Puts an expression of time together: a point with its part of the day, hour, other end, and the words around it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from knowledge.calendar import grammar as g
from knowledge.calendar import starts
from knowledge.calendar.clock import CONNECT_HEADS, clocks_at
from knowledge.calendar.feast_words import feast_at
from knowledge.calendar.feasts import FEASTS
from knowledge.calendar.model import Kind, Mode, TimeExpression
from knowledge.calendar.points import Point, Reader
from knowledge.calendar.starts import NUMERALS
from knowledge.calendar.workdays import add_workdays, workday_source
from knowledge.gates import first_letters

_WIDE: Final = re.compile("[" + re.escape("".join(map(chr, g.HALF_WIDTH))) + "]")
_CLOSED: Final = re.compile('[”"』」’]')
_SPANS: Final = frozenset({"month", "year", "span", "week", "quarter", "half"})
# the letters that what may stand behind a point begins with: most points have nothing of the kind behind them
_PART_HEADS: Final = first_letters(g.AFTER_DAY_PART.pattern)
_ABSORBED: Final = first_letters(g.NOTE.pattern, g.THAT_DAY.pattern) | set(" 是,")
_FEAST_HEADS: Final = frozenset(name[:2] for name in FEASTS)
_JOIN_HEADS: Final = CONNECT_HEADS | first_letters(g.LIST.pattern)
_TAIL_HEADS: Final = first_letters(
    *(p.pattern for p in (g.OFFSET, g.EVE, g.AROUND_DAY, g.BEFORE, g.SINCE, g.AFTER, g.DURING))
)
#: the last letters of 截至, 截止时间为, 最晚, 赶在, 从 and a space after them
_PREFIX_ENDS: Final = frozenset("至止间期为是:到于过晚迟在从自打由") | frozenset(
    chr(code) for code in range(0x3001) if chr(code).isspace()
)


class Said:
    """An expression as it is being put together."""

    __slots__ = (
        "before", "clock", "end", "first", "last", "named_last", "since", "source", "start", "until", "vague"
    )  # fmt: skip

    def __init__(
        self, start: int, end: int, first: date, last: date, clock: str | None, until: str | None, vague: bool,
        source: str | None,
    ) -> None:  # fmt: skip
        self.start = start
        self.end = end
        self.first: date | None = first
        self.last: date | None = last
        self.clock = clock
        self.until = until
        self.vague = vague
        self.source = source
        self.before = False
        self.since = False
        self.named_last: date | None = None


class Builder:
    """Builds the expressions of one text; holds nothing but that text and the moment of speaking."""

    __slots__ = ("future", "mode", "raw", "reader", "ref", "text")

    def __init__(self, raw: str, ref: datetime, mode: Mode) -> None:
        self.raw = raw
        self.text = raw.translate(g.HALF_WIDTH) if _WIDE.search(raw) else raw
        self.ref = ref.date()
        self.mode = mode
        self.future = mode != "report"
        self.reader = Reader(self.text, self.ref, self.future)

    def point(self, i: int, left: Point | None) -> Point | None:
        """The point that begins at `i`, after the point `left` of a range or list."""
        raise NotImplementedError

    def build(self, i: int, point: Point, floor: int) -> TimeExpression | None:
        text = self.text
        if point.feast and text[i - 1 : i] in ("“", '"') and text[point.end : point.end + 1] in ("”", '"'):
            point.end += 1
        if point.unit == "month":
            self.reader.nth_of_month(point)
        end = self._absorb(point)
        end, clock, until, over = self._day_clock(point, end)
        joined = self._join(point, end, clock)
        if joined is not None:
            end, clock2 = joined
            if clock2 and clock:
                until = clock2
            elif clock2 and not clock:
                clock = clock2
        return self.finish(i, point, end, clock, until, over, floor)

    def _absorb(self, point: Point) -> int:
        """Past （星期三）, 那天, and a feast of the same day."""
        text, end = self.text, point.end
        if point.unit != "day" or (text[end : end + 1] not in _ABSORBED and text[end : end + 2] not in _FEAST_HEADS):
            return end
        for _ in range(3):
            m = None if point.weekday else g.NOTE.match(text, end)
            if m:
                end = m.end()
                if m["np"]:
                    point.part = point.part_word = m["np"]
                continue
            m = g.THAT_DAY.match(text, end)
            if m:
                if "晚" in m[0]:
                    point.part = point.part_word = "晚上"
                end = m.end()
                continue
            if end < len(text):
                f = feast_at(text, end + (text[end] in " 是,"))
                if f and FEASTS[f[0]].on(point.first.year) == point.first:
                    end = f[1]
                    continue
            break
        return end

    def _day_clock(self, point: Point, end: int) -> tuple[int, str | None, str | None, int]:
        """The part of the day and the clock time that follow a day."""
        text = self.text
        if point.unit != "day" or point.within:
            return end, None, None, 0
        m = g.AFTER_DAY_PART.match(text, end) if text[end : end + 1] in _PART_HEADS else None
        if m and not (
            m["p"] in g.PART_SHORT and not point.relative and len(m["p"]) == 1 and not self._short_ok(m.end())
        ):
            point.part_word = m["p"]
            point.part = g.PART_WORDS.get(m["p"]) or g.PART_SHORT[m["p"]]
            end = m.end()
            again = g.AFTER_DAY_PART.match(text, end)
            if again and again["p"] in g.PART_WORDS and g.PART_WORDS[again["p"]] == point.part:
                end = again.end()
        j = end
        while j < len(text) and j - end < 2 and text[j] in " 的,，约于(大":
            j += 1
        clock_end, clock, until, over = clocks_at(text, j, point.part_word, False)
        if clock and j > end and text[j - 1] == "(":
            close = text.find(")", clock_end, clock_end + 2)
            clock_end = close + 1 if close >= 0 else clock_end
        return (clock_end if clock else end), clock, until, over

    def _short_ok(self, end: int) -> bool:
        return end >= len(self.text) or self.text[end] in NUMERALS or self.text[end] in "上间,，。我们在到"

    def _join(self, point: Point, end: int, clock: str | None) -> tuple[int, str | None] | None:
        """Extend `point` by the other end of a range or by the rest of a list."""
        text = self.text
        if text[end : end + 1] not in _JOIN_HEADS:
            return None
        m = g.CONNECT.match(text, end)
        now = g.UNTIL_NOW.match(text, end)
        if now and point.first <= self.ref:
            point.last, point.several = self.ref, True
            return now.end(), None
        if m and m.end() < len(text):
            right = self._right(m.end(), point)
            if right is not None and right.last >= point.first and right.day_given:
                after, clock2, _, _ = self._day_clock(right, self._absorb(right))
                point.last, point.several, point.end = right.last, True, after
                if point.unit == "month":
                    point.unit = "span"
                return after, clock2 or None
        if point.unit != "day" or clock or point.several:
            return None
        m = g.LIST.match(text, end)
        return self._list(point, m.end()) if m and m.end() < len(text) else None

    def _list(self, point: Point, i: int) -> tuple[int, str | None] | None:
        """5日、6日, 昨天和前天: days side by side are a span."""
        right = self._right(i, point)
        if right is None and point.relative:
            right = self.point(i, None)
            if right and right.relative and right.unit == "day" and right.first == point.first - timedelta(days=1):
                point.first, point.several = right.first, True  # 昨天和前天
                return right.end, None
            return None
        if right is None or right.unit != "day" or not right.day_given or right.last <= point.last:
            return None
        near = (right.last - point.last).days
        if right.feast or point.feast or near > (7 if right.weekday or not right.month_named else 1):
            return None
        after, _, _, _ = self._day_clock(right, self._absorb(right))
        if right.part and not point.part:
            point.part, point.part_word = right.part, right.part_word
        point.last, point.several, point.end = right.last, True, after
        return after, None

    def _right(self, i: int, left: Point) -> Point | None:
        if self.text[i] not in NUMERALS and not starts.readers_at(self.text, i):
            return None
        if left.unit == "day" and not left.relative and self.text[i] in "今明昨前后":
            return self.point(i, None)
        if left.lunar or (left.feast and left.feast.rule.startswith("农")):
            right = self.reader.lunar_day_after(i, left)
            if right:
                return right
        if left.relative:
            right = self.point(i, None)
            return right if right and right.last >= left.first else None
        return self.point(i, left)

    def finish(
        self, i: int, point: Point, end: int, clock: str | None, until: str | None, over: int, floor: int = 0
    ) -> TimeExpression:
        """Read what follows (前, 后, 起, 前后, 期间) and what stands before (截至), and build the expression."""
        text = self.text
        begun = point.first + timedelta(days=over) if over else point.first
        said = Said(i, end, begun, max(point.last, begun), clock, until, point.vague, point.workdays)
        if text[end : end + 1] in _TAIL_HEADS:
            self._follow(said, point, over)
        if i > floor and text[i - 1] in _PREFIX_ENDS:
            prefix = g.DUE_PREFIX.search(text, max(floor, i - 5), i)
            if prefix:
                said.start = prefix.start()
                if not said.before and not point.several and self.future:
                    said.before, said.first = True, None
            elif point.several or said.since:
                begin = g.FROM_PREFIX.search(text, max(floor, i - 2), i)
                said.start = begin.start() if begin else i
        return self._expression(said, point)

    def _follow(self, said: Said, point: Point, over: int) -> None:
        """What is said after a day: 前一天, 前夕, 前后, 前, 起, 后, 期间."""
        text = self.text
        offset = g.OFFSET.match(text, said.end) if point.day_given and not point.within else None
        if offset and _offset_fits(offset, point):
            self._shift(said, point, offset)
        eve = g.EVE.match(text, said.end) if point.feast else None
        due = g.BEFORE.match(text, said.end)
        if point.feast and not self.future and not point.year_named and (eve or due):
            self._coming(point)
        near = None if eve else g.AROUND_DAY.match(text, said.end)
        if eve:
            said.first = said.last = point.first - timedelta(days=1)
            said.end, said.vague = eve.end(), True
        elif near:
            said.end, said.vague = near.end(), True
        elif due and not (point.relative and not point.day_given and due[0].strip() == "前"):  # 刚才前 is no deadline
            said.before, said.end = True, due.end()
            if over and said.clock == "00:00":  # 24时前 is the end of that very day
                said.first, said.last, said.clock = point.first, point.last, "23:59"
            if not point.several:
                said.first = None
                if point.feast:
                    said.last = point.first - timedelta(days=1)
        elif since := g.SINCE.match(text, said.end):
            self._begin(said, point, since)
        elif (after := g.AFTER.match(text, said.end)) and point.day_given and not point.within:
            said.end = after.end()
            if point.feast:
                said.first = point.last + timedelta(days=1)
            said.named_last = said.first if point.feast else said.last
            said.since, said.vague, said.last = True, True, None
        elif during := g.DURING.match(text, said.end):
            said.end = during.end()
            if point.feast and not point.several:
                said.last = _holiday_end(point)

    def _shift(self, said: Said, point: Point, offset: re.Match[str]) -> None:
        """国庆前一天下午三点: another day, and its hour."""
        text = self.text
        if point.feast and not self.future and not point.year_named and offset["way"] == "前":
            self._coming(point)
        said.first, said.last, said.vague, said.source = self._offset(point, offset)
        said.end = offset.end()
        part = g.AFTER_DAY_PART.match(text, said.end)
        if part and said.first == said.last:
            point.part_word, point.part = part["p"], g.PART_WORDS.get(part["p"]) or g.PART_SHORT[part["p"]]
            said.end = part.end()
        if not said.clock:
            clock_end, said.clock, said.until, _ = clocks_at(text, said.end, point.part_word, False)
            said.end = clock_end if said.clock else said.end

    def _begin(self, said: Said, point: Point, since: re.Match[str]) -> None:
        """3月1日起, 3月1日起至5月: open towards the future, or up to the day that follows."""
        text = self.text
        said.end = since.end()
        joined = g.CONNECT.match(text, said.end)
        right = self._right(joined.end(), point) if joined and joined.end() < len(text) else None
        if right and right.last >= point.first:
            after, clock, _, _ = self._day_clock(right, self._absorb(right))
            said.last, said.end, point.several = right.last, after, True
            said.until = clock if said.clock else said.until
            stop = g.BEFORE.match(text, said.end)
            said.end = stop.end() if stop else said.end
            return
        said.since = True
        if since[0].strip().startswith("以来") and said.first and said.first > self.ref and said.last:
            said.first = said.first.replace(day=1, year=said.first.year - 1)  # 以来 looks back
        said.named_last, said.last = said.last, None

    def _offset(self, point: Point, m: re.Match[str]) -> tuple[date, date, bool, str | None]:
        """国庆前一天, 春节后第一个工作日, 月底前三天."""
        if m["next"]:
            day = point.last + timedelta(days=1)
            return day, day, False, None
        if m["prev"]:
            day = point.first - timedelta(days=1)
            return day, day, False, None
        n = g.small_number(m["nth"] or m["n"])
        ahead = m["way"] == "后"
        base = point.last if ahead or point.unit != "day" else point.first
        if ahead and point.feast and m["nth"] and m["u"] == "工作日":
            if workday_source(point.last.year) == "weekdays":
                base = _holiday_end(point)
        if m["u"] == "工作日":
            day = add_workdays(base, n if ahead else -n)
            return day, day, False, workday_source(day.year)
        size = {"天": 1, "日": 1, "周": 7, "星期": 7}.get(m["u"])
        if size is None:
            return base, base, True, None
        day = base + timedelta(days=n * size if ahead else -n * size)
        if m["nth"] or n == 1 or (m[0].endswith("内") is False and self.mode == "plan"):
            return day, day, False, None
        if m[0].endswith("内"):
            return base + timedelta(days=1), day, False, None
        return day, day, False, None

    def _coming(self, point: Point) -> None:
        """Before a feast can be said of the one that is about to come."""
        day = point.feast.on(point.first.year + 1) if point.feast else None
        if day and (day - self.ref).days <= 20:
            point.first = point.last = day

    def _expression(self, said: Said, point: Point) -> TimeExpression:
        text, start, end = self.raw, said.start, said.end
        if start and text[start - 1] in '“"『「‘' and _CLOSED.search(text, start, end):
            start -= 1
        while end > start and text[end - 1] in " ，,的":
            end -= 1
        kind: Kind
        if said.clock:
            kind = "datetimerange" if said.until else "datetime"
        else:
            kind = "daterange" if said.first != said.last or point.unit in _SPANS else "date"
        return TimeExpression(
            start, end, text[start:end], kind, said.first, said.last, said.clock, said.until, point.part, None,
            point.unit == "month" and not said.before, point.day_given, said.before, said.since, point.within, said.vague,
            said.source, said.named_last, point.feast.name if point.feast else None,
        )  # fmt: skip


def _offset_fits(m: re.Match[str], point: Point) -> bool:
    if m["n"] == "几" or point.unit not in ("day", "span", "quarter", "month", "year"):
        return False
    if (m["next"] or m["prev"]) and point.unit != "day":
        return False
    return not (m["way"] and point.relative)


def _holiday_end(point: Point) -> date:
    """The last day off of the holiday that begins at or around the feast; the feast itself if it is none."""
    if point.feast is None:
        return point.last
    length = {"农0101": 7, "1001": 7, "0501": 5}.get(point.feast.rule)
    if length:
        return point.first + timedelta(days=length - 1)
    if point.feast.rule in ("农0505", "农0815", "清明", "0101"):
        return point.first + timedelta(days=2 if point.feast.rule == "0101" else 0)
    return point.last
