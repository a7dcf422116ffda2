"""What is owed when its duty changes: put off, withdrawn, owed again; lateness and reminders follow."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, literal, select, update
from sqlalchemy.orm import Session

from handlers.duties.booking import recount
from handlers.duties.expanding import make_steps
from handlers.reminders import digests
from storage.duties import CANCELLED, LATE_DONE, OPEN, Assignment, Duty
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
    _shift(session, duty, was, duty.due_on, now, period=duty.due_on.isoformat())


def move_period(session: Session, duty: Duty, period: str, to: date, now: datetime) -> date | None:
    """One period of a duty that comes back is due on another day; the day it was due on, None if nobody owes it yet."""
    duty.exceptions = {**duty.exceptions, period: to.isoformat()}
    session.flush()
    was = session.scalar(
        select(func.max(Assignment.due_on)).where(Assignment.duty_id == duty.id, Assignment.period == period)
    )
    if was is not None:
        _shift(session, duty, was, to, now, period=period)
    return was


def move_back(session: Session, duty: Duty, period: str, now: datetime) -> None:
    """The period is due again on the day by which it is named."""
    was = session.scalar(
        select(func.max(Assignment.due_on)).where(Assignment.duty_id == duty.id, Assignment.period == period)
    )
    if was is not None:
        _shift(session, duty, was, date.fromisoformat(period), now, period=period)


def _shift(session: Session, duty: Duty, was: date, to: date, now: datetime, *, period: str) -> None:
    """The rows of a period that was due on one day are due on another; who was late by the old one may be on time now.

    Nobody who was on time becomes late by it.
    """
    rows = and_(Assignment.duty_id == duty.id, Assignment.due_on == was)
    if period != to.isoformat():  # a period keeps its name, so that it is not made again
        rows = and_(rows, Assignment.period == period)
    session.execute(
        update(Assignment).where(rows).values(due_on=to, period=period).execution_options(synchronize_session=False)
    )
    _read_anew(session)
    moved = and_(Assignment.duty_id == duty.id, Assignment.period == period)
    if to > was:
        for assignment in session.scalars(select(Assignment).where(moved, Assignment.state == LATE_DONE)):
            recount(session, assignment, duty, now)
    digests.forget(session, and_(moved, Assignment.state == OPEN), now)
    renew_steps(session, duty, now)


def _read_anew(session: Session) -> None:
    """Assignments that are loaded are read again: their rows were changed by a statement."""
    for one in list(session.identity_map.values()):
        if isinstance(one, Assignment):
            session.expire(one)


def withdraw(session: Session, duty: Duty, which: ColumnElement[bool], note: str, now: datetime) -> int:
    """These open assignments are owed no more, for the reason in `note`; nothing is reminded of. How many."""
    rows = and_(Assignment.duty_id == duty.id, Assignment.state == OPEN, which)
    digests.forget(session, rows, now)
    ids = select(Assignment.id).where(rows)
    session.execute(
        update(ReminderStep)
        .where(ReminderStep.assignment_id.in_(ids), ReminderStep.state == "waiting")
        .values(state="skipped", reason="withdrawn")
        .execution_options(synchronize_session=False)
    )
    freed = session.execute(
        update(Assignment)
        .where(rows)
        .values(state=CANCELLED, note=note[:200])
        .execution_options(synchronize_session=False)
    )
    _read_anew(session)
    return int(getattr(freed, "rowcount", 0))


def owe_again(session: Session, duty: Duty, which: ColumnElement[bool], note: str, now: datetime) -> int:
    """What was withdrawn for that reason is owed again, unless it is done; how many."""
    rows = and_(Assignment.duty_id == duty.id, Assignment.state == CANCELLED, Assignment.note == note[:200], which)
    back = session.scalars(select(Assignment).where(rows)).all()
    for assignment in back:
        assignment.state, assignment.note = OPEN, ""
    session.flush()
    for assignment in back:
        if assignment.got or assignment.said_at is not None:
            recount(session, assignment, duty, now)
    renew_steps(session, duty, now)
    return len(back)


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
