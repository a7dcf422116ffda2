"""Makes duties, expands them into what each unit owes, and books what was reported."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from handlers.dialog.context import LOCAL
from handlers.duties import rules
from storage.duties import DONE, LATE_DONE, OPEN, Assignment, Duty, Fulfilment
from storage.reports import COUNTED, Report


def fulfil(session: Session, report: Report, now: datetime) -> list[str]:
    """Book the report on the open assignments of its unit that it answers; the titles of their duties."""
    open_ones = session.execute(
        select(Assignment, Duty).join(Duty, Duty.id == Assignment.duty_id)
        .where(Assignment.unit_id == report.unit_id, Assignment.state == OPEN, Duty.state == "confirmed").order_by(Assignment.due_on)
    ).all()
    titles: list[str] = []
    booked: set[int] = set()
    for assignment, duty in open_ones:
        if duty.id in booked or not rules.answers(duty.quota, report.slots):
            continue
        if assignment.first is not None and report.event_on < assignment.first:
            continue
        session.execute(insert(Fulfilment).values(assignment_id=assignment.id, report_id=report.id, at=now))
        booked.add(duty.id)
        recount(session, assignment, duty, now)
        titles.append(duty.title)
    return titles


def reconsider(session: Session, report: Report, now: datetime) -> None:
    """The report has changed or gone: what it was booked on is counted again, and it is booked anew if it counts."""
    held = session.execute(
        select(Assignment, Duty).join(Fulfilment, Fulfilment.assignment_id == Assignment.id).join(Duty, Duty.id == Assignment.duty_id)
        .where(Fulfilment.report_id == report.id)
    ).all()
    for assignment, duty in held:
        if report.state not in COUNTED or not rules.answers(duty.quota, report.slots):
            session.execute(delete(Fulfilment).where(Fulfilment.assignment_id == assignment.id, Fulfilment.report_id == report.id))
            recount(session, assignment, duty, now)
    if report.state in COUNTED and not held:
        fulfil(session, report, now)


def recount(session: Session, assignment: Assignment, duty: Duty, now: datetime) -> None:
    """Set the assignment's state from the reports that are booked on it."""
    session.flush()
    booked = session.execute(
        select(func.count(), func.max(Report.filed_at), func.max(Report.event_on))
        .select_from(Fulfilment).join(Report, Report.id == Fulfilment.report_id).where(Fulfilment.assignment_id == assignment.id)
    ).one()
    assignment.got = booked[0]
    if assignment.got < assignment.needs:
        assignment.state, assignment.done_at = OPEN, None
        return
    assignment.done_at = assignment.done_at or now
    last_day = booked[2] if duty.late_by == "event" else booked[1].astimezone(LOCAL).date()
    assignment.state = LATE_DONE if assignment.due_on is not None and last_day > assignment.due_on else DONE
