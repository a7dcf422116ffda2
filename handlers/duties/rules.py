"""Which report answers which duty. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from handlers.local import LOCAL
from knowledge.calendar import next_workday, occurrences

#: When reminders go: in the morning, after the day's first tea and before the fields.
REMIND_AT = time(9, 0)
#: Nothing goes out before or after these hours.
QUIET_BEFORE, QUIET_AFTER = time(8, 0), time(20, 0)


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
    said = "".join(str(slots.get(k) or "") for k in ("topic", "title", "form", "category"))
    return not words or any(word in said for word in words)


def needed(quota: Mapping[str, Any]) -> int:
    """How many reports fulfil one period."""
    return max(1, int(quota.get("min") or 1))


@dataclass(frozen=True, slots=True)
class Period:
    """One time a duty is owed: named by its due day."""

    name: str
    first: date | None
    due_on: date


class Owed(Protocol):
    """What is needed of a duty to tell its periods."""

    starts_on: date | None
    due_on: date | None
    ends_on: date | None
    recurrence: str


def periods(duty: Owed, today: date, until: date) -> list[Period]:
    """The periods that fall due from `today` (or the duty's start) to `until`; the one period of a duty that is owed once."""
    if not duty.recurrence:
        return [Period(duty.due_on.isoformat(), duty.starts_on, duty.due_on)] if duty.due_on else []
    start = max(duty.starts_on or today, today)
    end = min(until, duty.ends_on) if duty.ends_on else until
    days = occurrences(duty.recurrence, start, end)
    return [Period(day.isoformat(), None, day) for day in days]


def reminder_time(day: date) -> datetime:
    """The moment of a reminder meant for `day`: nine o'clock of that day, or of the next working day."""
    return datetime.combine(next_workday(day), REMIND_AT, LOCAL).astimezone(UTC)


def is_quiet(moment: datetime) -> bool:
    """Whether nobody is to be written to at that moment."""
    clock = moment.astimezone(LOCAL).time()
    return clock < QUIET_BEFORE or clock >= QUIET_AFTER
