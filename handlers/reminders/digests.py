"""One message to one person about everything she is reminded of; worded anew while it waits, if something was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, select, update
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply, choices
from handlers.local import LOCAL
from handlers.reminders import texts
from storage.duties import OPEN, Assignment, Duty
from storage.outbox import Outbox
from storage.reminders import ReminderStep
from storage.units import Unit

Due = tuple[ReminderStep, Assignment, Duty, Unit]

_TABLE: Any = ReminderStep.__table__

#: Names and lines that fit on a phone screen.
NAMES, LINES = 20, 8

#: What a message's `about` begins with, so that the sender asks whether it is still due.
ABOUT = "assignments:@"


def key(digest_id: int) -> str:
    """The outbox key of the message whose first step this is."""
    return f"remind:{digest_id}"


def is_above(step: str) -> bool:
    """Whether the step tells the unit above."""
    return step == "above"


def worded(rows: Sequence[Due], today: date) -> Reply:
    """Everything one person is reminded of: what her own unit owes, then who below her has not answered."""
    own = [row for row in rows if not is_above(row[0].step)]
    above = [row for row in rows if is_above(row[0].step)]
    blocks = ([_own(own, today)] if own else []) + _above(above)
    words = (["我的任务"] if own else []) + (["谁没报"] if above else [])
    return Reply("\n\n".join(blocks), choices(*words))


def _own(rows: Sequence[Due], today: date) -> str:
    parts = [
        {
            "title": duty.title,
            "when": when_words(assignment.due_on, today),
            "progress": texts.PROGRESS.format(got=assignment.got, left=max(1, assignment.needs - assignment.got))
            if assignment.got
            else "",
        }
        for _, assignment, duty, _ in rows
    ]
    if len(parts) == 1:
        return texts.ONE.format(**parts[0]) + texts.FOOT
    lines = [texts.HEAD.format(count=len(parts)), *(texts.LINE.format(**p) for p in parts[:LINES])]
    if len(parts) > LINES:
        lines.append(texts.MORE.format(count=len(parts) - LINES))
    return "\n".join([*lines, texts.FOOT])


def when_words(due_on: date | None, today: date) -> str:
    """The deadline as seen from today."""
    if due_on is None:
        return ""
    shown = texts.DAY.format(month=due_on.month, day=due_on.day)
    if due_on < today:
        return texts.WAS_DUE.format(date=shown)
    return texts.IS_DUE if due_on == today else texts.WILL_BE_DUE.format(date=shown, days=(due_on - today).days)


def _above(rows: Sequence[Due]) -> list[str]:
    by_duty: dict[tuple[int, date | None], list[Due]] = {}
    for row in rows:
        by_duty.setdefault((row[2].id, row[1].due_on), []).append(row)
    blocks = []
    for (_, due_on), group in by_duty.items():
        names = [unit.name for _, _, _, unit in sorted(group, key=lambda row: row[3].code)]
        day = texts.DAY.format(month=due_on.month, day=due_on.day) if due_on else ""
        more = texts.ABOVE_MORE.format(count=len(names)) if len(names) > NAMES else ""
        head = texts.ABOVE_HEAD.format(title=group[0][2].title, date=day, count=len(names))
        blocks.append(head + "、".join(names[:NAMES]) + more)
    return blocks


def steps_of(session: Session, digest_id: int) -> list[Due]:
    """The steps a message is about whose assignments are still open, in order."""
    rows = session.execute(
        select(ReminderStep, Assignment, Duty, Unit)
        .join(Assignment, Assignment.id == ReminderStep.assignment_id)
        .join(Duty, Duty.id == Assignment.duty_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(ReminderStep.digest_id == digest_id, Assignment.state == OPEN, Duty.state == "confirmed")
        .order_by(Assignment.due_on, ReminderStep.id)
    )
    return list(rows)


def reword(session: Session, assignment_id: int, now: datetime) -> None:
    """The assignment was answered: messages that still wait leave it out, or are not sent at all."""
    waiting = session.scalars(
        select(ReminderStep.digest_id)
        .where(
            ReminderStep.assignment_id == assignment_id,
            ReminderStep.digest_id.is_not(None),
            ReminderStep.state == "queued",
        )
        .distinct()
    ).all()
    for digest_id in waiting:
        assert digest_id is not None
        _reword(session, digest_id, now)


def _reword(session: Session, digest_id: int, now: datetime) -> None:
    """What is left of a message that waits, as it reads on that day; one about nothing is not sent."""
    row = update(Outbox).where(Outbox.dedup_key == key(digest_id), Outbox.state.in_(("pending", "held")))
    left = steps_of(session, digest_id)
    if left:
        shape = worded(left, now.astimezone(LOCAL).date()).to_json()
        session.execute(row.values(shape=shape, parts_done=0).execution_options(synchronize_session=False))
    else:
        session.execute(
            row.values(state="cancelled", error=texts.REASON_DONE).execution_options(synchronize_session=False)
        )


def forget(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """What these assignments were reminded of no longer holds: messages that wait leave them out, and they may be
    reminded of anew. `which` is a condition on assignments; what an official ordered (a chase) stays as it was counted.
    """
    steps = (
        select(ReminderStep.id, ReminderStep.digest_id)
        .join(Assignment, Assignment.id == ReminderStep.assignment_id)
        .where(which, ReminderStep.state == "queued", ReminderStep.digest_id.is_not(None))
    )
    mine: dict[int, list[int]] = {}
    for step_id, digest_id in session.execute(steps):
        assert digest_id is not None
        mine.setdefault(digest_id, []).append(step_id)
    waiting = _still_waiting(session, list(mine))
    taken_out = [step_id for digest_id in waiting for step_id in mine[digest_id]]
    gone_out = [step_id for digest_id in mine.keys() - waiting for step_id in mine[digest_id]]
    for start in range(0, len(taken_out), 500):
        session.execute(_TABLE.delete().where(_TABLE.c.id.in_(taken_out[start : start + 500])))
    for start in range(0, len(gone_out), 500):  # the name of the step is free for the new day
        session.execute(
            update(ReminderStep)
            .where(ReminderStep.id.in_(gone_out[start : start + 500]), ReminderStep.step.not_like("c%"))
            .values(step=literal("p") + cast(ReminderStep.id % 10_000_000, String), state="sent")
            .execution_options(synchronize_session=False)
        )
    for digest_id in sorted(waiting):
        _reword(session, digest_id, now)


def _still_waiting(session: Session, digest_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(digest_ids), 500):
        keys = {key(digest_id): digest_id for digest_id in digest_ids[start : start + 500]}
        rows = select(Outbox.dedup_key).where(Outbox.dedup_key.in_(keys), Outbox.state.in_(("pending", "held")))
        found |= {keys[one] for one in session.scalars(rows) if one is not None}
    return found


def reword_for(session: Session, about: str, moment: datetime) -> None:
    """The message goes only at that moment: it is worded for that day (还有2天, not 还有3天)."""
    number = about.removeprefix(ABOUT)
    left = steps_of(session, int(number)) if number.isdigit() else []
    if left:
        shape = worded(left, moment.astimezone(LOCAL).date()).to_json()
        session.execute(
            update(Outbox)
            .where(Outbox.dedup_key == key(int(number)))
            .values(shape=shape, parts_done=0)
            .execution_options(synchronize_session=False)
        )


def still_due(session: Session, about: str) -> bool:
    """Whether at least one of the assignments a message is about is still open; asked at the moment of sending."""
    number = about.removeprefix(ABOUT)
    return not number.isdigit() or bool(steps_of(session, int(number)))
