"""The days of a recurrence rule and the calendar periods of a recurring duty.

The forms are those `find_times` emits: FREQ DAILY, WEEKLY, MONTHLY, YEARLY with INTERVAL, BYDAY (also 1MO, -1FR),
BYMONTH, BYMONTHDAY (also negative) and BYSETPOS. Two deliberate differences from RFC 5545:

* a day a month has not (31 in April, 29 in February) falls on the month's last day, since a duty is never skipped;
* there is no DTSTART: intervals are aligned to the calendar. `MONTHLY;INTERVAL=3` means the quarters, `INTERVAL=6` the
  half years, and a rule that names no day falls on the last day of its period. Fortnights count from Monday 2024-01-01
  unless `since` is given, which anchors days, weeks, months and years alike.

`X-LUNAR=MMDD` (our own, `12-30` meaning the last day of the lunar year) is a day of every lunar year; leap months do
not repeat it. `FREQ=YEARLY;X-LUNAR=MMDD` is the same.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from knowledge.calendar.lunar import lunar_to_solar, new_years_eve

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EPOCH: Final = date(2024, 1, 1)
_PARTS: Final = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "X-LUNAR", "WKST"})


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a recurring duty, `first`..`last` inclusive, and the day it is due."""

    first: date
    last: date
    due: date


def _parts(rrule: str) -> dict[str, str]:
    parts = dict(part.split("=", 1) for part in rrule.upper().removeprefix("RRULE:").split(";") if part)
    unknown = parts.keys() - _PARTS
    if unknown or not ("FREQ" in parts or "X-LUNAR" in parts):
        raise ValueError(f"not a rule we know: {rrule}")
    return parts


def _numbers(parts: dict[str, str], name: str) -> list[int]:
    return [int(value) for value in parts[name].split(",")] if name in parts else []


def _month_days(year: int, month: int, parts: dict[str, str]) -> list[date]:
    """The days a month contributes by BYMONTHDAY and BYDAY; empty if the rule names neither."""
    length = calendar.monthrange(year, month)[1]
    days: set[int] = set()
    for number in _numbers(parts, "BYMONTHDAY"):
        days.add(min(number, length) if number > 0 else max(length + 1 + number, 1))
    for word in parts.get("BYDAY", "").split(","):
        if not word:
            continue
        weekday = _DAYS.index(word[-2:])
        matching = [d for d in range(1, length + 1) if date(year, month, d).weekday() == weekday]
        if word[:-2]:
            at = int(word[:-2])
            matching = matching[at - 1 : at] if at > 0 else matching[at : at + 1 or None]
        days.update(matching)
    ordered = sorted(days)
    positions = _numbers(parts, "BYSETPOS")
    if positions:
        picked = {p - 1 if p > 0 else len(ordered) + p for p in positions}
        ordered = [day for at, day in enumerate(ordered) if at in picked]
    return [date(year, month, day) for day in ordered]


def _months_between(start: date, end: date) -> list[tuple[int, int]]:
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    return [divmod(start.year * 12 + start.month - 1 + at, 12) for at in range(count)]


def occurrences(rrule: str, start: date, end: date, since: date | None = None) -> list[date]:
    """The days of `rrule` from `start` to `end`, both inclusive, in order; ValueError for a rule outside our forms."""
    parts = _parts(rrule)
    if end < start:
        return []
    if "X-LUNAR" in parts:
        found: list[date] = _lunar_days(parts["X-LUNAR"], start, end)
    else:
        interval = max(int(parts.get("INTERVAL", "1")), 1)
        freq = parts["FREQ"]
        if freq == "DAILY":
            found = _daily(parts, interval, start, end, since)
        elif freq == "WEEKLY":
            found = _weekly(parts, interval, start, end, since)
        elif freq == "MONTHLY":
            found = _monthly(parts, interval, start, end, since)
        elif freq == "YEARLY":
            found = _yearly(parts, interval, start, end, since)
        else:
            raise ValueError(f"not a rule we know: {rrule}")
    return sorted(day for day in set(found) if start <= day <= end and (since is None or day >= since))


def _daily(parts: dict[str, str], interval: int, start: date, end: date, since: date | None) -> list[date]:
    anchor = since or (_EPOCH if interval > 1 else start)
    allowed = {_DAYS.index(word) for word in parts.get("BYDAY", "").split(",") if word}
    first = start + timedelta(days=(anchor - start).days % interval)
    days = [first + timedelta(days=at) for at in range(0, (end - first).days + 1, interval)]
    return [day for day in days if not allowed or day.weekday() in allowed]


