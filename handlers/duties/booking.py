"""Books what was reported or said on what is owed, and says what is still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply
from handlers.dialog.tell import tell
from handlers.duties import quotas, rules, texts
from handlers.duties.quotas import Gap, Thing
from handlers.local import LOCAL
from handlers.reminders import digests
from storage import audit, outbox
from storage.conversations import insert_for
from storage.duties import DONE, LATE_DONE, OPEN, Assignment, Duty, Entry, Fulfilment
from storage.fixed import Fixed
from storage.people import Speaker
from storage.reports import COUNTED, Report

#: Reports are not booked on what fell due longer ago.
OLDEST = timedelta(days=400)

# every filed report asks this: columns only
_CANDIDATES = Fixed(
    select(Assignment.id, Assignment.first, Assignment.last, Assignment.due_on, Duty.id, Duty.quota, Duty.title)
    .join(Duty, Duty.id == Assignment.duty_id)
    .where(
        Assignment.unit_id == bindparam("unit"),
        or_(*(Assignment.state == state for state in (OPEN, DONE, LATE_DONE))),
        or_(Assignment.state == OPEN, Assignment.got < Assignment.target),
        Assignment.due_on >= bindparam("oldest"),
        Duty.state == "confirmed",
    )
    .order_by(Assignment.due_on, Assignment.id)
)


class Booked(list[str]):
    """The titles of the duties that a report answers, with what is still missing; `refused` says why it did not count."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []


def fulfil(session: Session, report: Report, now: datetime) -> Booked:
    """Book the report on what its unit owes and it answers; the titles of those duties, with what is still missing.

    Of a duty that comes back it counts for the period it took place in, else for the earliest that is still owed.
    A report of something old does not count where only new ones do; the sentence that says so is for who reports.
    """
    rows = _CANDIDATES.rows(session, {"unit": report.unit_id, "oldest": report.event_on - OLDEST})
    candidates: dict[int, list[Any]] = {}
    for row in rows:
        if rules.answers(row[5], report.slots) and (row[1] is None or report.event_on >= row[1]):
            candidates.setdefault(row[4], []).append(row)
    titles = Booked()
    for periods in candidates.values():
        chosen = next((p for p in periods if report.event_on <= (p[2] or p[3])), periods[0])
        duty = session.get_one(Duty, chosen[4])
        assignment = session.get_one(Assignment, chosen[0])
        old = _seen_before(session, report, duty.quota) if duty.quota.get("new_only") else ""
        if old:
            titles.refused.append(texts.NOT_NEW.format(title=duty.title, number=report.number, old=old))
            continue
        session.execute(
            insert_for(session)(Fulfilment)
            .values(assignment_id=assignment.id, report_id=report.id, at=now)
            .on_conflict_do_nothing()
        )
        missing = recount(session, assignment, duty, now)
        titles.append(duty.title + (texts.BRACKETS.format(inside=gap_words(missing)) if missing else ""))
    return titles


def reconsider(session: Session, report: Report, now: datetime) -> None:
    """The report has changed or gone: what it was booked on is counted again, and it is booked anew if it counts."""
    held = session.execute(
        select(Assignment, Duty)
        .join(Fulfilment, Fulfilment.assignment_id == Assignment.id)
        .join(Duty, Duty.id == Assignment.duty_id)
        .where(Fulfilment.report_id == report.id)
    ).all()
    for assignment, duty in held:
        stays = report.state in COUNTED and rules.answers(duty.quota, report.slots)
        if not stays or (assignment.first is not None and report.event_on < assignment.first):
            session.execute(
                delete(Fulfilment).where(Fulfilment.assignment_id == assignment.id, Fulfilment.report_id == report.id)
            )
        recount(session, assignment, duty, now)
    if report.state in COUNTED:
        booked = set(
            session.scalars(
                select(Assignment.duty_id)
                .join(Fulfilment, Fulfilment.assignment_id == Assignment.id)
                .where(Fulfilment.report_id == report.id)
            )
        )
        if not booked:
            for refusal in fulfil(session, report, now).refused:
                key = f"not-new:{report.id}:{report.version}"
                tell(session, report.by_person_id, Reply(refusal), now, klass=outbox.NOTICE, key=key)


