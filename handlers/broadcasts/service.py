"""Plans, expands, recalls and counts broadcasts: a delivery row for each person before anything is sent."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from handlers.broadcasts.audience import Audience, conditions
from handlers.dialog.reply import Reply, choices
from handlers.dialog.tell import channel_of
from handlers.local import LOCAL
from storage import audit, outbox, people, units
from storage.broadcasts import Broadcast, Delivery
from storage.duties import Assignment
from storage.outbox import Outbox, Outgoing
from storage.people import Person, Post, Speaker
from storage.store import Store
from storage.units import Unit

#: People of one transaction: a reply must never wait for a broadcast.
CHUNK = 2_000
#: A message that waits for her next word is given up after so long: it would be old news.
HELD_FOR = timedelta(days=7)

_LETTERS = "ABCDEFHJKMNPRTUVWXY346789"


def fresh_code(length: int = 5) -> str:
    """A code without letters that look or sound alike."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def plan(
    session: Session, text: str, audience: Audience, *, by: Speaker, now: datetime, due_at: datetime | None = None,
    photos: tuple[str, ...] = (), circular_id: int | None = None, needs_second: bool = False, corrects: Broadcast | None = None,
) -> Broadcast:
    """Store the broadcast; its people are expanded by the job, in chunks. With `needs_second` it waits for another official."""
    assert by.person_id is not None
    body_id = outbox.add_body(session, Reply(text, choices("收到"), photos).to_json())
    day = now.astimezone(LOCAL).date().isoformat()
    state = "awaiting" if needs_second else "scheduled" if due_at is not None and due_at > now else "expanding"
    broadcast = Broadcast(
        code=fresh_code(), unit_id=by.unit_id, by_person_id=by.person_id, text=text, body_id=body_id, circular_id=circular_id,
        audience={**audience, "within": by.unit_path, "day": day}, state=state, created_at=now, due_at=due_at or now,
        corrects_id=corrects.id if corrects else None,
    )
    session.add(broadcast)
    session.flush()
    audit.note(session, at=now, person_id=by.person_id, action="broadcast.planned", about=f"broadcast:{broadcast.id}")
    return broadcast


def seconds(session: Session, by: Speaker, day: date) -> list[Person]:
    """Other officials of the same unit: one of them has to agree to a large broadcast."""
    holders = people.holders(session, by.unit_path, day=day, roles=people.OFFICIAL_ROLES)
    return [person for person, unit, _ in holders if unit.id == by.unit_id and person.id != by.person_id]


