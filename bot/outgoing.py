"""What the slices have to say about rows of the outbox: which are overtaken by events, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.broadcasts import service as broadcasts
from handlers.reminders import service as reminders
from storage.broadcasts import of_key
from storage.outbox import BROADCAST, REMINDER, Claimed, Outcome


def overtaken(session: Session, rows: Sequence[Claimed]) -> dict[int, str]:
    """Reminders of what has been reported since, and broadcasts that were recalled: a report at 19:59 stops 20:00."""
    found = {
        row.id: "reported since"
        for row in rows
        if row.klass == REMINDER
        and row.about.startswith("assignments:")
        and not reminders.still_due(session, row.about)
    }
    theirs = {row.id: key[0] for row in rows if row.klass == BROADCAST and (key := of_key(row.dedup_key)) is not None}
    recalled = broadcasts.recalled_among(session, set(theirs.values())) if theirs else set()
    return found | {row_id: "recalled" for row_id, broadcast_id in theirs.items() if broadcast_id in recalled}


def settled(session: Session, outcomes: Sequence[tuple[Claimed, Outcome]], now: datetime) -> None:
    """Book the outcomes on the deliveries of broadcasts."""
    final = {
        key: (outcome.state, outcome.error or "")
        for row, outcome in outcomes
        if outcome.state in ("sent", "failed", "cancelled") and (key := of_key(row.dedup_key)) is not None
    }
    if final:
        broadcasts.settle(session, final, now)
