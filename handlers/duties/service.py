"""Makes duties, expands them into what each unit owes, and books what was reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, case, delete, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from handlers.duties import rules
from handlers.local import LOCAL
from storage import audit, people, units
from storage.base import UtcDateTime
from storage.conversations import insert_for
from storage.duties import DONE, LATE_DONE, OPEN, Assignment, Duty, Fulfilment
from storage.people import Person, Post, Speaker
from storage.reminders import ReminderStep
from storage.reports import COUNTED, Report
from storage.store import Store
from storage.units import Unit


def fulfil(session: Session, report: Report, now: datetime) -> list[str]:
    """Book the report on the open assignments of its unit that it answers; the titles of their duties."""
    open_ones = session.execute(
        select(Assignment, Duty).join(Duty, Duty.id == Assignment.duty_id)
        .where(Assignment.unit_id == report.unit_id, Assignment.state == OPEN, Duty.state == "confirmed").order_by(Assignment.due_on)
    ).all()
    titles: list[str] = []
    booked: set[int] = set()
    for assignment, duty in open_ones:
        if duty.id in booked or not rules.answers(duty.quota, report.slots):
            continue
        if assignment.first is not None and report.event_on < assignment.first:
            continue
        session.execute(insert(Fulfilment).values(assignment_id=assignment.id, report_id=report.id, at=now))
        booked.add(duty.id)
        recount(session, assignment, duty, now)
        titles.append(duty.title)
    return titles


def reconsider(session: Session, report: Report, now: datetime) -> None:
    """The report has changed or gone: what it was booked on is counted again, and it is booked anew if it counts."""
    held = session.execute(
        select(Assignment, Duty).join(Fulfilment, Fulfilment.assignment_id == Assignment.id).join(Duty, Duty.id == Assignment.duty_id)
        .where(Fulfilment.report_id == report.id)
    ).all()
    for assignment, duty in held:
        if report.state not in COUNTED or not rules.answers(duty.quota, report.slots):
            session.execute(delete(Fulfilment).where(Fulfilment.assignment_id == assignment.id, Fulfilment.report_id == report.id))
            recount(session, assignment, duty, now)
    if report.state in COUNTED and not held:
        fulfil(session, report, now)


def recount(session: Session, assignment: Assignment, duty: Duty, now: datetime) -> None:
    """Set the assignment's state from the reports that are booked on it."""
    session.flush()
    booked = session.execute(
        select(func.count(), func.max(Report.filed_at), func.max(Report.event_on))
        .select_from(Fulfilment).join(Report, Report.id == Fulfilment.report_id).where(Fulfilment.assignment_id == assignment.id)
    ).one()
    assignment.got = booked[0]
    if assignment.got < assignment.needs:
        assignment.state, assignment.done_at = OPEN, None
        return
    assignment.done_at = assignment.done_at or now
    last_day = booked[2] if duty.late_by == "event" else booked[1].astimezone(LOCAL).date()
    assignment.state = LATE_DONE if assignment.due_on is not None and last_day > assignment.due_on else DONE


@dataclass(frozen=True, slots=True)
class NewDuty:
    """What an official hands down. Exactly one of `due_on` and `recurrence` is set."""

    title: str
    audience: dict[str, Any]
    rests_on: str
    quota: dict[str, Any] = field(default_factory=dict)
    what: str = ""
    due_on: date | None = None
    recurrence: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    circular_id: int | None = None
    evidence: str = ""
    span: tuple[int, int] | None = None
    tentative: bool = False
    proposal_key: str | None = None


class NoDeadline(ValueError):
    """A duty without a day by which it is owed."""


class NobodyOwes(ValueError):
    """No open unit is in the audience."""


