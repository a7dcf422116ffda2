"""Reports: what was done, in versions, with typed quantities and photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, aliased, make_transient_to_detached, mapped_column
from sqlalchemy.orm.attributes import instance_dict, manager_of_class

from storage.base import Base, Key
from storage.fixed import Driver, Fixed
from storage.people import Person
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
        # with the unit: PostgreSQL may take it for what a unit reported of a day, and then finds it at once too
        Index("ix_report_event_on_unit_id", "event_on", "unit_id"),
        # few rows have one: no cost for all the others
        Index(
            "ix_report_same_event_as_id",
            "same_event_as_id",
            sqlite_where=text("same_event_as_id IS NOT NULL"),
            postgresql_where=text("same_event_as_id IS NOT NULL"),
        ),
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


class RosterEntry(Base):
    """名单: one person who was there, by the report. The name is sealed; its keyed hash tells whether it is the same person.

    The hash is of the phone number where one was given, else of the unit and the name: two of one name in one village are
    told apart only by their phones, and somebody written once with a phone and once without is two.
    """

    __tablename__ = "roster_entry"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"))
    person_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    added_by_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column()

    __table_args__ = (UniqueConstraint("report_id", "person_key"),)


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


class Adjustment(Base):
    """调整: a change to the figures of a closed period, made by the unit that closed it; it adds to the sums and is shown beside them."""

    __tablename__ = "adjustment"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    period_id: Mapped[int] = mapped_column(Key, ForeignKey("closed_period.id"))
    #: Whose figures it changes: the closing unit or one below it.
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    #: Counted with the events of this day, always one of the closed period.
    event_on: Mapped[date] = mapped_column(Date)
    #: As in `Quantity`; `reports` for the number of reports.
    measure: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(10))
    noun: Mapped[str] = mapped_column(String(60), default="")
    #: What is added; below zero where the figure was too high.
    amount: Mapped[Decimal] = mapped_column(Numeric(16, 2, asdecimal=True))
    reason: Mapped[str] = mapped_column(String(200))
    by_person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column()
    #: The report whose figure was wrong, if it was one.
    report_id: Mapped[int | None] = mapped_column(Key, ForeignKey("report.id"), default=None)

    __table_args__ = (Index("ix_adjustment_unit_id_event_on", "unit_id", "event_on"),)


@dataclass(frozen=True, slots=True)
class Counted:
    """A quantity to store."""

    measure: str
    unit: str
    low: Decimal
    high: Decimal
    mark: str = ""
    noun: str = ""

    def row(self, report_id: int) -> dict[str, Any]:
        """The columns of `Quantity`, for that report."""
        return {"report_id": report_id} | {name: getattr(self, name) for name in self.__slots__}


def counts() -> ColumnElement[bool]:
    """Reports that are in the figures: filed or passed, and of several that are said to be of one event, the first that is so."""
    other = aliased(Report)
    first = (
        select(other.id)
        .where(
            or_(
                other.id == Report.same_event_as_id,
                and_(other.same_event_as_id == Report.same_event_as_id, other.id < Report.id),
            ),
            other.state.in_(COUNTED),
        )
        .correlate(Report)
        .exists()
    )
    return and_(Report.state.in_(COUNTED), or_(Report.same_event_as_id.is_(None), ~first))


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


def next_id(session: Session) -> int:
    """The id of the report that is stored next: so that it can be stored with its number."""
    ((found,),) = (_LAST if Driver.of(session).is_sqlite else _NEXT).rows(session, {})
    return int(found)


_NEXT = Fixed(select(func.nextval(literal_column("'report_id_seq'::regclass"))))
#: As SQLite itself would give it; nobody else writes before this transaction ends.
_LAST = Fixed(select(func.coalesce(func.max(Report.id), literal_column("0")) + literal_column("1")))


def stored(session: Session, values: dict[str, Any]) -> Report:
    """The record of a report that was stored with these values just now, without reading it again."""
    report = manager_of_class(Report).new_instance()
    instance_dict(report).update(values)  # setting each attribute would note a change for each
    make_transient_to_detached(report)
    session.add(report)
    return report


def by_number(session: Session, number: str, within: str) -> Report | None:
    """The report with that receipt number, if it lies below `within`."""
    return session.scalar(
        select(Report).join(Unit, Unit.id == Report.unit_id).where(Report.number == number, below(Unit.path, within))
    )


def filed_by(session: Session, person_id: int, limit: int = 10) -> list[Report]:
    """Her latest reports, the newest first."""
    return list(
        session.scalars(select(Report).where(Report.by_person_id == person_id).order_by(Report.id.desc()).limit(limit))
    )


def versions_of(session: Session, report_id: int) -> list[tuple[ReportVersion, str]]:
    """Every version with the name of who made it, the first first."""
    rows = session.execute(
        select(ReportVersion, Person.name)
        .join(Person, Person.id == ReportVersion.by_person_id)
        .where(ReportVersion.report_id == report_id)
        .order_by(ReportVersion.version)
    )
    return [(version, name) for version, name in rows]


def usual(session: Session, unit_id: int) -> list[dict[str, Any]]:
    """The slots of a unit's latest 40 reports that count: what she is likely to answer again."""
    return [slots for (slots,) in session.connection().execute(_USUAL, {"unit": unit_id})]


_USUAL = (
    select(Report.slots)
    .where(Report.unit_id == bindparam("unit"), or_(*(Report.state == state for state in COUNTED)))
    .order_by(Report.event_on.desc())
    .limit(40)
)


def to_review(
    session: Session, path: str, unit_id: int, limit: int, *, deeper: bool = False
) -> tuple[list[tuple[Report, str]], int]:
    """Reports that wait for the word of the unit above, the oldest first, with their units' names; and how many there are in all.

    Those of the units right below `unit_id`; with `deeper` those of all below `path`.
    """
    here = and_(below(Unit.path, path), Unit.id != unit_id, Report.state == FILED)
    if not deeper:
        here = and_(here, Unit.parent_id == unit_id)
    rows = session.execute(
        select(Report, Unit.name).join(Unit, Unit.id == Report.unit_id).where(here).order_by(Report.id).limit(limit)
    ).all()
    count = (
        session.scalar(select(func.count()).select_from(Report).join(Unit, Unit.id == Report.unit_id).where(here)) or 0
    )
    return [(report, name) for report, name in rows], count
