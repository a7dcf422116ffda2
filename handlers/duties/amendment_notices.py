"""Who hears of what a later circular changes: first who handed the duty down, then, once it is applied, who owes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply, choices
from handlers.dialog.tell import tell
from handlers.duties import card, rules, texts
from handlers.duties.announcing import tell_heads, when_words
from handlers.duties.expanding import CHUNK
from handlers.local import LOCAL
from storage import outbox, people
from storage.duties import CANCELLED, OPEN, Amendment, Assignment, Duty
from storage.people import Post
from storage.store import Store


def note_of(amendment: Amendment) -> str:
    """Why an assignment is owed no more, as it stands with it."""
    return texts.WITHDRAWN_NOTE.format(number=amendment.number, id=amendment.id)


def affected(amendment: Amendment) -> ColumnElement[bool]:
    """The assignments whose units hear of it, once it is applied: of these, those that are still owed or were withdrawn."""
    change = amendment.change
    if amendment.kind == "dropped":
        return and_(Assignment.note == note_of(amendment))
    return and_(Assignment.period == change["period"]) if change.get("period") else true()


def tell_owing(session: Session, amendment: Amendment, duty: Duty, now: datetime) -> None:
    """Tell those who owe it (or owed it) once; where they are many the job does, chunk by chunk."""
    ids = concerned(session, amendment, duty)
    if len(ids) > CHUNK:
        return
    tell_heads(session, duty, ids, notice_of(amendment, duty), f"amend{amendment.id}", now)
    amendment.told_at = now


def concerned(session: Session, amendment: Amendment, duty: Duty) -> list[int]:
    """The units whose heads hear of it: those that still owe it, or owe it no more."""
    state = CANCELLED if amendment.kind == "dropped" else OPEN
    where = (Assignment.duty_id == duty.id, Assignment.state == state, affected(amendment))
    return list(session.scalars(select(Assignment.unit_id).where(*where).distinct().order_by(Assignment.unit_id)))


def tell_rest(store: Store, now: datetime) -> int:
    """Tell those who owe what was changed for very many: in chunks, each person once, whatever happens in between."""
    with store.read() as session:
        ids = session.scalars(
            select(Amendment.id).where(Amendment.state == "applied", Amendment.told_at.is_(None)).order_by(Amendment.id)
        ).all()
    told = 0
    for amendment_id in ids:
        with store.read() as session:
            amendment = session.get_one(Amendment, amendment_id)
            units = concerned(session, amendment, session.get_one(Duty, amendment.duty_id))
        for start in range(0, len(units), CHUNK):
            with store.begin() as session:
                amendment = session.get_one(Amendment, amendment_id)
                duty = session.get_one(Duty, amendment.duty_id)
                text = notice_of(amendment, duty)
                told += tell_heads(session, duty, units[start : start + CHUNK], text, f"amend{amendment_id}", now)
        with store.begin() as session:
            session.get_one(Amendment, amendment_id, with_for_update=True).told_at = now
    return told


def notice_of(amendment: Amendment, duty: Duty) -> str:
    """What those hear who owe it."""
    change = amendment.change
    said = {"title": duty.title, "number": amendment.number, "when": when_words(duty)}
    if amendment.kind == "dropped" and not change:
        return texts.CALLED_OFF_NOTICE.format(**said)
    if change.get("periods"):
        off = "、".join(card.day_of(day) for day in change["periods"])
        return texts.PERIOD_OFF_NOTICE.format(days=off, **said)
    if change.get("period"):
        was, to = card.day_of(change["period"]), card.day_of(change["due_on"])
        return texts.PERIOD_MOVED_NOTICE.format(was=was, day=to, **said)
    if amendment.kind == "restored":
        return texts.RESTORED_NOTICE.format(**said)
    if change.get("due_on") or change.get("recurrence"):
        return texts.MOVED_NOTICE.format(**said)
    return texts.REWORDED_NOTICE.format(quota=card.quota_words(duty.quota), **said)


def tell_makers(
    session: Session, unit_id: int, rows: Sequence[Amendment], number: str, title: str, now: datetime
) -> None:
    """The unit whose duties a document changes hears of it: who handed them down, else who answers for the unit."""
    today = now.astimezone(LOCAL).date()
    makers = set(session.scalars(select(Duty.by_person_id).where(Duty.id.in_([row.duty_id for row in rows]))))
    heads = people.heads_of(session, [unit_id], today)
    still_there = set(
        session.scalars(
            select(Post.person_id).where(
                Post.person_id.in_(makers), Post.unit_id == unit_id, people.post_valid_on(today)
            )
        )
    )
    told = still_there or ({heads[unit_id][0].id} if unit_id in heads else set())
    text = texts.AMENDED_FOR_YOU.format(title=title, number=number, count=len(rows))
    for person_id in sorted(told):
        tell(
            session,
            person_id,
            Reply(text, choices(texts.SEE_CHANGES)),
            now,
            klass=outbox.NOTICE,
            key=f"amended:{rows[0].id}:{person_id}",
            about="amendments",
            due_at=rules.civil(now),
        )
