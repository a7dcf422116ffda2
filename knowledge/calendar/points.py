"""One point or span of the calendar, and the year that is meant where none is named."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date

from msgspec import Struct

from knowledge.calendar import grammar as g
from knowledge.calendar.feasts import Feast
from knowledge.calendar.lunar import lunar_to_solar

Window = tuple[date, date]


class Point(Struct, gc=False):
    """What was read: the window, where the text of it ends, and how it was named."""

    end: int
    first: date
    last: date
    unit: str = "day"  # day, span, month, year, week, quarter, half
    feast: Feast | None = None
    weekday: bool = False
    month_named: bool = True  # False for a bare 17号
    lunar: bool = False
    day_given: bool = True
    vague: bool = False
    within: bool = False
    several: bool = False  # already a span by itself: 14日至18日
    workdays: str | None = None
    part: str | None = None
    part_word: str = ""
    relative: bool = False
    year_named: bool = False


def month_window(year: int, month: int) -> Window:
    """First and last day of a month; `month` may run past 12 or below 1."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def shift_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    first, last = month_window(day.year, day.month + months)
    return first.replace(day=min(day.day, last.day))


def on(year: int, month: int, day: int) -> Window | None:
    """A day as a window, or None if the calendar has no such day."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found, found


def lunar_window(year: int, month: int, day: int) -> Window | None:
    """A day of the lunar year as a window; a month below 0 is a leap month."""
    found = lunar_to_solar(year, month, day)
    return (found, found) if found else None


class Chooser:
    """One text and one moment of speaking, and which year is meant where none is named."""

    __slots__ = ("future", "ref", "text")

    def __init__(self, text: str, ref: date, future: bool) -> None:
        self.text = text
        self.ref = ref
        self.future = future

    def choose(self, make: Callable[[int], Window | None], left: Point | None = None) -> Window | None:
        """The year's window that is meant: the latest begun, or the earliest not over; after `left` in a range."""
        year = self.ref.year
        if left is not None:
            first = left.first
            return _first(make, (first.year - 1, first.year, first.year + 1), lambda w: w[1] >= first)
        if self.future:
            return _first(make, (year - 1, year, year + 1, year + 2, year + 4), lambda w: w[1] >= self.ref)
        return _first(make, (year, year - 1, year - 2, year - 4), lambda w: w[0] <= self.ref)

    def year_of(self, m: re.Match[str], left: Point | None = None) -> int | None:
        """The year named by a match of a pattern with YEAR in it; 次年 is the year after that of `left`."""
        if m["y4"]:
            return g.small_number(m["y4"])
        if m["y2"]:
            return 2000 + int(m["y2"])
        if m["yr"]:
            if m["yr"] in ("次年", "翌年", "同年", "当年"):
                base = left.first.year if left else self.ref.year
                return base + (m["yr"] in ("次年", "翌年"))
            word = m["yr"].rstrip("度").removesuffix("年").removesuffix("一")
            return self.ref.year + g.YEAR_STEP[word]
        return None

    def pick(self, year: int | None, make: Callable[[int], Window | None], left: Point | None) -> Window | None:
        """The window in the named year, else in the year that is meant."""
        return make(year) if year is not None else self.choose(make, left)


def _first(
    make: Callable[[int], Window | None], years: tuple[int, ...], good: Callable[[Window], bool]
) -> Window | None:
    for year in years:
        window = make(year)
        if window and good(window):
            return window
    return None