def approve(session: Session, broadcast: Broadcast, *, by: Speaker, agrees: bool, now: datetime) -> None:
    """The second official's word."""
    broadcast.confirmed_by_id = by.person_id
    broadcast.state = ("scheduled" if broadcast.due_at > now else "expanding") if agrees else "cancelled"
    action = "broadcast.approved" if agrees else "broadcast.refused"
    audit.note(session, at=now, person_id=by.person_id, action=action, about=f"broadcast:{broadcast.id}")


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
    if broadcast is None or not (broadcast.state == "expanding" or (broadcast.state == "scheduled" and broadcast.due_at <= now)):
        return 0
    audience = broadcast.audience
    rows = session.execute(
        select(Person.id, func.min(Unit.id)).join(Post, Post.person_id == Person.id).join(Unit, Unit.id == Post.unit_id)
        .where(*conditions(audience, audience["within"], date.fromisoformat(audience["day"])),
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
    by_outcome: dict[tuple[str, str], list[int]] = defaultdict(list)
    for outbox_id, (state, reason) in outcomes.items():
        by_outcome[("skipped" if state == "cancelled" else state, reason[:40])].append(outbox_id)
    for (state, reason), ids in by_outcome.items():
        for start in range(0, len(ids), 500):
            session.execute(
                update(Delivery).where(Delivery.outbox_id.in_(ids[start : start + 500]), Delivery.state == "planned")
                .values(state=state, reason=reason, sent_at=now if state == "sent" else None)
            )


def give_up_held(store: Store, now: datetime) -> int:
    """Deliveries that have waited a week for her next word are skipped, with the reason; how many."""
    with store.begin() as session:
        ids = list(session.scalars(
            select(Outbox.id).where(Outbox.state == "held", Outbox.klass == outbox.BROADCAST, Outbox.created_at <= now - HELD_FOR).limit(CHUNK)))
        if ids:
            session.execute(update(Outbox).where(Outbox.id.in_(ids)).values(state="cancelled", error="window_closed"))
            settle(session, dict.fromkeys(ids, ("cancelled", "window_closed")), now)
    return len(ids)


def acknowledge(session: Session, person_id: int, now: datetime) -> Delivery | None:
    """收到: counts for the latest broadcast she was sent and has not answered; None if there is none."""
    found = session.scalar(
        select(Delivery).where(Delivery.person_id == person_id, Delivery.state.in_(("planned", "sent")), Delivery.acknowledged_at.is_(None))
        .order_by(Delivery.broadcast_id.desc()).limit(1)
    )
    if found is not None:
        found.acknowledged_at = now
    return found


def recall(session: Session, broadcast: Broadcast, *, by: Speaker, now: datetime) -> tuple[int, list[str]]:
    """Stop what has not gone out; how many that were, and who has the old text."""
    waiting = select(Delivery.outbox_id).where(Delivery.broadcast_id == broadcast.id, Delivery.state == "planned")
    ids = list(session.scalars(select(Outbox.id).where(Outbox.id.in_(waiting), Outbox.state.in_(("pending", "held")))))
    for start in range(0, len(ids), 500):
        session.execute(update(Outbox).where(Outbox.id.in_(ids[start : start + 500])).values(state="cancelled", error="recalled"))
    settle(session, dict.fromkeys(ids, ("cancelled", "recalled")), now)
    broadcast.state = "recalled"
    audit.note(session, at=now, person_id=by.person_id, action="broadcast.recalled", about=f"broadcast:{broadcast.id}")
    return len(ids), saw(session, broadcast)


def saw(session: Session, broadcast: Broadcast) -> list[str]:
    """Who was sent it, by unit and name; rows in the air count, for they may arrive."""
    rows = session.execute(
        select(Unit.name, Person.name).select_from(Delivery).join(Person, Person.id == Delivery.person_id).join(Unit, Unit.id == Delivery.unit_id)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.state.in_(("sent", "planned"))).order_by(Unit.code))
    return [f"{unit}{name}" for unit, name in rows]


def correct(session: Session, broadcast: Broadcast, text: str, *, by: Speaker, now: datetime) -> Broadcast:
    """Write to those who have the old text, and only to them."""
    ids = list(session.scalars(
        select(Delivery.person_id).where(Delivery.broadcast_id == broadcast.id, Delivery.state.in_(("sent", "planned")))))
    return plan(session, text, {"person_ids": ids}, by=by, now=now, corrects=broadcast)


@dataclass(frozen=True, slots=True)
class Progress:
    """planned = sent + failed + skipped + waiting, always."""

    planned: int
    sent: int
    failed: int
    skipped: int
    waiting: int
    acknowledged: int
    read: int
    reported: int
    reasons: dict[str, int]


def progress(session: Session, broadcast: Broadcast) -> Progress:
    """How far it has come."""
    _book_reported(session, broadcast)
    counts: dict[str, int] = defaultdict(int)
    reasons: dict[str, int] = defaultdict(int)
    for state, reason, count in session.execute(
        select(Delivery.state, Delivery.reason, func.count()).where(Delivery.broadcast_id == broadcast.id).group_by(Delivery.state, Delivery.reason)
    ):
        counts[state] += count
        if reason:
            reasons[reason.split(":")[0]] += count
    seen = session.execute(
        select(func.count(Delivery.acknowledged_at), func.count(Delivery.read_at), func.count(Delivery.reported_at))
        .where(Delivery.broadcast_id == broadcast.id)).one()
    return Progress(
        planned=sum(counts.values()), sent=counts["sent"], failed=counts["failed"], skipped=counts["skipped"],
        waiting=counts["planned"], acknowledged=seen[0], read=seen[1], reported=seen[2], reasons=dict(reasons),
    )


def _book_reported(session: Session, broadcast: Broadcast) -> None:
    """Who was chased for a duty and has reported since."""
    duty_id = broadcast.audience.get("missing_duty_id")
    if duty_id is None:
        return
    done = select(Assignment.done_at).where(Assignment.duty_id == duty_id, Assignment.unit_id == Delivery.unit_id, Assignment.done_at.is_not(None))
    session.execute(
        update(Delivery).where(Delivery.broadcast_id == broadcast.id, Delivery.reported_at.is_(None), done.exists())
        .values(reported_at=done.limit(1).scalar_subquery()).execution_options(synchronize_session=False))


def by_code(session: Session, code: str, within: str) -> Broadcast | None:
    """The broadcast with that code, if it was sent from within `within`."""
    return session.scalar(
        select(Broadcast).join(Unit, Unit.id == Broadcast.unit_id).where(Broadcast.code == code.strip().upper(), units.below(Unit.path, within)))


def latest(session: Session, unit_id: int, limit: int = 5) -> list[Broadcast]:
    """The latest broadcasts of a unit."""
    return list(session.scalars(select(Broadcast).where(Broadcast.unit_id == unit_id).order_by(Broadcast.id.desc()).limit(limit)))


def silent(session: Session, broadcast: Broadcast, limit: int = 30) -> list[str]:
    """Names of those who were sent it and have not said 收到."""
    rows = session.execute(
        select(Unit.name, Person.name).select_from(Delivery).join(Person, Person.id == Delivery.person_id).join(Unit, Unit.id == Delivery.unit_id)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.acknowledged_at.is_(None), Delivery.state != "skipped")
        .order_by(Unit.code).limit(limit))
    return [f"{unit}{name}" for unit, name in rows]