def hand_down(session: Session, new: NewDuty, *, by: Speaker, now: datetime) -> tuple[Duty, int]:
    """Make a duty and what each unit owes; the duty and how many units. Raises NoDeadline or NobodyOwes, nothing made then."""
    assert by.person_id is not None
    if new.due_on is None and not new.recurrence:
        raise NoDeadline
    if not audience_count(session, new.audience, by.unit_path, now.astimezone(LOCAL).date()):
        raise NobodyOwes
    duty = Duty(
        unit_id=by.unit_id, by_person_id=by.person_id, title=new.title[:100], what=new.what, circular_id=new.circular_id,
        rests_on=new.rests_on[:100], evidence=new.evidence, evidence_start=new.span[0] if new.span else None,
        evidence_end=new.span[1] if new.span else None, audience={**new.audience, "within": by.unit_path}, quota=new.quota,
        starts_on=new.starts_on, due_on=new.due_on, recurrence=new.recurrence, ends_on=new.ends_on, tentative=new.tentative,
        created_at=now, proposal_key=new.proposal_key,
    )
    session.add(duty)
    session.flush()
    audit.note(session, at=now, person_id=by.person_id, action="duty.confirmed", about=f"duty:{duty.id}")
    expand(session, duty, now)
    owed = session.scalar(select(func.count(func.distinct(Assignment.unit_id))).where(Assignment.duty_id == duty.id)) or 0
    return duty, owed


def _owing(audience: Mapping[str, Any], within: str, day: date) -> list[ColumnElement[bool]]:
    """Which units owe: open, inside the official's own tree and inside the audience."""
    found = [units.below(Unit.path, within), units.open_on(day)]
    if audience.get("path"):
        found.append(units.below(Unit.path, audience["path"]))
    if audience.get("level"):
        found.append(Unit.level == audience["level"])
    if audience.get("unit_ids"):
        found.append(Unit.id.in_(audience["unit_ids"]))
    if audience.get("except_ids"):
        found.append(Unit.id.not_in(audience["except_ids"]))
    return found


def audience_count(session: Session, audience: Mapping[str, Any], within: str, day: date) -> int:
    """How many units that would be."""
    return session.scalar(select(func.count()).select_from(Unit).where(*_owing(audience, within, day))) or 0


def expand(session: Session, duty: Duty, now: datetime) -> int:
    """Make the assignments and their reminder steps of all periods up to the horizon; each is made once, whatever happens."""
    today = now.astimezone(LOCAL).date()
    made = 0
    for period in rules.periods(duty, today, today + HORIZON):
        made += _expand_period(session, duty, period, today)
    duty.expanded_to = today + HORIZON
    return made


#: How far ahead periods are made.
HORIZON = timedelta(days=45)


def _expand_period(session: Session, duty: Duty, period: rules.Period, today: date) -> int:
    audience = duty.audience
    columns = ("duty_id", "unit_id", "period", "first", "due_on", "state", "got", "needs", "note")
    rows = select(
        literal(duty.id), Unit.id, literal(period.name), literal(period.first, Date), literal(period.due_on, Date),
        literal(OPEN), literal(0), literal(rules.needed(duty.quota)), literal(""),
    ).where(*_owing(audience, audience["within"], max(today, period.first or today)))
    # SQLite reads ON CONFLICT after a SELECT without WHERE as a join; the audience always has one
    made = session.execute(insert_for(session)(Assignment.__table__).from_select(columns, rows).on_conflict_do_nothing())
    for days in duty.reminder_days:
        _make_steps(session, duty, period, str(days), rules.reminder_time(period.due_on + timedelta(days=days)), today)
    above = rules.reminder_time(period.due_on + timedelta(days=duty.tell_above_after))
    _make_steps(session, duty, period, "above", above, today)
    return int(getattr(made, "rowcount", 0))


def _make_steps(session: Session, duty: Duty, period: rules.Period, step: str, at: datetime, today: date) -> None:
    if at.astimezone(LOCAL).date() < today:
        return  # a reminder of a day that has passed would only scold
    rows = select(Assignment.id, literal(step), literal(at, UtcDateTime()), literal("waiting"), literal("")).where(
        Assignment.duty_id == duty.id, Assignment.period == period.name, Assignment.state == OPEN)
    columns = ("assignment_id", "step", "due_at", "state", "reason")
    session.execute(insert_for(session)(ReminderStep.__table__).from_select(columns, rows).on_conflict_do_nothing())


