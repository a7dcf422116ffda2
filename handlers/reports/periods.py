"""Closes periods once their figures are handed in; afterwards only adjustments change them, each with its reason, in the open."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.local import LOCAL
from handlers.reports import figures, service
from handlers.reports.figures import Asked
from handlers.reports.sums import Figures, Key
from storage import audit, units
from storage.people import Speaker
from storage.reports import Adjustment, ClosedPeriod, Report
from storage.units import Unit


class NotOver(Exception):
    """A period cannot be closed before it is over."""


class Overlaps(Exception):
    """The unit has closed some of these days already."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"{first} to {last} is closed")
        self.first, self.last = first, last


class NotClosed(Exception):
    """No period of the unit that was closed holds these days: the report itself can be changed."""


def close_period(session: Session, first: date, last: date, *, by: Speaker, now: datetime) -> ClosedPeriod:
    """Freeze the figures of her unit and all below it. Raises NotOver or Overlaps."""
    assert by.person_id is not None
    if last >= now.astimezone(LOCAL).date():
        raise NotOver
    service.wait_for_closing(session, shared=False)
    before = overlapping(session, by.unit_id, first, last)
    if before is not None:
        raise Overlaps(before.first, before.last)
    rolled = figures.roll_up(session, units.get(session, by.unit_id), Asked(first, last))
    closed = ClosedPeriod(
        unit_id=by.unit_id,
        first=first,
        last=last,
        closed_at=now,
        closed_by_id=by.person_id,
        figures={
            "total": {**_frozen(rolled.total), "attended": rolled.attended.to_json()},
            "own": _frozen(rolled.own),
            "children": [
                {"unit_id": child.unit_id, "unit": child.name, **_frozen(child.figures)} for child in rolled.children
            ],
        },
    )
    session.add(closed)
    session.flush()
    audit.note(session, at=now, person_id=by.person_id, action="period.closed", about=f"closed_period:{closed.id}")
    return closed


def _frozen(one: Figures) -> dict[str, Any]:
    return {"reports": one.reports, "figures": one.to_json()}


def overlapping(session: Session, unit_id: int, first: date, last: date) -> ClosedPeriod | None:
    """A period that the unit has closed and that shares days with this one."""
    return session.scalar(
        select(ClosedPeriod)
        .where(ClosedPeriod.unit_id == unit_id, ClosedPeriod.first <= last, ClosedPeriod.last >= first)
        .limit(1)
    )


def closed_by(session: Session, unit_id: int, first: date, last: date) -> ClosedPeriod | None:
    """The period that the unit has closed and that holds these days."""
    return session.scalar(
        select(ClosedPeriod)
        .where(ClosedPeriod.unit_id == unit_id, ClosedPeriod.first <= first, ClosedPeriod.last >= last)
        .limit(1)
    )


def adjust(
    session: Session,
    key: Key,
    amount: Decimal,
    *,
    by: Speaker,
    reason: str,
    now: datetime,
    day: date,
    unit: Unit | None = None,
    report: Report | None = None,
) -> Adjustment:
    """Add to a figure of a closed period, of her own unit or one below. Only the unit that closed it may. Raises NotClosed."""
    assert by.person_id is not None
    unit_id = report.unit_id if report is not None else unit.id if unit is not None else by.unit_id
    closed = closed_by(session, by.unit_id, day, day)
    if closed is None:
        raise NotClosed
    made = Adjustment(
        period_id=closed.id,
        unit_id=unit_id,
        event_on=day,
        measure=key.measure,
        unit=key.unit,
        noun=key.noun,
        amount=amount,
        reason=reason[:200],
        by_person_id=by.person_id,
        at=now,
        report_id=report.id if report is not None else None,
    )
    session.add(made)
    session.flush()
    audit.note(session, at=now, person_id=by.person_id, action="figures.adjusted", about=f"adjustment:{made.id}")
    return made


def adjustments_of(session: Session, report_id: int) -> list[Adjustment]:
    """What was added to the figures for one report."""
    return list(session.scalars(select(Adjustment).where(Adjustment.report_id == report_id).order_by(Adjustment.id)))
