"""Working days, the lunar calendar, feasts and the days of recurrence rules."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lunar_python import Lunar

from knowledge.calendar import (
    FEASTS,
    add_workdays,
    find_times,
    is_workday,
    lunar_to_solar,
    next_workday,
    occurrences,
    periods,
    solar_term,
    solar_to_lunar,
    workday_source,
)

DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))


def test_make_up_days_are_worked_and_holidays_are_not():
    """The official notice of 2025 rules: Sunday 28 September is worked, Wednesday 1 October is not."""
    assert is_workday(date(2025, 9, 28))
    assert not is_workday(date(2025, 10, 1))
    assert next_workday(date(2025, 10, 1)) == date(2025, 10, 9)
    assert add_workdays(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert add_workdays(date(2025, 10, 9), -1) == date(2025, 9, 30)


def test_a_year_without_notice_falls_back_and_says_so():
    """Past the end of the official table Monday to Friday are worked, and the source is told."""
    assert workday_source(2025) == "official"
    assert workday_source(2050) == "weekdays"
    assert not is_workday(date(2050, 1, 1))  # a Saturday
    assert is_workday(date(2050, 1, 3))


def test_an_expression_tells_where_its_working_days_came_from():
    """10个工作日内 carries the source of its calendar."""
    known = find_times("10个工作日内", datetime(2025, 6, 3), "circular")[0]
    unknown = find_times("10个工作日内", datetime(2050, 6, 3), "circular")[0]
    assert (known.workdays, unknown.workdays) == ("official", "weekdays")


@given(DAYS, st.integers(1, 60))
def test_working_days_are_counted_back_and_forth(day, n):
    """n working days on and n back ends on the last working day not after the start."""
    end = add_workdays(day, n)
    assert is_workday(end)
    assert sum(is_workday(day + timedelta(days=at)) for at in range(1, (end - day).days + 1)) == n


@given(DAYS)
def test_lunar_days_come_back(day):
    """A day goes to the lunar calendar and back, and agrees with lunar_python."""
    year, month, number = solar_to_lunar(day)
    assert lunar_to_solar(year, month, number) == day
    assert Lunar.fromYmd(year, month, number).getSolar().toYmd() == day.isoformat()


def test_feasts_fall_where_they_should():
    """One feast of each kind of rule."""
    assert FEASTS["母亲节"].on(2025) == date(2025, 5, 11)
    assert FEASTS["除夕"].on(2025) == date(2025, 1, 28)
    assert FEASTS["端午节"].on(2025) == date(2025, 5, 31)
    assert FEASTS["清明节"].on(2025) == date(2025, 4, 4)
    assert solar_term(2025, "冬至") == date(2025, 12, 21)
    assert lunar_to_solar(2025, -6, 1) == date(2025, 7, 25)


RULES = [
    ("FREQ=DAILY", "2025-02-27", "2025-03-01", "02-27 02-28 03-01"),
    ("FREQ=WEEKLY;BYDAY=FR", "2025-06-01", "2025-06-20", "06-06 06-13 06-20"),
    ("FREQ=WEEKLY;BYDAY=MO,TH", "2025-06-02", "2025-06-08", "06-02 06-05"),
    ("FREQ=MONTHLY;BYMONTHDAY=25", "2025-01-01", "2025-03-31", "01-25 02-25 03-25"),
    ("FREQ=MONTHLY;BYMONTHDAY=31", "2025-01-01", "2025-04-30", "01-31 02-28 03-31 04-30"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "2024-02-01", "2024-03-31", "02-29 03-31"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15", "2025-05-01", "2025-05-31", "05-01 05-15"),
    ("FREQ=MONTHLY;INTERVAL=3", "2025-01-01", "2025-12-31", "03-31 06-30 09-30 12-31"),
    ("FREQ=MONTHLY;INTERVAL=6", "2025-01-01", "2025-12-31", "06-30 12-31"),
    ("FREQ=MONTHLY;INTERVAL=2", "2025-01-01", "2025-06-30", "02-28 04-30 06-30"),
    ("FREQ=MONTHLY;BYDAY=1MO", "2025-06-01", "2025-07-31", "06-02 07-07"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "2025-06-01", "2025-07-31", "06-27 07-25"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2025-05-01", "2025-06-30", "05-30 06-30"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "2025-06-01", "2025-06-30", "06-02"),
    ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=20", "2025-05-01", "2025-12-31", "06-20 09-20 12-20"),
    ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-4", "2025-01-01", "2025-06-30", "03-28 06-27"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2025-01-01", "2025-12-31", "02-28"),
    ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "2025-01-01", "2025-12-31", "05-11"),
    ("FREQ=YEARLY", "2025-01-01", "2025-12-31", "12-31"),
    ("X-LUNAR=1223", "2025-01-01", "2025-12-31", "01-22"),
    ("FREQ=YEARLY;X-LUNAR=0815", "2025-01-01", "2025-12-31", "10-06"),
    ("X-LUNAR=1230", "2025-01-01", "2025-12-31", "01-28"),
]


@pytest.mark.parametrize(("rule", "start", "end", "wanted"), RULES)
def test_a_rule_gives_its_days(rule, start, end, wanted):
    """Each rule falls on the days written beside it; a day a month has not is its last day."""
    found = occurrences(rule, date.fromisoformat(start), date.fromisoformat(end))
    assert " ".join(f"{day:%m-%d}" for day in found) == wanted


@given(st.sampled_from([row[0] for row in RULES]), DAYS, st.integers(0, 200), st.integers(1, 200))
def test_occurrences_do_not_depend_on_where_one_looks_from(rule, start, first, second):
    """Looking at two neighbouring spans gives what looking at both at once gives."""
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    parts = occurrences(rule, start, middle) + occurrences(rule, middle + timedelta(days=1), end)
    assert parts == occurrences(rule, start, end)


def test_a_quarterly_duty_has_its_quarter():
    """The period of a quarterly rule is the calendar quarter, due on its day."""
    found = periods("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=20", date(2025, 4, 1), date(2025, 9, 30))
    assert [(p.first, p.last, p.due) for p in found] == [
        (date(2025, 4, 1), date(2025, 6, 30), date(2025, 6, 20)),
        (date(2025, 7, 1), date(2025, 9, 30), date(2025, 9, 20)),
    ]
    assert periods("FREQ=MONTHLY;BYMONTHDAY=1,15", date(2025, 5, 15), date(2025, 5, 15))[0].first == date(2025, 5, 2)


def test_an_unknown_rule_is_refused():
    """A rule outside the documented forms raises instead of giving no days."""
    for rule in ("FREQ=SECONDLY", "BYDAY=MO", "FREQ=WEEKLY;COUNT=3"):
        with pytest.raises(ValueError, match="not a rule"):
            occurrences(rule, date(2025, 1, 1), date(2025, 1, 31))


@given(
    st.text(
        alphabet="今昨明天上下周月年日号点半前后内每季度初一二三十旬末底春节三八农历国庆至到-、从起"
        "0123456789.:/（）“” ，",
        max_size=24,
    )
)
def test_any_text_is_survived(text):
    """No mixture of time words raises; spans stay in order."""
    for mode in ("report", "circular", "plan"):
        at = 0
        for found in find_times(text, datetime(2025, 2, 28, 9), mode):
            assert 0 <= found.start < found.end <= len(text)
            assert found.start >= at
            at = found.end
            assert found.rrule or found.first or found.last
