"""Plans, expands and counts broadcasts: a delivery row for each person before anything is sent."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply, choices
from handlers.dialog.tell import channel_of
from handlers.local import LOCAL
from storage import audit, outbox, people, units
from storage.broadcasts import Broadcast, Delivery
from storage.outbox import Outbox, Outgoing
from storage.people import Identity, Person, Post, Speaker
from storage.store import Store
from storage.units import Unit

#: People of one transaction: a reply must never wait for a broadcast.
CHUNK = 2_000

_LETTERS = "ABCDEFHJKMNPRTUVWXY346789"


@dataclass(frozen=True, slots=True)
class Preview:
    """How many people would get it, and how many of the audience have no channel."""

    reachable: int
    unreachable: int


def _audience(audience: Mapping[str, Any], within: str, day: date) -> list[ColumnElement[bool]]:
    """Who it goes to: people with a post in the official's own tree, narrowed by path, level and roles."""
    found = [units.below(Unit.path, within), people.post_valid_on(day), Person.left_at.is_(None)]
    if audience.get("path"):
        found.append(units.below(Unit.path, audience["path"]))
    if audience.get("level"):
        found.append(Unit.level == audience["level"])
    if audience.get("roles"):
        found.append(Post.role.in_(audience["roles"]))
    if audience.get("unit_ids") is not None:
        found.append(Unit.id.in_(audience["unit_ids"]))
    return found


def preview(session: Session, audience: Mapping[str, Any], *, by: Speaker, day: date) -> Preview:
    """Count the audience without the sender herself."""
    ids = (
        select(Person.id).join(Post, Post.person_id == Person.id).join(Unit, Unit.id == Post.unit_id)
        .where(*_audience(audience, by.unit_path, day), Person.id != by.person_id).distinct().subquery()
    )
    reachable = session.scalar(select(func.count(func.distinct(Identity.person_id))).where(
        Identity.person_id.in_(select(ids.c.id)), Identity.unreachable == "")) or 0
    everybody = session.scalar(select(func.count()).select_from(ids)) or 0
    return Preview(reachable, everybody - reachable)


def plan(session: Session, text: str, audience: dict[str, Any], *, by: Speaker, now: datetime, due_at: datetime | None = None) -> Broadcast:
    """Store the broadcast; its people are expanded by the job, in chunks."""
    assert by.person_id is not None
    body_id = outbox.add_body(session, Reply(text, choices("收到")).to_json())
    broadcast = Broadcast(
        code="".join(secrets.choice(_LETTERS) for _ in range(5)), unit_id=by.unit_id, by_person_id=by.person_id, text=text,
        body_id=body_id, audience={**audience, "within": by.unit_path, "day": now.astimezone(LOCAL).date().isoformat()},
        state="expanding" if due_at is None or due_at <= now else "scheduled", created_at=now, due_at=due_at or now,
    )
    session.add(broadcast)
    session.flush()
    audit.note(session, at=now, person_id=by.person_id, action="broadcast.planned", about=f"broadcast:{broadcast.id}")
    return broadcast


def expand_due(store: Store, now: datetime) -> int:
    """Make the deliveries of broadcasts that are due; how many. Goes on after a crash where it stood."""
    with store.read() as session:
        ids = list(session.scalars(select(Broadcast.id).where(
            or_(Broadcast.state == "expanding", (Broadcast.state == "scheduled") & (Broadcast.due_at <= now))).order_by(Broadcast.id)))
    made = 0
    for broadcast_id in ids:
        while True:
            with store.begin() as session:
                count = expand_chunk(session, broadcast_id, now)
            made += count
            if count < CHUNK:
                break
    return made


