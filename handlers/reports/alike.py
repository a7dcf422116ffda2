"""Whether what she tells may have been reported already: reports of that day and form by her unit, above or below it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, bindparam, column, func, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from handlers.reports import rules
from storage import reports
from storage.base import Key
from storage.fixed import Driver, Fixed, Row
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
    found = [row for row in _of_that_day(session, line, day) if row[6] == kind][:_MOST_ALIKE]
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


_SUCH = (
    select(Report.id, Report.slots, Report.unit_id, Unit.name, Report.same_event_as_id, Report.event_on, Report.form)
    .join(Unit, Unit.id == Report.unit_id)
    .where(or_(*(Report.state == state for state in reports.COUNTED)))
    .order_by(Report.id.desc())
)
_SAME_DAY_BELOW = Fixed(
    _SUCH.where(
        Report.event_on == bindparam("day", type_=Date),
        Report.form == bindparam("kind"),
        Unit.path > bindparam("path"),
        Unit.path < bindparam("end"),
    ).limit(50)
)
#: Levels from the country down to a group of a village.
DEEPEST = 8
#: So many of the latest of one form are looked at.
_MOST_ALIKE = 20
#: So many of any form are read for one message, and kept for a batch: if there are more, each asks for itself.
_MOST = 400


def _those_days(insert: Any) -> Any:
    """What was reported for units on days: with a row for each of these both engines go by an index of unit and day."""
    if insert is postgresql.insert:
        arrays = (bindparam("units", type_=ARRAY(Key)), bindparam("days", type_=ARRAY(Date)))
        asked: Any = func.unnest(*arrays).table_valued(column("unit", Key), column("day", Date), name="asked")
        unit, day = (asked := asked.render_derived()).c
    else:
        asked = func.json_each(bindparam("pairs", type_=JSON)).table_valued("value", name="asked")
        unit, day = (func.json_extract(asked.c.value, place) for place in ("$[0]", "$[1]"))
    return _SUCH.join(asked, (Report.unit_id == unit) & (Report.event_on == day)).limit(_MOST)


_THOSE_DAYS = Fixed(_those_days)

# -- for all messages of a batch at once --


@dataclass(slots=True)
class _Foreseen:
    """What units reported of days, read once for a batch, and which of it still stands."""

    standing: set[tuple[int, date]]
    rows: dict[tuple[int, date], list[Row]] = field(default_factory=dict)


def foresee(session: Session, told: Iterable[tuple[str, date]]) -> None:
    """Read at once what `same_event` will ask for these (path of the unit, day).

    What is filed or changed afterwards in the same transaction has to be named to `forget`.
    """
    asked = {(unit, day) for path, day in set(told) for unit in line_of(path)}
    rows = _read(session, asked)
    if len(rows) == _MOST:
        return
    foreseen = session.info["alike"] = _Foreseen(asked)
    for row in rows:
        foreseen.rows.setdefault((row[2], row[5]), []).append(row)


def forget(session: Session, unit_id: int, *days: date) -> None:
    """A report of this unit on one of these days is not as it was foreseen."""
    foreseen = session.info.get("alike")
    if foreseen is not None:
        foreseen.standing.difference_update((unit_id, day) for day in days)


def _of_that_day(session: Session, line: Sequence[int], day: date) -> list[Row]:
    """What these units reported of that day, the latest first."""
    asked, foreseen = [(unit, day) for unit in line], session.info.get("alike")
    if foreseen is None or not foreseen.standing.issuperset(asked):
        return _read(session, asked)
    found = [row for pair in asked for row in foreseen.rows.get(pair, ())]
    return sorted(found, key=lambda row: -row[0]) if len(found) > 1 else found


def _read(session: Session, asked: Collection[tuple[int, date]]) -> list[Row]:
    if not asked:
        return []
    if Driver.of(session).is_sqlite:
        return _THOSE_DAYS.rows(session, {"pairs": [(unit, day.isoformat()) for unit, day in asked]})
    return _THOSE_DAYS.rows(session, {"units": [unit for unit, _ in asked], "days": [day for _, day in asked]})
