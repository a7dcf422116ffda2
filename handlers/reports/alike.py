"""Whether what she tells may have been reported already: reports of that day and form by her unit, above or below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, column, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from handlers.reports import rules
from storage import reports
from storage.base import Key
from storage.fixed import Fixed, Row, places
from storage.reports import Report
from storage.units import Unit, path_end


@dataclass(frozen=True, slots=True)
class Alike:
    """A report that may be of the same event as the one that is being told, and whose it is."""

    report: Report
    unit_name: str
    is_own: bool


def line_of(path: str) -> list[int]:
    """The ids of a unit and all above it, from its path."""
    return [int(part) for part in path.strip("/").split("/") if part]


def same_event(
    session: Session,
    unit_id: int,
    unit_path: str,
    slots: dict[str, Any],
    *,
    not_these: Sequence[int] = (),
    has_below: bool = False,
) -> Alike | None:
    """A report of that day and form by the same unit, or by one above or below it, that may be of the same event."""
    if len(slots.get("date") or "") != 10:
        return None
    line, day, kind = line_of(unit_path), date.fromisoformat(slots["date"]), slots.get("form") or "其他"
    found = _foreseen_of(session, line, day, kind)
    if found is None:
        units = {f"unit_{i}": line[i] if i < len(line) else 0 for i in range(DEEPEST)}
        found = _SAME_DAY.rows(session, {**units, "day": day, "kind": kind})
    if has_below:
        below = {"path": unit_path, "end": path_end(unit_path), "day": day, "kind": kind}
        found = found + _SAME_DAY_BELOW.rows(session, below)
    for report_id, stored, of_unit, name, same_as, *_ in sorted(found, key=lambda row: row[2] != unit_id):
        if report_id in not_these or same_as in not_these:
            continue
        alike = rules.same_activity(stored, slots) if of_unit == unit_id else rules.shared_activity(stored, slots, name)
        if alike:
            return Alike(session.get_one(Report, report_id), name, of_unit == unit_id)
    return None


_THAT_DAY = (
    select(Report.id, Report.slots, Report.unit_id, Unit.name, Report.same_event_as_id, Report.event_on, Report.form)
    .join(Unit, Unit.id == Report.unit_id)
    .where(or_(*(Report.state == state for state in reports.COUNTED)))
    .order_by(Report.id.desc())
)
_SUCH = _THAT_DAY.where(Report.event_on == bindparam("day", type_=Date), Report.form == bindparam("kind"))
#: Levels from the country down to a group of a village.
DEEPEST = 8
_SAME_DAY = Fixed(_SUCH.where(places(Report.unit_id, "unit", DEEPEST)).limit(20))
_SAME_DAY_BELOW = Fixed(_SUCH.where(Unit.path > bindparam("path"), Unit.path < bindparam("end")).limit(50))

# -- for all messages of a batch at once --

#: Units and days: a row of the same index each.
_asked = (
    func.unnest(bindparam("units", type_=ARRAY(Key)), bindparam("days", type_=ARRAY(Date)))
    .table_valued(column("unit", Key), column("day", Date), name="asked")
    .render_derived()
)
#: More are not kept: then each asks for itself.
_MOST = 400
_ALL_THOSE_DAYS = Fixed(
    _THAT_DAY.join(_asked, (Report.unit_id == _asked.c.unit) & (Report.event_on == _asked.c.day)).limit(_MOST)
)


@dataclass(slots=True)
class _Foreseen:
    """What units reported of days, read once for a batch, and which of it still stands."""

    standing: set[tuple[int, date]]
    rows: dict[tuple[int, date], list[Row]] = field(default_factory=dict)


def foresee(session: Session, told: Iterable[tuple[str, date]]) -> None:
    """Read what `same_event` will ask for these (path of the unit, day), on PostgreSQL: one round trip for a batch.

    What is filed or changed afterwards in the same transaction has to be named to `forget`.
    """
    if session.connection().dialect.name == "sqlite":
        return  # has no round trips
    asked = sorted({(unit, day) for path, day in told for unit in line_of(path)})
    if len(asked) < _WORTH_IT:
        return
    rows = _ALL_THOSE_DAYS.rows(session, {"units": [unit for unit, _ in asked], "days": [day for _, day in asked]})
    if len(rows) == _MOST:
        return
    foreseen = session.info["alike"] = _Foreseen(set(asked))
    for row in rows:
        foreseen.rows.setdefault((row[2], row[5]), []).append(row)


#: One message asks for its unit and the four above it.
_WORTH_IT = 6


def forget(session: Session, unit_id: int, *days: date) -> None:
    """A report of this unit on one of these days is not as it was foreseen."""
    foreseen = session.info.get("alike")
    if foreseen is not None:
        foreseen.standing -= {(unit_id, day) for day in days}


def _foreseen_of(session: Session, line: Sequence[int], day: date, kind: str) -> list[Row] | None:
    """What was read for these units and this day; None if it has to be asked."""
    foreseen = session.info.get("alike")
    if foreseen is None or not all((unit, day) in foreseen.standing for unit in line):
        return None
    found = [row for unit in line for row in foreseen.rows.get((unit, day), ()) if row[6] == kind]
    return sorted(found, key=lambda row: -row[0])