@dataclass(frozen=True, slots=True)
class _Handed:
    """One thing that was handed in, and the two days by which it may be late."""

    thing: Thing
    event_on: date
    at: datetime


def recount(session: Session, assignment: Assignment, duty: Duty, now: datetime) -> list[Gap]:
    """Set the assignment's state from what is booked on it; what is still missing or too much."""
    if assignment.state not in (OPEN, DONE, LATE_DONE):
        return []
    session.flush()
    handed = _handed_in(session, assignment.id, duty.quota)
    assignment.got = sum(one.thing.count for one in handed)
    done, missing = _completed(duty.quota, handed)
    was = assignment.state
    if done is not None:
        late = rules.is_late(duty.late_by, assignment.due_on, done.event_on, done.at)
        assignment.state, assignment.done_at = (LATE_DONE if late else DONE), done.at
    elif assignment.said_at is not None and by_word_alone(duty.quota):
        said_on = assignment.said_at.astimezone(LOCAL).date()
        late = rules.is_late(duty.late_by, assignment.due_on, said_on, assignment.said_at)
        assignment.state, assignment.done_at = (LATE_DONE if late else DONE), assignment.said_at
        missing = []
    else:
        assignment.state, assignment.done_at = OPEN, None
    session.flush()
    if was == OPEN and assignment.state != OPEN:
        digests.reword(session, assignment.id, now)
    return missing


def _handed_in(session: Session, assignment_id: int, quota: Mapping[str, Any]) -> list[_Handed]:
    reports = session.execute(
        select(Report.slots, Report.event_on, Report.filed_at)
        .join(Fulfilment, Fulfilment.report_id == Report.id)
        .where(Fulfilment.assignment_id == assignment_id)
    )
    found = [_Handed(rules.thing(quota, slots), event_on, at) for slots, event_on, at in reports]
    if quota.get("unit"):
        entries = session.execute(select(Entry.name, Entry.at).where(Entry.assignment_id == assignment_id))
        found += [_Handed(Thing(name), at.astimezone(LOCAL).date(), at) for name, at in entries]
    return sorted(found, key=lambda one: one.at)


def _completed(quota: Mapping[str, Any], handed: Sequence[_Handed]) -> tuple[_Handed | None, list[Gap]]:
    """The one with which everything that is owed was there, and what is missing or too much after the last."""
    for end in range(1, len(handed) + 1):
        if not any(gap.by > 0 for gap in quotas.gaps(quota, [one.thing for one in handed[:end]])):
            return handed[end - 1], quotas.gaps(quota, [one.thing for one in handed])
    return None, quotas.gaps(quota, [one.thing for one in handed])


def by_word_alone(quota: Mapping[str, Any]) -> bool:
    """Whether her word that it is done is enough: nothing is counted and no kinds are asked for."""
    return quotas.needed(quota) == 1 and not quota.get("parts") and not quota.get("new_only")


def gap_words(missing: Iterable[Gap]) -> str:
    """「缺1，缺家庭类1」."""
    return "，".join(
        (texts.LACKS if gap.by > 0 else texts.TOO_MANY).format(name=gap.name, count=abs(gap.by)) for gap in missing
    )


def _seen_before(session: Session, report: Report, quota: Mapping[str, Any]) -> str:
    """The earlier one of the same name, in words; empty if this one is new."""
    key = quotas.name_key(_name(report.title, report.topic, report.place), quota)
    if len(key) < 3:
        return ""
    earlier = session.execute(
        select(Report.number, Report.event_on, Report.title, Report.topic, Report.place)
        .where(
            Report.unit_id == report.unit_id,
            Report.id != report.id,
            Report.state.in_(COUNTED),
            Report.filed_at <= report.filed_at,
        )
        .order_by(Report.event_on)
    )
    for number, event_on, title, topic, place in earlier:
        if quotas.name_key(_name(title, topic, place), quota) == key:
            return texts.OLD_REPORT.format(year=event_on.year, month=event_on.month, number=number)
    entry = session.execute(
        select(Entry.name, Entry.at)
        .where(Entry.unit_id == report.unit_id, Entry.name_key == key)
        .order_by(Entry.id)
        .limit(1)
    ).first()
    return texts.OLD_ENTRY.format(year=entry[1].astimezone(LOCAL).year, name=entry[0]) if entry else ""


