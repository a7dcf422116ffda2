"""Units: federations and committees of the province, city, county, township and village, with dated life, in one tree.

The tree is stored as a path of ids (`/1/7/52/`). "All below X" is a range of the unique index on `path`, because every
path below `/1/7/` sorts between `/1/7/` and `/1/70` byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column, object_session

from storage.base import Base, ByteString, Key

Level = Literal["province", "city", "county", "township", "village"]

#: From the top down. An attached unit (市直机关妇工委, a bureau) has the level of the body it is attached to.
LEVELS: tuple[Level, ...] = ("province", "city", "county", "township", "village")


class Unit(Base):
    """妇联组织: a federation, a village or community committee, or an attached body."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    #: The administrative division code or the federation's own; the key of imports.
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(10))
    #: village, community, township, subdistrict, county, city, province, organ (机关妇工委), enterprise …
    kind: Mapped[str] = mapped_column(String(20), default="")
    parent_id: Mapped[int | None] = mapped_column(Key, ForeignKey("unit.id"), default=None, index=True)
    path: Mapped[str] = mapped_column(ByteString, default="", unique=True)
    opened_on: Mapped[date | None] = mapped_column(Date, default=None)
    #: The first day on which the unit no longer exists.
    closed_on: Mapped[date | None] = mapped_column(Date, default=None)
    merged_into_id: Mapped[int | None] = mapped_column(Key, ForeignKey("unit.id"), default=None)

    __table_args__ = (Index("ix_unit_level_path", "level", "path"), Index("ix_unit_name", "name"))

    def is_open(self, on: date) -> bool:
        """Whether the unit exists on that day."""
        return (self.opened_on is None or self.opened_on <= on) and (self.closed_on is None or on < self.closed_on)


class UnitName(Base):
    """A former name, so that old circulars and reports still find the unit."""

    __tablename__ = "unit_name"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    until: Mapped[date] = mapped_column(Date)


class DayIsClosed(ValueError):
    """A unit cannot move or end on a day whose figures were handed in, or before it: they would no longer be what they were."""

    def __init__(self, unit: str, first: date, last: date) -> None:
        super().__init__(f"{unit} has handed in its figures of {first} to {last}")
        self.unit, self.first, self.last = unit, first, last


