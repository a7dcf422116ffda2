"""What the slices have to say about rows of the outbox: which are overtaken by events, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.broadcasts import service as broadcasts
from handlers.reminders import service as reminders
from storage.outbox import REMINDER, Claimed, Outcome


def overtaken(session: Session, rows: Sequence[Claimed]) -> dict[int, str]:
    """Reminders of what has been reported since: a report at 19:59 stops the reminder of 20:00."""
    return {
        row.id: "reported since"
        for row in rows
        if row.klass == REMINDER and row.about.startswith("assignments:") and not reminders.still_due(session, row.about)
    }


def settled(session: Session, outcomes: Sequence[tuple[Claimed, Outcome]], now: datetime) -> None:
    """Book the outcomes on the deliveries of broadcasts."""
    final = {
        row.id: (outcome.state, outcome.error or "")
        for row, outcome in outcomes
        if row.about.startswith("broadcast:") and outcome.state in ("sent", "failed", "cancelled")
    }
    if final:
        broadcasts.settle(session, final, now)