def _name(title: str, topic: str, place: str) -> str:
    return title or (place or "") + (topic or "")


# -- answered by her word --


@dataclass(frozen=True, slots=True)
class Said:
    """What became of her word: `done`, or what is missing; entries that were taken, known already or refused as old."""

    title: str
    done: bool
    missing: tuple[Gap, ...] = ()
    taken: tuple[str, ...] = ()
    old: tuple[tuple[str, str], ...] = ()
    needs_names: bool = False


def say_done(
    session: Session, assignment: Assignment, duty: Duty, *, by: Speaker, now: datetime, names: Sequence[str] = ()
) -> Said:
    """She says that it is done, or names what fulfils it. Where several are owed each has to be named or reported."""
    assert by.person_id is not None
    taken, old = [], []
    for name in names:
        key = quotas.name_key(name, duty.quota)
        seen = _entry_before(session, assignment, key, duty.quota) if duty.quota.get("new_only") else ""
        if seen:
            old.append((name, seen))
            continue
        session.execute(
            insert_for(session)(Entry)
            .values(
                assignment_id=assignment.id,
                unit_id=assignment.unit_id,
                name=name[:100],
                name_key=key,
                by_person_id=by.person_id,
                at=now,
            )
            .on_conflict_do_nothing()
        )
        taken.append(name)
    simple = by_word_alone(duty.quota)
    if simple and assignment.said_at is None:
        assignment.said_at, assignment.said_by_id = now, by.person_id
    missing = recount(session, assignment, duty, now)
    audit.note(session, at=now, person_id=by.person_id, action="duty.said_done", about=f"assignment:{assignment.id}")
    lacking = tuple(gap for gap in missing if gap.by)
    return Said(
        duty.title,
        assignment.state != OPEN,
        lacking,
        tuple(taken),
        tuple(old),
        needs_names=not simple and not names and assignment.state == OPEN,
    )


def _entry_before(session: Session, assignment: Assignment, key: str, quota: Mapping[str, Any]) -> str:
    """An earlier entry or report of the same name, in words."""
    entry = session.execute(
        select(Entry.name, Entry.at)
        .where(
            Entry.unit_id == assignment.unit_id,
            Entry.name_key == key,
            Entry.assignment_id != assignment.id,
        )
        .order_by(Entry.id)
        .limit(1)
    ).first()
    if entry is not None:
        return texts.OLD_ENTRY.format(year=entry[1].astimezone(LOCAL).year, name=entry[0])
    rows = session.execute(
        select(Report.number, Report.event_on, Report.title, Report.topic, Report.place).where(
            Report.unit_id == assignment.unit_id,
            Report.state.in_(COUNTED),
            and_(Report.event_on < assignment.first) if assignment.first else Report.id > 0,
        )
    )
    for number, event_on, title, topic, place in rows:
        if len(key) >= 3 and quotas.name_key(_name(title, topic, place), quota) == key:
            return texts.OLD_REPORT.format(year=event_on.year, month=event_on.month, number=number)
    return ""


def take_back(session: Session, assignment: Assignment, duty: Duty, *, by: Speaker, now: datetime) -> None:
    """She said it was done by mistake: it is owed again unless reports answer it."""
    assignment.said_at = assignment.said_by_id = None
    recount(session, assignment, duty, now)
    audit.note(session, at=now, person_id=by.person_id, action="duty.said_open", about=f"assignment:{assignment.id}")


__all__ = ["Booked", "Said", "by_word_alone", "fulfil", "gap_words", "reconsider", "recount", "say_done", "take_back"]
