"""Rule × units × periods → what each unit owes, once each, whatever happens; with the reminders, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from handlers.duties import quotas, rules, texts
from handlers.duties.announcing import announce
from handlers.local import LOCAL
from storage import units
from storage.base import UtcDateTime
from storage.conversations import insert_for
from storage.duties import CANCELLED, OPEN, Assignment, Duty, of_units
from storage.reminders import ReminderStep
from storage.store import Store
from storage.units import Unit

#: Units of one transaction: a reply must never wait for an expansion.
CHUNK = 2_000


def owing(audience: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Which units are meant: inside the official's own tree and inside the audience, whether open or not."""
    found = [units.below(Unit.path, audience["within"])]
    if audience.get("path"):
        found.append(units.below(Unit.path, audience["path"]))
    if audience.get("paths"):
        found.append(or_(*(units.below(Unit.path, path) for path in audience["paths"])))
    if audience.get("level"):
        found.append(Unit.level == audience["level"])
    if audience.get("unit_ids"):
        found.append(Unit.id.in_(audience["unit_ids"]))
    if audience.get("except_ids"):
        found.append(Unit.id.not_in(audience["except_ids"]))
    found += [not_(units.below(Unit.path, path)) for path in audience.get("except_paths") or []]
    return found


def audience_count(session: Session, audience: Mapping[str, Any], within: str, day: date) -> int:
    """How many open units that would be."""
    whole = {**audience, "within": within}
    return session.scalar(select(func.count()).select_from(Unit).where(*owing(whole), units.open_on(day))) or 0


def _ids(session: Session, duty: Duty, after: str = "", limit: int | None = None) -> tuple[list[int], str]:
    """The units that are meant, in the order of the tree from the path `after` on; and the path of the last."""
    rows = session.execute(
        select(Unit.id, Unit.path)
        .where(*owing(duty.audience), *([Unit.path > after] if after else []))
        .order_by(Unit.path)
        .limit(limit)
    ).all()
    return [row[0] for row in rows], rows[-1][1] if rows else ""


def made_on(duty: Duty) -> date:
    """The day the duty was made, as people count days."""
    return duty.created_at.astimezone(LOCAL).date()


def due_periods(duty: Duty, today: date) -> list[rules.Period]:
    """Periods to be made now: all since the last time, and again those that are not yet due, for units that came later."""
    anchor = duty.starts_on or made_on(duty)
    since = max(anchor, min(today, duty.expanded_to or anchor))
    return rules.periods(duty, since, today + rules.HORIZON)


def expand(session: Session, duty: Duty, now: datetime, ids: Sequence[int] | None = None) -> int:
    """Make the assignments and reminder steps of all periods up to the horizon, for these units or all; how many were new."""
    today = now.astimezone(LOCAL).date()
    wanted = _ids(session, duty)[0] if ids is None else ids
    made = sum(
        _expand_period(session, duty, period, wanted[start : start + CHUNK], now)
        for period in due_periods(duty, today)
        for start in range(0, len(wanted), CHUNK)
    )
    if ids is None:
        duty.expanded_to = today + rules.HORIZON
    return made


