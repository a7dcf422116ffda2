"""What the tests of duties need of the small world: who speaks, a duty, a report."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.duties import service
from handlers.duties.booking import Booked
from handlers.duties.service import NewDuty
from handlers.local import LOCAL
from handlers.reports.service import file_report
from storage import people
from storage.duties import Assignment, Duty
from storage.people import Speaker
from storage.reports import Report
from storage.units import Unit
from tests.kit import world

NOW = world.START
TODAY = NOW.date()
LECTURE = {"forms": ["讲座"], "words": ["反家暴"], "min": 1}


def speaker(session: Session, name: str) -> Speaker:
    """Somebody of the small world."""
    identity = people.identity_of(session, world.PLATFORM, world.ACCOUNT, world.address(name))
    assert identity is not None
    return people.speaker_of(session, identity.id, TODAY)


def unit(session: Session, name: str) -> Unit:
    """A unit by its whole name."""
    return session.scalars(select(Unit).where(Unit.name == name)).one()


def duty(session: Session, *, by: str = "赵玉梅", now: datetime = NOW, **more: Any) -> Duty:
    """A duty of the villages, due in 13 days unless something else is said."""
    shape: dict[str, Any] = {
        "title": "每村办1场反家暴讲座", "audience": {"level": "village"}, "rests_on": "澜妇〔2026〕36号", "quota": LECTURE,
        "due_on": date(2026, 11, 25), "starts_on": TODAY,
    }
    if "recurrence" in more:
        shape["due_on"] = None
    made, _ = service.hand_down(session, NewDuty(**(shape | more)), by=speaker(session, by), now=now)
    return made


def report(session: Session, by: str, on: date, now: datetime | None = None, **slots: Any) -> tuple[Report, Booked]:
    """A report of a lecture, received at `now` (the evening of that day)."""
    told = {"date": on.isoformat(), "form": "讲座", "category": "维权普法", "topic": "反家暴", "place": "村部"} | slots
    at = now or datetime.combine(on, datetime.min.time(), LOCAL) + timedelta(hours=18)
    return file_report(session, by=speaker(session, by), slots=told, now=at)


def owed(session: Session, made: Duty, name: str, due_on: date | None = None) -> Assignment:
    """What a unit owes of that duty."""
    query = select(Assignment).join(Unit, Unit.id == Assignment.unit_id).where(
        Assignment.duty_id == made.id, Unit.name == name).order_by(Assignment.due_on)
    if due_on is not None:
        query = query.where(Assignment.due_on == due_on)
    return session.scalars(query).first()  # type: ignore[return-value]  # a test that asks for none fails where it uses it
