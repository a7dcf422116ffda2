"""An official's word on what a later circular changes: applied once, edited, or dropped; who owes it is told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from handlers.duties import moving, service
from handlers.duties.amendment_notices import concerned, note_of, tell_owing
from handlers.local import LOCAL
from storage import audit
from storage.duties import Amendment, Assignment, Duty
from storage.people import Speaker
from storage.units import Unit, is_within

Verdict = Literal["confirm", "edit", "drop"]
Outcome = Literal["applied", "edited", "dropped", "already", "overtaken", "gone", "no_deadline", "past", "unknown"]

#: The values of a duty that an amendment may change, in the shape of `Amendment.change`.
FIELDS = ("due_on", "starts_on", "recurrence", "deadline_text", "title", "quota")


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of her word on an amendment; `count` units still owe it, or owe it no more."""

    outcome: Outcome
    amendment: Amendment | None = None
    duty: Duty | None = None
    count: int = 0


def decide(
    session: Session,
    amendment_id: int,
    verdict: Verdict,
    *,
    by: Speaker,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> Applied:
    """Apply what a later circular changes, change that first (`changes` as in `Amendment.change`), or leave the duty as it is.

    For officials of the unit that handed the duty down, and above. Confirmed twice, by two officials or after a crash, it is
    applied once; a later circular that was applied before goes before an earlier one.
    """
    amendment = session.get(Amendment, amendment_id, with_for_update=True, populate_existing=True)
    if amendment is None:
        return Applied("unknown")
    duty = session.get_one(Duty, amendment.duty_id, with_for_update=True, populate_existing=True)
    unit = session.get_one(Unit, duty.unit_id)
    if not by.is_official or not is_within(unit.path, by.unit_path):
        return Applied("unknown")
    if amendment.state in ("applied", "overtaken"):
        return Applied("already" if amendment.state == "applied" else "overtaken", amendment, duty)
    if verdict == "drop":
        _settle(amendment, "dropped", by, now)
        audit.note(session, at=now, person_id=by.person_id, action="amendment.dropped", about=f"duty:{duty.id}")
        return Applied("dropped", amendment, duty)
    if verdict == "edit":
        amendment.change = {**amendment.change, **(changes or {})}
        amendment.state = "waiting"
        return Applied("edited", amendment, duty)
    return _confirm(session, amendment, duty, by, now)


def _confirm(session: Session, amendment: Amendment, duty: Duty, by: Speaker, now: datetime) -> Applied:
    if duty.state == "dropped" or (duty.state == "ended" and amendment.kind != "restored"):
        _settle(amendment, "overtaken", by, now)
        return Applied("gone", amendment, duty)
    if _later_applied(session, amendment):
        _settle(amendment, "overtaken", by, now)
        return Applied("overtaken", amendment, duty)
    change, today = amendment.change, now.astimezone(LOCAL).date()
    if (
        amendment.kind == "moved"
        and not change.get("due_on")
        and not change.get("recurrence")
        and "quota" not in change
    ):
        return Applied("no_deadline", amendment, duty)
    if change.get("due_on") and date.fromisoformat(change["due_on"]) < today and amendment.kind != "restored":
        return Applied("past", amendment, duty)
    amendment.before = _state_of(duty)
    count = _apply(session, amendment, duty, by, now)
    if amendment.number not in duty.amended_by:
        duty.amended_by = [*duty.amended_by, amendment.number]
    _settle(amendment, "applied", by, now)
    for earlier in _others(session, amendment, "waiting"):
        if earlier.issued_on < amendment.issued_on and _same_matter(earlier, amendment):
            earlier.state = "overtaken"
    audit.note(
        session, at=now, person_id=by.person_id, action="duty.amended", about=f"duty:{duty.id}",
        amendment=amendment.id, kind=amendment.kind, circular=amendment.circular_id,
    )  # fmt: skip
    session.flush()
    if duty.state != "proposed" and amendment.before["state"] != "proposed":
        tell_owing(session, amendment, duty, now)
    else:
        amendment.told_at = now
    return Applied("applied", amendment, duty, count)


def _settle(amendment: Amendment, state: str, by: Speaker, now: datetime) -> None:
    amendment.state, amendment.decided_at, amendment.decided_by_id = state, now, by.person_id


def _later_applied(session: Session, amendment: Amendment) -> bool:
    """Whether a later circular has changed the same thing already, so that this one is history."""
    return any(
        one.issued_on > amendment.issued_on and _same_matter(one, amendment)
        for one in _others(session, amendment, "applied")
    )


def _others(session: Session, amendment: Amendment, state: str) -> Sequence[Amendment]:
    query = select(Amendment).where(
        Amendment.duty_id == amendment.duty_id, Amendment.state == state, Amendment.id != amendment.id
    )
    return session.scalars(query).all()


def _same_matter(one: Amendment, other: Amendment) -> bool:
    """Whether two amendments of a duty are about the same: its end, its days, a period of it, its number."""
    if any(not a.change or a.kind == "restored" for a in (one, other)):
        return True
    periods = [{*(a.change.get("periods") or ()), *filter(None, [a.change.get("period")])} for a in (one, other)]
    if periods[0] or periods[1]:
        return bool(periods[0] & periods[1])
    days = {"due_on", "recurrence"}
    return any({*one.change} & part and {*other.change} & part for part in (days, {"quota"}, {"title"}))


def _state_of(duty: Duty) -> dict[str, Any]:
    """What an amendment may change, as it is now: what a repeal of the amendment brings back."""
    return {
        "state": duty.state,
        "due_on": duty.due_on.isoformat() if duty.due_on else None,
        "starts_on": duty.starts_on.isoformat() if duty.starts_on else None,
        "recurrence": duty.recurrence,
        "deadline_text": duty.deadline_text,
        "title": duty.title,
        "quota": duty.quota,
        "exceptions": duty.exceptions,
    }


def _apply(session: Session, amendment: Amendment, duty: Duty, by: Speaker, now: datetime) -> int:
    """Bring the change to the duty and to what is owed; how many units it concerns."""
    change = amendment.change
    if duty.state == "proposed":  # nobody owes it yet
        _write(duty, amendment)
        return 0
    if amendment.kind == "dropped" and not change:
        return service.end(session, duty, by=by, now=now, note=note_of(amendment))
    if amendment.kind == "restored":
        return _restore(session, amendment, duty, by, now)
    for period in change.get("periods") or ():
        duty.exceptions = {**duty.exceptions, period: ""}
        moving.withdraw(session, duty, Assignment.period == period, note_of(amendment), now)
    if change.get("period"):
        moving.move_period(session, duty, change["period"], date.fromisoformat(change["due_on"]), now)
        change = {k: v for k, v in change.items() if k not in ("due_on", "deadline_text")}
    if any(change.get(name) is not None for name in ("due_on", "recurrence", "title", "quota")):
        service.change(
            session,
            duty,
            by=by,
            now=now,
            due_on=date.fromisoformat(change["due_on"]) if change.get("due_on") else None,
            recurrence=change.get("recurrence") or "",
            deadline_text=change.get("deadline_text") or "",
            title=change.get("title") or "",
            quota=change.get("quota"),
        )
    session.flush()
    return len(concerned(session, amendment, duty))


def _write(duty: Duty, amendment: Amendment) -> None:
    change = amendment.change
    if amendment.kind == "dropped" and not change:
        duty.state = "dropped"
        return
    if amendment.kind == "restored":
        duty.state = change.get("state") or duty.state
    for name in ("due_on", "starts_on"):
        if name in change:
            setattr(duty, name, date.fromisoformat(change[name]) if change[name] else None)
    if "due_on" in change and change["due_on"] and "starts_on" not in change:
        duty.starts_on = min(duty.starts_on, date.fromisoformat(change["due_on"])) if duty.starts_on else None
    for name in ("recurrence", "deadline_text", "title"):
        if name in change:
            setattr(duty, name, change[name] or "")
    if change.get("quota") is not None:
        duty.quota = change["quota"]


def _restore(session: Session, amendment: Amendment, duty: Duty, by: Speaker, now: datetime) -> int:
    """The circular that had changed it is repealed: the duty is what it was, and what was withdrawn by it is owed again."""
    back = amendment.change
    undone = session.get(Amendment, back["of"]) if back.get("of") else None
    note = note_of(undone) if undone is not None else ""
    duty.state = "confirmed"
    withdrawn = {period: to for period, to in duty.exceptions.items() if period not in (back.get("exceptions") or {})}
    duty.exceptions = back.get("exceptions") or {}
    session.flush()
    for period in withdrawn:
        moving.owe_again(session, duty, Assignment.period == period, note, now)
        if withdrawn[period]:
            moving.move_back(session, duty, period, now)
    moving.owe_again(session, duty, true(), note, now)
    due_on = date.fromisoformat(back["due_on"]) if back.get("due_on") else None
    if due_on == duty.due_on and (back.get("recurrence") or "") == duty.recurrence:
        due_on = None
        recurrence = ""
    else:
        recurrence = back.get("recurrence") or ""
    service.change(
        session, duty, by=by, now=now, due_on=due_on, recurrence=recurrence, deadline_text=back.get("deadline_text") or "",
        title=back.get("title") or "", quota=back.get("quota"), may_be_past=True,
    )  # fmt: skip
    return len(service.open_units(session, duty))


__all__ = ["Applied", "decide"]
