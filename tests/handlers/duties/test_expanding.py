"""Rule × units × periods, once each: units that come and go, rules that change, two schedulers, a week's outage."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from handlers.duties import expanding, service
from handlers.duties.service import NewDuty
from handlers.local import LOCAL
from storage import units
from storage.duties import CANCELLED, OPEN, Assignment, Duty
from storage.reminders import ReminderStep
from storage.store import Store
from storage.units import UnitRow
from tests.handlers.duties.village import NOW, TODAY, duty, owed, report, speaker, unit

MONTHLY = "FREQ=MONTHLY;BYMONTHDAY=25"


def _dues(store: Store, duty_id: int) -> list[tuple[int, date | None]]:
    with store.read() as session:
        rows = session.execute(select(Assignment.unit_id, Assignment.due_on).where(
            Assignment.duty_id == duty_id, Assignment.state != CANCELLED).order_by(Assignment.due_on, Assignment.unit_id))
        return [(row[0], row[1]) for row in rows]


def test_each_unit_owes_each_period_once_however_often_it_is_expanded(settled: Store) -> None:
    """Expanding again, at once or days later, adds only what is new; steps are made once with their assignments."""
    with settled.begin() as session:
        made = duty(session, recurrence=MONTHLY)
    first = _dues(settled, made.id)
    assert [due for _, due in first] == [date(2026, 11, 25)] * 3 + [date(2026, 12, 25)] * 3
    for hours in (0, 1, 24, 25):
        expanding.expand_all(settled, NOW + timedelta(hours=hours))
    assert _dues(settled, made.id) == first
    with settled.read() as session:
        steps = session.execute(select(ReminderStep.assignment_id, func.count()).group_by(ReminderStep.assignment_id)).all()
        assert {count for _, count in steps} == {4}
        assert len(steps) == len(first)


def test_a_week_or_three_months_of_outage_is_caught_up_once(settled: Store) -> None:
    """What was not expanded in time is made up for, without gaps and without a reminder for moments that have passed."""
    with settled.begin() as session:
        made = duty(session, recurrence=MONTHLY)
    later = NOW + timedelta(days=130)
    expanding.expand_all(settled, later)
    dues = [due for _, due in _dues(settled, made.id)]
    assert sorted(set(dues)) == [date(2026, 11, 25), date(2026, 12, 25), *(date(2027, m, 25) for m in (1, 2, 3, 4, 5))]
    assert all(dues.count(day) == 3 for day in set(dues))
    with settled.read() as session:
        late = session.scalars(select(Assignment.id).where(Assignment.due_on == date(2027, 1, 25))).all()
        assert session.scalar(select(func.count()).where(ReminderStep.assignment_id.in_(late))) == 0


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_schedulers_at_once_make_nothing_twice(settled: Store) -> None:
    """Four threads expand twenty duties at the same moment."""
    with settled.begin() as session:
        made = [duty(session, title=f"事项{i}", recurrence=MONTHLY) for i in range(20)]
        session.execute(Assignment.__table__.delete().where(Assignment.id.not_in(select(ReminderStep.assignment_id))))
        session.execute(ReminderStep.__table__.delete())
        session.execute(Assignment.__table__.delete())
        for one in made:
            one.expanded_to = None
    barrier = threading.Barrier(4)
    counts: list[int] = []

    def scheduler() -> None:
        barrier.wait()
        counts.append(expanding.expand_all(settled, NOW))

    threads = [threading.Thread(target=scheduler) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 20 * 6
    with settled.read() as session:
        assert session.scalar(select(func.count()).select_from(Assignment)) == 120
        assert session.scalar(select(func.count()).select_from(ReminderStep)) == 480


def test_a_unit_opened_in_the_middle_owes_from_the_next_period(settled: Store) -> None:
    """One that is opened on 16 November owes December; one that was forgotten in the import and is old owes at once."""
    with settled.begin() as session:
        made = duty(session, recurrence=MONTHLY)
        town = unit(session, "松陂镇妇联")
        units.add(session, UnitRow("990121101008", "新桥村妇代会", "village", opened_on=date(2026, 11, 16)), town)
        units.add(session, UnitRow("990121101009", "老林村妇代会", "village"), town)
    expanding.expand_all(settled, NOW + timedelta(days=4, hours=1))
    with settled.read() as session:
        new = session.scalars(select(Assignment.due_on).where(
            Assignment.duty_id == made.id, Assignment.unit_id == unit(session, "新桥村妇代会").id)).all()
        old = session.scalars(select(Assignment.due_on).where(
            Assignment.duty_id == made.id, Assignment.unit_id == unit(session, "老林村妇代会").id)).all()
    assert new == [date(2026, 12, 25)]
    assert sorted(d for d in old if d) == [date(2026, 11, 25), date(2026, 12, 25)]


def test_a_unit_that_closes_owes_nothing_that_falls_due_later(settled: Store) -> None:
    """What was due before stays; a unit known to close before a due day never owes that period."""
    with settled.begin() as session:
        made = duty(session, recurrence=MONTHLY)
        units.close(unit(session, "石桥村妇代会"), date(2026, 12, 1))
    expanding.expand_all(settled, datetime(2026, 12, 2, 9, tzinfo=LOCAL))
    with settled.read() as session:
        november = owed(session, made, "石桥村妇代会", date(2026, 11, 25))
        december = owed(session, made, "石桥村妇代会", date(2026, 12, 25))
        assert (november.state, december.state, december.note) == (OPEN, CANCELLED, "单位已撤销")
    with settled.begin() as session:
        other = duty(session, title="新的", due_on=date(2026, 12, 20), now=datetime(2026, 12, 3, 9, tzinfo=LOCAL))
        assert owed(session, other, "石桥村妇代会") is None


def test_a_merged_unit_hands_over_what_its_successor_does_not_owe_yet(settled: Store) -> None:
    """Two villages become a new one: it owes what they owed, once, and is reminded of it."""
    with settled.begin() as session:
        made = duty(session)
        new = units.add(
            session, UnitRow("990121101008", "柳石村妇代会", "village", opened_on=date(2026, 11, 16)), unit(session, "松陂镇妇联"))
        for name in ("柳溪村妇代会", "石桥村妇代会"):
            units.close(unit(session, name), date(2026, 11, 16), new)
    for _ in range(2):
        expanding.expand_all(settled, datetime(2026, 11, 17, 9, tzinfo=LOCAL))
    with settled.read() as session:
        rows = session.execute(select(Assignment.unit_id, Assignment.state).where(Assignment.duty_id == made.id)).all()
        states = {session.get_one(units.Unit, unit_id).name: state for unit_id, state in rows}
        assert states == {"柳溪村妇代会": CANCELLED, "石桥村妇代会": CANCELLED, "高坡村妇代会": OPEN, "柳石村妇代会": OPEN}
        successor = owed(session, made, "柳石村妇代会")
        assert session.scalar(select(func.count()).where(ReminderStep.assignment_id == successor.id)) == 4


def test_a_rule_changed_in_the_middle_of_a_period_begins_with_the_next(settled: Store) -> None:
    """The 25th stays the 25th this month; from the next month on it is the 20th. Changed to quarters, the quarter follows."""
    with settled.begin() as session:
        made = duty(session, recurrence=MONTHLY)
        service.change(session, made, by=speaker(session, "赵玉梅"), now=NOW, recurrence="FREQ=MONTHLY;BYMONTHDAY=28")
    assert sorted({due for _, due in _dues(settled, made.id)}) == [date(2026, 11, 25), date(2026, 12, 28)]
    with settled.begin() as session:
        again = session.get_one(Duty, made.id)
        service.change(session, again, by=speaker(session, "赵玉梅"), now=NOW, recurrence="FREQ=MONTHLY;INTERVAL=3")
    assert sorted({due for _, due in _dues(settled, made.id)}) == [date(2026, 11, 25), date(2026, 12, 31)]


def test_a_postponed_deadline_takes_its_reminders_along(settled: Store) -> None:
    """No second assignment, no reminder of the old day; who has reported stays done."""
    with settled.begin() as session:
        made = duty(session)
        report(session, "王秀兰", TODAY)
        service.change(session, made, by=speaker(session, "赵玉梅"), now=NOW + timedelta(hours=12), due_on=date(2026, 12, 10))
    assert {due for _, due in _dues(settled, made.id)} == {date(2026, 12, 10)}
    expanding.expand_all(settled, NOW + timedelta(days=1))
    with settled.read() as session:
        assert len(_dues(settled, made.id)) == 3
        assert owed(session, made, "柳溪村妇代会").state == "done"
        open_ids = select(Assignment.id).where(Assignment.duty_id == made.id, Assignment.state == OPEN)
        moments = session.scalars(select(ReminderStep.due_at).where(ReminderStep.assignment_id.in_(open_ids))).all()
        assert min(moments).astimezone(LOCAL).date() == date(2026, 12, 7)
        assert len(moments) == 8


def test_reminders_are_as_the_duty_says(settled: Store) -> None:
    """Seven days and two days before, the day itself, and nobody above is told."""
    with settled.begin() as session:
        made = duty(session, reminder_days=(-7, -2, 0), tell_above_after=-1)
        steps = session.scalars(select(ReminderStep.step).where(
            ReminderStep.assignment_id == owed(session, made, "柳溪村妇代会").id).order_by(ReminderStep.due_at)).all()
        assert steps == ["-7", "-2", "0"]


def test_large_audiences_are_expanded_in_chunks_and_told_once(settled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reply cannot wait for is left to the job; a crash between chunks leaves nothing out and nothing twice."""
    monkeypatch.setattr(expanding, "CHUNK", 2)
    with settled.begin() as session:
        made, count = service.hand_down(
            session, NewDuty(title="大任务", audience={"level": "village"}, rests_on="无文号", due_on=date(2026, 12, 10)),
            by=speaker(session, "郭建英"), now=NOW, tell_heads=True)
        assert count == 6
        assert session.scalar(select(func.count()).select_from(Assignment)) == 0
        half = [unit(session, name).id for name in ("柳溪村妇代会", "石桥村妇代会")]
        expanding.expand(session, made, NOW, half)
        expanding.announce(session, made, NOW, half)
    expanding.expand_all(settled, NOW)
    expanding.expand_all(settled, NOW)
    with settled.read() as session:
        from storage.outbox import Outbox

        assert session.scalar(select(func.count()).select_from(Assignment)) == 6
        told = session.scalars(select(Outbox.dedup_key).where(Outbox.about == f"duty:{made.id}")).all()
        assert len(told) == len(set(told)) == 5


@pytest.mark.parametrize(
    ("shape", "refusal"),
    [
        ({"due_on": None}, service.NoDeadline),
        ({"due_on": date(2026, 11, 11)}, service.PastDeadline),
        ({"rests_on": " "}, service.NoBasis),
        ({"audience": {"level": "county"}}, service.NobodyOwes),
        ({"audience": {"level": "village", "paths": ["/999/"]}}, service.NobodyOwes),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_cannot_be_handed_down_leaves_nothing_behind(settled: Store, shape: dict[str, object], refusal: type[Exception]) -> None:
    """No deadline, a past one, no basis, nobody: refused before anything is made."""
    with settled.begin() as session:
        with pytest.raises(refusal):
            duty(session, **shape)
        assert session.scalar(select(func.count()).select_from(Duty)) == 0
        assert session.scalar(select(func.count()).select_from(Assignment)) == 0
