"""Duties: handed down, changed, ended, chased. The face of the slice for chats, pages, jobs and other services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.orm import Session

from handlers.duties import moving, quotas, rules, texts
from handlers.duties.announcing import announce, basis_words, tell_heads, when_words
from handlers.duties.booking import Booked, Said, fulfil, gap_words, reconsider, recount, say_done, take_back
from handlers.duties.expanding import audience_count, expand, expand_all, is_large
from handlers.duties.moving import forget_future, postpone, renew_steps
from handlers.duties.standing import (
    Missing,
    Share,
    Standing,
    count_missing,
    handed_down_by,
    missing,
    owed_by,
    shares,
    standings,
    stream_missing,
)
from handlers.local import LOCAL
from storage import audit, units
from storage.conversations import insert_for
from storage.duties import DONE, LATE_DONE, OPEN, Assignment, Duty
from storage.people import Speaker
from storage.reminders import ReminderStep
from storage.units import Unit

#: One unit is not chased by hand more often than this for one thing; on one day at most once.
CHASES = 3


@dataclass(frozen=True, slots=True)
class NewDuty:
    """What an official hands down. Exactly one of `due_on` and `recurrence` is set."""

    title: str
    audience: dict[str, Any]
    rests_on: str
    quota: dict[str, Any] = field(default_factory=dict)
    what: str = ""
    due_on: date | None = None
    recurrence: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    circular_id: int | None = None
    evidence: str = ""
    span: tuple[int, int] | None = None
    tentative: bool = False
    proposal_key: str | None = None
    deadline_text: str = ""
    who_text: str = ""
    late_by: str = "receipt"
    reminder_days: tuple[int, ...] = (-3, 0, 1)
    tell_above_after: int = 3


class Refused(ValueError):
    """A duty that cannot be handed down; nothing was made."""


class NoDeadline(Refused):
    """A duty without a day by which it is owed."""


class PastDeadline(Refused):
    """A duty whose only day has gone."""


class NoBasis(Refused):
    """Neither a 文号 nor the word that there is none."""


class NobodyOwes(Refused):
    """No open unit is in the audience."""


def hand_down(
    session: Session, new: NewDuty, *, by: Speaker, now: datetime, tell_heads: bool = False
) -> tuple[Duty, int]:
    """Make a duty and what each unit owes; the duty and how many units. Raises Refused, nothing made then.

    A large audience is expanded by the job, in chunks; `tell_heads` sends a word to those who owe it.
    """
    assert by.person_id is not None
    check(session, new, by=by, now=now)
    duty = as_record(new, by=by, now=now)
    session.add(duty)
    session.flush()
    return duty, put_in_force(session, duty, by=by, now=now, tell_heads=tell_heads)


def check(session: Session, new: NewDuty, *, by: Speaker, now: datetime) -> int:
    """Raise Refused unless it can be handed down; how many units would owe it."""
    today = now.astimezone(LOCAL).date()
    if new.due_on is None and not new.recurrence:
        raise NoDeadline
    if new.due_on is not None and new.due_on < today:
        raise PastDeadline
    if not new.rests_on.strip():
        raise NoBasis
    count = audience_count(session, new.audience, by.unit_path, today)
    if not count:
        raise NobodyOwes
    return count


def as_record(new: NewDuty, *, by: Speaker, now: datetime, state: str = "confirmed") -> Duty:
    """The row of a duty, not yet stored."""
    assert by.person_id is not None
    return Duty(
        unit_id=by.unit_id,
        by_person_id=by.person_id,
        title=new.title[:100],
        what=new.what,
        circular_id=new.circular_id,
        rests_on=new.rests_on[:100],
        evidence=new.evidence,
        evidence_start=new.span[0] if new.span else None,
        evidence_end=new.span[1] if new.span else None,
        audience={**new.audience, "within": by.unit_path},
        quota=new.quota,
        starts_on=new.starts_on,
        due_on=new.due_on,
        recurrence=new.recurrence,
        ends_on=new.ends_on,
        tentative=new.tentative,
        created_at=now,
        proposal_key=new.proposal_key,
        deadline_text=new.deadline_text[:60],
        who_text=new.who_text[:200],
        late_by=new.late_by,
        reminder_days=list(new.reminder_days),
        tell_above_after=new.tell_above_after,
        state=state,
    )


def put_in_force(session: Session, duty: Duty, *, by: Speaker, now: datetime, tell_heads: bool) -> int:
    """From now on it is owed: assignments, reminders and the word to the heads; how many units owe it."""
    audit.note(session, at=now, person_id=by.person_id, action="duty.confirmed", about=f"duty:{duty.id}")
    if is_large(session, duty, now):  # the job goes on from here within minutes, chunk by chunk
        return audience_count(session, duty.audience, duty.audience["within"], now.astimezone(LOCAL).date())
    expand(session, duty, now)
    if tell_heads:
        announce(session, duty, now)
    return (
        session.scalar(select(func.count(func.distinct(Assignment.unit_id))).where(Assignment.duty_id == duty.id)) or 0
    )


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


def counts_of(session: Session, duty: Duty, period: str | None = None) -> tuple[int, int]:
    """How many units still owe a duty, or one period of it, and how many have done it and owe nothing."""
    rows = session.execute(
        select(Assignment.state, func.count(func.distinct(Assignment.unit_id)))
        .where(Assignment.duty_id == duty.id, *([Assignment.period == period] if period else []))
        .group_by(Assignment.state)
    )
    by_state = {row[0]: int(row[1]) for row in rows}
    return by_state.get(OPEN, 0), by_state.get(DONE, 0) + by_state.get(LATE_DONE, 0)


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


__all__ = [
    "Booked",
    "Missing",
    "NewDuty",
    "NoBasis",
    "NoDeadline",
    "NobodyOwes",
    "PastDeadline",
    "Refused",
    "Said",
    "Share",
    "Standing",
    "announce",
    "as_record",
    "audience_count",
    "basis_words",
    "change",
    "chase",
    "check",
    "count_missing",
    "counts_of",
    "end",
    "expand",
    "expand_all",
    "fulfil",
    "gap_words",
    "hand_down",
    "handed_down_by",
    "missing",
    "owed_by",
    "own_duty",
    "put_in_force",
    "reconsider",
    "recount",
    "say_done",
    "shares",
    "standings",
    "stream_missing",
    "take_back",
    "when_words",
]
