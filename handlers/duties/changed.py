"""What a sentence of a later circular makes of a duty: the new day, rhythm, number or words. Reads, and changes nothing."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.duties import quotas, rules
from knowledge.calendar import find_times
from knowledge.reading.obligations import Amendment as Said
from storage.duties import Assignment, Duty

#: Why there is nothing to change: the new day has gone too, or it is so already.
Nothing = Literal["past", "same"]


def change_of(session: Session, said: Said, duty: Duty, *, today: date, issued: date) -> dict[str, Any] | Nothing:
    """The new values a sentence gives a duty, in the shape of `Amendment.change`; or "past" or "same"."""
    if said.kind == "dropped" and not said.quoted:
        if not duty.recurrence or said.old is None:
            return {}
        gone = _periods(session, duty, said)
        return {"periods": [day.isoformat() for day in gone]} if gone else "past"
    change: dict[str, Any] = {}
    if said.kind == "moved":
        moved = _moved(session, said, duty, today)
        if not isinstance(moved, dict):
            return moved
        change |= moved
    if said.quoted:
        change |= _reworded(said, duty, issued)
        if change.get("due_on") and date.fromisoformat(change["due_on"]) < today:
            return "past"
    return change if change or said.kind == "moved" else "same"


def _moved(session: Session, said: Said, duty: Duty, today: date) -> dict[str, Any] | Nothing:
    if said.rrule:
        same = said.rrule == duty.recurrence
        return "same" if same else {"recurrence": said.rrule, "deadline_text": said.deadline_text, "due_on": None}
    if said.end is None and said.shift and duty.due_on is not None:
        day = duty.due_on + timedelta(days=said.shift)
        return {"due_on": day.isoformat(), "deadline_text": ""} if day >= today else "past"
    if said.end is None:
        return {"due_on": None}  # to be told later: she says the day, or waits
    if said.end < today:
        return "past"
    change: dict[str, Any] = {"due_on": said.end.isoformat(), "deadline_text": said.deadline_text}
    if not duty.recurrence:
        if said.start is not None and said.start > today and said.start < said.end:
            change["starts_on"] = said.start.isoformat()
        return "same" if duty.due_on == said.end else change
    period = _periods(session, duty, said) or _next_period(session, duty, said.end)
    return change | {"period": period[-1].isoformat()} if period else "past"


def _periods(session: Session, duty: Duty, said: Said) -> list[date]:
    """The periods (named by their first due day) that the earlier day or month of the sentence means."""
    if said.old is None:
        return []
    first = said.old_start or said.old
    made = session.execute(
        select(Assignment.period, Assignment.due_on)
        .where(Assignment.duty_id == duty.id, Assignment.due_on.between(first, said.old))
        .distinct()
    ).all()
    named = {date.fromisoformat(period) for period, _ in made}
    coming = rules.periods(duty, first, said.old) if duty.recurrence else []
    return sorted(named | {p.due_on for p in coming if first <= p.due_on <= said.old and p.name not in duty.exceptions})


def _next_period(session: Session, duty: Duty, new: date) -> list[date]:
    """The period that 本次报送时间延长至… means: the last that is due by the new day and still owed."""
    found = session.execute(
        select(Assignment.period)
        .where(Assignment.duty_id == duty.id, Assignment.state == "open", Assignment.due_on <= new)
        .order_by(Assignment.due_on.desc())
        .limit(1)
    ).first()
    return [date.fromisoformat(found[0])] if found else []


def _reworded(said: Said, duty: Duty, issued: date) -> dict[str, Any]:
    """Other words for some of its words: the day, the rhythm and the number that stand in them follow."""
    change: dict[str, Any] = {}
    spoken = find_times(said.reads, datetime.combine(issued, time()), "circular") if said.reads else []
    for when in spoken:
        if when.rrule:
            change |= {"recurrence": when.rrule, "deadline_text": when.text, "due_on": None}
        elif when.last is not None and not duty.recurrence:
            change |= {"due_on": when.last.isoformat(), "deadline_text": when.text}
    was = quotas.read(said.quoted)
    if was:
        kept = {k: v for k, v in duty.quota.items() if k in ("forms", "categories", "words", "new_only", "noun")}
        new = quotas.read(said.reads) if said.reads else {}
        same = was.get("min") == duty.quota.get("min") and was.get("unit") == duty.quota.get("unit")
        if new and same:
            noun = new.get("noun") or kept.get("noun") or ""
            shown = new["shown"] if new.get("noun") else new["shown"] + noun
            change["quota"] = kept | new | {"noun": noun, "shown": shown}
        elif same:
            change["quota"] = {k: v for k, v in kept.items() if k != "noun"}
    if said.quoted in duty.title:
        title = re.sub(r"^[，、；]|[，、；]$", "", duty.title.replace(said.quoted, said.reads)).strip()
        change |= {"title": title[:100]} if len(title) >= 2 else {}
    return change