def expand_chunk(session: Session, broadcast_id: int, now: datetime) -> int:
    """The next chunk of one broadcast: deliveries and outbox rows together."""
    broadcast = session.get(Broadcast, broadcast_id, with_for_update=True)
    if broadcast is None or broadcast.state not in ("expanding", "scheduled"):
        return 0
    audience = broadcast.audience
    rows = session.execute(
        select(Person.id, func.min(Unit.id)).join(Post, Post.person_id == Person.id).join(Unit, Unit.id == Post.unit_id)
        .where(*_audience(audience, audience["within"], date.fromisoformat(audience["day"])),
               Person.id > broadcast.expanded_to, Person.id != broadcast.by_person_id)
        .group_by(Person.id).order_by(Person.id).limit(CHUNK)
    ).all()
    channels = channel_of(session, [person_id for person_id, _ in rows])
    keys = {person_id: f"broadcast:{broadcast.id}:{person_id}" for person_id, _ in rows if person_id in channels}
    outbox.put(session, [
        Outgoing(identity_id=channels[p], klass=outbox.BROADCAST, body_id=broadcast.body_id, dedup_key=key, about=f"broadcast:{broadcast.id}")
        for p, key in keys.items()
    ], now)
    ids: dict[str | None, int] = {}
    wanted = list(keys.values())
    for start in range(0, len(wanted), 500):
        ids |= {k: i for i, k in session.execute(select(Outbox.id, Outbox.dedup_key).where(Outbox.dedup_key.in_(wanted[start : start + 500])))}
    if rows:
        session.execute(insert(Delivery), [
            {
                "broadcast_id": broadcast.id, "person_id": p, "unit_id": u, "state": "planned" if p in keys else "skipped",
                "reason": "" if p in keys else "no_channel", "outbox_id": ids.get(keys.get(p)),
            }
            for p, u in rows
        ])
        broadcast.expanded_to = rows[-1][0]
        broadcast.planned += len(rows)
    broadcast.state = "expanding" if len(rows) == CHUNK else "sending"
    return len(rows)


def settle(session: Session, outcomes: Mapping[int, tuple[str, str]], now: datetime) -> None:
    """Book what became of outbox rows: outbox id → (sent | failed | cancelled, reason)."""
    for outbox_id, (state, reason) in outcomes.items():
        session.execute(update(Delivery).where(Delivery.outbox_id == outbox_id, Delivery.state == "planned").values(
            state="skipped" if state == "cancelled" else state, reason=reason[:40], sent_at=now if state == "sent" else None))


def acknowledge(session: Session, person_id: int, now: datetime) -> Delivery | None:
    """收到: counts for the latest broadcast she was sent and has not answered; None if there is none."""
    found = session.scalar(
        select(Delivery).where(Delivery.person_id == person_id, Delivery.state.in_(("planned", "sent")), Delivery.acknowledged_at.is_(None))
        .order_by(Delivery.broadcast_id.desc()).limit(1)
    )
    if found is not None:
        found.acknowledged_at = now
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """planned = sent + failed + skipped + waiting, always."""

    planned: int
    sent: int
    failed: int
    skipped: int
    waiting: int
    acknowledged: int


def progress(session: Session, broadcast: Broadcast) -> Progress:
    """How far it has come."""
    counts = dict(session.execute(
        select(Delivery.state, func.count()).where(Delivery.broadcast_id == broadcast.id).group_by(Delivery.state)).tuples().all())
    seen = session.scalar(select(func.count()).where(Delivery.broadcast_id == broadcast.id, Delivery.acknowledged_at.is_not(None))) or 0
    return Progress(
        planned=sum(counts.values()), sent=counts.get("sent", 0), failed=counts.get("failed", 0),
        skipped=counts.get("skipped", 0) + counts.get("cancelled", 0), waiting=counts.get("planned", 0), acknowledged=seen,
    )


def by_code(session: Session, code: str, within: str) -> Broadcast | None:
    """The broadcast with that code, if it was sent from within `within`."""
    return session.scalar(
        select(Broadcast).join(Unit, Unit.id == Broadcast.unit_id).where(Broadcast.code == code.upper(), units.below(Unit.path, within)))


def silent(session: Session, broadcast: Broadcast, limit: int = 30) -> list[str]:
    """Names of those who were sent it and have not said 收到."""
    rows = session.execute(
        select(Unit.name, Person.name).select_from(Delivery).join(Person, Person.id == Delivery.person_id).join(Unit, Unit.id == Delivery.unit_id)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.acknowledged_at.is_(None), Delivery.state != "skipped")
        .order_by(Unit.path).limit(limit))
    return [f"{unit}{name}" for unit, name in rows]
