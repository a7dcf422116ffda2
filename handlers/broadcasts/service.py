"""Plans, expands, recalls and counts broadcasts: a delivery row for each person before anything is sent."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, func, insert, literal, literal_column, or_, select, update
from sqlalchemy.orm import Session

from handlers.broadcasts.audience import Audience, conditions
from handlers.dialog.reply import Reply, choices
from handlers.local import LOCAL
from storage import audit, outbox, people, units
from storage.base import UtcDateTime
from storage.broadcasts import Broadcast, Delivery, key_of, of_key
from storage.conversations import insert_for
from storage.duties import Assignment
from storage.outbox import Outbox
from storage.people import Identity, Person, Post, Speaker
from storage.store import Store
from storage.units import Unit

#: People looked at in one transaction: a reply must never wait for a broadcast.
CHUNK = 1_000
#: After so many new rows the database has to look at the queue anew to find the best way through it.
MANY = 20_000
#: Between two chunks, so that whoever waits for the writer gets it, in seconds.
BREATH = 0.005
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


def settle(session: Session, outcomes: Mapping[tuple[int, int], tuple[str, str]], now: datetime) -> None:
    """Book what became of outbox rows: (broadcast, person) → (sent | failed | cancelled, reason)."""
    by_outcome: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for (broadcast_id, person_id), (state, reason) in outcomes.items():
        by_outcome[broadcast_id, "skipped" if state == "cancelled" else state, reason[:40]].append(person_id)
    for (broadcast_id, state, reason), ids in sorted(by_outcome.items()):
        for start in range(0, len(ids), 500):
            session.execute(
                update(Delivery)
                .where(
                    Delivery.broadcast_id == broadcast_id,
                    Delivery.person_id.in_(sorted(ids[start : start + 500])),
                    Delivery.state == "planned",
                )
                .values(state=state, reason=reason, sent_at=now if state == "sent" else None)
                .execution_options(synchronize_session=False)
            )


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


def acknowledge(session: Session, person_id: int, now: datetime) -> Delivery | None:
    """收到: counts for the latest broadcast she was sent and has not answered; None if there is none."""
    found = session.scalar(
        select(Delivery)
        .where(
            Delivery.person_id == person_id, Delivery.state.in_(("planned", "sent")), Delivery.acknowledged_at.is_(None)
        )
        .order_by(Delivery.broadcast_id.desc())
        .limit(1)
    )
    if found is not None:
        found.acknowledged_at = now
    return found


def has_acknowledged(session: Session, person_id: int) -> bool:
    """Whether she has said 收到 to the latest broadcast she was sent."""
    return (
        session.scalar(
            select(Delivery.acknowledged_at)
            .where(Delivery.person_id == person_id, Delivery.state.in_(("planned", "sent")))
            .order_by(Delivery.broadcast_id.desc())
            .limit(1)
        )
        is not None
    )


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


def saw(session: Session, broadcast: Broadcast) -> list[str]:
    """Who was sent it, by unit and name; rows in the air count, for they may arrive."""
    rows = session.execute(
        select(Unit.name, Person.name)
        .select_from(Delivery)
        .join(Person, Person.id == Delivery.person_id)
        .join(Unit, Unit.id == Delivery.unit_id)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.state.in_(("sent", "planned")))
        .order_by(Unit.code)
    )
    return [f"{unit}{name}" for unit, name in rows]


def correct(session: Session, broadcast: Broadcast, text: str, *, by: Speaker, now: datetime) -> Broadcast:
    """Write to those who have the old text, and only to them."""
    return plan(session, text, {"saw": broadcast.id}, by=by, now=now, corrects=broadcast)


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
        select(Delivery.state, Delivery.reason, func.count())
        .where(Delivery.broadcast_id == broadcast.id)
        .group_by(Delivery.state, Delivery.reason)
    ):
        counts[state] += count
        if reason:
            reasons[reason.split(":")[0]] += count
    seen = session.execute(
        select(
            func.count(Delivery.acknowledged_at), func.count(Delivery.read_at), func.count(Delivery.reported_at)
        ).where(Delivery.broadcast_id == broadcast.id)
    ).one()
    return Progress(
        planned=sum(counts.values()),
        sent=counts["sent"],
        failed=counts["failed"],
        skipped=counts["skipped"],
        waiting=counts["planned"],
        acknowledged=seen[0],
        read=seen[1],
        reported=seen[2],
        reasons=dict(reasons),
    )


def _book_reported(session: Session, broadcast: Broadcast) -> None:
    """Who was chased for a duty and has reported since."""
    duty_id = broadcast.audience.get("missing_duty_id")
    if duty_id is None:
        return
    done = select(Assignment.done_at).where(
        Assignment.duty_id == duty_id, Assignment.unit_id == Delivery.unit_id, Assignment.done_at.is_not(None)
    )
    session.execute(
        update(Delivery)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.reported_at.is_(None), done.exists())
        .values(reported_at=done.limit(1).scalar_subquery())
        .execution_options(synchronize_session=False)
    )


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


def silent(session: Session, broadcast: Broadcast, limit: int = 30) -> list[str]:
    """Names of those who were sent it and have not said 收到."""
    rows = session.execute(
        select(Unit.name, Person.name)
        .select_from(Delivery)
        .join(Person, Person.id == Delivery.person_id)
        .join(Unit, Unit.id == Delivery.unit_id)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.acknowledged_at.is_(None), Delivery.state != "skipped")
        .order_by(Unit.code)
        .limit(limit)
    )
    return [f"{unit}{name}" for unit, name in rows]