class UnitPlace(Base):
    """Where a unit stood in the tree from a day on; written when it is opened and each time it moves."""

    __tablename__ = "unit_place"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    parent_id: Mapped[int | None] = mapped_column(Key, ForeignKey("unit.id"))
    since: Mapped[date] = mapped_column(Date)

    __table_args__ = (UniqueConstraint("unit_id", "since"),)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of an import: `parent_code` empty for the top."""

    code: str
    name: str
    level: str
    kind: str = ""
    parent_code: str = ""
    opened_on: date | None = None


def path_end(path: str) -> str:
    """The least string above every path that begins with `path`."""
    return path[:-1] + "0"  # '0' follows '/' in ASCII


def below(column: InstrumentedAttribute[str] | ColumnElement[str], path: str) -> ColumnElement[bool]:
    """The scope predicate: `path` itself and all below it. The same one for list, count, search, roll-up and export."""
    return and_(column >= path, column < path_end(path))


def open_on(day: date) -> ColumnElement[bool]:
    """Units that exist on that day."""
    return and_(
        or_(Unit.opened_on.is_(None), Unit.opened_on <= day), or_(Unit.closed_on.is_(None), Unit.closed_on > day)
    )


def is_within(path: str, top: str) -> bool:
    """Whether `path` is `top` or below it."""
    return path.startswith(top)


def add(session: Session, row: UnitRow, parent: Unit | None, since: date = date(1949, 4, 3)) -> Unit:
    """Open a unit under `parent`. The default date is the founding of the national federation: "always"."""
    unit = Unit(
        code=row.code,
        name=row.name,
        level=row.level,
        kind=row.kind,
        parent_id=parent.id if parent else None,
        opened_on=row.opened_on,
        path=f"?{row.code}",
    )
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    session.add(UnitPlace(unit_id=unit.id, parent_id=unit.parent_id, since=row.opened_on or since))
    return unit


def add_many(session: Session, rows: Sequence[UnitRow]) -> dict[str, Unit]:
    """Open or update units by code; parents may stand anywhere in `rows`. The units by code. Raises KeyError for an unknown parent."""
    known = by_codes(session, [r.code for r in rows] + [r.parent_code for r in rows if r.parent_code])
    waiting = list(rows)
    while waiting:
        later: list[UnitRow] = []
        for row in waiting:
            if row.parent_code and row.parent_code not in known:
                later.append(row)
                continue
            unit = known.get(row.code)
            if unit is None:
                known[row.code] = add(session, row, known.get(row.parent_code))
            elif unit.name != row.name:
                rename(session, unit, row.name, row.opened_on or date.min)
        if len(later) == len(waiting):
            raise KeyError(later[0].parent_code)
        waiting = later
    session.flush()
    return known


def rename(session: Session, unit: Unit, name: str, on: date) -> None:
    """Give the unit a new name; the old one still finds it."""
    session.add(UnitName(unit_id=unit.id, name=unit.name, until=on))
    unit.name = name


def move(session: Session, unit: Unit, parent: Unit, on: date) -> None:
    """Put the unit and all below it under another parent from `on`; raises ValueError for a place inside itself, DayIsClosed."""
    if is_within(parent.path, unit.path):
        raise ValueError("a unit cannot stand under itself")
    session.flush()
    _refuse_closed(session, unit.path + parent.path, on)
    old, new = unit.path, f"{parent.path}{unit.id}/"
    session.execute(
        update(Unit)
        .where(below(Unit.path, old))
        .values(path=new + func.substr(Unit.path, len(old) + 1))
        .execution_options(synchronize_session="fetch")
    )
    unit.parent_id = parent.id
    session.add(UnitPlace(unit_id=unit.id, parent_id=parent.id, since=on))
    session.flush()
    session.refresh(unit)


def close(unit: Unit, on: date, into: Unit | None = None) -> None:
    """The unit ends on `on`; `into` is the one that took over its work. Raises DayIsClosed."""
    session = object_session(unit)
    if session is not None:
        _refuse_closed(session, unit.path + (into.path if into is not None else ""), on)
    unit.closed_on = on
    unit.merged_into_id = into.id if into else None


def _refuse_closed(session: Session, paths: str, on: date) -> None:
    """Raise DayIsClosed if one of the units on these paths has handed in figures of that day or a later one."""
    from storage.reports import ClosedPeriod  # reports stand above units

    ids = {int(part) for part in paths.split("/") if part}
    found = session.execute(
        select(Unit.name, ClosedPeriod.first, ClosedPeriod.last)
        .join(Unit, Unit.id == ClosedPeriod.unit_id)
        .where(ClosedPeriod.unit_id.in_(ids), ClosedPeriod.last >= on)
        .order_by(ClosedPeriod.last.desc())
        .limit(1)
    ).first()
    if found is not None:
        raise DayIsClosed(*found)


def get(session: Session, unit_id: int) -> Unit:
    """The unit with that id; it must exist."""
    return session.get_one(Unit, unit_id)


def by_code(session: Session, code: str) -> Unit | None:
    """The unit with that code."""
    return session.scalar(select(Unit).where(Unit.code == code))


def by_codes(session: Session, codes: Iterable[str]) -> dict[str, Unit]:
    """Units by code, for those that exist."""
    wanted = sorted(set(codes))
    found: dict[str, Unit] = {}
    for start in range(0, len(wanted), 500):
        for unit in session.scalars(select(Unit).where(Unit.code.in_(wanted[start : start + 500]))):
            found[unit.code] = unit
    return found


def by_name(session: Session, name: str, within: str) -> list[Unit]:
    """Units below `within` that are or were called so, or whose name begins so (「李家村」 finds 李家村妇联); exact ones first."""
    former = select(UnitName.unit_id).where(UnitName.name == name)
    found = session.scalars(
        select(Unit)
        .where(
            below(Unit.path, within),
            or_(Unit.name == name, Unit.name.startswith(name, autoescape=True), Unit.id.in_(former)),
        )
        .order_by(case((Unit.name == name, 0), else_=1), Unit.path)
        .limit(20)
    )
    return list(found)


def children(session: Session, unit: Unit, on: date) -> list[Unit]:
    """The units directly below, open on that day, in the order of their codes."""
    return list(session.scalars(select(Unit).where(Unit.parent_id == unit.id, open_on(on)).order_by(Unit.code)))


def ancestors(session: Session, unit: Unit) -> list[Unit]:
    """From the unit above to the top."""
    ids = [int(part) for part in unit.path.strip("/").split("/")[:-1]]
    found = {u.id: u for u in session.scalars(select(Unit).where(Unit.id.in_(ids)))}
    return [found[i] for i in reversed(ids) if i in found]


def count_below(session: Session, path: str, level: str | None, on: date) -> int:
    """How many units are open below `path` (itself included), of one level if given."""
    query = select(func.count()).select_from(Unit).where(below(Unit.path, path), open_on(on))
    if level:
        query = query.where(Unit.level == level)
    return session.scalar(query) or 0
