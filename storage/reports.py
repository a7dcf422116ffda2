"""Reports: what was done, in versions, with typed quantities and photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, Key
from storage.units import Unit, below

#: States of a report. Only `filed` and `passed` count in figures.
FILED, RETURNED, PASSED, UNUSED, WITHDRAWN = "filed", "returned", "passed", "unused", "withdrawn"
COUNTED = (FILED, PASSED)


class Report(Base):
    """上报: one activity of one unit, as it stands now. Every earlier wording is in its versions."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    #: The receipt number, digits with a check digit, to be said on the phone; empty only until the row has its id.
    number: Mapped[str | None] = mapped_column(String(16), unique=True, default=None)
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    by_person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    #: Filed by a unit above for this one (代报).
    on_behalf: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(10), default=FILED)
    version: Mapped[int] = mapped_column(Integer, default=1)
    filed_at: Mapped[datetime] = mapped_column()
    event_on: Mapped[date] = mapped_column(Date)
    event_until: Mapped[date | None] = mapped_column(Date, default=None)
    #: Only the month of the event is known; `event_on` is then its first day.
    month_only: Mapped[bool] = mapped_column(Boolean, default=False)
    form: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(100), default="")
    topic: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    #: All slots in the scheme of message understanding.
    slots: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    review_note: Mapped[str] = mapped_column(Text, default="")
    reviewed_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"), default=None)
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)
    #: The report of the same event that this one adds to, once somebody has said so.
    same_event_as_id: Mapped[int | None] = mapped_column(Key, ForeignKey("report.id"), default=None)
    inbox_id: Mapped[int | None] = mapped_column(Key, ForeignKey("inbox.id"), default=None)

    __table_args__ = (
        Index("ix_report_unit_id_event_on", "unit_id", "event_on"),
        Index("ix_report_by_person_id_filed_at", "by_person_id", "filed_at"),
        Index("ix_report_event_on", "event_on"),
    )


class ReportVersion(Base):
    """How the report read after each change, who made it and when."""

    __tablename__ = "report_version"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"))
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    slots: Mapped[dict[str, Any]] = mapped_column()
    by_person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column()
    reason: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (UniqueConstraint("report_id", "version"),)


class Quantity(Base):
    """A number of the current version: value, qualifier, unit and what is counted. 人 and 人次 are different units."""

    __tablename__ = "quantity"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), index=True)
    #: participants, women, children, sessions, cases, beneficiaries, materials, money.
    measure: Mapped[str] = mapped_column(String(20))
    #: 人, 人次, 户, 份, 册, 场次, 期, 件, 元 …
    unit: Mapped[str] = mapped_column(String(10))
    noun: Mapped[str] = mapped_column(String(60), default="")
    low: Mapped[Decimal] = mapped_column(Numeric(16, 2, asdecimal=True))
    high: Mapped[Decimal] = mapped_column(Numeric(16, 2, asdecimal=True))
    #: '' exact, '~' about, '+' or more, '<' less than, '-' a range.
    mark: Mapped[str] = mapped_column(String(1), default="")


class Photo(Base):
    """A stored picture, by the hash of its content; the file lies in the data folder."""

    __tablename__ = "photo"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer, default=0)
    height: Mapped[int] = mapped_column(Integer, default=0)
    stored_at: Mapped[datetime] = mapped_column()


class ReportPhoto(Base):
    """A picture that belongs to a report."""

    __tablename__ = "report_photo"

    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("photo.sha256"), primary_key=True, index=True)


class MediaWanted(Base):
    """A picture that a platform still keeps for us: to be fetched by its media id and attached."""

    __tablename__ = "media_wanted"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    identity_id: Mapped[int] = mapped_column(Key, ForeignKey("identity.id"))
    media_id: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column()
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    #: Set once the picture hangs on a report that was filed before it arrived.
    report_id: Mapped[int | None] = mapped_column(Key, ForeignKey("report.id"), default=None)
    failure: Mapped[str] = mapped_column(String(100), default="")

    __table_args__ = (UniqueConstraint("identity_id", "media_id"),)


class ClosedPeriod(Base):
    """A period whose figures were handed in for a unit and all below it; later changes are adjustments that show."""

    __tablename__ = "closed_period"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"), index=True)
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    closed_at: Mapped[datetime] = mapped_column()
    closed_by_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    #: The figures as they were handed in.
    figures: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """A quantity to store."""

    measure: str
    unit: str
    low: Decimal
    high: Decimal
    mark: str = ""
    noun: str = ""


def receipt_number(report_id: int) -> str:
    """The number said on the phone: the row id above 1000 and a Luhn check digit, so that one misheard digit shows."""
    digits = str(report_id + 1000)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        if place % 2 == 0:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return digits + str(-total % 10)


def by_number(session: Session, number: str, within: str) -> Report | None:
    """The report with that receipt number, if it lies below `within`."""
    return session.scalar(
        select(Report).join(Unit, Unit.id == Report.unit_id).where(Report.number == number, below(Unit.path, within))
    )


def filed_by(session: Session, person_id: int, limit: int = 10) -> list[Report]:
    """Her latest reports, the newest first."""
    return list(session.scalars(select(Report).where(Report.by_person_id == person_id).order_by(Report.id.desc()).limit(limit)))


def on_day(session: Session, unit_id: int, day: date) -> list[Report]:
    """The reports of a unit about that day that count."""
    return list(session.scalars(
        select(Report).where(Report.unit_id == unit_id, Report.event_on == day, Report.state.in_(COUNTED)).order_by(Report.id)
    ))


def count_below(session: Session, path: str, first: date, last: date) -> int:
    """How many reports that count lie below `path` in the period, both days included."""
    return session.scalar(
        select(func.count()).select_from(Report).join(Unit, Unit.id == Report.unit_id)
        .where(below(Unit.path, path), Report.event_on.between(first, last), Report.state.in_(COUNTED))
    ) or 0
