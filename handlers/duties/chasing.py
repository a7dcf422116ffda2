"""催报 — those who have not answered are reminded once more, by an official's hand."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.duties import rules
from handlers.local import LOCAL
from storage import audit, units
from storage.conversations import insert_for
from storage.duties import OPEN, Assignment
from storage.people import Speaker
from storage.reminders import ReminderStep
from storage.units import Unit

#: One unit is not chased by hand more often than this for one thing; on one day at most once.
CHASES = 3


def chase(session: Session, path: str, *, duty_id: int, due_on: date | None, by: Speaker, now: datetime) -> int:
    """Have those who have not answered reminded once more, at the next civil hour; how many. Capped for each unit."""
    day = now.astimezone(LOCAL)
    step = f"c{day:%y%m%d}"
    chased = (
        select(func.count())
        .select_from(ReminderStep)
        .where(ReminderStep.assignment_id == Assignment.id, ReminderStep.step.like("c%"))
        .correlate(Assignment)
        .scalar_subquery()
    )
    told_today = (
        select(ReminderStep.id)
        .where(
            ReminderStep.assignment_id == Assignment.id,
            ReminderStep.state == "queued",
            ReminderStep.due_at >= day.replace(hour=0, minute=0, second=0, microsecond=0),
        )
        .exists()
    )
    where = [
        units.below(Unit.path, path),
        Assignment.duty_id == duty_id,
        Assignment.state == OPEN,
        units.open_on(day.date()),
        chased < CHASES,
        ~told_today,
    ]
    if due_on is not None:
        where.append(Assignment.due_on == due_on)
    ids = list(session.scalars(select(Assignment.id).join(Unit, Unit.id == Assignment.unit_id).where(*where)))
    at = rules.civil(now)
    made = 0
    for start in range(0, len(ids), 1_000):
        result = session.execute(
            insert_for(session)(ReminderStep.__table__)
            .values(
                [
                    {"assignment_id": i, "step": step, "due_at": at, "state": "waiting", "reason": ""}
                    for i in ids[start : start + 1_000]
                ]
            )
            .on_conflict_do_nothing(),
            execution_options={"preserve_rowcount": True},
        )
        made += max(0, int(getattr(result, "rowcount", 0)))
    audit.note(session, at=now, person_id=by.person_id, action="duty.chased", about=f"duty:{duty_id}")
    return made