def _expand_period(session: Session, duty: Duty, period: rules.Period, ids: Sequence[int], now: datetime) -> int:
    instead = duty.exceptions.get(period.name)
    if instead is not None and not instead:  # a later circular has withdrawn it
        return 0
    due_on = date.fromisoformat(instead) if instead else period.due_on
    # what is there is asked for by key, so that neither engine has to guess how large the tables are
    there = set(
        session.scalars(
            select(Assignment.unit_id).where(
                Assignment.duty_id == duty.id, *of_units(ids), Assignment.period == period.name
            )
        )
    )
    missing = [unit_id for unit_id in ids if unit_id not in there]
    if not missing:
        return 0
    start = rules.owes_from(period, made_on(duty))
    columns = ("duty_id", "unit_id", "period", "first", "last", "due_on", "state", "got", "needs", "target", "note")
    rows = select(
        literal(duty.id),
        Unit.id,
        literal(period.name),
        literal(period.first, Date),
        literal(period.last, Date),
        literal(due_on, Date),
        literal(OPEN),
        literal(0),
        literal(quotas.needed(duty.quota)),
        literal(quotas.hoped(duty.quota)),
        literal(""),
    ).where(
        Unit.id.in_(missing),
        or_(Unit.opened_on.is_(None), Unit.opened_on <= start),
        or_(Unit.closed_on.is_(None), Unit.closed_on > due_on),
    )
    # SQLite reads ON CONFLICT after a SELECT without WHERE as a join; this one always has one
    made = session.execute(
        insert_for(session)(Assignment.__table__).from_select(columns, rows).on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    count = max(0, int(getattr(made, "rowcount", 0)))
    if count:
        make_steps(session, duty, period.name, due_on, now, missing)
    return count


def make_steps(
    session: Session, duty: Duty, period: str, due_on: date, now: datetime, ids: Sequence[int] | None = None
) -> None:
    """The reminders of the open assignments of a period; each once. A moment that has passed is not made up for."""
    moments = {str(days): rules.reminder_time(due_on, days) for days in duty.reminder_days}
    if duty.tell_above_after >= 0:
        moments["above"] = rules.reminder_time(due_on, max(1, duty.tell_above_after))
    columns = ("assignment_id", "step", "due_at", "state", "reason")
    for step, at in moments.items():
        if at <= now:
            continue
        rows = select(Assignment.id, literal(step), literal(at, UtcDateTime()), literal("waiting"), literal("")).where(
            Assignment.duty_id == duty.id, Assignment.period == period, Assignment.state == OPEN, *of_units(ids)
        )
        session.execute(insert_for(session)(ReminderStep.__table__).from_select(columns, rows).on_conflict_do_nothing())


def is_large(session: Session, duty: Duty, now: datetime) -> bool:
    """Whether the job has to expand it in chunks, because a reply cannot wait for it."""
    return audience_count(session, duty.audience, duty.audience["within"], now.astimezone(LOCAL).date()) > CHUNK


def expand_all(store: Store, now: datetime) -> int:
    """Expand every duty once a day, in chunks of units; two schedulers at once, a crash or a week's outage do no harm."""
    today = now.astimezone(LOCAL).date()
    with store.read() as session:
        ids = session.execute(
            select(Duty.id, Duty.expanded_to).where(
                Duty.state == "confirmed",
                or_(Duty.expanded_to.is_(None), Duty.expanded_to < today + rules.HORIZON),
                or_(Duty.recurrence != "", Duty.expanded_to.is_(None), Duty.due_on >= today),
            )
        ).all()
    made = sum(_expand_in_chunks(store, duty_id, now, is_new=expanded_to is None) for duty_id, expanded_to in ids)
    return made + follow_units(store, now)


def _expand_in_chunks(store: Store, duty_id: int, now: datetime, *, is_new: bool) -> int:
    made, after = 0, ""
    while True:
        with store.begin() as session:
            duty = session.get(Duty, duty_id, with_for_update=True)
            if duty is None or duty.state != "confirmed":
                return made
            ids, after = _ids(session, duty, after, CHUNK)
            made += expand(session, duty, now, ids)
            if is_new and ids:
                announce(session, duty, now, ids)
            if len(ids) < CHUNK:
                duty.expanded_to = now.astimezone(LOCAL).date() + rules.HORIZON
                return made


def follow_units(store: Store, now: datetime) -> int:
    """Units that have closed owe nothing that falls due later; where one was merged its successor takes it over."""
    today, followed = now.astimezone(LOCAL).date(), 0
    while True:
        with store.begin() as session:
            rows = session.execute(
                select(Assignment, Duty, Unit)
                .join(Duty, Duty.id == Assignment.duty_id)
                .join(Unit, Unit.id == Assignment.unit_id)
                .where(
                    Unit.closed_on <= today,
                    Unit.closed_on >= today - rules.FARTHEST,
                    Assignment.state == OPEN,
                    Assignment.due_on >= Unit.closed_on,
                )
                .order_by(Assignment.id)
                .limit(500)
                .with_for_update(skip_locked=True, of=Assignment)
            ).all()
            for assignment, duty, unit in rows:
                _hand_over(session, assignment, duty, unit, now)
            session.flush()
        followed += len(rows)
        if len(rows) < 500:
            return followed


def _hand_over(session: Session, assignment: Assignment, duty: Duty, unit: Unit, now: datetime) -> None:
    into = session.get(Unit, unit.merged_into_id) if unit.merged_into_id is not None else None
    while into is not None and not into.is_open(now.astimezone(LOCAL).date()):  # merged, and merged again
        into = session.get(Unit, into.merged_into_id) if into.merged_into_id is not None else None
    assignment.state = CANCELLED
    assignment.note = texts.MERGED.format(unit=into.name) if into is not None else texts.CLOSED
    if into is None or not session.scalar(
        select(Unit.id).where(Unit.id == into.id, *owing(duty.audience | {"unit_ids": None}))
    ):
        return
    session.execute(
        insert_for(session)(Assignment.__table__)
        .values(
            duty_id=duty.id,
            unit_id=into.id,
            period=assignment.period,
            first=assignment.first,
            last=assignment.last,
            due_on=assignment.due_on,
            state=OPEN,
            got=0,
            needs=assignment.needs,
            target=assignment.target,
            note="",
        )
        .on_conflict_do_nothing()
    )
    if assignment.due_on is not None:
        make_steps(session, duty, assignment.period, assignment.due_on, now, [into.id])


__all__ = [
    "CHUNK",
    "announce",
    "audience_count",
    "expand",
    "expand_all",
    "follow_units",
    "is_large",
    "make_steps",
    "owing",
]
