"""When a duty is owed and reminded of: month ends, quarters, half years, leap days and working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.duties import rules
from handlers.local import LOCAL
from knowledge.calendar import is_workday


@dataclass
class Rule:
    """A duty's rule by itself."""

    recurrence: str = ""
    starts_on: date | None = None
    due_on: date | None = None
    ends_on: date | None = None


RULES = st.sampled_from([
    "FREQ=MONTHLY;BYMONTHDAY=25", "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;INTERVAL=3", "FREQ=MONTHLY;INTERVAL=6",
    "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-4", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=WEEKLY;BYDAY=FR",
    "FREQ=MONTHLY;BYMONTHDAY=1,15",
])
DAYS = st.dates(date(2023, 1, 1), date(2029, 12, 31))


@pytest.mark.parametrize(
    ("recurrence", "start", "expected"),
    [
        ("FREQ=MONTHLY", date(2026, 1, 31), [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2028, 2, 1), [(date(2028, 2, 1), date(2028, 2, 29)), (date(2028, 3, 1), date(2028, 3, 31))]),
        ("FREQ=MONTHLY;INTERVAL=3", date(2026, 11, 12), [(date(2026, 10, 1), date(2026, 12, 31))]),
        ("FREQ=MONTHLY;INTERVAL=6", date(2026, 11, 12), [(date(2026, 7, 1), date(2026, 12, 31))]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", date(2027, 2, 1), [(date(2027, 1, 1), date(2027, 2, 28))]),
        ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-4", date(2026, 11, 12), [(date(2026, 10, 1), date(2026, 12, 28))]),
    ],
)
def test_periods_fall_where_the_calendar_says(recurrence: str, start: date, expected: list[tuple[date, date]]) -> None:
    """A day that a month has not falls on its last; a quarter that has begun is owed although it ends in 50 days."""
    found = rules.periods(Rule(recurrence, starts_on=start), start, start)
    assert [(p.first, p.due_on) for p in found[: len(expected)]] == expected[: max(1, len(found))]
    assert found


@given(RULES, DAYS, st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_it_does_not_matter_when_the_scheduler_runs(recurrence: str, start: date, gaps: list[int]) -> None:
    """Looking every day, now and then, or after weeks of outage gives the same periods, each once."""
    rule = Rule(recurrence, starts_on=start)
    end = start + timedelta(days=sum(gaps))
    once = {p.name: p for p in rules.periods(rule, start, end + rules.HORIZON)}
    seen: dict[str, rules.Period] = {}
    last, day = start, start
    for gap in [0, *gaps]:
        day += timedelta(days=gap)
        for period in rules.periods(rule, max(start, min(day, last)), day + rules.HORIZON):
            assert seen.setdefault(period.name, period) == period
        last = day + rules.HORIZON
    assert seen == once


@given(RULES, DAYS)
def test_a_period_holds_its_due_day_and_none_is_due_before_the_start(recurrence: str, start: date) -> None:
    """first ≤ due ≤ last, in order, and never a debt from before the duty."""
    found = rules.periods(Rule(recurrence, starts_on=start), start, start + timedelta(days=200))
    assert [p.due_on for p in found] == sorted({p.due_on for p in found})
    for period in found:
        assert period.first is not None
        assert period.last is not None
        assert period.first <= period.due_on <= period.last
        assert period.due_on >= start


def test_a_single_duty_has_one_period() -> None:
    """However far one looks."""
    rule = Rule(due_on=date(2026, 12, 10), starts_on=date(2026, 11, 1))
    assert rules.periods(rule, date(2026, 11, 1), date(2028, 1, 1)) == [rules.Period("2026-12-10", date(2026, 11, 1), date(2026, 12, 10))]


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(-10, 10))
def test_reminders_go_at_nine_on_working_days_and_before_it_is_due(due: date, days: int) -> None:
    """Up to the due day a holiday moves a reminder forward in time, never past the deadline; later ones move on."""
    at = rules.reminder_time(due, days).astimezone(LOCAL)
    assert is_workday(at.date())
    assert (at.hour, at.minute) == (9, 0)
    assert at.date() <= due + timedelta(days=days) if days <= 0 else at.date() >= due + timedelta(days=days)


def test_the_national_holidays_and_their_working_sundays_are_kept() -> None:
    """Due on 5 October: the last word comes before the holidays; a Sunday worked in exchange is a working day."""
    assert rules.reminder_time(date(2025, 10, 5), 0).astimezone(LOCAL).date() == date(2025, 9, 30)
    assert rules.reminder_time(date(2025, 10, 5), 1).astimezone(LOCAL).date() == date(2025, 10, 9)
    assert rules.reminder_time(date(2025, 9, 28), 0).astimezone(LOCAL).date() == date(2025, 9, 28)
    assert not rules.is_working(datetime(2025, 10, 3, 10, tzinfo=LOCAL))
    assert rules.is_working(datetime(2025, 9, 28, 10, tzinfo=LOCAL))


def test_the_night_is_quiet() -> None:
    """What comes up after eight in the evening waits for eight in the morning."""
    evening = datetime(2026, 11, 12, 21, 30, tzinfo=LOCAL)
    assert rules.civil(evening) == datetime(2026, 11, 13, 8, tzinfo=LOCAL)
    assert rules.civil(datetime(2026, 11, 12, 5, tzinfo=LOCAL)) == datetime(2026, 11, 12, 8, tzinfo=LOCAL)
    assert rules.civil(datetime(2026, 11, 12, 12, tzinfo=LOCAL)) == datetime(2026, 11, 12, 12, tzinfo=LOCAL)


def test_late_is_by_the_event_or_by_the_receipt() -> None:
    """An event in time whose report came a day after is late by receipt and in time by event."""
    due, event_on = date(2026, 11, 25), date(2026, 11, 25)
    received = datetime(2026, 11, 26, 8, tzinfo=LOCAL)
    assert rules.is_late("receipt", due, event_on, received)
    assert not rules.is_late("event", due, event_on, received)
    assert not rules.is_late("receipt", due, event_on, datetime(2026, 11, 25, 23, 59, tzinfo=LOCAL))
