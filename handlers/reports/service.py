"""Files, changes and withdraws reports; each change is a version that says who and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from handlers.duties import service as duties
from handlers.reports import album, alike, rules
from storage import audit, reports
from storage.fixed import Fixed, filled, insert_many, named, places
from storage.people import Speaker
from storage.reports import (
    FILED,
    PASSED,
    RETURNED,
    UNUSED,
    WITHDRAWN,
    ClosedPeriod,
    Quantity,
    Report,
    ReportVersion,
)
from storage.units import Unit


class PeriodClosed(Exception):
    """The figures of this day were handed in; only a visible adjustment can change them."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"{first} to {last} is closed")
        self.first, self.last = first, last


def file_report(
    session: Session,
    *,
    by: Speaker,
    slots: dict[str, Any],
    now: datetime,
    photos: tuple[str, ...] = (),
    unit: Unit | None = None,
    inbox_id: int | None = None,
    same_event_as: int | None = None,
) -> tuple[Report, duties.Booked]:
    """File a report; it counts for the duties it answers. The report and the titles of those duties.

    `slots` is in the scheme of message understanding and must have a date. `same_event_as` is a report of another unit on
    the same event: this one answers duties, and its figures count only if that one's do not. Raises PeriodClosed.
    """
    assert by.person_id is not None
    unit_id = unit.id if unit is not None else by.unit_id
    event_on, month_only = _event_day(slots["date"])
    check_period(session, unit_id, event_on, path=unit.path if unit is not None else by.unit_path)
    report_id = reports.next_id(session)
    values = {
        "id": report_id,
        "number": reports.receipt_number(report_id),
        "unit_id": unit_id,
        "by_person_id": by.person_id,
        "on_behalf": unit is not None and unit.id != by.unit_id,
        "state": FILED,
        "version": 1,
        "filed_at": now,
        "event_on": event_on,
        "month_only": month_only,
        "event_until": _day(slots.get("date_end")),
        "form": slots.get("form") or "其他",
        "category": slots.get("category") or "",
        "place": (slots.get("place") or "")[:100],
        "topic": (slots.get("topic") or "")[:200],
        "title": (slots.get("title") or "")[:200],
        "slots": slots,
        "review_note": "",
        "same_event_as_id": _first_of(session, same_event_as),
        "inbox_id": inbox_id,
    }
    session.flush()  # what the row points to
    alike.forget(session, unit_id, event_on)
    first = _version(values, by.person_id, now, "")
    Fixed.run_in_turn(session, (_ADD_REPORT, [values]), (_ADD_VERSION, [first]), _quantities(session, values))
    report = reports.stored(session, values)
    if photos:
        album.attach(session, report, photos)
        session.flush()
    return report, duties.fulfil(session, report, now)


def change(
    session: Session, report: Report, slots: dict[str, Any], *, by: Speaker, now: datetime, reason: str = ""
) -> Report:
    """A new version of the report; its figures and duties follow. Raises PeriodClosed for a closed day, old or new."""
    assert by.person_id is not None
    event_on, month_only = _event_day(slots["date"])
    check_period(session, report.unit_id, report.event_on)
    check_period(session, report.unit_id, event_on)
    alike.forget(session, report.unit_id, report.event_on)
    report.slots, report.version = slots, report.version + 1
    report.event_on, report.month_only, report.event_until = event_on, month_only, _day(slots.get("date_end"))
    report.form, report.category = slots.get("form") or "其他", slots.get("category") or ""
    report.place, report.topic = (slots.get("place") or "")[:100], (slots.get("topic") or "")[:200]
    report.title = (slots.get("title") or "")[:200]
    if report.state in (RETURNED, PASSED) and not _is_above(session, by, report):
        report.state = FILED  # what was passed is not what it reads now
    session.flush()
    _write_version(session, report, by.person_id, now, reason)
    duties.reconsider(session, report, now)
    return report


