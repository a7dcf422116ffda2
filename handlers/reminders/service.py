"""Fires reminder steps that are due. The tables hold the truth; a tick only looks."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply, choices
from handlers.dialog.tell import tell
from handlers.duties import rules as duty_rules
from handlers.local import LOCAL
from handlers.reminders import texts
from storage import outbox, people
from storage.duties import OPEN, Assignment, Duty
from storage.reminders import ReminderStep
from storage.store import Store
from storage.units import Unit

#: Steps of one transaction: a reply must never wait for reminders.
CHUNK = 500

Due = tuple[ReminderStep, Assignment, Duty, Unit]


def fire_due(store: Store, now: datetime) -> int:
    """Put reminders that are due into the outbox; how many steps were settled. Nothing in quiet hours."""
    if duty_rules.is_quiet(now):
        return 0
    settled = 0
    while True:
        with store.begin() as session:
            count = _fire_chunk(session, now)
        settled += count
        if count < CHUNK:
            return settled


def _fire_chunk(session: Session, now: datetime) -> int:
    rows: list[Due] = [(s, a, d, u) for s, a, d, u in session.execute(
        select(ReminderStep, Assignment, Duty, Unit)
        .join(Assignment, Assignment.id == ReminderStep.assignment_id).join(Duty, Duty.id == Assignment.duty_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(ReminderStep.state == "waiting", ReminderStep.due_at <= now)
        .order_by(ReminderStep.due_at, ReminderStep.id).limit(CHUNK).with_for_update(skip_locked=True, of=ReminderStep)
    )]
    today = now.astimezone(LOCAL).date()
    live: list[Due] = []
    latest: dict[int, ReminderStep] = {}
    for step, assignment, duty, unit in rows:
        if assignment.state != OPEN or duty.state != "confirmed":
            step.state, step.reason = "skipped", "done"
            continue
        earlier = latest.get(assignment.id)
        if earlier is not None and step.step != "above":  # after an outage: only the last of several that were missed
            earlier.state, earlier.reason = "skipped", "superseded"
        if step.step != "above":
            latest[assignment.id] = step
        live.append((step, assignment, duty, unit))
    live = [row for row in live if row[0].state == "waiting"]
    _remind_heads(session, [r for r in live if r[0].step != "above"], today, now)
    _tell_above(session, [r for r in live if r[0].step == "above"], today, now)
    return len(rows)


def _remind_heads(session: Session, due: list[Due], today: date, now: datetime) -> None:
    """One message to each head, whatever number of duties it is about."""
    heads = people.heads_of(session, sorted({u.id for _, _, _, u in due}), today)
    by_person: dict[int, list[Due]] = defaultdict(list)
    for row in due:
        head = heads.get(row[3].id)
        if head is None:
            row[0].state, row[0].reason = "skipped", "nobody"
        else:
            by_person[head[0].id].append(row)
    for person_id, rows in by_person.items():
        key = f"remind:{person_id}:{today.isoformat()}:" + ",".join(str(s.id) for s, *_ in rows[:3])
        about = "assignments:" + ",".join(str(a.id) for _, a, _, _ in rows[:4])
        reached = tell(
            session, person_id, _worded([(a, d) for _, a, d, _ in rows], today), now, klass=outbox.REMINDER, key=key[:120], about=about[:40])
        for step, *_ in rows:
            step.state, step.reason = ("queued", "") if reached else ("skipped", "no_channel")


def _worded(owed: list[tuple[Assignment, Duty]], today: date) -> Reply:
    parts = [
        {
            "title": duty.title, "when": _when(assignment.due_on, today),
            "progress": texts.PROGRESS.format(got=assignment.got, left=assignment.needs - assignment.got) if assignment.got else "",
        }
        for assignment, duty in owed
    ]
    if len(parts) == 1:
        return Reply(texts.ONE.format(**parts[0]) + texts.FOOT, choices("我的任务"))
    lines = [texts.HEAD.format(count=len(parts)), *(texts.LINE.format(**p) for p in parts), texts.FOOT]
    return Reply("\n".join(lines), choices("我的任务"))


def _when(due_on: date | None, today: date) -> str:
    if due_on is None:
        return ""
    shown = f"{due_on.month}月{due_on.day}日"
    if due_on < today:
        return texts.WAS_DUE.format(date=shown)
    return texts.IS_DUE if due_on == today else texts.WILL_BE_DUE.format(date=shown, days=(due_on - today).days)


def _tell_above(session: Session, due: list[Due], today: date, now: datetime) -> None:
    """The unit above learns once who has not reported, as one list."""
    by_above: dict[tuple[int, int, date | None], list[Due]] = defaultdict(list)
    for row in due:
        if row[3].parent_id is not None:
            by_above[(row[3].parent_id, row[2].id, row[1].due_on)].append(row)
        else:
            row[0].state, row[0].reason = "skipped", "nobody"
    heads = people.heads_of(session, sorted({parent for parent, _, _ in by_above}), today)
    for (parent_id, duty_id, due_on), rows in by_above.items():
        head = heads.get(parent_id)
        reached = False
        if head is not None:
            names = [u.name for _, _, _, u in rows]
            text = texts.ABOVE_HEAD.format(
                title=rows[0][2].title, date=f"{due_on.month}月{due_on.day}日" if due_on else "", count=len(names))
            text += "、".join(names[:20]) + (texts.ABOVE_MORE.format(count=len(names)) if len(names) > 20 else "")
            reached = tell(
                session, head[0].id, Reply(text, choices("谁没报")), now, klass=outbox.REMINDER,
                key=f"above:{duty_id}:{due_on}:{parent_id}:{rows[0][0].id}")
        for step, *_ in rows:
            step.state, step.reason = ("queued", "") if reached else ("skipped", "nobody" if head is None else "no_channel")


def still_due(session: Session, about: str) -> bool:
    """Whether at least one of the assignments a reminder is about is still open; asked at the moment of sending."""
    ids = [int(part) for part in about.removeprefix("assignments:").split(",") if part.isdigit()]
    return session.scalar(select(Assignment.id).where(Assignment.id.in_(ids), Assignment.state == OPEN).limit(1)) is not None


def mark_sent(session: Session, assignment_ids: list[int]) -> None:
    """The reminders of these assignments were accepted by the platform."""
    session.execute(update(ReminderStep).where(
        ReminderStep.assignment_id.in_(assignment_ids), ReminderStep.state == "queued").values(state="sent"))