def _weekly(parts: dict[str, str], interval: int, start: date, end: date, since: date | None) -> list[date]:
    anchor = since or _EPOCH
    monday = anchor - timedelta(days=anchor.weekday())
    default = [since.weekday() if since else 6]  # a week that names no day is due on its Sunday
    wanted = [_DAYS.index(word) for word in parts.get("BYDAY", "").split(",") if word] or default
    week = start - timedelta(days=start.weekday())
    week += timedelta(weeks=-((week - monday).days // 7) % interval)
    found: list[date] = []
    while week <= end:
        found.extend(week + timedelta(days=weekday) for weekday in wanted)
        week += timedelta(weeks=interval)
    return found


def _monthly(parts: dict[str, str], interval: int, start: date, end: date, since: date | None) -> list[date]:
    named = "BYMONTHDAY" in parts or "BYDAY" in parts
    rule = parts if named else {"BYMONTHDAY": str(since.day) if since else "-1"}
    # without an anchor the last month of each calendar period is meant: March, June, September, December
    phase = (since.year * 12 + since.month - 1) % interval if since else interval - 1
    only = set(_numbers(parts, "BYMONTH"))
    found: list[date] = []
    for year, month0 in _months_between(start, end):
        if (year * 12 + month0) % interval == phase and (not only or month0 + 1 in only):
            found.extend(_month_days(year, month0 + 1, rule))
    return found


def _yearly(parts: dict[str, str], interval: int, start: date, end: date, since: date | None) -> list[date]:
    months = _numbers(parts, "BYMONTH") or [since.month if since else 12]
    named = "BYMONTHDAY" in parts or "BYDAY" in parts
    rule = parts if named else {"BYMONTHDAY": str(since.day) if since else "-1"}
    anchor = since.year if since else 0
    found: list[date] = []
    for year in range(start.year, end.year + 1):
        if (year - anchor) % interval == 0:
            for month in months:
                found.extend(_month_days(year, month, rule))
    return found


def _lunar_days(tag: str, start: date, end: date) -> list[date]:
    digits = tag.replace("-", "")
    month, day = int(digits[:2]), int(digits[2:])
    found = []
    for year in range(start.year - 1, end.year + 1):
        solar = new_years_eve(year + 1) if (month, day) == (12, 30) else lunar_to_solar(year, month, day)
        if solar:
            found.append(solar)
    return found


def periods(rrule: str, start: date, end: date, since: date | None = None) -> list[Period]:
    """The periods whose due day lies in `start`..`end`: the day, week, month, quarter, half year or year it closes.

    Several due days in one month (1,15) divide it: each period runs from the day after the due day before it.
    """
    parts = _parts(rrule)
    found = []
    for due in occurrences(rrule, start, end, since):
        first, last = _span(parts, due, rrule)
        found.append(Period(first, last, due))
    return found


def _span(parts: dict[str, str], due: date, rrule: str) -> tuple[date, date]:
    freq, interval = parts.get("FREQ", "YEARLY"), int(parts.get("INTERVAL", "1"))
    if freq == "DAILY":
        return due - timedelta(days=interval - 1), due
    if freq == "WEEKLY":
        monday = due - timedelta(days=due.weekday())
        if len(parts.get("BYDAY", "").split(",")) > 1 and interval == 1:
            return due, due
        return monday - timedelta(weeks=interval - 1), monday + timedelta(days=6)
    if freq == "MONTHLY" and len(_numbers(parts, "BYMONTHDAY")) > 1 and "BYSETPOS" not in parts:
        before = occurrences(rrule, due - timedelta(days=62), due - timedelta(days=1))
        return before[-1] + timedelta(days=1), due
    size = interval if freq == "MONTHLY" else 12 // max(len(_numbers(parts, "BYMONTH")), 1)
    if freq == "YEARLY" and size == 12:
        return date(due.year, 1, 1), date(due.year, 12, 31)
    first_month = (due.month - 1) // size * size + 1
    last_month = first_month + size - 1
    return date(due.year, first_month, 1), date(due.year, last_month, calendar.monthrange(due.year, last_month)[1])
