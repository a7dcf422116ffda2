"""Broadcasts: planned, agreed to, recalled, corrected. The face of the slice for chats, jobs and the sender."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import Session

from handlers.broadcasts.audience import Audience
from handlers.broadcasts.expanding import CHUNK, expand_chunk, expand_due
from handlers.broadcasts.standing import Progress, acknowledge, has_acknowledged, progress, saw, settle, silent
from handlers.dialog.reply import Reply, choices
from handlers.local import LOCAL
from storage import audit, outbox, people, units
from storage.broadcasts import Broadcast, Delivery, key_of, of_key
from storage.outbox import Outbox
from storage.people import Person, Speaker
from storage.store import Store
from storage.units import Unit

#: A message that waits for her next word is given up after so long: it would be old news.
HELD_FOR = timedelta(days=7)

_LETTERS = "ABCDEFHJKMNPRTUVWXY346789"


def fresh_code(length: int = 5) -> str:
    """A code without letters that look or sound alike."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def plan(
    session: Session,
    text: str,
    audience: Audience,
    *,
    by: Speaker,
    now: datetime,
    due_at: datetime | None = None,
    photos: tuple[str, ...] = (),
    circular_id: int | None = None,
    needs_second: bool = False,
    corrects: Broadcast | None = None,
) -> Broadcast:
    """Store the broadcast; its people are expanded by the job, in chunks. With `needs_second` it waits for another official."""
    assert by.person_id is not None
    body_id = outbox.add_body(session, Reply(text, choices("收到"), photos).to_json())
    day = now.astimezone(LOCAL).date().isoformat()
    state = "awaiting" if needs_second else "scheduled" if due_at is not None and due_at > now else "expanding"
    broadcast = Broadcast(
        code=fresh_code(),
        unit_id=by.unit_id,
        by_person_id=by.person_id,
        text=text,
        body_id=body_id,
        circular_id=circular_id,
        audience={**audience, "within": by.unit_path, "day": day},
        state=state,
        created_at=now,
        due_at=due_at or now,
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


def give_up_held(store: Store, now: datetime) -> int:
    """Deliveries that have waited a week for her next word are skipped, with the reason; how many."""
    with store.begin() as session:
        keys = list(
            session.scalars(
                update(Outbox)
                .where(
                    Outbox.id.in_(
                        select(Outbox.id)
                        .where(
                            Outbox.state == literal_column("'held'"),
                            Outbox.klass == outbox.BROADCAST,
                            Outbox.created_at <= now - HELD_FOR,
                        )
                        .limit(CHUNK)
                    )
                )
                .values(state="cancelled", error="window_closed")
                .returning(Outbox.dedup_key)
                .execution_options(synchronize_session=False)
            )
        )
        settle(session, dict.fromkeys(filter(None, map(of_key, keys)), ("cancelled", "window_closed")), now)
    return len(keys)


def recall(session: Session, broadcast: Broadcast, *, by: Speaker, now: datetime) -> tuple[int, list[str]]:
    """Stop what has not gone out; how many that were, and who has the old text."""
    broadcast.state = "recalled"
    waiting = list(
        session.scalars(
            select(Delivery.person_id)
            .where(Delivery.broadcast_id == broadcast.id, Delivery.state == "planned")
            .order_by(Delivery.person_id)
        )
    )
    stopped: list[tuple[int, int]] = []
    for start in range(0, len(waiting), 500):
        keys = [key_of(broadcast.id, person_id) for person_id in waiting[start : start + 500]]
        stopped += filter(
            None,
            map(
                of_key,
                session.scalars(
                    update(Outbox)
                    .where(Outbox.dedup_key.in_(keys), Outbox.state.in_(("pending", "held")))
                    .values(state="cancelled", error="recalled")
                    .returning(Outbox.dedup_key)
                    .execution_options(synchronize_session=False)
                ),
            ),
        )
    settle(session, dict.fromkeys(stopped, ("cancelled", "recalled")), now)
    audit.note(session, at=now, person_id=by.person_id, action="broadcast.recalled", about=f"broadcast:{broadcast.id}")
    return len(stopped), saw(session, broadcast)


def recalled_among(session: Session, broadcast_ids: set[int]) -> set[int]:
    """Which of these broadcasts have been recalled: asked again at the moment of sending."""
    return set(
        session.scalars(select(Broadcast.id).where(Broadcast.id.in_(broadcast_ids), Broadcast.state == "recalled"))
    )


def correct(session: Session, broadcast: Broadcast, text: str, *, by: Speaker, now: datetime) -> Broadcast:
    """Write to those who have the old text, and only to them."""
    return plan(session, text, {"saw": broadcast.id}, by=by, now=now, corrects=broadcast)


def beginning(broadcast: Broadcast, length: int | None = None) -> str:
    """What she wrote, without the line about who sends it; its first characters in one line, or all of it."""
    text = broadcast.text.rsplit("\n——", 1)[0]
    if length is None:
        return text
    line = text.replace("\n", " ")
    return line if len(line) <= length else line[: length - 1] + "…"


def by_code(session: Session, code: str, within: str) -> Broadcast | None:
    """The broadcast with that code, if it was sent from within `within`."""
    return session.scalar(
        select(Broadcast)
        .join(Unit, Unit.id == Broadcast.unit_id)
        .where(Broadcast.code == code.strip().upper(), units.below(Unit.path, within))
    )


def latest(session: Session, unit_id: int, limit: int = 5) -> list[Broadcast]:
    """The latest broadcasts of a unit."""
    return list(
        session.scalars(
            select(Broadcast).where(Broadcast.unit_id == unit_id).order_by(Broadcast.id.desc()).limit(limit)
        )
    )


__all__ = [
    "CHUNK",
    "Progress",
    "acknowledge",
    "approve",
    "beginning",
    "by_code",
    "correct",
    "expand_chunk",
    "expand_due",
    "fresh_code",
    "give_up_held",
    "has_acknowledged",
    "latest",
    "plan",
    "progress",
    "recall",
    "recalled_among",
    "saw",
    "seconds",
    "settle",
    "silent",
]
