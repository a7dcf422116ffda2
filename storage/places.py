"""Where units stood in the tree on a day: what was done in a village counts where the village stood on that day.

A unit that moved takes its future along and leaves its past behind: the figures that its former township handed in stay
as they were. A unit that was closed keeps its place, and with it its reports; the one it went into has those that follow.
Only moves after the first day asked for matter; there are few, so they are put together here and not in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, literal, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from storage.units import Unit, UnitPlace, below, is_within


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which the tree was one and the same; `parents` holds the units that stood elsewhere then than today."""

    first: date
    last: date
    parents: Mapping[int, int | None]
    #: Today's paths of those units and of their parents of then.
    paths: Mapping[int, str]

    def path(self, today: str, seen: frozenset[int] = frozenset()) -> str:
        """The path that a unit had then, from the one it has today. Moves entered afterwards may contradict each other: no circles."""
        ids = today.strip("/").split("/")
        for depth in range(len(ids) - 1, -1, -1):
            unit_id = int(ids[depth])
            if unit_id in self.parents and unit_id not in seen:
                parent = self.parents[unit_id]
                above = self.path(self.paths[parent], seen | {unit_id}) if parent is not None else "/"
                return above + "/".join(ids[depth:]) + "/"
        return today


@dataclass(frozen=True, slots=True)
class Places:
    """The tree over a period, as a unit and all below it saw it."""

    #: Today's path of the unit that is asked about.
    top: str
    stretches: tuple[Stretch, ...]

    def within(self, day: InstrumentedAttribute[date]) -> ColumnElement[bool]:
        """The scope predicate over Unit.path and a day: below the unit on that day."""
        return or_(*(and_(day.between(s.first, s.last), _territory(s, self.top)) for s in self.stretches))

    def stretch_of(self, day: InstrumentedAttribute[date]) -> ColumnElement[int]:
        """The number of the stretch that a day lies in, for grouping."""
        if len(self.stretches) == 1:
            return literal(0)
        return case(*((day <= s.last, i) for i, s in enumerate(self.stretches[:-1])), else_=len(self.stretches) - 1)

    def child(self, path: str, stretch: int) -> int | None:
        """The unit right below the top that a unit of today's `path` stood under; None for the top itself."""
        then = self.stretches[stretch]
        top, here = then.path(self.top), then.path(path)
        rest = here[len(top) :].strip("/")
        return int(rest.split("/")[0]) if rest else None


def between(session: Session, top: str, first: date, last: date) -> Places:
    """The places of all units from `first` to `last`, both included, for the unit whose path is `top` today."""
    moved = _moves(session, first)
    if not moved:
        return Places(top, (Stretch(first, last, {}, {}),))
    wanted = set(moved) | {parent for rows in moved.values() for _, parent in rows if parent is not None}
    paths: dict[int, str] = {}
    ids = sorted(wanted)
    for start in range(0, len(ids), 500):
        paths |= {
            row[0]: row[1]
            for row in session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(ids[start : start + 500])))
        }
    days = sorted({since for rows in moved.values() for since, _ in rows if first < since <= last})
    stretches = []
    for begin, after in zip([first, *days], [*days, last + timedelta(days=1)], strict=True):
        parents = {unit_id: _parent_on(rows, begin) for unit_id, rows in moved.items()}
        stretches.append(Stretch(begin, after - timedelta(days=1), parents, paths))
    return Places(top, tuple(stretches))


def path_on(session: Session, path: str, day: date) -> str:
    """The path that a unit had on that day, from the one it has today."""
    return between(session, path, day, day).stretches[0].path(path)


def _moves(session: Session, first: date) -> dict[int, list[tuple[date, int | None]]]:
    """Units that moved after `first`, each with all of its places in order."""
    earlier, later = aliased(UnitPlace), aliased(UnitPlace)
    movers = select(later.unit_id).where(
        later.since > first, exists().where(earlier.unit_id == later.unit_id, earlier.since < later.since)
    )
    rows = session.execute(
        select(UnitPlace.unit_id, UnitPlace.since, UnitPlace.parent_id)
        .where(UnitPlace.unit_id.in_(movers))
        .order_by(UnitPlace.unit_id, UnitPlace.since)
    )
    found: dict[int, list[tuple[date, int | None]]] = {}
    for unit_id, since, parent_id in rows:
        found.setdefault(unit_id, []).append((since, parent_id))
    return found


def _parent_on(rows: Sequence[tuple[date, int | None]], day: date) -> int | None:
    parent = rows[0][1]
    for since, place in rows:
        if since <= day:
            parent = place
    return parent


def _territory(stretch: Stretch, top: str) -> ColumnElement[bool]:
    """What lay below `top` then, in today's paths: whole subtrees, without those that stood elsewhere."""
    inside = stretch.path(top)
    moved = sorted(stretch.paths[unit_id] for unit_id in stretch.parents)
    taken = [top] + [path for path in moved if path != top and is_within(stretch.path(path), inside)]
    parts = []
    for root in taken:
        holes = [path for path in moved if path != root and is_within(path, root)]
        holes = [path for path in holes if not any(path != other and is_within(path, other) for other in holes)]
        part = below(Unit.path, root)
        parts.append(and_(part, not_(or_(*(below(Unit.path, path) for path in holes)))) if holes else part)
    return or_(*parts)
