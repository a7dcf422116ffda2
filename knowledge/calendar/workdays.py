"""Working days of the official calendar with its make-up days (调休).

`chinesecalendar` holds the State Council's yearly notices. Where its table ends we fall back to Monday to Friday, and
`workday_source(year)` says so: 'official' or 'weekdays'.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

from chinese_calendar import constants

Source = Literal["official", "weekdays"]

# New Year's Day is a holiday in every notice, so a year that has it in the table has its notice.
_OFFICIAL_YEARS: Final = frozenset(day.year for day in constants.holidays if (day.month, day.day) == (1, 1))


def workday_source(year: int) -> Source:
    """Whether the working days of `year` are official or only Monday to Friday."""
    return "official" if year in _OFFICIAL_YEARS else "weekdays"


def is_workday(day: date) -> bool:
    """Whether people work on `day`: official holidays and make-up days where known, else Monday to Friday."""
    if day in constants.workdays:
        return True
    return day.weekday() < 5 and day not in constants.holidays


def add_workdays(day: date, n: int) -> date:
    """The `n`-th working day after `day` (before it if `n` is negative); `day` itself does not count."""
    step = timedelta(days=1 if n >= 0 else -1)
    left = abs(n)
    while left:
        day += step
        if is_workday(day):
            left -= 1
    return day


def next_workday(day: date) -> date:
    """`day` itself if it is a working day, else the first one after it."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day
