"""A duty in force is changed or called off: its day or rule, its quota, its reminders, its name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import Session

from handlers.duties import moving, quotas, rules, texts
from handlers.duties.announcing import tell_heads
from handlers.duties.booking import recount
from handlers.duties.expanding import expand
from handlers.duties.handing_down import PastDeadline
from handlers.duties.moving import forget_future, postpone, renew_steps
from handlers.local import LOCAL
from storage import audit, units
from storage.duties import OPEN, Assignment, Duty
from storage.people import Speaker
from storage.units import Unit


def own_duty(session: Session, duty_id: int, by: Speaker) -> Duty | None:
    """A duty in force that this official may change: handed down by her unit or one below it."""
    duty = session.get(Duty, duty_id, with_for_update=True)
    if duty is None or duty.state != "confirmed":
        return None
    unit = session.get(Unit, duty.unit_id)
    return duty if unit is not None and units.is_within(unit.path, by.unit_path) else None


def change(
    session: Session,
    duty: Duty,
    *,
    by: Speaker,
    now: datetime,
    due_on: date | None = None,
    recurrence: str = "",
    deadline_text: str = "",
    reminder_days: list[int] | None = None,
    tell_above_after: int | None = None,
    title: str = "",
    quota: dict[str, Any] | None = None,
    may_be_past: bool = False,
) -> None:
    """Change a duty in force. A new rule begins with the next period: the one that has begun stays as it was told."""
    today = now.astimezone(LOCAL).date()
    if due_on is not None and due_on < today and not may_be_past:
        raise PastDeadline
    if reminder_days is not None:
        duty.reminder_days = reminder_days
    if tell_above_after is not None:
        duty.tell_above_after = tell_above_after
    duty.title = title[:100] or duty.title
    duty.deadline_text = deadline_text[:60] or duty.deadline_text
    if quota is not None:
        _change_quota(session, duty, quota, now)
    if due_on is not None and not duty.recurrence and duty.due_on is not None:
        was, duty.due_on = duty.due_on, due_on
        session.flush()
        postpone(session, duty, was, now)
    elif recurrence or due_on is not None:
        _change_rule(session, duty, recurrence, due_on, now)
    else:
        renew_steps(session, duty, now)
    session.flush()
    audit.note(session, at=now, person_id=by.person_id, action="duty.changed", about=f"duty:{duty.id}")


def _change_rule(session: Session, duty: Duty, recurrence: str, due_on: date | None, now: datetime) -> None:
    today = now.astimezone(LOCAL).date()
    kept = forget_future(session, duty, today, single=not duty.recurrence)
    last = session.execute(
        select(Assignment.first, Assignment.last)
        .where(Assignment.duty_id == duty.id, Assignment.due_on == kept)
        .limit(1)
    ).first()
    duty.recurrence, duty.due_on = recurrence, due_on
    if recurrence:
        duty.starts_on = date.fromordinal(kept.toordinal() + 1) if kept is not None else duty.starts_on
        following = rules.periods(duty, duty.starts_on or today, today + rules.HORIZON)
        if last is not None and following and (following[0].first, following[0].last) == tuple(last):
            duty.starts_on = date.fromordinal(
                following[0].due_on.toordinal() + 1
            )  # this period was owed by the old rule
    duty.expanded_to = None
    session.flush()
    renew_steps(session, duty, now)
    expand(session, duty, now)


def _change_quota(session: Session, duty: Duty, quota: dict[str, Any], now: datetime) -> None:
    duty.quota = quota
    session.flush()
    session.execute(
        update(Assignment)
        .where(Assignment.duty_id == duty.id, Assignment.state == OPEN)
        .values(needs=quotas.needed(quota), target=quotas.hoped(quota))
        .execution_options(synchronize_session=False)
    )
    started = session.scalars(
        select(Assignment).where(Assignment.duty_id == duty.id, Assignment.state == OPEN, Assignment.got > 0)
    ).all()
    for assignment in started:
        recount(session, assignment, duty, now)


def end(session: Session, duty: Duty, *, by: Speaker, now: datetime, note: str = "", notice: str = "") -> int:
    """The duty is called off: what is still open is owed no more; how many units that frees.

    With a `notice` their heads are told once; those who have reported hear nothing.
    """
    owing_units = open_units(session, duty) if notice else []
    duty.state = "ended"
    session.flush()
    freed = moving.withdraw(session, duty, true(), note or texts.ENDED_NOTE, now)
    if notice:
        tell_heads(session, duty, owing_units, notice, f"end{now:%Y%m%d%H%M}", now)
    audit.note(session, at=now, person_id=by.person_id, action="duty.ended", about=f"duty:{duty.id}")
    return freed


def open_units(session: Session, duty: Duty, which: ColumnElement[bool] | None = None) -> list[int]:
    """The units that owe something of it, each once."""
    where = [Assignment.duty_id == duty.id, Assignment.state == OPEN, *([which] if which is not None else [])]
    return list(session.scalars(select(Assignment.unit_id).where(*where).distinct().order_by(Assignment.unit_id)))
