"""How a duty reads before it is handed down, and the word that goes to those who owe it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply
from handlers.dialog.tell import tell
from handlers.duties import texts
from handlers.duties.service import NewDuty
from handlers.local import LOCAL
from storage import outbox, people
from storage.duties import Duty
from storage.people import Speaker

#: What is being put together: title, level, quota, basis, due_on | recurrence, deadline_text, evidence, span …
Proposal = dict[str, Any]


def when_words(new: Proposal) -> str:
    """The deadline as the card shows it."""
    if new.get("recurrence"):
        return new.get("deadline_text") or texts.EVERY.format(rule=new["recurrence"])
    due = date.fromisoformat(new["due_on"])
    return f"{due.year}年{due.month}月{due.day}日"


def quota_words(quota: dict[str, Any]) -> str:
    """What fulfils it, in words."""
    what = "、".join(quota.get("forms") or quota.get("categories") or quota.get("words") or [])
    return texts.QUOTA.format(min=quota.get("min", 1), what=what) if what else texts.QUOTA_ANY


def proposal(new: Proposal, count: int) -> str:
    """The card that she confirms."""
    card = texts.CARD.format(
        title=new["title"], who=texts.ALL_BELOW.get(new["level"], ""), count=count, when=when_words(new), rests_on=new["basis"],
        quota=quota_words(new["quota"]),
    )
    return card + ("\n" + texts.CARD_EVIDENCE.format(evidence=new["evidence"]) if new.get("evidence") else "")


def new_duty(new: Proposal, today: date) -> NewDuty:
    """The duty that a confirmed proposal makes."""
    return NewDuty(
        title=new["title"], audience={"level": new["level"]}, rests_on=new["basis"], quota=new["quota"],
        due_on=date.fromisoformat(new["due_on"]) if new.get("due_on") else None, recurrence=new.get("recurrence", ""),
        starts_on=date.fromisoformat(new["starts_on"]) if new.get("starts_on") else today, evidence=new.get("evidence", ""),
        circular_id=new.get("circular_id"), span=tuple(new["span"]) if new.get("span") else None,
        tentative=bool(new.get("tentative")), proposal_key=new.get("proposal_key"),
    )


def announce(session: Session, duty: Duty, new: Proposal, *, by: Speaker, now: datetime) -> int:
    """Tell the heads of those who owe it; how many were reached."""
    notice = Reply(texts.NOTICE.format(title=duty.title, when=when_words(new), rests_on=duty.rests_on))
    holders = people.holders(
        session, by.unit_path, day=now.astimezone(LOCAL).date(), roles=frozenset({"congress_head", "chair"}), level=new["level"])
    return sum(
        tell(session, person.id, notice, now, klass=outbox.NOTICE, key=f"duty:{duty.id}:{person.id}", about=f"duty:{duty.id}")
        for person, _unit, _post in holders
    )
