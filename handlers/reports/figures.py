"""Roll-up: the figures of any unit, period, form, category and topic, with the reports behind each; parent = children + own, always.

A report counts with the unit that filed it, where that unit stood on the day of the event (storage.places); one that was
withdrawn, returned or left unused does not count, nor does a second report of an event that another unit has reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from handlers.reports.sums import Figures, Key, Total
from storage import places, reports
from storage.people import Person
from storage.places import Places
from storage.reports import Adjustment, ClosedPeriod, Quantity, Report, RosterEntry
from storage.units import Unit


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are asked for: both days included; empty means all."""

    first: date
    last: date
    form: str = ""
    category: str = ""
    topic: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the reports are asked for; adjustments name no form or topic and stay out then."""
        return bool(self.form or self.category or self.topic)


@dataclass(slots=True)
class Attended:
    """Who stands on rosters: 人 (`people`, each once) and 人次 (`times`, every entry). Never added to the stated numbers.

    `people` is the one figure that is not additive: who was in two villages is one person of the township, so a parent has
    at most the sum of its parts, and is counted from the rows.
    """

    people: int = 0
    times: int = 0

    def count(self, key: Key) -> int:
        """The figure of `ROSTER_PEOPLE` or `ROSTER_TIMES`."""
        return self.people if key == ROSTER_PEOPLE else self.times

    def to_json(self) -> dict[str, int]:
        """{"people", "times"}."""
        return {"people": self.people, "times": self.times}


ROSTER_PEOPLE, ROSTER_TIMES = Key("roster", "人"), Key("roster", "人次")


@dataclass(slots=True)
class Part:
    """What one unit below adds, or the unit itself. `path` is today's."""

    unit_id: int
    name: str
    code: str
    level: str
    path: str
    figures: Figures = field(default_factory=Figures)
    attended: Attended = field(default_factory=Attended)
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment that is part of the figures, to be shown beside them."""

    unit: str
    key: Key
    amount: Decimal
    reason: str
    by: str
    on: date


@dataclass(slots=True)
class RollUp:
    """The figures of a unit: `total` = `own` + all of `children`."""

    unit: Part
    asked: Asked
    total: Figures
    own: Figures
    children: list[Part]
    adjustments: list[Adjusted]
    #: All rosters of the scope; those of the parts stand with them.
    attended: Attended
    #: Reports that are not added because another unit has reported the same event.
    same_event: int = 0
    #: The unit itself has closed just this period.
    is_closed: bool = False


def matching(asked: Asked) -> list[ColumnElement[bool]]:
    """Reports in the period and of the form, category and topic asked for."""
    found: list[ColumnElement[bool]] = [Report.event_on.between(asked.first, asked.last)]
    if asked.form:
        found.append(Report.form == asked.form)
    if asked.category:
        found.append(Report.category == asked.category)
    if asked.topic:
        found.append(
            or_(
                Report.topic.contains(asked.topic, autoescape=True), Report.title.contains(asked.topic, autoescape=True)
            )
        )
    return found


def _scoped(query: Any, tree: Places, asked: Asked) -> Any:
    return query.join(Unit, Unit.id == Report.unit_id).where(
        tree.within(Report.event_on), *matching(asked), reports.counts()
    )


def roll_up(session: Session, unit: Unit, asked: Asked) -> RollUp:
    """The figures of the unit and all that stood below it, by the unit right below."""
    tree = places.between(session, unit.path, asked.first, asked.last)
    stretch = tree.stretch_of(Report.event_on)
    own = Part(unit.id, unit.name, unit.code, unit.level, unit.path)
    parts: dict[int, Part] = {unit.id: own}
    children = _children(session, unit)

    def part(path: str, number: int) -> Part:
        child = tree.child(path, number)
        if child is None:
            return own
        if child not in parts:
            known = children.get(child) or session.get_one(Unit, child)
            parts[child] = Part(known.id, known.name, known.code, known.level, known.path, closed_on=known.closed_on)
        return parts[child]

    counted = _scoped(select(Unit.path, stretch, func.count()).select_from(Report), tree, asked).group_by(
        Unit.path, stretch
    )
    for path, number, count in session.execute(counted):
        part(path, number).figures.reports += count
    flags = [func.max(case((Quantity.mark == mark, 1), else_=0)) for mark in ("~", "+", "<")]
    keys = (Quantity.measure, Quantity.unit, Quantity.noun)
    summed = _scoped(
        select(Unit.path, stretch, *keys, func.sum(Quantity.low), func.sum(Quantity.high), *flags)
        .select_from(Report)
        .join(Quantity, Quantity.report_id == Report.id)
        .where(_ADDS),
        tree,
        asked,
    ).group_by(Unit.path, stretch, *keys)
    for path, number, measure, measured_in, noun, low, high, about, more, less in session.execute(summed):
        total = Total(_cents(low), _cents(high), bool(about), bool(more), bool(less))
        part(path, number).figures.count(Key(measure, measured_in, noun), total)
    adjustments = []
    for row, path, name, by in _adjustments(session, tree, asked):
        number = next(i for i, s in enumerate(tree.stretches) if s.first <= row.event_on <= s.last)
        figures, key = part(path, number).figures, Key(row.measure, row.unit, row.noun)
        if row.measure == "reports":
            figures.reports += int(row.amount)
        else:
            figures.count(key, Total(row.amount, row.amount))
        adjustments.append(Adjusted(name, key, row.amount, row.reason, by, row.event_on))
    for child in children.values():  # those with nothing to show stand there too
        if child.id not in parts and (child.closed_on is None or child.closed_on > asked.first):
            parts[child.id] = Part(child.id, child.name, child.code, child.level, child.path, closed_on=child.closed_on)
    attended = _attended(session, tree, asked, part)
    whole = Figures()
    for one in parts.values():
        whole.add(one.figures)
    below = sorted((one for one in parts.values() if one is not own), key=lambda one: one.code)
    return RollUp(
        own,
        asked,
        whole,
        own.figures,
        below,
        adjustments,
        attended,
        _same_event(session, tree, asked),
        _is_closed(session, unit.id, asked),
    )


def _attended(session: Session, tree: Places, asked: Asked, part: Callable[[str, int], Part]) -> Attended:
    """Counts the rosters into the parts and as a whole, one person after the other: nothing is held but the one at hand."""
    whole = Attended()
    if session.scalar(select(RosterEntry.id).limit(1)) is None:
        return whole
    stretch = tree.stretch_of(Report.event_on)
    entries = (
        _scoped(
            select(RosterEntry.person_key, Unit.path, stretch, func.count())
            .select_from(Report)
            .join(RosterEntry, RosterEntry.report_id == Report.id),
            tree,
            asked,
        )
        .group_by(RosterEntry.person_key, Unit.path, stretch)
        .order_by(RosterEntry.person_key)
    )
    last: bytes | None = None
    seen: set[int] = set()
    for person, path, number, times in session.execute(entries):
        if person != last:
            last, seen = person, set()
            whole.people += 1
        whole.times += times
        here = part(path, number)
        here.attended.times += times
        if here.unit_id not in seen:
            seen.add(here.unit_id)
            here.attended.people += 1
    return whole


#: What was given to each (200元/户) is a rate: rates are kept with their reports and never added.
_ADDS = Quantity.unit.not_like("元/%")


def _cents(value: Any) -> Decimal:
    """SQLite sums as floating point: back to hundredths."""
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))


def _children(session: Session, unit: Unit) -> dict[int, Unit]:
    return {child.id: child for child in session.scalars(select(Unit).where(Unit.parent_id == unit.id))}


def _adjustments(session: Session, tree: Places, asked: Asked) -> list[tuple[Adjustment, str, str, str]]:
    if asked.is_narrowed:
        return []
    rows = session.execute(
        select(Adjustment, Unit.path, Unit.name, Person.name)
        .join(Unit, Unit.id == Adjustment.unit_id)
        .join(Person, Person.id == Adjustment.by_person_id)
        .where(tree.within(Adjustment.event_on), Adjustment.event_on.between(asked.first, asked.last))
        .order_by(Adjustment.id)
    )
    return [(a, path, name, by) for a, path, name, by in rows]


def _same_event(session: Session, tree: Places, asked: Asked) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Report)
            .join(Unit, Unit.id == Report.unit_id)
            .where(
                tree.within(Report.event_on),
                *matching(asked),
                Report.state.in_(reports.COUNTED),
                Report.same_event_as_id.is_not(None),
                ~reports.counts(),
            )
        )
        or 0
    )


def _is_closed(session: Session, unit_id: int, asked: Asked) -> bool:
    return (
        not asked.is_narrowed
        and session.scalar(
            select(ClosedPeriod.id)
            .where(ClosedPeriod.unit_id == unit_id, ClosedPeriod.first == asked.first, ClosedPeriod.last == asked.last)
            .limit(1)
        )
        is not None
    )


def sources(
    session: Session, unit: Unit, asked: Asked, key: Key | None = None, *, limit: int | None = None, after: int = 0
) -> Iterator[tuple[Key, str]]:
    """The number of every report behind every figure, or behind the one of `key`; `Key("reports", "条")` is all that count."""
    tree = places.between(session, unit.path, asked.first, asked.last)
    if key is not None and key.measure in ("reports", "roster"):
        on_roster = select(RosterEntry.id).where(RosterEntry.report_id == Report.id).exists()
        query = (
            _scoped(select(Report.number).select_from(Report), tree, asked)
            .where(on_roster if key.measure == "roster" else true())
            .order_by(Report.id)
            .offset(after)
            .limit(limit)
        )
        for (number,) in session.execute(query):
            yield key, number or ""
        return
    found = (
        _scoped(
            select(Quantity.measure, Quantity.unit, Quantity.noun, Report.number)
            .select_from(Report)
            .join(Quantity, Quantity.report_id == Report.id)
            .where(_ADDS),
            tree,
            asked,
        )
        .distinct()
        .order_by(Report.number)
    )
    if key is not None:
        found = found.where(and_(Quantity.measure == key.measure, Quantity.unit == key.unit, Quantity.noun == key.noun))
    for measure, measured_in, noun, number in session.execute(found.offset(after).limit(limit)):
        yield Key(measure, measured_in, noun), number or ""
