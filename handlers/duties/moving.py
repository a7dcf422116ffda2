"""What is owed when its duty changes: put off, withdrawn, owed again; reminders follow."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import and_, func, literal, select, update
from sqlalchemy.orm import Session

from handlers.duties.expanding import make_steps
from storage.duties import OPEN, Assignment, Duty
from storage.reminders import ReminderStep


def forget_future(session: Session, duty: Duty, today: date, *, single: bool = False) -> date | None:
    """Take back periods that have not begun and to which nothing was handed in; the due day of the last that stays.

    The one period of a single duty is taken back even if it has begun: the new rule takes its place.
    """
    untouched = and_(
        Assignment.duty_id == duty.id,
        Assignment.state == OPEN,
        Assignment.got == 0,
        literal(True) if single else Assignment.first > today,
    )
    ids = select(Assignment.id).where(untouched)
    session.execute(ReminderStep.__table__.delete().where(ReminderStep.assignment_id.in_(ids)))  # type: ignore[attr-defined]  # a mapped table is typed as any selectable
    session.execute(Assignment.__table__.delete().where(untouched))  # type: ignore[attr-defined]  # a mapped table is typed as any selectable
    return session.scalar(select(func.max(Assignment.due_on)).where(Assignment.duty_id == duty.id))


def postpone(session: Session, duty: Duty, was: date, now: datetime) -> None:
    """The deadline of a single duty has moved: what is owed and reminded of moves with it."""
    assert duty.due_on is not None
    session.execute(
        update(Assignment)
        .where(Assignment.duty_id == duty.id, Assignment.due_on == was)
        .values(due_on=duty.due_on, period=duty.due_on.isoformat())
        .execution_options(synchronize_session=False)
    )
    renew_steps(session, duty, now)


def renew_steps(session: Session, duty: Duty, now: datetime) -> None:
    """Reminders that have not gone out follow the duty as it is now."""
    open_ids = select(Assignment.id).where(Assignment.duty_id == duty.id, Assignment.state == OPEN)
    session.execute(
        ReminderStep.__table__.delete().where(  # type: ignore[attr-defined]  # a mapped table is typed as any selectable
            ReminderStep.assignment_id.in_(open_ids), ReminderStep.state.in_(("waiting", "skipped"))
        )
    )
    kept = session.execute(
        select(Assignment.period, Assignment.due_on)
        .where(Assignment.duty_id == duty.id, Assignment.state == OPEN)
        .distinct()
    ).all()
    for period, due_on in kept:
        if due_on is not None:
            make_steps(session, duty, period, due_on, now)
