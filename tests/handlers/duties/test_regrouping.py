"""Who owes a duty in force is changed: withdrawn with a reason, owed from now on, told once, never made twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.duties import expanding, regrouping, service
from handlers.reminders import service as reminders
from storage.duties import CANCELLED, DONE, OPEN, Assignment, Duty
from storage.outbox import Outbox
from storage.reminders import ReminderStep
from storage.store import Store
from storage.units import Unit
from tests.handlers.duties.village import NOW, duty, owed, report, speaker, unit


def states(session: Session, made: Duty) -> dict[str, str]:
    """What became of it for each unit."""
    rows = session.execute(
        select(Unit.name, Assignment.state)
        .join(Assignment, Assignment.unit_id == Unit.id)
        .where(Assignment.duty_id == made.id)
    )
    return {name[:2]: state for name, state in rows}


def only(session: Session, *names: str) -> dict[str, object]:
    """These villages."""
    return {"level": "village", "paths": [unit(session, name).path for name in names], "names": list(names)}


def test_units_left_out_owe_nothing_that_is_open_and_who_has_reported_keeps_it(settled: Store) -> None:
    """The reason stands with it, no reminder goes to them, and the job does not bring them back."""
    with settled.begin() as session:
        made, by = duty(session), speaker(session, "赵玉梅")
        report(session, "王秀兰", date(2026, 11, 12), NOW)
        done = regrouping.change_audience(session, made, only(session, "高坡村妇代会"), by=by, now=NOW)
        assert (done.added, done.removed) == (0, 1)
    with settled.begin() as session:
        made = session.get_one(Duty, made.id)
        assert states(session, made) == {"柳溪": DONE, "石桥": CANCELLED, "高坡": OPEN}
        assert owed(session, made, "石桥村妇代会").note == "不再要求"
        told = [key for key in session.scalars(select(Outbox.dedup_key)) if key and ":out" in key]
        assert len(told) == 1
        waiting = select(ReminderStep).where(
            ReminderStep.state == "waiting", ReminderStep.assignment_id == owed(session, made, "石桥村妇代会").id
        )
        assert session.scalars(waiting).all() == []
    for day in range(1, 20):
        expanding.expand_all(settled, NOW + timedelta(days=day))
        reminders.fire_due(settled, NOW + timedelta(days=day))
    with settled.read() as session:
        assert states(session, session.get_one(Duty, made.id))["石桥"] == CANCELLED


def test_units_put_to_it_owe_from_now_on_and_may_be_taken_back(settled: Store) -> None:
    """A monthly duty for one village, then for three, for two, for three again: each period once."""
    with settled.begin() as session:
        by = speaker(session, "赵玉梅")
        first = only(session, "柳溪村妇代会")
        made = duty(session, recurrence="FREQ=MONTHLY;BYMONTHDAY=25", quota={}, audience=first)
        for names in (("柳溪村妇代会", "石桥村妇代会", "高坡村妇代会"), ("柳溪村妇代会", "石桥村妇代会")):
            regrouping.change_audience(session, made, only(session, *names), by=by, now=NOW + timedelta(days=2))
        back = regrouping.change_audience(session, made, {"level": "village"}, by=by, now=NOW + timedelta(days=3))
        assert (back.added, back.removed) == (1, 0)
    with settled.read() as session:
        rows = session.execute(
            select(Assignment.unit_id, Assignment.due_on, Assignment.state).where(Assignment.duty_id == made.id)
        ).all()
        assert len(rows) == len({row[:2] for row in rows}) == 6
        assert {row[2] for row in rows} == {OPEN}
        steps = session.execute(select(ReminderStep.assignment_id, ReminderStep.step)).all()
        assert len(steps) == len(set(steps)) == 24


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_cannot_be_changes_nothing(settled: Store) -> None:
    """Nobody left, or units put to what was due before today; what lies outside the tree of the duty is not reached."""
    with settled.begin() as session:
        made, by = duty(session, audience=only(session, "柳溪村妇代会")), speaker(session, "赵玉梅")
        with pytest.raises(service.NobodyOwes):
            regrouping.change_audience(session, made, only(session, "竹坪村妇代会"), by=by, now=NOW)
        with pytest.raises(service.PastDeadline):
            regrouping.change_audience(session, made, {"level": "village"}, by=by, now=NOW + timedelta(days=14))
        assert states(session, made) == {"柳溪": OPEN}
