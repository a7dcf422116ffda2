"""The example's reports and duties as rows of the database, written in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.example import texts
from bot.example.duties import ExampleDuty, Period, made_at
from bot.example.reports import SHANGHAI, ExampleReport
from bot.example.slots import quota_of, slots_of
from handlers.duties import service as duties
from handlers.reports.rules import quantities
from storage import audit, inbox
from storage.circulars import Circular
from storage.duties import DONE, LATE_DONE, OPEN, Assignment, Duty, Fulfilment
from storage.inbox import Arrival
from storage.people import Person
from storage.reports import PASSED, RETURNED, WITHDRAWN, Quantity, Report, ReportVersion, receipt_number
from storage.units import Unit

#: Rows in one statement.
_CHUNK = 2000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cast:
    """Those who act in the example, by unit code and phone."""

    units: Mapping[str, Unit]
    #: code of the unit above
    parents: Mapping[str, str]
    people: Mapping[str, Person]
    #: identity by phone
    identities: Mapping[str, int]
    #: who answers for a unit: phone by unit code
    heads: Mapping[str, str]
    platform: str
    account: str


def write_reports(session: Session, cast: Cast, reports: Sequence[ExampleReport]) -> dict[str, int]:
    """Messages, reports, their versions and quantities; the report ids by key."""
    messages = _write_messages(session, cast, reports)
    ids: dict[str, int] = {}
    for chunk in _chunks(reports):
        rows = [_report_row(cast, report, messages[_message_id(report, 0)]) for report in chunk]
        stored = session.scalars(insert(Report).returning(Report.id, sort_by_parameter_order=True), rows)
        ids |= dict(zip((report.key for report in chunk), stored, strict=True))
    numbers = [{"id": report_id, "number": receipt_number(report_id)} for report_id in ids.values()]
    versions = [row for report in reports for row in _version_rows(cast, report, ids[report.key])]
    amounts = [row for report in reports for row in _quantity_rows(report, ids[report.key])]
    for part in _chunks(numbers):
        session.execute(update(Report), part)
    for part in _chunks(versions):
        session.execute(insert(ReportVersion), part)
    for part in _chunks(amounts):
        session.execute(insert(Quantity), part)
    return ids


def write_duty(
    session: Session,
    cast: Cast,
    duty: ExampleDuty,
    reports: Mapping[str, int],
    originals: Mapping[str, str],
    now: datetime,
) -> Duty:
    """The duty with its assignments, what answers them, and reminders to come for the rest.

    `originals` are the circulars' texts by 文号.
    """
    top = cast.units[duty.unit_code]
    start = originals.get(duty.rests_on, "").find(duty.evidence) if duty.evidence else -1
    made = Duty(
        unit_id=top.id, by_person_id=cast.people[cast.heads[duty.unit_code]].id, title=duty.title, what=duty.what,
        circular_id=session.scalar(select(Circular.id).where(Circular.number == duty.rests_on).limit(1)),
        rests_on=duty.rests_on, evidence=duty.evidence,
        evidence_start=start if start >= 0 else None, evidence_end=start + len(duty.evidence) if start >= 0 else None,
        audience={"path": top.path, "level": duty.level, "within": top.path},
        quota=quota_of(duty), starts_on=duty.starts_on, due_on=duty.due_on, recurrence=duty.recurrence,
        created_at=made_at(duty),
    )  # fmt: skip
    session.add(made)
    session.flush()
    for period in duty.periods:
        _write_period(session, cast, made.id, period, reports)
    audit.note(
        session, at=made.created_at, person_id=made.by_person_id, action="duty.confirmed", about=f"duty:{made.id}"
    )
    duties.expand(session, made, now)
    return made


def _write_period(session: Session, cast: Cast, duty_id: int, period: Period, reports: Mapping[str, int]) -> None:
    answers = {answer.unit_code: answer for answer in period.answers}
    rows = []
    for code in period.owed_by:
        answer = answers.get(code)
        state = OPEN if answer is None else LATE_DONE if answer.is_late else DONE
        rows.append({
            "duty_id": duty_id, "unit_id": cast.units[code].id, "period": period.due_on.isoformat(),
            "first": period.first, "due_on": period.due_on, "state": state, "got": int(answer is not None), "needs": 1,
            "done_at": answer.at if answer else None, "note": "",
        })  # fmt: skip
    ids = session.scalars(insert(Assignment).returning(Assignment.id, sort_by_parameter_order=True), rows)
    booked = [
        {"assignment_id": assignment, "report_id": reports[answers[code].report_key], "at": answers[code].at}
        for code, assignment in zip(period.owed_by, ids.all(), strict=True) if code in answers
    ]  # fmt: skip
    if booked:
        session.execute(insert(Fulfilment), booked)


def _write_messages(session: Session, cast: Cast, reports: Sequence[ExampleReport]) -> dict[str, int]:
    """What she wrote, as it came in: the inbox row by message id."""
    arrivals = []
    for report in reports:
        identity = cast.identities[report.phone]
        said = [(report.filed_at, report.text), *((c.at, c.text) for c in report.corrections)]
        arrivals += [Arrival(_message_id(report, n), identity, "text", at, text) for n, (at, text) in enumerate(said)]
    arrivals.sort(key=lambda arrival: (arrival.received_at, arrival.external_id))
    ids: dict[str, int] = {}
    for part in _chunks(arrivals):
        ids |= inbox.accept(session, cast.platform, cast.account, part)
    return ids


def _message_id(report: ExampleReport, number: int) -> str:
    return f"example-{report.key}-{number}"


def _report_row(cast: Cast, report: ExampleReport, inbox_id: int) -> dict[str, Any]:
    reviewed = report.state in (PASSED, RETURNED)
    unit = cast.units[report.unit_code]
    return {
        "number": None, "unit_id": unit.id, "by_person_id": cast.people[report.phone].id, "on_behalf": False,
        "state": report.state, "version": 1 + len(report.corrections) + (report.state == WITHDRAWN),
        "filed_at": report.filed_at, "event_on": report.event_on, "event_until": None, "month_only": False,
        "form": report.form, "category": report.category, "place": report.place, "topic": report.topic, "title": "",
        "slots": slots_of(report),
        "review_note": texts.RETURNED if report.state == RETURNED else "",
        "inbox_id": inbox_id, "same_event_as_id": None,
        "reviewed_by_id": cast.people[cast.heads[cast.parents[report.unit_code]]].id if reviewed else None,
        "reviewed_at": _same_evening(report) if reviewed else None,
    }  # fmt: skip


def _version_rows(cast: Cast, report: ExampleReport, report_id: int) -> list[dict[str, Any]]:
    """As she first wrote it, each correction, and the withdrawal."""
    person = cast.people[report.phone].id
    first = report.corrections[0].was if report.corrections else None
    tellings = [("filed", slots_of(report, first), report.filed_at, "")]
    tellings += [("filed", slots_of(report), correction.at, correction.text) for correction in report.corrections]
    if report.state == WITHDRAWN:
        tellings.append((WITHDRAWN, slots_of(report), tellings[-1][2] + timedelta(minutes=20), texts.WITHDRAWN))
    return [
        {
            "report_id": report_id,
            "version": n,
            "state": state,
            "slots": slots,
            "by_person_id": person,
            "at": at,
            "reason": why,
        }
        for n, (state, slots, at, why) in enumerate(tellings, 1)
    ]


def _quantity_rows(report: ExampleReport, report_id: int) -> list[dict[str, Any]]:
    if report.state == WITHDRAWN:
        return []
    return [q.row(report_id) for q in quantities(slots_of(report))]


def _same_evening(report: ExampleReport) -> datetime:
    """When the chair of the unit above has looked at it."""
    evening = datetime.combine(report.filed_at.date(), time(20), SHANGHAI)
    return max(evening, report.filed_at)


def _chunks(rows: Sequence[T]) -> list[Sequence[T]]:
    return [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]