def withdraw(session: Session, report: Report, *, by: Speaker, now: datetime, reason: str = "") -> None:
    """Take the report out of all figures and duties; its versions stay. Raises PeriodClosed."""
    assert by.person_id is not None
    check_period(session, report.unit_id, report.event_on)
    report.state, report.version = WITHDRAWN, report.version + 1
    session.flush()
    _write_version(session, report, by.person_id, now, reason)
    duties.reconsider(session, report, now)
    audit.note(session, at=now, person_id=by.person_id, action="report.withdrawn", about=f"report:{report.id}")


class NotAbove(Exception):
    """Only a unit above the one that filed may review."""


def review(session: Session, report: Report, state: str, *, by: Speaker, now: datetime, reason: str = "") -> None:
    """Pass a report, send it back with a reason, or leave it unused; a version says who and when. Raises NotAbove or PeriodClosed."""
    assert by.person_id is not None
    assert state in (PASSED, RETURNED, UNUSED)
    if not by.is_official or not _is_above(session, by, report):
        raise NotAbove
    if state != PASSED or report.state not in reports.COUNTED:
        check_period(session, report.unit_id, report.event_on)
    report.state, report.review_note, report.reviewed_by_id, report.reviewed_at = state, reason[:200], by.person_id, now
    report.version += 1
    session.flush()
    _write_version(session, report, by.person_id, now, reason[:200])
    duties.reconsider(session, report, now)
    audit.note(session, at=now, person_id=by.person_id, action=f"report.{state}", about=f"report:{report.id}")


def _is_above(session: Session, by: Speaker, report: Report) -> bool:
    path = session.scalar(select(Unit.path).where(Unit.id == report.unit_id)) or ""
    return bool(by.unit_path) and path != by.unit_path and path.startswith(by.unit_path)


def say_same(session: Session, first: Report, second: Report, *, by: Speaker, now: datetime) -> None:
    """Two reports are of one event: the second, and all that point to it, count only while no earlier one does. Raises PeriodClosed."""
    root = _first_of(session, first.id)
    for report in session.scalars(
        select(Report).where((Report.id == second.id) | (Report.same_event_as_id == second.id))
    ).all():
        if report.id != root:
            check_period(session, report.unit_id, report.event_on)
            report.same_event_as_id = root
            alike.forget(session, report.unit_id, report.event_on)
    session.flush()
    audit.note(
        session, at=now, person_id=by.person_id, action="report.same_event", about=f"report:{second.id}", first=root
    )


def say_apart(session: Session, report: Report, *, by: Speaker, now: datetime) -> None:
    """The report is of an event of its own after all. Raises PeriodClosed."""
    check_period(session, report.unit_id, report.event_on)
    report.same_event_as_id = None
    alike.forget(session, report.unit_id, report.event_on)
    session.flush()
    audit.note(session, at=now, person_id=by.person_id, action="report.own_event", about=f"report:{report.id}")


def known_as_same(session: Session, report: Report) -> list[int]:
    """The report and all that are said to be of one event with it."""
    root = report.same_event_as_id or report.id
    return [root, *session.scalars(select(Report.id).where(Report.same_event_as_id == root))]


def part_by_date(session: Session, report: Report, *, by: Speaker, now: datetime) -> list[str]:
    """After a change: a report of another day is of another event. The numbers of those it no longer goes with. Raises PeriodClosed.

    If the others pointed to it, the earliest of them is now the one that counts.
    """
    root = session.get(Report, report.same_event_as_id) if report.same_event_as_id is not None else None
    if root is not None:
        if root.event_on == report.event_on:
            return []
        say_apart(session, report, by=by, now=now)
        return [root.number or ""]
    others = session.scalars(select(Report).where(Report.same_event_as_id == report.id).order_by(Report.id)).all()
    left = [one for one in others if one.event_on != report.event_on]
    for one in left:
        check_period(session, one.unit_id, one.event_on)
        one.same_event_as_id = left[0].id if one is not left[0] else None
        alike.forget(session, one.unit_id, one.event_on)
    session.flush()
    for one in left:
        audit.note(session, at=now, person_id=by.person_id, action="report.own_event", about=f"report:{one.id}")
    return [one.number or "" for one in left]


