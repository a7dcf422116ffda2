"""谁没报 — the units that owe a duty at this moment, each with the head to call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.duties.standing import units_below
from storage import people, units
from storage.duties import OPEN, Assignment, Duty
from storage.people import Person, Post
from storage.units import Unit


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
    session: Session,
    path: str,
    day: date,
    *,
    duty_id: int | None = None,
    due_on: date | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[Missing]:
    """Who below `path` owes a duty, or anything that is due by `day`, with the name to call; by deadline and unit code."""
    if duty_id is not None and due_on is not None:
        found = _units_missing(session, path, day, duty_id, due_on, limit, offset)
        return _named(session, [row[0] for row in found], day, duty_id, due_on)
    query = (
        select(Unit.id, Unit.name, Duty.title, Assignment.due_on, Assignment.got, Assignment.needs)
        .select_from(Assignment)
        .join(Duty, Duty.id == Assignment.duty_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(units.below(Unit.path, path), Assignment.state == OPEN, Duty.state == "confirmed", units.open_on(day))
        .order_by(Assignment.due_on, Duty.id, Unit.code)
        .limit(limit)
        .offset(offset)
    )
    query = query.where(Assignment.duty_id == duty_id) if duty_id is not None else query.where(Assignment.due_on <= day)
    rows = session.execute(query).all()
    heads = people.heads_of(session, sorted({row[0] for row in rows}), day)
    return [_with_head(row, heads) for row in rows]


def _units_missing(
    session: Session,
    path: str,
    day: date,
    duty_id: int,
    due_on: date,
    limit: int,
    offset: int = 0,
    after: str | None = None,
) -> Sequence[Any]:
    """(id, code) of units that owe this period, by code. From `after` on, a page costs a page: the codes lead, not the paths."""
    owes = select(Assignment.id).where(
        Assignment.duty_id == duty_id,
        Assignment.due_on == due_on,
        Assignment.state == OPEN,
        Assignment.unit_id == Unit.id,
    )
    scope = (
        [units.below(Unit.path, path)]
        if after is None
        else [units.below(Unit.path.concat(""), path), Unit.code > after]
    )
    return session.execute(
        select(Unit.id, Unit.code)
        .where(*scope, units.open_on(day), owes.exists())
        .order_by(Unit.code)
        .limit(limit)
        .offset(offset)
    ).all()


def _named(session: Session, ids: Sequence[int], day: date, duty_id: int, due_on: date) -> list[Missing]:
    found: list[Missing] = []
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        rows = session.execute(
            select(Unit.id, Unit.name, Duty.title, Assignment.due_on, Assignment.got, Assignment.needs)
            .select_from(Assignment)
            .join(Duty, Duty.id == Assignment.duty_id)
            .join(Unit, Unit.id == Assignment.unit_id)
            .where(
                Assignment.duty_id == duty_id,
                Assignment.due_on == due_on,
                Assignment.state == OPEN,
                Assignment.unit_id.in_(part),
                Duty.state == "confirmed",
            )
            .order_by(Unit.code)
        ).all()
        heads = people.heads_of(session, list(part), day)
        found += [_with_head(row, heads) for row in rows]
    return found


def _with_head(row: Any, heads: dict[int, tuple[Person, Post]]) -> Missing:
    head = heads.get(row[0])
    name, phone = (head[0].name, head[0].phone_sealed) if head is not None else ("", None)
    return Missing(row[0], row[1], row[2], row[3], row[4], row[5], name, phone)


def stream_missing(
    session: Session, path: str, day: date, *, duty_id: int, due_on: date, chunk: int = 1_000
) -> Iterator[Missing]:
    """All who are missing, by unit code, in bounded memory: an export of a whole province."""
    after = ""
    while True:
        rows = _units_missing(session, path, day, duty_id, due_on, chunk, after=after)
        yield from _named(session, [row[0] for row in rows], day, duty_id, due_on)
        session.expunge_all()
        if len(rows) < chunk:
            return
        after = rows[-1][1]


def count_missing(session: Session, path: str, day: date, *, duty_id: int, due_on: date | None = None) -> int:
    """How many are missing."""
    where = [Assignment.duty_id == duty_id, Assignment.state == OPEN, Duty.state == "confirmed"]
    if due_on is not None:
        where.append(Assignment.due_on == due_on)
    return (
        session.scalar(
            select(func.count())
            .select_from(Assignment)
            .join(Duty, Duty.id == Assignment.duty_id)
            .where(*where, Assignment.unit_id.in_(units_below(path).where(units.open_on(day))))
        )
        or 0
    )
