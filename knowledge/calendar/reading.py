"""Expressions of time in running text: `find_times` and `parse_time`.

`mode` says which side is meant when a year or month is not named: 'report' the past, 'circular' and 'plan' the time to
come; `ref` is the moment of speaking or the document's date, in local time. Windows follow the reports' scheme: X前 ends
on X, before a feast on the day before it; 旬 are 1-10, 11-20, 21-end, and so are 初, 中, 底; 年底 is December; 前后 is the
day itself; 这周 in a report is Monday to today. A bare 一点 is "a bit", 三八红旗手 an honour, 302 a room: they give nothing.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from knowledge.calendar import grammar as g
from knowledge.calendar import starts
from knowledge.calendar.building import Builder
from knowledge.calendar.clock import clocks_at
from knowledge.calendar.feast_words import FEAST, feast_at
from knowledge.calendar.feasts import FEASTS
from knowledge.calendar.model import Mode, TimeExpression
from knowledge.calendar.points import Point, on
from knowledge.calendar.recurring import read_every, read_so_often, trail
from knowledge.calendar.starts import DIGITS, NUMERALS, Reader

_FEAST_DOT: Final = re.compile(
    r"(?P<m>1[0-2]|0?[1-9])[·•.](?P<d>[12]\d|3[01]|0?[1-9])(?P<tail>国际|妇女节|儿童节|节|日(?=宣传|活动|到|,|，|$))"
)
_PART_HEADS: Final = frozenset(word[0] for word in g.PART_WORDS)
_CALENDAR, _QUARTER, _YEAR, _NEW_YEAR = (
    int(r) for r in (Reader.CALENDAR, Reader.QUARTER, Reader.YEAR, Reader.NEW_YEAR)
)
_FEAST_AT, _NEAR, _WEEK, _AROUND, _NOW = (
    int(r) for r in (Reader.FEAST, Reader.NEAR, Reader.WEEK, Reader.AROUND, Reader.NOW)
)
_PART, _EVERY, _TIMES = (int(r) for r in (Reader.PART, Reader.EVERY, Reader.TIMES))
_EARLY_WORDS: Final = frozenset({"一早", "早间", "晨间", "晚间", "半夜", "日中", "全天", "整天"})


class _Scan(Builder):
    """One pass over one text."""

    __slots__ = ()

    def all(self) -> list[TimeExpression]:
        """Every expression, in order and without overlap."""
        text = self.text
        found: list[TimeExpression] = []
        floor = 0
        after_digits, readers_at = starts.AFTER_DIGITS.match, starts.readers_at
        for head in starts.BEGIN.finditer(text):
            i, end = head.span()
            if i < floor:
                i = floor
            while i < end:  # but once, unless an expression ends within a run of figures
                char, expression = text[i], None
                if char in NUMERALS:
                    if char not in DIGITS or after_digits(text, i):
                        expression = self.at(i, floor, 0)
                elif may := readers_at(text, i):
                    expression = self.at(i, floor, may)
                if expression is None:
                    break
                found.append(expression)
                floor = expression.end
                if floor <= i:
                    floor = i + 1
                i = floor
        return found

    def at(self, i: int, floor: int, may: int) -> TimeExpression | None:
        """The expression that begins at `i`, a place `starts.BEGIN` has pointed to; `may` are the readers of its word."""
        char = self.text[i]
        if char in NUMERALS:
            found = self._so_often(i) if char in "1一两二三" else None
            if found:
                return found
            may, point = _PART, self._figures(i, None)
        else:
            found = self._recurrence(i) if may & _EVERY else self._so_often(i) if may & _TIMES else None
            if found:
                return found
            point = self._word(i, None, may)
        if point is not None:
            return self.build(i, point, floor)
        return self._part_or_clock(i) if may & _PART else None

    def _so_often(self, i: int) -> TimeExpression | None:
        """一周三次, 半年报一次."""
        found = read_so_often(self.text, i)
        return TimeExpression(i, found[0], self.raw[i : found[0]], "set", rrule=found[1]) if found else None

    def point(self, i: int, left: Point | None) -> Point | None:
        """The point that begins at `i`, with no part of the day yet."""
        if self.text[i] in NUMERALS:
            return self._figures(i, left)
        may = starts.readers_at(self.text, i)
        return self._word(i, left, may) if may else None

    def _word(self, i: int, left: Point | None, may: int) -> Point | None:
        """The point that begins with a word at `i`, by the readers that may read it."""
        char, reader = self.text[i], self.reader
        if may == _NEAR:  # 昨天, as most of them are
            return reader.relative(i)
        if may == _PART:
            return None
        found = None
        if may & _CALENDAR:
            found = reader.calendar_date(i, left)
        if found is None and may & _QUARTER:
            found = reader.quarter(i, left) or reader.half(i, left)
        if found is None and may & (_YEAR | _NEW_YEAR | _FEAST_AT) and char in "去今明前本上来后大旧下年岁全":
            found = (
                reader.new_year(i, left)
                or self._year_feast(i, left)
                or self._feast(i, left)
                or reader.year_edge(i, left)
            )
        if found is None and may & _NEAR:
            found = reader.relative(i)
        if found is None and may & _WEEK:
            found = reader.week(i, left)
        if found is None and may & _NEW_YEAR and char in "新过":
            found = reader.new_year(i, left)
        if found is None and may & _AROUND:
            found = reader.around(i)
        if found is None and may & _FEAST_AT:
            found = self._feast(i, left)
        if found is None and may & _NOW:
            m = g.NOW.match(self.text, i)
            if m:
                since = m[0] in ("即日", "即刻起")
                return Point(m.end(), self.ref, self.ref, day_given=since, relative=True)
        return found

    def _figures(self, i: int, left: Point | None) -> Point | None:
        """The point that begins with a figure at `i`."""
        text, reader = self.text, self.reader
        if text[i] in DIGITS:
            found = self._dotted_feast(i) or reader.numeric(i, left)
            if found:
                return found
            if i and text[i - 1] in DIGITS:
                return None
        elif i and text[i - 1] in "第百千万零一二三四五六七八九十" and left is None:
            return self._feast(i, left) if text[i - 1] in "第" else None
        return (
            reader.around(i)
            or self._feast(i, left)
            or reader.calendar_date(i, left)
            or reader.quarter(i, left)
            or self._year_feast(i, left)
            or reader.year_edge(i, left)
        )

    def _year_feast(self, i: int, left: Point | None) -> Point | None:
        """去年春节, 2025年国庆节, 今年的三八节."""
        m = g.YEAR_ALONE.match(self.text, i)
        if m is None or m["y2"]:
            return None
        year = self.reader.year_of(m)
        j = m.end() + (1 if self.text.startswith(("的", " "), m.end()) else 0)
        if year is None:
            return None
        f = feast_at(self.text, j, after_year=True)
        if f:
            return self.reader.feast(f[0], f[1], year, left)
        return self.reader.half(i, left) or self.reader.quarter(i, left)

    def _dotted_feast(self, i: int) -> Point | None:
        """3·15国际消费者权益日, 6.1儿童节."""
        m = _FEAST_DOT.match(self.text, i)
        if m is None or (i and self.text[i - 1] in DIGITS):
            return None
        day = self.reader.choose(lambda y: on(y, int(m["m"]), int(m["d"])))
        end = m.end()
        f = FEAST.match(self.text, m.start("tail"))
        if f:
            end = f.end()
        return Point(end, *day, feast=FEASTS["元旦"]) if day else None

    def _feast(self, i: int, left: Point | None) -> Point | None:
        found = feast_at(self.text, i)
        return self.reader.feast(found[0], found[1], None, left) if found else None

    def _part_or_clock(self, i: int) -> TimeExpression | None:
        text = self.text
        part, part_word, end = None, "", i
        if text[i] in _PART_HEADS:
            m = g.PART.match(text, i)
            if m is None and text[i] in "早晚" and g.EARLY_LATE.match(text, i):
                part, part_word, end = g.PART_SHORT[text[i]], text[i], i + 1
            if m and m.start("p") == i and not self._no_part(m["p"], m.end(), i):
                part, part_word, end = g.PART_WORDS[m["p"]], m["p"], m.end()
        if part is None and text[i] not in NUMERALS and text[i] != "差":
            return None
        if part is None and i and text[i - 1] in NUMERALS and text[i] not in DIGITS:
            return None
        j = end + 1 if part and text[end : end + 1] in ("的", " ") else end
        clock_end, clock, until, over = clocks_at(self.text, j, part_word, part is None)
        if clock:
            end = clock_end
        if part is None and clock is None:
            return None
        point = Point(end, self.ref, self.ref, day_given=False, part=part, part_word=part_word)
        return self.finish(i, point, end, clock, until, over)

    def _no_part(self, word: str, end: int, i: int) -> bool:
        after = self.text[end : end + 1]
        before = self.text[i - 1 : i]
        if word in _EARLY_WORDS and after in ("操", "新", "饭", "候"):
            return True
        return (before == "每" and word != "晚上") or (word == "整天" and before in ("成", "一"))

    def _recurrence(self, i: int) -> TimeExpression | None:
        found = read_every(self.text, i)
        if found is None:
            return None
        end, rule = found
        part_word, part, clock, until = "", None, None, None
        m = g.AFTER_DAY_PART.match(self.text, end)
        if m is None and self.text[end - 1] in "早晚" and rule.startswith("FREQ=DAILY"):
            part_word = self.text[end - 1]
            part = g.PART_SHORT[part_word]
        if m:
            part_word, end = m["p"], m.end()
            part = g.PART_WORDS.get(part_word) or g.PART_SHORT[part_word]
        j = end + 1 if self.text[end : end + 1] in ("的", " ") else end
        clock_end, clock, until, _ = clocks_at(self.text, j, part_word, False)
        end = clock_end if clock else end
        stop = trail(self.text, end)
        return TimeExpression(
            i, stop, self.raw[i:stop], "set", clock=clock, clock_end=until, part=part, rrule=rule, before=stop > end
        )


def find_times(text: str, ref: datetime, mode: Mode = "report", lacks: int = 0) -> list[TimeExpression]:
    """The expressions of time in `text`, in order and without overlap; offsets are those of `text` as given.

    `lacks` is what `knowledge.gates.missing` says of the text, if that is known.
    """
    return _Scan(text, ref, mode, lacks).all()


def parse_time(text: str, ref: datetime, mode: Mode = "report") -> TimeExpression | None:
    """The expression a text is about: a recurrence, else the longest one, the first of equals; None if there is none."""
    found = find_times(text.strip(), ref, mode)
    return max(found, key=lambda e: (e.kind == "set", e.end - e.start, -e.start), default=None)
