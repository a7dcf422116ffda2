"""What people asked to be reminded of: kept, listed, put off, ended, and told when its time has come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialog.reply import Choice, Reply
from handlers.dialog.tell import tell
from handlers.duties.rules import is_quiet
from handlers.local import LOCAL
from handlers.reminders import rules, texts
from storage import outbox
from storage.people import Speaker
from storage.reminders import PersonalReminder
from storage.store import Store

#: One person keeps at most so many.
MOST = 50
#: Rows of one transaction.
CHUNK = 200
#: What comes later than this says so, and waits for a civil hour.
LATE = timedelta(minutes=30)
#: What has been told may be put off for so long.
PUT_OFF_WITHIN = timedelta(days=3)


class TooMany(ValueError):
    """She has as many reminders as one person keeps."""


def remind(session: Session, wish: rules.Wish, *, by: Speaker, now: datetime) -> PersonalReminder:
    """Keep it. Raises TooMany."""
    assert by.person_id is not None
    assert wish.at is not None
    taken = set(
        session.scalars(
            select(PersonalReminder.number).where(
                PersonalReminder.person_id == by.person_id, PersonalReminder.state.in_(("waiting", "told"))
            )
        )
    )
    if len(taken) >= MOST:
        raise TooMany
    made = PersonalReminder(
        person_id=by.person_id,
        identity_id=by.identity_id,
        number=next(n for n in range(1, MOST + 2) if n not in taken),
        what=wish.what[:200],
        due_at=_utc(wish.at),
        recurrence=_stored(wish),
        clock=f"{wish.clock:%H:%M}",
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _stored(wish: rules.Wish) -> str:
    return f"{wish.recurrence}|{wish.rule_text}"[:120] if wish.recurrence else ""


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=LOCAL)


def of_person(session: Session, person_id: int) -> list[PersonalReminder]:
    """Those that wait, the next one first."""
    return list(
        session.scalars(
            select(PersonalReminder)
            .where(PersonalReminder.person_id == person_id, PersonalReminder.state == "waiting")
            .order_by(PersonalReminder.due_at)
        )
    )


def by_number(session: Session, person_id: int, number: int) -> PersonalReminder | None:
    """Hers with that number, waiting or just told."""
    return session.scalar(
        select(PersonalReminder)
        .where(
            PersonalReminder.person_id == person_id,
            PersonalReminder.number == number,
            PersonalReminder.state.in_(("waiting", "told")),
        )
        .order_by(PersonalReminder.id.desc())
        .limit(1)
    )


def last_told(session: Session, person_id: int, now: datetime) -> list[PersonalReminder]:
    """Those that came last, in one message, if that was not long ago."""
    recent = session.scalars(
        select(PersonalReminder)
        .where(
            PersonalReminder.person_id == person_id,
            PersonalReminder.told_at >= now - PUT_OFF_WITHIN,
            PersonalReminder.state.in_(("waiting", "told")),
        )
        .order_by(PersonalReminder.told_at.desc(), PersonalReminder.id)
    ).all()
    return [one for one in recent if one.told_at == recent[0].told_at]


def put_off(session: Session, reminder: PersonalReminder, at: datetime) -> None:
    """Let it come again at that local time; a recurrence goes on from there."""
    reminder.due_at, reminder.state = _utc(at), "waiting"
    session.flush()


def finish(session: Session, reminder: PersonalReminder) -> None:
    """She has done it: a single one ends, a recurring one waits for its next time."""
    if not reminder.recurrence:
        reminder.state = "done"
    session.flush()


def delete(session: Session, reminder: PersonalReminder) -> None:
    """It comes no more."""
    reminder.state = "deleted"
    session.flush()


def rule_of(reminder: PersonalReminder) -> tuple[str, str]:
    """The rule, and the words in which it was said."""
    rule, _, words = reminder.recurrence.partition("|")
    return rule, words


def when_words(at: datetime, now: datetime) -> str:
    """A local time in words: 明天09:00, 11月18日（星期三）09:00."""
    clock = f"{at:%H:%M}"
    ahead = (at.date() - now.date()).days
    if ahead in (0, 1):
        return texts.NEAR.format(day=(texts.TODAY, texts.TOMORROW)[ahead], clock=clock)
    shape = texts.ON_DAY if at.year == now.year else texts.ON_DAY_OF_YEAR
    return shape.format(year=at.year, month=at.month, day=at.day, weekday=texts.WEEKDAYS[at.weekday()], clock=clock)


def shown(reminder: PersonalReminder, now: datetime) -> str:
    """When it comes, as its list line says."""
    when = when_words(local(reminder.due_at), now)
    _, words = rule_of(reminder)
    return texts.NEXT_TIME.format(rule=words, when=when) if words else when


def local(moment: datetime) -> datetime:
    """On her wall clock, without a zone."""
    return moment.astimezone(LOCAL).replace(tzinfo=None)


def fire_due(store: Store, now: datetime) -> int:
    """Tell what is due, several of one person in one message; each once, however late. How many."""
    told = 0
    while True:
        with store.begin() as session:
            count, seen = _fire_chunk(session, now)
        told += count
        if seen < CHUNK or not count:
            return told


def _fire_chunk(session: Session, now: datetime) -> tuple[int, int]:
    query = select(PersonalReminder).where(PersonalReminder.state == "waiting", PersonalReminder.due_at <= now)
    if is_quiet(now):  # what was missed waits for the morning; what was meant for this hour comes
        query = query.where(PersonalReminder.due_at > now - LATE)
    due = session.scalars(
        query.order_by(PersonalReminder.due_at, PersonalReminder.id).limit(CHUNK).with_for_update(skip_locked=True)
    ).all()
    due = sorted(due, key=lambda one: (one.person_id, one.due_at, one.id))
    for person_id, group in groupby(due, key=lambda one: one.person_id):
        theirs = list(group)
        key = f"personal:{theirs[0].id}:{theirs[0].due_at:%Y%m%d%H%M}:{theirs[0].times}"
        reply = _worded(theirs, now)
        for one in theirs:
            _move_on(one, now)
        tell(session, person_id, reply, now, klass=outbox.REMINDER, key=key, about="personal")
    return len(due), len(due)


def _worded(theirs: list[PersonalReminder], now: datetime) -> Reply:
    wall = local(now)

    def late(one: PersonalReminder) -> str:
        meant = when_words(local(one.due_at), wall) if now - one.due_at > LATE else ""
        return texts.WAS_MEANT_FOR.format(when=meant) if meant else ""

    if len(theirs) == 1:
        one = theirs[0]
        words = (texts.SNOOZE.format(number=one.number), texts.DONE.format(number=one.number))
        return Reply(texts.COMES.format(what=one.what) + late(one), tuple(Choice(w) for w in words))
    lines = [texts.COMES_LINE.format(what=one.what) + late(one) for one in theirs]
    return Reply("\n".join([texts.COMES_MANY.format(count=len(theirs)), *lines]))


def _move_on(one: PersonalReminder, now: datetime) -> None:
    """To its next time after now: what was missed in between is not made up for."""
    one.times, one.told_at = one.times + 1, now
    rule, _ = rule_of(one)
    hour, minute = map(int, one.clock.split(":"))
    since: date = one.created_at.astimezone(LOCAL).date()
    following = rules.next_after(rule, time(hour, minute), local(now), since) if rule else None
    if following is None:
        one.state = "told"
    else:
        one.due_at = _utc(following)
