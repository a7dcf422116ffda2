"""What a circular asks for, proposed to an official: seen one by one, changed, handed down once, or dropped.

A proposal is a duty in the state `proposed`: nobody owes it, nothing is sent. `decide` is what the chat and a page call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.duties import card, service
from handlers.duties.service import NewDuty, NoBasis, NobodyOwes, NoDeadline, PastDeadline, Refused
from handlers.local import LOCAL
from storage import audit
from storage.duties import Duty
from storage.people import Speaker

Verdict = Literal["confirm", "edit", "drop"]
Outcome = Literal["handed_down", "edited", "dropped", "already", "no_deadline", "past", "no_basis", "nobody", "unknown"]

_WHY: Mapping[type[Refused], Outcome] = {
    NoDeadline: "no_deadline",
    PastDeadline: "past",
    NoBasis: "no_basis",
    NobodyOwes: "nobody",
}


def key_of(new: NewDuty, by: Speaker) -> str:
    """What makes it the same proposal: the document, the sentence, what and who, and whose units; not the place in a list."""
    said = "|".join(
        (new.rests_on, new.evidence, new.title, str(new.audience.get("level")), str(new.due_on), new.recurrence)
    )
    return f"{by.unit_id}:{hashlib.sha256(said.encode()).hexdigest()[:24]}"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Proposals that wait for a word, and how many of the document were handed down before."""

    waiting: tuple[Duty, ...]
    handed_down: int


def propose(session: Session, found: Sequence[NewDuty], *, by: Speaker, now: datetime) -> Proposed:
    """Keep proposals; those made before are found again, with their changes; what was handed down is not proposed twice."""
    keys = [key_of(new, by) for new in found]
    known = {duty.proposal_key: duty for duty in session.scalars(select(Duty).where(Duty.proposal_key.in_(keys)))}
    waiting: list[Duty] = []
    handed = 0
    for key, new in zip(keys, found, strict=True):
        duty = known.get(key)
        if duty is None:
            duty = service.as_record(new, by=by, now=now, state="proposed")
            duty.proposal_key = key
            session.add(duty)
            known[key] = duty
        elif duty in waiting:
            continue
        elif duty.state in ("confirmed", "ended"):
            handed += 1
            continue
        else:
            duty.state, duty.circular_id = "proposed", new.circular_id
        waiting.append(duty)
    session.flush()
    return Proposed(tuple(waiting), handed)


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of her word on a proposal."""

    outcome: Outcome
    duty: Duty | None = None
    #: Units that owe it, once handed down.
    count: int = 0


def get(session: Session, proposal_id: int, by: Speaker) -> Duty | None:
    """A proposal of her own unit, whatever has become of it."""
    duty = session.get(Duty, proposal_id)
    return duty if duty is not None and duty.unit_id == by.unit_id else None


def decide(
    session: Session,
    proposal_id: int,
    verdict: Verdict,
    *,
    by: Speaker,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> Decided:
    """Hand a proposal down, change it (`changes` in the shape of `card.of_record`), or drop it. Nothing is sent before.

    Confirmed twice, by two officials or after a crash, it is handed down once.
    """
    duty = session.get(Duty, proposal_id, with_for_update=True, populate_existing=True)
    if duty is None or duty.unit_id != by.unit_id or not by.is_official:
        return Decided("unknown")
    if duty.state in ("confirmed", "ended"):
        return Decided("already", duty)
    if verdict == "drop":
        duty.state = "dropped"
        audit.note(session, at=now, person_id=by.person_id, action="duty.dropped", about=f"duty:{duty.id}")
        return Decided("dropped", duty)
    if verdict == "edit":
        _write(duty, {**card.of_record(duty), **(changes or {})}, by)
        session.flush()
        return Decided("edited", duty)
    return _confirm(session, duty, by, now)


def _confirm(session: Session, duty: Duty, by: Speaker, now: datetime) -> Decided:
    today = now.astimezone(LOCAL).date()
    try:
        service.check(session, card.new_duty(card.of_record(duty), today), by=by, now=now)
    except Refused as refused:
        return Decided(_WHY[type(refused)], duty)
    assert by.person_id is not None
    duty.state, duty.created_at, duty.by_person_id = "confirmed", now, by.person_id
    duty.audience = {**duty.audience, "within": by.unit_path}
    if duty.recurrence:  # periods from before it was handed down are nobody's debt
        duty.starts_on = max(duty.starts_on or today, today)
    session.flush()
    return Decided("handed_down", duty, service.put_in_force(session, duty, by=by, now=now, tell_heads=True))


def _write(duty: Duty, new: Mapping[str, Any], by: Speaker) -> None:
    duty.title, duty.rests_on = new["title"][:100], new["basis"][:100]
    duty.audience, duty.quota = {**new["audience"], "within": by.unit_path}, new["quota"]
    duty.due_on = date.fromisoformat(new["due_on"]) if new.get("due_on") else None
    duty.starts_on = date.fromisoformat(new["starts_on"]) if new.get("starts_on") else None
    if duty.due_on is not None and duty.starts_on is not None and duty.starts_on > duty.due_on:
        duty.starts_on = None
    duty.recurrence = new.get("recurrence") or ""
    duty.deadline_text = (new.get("deadline_text") or "")[:60]
    duty.reminder_days, duty.tell_above_after = list(new["reminder_days"]), new["tell_above_after"]
    duty.late_by = new["late_by"]


def waiting(session: Session, by: Speaker, *, circular_id: int | None = None) -> list[Duty]:
    """Proposals of her unit that still wait, oldest first: what a page lists."""
    query = select(Duty).where(Duty.unit_id == by.unit_id, Duty.state == "proposed").order_by(Duty.id)
    if circular_id is not None:
        query = query.where(Duty.circular_id == circular_id)
    return list(session.scalars(query))
