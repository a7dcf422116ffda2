"""How a duty reads before it is handed down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from handlers.duties import audiences, texts
from handlers.duties.announcing import rule_words
from handlers.duties.service import NewDuty
from handlers.duties.wording import Proposal, day_words
from storage.duties import Duty

_USUAL = [-3, 0, 1]


def when_words(new: Proposal) -> str:
    """The deadline as the card shows it."""
    if new.get("recurrence"):
        return new.get("deadline_text") or rule_words(new["recurrence"])
    return day_words(date.fromisoformat(new["due_on"])) if new.get("due_on") else texts.NO_DAY


def quota_words(quota: dict[str, Any]) -> str:
    """What fulfils it, in words; an amount as it was written."""
    what = "、".join(quota.get("forms") or quota.get("categories") or [])
    if quota.get("shown"):
        said = texts.QUOTA_SHOWN.format(shown=quota["shown"])
        if not quota.get("noun") and (what or quota.get("words")):
            said += what or "、".join(quota["words"])
    elif what or quota.get("words"):
        said = texts.QUOTA.format(min=quota.get("min", 1), what=what or "、".join(quota["words"]))
    else:
        return texts.QUOTA_BY_WORD
    if quota.get("target") and not quota.get("separate"):
        said += texts.QUOTA_RANGE.format(min=quota["min"], target=quota["target"])
    if quota.get("new_only") and "新" not in said:
        said += texts.QUOTA_NEW
    for part in quota.get("parts") or []:
        shape = texts.QUOTA_PART_RANGE if part.get("max", part["min"]) > part["min"] else texts.QUOTA_PART
        said += shape.format(**part)
    unsaid = [word for word in quota.get("words") or [] if word not in said]
    return said + (texts.QUOTA_WORDS.format(words="、".join(unsaid)) if unsaid and not quota.get("parts") else "")


def reminder_words(days: Sequence[int], above: int) -> str:
    """When reminders go."""
    if not days and above < 0:
        return ""
    said = [
        (texts.REMIND_BEFORE if day < 0 else texts.REMIND_AFTER if day else texts.REMIND_ON).format(days=abs(day))
        for day in sorted(days)
    ]
    return "、".join([*said, texts.TELL_ABOVE.format(days=above) if above >= 0 else texts.TELL_NOBODY])


def proposal(new: Proposal, count: int) -> str:
    """The card that she confirms."""
    days, above = new.get("reminder_days", _USUAL), new.get("tell_above_after", 3)
    more = texts.CARD_WHO.format(who=new["who"]) if new.get("who") else ""
    if list(days) != _USUAL or above != 3:
        said = reminder_words(days, above)
        more += texts.CARD_REMINDERS.format(days=said) if said else texts.CARD_NO_REMINDERS
    if new.get("late_by") == "event":
        more += texts.CARD_BY_EVENT
    card = texts.CARD.format(
        title=new["title"],
        who=audiences.words(new["audience"]),
        count=count,
        when=when_words(new),
        rests_on=new["basis"],
        quota=quota_words(new["quota"]),
        more=more,
    )
    return card + ("\n" + texts.CARD_EVIDENCE.format(evidence=new["evidence"]) if new.get("evidence") else "")


def day_of(iso: str) -> str:
    """12月10日."""
    day = date.fromisoformat(iso)
    return texts.DATE.format(month=day.month, day=day.day)


def new_duty(new: Proposal, today: date) -> NewDuty:
    """The duty that a confirmed proposal makes."""
    starts_on = date.fromisoformat(new["starts_on"]) if new.get("starts_on") else None
    return NewDuty(
        title=new["title"],
        audience=dict(new["audience"]),
        rests_on=new["basis"],
        quota=new["quota"],
        due_on=date.fromisoformat(new["due_on"]) if new.get("due_on") else None,
        recurrence=new.get("recurrence") or "",
        starts_on=starts_on or today,
        evidence=new.get("evidence", ""),
        circular_id=new.get("circular_id"),
        span=tuple(new["span"]) if new.get("span") else None,
        tentative=bool(new.get("tentative")),
        proposal_key=new.get("proposal_key"),
        deadline_text=new.get("deadline_text") or "",
        who_text=new.get("who") or "",
        late_by=new.get("late_by", "receipt"),
        reminder_days=tuple(new.get("reminder_days", _USUAL)),
        tell_above_after=new.get("tell_above_after", 3),
    )


def of_record(duty: Duty) -> Proposal:
    """A stored duty or proposal in the shape of the card."""
    return {
        "title": duty.title,
        "audience": {k: v for k, v in duty.audience.items() if k != "within"},
        "basis": duty.rests_on,
        "quota": duty.quota,
        "due_on": duty.due_on.isoformat() if duty.due_on else None,
        "recurrence": duty.recurrence,
        "starts_on": duty.starts_on.isoformat() if duty.starts_on else None,
        "deadline_text": duty.deadline_text,
        "evidence": duty.evidence,
        "who": duty.who_text,
        "late_by": duty.late_by,
        "span": [duty.evidence_start, duty.evidence_end] if duty.evidence_start is not None else None,
        "tentative": duty.tentative,
        "circular_id": duty.circular_id,
        "proposal_key": duty.proposal_key,
        "reminder_days": list(duty.reminder_days),
        "tell_above_after": duty.tell_above_after,
    }
