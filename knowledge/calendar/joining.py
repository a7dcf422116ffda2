"""Joins to a point what belongs to it: its note and feast, part of the day, hour, and the other end of a range."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Final

from knowledge.beginnings import first_letters
from knowledge.calendar import grammar as g
from knowledge.calendar import starts
from knowledge.calendar.clock import CLOCK_HEADS, CONNECT_HEADS, clocks_at
from knowledge.calendar.feast_words import feast_at
from knowledge.calendar.feasts import FEASTS
from knowledge.calendar.model import Mode
from knowledge.calendar.points import Point
from knowledge.calendar.points_read import PointReader
from knowledge.calendar.starts import NUMERALS
from knowledge.gates import one_of

_WIDE: Final = re.compile("[" + re.escape("".join(map(chr, g.HALF_WIDTH))) + "]")
#: the bit of a text with none of them
_NONE_WIDE: Final = one_of(frozenset(map(chr, g.HALF_WIDTH)))
# the letters that what may stand behind a point begins with: most points have nothing of the kind behind them
_PART_HEADS: Final = first_letters(g.AFTER_DAY_PART.pattern)
_ABSORBED: Final = first_letters(g.NOTE.pattern, g.THAT_DAY.pattern) | set(" 是,")
_FEAST_HEADS: Final = frozenset(name[:2] for name in FEASTS)
_JOIN_HEADS: Final = CONNECT_HEADS | first_letters(g.LIST.pattern)


class Joiner(ABC):
    """Joins the points of one text; holds nothing but that text and the moment of speaking."""

    __slots__ = ("future", "mode", "raw", "reader", "ref", "text")

    def __init__(self, raw: str, ref: datetime, mode: Mode, lacks: int) -> None:
        self.raw = raw
        self.text = raw if _NONE_WIDE & lacks or not _WIDE.search(raw) else raw.translate(g.HALF_WIDTH)
        self.ref = ref.date()
        self.mode = mode
        self.future = mode != "report"
        self.reader = PointReader(self.text, self.ref, self.future)

    @abstractmethod
    def point(self, i: int, left: Point | None) -> Point | None:
        """The point that begins at `i`, after the point `left` of a range or list."""

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
        word = m["p"] if m else ""
        if m and not (word in g.PART_SHORT and not point.relative and len(word) == 1 and not self._short_ok(m.end())):
            point.part_word = word
            point.part = g.PART_WORDS.get(word) or g.PART_SHORT[word]
            end = m.end()
            again = g.AFTER_DAY_PART.match(text, end) if text[end : end + 1] in _PART_HEADS else None
            if again and again["p"] in g.PART_WORDS and g.PART_WORDS[again["p"]] == point.part:
                end = again.end()
        j = end
        while j < len(text) and j - end < 2 and text[j] in " 的,，约于(大":
            j += 1
        if text[j : j + 1] not in CLOCK_HEADS:
            return end, None, None, 0
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
