"""When a duty is owed, when it is reminded of, and which report answers it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from handlers.duties import quotas
from handlers.local import LOCAL
from knowledge import calendar

#: When reminders go: in the morning, after the day's first tea and before the fields.
REMIND_AT = time(9, 0)
#: Nothing goes out before or after these hours.
QUIET_BEFORE, QUIET_AFTER = time(8, 0), time(20, 0)
#: So long after the evening's hour what was claimed before it may still arrive.
ON_ITS_WAY = timedelta(minutes=5)
#: How far ahead periods are made, counted from their first day: longer than any outage we survive without a gap.
HORIZON = timedelta(days=45)
#: How far ahead the due day of a period may lie that has begun: a year and a little.
FARTHEST = timedelta(days=400)


def answers(quota: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    """Whether a report of these slots is what the duty asks for.

    `quota` may name `forms` (one of them), `categories` (one of them) and `words` (one of them in topic, title or form).
    A duty that names nothing is answered only when somebody says so.
    """
    forms, categories, words = (quota.get(k) or [] for k in ("forms", "categories", "words"))
    if not (forms or categories or words):
        return False
    if forms and slots.get("form") not in forms:
        return False
    if categories and slots.get("category") not in categories:
        return False
    return not words or any(quotas.named(word, said_in(slots)) for word in words)


def said_in(slots: Mapping[str, Any]) -> str:
    """What a report says of its subject, in one text."""
    helped = [str(one.get("who") or "") for one in slots.get("beneficiaries") or () if isinstance(one, Mapping)]
    return "".join([*(str(slots.get(k) or "") for k in ("topic", "title", "form", "category")), *helped])


def thing(quota: Mapping[str, Any], slots: Mapping[str, Any]) -> quotas.Thing:
    """What a report hands in: a report of two sessions counts for two where sessions are owed."""
    sessions = str(slots.get("sessions") or "")
    many = int(sessions) if quota.get("unit") in quotas.SESSION_UNITS and sessions.isdigit() else 1
    return quotas.Thing(said_in(slots), max(1, many))


def needed(quota: Mapping[str, Any]) -> int:
    """How many reports fulfil one period."""
    return quotas.needed(quota)


@dataclass(frozen=True, slots=True)
class Period:
    """One time a duty is owed: named by its due day; what is done from `first` to `last` counts for it."""

    name: str
    first: date | None
    due_on: date
    last: date | None = None


class Owed(Protocol):
    """What is needed of a duty to tell its periods."""

    starts_on: date | None
    due_on: date | None
    ends_on: date | None
    recurrence: str


def periods(duty: Owed, since: date, until: date) -> list[Period]:
    """The periods due from `since` (never before the duty's start) that begin by `until`; the one period of a single duty.

    A duty that comes back owes a period if its due day lies on or after its start, so that a rule set up in the middle
    of a quarter owes that quarter.
    """
    if not duty.recurrence:
        return [Period(duty.due_on.isoformat(), duty.starts_on, duty.due_on)] if duty.due_on else []
    start = max(duty.starts_on or since, since)
    end = until + FARTHEST
    found = calendar.periods(duty.recurrence, start, min(end, duty.ends_on) if duty.ends_on else end)
    return [
        Period(p.due.isoformat(), p.first, p.due, max(p.last, p.due)) for p in found if min(p.first, p.due) <= until
    ]


def owes_from(period: Period, made_on: date) -> date:
    """Units that exist on this day and on the due day owe the period: those opened in its middle begin with the next."""
    return min(max(period.first or made_on, made_on), period.due_on)


def reminder_time(day: date, days: int = 0) -> datetime:
    """The moment of the reminder `days` from the due day: nine o'clock of a working day.

    Up to the due day a holiday moves it to the working day before, so that there is still time; later ones to the next.
    """
    wanted = day + timedelta(days=days)
    if not calendar.is_workday(wanted):
        wanted = calendar.add_workdays(wanted, -1) if days <= 0 else calendar.next_workday(wanted)
    return datetime.combine(wanted, REMIND_AT, LOCAL).astimezone(UTC)


def is_quiet(moment: datetime) -> bool:
    """Whether nobody is to be written to at that moment."""
    clock = moment.astimezone(LOCAL).time()
    return clock < QUIET_BEFORE or clock >= QUIET_AFTER


def is_working(moment: datetime) -> bool:
    """Whether reminders of duties may go: by day, on a working day of the official calendar."""
    return not is_quiet(moment) and calendar.is_workday(moment.astimezone(LOCAL).date())


def may_send(moment: datetime) -> bool:
    """Whether what was due by day may still go: a message on its way at eight in the evening arrives."""
    return not is_quiet(moment) or not is_quiet(moment - ON_ITS_WAY)


def may_remind(moment: datetime) -> bool:
    """Whether reminders of duties that are late themselves may still go."""
    return may_send(moment) and calendar.is_workday(moment.astimezone(LOCAL).date())


def next_working(moment: datetime) -> datetime:
    """That moment, or the next at which reminders of duties may go: by day, on a working day."""
    at = civil(moment)
    day = at.astimezone(LOCAL).date()
    if calendar.is_workday(day):
        return at
    return datetime.combine(calendar.next_workday(day), QUIET_BEFORE, LOCAL).astimezone(UTC)


def civil(moment: datetime) -> datetime:
    """That moment, or the next at which people may be written to."""
    local = moment.astimezone(LOCAL)
    if not is_quiet(moment):
        return moment
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_AFTER else local.date()
    return datetime.combine(day, QUIET_BEFORE, LOCAL).astimezone(UTC)


def is_late(late_by: str, due_on: date | None, event_on: date, received_at: datetime) -> bool:
    """Late by the day of the event or by the day the report came in, as the duty says."""
    day = event_on if late_by == "event" else received_at.astimezone(LOCAL).date()
    return due_on is not None and day > due_on
