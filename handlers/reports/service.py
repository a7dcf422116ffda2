"""Files, changes and withdraws reports; each change is a version that says who and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from handlers.duties import service as duties
from handlers.reports import rules
from storage import audit, reports
from storage.people import Speaker
from storage.reports import (
    FILED,
    RETURNED,
    WITHDRAWN,
    ClosedPeriod,
    MediaWanted,
    Quantity,
    Report,
    ReportPhoto,
    ReportVersion,
)
from storage.units import Unit


class PeriodClosed(Exception):
    """The figures of this day were handed in; only a visible adjustment can change them."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"{first} to {last} is closed")
        self.first, self.last = first, last


def file_report(
    session: Session, *, by: Speaker, slots: dict[str, Any], now: datetime, photos: tuple[str, ...] = (),
    unit: Unit | None = None, inbox_id: int | None = None,
) -> tuple[Report, list[str]]:
    """File a report; it counts for the duties it answers. The report and the titles of those duties.

    `slots` is in the scheme of message understanding and must have a date. Raises PeriodClosed.
    """
    assert by.person_id is not None
    unit_id = unit.id if unit is not None else by.unit_id
    event_on, month_only = _event_day(slots["date"])
    check_period(session, unit_id, event_on)
    report = Report(
        unit_id=unit_id, by_person_id=by.person_id, on_behalf=unit is not None and unit.id != by.unit_id, filed_at=now,
        event_on=event_on, month_only=month_only, event_until=_day(slots.get("date_end")), form=slots.get("form") or "其他",
        category=slots.get("category") or "", place=(slots.get("place") or "")[:100], topic=(slots.get("topic") or "")[:200],
        title=(slots.get("title") or "")[:200], slots=slots, inbox_id=inbox_id,
    )
    session.add(report)
    session.flush()
    report.number = reports.receipt_number(report.id)
    _write_version(session, report, by.person_id, now, "")
    if photos:
        attach(session, report, photos)
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
    report.slots, report.version = slots, report.version + 1
    report.event_on, report.month_only, report.event_until = event_on, month_only, _day(slots.get("date_end"))
    report.form, report.category = slots.get("form") or "其他", slots.get("category") or ""
    report.place, report.topic = (slots.get("place") or "")[:100], (slots.get("topic") or "")[:200]
    report.title = (slots.get("title") or "")[:200]
    if report.state == RETURNED:
        report.state = FILED
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


def attach(session: Session, report: Report, photos: tuple[str, ...]) -> int:
    """Hang pictures on the report; how many were new to it. `media:7` is one that the platform still keeps."""
    there = set(session.scalars(select(ReportPhoto.sha256).where(ReportPhoto.report_id == report.id)))
    fresh: list[str] = []
    for photo in dict.fromkeys(photos):
        if photo.startswith(_MEDIA):
            wanted = session.get_one(MediaWanted, int(photo.removeprefix(_MEDIA)))
            wanted.report_id = report.id
            photo = wanted.sha256 or ""
        if photo and photo not in there and photo not in fresh:
            fresh.append(photo)
    if fresh:
        session.execute(insert(ReportPhoto), [{"report_id": report.id, "sha256": sha} for sha in fresh])
    return len(fresh)


#: Marks a picture that is still to be fetched from the platform.
_MEDIA = "media:"


def want_media(session: Session, identity_id: int, media_ids: list[str], now: datetime) -> list[str]:
    """Have pictures fetched from the platform; what stands for them until they are here."""
    found = []
    for media_id in media_ids:
        wanted = session.scalar(select(MediaWanted).where(MediaWanted.identity_id == identity_id, MediaWanted.media_id == media_id))
        if wanted is None:
            wanted = MediaWanted(identity_id=identity_id, media_id=media_id, asked_at=now, due_at=now)
            session.add(wanted)
            session.flush()
        found.append(f"{_MEDIA}{wanted.id}")
    return found


def used_in(session: Session, sha256: str, *, other_than: int | None = None) -> Report | None:
    """A report that shows this picture already."""
    query = select(Report).join(ReportPhoto, ReportPhoto.report_id == Report.id).where(ReportPhoto.sha256 == sha256, Report.state != WITHDRAWN)
    if other_than is not None:
        query = query.where(Report.id != other_than)
    return session.scalar(query.order_by(Report.id).limit(1))


def same_event(session: Session, unit_id: int, slots: dict[str, Any]) -> Report | None:
    """A report of the same unit, day and form that may be of the same event."""
    if len(slots.get("date") or "") != 10:
        return None
    # every confirmed card asks this: columns only, and of the same form
    rows = session.connection().execute(_SAME_DAY, {"unit": unit_id, "day": date.fromisoformat(slots["date"]), "kind": slots.get("form") or "其他"})
    for report_id, stored in rows:
        if rules.same_activity(stored, slots):
            return session.get(Report, report_id)
    return None


_SAME_DAY = (
    select(Report.id, Report.slots)
    .where(
        Report.unit_id == bindparam("unit"), Report.event_on == bindparam("day"), Report.form == bindparam("kind"),
        Report.state.in_(reports.COUNTED))
    .order_by(Report.id.desc()).limit(8)
)


def check_period(session: Session, unit_id: int, day: date) -> None:
    """Raise PeriodClosed if the figures of that day were handed in for the unit or one above it."""
    path = session.scalar(select(Unit.path).where(Unit.id == unit_id)) or ""
    above = [int(part) for part in path.strip("/").split("/") if part]
    closed = session.scalar(
        select(ClosedPeriod).where(ClosedPeriod.unit_id.in_(above), ClosedPeriod.first <= day, ClosedPeriod.last >= day).limit(1)
    )
    if closed is not None:
        raise PeriodClosed(closed.first, closed.last)


def _write_version(session: Session, report: Report, person_id: int, now: datetime, reason: str) -> None:
    session.execute(insert(ReportVersion).values(
        report_id=report.id, version=report.version, state=report.state, slots=report.slots, by_person_id=person_id, at=now, reason=reason))
    if report.version > 1:
        session.execute(delete(Quantity).where(Quantity.report_id == report.id))
    found = rules.quantities(report.slots) if report.state != WITHDRAWN else []
    if found:
        session.execute(insert(Quantity), [
            {"report_id": report.id, "measure": q.measure, "unit": q.unit, "noun": q.noun, "low": q.low, "high": q.high, "mark": q.mark}
            for q in found
        ])


def _event_day(value: str) -> tuple[date, bool]:
    return (date.fromisoformat(value + "-01"), True) if len(value) == 7 else (date.fromisoformat(value), False)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value and len(value) == 10 else None


def set_state(session: Session, report: Report, state: str, *, by_id: int, note: str, now: datetime) -> None:
    """Record a review; the state moves and the figures follow."""
    session.execute(update(Report).where(Report.id == report.id).values(
        state=state, review_note=note, reviewed_by_id=by_id, reviewed_at=now))
    session.refresh(report)
    duties.reconsider(session, report, now)
