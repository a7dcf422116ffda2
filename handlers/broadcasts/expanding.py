"""From a broadcast to its people: a delivery row for each, and an outbox row to the channel she bound last."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from handlers.broadcasts.audience import conditions
from storage import outbox
from storage.base import UtcDateTime
from storage.broadcasts import Broadcast, Delivery
from storage.conversations import insert_for
from storage.outbox import Outbox
from storage.people import Identity, Person, Post
from storage.store import Store
from storage.units import Unit

#: People looked at in one transaction: a reply must never wait for a broadcast.
CHUNK = 1_000
#: After so many new rows the database has to look at the queue anew to find the best way through it.
MANY = 20_000
#: Between two chunks, so that whoever waits for the writer gets it, in seconds.
BREATH = 0.005


def expand_due(store: Store, now: datetime) -> int:
    """Make the deliveries of broadcasts that are due; how many. Goes on after a crash where it stood."""
    with store.read() as session:
        ids = list(
            session.scalars(
                select(Broadcast.id)
                .where(
                    or_(Broadcast.state == "expanding", (Broadcast.state == "scheduled") & (Broadcast.due_at <= now))
                )
                .order_by(Broadcast.id)
            )
        )
    made = 0
    for broadcast_id in ids:
        more = True
        while more:
            with store.begin() as session:
                count, more = expand_chunk(session, broadcast_id, now)
            made += count
            if made // MANY > (made - count) // MANY:
                outbox.refresh_statistics(store)
            if more:
                time.sleep(BREATH)
    return made


def expand_chunk(session: Session, broadcast_id: int, now: datetime) -> tuple[int, bool]:
    """Deliveries and outbox rows for the next people by id; how many, and whether there may be more.

    A few statements for any number of people: the deliveries are the truth, the outbox follows from them, and who has
    got no outbox row has no channel. It goes by ranges of ids, so that no chunk has to look at those of another.
    """
    broadcast = session.get(Broadcast, broadcast_id, with_for_update=True)
    if broadcast is None or not (
        broadcast.state == "expanding" or (broadcast.state == "scheduled" and broadcast.due_at <= now)
    ):
        return 0, False
    audience, after = broadcast.audience, broadcast.expanded_to
    upto = session.scalar(select(Person.id).where(Person.id > after).order_by(Person.id).offset(CHUNK - 1).limit(1))
    until = upto if upto is not None else session.scalar(select(func.max(Person.id))) or 0
    unit = (
        select(func.min(Unit.id))
        .select_from(Post)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            Post.person_id == Person.id, *conditions(audience, audience["within"], date.fromisoformat(audience["day"]))
        )
        .correlate(Person)
        .scalar_subquery()
    )
    theirs = (
        select(Person.id, unit.label("unit_id"))
        .where(Person.id > after, Person.id <= until, Person.id != broadcast.by_person_id)
        .order_by(Person.id)
        .limit(CHUNK)
        .subquery()  # the limit cuts nothing: with it the unit is looked up once, not twice
    )
    rows = select(literal(broadcast.id), theirs.c.id, theirs.c.unit_id, literal("planned"), literal("")).where(
        theirs.c.unit_id.is_not(None)
    )
    columns = ["broadcast_id", "person_id", "unit_id", "state", "reason"]
    session.connection().execute(insert(Delivery.__table__).from_select(columns, rows))  # type: ignore[arg-type]  # a mapped table is typed as any selectable
    new = (Delivery.broadcast_id == broadcast.id, Delivery.person_id > after, Delivery.person_id <= until)
    count = session.scalar(select(func.count()).select_from(Delivery).where(*new)) or 0
    if count:
        _put(session, broadcast, new, now)
    broadcast.expanded_to, broadcast.planned = until, broadcast.planned + count
    broadcast.state = "expanding" if upto is not None else "sending"
    return count, upto is not None


def _put(session: Session, broadcast: Broadcast, new: tuple[ColumnElement[bool], ...], now: datetime) -> None:
    """Outbox rows for new deliveries, each to the channel bound last; those without one are skipped."""
    key = literal(f"broadcast:{broadcast.id}:") + cast(Delivery.person_id, String)
    channel = (
        select(Identity.id)
        .where(Identity.person_id == Delivery.person_id, Identity.unreachable == "")
        .order_by(Identity.bound_at.desc(), Identity.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    reached = (
        select(channel.label("identity_id"), key.label("key"))
        .where(*new)
        .order_by(Delivery.person_id)
        .limit(CHUNK)
        .subquery()
    )
    values: dict[str, ColumnElement[Any]] = {
        "identity_id": reached.c.identity_id,
        "dedup_key": reached.c.key,
        "klass": literal(outbox.BROADCAST),
        "state": literal("pending"),
        "due_at": literal(now, UtcDateTime()),
        "created_at": literal(now, UtcDateTime()),
        "body_id": literal(broadcast.body_id),
        "about": literal(f"broadcast:{broadcast.id}"),
        "attempts": literal(0),
        "refusals": literal(0),
    }
    rows = select(*values.values()).where(reached.c.identity_id.is_not(None))
    session.execute(insert_for(session)(Outbox.__table__).from_select(list(values), rows).on_conflict_do_nothing())
    session.execute(
        update(Delivery)
        .where(*new, ~exists().where(Outbox.dedup_key == key))
        .values(state="skipped", reason="no_channel")
        .execution_options(synchronize_session=False)
    )