def expand_all(store: Store, now: datetime) -> int:
    """Expand every duty whose periods come nearer; one transaction each, so that two schedulers or a crash do no harm."""
    today = now.astimezone(LOCAL).date()
    with store.read() as session:
        ids = list(session.scalars(select(Duty.id).where(
            Duty.state == "confirmed", Duty.recurrence != "", or_(Duty.expanded_to.is_(None), Duty.expanded_to < today + HORIZON))))
    made = 0
    for duty_id in ids:
        with store.begin() as session:
            duty = session.get(Duty, duty_id, with_for_update=True)
            if duty is not None and duty.state == "confirmed":
                made += expand(session, duty, now)
    return made


@dataclass(frozen=True, slots=True)
class Missing:
    """A unit that has not answered."""

    unit_id: int
    unit: str
    duty: str
    due_on: date | None
    got: int
    needs: int
    head: str
    phone_sealed: bytes | None


def missing(session: Session, path: str, day: date, *, duty_id: int | None = None, limit: int = 200) -> list[Missing]:
    """Who below `path` owes something that is due by `day`, with the name to call; the earliest first."""
    query = (
        select(Unit.id, Unit.name, Duty.title, Assignment.due_on, Assignment.got, Assignment.needs, Person.name, Person.phone_sealed, Post.id)
        .select_from(Assignment).join(Duty, Duty.id == Assignment.duty_id).join(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(Post, (Post.unit_id == Unit.id) & Post.role.in_(("congress_head", "chair")) & people.post_valid_on(day))
        .outerjoin(Person, Person.id == Post.person_id)
        .where(units.below(Unit.path, path), Assignment.state == OPEN, Duty.state == "confirmed")
        .order_by(Assignment.due_on, Duty.id, Unit.path, Post.id).limit(limit)
    )
    query = query.where(Duty.id == duty_id) if duty_id is not None else query.where(Assignment.due_on <= day)
    found: dict[tuple[int, str, date | None], Missing] = {}
    for row in session.execute(query):
        found.setdefault((row[0], row[2], row[3]), Missing(*row[:8]))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """How a duty stands below a unit: expected, done, of these late, and still open."""

    duty_id: int
    title: str
    rests_on: str
    due_on: date | None
    expected: int
    done: int
    late: int

    @property
    def open(self) -> int:
        return self.expected - self.done


def standings(session: Session, path: str, *, since: date, until: date) -> list[Standing]:
    """All duties due in that time, as they stand below `path`."""
    done = case((Assignment.state.in_((DONE, LATE_DONE)), 1), else_=0)
    late = case((Assignment.state == LATE_DONE, 1), else_=0)
    rows = session.execute(
        select(Duty.id, Duty.title, Duty.rests_on, Assignment.due_on, func.count(), func.sum(done), func.sum(late))
        .select_from(Assignment).join(Duty, Duty.id == Assignment.duty_id).join(Unit, Unit.id == Assignment.unit_id)
        .where(units.below(Unit.path, path), Duty.state == "confirmed", Assignment.due_on.between(since, until), Assignment.state != "cancelled")
        .group_by(Duty.id, Duty.title, Duty.rests_on, Assignment.due_on).order_by(Assignment.due_on, Duty.id)
    )
    return [Standing(*row) for row in rows]


def owed_by(session: Session, unit_id: int, until: date) -> list[tuple[Assignment, Duty]]:
    """What a unit still owes, up to that day, the earliest first."""
    rows = session.execute(
        select(Assignment, Duty).join(Duty, Duty.id == Assignment.duty_id)
        .where(Assignment.unit_id == unit_id, Assignment.state == OPEN, Duty.state == "confirmed", Assignment.due_on <= until)
        .order_by(Assignment.due_on, Assignment.id)
    )
    return [(a, d) for a, d in rows]
