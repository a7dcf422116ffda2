"""Puts an expression of time together: a point with what is joined to it and with the words around it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from knowledge.beginnings import first_letters
from knowledge.calendar import grammar as g
from knowledge.calendar.clock import clocks_at
from knowledge.calendar.joining import Joiner
from knowledge.calendar.model import Kind, TimeExpression
from knowledge.calendar.points import Point
from knowledge.calendar.workdays import add_workdays, workday_source

_CLOSED: Final = re.compile('[”"』」’]')
_SPANS: Final = frozenset({"month", "year", "span", "week", "quarter", "half"})
_TAIL_HEADS: Final = first_letters(
    *(p.pattern for p in (g.OFFSET, g.EVE, g.AROUND_DAY, g.BEFORE, g.SINCE, g.AFTER, g.DURING))
)
#: the last letters of 截至, 截止时间为, 最晚, 赶在, 从 and a space after them
_PREFIX_ENDS: Final = frozenset("至止间期为是:到于过晚迟在从自打由") | frozenset(
    chr(code) for code in range(0x3001) if chr(code).isspace()
)


class Said(Struct, gc=False):
    """An expression as it is being put together."""

    start: int
    end: int
    first: date | None
    last: date | None
    clock: str | None
    until: str | None
    vague: bool
    source: str | None
    before: bool = False
    since: bool = False
    named_last: date | None = None


class Builder(Joiner):
    """Builds the expressions of one text."""

    __slots__ = ()

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

    def finish(
        self, i: int, point: Point, end: int, clock: str | None, until: str | None, over: int, floor: int = 0
    ) -> TimeExpression:
        """Read what follows (前, 后, 起, 前后, 期间) and what stands before (截至), and build the expression."""
        text = self.text
        begun = point.first + timedelta(days=over) if over else point.first
        last = begun if begun > point.last else point.last
        said = Said(i, end, begun, last, clock, until, point.vague, point.workdays)
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
