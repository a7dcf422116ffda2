"""What the slices say about rows of the outbox: which are overtaken, which not for this hour, what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.broadcasts import confidential
from handlers.broadcasts import service as broadcasts
from handlers.duties import rules
from handlers.reminders import digests
from handlers.reminders import service as reminders
from storage import in_hand
from storage.broadcasts import of_key
from storage.in_hand import Claimed, Outcome
from storage.outbox import BROADCAST, CASE, NOTICE, REMINDER


def overtaken(session: Session, rows: Sequence[Claimed], now: datetime) -> dict[int, str | datetime]:
    """Rows that are not to be sent, with the reason, or the moment before which they are not to be sent.

    Reminders of what has been reported since and broadcasts that were recalled never go: a report at 19:59 stops 20:00.
    What was due by day and is late because the sender was away waits for the next civil hour, and is asked about again then.
    """
    found: dict[int, str | datetime] = {
        row.id: "reported since"
        for row in rows
        if row.klass == REMINDER and row.about.startswith(digests.ABOUT) and not reminders.still_due(session, row.about)
    }
    theirs = {row.id: key[0] for row in rows if row.klass == BROADCAST and (key := of_key(row.dedup_key)) is not None}
    recalled = broadcasts.recalled_among(session, set(theirs.values())) if theirs else set()
    found |= {row_id: "recalled" for row_id, broadcast_id in theirs.items() if broadcast_id in recalled}
    return found | _by_day(session, [row for row in rows if row.id not in found], now)


def _by_day(session: Session, rows: Sequence[Claimed], now: datetime) -> dict[int, datetime]:
    """When those may go that are not for this hour: reminders of duties on working days, all others by day.

    What was due at night was meant for the night: an official said 「现在就发」, or she asked to be reminded then.
    """
    duties = [row for row in rows if row.klass == REMINDER and row.about.startswith(digests.ABOUT)]
    held: dict[int, datetime] = {}
    if duties and not rules.may_remind(now):
        moment = rules.next_working(now)
        held = {row.id: moment for row in duties}
        for row in duties:
            reminders.reword(session, row.about, moment)
    if not rules.may_send(now):
        others = [row.id for row in rows if row.klass in (NOTICE, BROADCAST)]
        due = in_hand.due_times(session, others)
        held |= {row_id: rules.civil(now) for row_id in others if not rules.is_quiet(due[row_id])}
    return held


def settled(session: Session, outcomes: Sequence[tuple[Claimed, Outcome]], now: datetime) -> None:
    """Book the outcomes on the deliveries of broadcasts; a word about a case that may not have arrived is told to others."""
    lost = [row for row, outcome in outcomes if row.klass == CASE and outcome.state == "failed"]
    if lost:
        confidential.tell_others(session, lost, now)
    final = {
        key: (outcome.state, outcome.error or "")
        for row, outcome in outcomes
        if outcome.state in ("sent", "failed", "cancelled") and (key := of_key(row.dedup_key)) is not None
    }
    if final:
        broadcasts.settle(session, final, now)
