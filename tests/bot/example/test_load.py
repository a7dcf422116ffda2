"""The example in a real database: loaded once, figures as generated, a second time nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.example.city import ExampleCity, make_city
from bot.example.load import Loaded, load_example
from bot.example.reports import SHANGHAI, rolled_up
from bot.platforms.chat import ACCOUNT, NAME
from handlers.duties import service as duties
from knowledge.library import Library
from storage import people, units
from storage.circulars import Circular
from storage.duties import DONE, LATE_DONE, OPEN, Assignment, Duty, Fulfilment
from storage.inbox import Inbox, text_of
from storage.people import Person
from storage.reminders import ReminderStep
from storage.reports import COUNTED, Quantity, Report, ReportVersion, by_number
from storage.store import Store
from storage.units import Unit, below
from tests.kit.stores import SECRET, Templates, migrate

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def city() -> ExampleCity:
    return make_city(TODAY)


@pytest.fixture
def loaded(engine: str, templates: Templates, tmp_path: Path) -> Iterator[Store]:
    """A store with the example in it: a copy of one that was loaded once per run and engine."""
    name, prepare = "example", _prepare
    with contextlib.ExitStack() as stack:
        if engine == "sqlite":
            url = templates.sqlite(tmp_path / "example.sqlite3", name=name, prepare=prepare)
        else:
            url = stack.enter_context(templates.postgres(name=name, prepare=prepare))
        store = Store(url, secret=SECRET)
        stack.callback(store.close)
        yield store


@pytest.fixture
def session(loaded: Store) -> Iterator[Session]:
    with loaded.read() as opened:
        yield opened


def test_loading_a_second_time_changes_nothing(store: Store, city: ExampleCity) -> None:
    """All of it is there after the first time; the next day nothing is added or renamed."""
    first = load_example(store, today=TODAY)
    assert first == Loaded(18, len(city.units), len(city.people), len(city.reports), len(city.duties))
    before = _counts(store)
    assert load_example(store, today=TODAY + timedelta(days=1)) == Loaded(0, 0, 0, 0, 0)
    assert _counts(store) == before


def test_stored_figures_are_the_generated_ones(session: Session, city: ExampleCity) -> None:
    """For every unit: reports and people below it, counted in SQL, equal the sums over the generated reports."""
    sums = rolled_up(city.units, city.reports)
    for code in ("990100", "990121", "990121101", city.units[-1].code):
        unit = units.by_code(session, code)
        assert unit is not None
        scope = below(Unit.path, unit.path), Report.state.in_(COUNTED)
        count = session.scalar(
            select(func.count()).select_from(Report).join(Unit, Unit.id == Report.unit_id).where(*scope)
        )
        people_counted = session.scalar(
            select(func.coalesce(func.sum(Quantity.low), 0)).join(Report, Report.id == Quantity.report_id)
            .join(Unit, Unit.id == Report.unit_id).where(*scope, Quantity.measure == "participants")
        )
        assert (count, people_counted) == (sums[code].reports, sums[code].participants)


def test_a_report_leads_back_to_what_she_wrote(session: Session, city: ExampleCity) -> None:
    """Receipt number, unit, writer, message and versions belong together."""
    corrected = next(r for r in city.reports if r.corrections and r.counts)
    unit = units.by_code(session, corrected.unit_code)
    person = people.by_phone(session, corrected.phone)
    assert unit is not None
    assert person is not None
    report = session.scalar(select(Report).where(Report.unit_id == unit.id, Report.filed_at == corrected.filed_at))
    assert report is not None
    assert report.number is not None
    assert report.inbox_id is not None
    assert by_number(session, report.number, unit.path) is report
    assert report.by_person_id == person.id
    assert text_of(session, report.inbox_id) == corrected.text
    versions = session.scalars(
        select(ReportVersion).where(ReportVersion.report_id == report.id).order_by(ReportVersion.version)
    )
    told = [version.slots["participants"] for version in versions]
    assert told == [str(corrected.corrections[0].was), str(corrected.participants)]


def test_everybody_is_bound_to_the_chat_page(session: Session, city: ExampleCity) -> None:
    """Each person has one post in her unit and one address, her phone number."""
    for one in (city.people[0], city.people[40], city.people[-1]):
        identity = people.identity_of(session, NAME, ACCOUNT, one.phone)
        assert identity is not None
        speaker = people.speaker_of(session, identity.id, TODAY)
        assert (speaker.name, speaker.role, speaker.title) == (one.name, one.role, one.title)


def test_assignments_say_who_is_missing(session: Session, city: ExampleCity) -> None:
    """One expected row per unit and period, done, late or open as generated."""
    for duty in city.duties:
        row = session.scalar(select(Duty).where(Duty.title == duty.title))
        assert row is not None
        for period in duty.periods:
            states = {row[0]: row[1] for row in session.execute(
                select(Assignment.state, func.count()).group_by(Assignment.state)
                .where(Assignment.duty_id == row.id, Assignment.due_on == period.due_on)
            )}
            assert states.get(OPEN, 0) == len(period.missing)
            assert states.get(LATE_DONE, 0) == sum(a.is_late for a in period.answers)
            assert sum(states.values()) == len(period.owed_by)


def test_open_duties_have_reminders_to_come_and_answered_ones_none(session: Session) -> None:
    """Steps stand on open assignments only, and none lies before the day of loading."""
    states = set(session.scalars(
        select(Assignment.state).join(ReminderStep, ReminderStep.assignment_id == Assignment.id).distinct()
    ))
    assert states == {OPEN}
    first = session.scalar(select(func.min(ReminderStep.due_at)))
    assert first is not None
    assert first.astimezone(SHANGHAI).date() >= TODAY


def test_the_missing_list_is_the_generated_one(session: Session, city: ExampleCity) -> None:
    """The official who asks 谁没报 gets the names the generator left out."""
    duty = next(d for d in city.duties if d.key == "八防排查")
    row = session.scalar(select(Duty).where(Duty.title == duty.title))
    top = units.by_code(session, duty.unit_code)
    assert row is not None
    assert top is not None
    names = {unit.code: unit.name for unit in city.units}
    found = duties.missing(session, top.path, TODAY, duty_id=row.id)
    assert sorted(one.unit for one in found) == sorted(names[code] for code in duty.periods[-1].missing)
    assert all(one.head for one in found)


def test_counting_the_duties_again_gives_the_same(loaded: Store) -> None:
    """What was written in bulk is what the duties' own rule makes of the same reports."""
    with loaded.begin() as session:
        now = datetime(2026, 11, 22, 8, tzinfo=SHANGHAI)
        rows = session.execute(
            select(Assignment, Duty).join(Duty, Duty.id == Assignment.duty_id)
            .where(Assignment.id.in_(select(Fulfilment.assignment_id))).order_by(Assignment.id).limit(200)
        ).all()
        before = [(a.state, a.got) for a, _ in rows]
        for assignment, duty in rows:
            duties.recount(session, assignment, duty, now)
        assert [(a.state, a.got) for a, _ in rows] == before
        assert {state for state, _ in before} <= {DONE, LATE_DONE}


