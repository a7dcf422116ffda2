"""Tells the heads of those who owe a duty, once each, by day; and says when it is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply, choices
from handlers.dialog.tell import channel_of
from handlers.duties import rules, texts
from handlers.local import LOCAL
from storage import outbox, people
from storage.duties import OPEN, Assignment, Duty, of_units
from storage.outbox import Outgoing


def announce(
    session: Session, duty: Duty, now: datetime, wanted: Sequence[int] | None = None, *, notice: str = "", key: str = ""
) -> int:
    """Tell the heads of those who owe it, once each, at a civil hour; how many have a channel.

    `notice` says something other than that there is a new duty; `key` then tells it from what was said before.
    """
    first = session.scalar(
        select(func.min(Assignment.due_on)).where(Assignment.duty_id == duty.id, Assignment.state == OPEN)
    )
    ids = list(
        session.scalars(
            select(Assignment.unit_id).where(
                Assignment.duty_id == duty.id, Assignment.due_on == first, Assignment.state == OPEN, *of_units(wanted)
            )
        )
    )
    text = notice or texts.NOTICE.format(
        title=duty.title, when=when_words(duty), rests_on=basis_words(duty.rests_on, duty.amended_by)
    )
    return tell_heads(session, duty, ids, text, key, now)


def tell_heads(session: Session, duty: Duty, unit_ids: Sequence[int], text: str, key: str, now: datetime) -> int:
    """One word about a duty to the head of each of these units, once each for `key`, at a civil hour; how many."""
    heads = people.heads_of(session, list(unit_ids), now.astimezone(LOCAL).date())
    told = sorted({person.id for person, _post in heads.values()} - {duty.by_person_id})
    channels = channel_of(session, told)
    if not channels:
        return 0
    body_id = outbox.add_body(session, Reply(text, choices("我的任务")).to_json())
    outbox.put(
        session,
        [
            Outgoing(
                identity_id=channels[person_id],
                klass=outbox.NOTICE,
                body_id=body_id,
                about=f"duty:{duty.id}",
                dedup_key=f"duty:{duty.id}:{person_id}" + (f":{key}" if key else ""),
                due_at=rules.civil(now),
            )
            for person_id in told
            if person_id in channels
        ],
        now,
    )
    return len(channels)


def when_words(duty: Duty) -> str:
    """The deadline as people read it."""
    if duty.recurrence:
        return duty.deadline_text or rule_words(duty.recurrence)
    return texts.DAY.format(year=duty.due_on.year, month=duty.due_on.month, day=duty.due_on.day) if duty.due_on else ""


def basis_words(rests_on: str, amended_by: Sequence[str]) -> str:
    """The circular it rests on, with those that have changed it since."""
    return texts.BASIS_AMENDED.format(rests_on=rests_on, by="、".join(amended_by)) if amended_by else rests_on


def rule_words(recurrence: str) -> str:
    """A rule without the words in which it was given, as people say it."""
    parts = dict(part.split("=", 1) for part in recurrence.split(";") if "=" in part)
    day, month, interval = parts.get("BYMONTHDAY", ""), parts.get("BYMONTH", ""), parts.get("INTERVAL", "1")
    if parts.get("FREQ") == "MONTHLY" and interval == "1" and (day.isdigit() or day in ("", "-1")):
        return texts.EVERY_MONTH.format(day=day) if day.isdigit() else texts.EVERY_MONTH_END
    if parts.get("FREQ") == "MONTHLY" and not day:
        return {"3": texts.EVERY_QUARTER, "6": texts.EVERY_HALF}.get(interval, texts.EVERY_OTHER)
    if parts.get("FREQ") == "WEEKLY" and interval == "1" and parts.get("BYDAY") in texts.WEEK:
        return texts.EVERY_WEEK.format(day=texts.WEEK[parts["BYDAY"]])
    if parts.get("FREQ") == "YEARLY" and month.isdigit() and day.isdigit():
        return texts.EVERY_YEAR.format(month=month, day=day)
    return texts.EVERY_OTHER
