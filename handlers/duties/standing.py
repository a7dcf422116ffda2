"""Who owes what, who has answered, on any level: read from the rows as they are at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage import people, units
from storage.duties import CANCELLED, DONE, LATE_DONE, OPEN, Assignment, Duty
from storage.people import Person, Post
from storage.units import Unit

#: Periods that have not begun are shown when they fall due within this time.
SOON = timedelta(days=7)

_DONE = case((Assignment.state.in_((DONE, LATE_DONE)), 1), else_=0)
_LATE = case((Assignment.state == LATE_DONE, 1), else_=0)


def _begun(day: date) -> ColumnElement[bool]:
    return or_(Assignment.first.is_(None), Assignment.first <= day, Assignment.due_on <= day + SOON)


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


def missing(
    session: Session, path: str, day: date, *, duty_id: int | None = None, due_on: date | None = None, limit: int = 200,
    offset: int = 0,
) -> list[Missing]:
    """Who below `path` owes a duty, or anything that is due by `day`, with the name to call; by deadline and unit code."""
    query = (
        select(Unit.id, Unit.name, Duty.title, Assignment.due_on, Assignment.got, Assignment.needs)
        .select_from(Assignment).join(Duty, Duty.id == Assignment.duty_id).join(Unit, Unit.id == Assignment.unit_id)
        .where(*_missing_where(path, day, duty_id, due_on))
        .order_by(Assignment.due_on, Duty.id, Unit.code).limit(limit).offset(offset)
    )
    rows = session.execute(query).all()
    heads = people.heads_of(session, sorted({row[0] for row in rows}), day)
    return [_with_head(row, heads) for row in rows]


def _missing_where(path: str, day: date, duty_id: int | None, due_on: date | None) -> list[ColumnElement[bool]]:
    where = [units.below(Unit.path, path), Assignment.state == OPEN, Duty.state == "confirmed", units.open_on(day)]
    where.append(Assignment.duty_id == duty_id if duty_id is not None else Assignment.due_on <= day)
    return [*where, Assignment.due_on == due_on] if due_on is not None else where


def _with_head(row: Any, heads: dict[int, tuple[Person, Post]]) -> Missing:
    head = heads.get(row[0])
    name, phone = (head[0].name, head[0].phone_sealed) if head is not None else ("", None)
    return Missing(row[0], row[1], row[2], row[3], row[4], row[5], name, phone)


def stream_missing(
    session: Session, path: str, day: date, *, duty_id: int, due_on: date | None = None, chunk: int = 1_000
) -> Iterator[Missing]:
    """All who are missing, by unit code, in bounded memory: an export of a whole province."""
    after = ""
    while True:
        rows = session.execute(
            select(Unit.id, Unit.name, Duty.title, Assignment.due_on, Assignment.got, Assignment.needs, Unit.code)
            .select_from(Assignment).join(Duty, Duty.id == Assignment.duty_id).join(Unit, Unit.id == Assignment.unit_id)
            .where(*_missing_where(path, day, duty_id, due_on), Unit.code > after).order_by(Unit.code).limit(chunk)).all()
        heads = people.heads_of(session, [row[0] for row in rows], day)
        yield from (_with_head(row[:6], heads) for row in rows)
        session.expunge_all()
        if len(rows) < chunk:
            return
        after = rows[-1][6]


def count_missing(session: Session, path: str, day: date, *, duty_id: int, due_on: date | None = None) -> int:
    """How many are missing."""
    return session.scalar(
        select(func.count()).select_from(Assignment).join(Duty, Duty.id == Assignment.duty_id)
        .join(Unit, Unit.id == Assignment.unit_id).where(*_missing_where(path, day, duty_id, due_on))) or 0


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

    @property
    def on_time(self) -> int:
        return self.done - self.late


def standings(session: Session, path: str, *, since: date, until: date, today: date | None = None) -> list[Standing]:
    """All duties due in that time, as they stand below `path`; of what comes back only periods that have begun."""
    where = [Assignment.due_on.between(since, until), Assignment.state != CANCELLED]
    if today is not None:
        where.append(_begun(today))
    # counted first, by unit ids of the scope: the join meets one row a unit, the duties come last
    rows = session.execute(
        select(Duty.id, Duty.title, Duty.rests_on, Assignment.due_on, func.count(), func.sum(_DONE), func.sum(_LATE))
        .select_from(Assignment).join(Duty, Duty.id == Assignment.duty_id).join(Unit, Unit.id == Assignment.unit_id)
        .where(units.below(Unit.path, path), Duty.state == "confirmed", *where)
        .group_by(Duty.id, Duty.title, Duty.rests_on, Assignment.due_on).order_by(Assignment.due_on, Duty.id)
    )
    return [Standing(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Share:
    """How one part of the tree stands in one period: a child of the unit asked about, or that unit itself."""

    unit_id: int
    unit: str
    code: str
    path: str
    due_on: date
    expected: int
    done: int
    late: int

    @property
    def open(self) -> int:
        return self.expected - self.done

    @property
    def on_time(self) -> int:
        return self.done - self.late


def shares(
    session: Session, unit_id: int, *, duty_id: int, due_on: date | None = None, since: date | None = None
) -> list[Share]:
    """Expected, done and late for each unit directly below and each period, by unit code; never an order of merit."""
    part = aliased(Unit)
    end = func.substr(part.path, 1, func.length(part.path) - 1).concat("0")  # as storage.units.path_end
    query = (
        select(part.id, part.name, part.code, part.path, Assignment.due_on, func.count(), func.sum(_DONE), func.sum(_LATE))
        .select_from(part).join(Unit, and_(Unit.path >= part.path, Unit.path < end))
        .join(Assignment, and_(Assignment.unit_id == Unit.id, Assignment.duty_id == duty_id))
        .where(part.parent_id == unit_id, Assignment.state != CANCELLED)
        .group_by(part.id, part.name, part.code, part.path, Assignment.due_on).order_by(Assignment.due_on, part.code)
    )
    if due_on is not None:
        query = query.where(Assignment.due_on == due_on)
    if since is not None:
        query = query.where(Assignment.due_on >= since)
    return [Share(*row) for row in session.execute(query)]


def owed_by(session: Session, unit_id: int, until: date, today: date | None = None) -> list[tuple[Assignment, Duty]]:
    """What a unit still owes, up to that day, the earliest first; of what comes back only periods that have begun."""
    query = (
        select(Assignment, Duty).join(Duty, Duty.id == Assignment.duty_id)
        .where(Assignment.unit_id == unit_id, Assignment.state == OPEN, Duty.state == "confirmed",
               Assignment.due_on <= until)
        .order_by(Assignment.due_on, Assignment.id)
    )
    if today is not None:
        query = query.where(_begun(today))
    return [(a, d) for a, d in session.execute(query)]


def handed_down_by(session: Session, path: str, limit: int = 20) -> list[Duty]:
    """The duties in force that officials of this unit (or below it) have handed down, the newest first."""
    return list(session.scalars(
        select(Duty).join(Unit, Unit.id == Duty.unit_id).where(units.below(Unit.path, path), Duty.state == "confirmed")
        .order_by(Duty.id.desc()).limit(limit)))
