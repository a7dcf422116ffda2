"""How duties stand on any level: expected, done, late; read from the rows as they are at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from handlers.duties.announcing import basis_words
from storage import units
from storage.duties import DONE, LATE_DONE, OPEN, WAIVED, Assignment, Duty
from storage.units import Unit

#: Periods that have not begun are shown when they fall due within this time.
SOON = timedelta(days=7)

#: States that count as expected: all but what was called off.
EXPECTED = (OPEN, DONE, LATE_DONE, WAIVED)
#: A scope of so few units is met unit by unit.
FEW = 1_000

_DONE = case((Assignment.state.in_((DONE, LATE_DONE)), 1), else_=0)
_LATE = case((Assignment.state == LATE_DONE, 1), else_=0)


def _begun(day: date) -> ColumnElement[bool]:
    return or_(Assignment.first.is_(None), Assignment.first <= day, Assignment.due_on <= day + SOON)


def units_below(path: str) -> Any:
    """The ids of the units below `path`: the scope as a set, which both engines meet with a duty's rows by index."""
    return select(Unit.id).where(units.below(Unit.path, path))


class _Counted:
    """What follows from how many are expected, done, and of these late."""

    __slots__ = ()
    expected: int
    done: int
    late: int

    @property
    def open(self) -> int:
        return self.expected - self.done

    @property
    def on_time(self) -> int:
        return self.done - self.late


@dataclass(frozen=True, slots=True)
class Standing(_Counted):
    """How a duty stands below a unit: expected, done, of these late, and still open."""

    duty_id: int
    title: str
    rests_on: str
    due_on: date | None
    expected: int
    done: int
    late: int


#: So many duties are shown at most; those of her own unit and of units above come first, then the newest.
MOST_DUTIES = 40


def standings(session: Session, path: str, *, since: date, until: date, today: date | None = None) -> list[Standing]:
    """All duties due in that time, as they stand below `path`; of what comes back only periods that have begun."""
    concerned = _duties_of(session, path)
    where: list[ColumnElement[bool]] = [Assignment.due_on.between(since, until), Assignment.state.in_(EXPECTED)]
    if today is not None:
        where.append(_begun(today))
    few = session.scalars(units_below(path).limit(FEW + 1)).all()
    scope: list[ColumnElement[bool]] = [Assignment.duty_id.in_(concerned), Assignment.unit_id.in_(units_below(path))]
    if len(few) <= FEW:  # by what these units owe; the sum keeps SQLite from reading all that others owe of the duty
        scope = [(Assignment.duty_id + 0).in_(concerned), Assignment.unit_id.in_(few)]
    rows = session.execute(
        select(Assignment.duty_id, Assignment.due_on, func.count(), func.sum(_DONE), func.sum(_LATE))
        .where(*scope, *where)
        .group_by(Assignment.duty_id, Assignment.due_on)
        .order_by(Assignment.due_on, Assignment.duty_id)
    )
    return [Standing(row[0], *concerned[row[0]], *row[1:]) for row in rows]


def _duties_of(session: Session, path: str) -> dict[int, tuple[str, str]]:
    """Duties in force that may concern units below `path`: handed down on the way to it or below it; title and basis by id."""
    above = [int(part) for part in path.strip("/").split("/")]
    rows = session.execute(
        select(Duty.id, Duty.title, Duty.rests_on, Duty.amended_by)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(Duty.state == "confirmed", or_(Duty.unit_id.in_(above), units.below(Unit.path, path)))
        .order_by(case((Duty.unit_id.in_(above), 0), else_=1), Duty.id.desc())
        .limit(MOST_DUTIES)
    )
    return {duty_id: (title, basis_words(rests_on, by)) for duty_id, title, rests_on, by in rows}


@dataclass(frozen=True, slots=True)
class Share(_Counted):
    """How one part of the tree stands in one period: a child of the unit asked about, or that unit itself."""

    unit_id: int
    unit: str
    code: str
    path: str
    due_on: date
    expected: int
    done: int
    late: int


def shares(
    session: Session, unit_id: int, *, duty_id: int, due_on: date | None = None, since: date | None = None
) -> list[Share]:
    """Expected, done and late for each unit directly below and each period, by unit code; never an order of merit."""
    days = [due_on] if due_on is not None else _due_days(session, duty_id, since)
    parts = session.execute(
        select(Unit.id, Unit.name, Unit.code, Unit.path).where(Unit.parent_id == unit_id).order_by(Unit.code)
    ).all()
    found = []
    for part in parts:  # each by index seeks of its own units: together no more than the whole
        rows = session.execute(
            select(Assignment.due_on, func.count(), func.sum(_DONE), func.sum(_LATE))
            .where(
                Assignment.duty_id == duty_id,
                Assignment.due_on.in_(days),
                Assignment.state.in_(EXPECTED),
                Assignment.unit_id.in_(units_below(part[3])),
            )
            .group_by(Assignment.due_on)
        )
        found += [Share(*part, *row) for row in rows]
    return sorted(found, key=lambda share: (share.due_on, share.code))


def _due_days(session: Session, duty_id: int, since: date | None) -> list[date]:
    query = select(Assignment.due_on).where(Assignment.duty_id == duty_id).distinct().order_by(Assignment.due_on)
    if since is not None:
        query = query.where(Assignment.due_on >= since)
    return [day for day in session.scalars(query) if day is not None]


def counts_of(session: Session, duty: Duty, period: str | None = None) -> tuple[int, int]:
    """How many units still owe a duty, or one period of it, and how many have done it and owe nothing."""
    rows = session.execute(
        select(Assignment.state, func.count(func.distinct(Assignment.unit_id)))
        .where(Assignment.duty_id == duty.id, *([Assignment.period == period] if period else []))
        .group_by(Assignment.state)
    )
    by_state = {row[0]: int(row[1]) for row in rows}
    return by_state.get(OPEN, 0), by_state.get(DONE, 0) + by_state.get(LATE_DONE, 0)


def owed_by(session: Session, unit_id: int, until: date, today: date | None = None) -> list[tuple[Assignment, Duty]]:
    """What a unit still owes, up to that day, the earliest first; of what comes back only periods that have begun."""
    query = (
        select(Assignment, Duty)
        .join(Duty, Duty.id == Assignment.duty_id)
        .where(
            Assignment.unit_id == unit_id,
            Assignment.state == OPEN,
            Duty.state == "confirmed",
            Assignment.due_on <= until,
        )
        .order_by(Assignment.due_on, Assignment.id)
    )
    if today is not None:
        query = query.where(_begun(today))
    return [(a, d) for a, d in session.execute(query)]


def handed_down_by(session: Session, path: str, limit: int = 20) -> list[Duty]:
    """The duties in force that officials of this unit (or below it) have handed down, the newest first."""
    return list(
        session.scalars(
            select(Duty)
            .join(Unit, Unit.id == Duty.unit_id)
            .where(units.below(Unit.path, path), Duty.state == "confirmed")
            .order_by(Duty.id.desc())
            .limit(limit)
        )
    )
