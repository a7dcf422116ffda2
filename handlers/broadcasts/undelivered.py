"""没发出去的: rows that were given up, below an official, and how they are sent once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from handlers.dialog.tell import channel_of
from storage import audit, outbox, people, units
from storage.broadcasts import Delivery, of_key
from storage.outbox import CASE, Outbox, OutboxBody
from storage.people import Identity, Person, Post, Speaker
from storage.units import Unit


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that was given up: its number, to whom, how it begins, and why in a word."""

    number: int
    name: str
    text: str
    why: str


def _theirs(by: Speaker, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (units.below(Unit.path, by.unit_path), people.post_valid_on(now.date()))


def listed(session: Session, *, by: Speaker, now: datetime, limit: int = 10) -> tuple[list[Undelivered], int, int]:
    """The newest of them, how many there are, and how many confidential ones besides, which are not shown."""
    query = (
        select(
            Outbox.id,
            func.min(Unit.name),
            func.min(Person.name),
            Outbox.shape,
            OutboxBody.shape,
            Outbox.error,
            Outbox.klass,
        )
        .join(Identity, Identity.id == Outbox.identity_id)
        .join(Person, Person.id == Identity.person_id)
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(OutboxBody, OutboxBody.id == Outbox.body_id)
        .where(Outbox.state == "failed", *_theirs(by, now))
        .group_by(Outbox.id, Outbox.error, Outbox.klass, OutboxBody.id)
        .order_by(Outbox.id.desc())
        .limit(1_000)
    )
    found: list[Undelivered] = []
    count = confidential = 0
    for row_id, unit, name, own, shared, error, klass in session.execute(query):
        if klass == CASE:
            confidential += 1
            continue
        count += 1
        if len(found) < limit:
            said = str((own or shared or {}).get("text", "")).split("\n")[0]
            found.append(Undelivered(row_id, f"{unit}{name}", said[:20], (error or "").split(":")[0]))
    return found, count, confidential


def resend(session: Session, numbers: Sequence[int] | None, *, by: Speaker, now: datetime) -> tuple[int, list[str]]:
    """Queue them again, all if `numbers` is None, to the channel that works now; how many, and who has none.

    Only what is below her; never a message about a case.
    """
    query = (
        select(Outbox.id, Identity.person_id, Person.name, Outbox.dedup_key)
        .join(Identity, Identity.id == Outbox.identity_id)
        .join(Person, Person.id == Identity.person_id)
        .where(
            Outbox.state == "failed",
            Outbox.klass != CASE,
            Person.id.in_(select(Post.person_id).join(Unit, Unit.id == Post.unit_id).where(*_theirs(by, now))),
        )
        .order_by(Outbox.id)
        .limit(1_000)
    )
    rows = session.execute(query if numbers is None else query.where(Outbox.id.in_(numbers))).all()
    channels = channel_of(session, [person_id for _, person_id, *_ in rows if person_id is not None])
    going = [row for row in rows if row[1] in channels]
    for row_id, person_id, _, key in going:
        assert person_id is not None
        session.execute(update(Outbox).where(Outbox.id == row_id).values(identity_id=channels[person_id]))
        if (delivery := of_key(key)) is not None:
            session.execute(
                update(Delivery)
                .where(
                    Delivery.broadcast_id == delivery[0], Delivery.person_id == delivery[1], Delivery.state == "failed"
                )
                .values(state="planned", reason="")
            )
    count = outbox.resend(session, [row[0] for row in going], now)
    if count:
        audit.note(session, at=now, person_id=by.person_id, action="outbox.resent", about=f"rows:{count}")
    return count, [name for _, person_id, name, _ in rows if person_id not in channels]