@pytest.mark.parametrize("question", ["老公打人咋办", "两癌检查谁能做", "彩礼", "彩礼能退不", "外嫁女能不能分红"])
def test_whoever_asks_finds_something(session: Session, city: ExampleCity, question: str) -> None:
    """A village head of each county is answered from the circulars of her own line."""
    library = Library()
    for county in (u for u in city.units if u.kind == "county"):
        village = next(u for u in city.units if u.level == "village" and u.code[:6] == county.code)
        unit = units.by_code(session, village.code)
        assert unit is not None
        hits = library.search(session, question, limit=3, place=unit.path, today=TODAY)
        assert library.is_supported(hits), county.name
        assert any(word in hits[0].text for word in ("打", "家庭暴力", "两癌", "彩礼", "外嫁女")), hits[0].text


def test_a_circular_belongs_to_its_issuer(session: Session) -> None:
    """The county's circular holds in that county, the city's everywhere in the city."""
    issued = {"澜妇〔2026〕36号": "990100", "栖妇〔2026〕11号": "990121", "松妇〔2025〕6号": "990121101"}
    for number, code in issued.items():
        unit, circular = units.by_code(session, code), session.scalar(select(Circular).where(Circular.number == number))
        assert unit is not None
        assert circular is not None
        assert circular.scope == unit.path


def _prepare(store: Store) -> None:
    migrate(store)
    load_example(store, today=TODAY)


def _counts(store: Store) -> list[int]:
    tables = (Unit, Person, Report, ReportVersion, Quantity, Inbox, Duty, Assignment, Fulfilment)
    with store.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
