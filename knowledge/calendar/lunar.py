"""The lunar calendar and the solar terms, from lunar_python, a year at a time and remembered.

Years 1900 to 2100; outside them `None` comes back instead of an error.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from lunar_python import Lunar, LunarYear

TERMS = [
    "小寒",
    "大寒",
    "立春",
    "雨水",
    "惊蛰",
    "春分",
    "清明",
    "谷雨",
    "立夏",
    "小满",
    "芒种",
    "夏至",
    "小暑",
    "大暑",
    "立秋",
    "处暑",
    "白露",
    "秋分",
    "寒露",
    "霜降",
    "立冬",
    "小雪",
    "大雪",
    "冬至",
]
_JULIAN_OFFSET = 1721424.5  # Julian day of 0001-01-01 is 1721425.5 and its ordinal is 1


@lru_cache(maxsize=256)
def _months(year: int) -> dict[int, tuple[date, int]]:
    """The months of a lunar year: number (negative if leap) → first day and length in days."""
    found: dict[int, tuple[date, int]] = {}
    for month in LunarYear.fromYear(year).getMonths():
        if month.getYear() == year:
            first = date.fromordinal(int(month.getFirstJulianDay() - _JULIAN_OFFSET))
            found[month.getMonth()] = (first, month.getDayCount())
    return found


def lunar_to_solar(year: int, month: int, day: int) -> date | None:
    """The day of lunar `year`, `month` (negative if leap), `day`; 30 in a month of 29 days is its last day."""
    if not 1900 <= year <= 2100:
        return None
    found = _months(year).get(month) or (_months(year).get(-month) if month < 0 else None)
    if found is None or not 1 <= day <= 30:
        return None
    return found[0] + timedelta(days=min(day, found[1]) - 1)


def solar_to_lunar(day: date) -> tuple[int, int, int]:
    """(year, month, day) of the lunar calendar; the month is negative if leap."""
    for year in (day.year, day.year - 1):
        for month, (first, length) in _months(year).items():
            if first <= day < first + timedelta(days=length):
                return year, month, (day - first).days + 1
    raise ValueError(f"no lunar date for {day}")


def new_years_eve(year: int) -> date | None:
    """除夕 that ends lunar `year - 1` and so falls into solar `year`."""
    first = lunar_to_solar(year, 1, 1)
    return first - timedelta(days=1) if first else None


@lru_cache(maxsize=256)
def _terms(year: int) -> dict[str, date]:
    table = Lunar.fromYmd(year, 6, 1).getJieQiTable()
    found = {}
    for name in TERMS:
        solar = table[name]
        found[name] = date(solar.getYear(), solar.getMonth(), solar.getDay())
    # the table begins with the winter solstice of the year before; that of the year itself has a name in pinyin
    solstice = table["DONG_ZHI"]
    found["冬至"] = date(solstice.getYear(), solstice.getMonth(), solstice.getDay())
    return found


def solar_term(year: int, name: str) -> date | None:
    """The day of a solar term (清明, 冬至) in a solar year."""
    return _terms(year).get(name) if 1900 <= year <= 2099 else None
