"""How a broadcast stands: what became of its deliveries, who has the text, who has said 收到 and who is silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, Delivery
from storage.duties import Assignment
from storage.people import Person
from storage.units import Unit


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


def saw(session: Session, broadcast: Broadcast) -> list[str]:
    """Who was sent it, by unit and name; rows in the air count, for they may arrive."""
    return _named(session, broadcast, Delivery.state.in_(("sent", "planned")))


def silent(session: Session, broadcast: Broadcast, limit: int = 30) -> list[str]:
    """Names of those who were sent it and have not said 收到."""
    return _named(session, broadcast, Delivery.acknowledged_at.is_(None), Delivery.state != "skipped", limit=limit)


def _named(session: Session, broadcast: Broadcast, *which: ColumnElement[bool], limit: int | None = None) -> list[str]:
    rows = session.execute(
        select(Unit.name, Person.name)
        .select_from(Delivery)
        .join(Person, Person.id == Delivery.person_id)
        .join(Unit, Unit.id == Delivery.unit_id)
        .where(Delivery.broadcast_id == broadcast.id, *which)
        .order_by(Unit.code)
        .limit(limit)
    )
    return [f"{unit}{name}" for unit, name in rows]


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
