"""The invented county: the same every time, distinct names, figures that add up, duties some have answered."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from bot.example import sayings
from bot.example.city import ExampleCity, make_city
from bot.example.county import people_csv, units_csv
from bot.example.reports import Figures, rolled_up
from bot.example.slots import quota_of, slots_of
from bot.example.words import EXAMPLE, read_words
from handlers.duties import rules

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def city() -> ExampleCity:
    return make_city(TODAY)


def test_the_same_seed_and_day_give_the_same_bytes(city: ExampleCity) -> None:
    """Two runs agree to the byte; another seed tells another county."""
    again, other = make_city(TODAY), make_city(TODAY, seed=7)
    assert repr(again).encode() == repr(city).encode()
    assert units_csv(again.units) + people_csv(again.people) == units_csv(city.units) + people_csv(city.people)
    assert repr(other) != repr(city)


def test_it_has_a_city_three_counties_thirty_townships_and_four_hundred_villages(city: ExampleCity) -> None:
    """The size the demo promises."""
    levels = Counter(u.level for u in city.units if u.kind != "organ")
    assert (levels["city"], levels["county"], levels["township"]) == (1, 3, 30)
    assert 380 <= levels["village"] <= 420
    assert 5_000 <= len(city.reports) <= 7_500


def test_parents_come_before_their_children(city: ExampleCity) -> None:
    """So that units can be stored in the order they stand."""
    seen = {""}
    for unit in city.units:
        assert unit.parent_code in seen
        seen.add(unit.code)


def test_no_name_phone_or_code_is_given_twice(city: ExampleCity) -> None:
    """Names are distinct under one parent (villages even in the whole city), people everywhere."""
    assert len({(u.parent_code, u.name) for u in city.units}) == len(city.units)
    villages = [u.name for u in city.units if u.level == "village"]
    assert len(set(villages)) == len(villages)
    for values in ([u.code for u in city.units], [p.phone for p in city.people], [p.name for p in city.people]):
        assert len(set(values)) == len(values)
    assert all(re.fullmatch("1990000[0-9]{4}", p.phone) for p in city.people)


def test_everybody_has_somebody_who_answers(city: ExampleCity) -> None:
    """Each village has a congress head, each federation a chair."""
    roles = {(p.unit_code, p.role) for p in city.people}
    for unit in city.units:
        assert (unit.code, "congress_head" if unit.level == "village" else "chair") in roles


def test_a_unit_s_figures_are_its_own_and_its_children_s(city: ExampleCity) -> None:
    """Parent = own + children, for every unit, and the city has all that counts."""
    sums = rolled_up(city.units, city.reports)
    own: dict[str, Figures] = {}
    for report in (r for r in city.reports if r.counts):
        mine = Figures(1, report.sessions or 0, report.participants, report.women or 0)
        own[report.unit_code] = own.get(report.unit_code, Figures()) + mine
    for unit in city.units:
        children = [sums[u.code] for u in city.units if u.parent_code == unit.code]
        assert sum(children, own.get(unit.code, Figures())) == sums[unit.code]
    counted = [r for r in city.reports if r.counts]
    assert sums[city.units[0].code].participants == sum(r.participants for r in counted)
    assert sums[city.units[0].code].reports == len(counted)


def test_the_words_say_the_numbers(city: ExampleCity) -> None:
    """The number in her first message is the stored one, or the one she put right afterwards."""
    for report in city.reports:
        n = report.corrections[0].was if report.corrections else report.participants
        assert str(n) in report.text or sayings.in_words(n) in report.text or (n == 2 and "两" in report.text)
        if report.corrections:
            last = report.corrections[-1].text
            assert str(report.participants) in last or sayings.in_words(report.participants) in last or "两" in last
        for item in (*report.materials, *report.helped):
            assert item.item in report.text
        assert report.women is None or report.women <= report.participants
        assert report.place in report.text
        assert report.topic in report.text
        assert "【" not in report.text


def test_reports_lie_in_the_two_years_before_today(city: ExampleCity) -> None:
    """None is from the future, filed before its event, or older than two years and a month."""
    for report in city.reports:
        assert report.event_on <= report.filed_at.date() < TODAY
        assert TODAY - timedelta(days=765) < report.event_on
        assert report.filed_at.utcoffset() is not None
    assert {r.event_on.month for r in city.reports} == set(range(1, 13))


def test_march_and_late_november_are_busier_than_february(city: ExampleCity) -> None:
    """The year has seasons."""
    by_month = Counter(r.event_on.month for r in city.reports if r.event_on.year == 2025)
    assert by_month[3] > 1.5 * by_month[2]
    assert by_month[11] > 1.5 * by_month[8]


def test_some_answer_late_and_some_not_at_all(city: ExampleCity) -> None:
    """Every open duty has answers and gaps; what is not yet due has nobody late; answers are real reports."""
    reports = {r.key: r for r in city.reports}
    for duty in city.duties:
        current = duty.periods[-1]
        assert current.answers
        assert current.missing
        for period in duty.periods:
            assert {a.unit_code for a in period.answers} | set(period.missing) == set(period.owed_by)
            for answer in period.answers:
                assert reports[answer.report_key].unit_code == answer.unit_code
                assert answer.is_late == (answer.at.date() > period.due_on)
            if period.due_on >= TODAY:
                assert not any(a.is_late for a in period.answers)
    assert any(a.is_late for d in city.duties for p in d.periods for a in p.answers)
    assert len([d for d in city.duties if d.periods[-1].due_on >= TODAY]) >= 4


def test_the_missing_have_done_nothing_that_would_answer(city: ExampleCity) -> None:
    """A village on the missing list has no report of that kind since the duty began."""
    for duty in city.duties:
        for period in duty.periods:
            for report in city.reports:
                if report.unit_code in period.missing and report.counts and report.event_on >= period.first:
                    assert not rules.answers(quota_of(duty), slots_of(report)), report.text


@pytest.mark.parametrize("day", ["2026-12-01", "2027-01-01", "2028-02-29", "2027-03-31", "2026-12-26"])
def test_it_can_be_made_on_any_day(day: str) -> None:
    """First and last days of months, leap days and days after the 25th."""
    today = date.fromisoformat(day)
    city = make_city(today)
    assert max(r.filed_at.date() for r in city.reports) < today
    assert len(city.duties) == 6


def test_a_duty_s_sentence_stands_in_its_circular(city: ExampleCity) -> None:
    """Evidence is quoted from the file with that number."""
    texts = [p.read_text(encoding="utf-8") for p in sorted((EXAMPLE / "circulars").glob("*.txt"))]
    for duty in city.duties:
        if duty.evidence:
            assert any(duty.rests_on in text and duty.evidence in text for text in texts), duty.title


def test_every_activity_can_be_said() -> None:
    """Rows of the activity file are complete: a crowd we know, months, a phrase."""
    for activity in read_words().activities:
        assert set(activity.crowds) <= {"妇女", "群众", "家长", "志愿者", "孩子", "去的人"}
        assert all(1 <= month <= 12 and weight > 0 for month, weight in activity.months.items())
        assert activity.phrases
        assert activity.low <= activity.high


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "零"), (2, "二"), (10, "十"), (12, "十二"), (20, "二十"), (36, "三十六"), (100, "一百"), (105, "一百零五"),
     (110, "一百一十"), (999, "九百九十九")],
)
def test_counts_are_spoken_as_people_speak_them(n: int, words: str) -> None:
    """十二, not 一十二; 一百一十, not 一百十."""
    assert sayings.in_words(n) == words
