"""Fires reminders that are due. The tables hold the truth; a tick only looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialog.tell import channel_of
from handlers.duties import rules as duty_rules
from handlers.local import LOCAL
from handlers.reminders import digests, personal
from handlers.reminders.digests import Due, is_above, still_due
from handlers.reminders.digests import reword_for as reword
from storage import outbox, people
from storage.duties import OPEN, Assignment, Duty
from storage.outbox import Outgoing
from storage.reminders import ReminderStep
from storage.store import Store
from storage.units import Unit

#: Steps that one transaction begins with: a reply must never wait for reminders.
CHUNK = 300

#: After an outage: a reminder of what is owed is dropped when it is older, the list for the unit above when it is.
STALE_OWN, STALE_ABOVE = timedelta(days=7), timedelta(days=30)


def fire_due(store: Store, now: datetime) -> int:
    """Put reminders that are due into the outbox; how many were settled.

    Those that people asked for come at the hour they asked for; those of duties by day, on working days.
    """
    settled = personal.fire_due(store, now)
    while duty_rules.is_working(now):
        with store.begin() as session:
            count = _fire_chunk(session, now)
        settled += count
        if not count:
            break
    return settled


def _fire_chunk(session: Session, now: datetime) -> int:
    """Settle all due steps of some people: each gets one message about everything."""
    seeds = session.execute(
        select(ReminderStep.id, ReminderStep.step, Assignment.id, Assignment.state, Duty.state, Unit.id, Unit.parent_id)
        .join(Assignment, Assignment.id == ReminderStep.assignment_id)
        .join(Duty, Duty.id == Assignment.duty_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(ReminderStep.state == "waiting", ReminderStep.due_at <= now)
        .order_by(ReminderStep.due_at, ReminderStep.id)
        .limit(CHUNK)
    ).all()
    settled_ids = [
        row[0] for row in seeds if row[3] != OPEN or row[4] != "confirmed" or (is_above(row[1]) and not row[6])
    ]
    recipients = {row[6] if is_above(row[1]) else row[5] for row in seeds if row[0] not in set(settled_ids)}
    live = _due_steps(session, recipients, now)
    overtaken = session.scalars(
        select(ReminderStep)
        .where(ReminderStep.id.in_(settled_ids), ReminderStep.state == "waiting")
        .with_for_update(skip_locked=True, of=ReminderStep)
    ).all()
    for step in overtaken:
        step.state, step.reason = "skipped", "done"
    rows = _only_latest(live, now)
    _tell(session, rows, now)
    return len(live) + len(overtaken)


def _due_steps(session: Session, recipients: Iterable[int | None], now: datetime) -> list[Due]:
    """All due steps that go to the heads of these units: of the units' own duties, and of those just below them."""
    wanted = sorted(r for r in recipients if r is not None)
    if not wanted:
        return []
    below = session.scalars(select(Unit.id).where(Unit.parent_id.in_(wanted))).all()
    own = _steps(session, wanted, now, above=False)
    return own + (_steps(session, below, now, above=True) if below else [])


def _steps(session: Session, unit_ids: Sequence[int], now: datetime, *, above: bool) -> list[Due]:
    ids = session.scalars(
        select(Assignment.id)
        .join(Duty, Duty.id == Assignment.duty_id)
        .where(Assignment.unit_id.in_(unit_ids), Assignment.state == OPEN, Duty.state == "confirmed")
    ).all()
    found: list[Due] = []
    for start in range(0, len(ids), 1_000):
        query = (
            select(ReminderStep, Assignment, Duty, Unit)
            .join(Assignment, Assignment.id == ReminderStep.assignment_id)
            .join(Duty, Duty.id == Assignment.duty_id)
            .join(Unit, Unit.id == Assignment.unit_id)
            .where(
                ReminderStep.assignment_id.in_(ids[start : start + 1_000]),
                ReminderStep.state == "waiting",
                ReminderStep.due_at <= now,
                ReminderStep.step == "above" if above else ReminderStep.step != "above",
            )
            .order_by(ReminderStep.due_at, ReminderStep.id)
            .with_for_update(skip_locked=True, of=ReminderStep)
        )
        found += [(s, a, d, u) for s, a, d, u in session.execute(query)]
    return found


def _only_latest(rows: Sequence[Due], now: datetime) -> list[Due]:
    """After an outage only the last of several that were missed; what is too old is dropped, each kind by its own rule."""
    latest = {(row[1].id, is_above(row[0].step)): row[0].id for row in rows}
    kept = []
    for row in rows:
        step = row[0]
        above = is_above(step.step)
        if latest[row[1].id, above] != step.id:
            step.state, step.reason = "skipped", "superseded"
        elif now - step.due_at > (STALE_ABOVE if above else STALE_OWN):
            step.state, step.reason = "skipped", "stale"
        else:
            kept.append(row)
    return kept


def _tell(session: Session, rows: Sequence[Due], now: datetime) -> None:
    today = now.astimezone(LOCAL).date()
    units = {row[3].parent_id if is_above(row[0].step) else row[3].id for row in rows}
    heads = people.heads_of(session, sorted(u for u in units if u is not None), today)
    by_person: dict[int, list[Due]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r[1].due_on is None, r[1].due_on, r[0].id)):
        unit_id = row[3].parent_id if is_above(row[0].step) else row[3].id
        head = heads.get(unit_id or 0)
        if head is None:
            row[0].state, row[0].reason = "skipped", "nobody"
        else:
            by_person[head[0].id].append(row)
    channels = channel_of(session, by_person)
    messages = []
    for person_id, theirs in by_person.items():
        reached = person_id in channels
        digest_id = min(step.id for step, *_ in theirs)
        for step, *_ in theirs:
            step.state, step.reason = ("queued", "") if reached else ("skipped", "no_channel")
            step.digest_id = digest_id if reached else None
        if reached:
            messages.append(
                Outgoing(
                    identity_id=channels[person_id],
                    klass=outbox.REMINDER,
                    shape=digests.worded(theirs, today).to_json(),
                    dedup_key=digests.key(digest_id),
                    about=f"{digests.ABOUT}{digest_id}",
                )
            )
    session.flush()
    outbox.put(session, messages, now)


__all__ = ["CHUNK", "fire_due", "reword", "still_due"]
