"""A duty is handed down: what an official may ask for, its row, and how it comes to be owed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.duties.announcing import announce
from handlers.duties.expanding import audience_count, expand, is_large
from handlers.local import LOCAL
from storage import audit
from storage.duties import Assignment, Duty
from storage.people import Speaker


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