def _first_of(session: Session, report_id: int | None) -> int | None:
    """The first report of an event: others point to it, never to one another."""
    if report_id is None:
        return None
    return session.scalar(select(func.coalesce(Report.same_event_as_id, Report.id)).where(Report.id == report_id))


def check_period(session: Session, unit_id: int, day: date, *, path: str = "") -> None:
    """Raise PeriodClosed if the figures of that day were handed in for the unit (its path, if known) or one above it."""
    wait_for_closing(session, shared=True)
    line = alike.line_of(path or next((found for (found,) in _PATH.rows(session, {"unit": unit_id})), ""))
    if not line:
        return
    closed = _CLOSED.rows(session, {**filled("unit", line, alike.DEEPEST), "day": day})
    if closed:
        raise PeriodClosed(closed[0][0], closed[0][1])


_PATH = Fixed(select(Unit.path).where(Unit.id == bindparam("unit")))
_CLOSED = Fixed(
    select(ClosedPeriod.first, ClosedPeriod.last)
    .where(
        places(ClosedPeriod.unit_id, "unit", alike.DEEPEST),
        ClosedPeriod.first <= bindparam("day", type_=Date),
        ClosedPeriod.last >= bindparam("day", type_=Date),
    )
    .limit(1)
)

#: Any number that nobody else uses.
_CLOSING = 2_026_110_401


def wait_for_closing(session: Session, *, shared: bool) -> None:
    """Nothing is filed while a period is being closed: on PostgreSQL by an advisory lock; SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "postgresql" or (shared and session.info.get("closing")):
        return  # once in a transaction will do: it is held to its end
    (_LOCK_SHARED if shared else _LOCK).rows(session, {})
    session.info["closing"] = True


_LOCK_SHARED = Fixed(select(func.pg_advisory_xact_lock_shared(_CLOSING)))
_LOCK = Fixed(select(func.pg_advisory_xact_lock(_CLOSING)))


def _write_version(session: Session, report: Report, person_id: int, now: datetime, reason: str) -> None:
    """How the report reads now, and its figures."""
    alike.forget(session, report.unit_id, report.event_on)
    session.execute(delete(Quantity).where(Quantity.report_id == report.id))
    values = {name: getattr(report, name) for name in ("id", "version", "state", "slots")}
    version = _version(values, person_id, now, reason)
    Fixed.run_in_turn(session, (_ADD_VERSION, [version]), _quantities(session, values))


def _version(report: Mapping[str, Any], person_id: int, now: datetime, reason: str) -> dict[str, Any]:
    return {
        "report_id": report["id"],
        "version": report["version"],
        "state": report["state"],
        "slots": report["slots"],
        "by_person_id": person_id,
        "at": now,
        "reason": reason,
    }


def _quantities(session: Session, report: Mapping[str, Any]) -> tuple[Fixed, Sequence[Mapping[str, Any]]]:
    found = rules.quantities(report["slots"]) if report["state"] != WITHDRAWN else []
    return _ADD_QUANTITIES.turns(session, [q.row(report["id"]) for q in found])


_ADD_REPORT = Fixed(
    insert(Report)
    .values(
        named(
            *("id", "number", "unit_id", "by_person_id", "on_behalf", "state", "version", "filed_at", "event_on"),
            *("month_only", "event_until", "form", "category", "place", "topic", "title", "slots", "review_note"),
            *("same_event_as_id", "inbox_id"),
        )
    )
    .inline()
)
_ADD_VERSION = Fixed(
    insert(ReportVersion)
    .values(named("report_id", "version", "state", "slots", "by_person_id", "at", "reason"))
    .inline()
)
_ADD_QUANTITIES = insert_many(
    Quantity.__table__, "report_id", "measure", "unit", "noun", "low", "high", "mark", returning=None
)


def _event_day(value: str) -> tuple[date, bool]:
    return (date.fromisoformat(value + "-01"), True) if len(value) == 7 else (date.fromisoformat(value), False)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value and len(value) == 10 else None
