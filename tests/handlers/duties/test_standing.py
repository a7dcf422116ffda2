"""Who has not reported, on any level, with whom to call; expected, done and on time for each unit and period."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from handlers.duties import service
from handlers.local import LOCAL
from storage import units
from storage.store import Store
from tests.handlers.duties.village import TODAY, duty, owed, report, speaker, unit

DUE = date(2026, 11, 25)


def test_the_list_is_right_at_once_on_every_level(settled: Store) -> None:
    """Four villages of a county owe; one reports: county, town and village see it, in the order of unit codes, with names."""
    with settled.begin() as session:
        made = duty(session, by="孙丽华")
        report(session, "李玉芬", TODAY)
        county, town, other = (unit(session, name).path for name in ("栖梧县妇联", "松陂镇妇联", "云檀镇妇联"))
        missing = service.missing(session, county, TODAY, duty_id=made.id, due_on=DUE)
        assert [(m.unit, m.head) for m in missing] == [
            ("柳溪村妇代会", "王秀兰"), ("高坡村妇代会", "张桂花"), ("竹坪村妇代会", "陈小燕"), ("大岭村妇代会", "")]
        assert [m.unit for m in service.missing(session, other, TODAY, duty_id=made.id)] == ["竹坪村妇代会", "大岭村妇代会"]
        assert [m.unit for m in service.stream_missing(session, county, TODAY, duty_id=made.id, due_on=DUE, chunk=2)] == [
            m.unit for m in missing]
        counts = [service.count_missing(session, path, TODAY, duty_id=made.id, due_on=DUE) for path in (county, town, other)]
        assert counts == [4, 2, 2]
        assert service.missing(session, unit(session, "望棠县妇联").path, TODAY, duty_id=made.id) == []


def test_expected_done_and_on_time_add_up_for_each_unit_and_period(settled: Store) -> None:
    """Children together are the parent; late ones are done and not on time."""
    with settled.begin() as session:
        made = duty(session, by="孙丽华", recurrence="FREQ=MONTHLY;BYMONTHDAY=25")
        report(session, "李玉芬", TODAY)
        report(session, "陈小燕", date(2026, 11, 24), now=datetime(2026, 11, 27, 9, tzinfo=LOCAL))
        report(session, "王秀兰", date(2026, 12, 2))
        county = unit(session, "栖梧县妇联")
        whole = {s.due_on: s for s in service.standings(session, county.path, since=TODAY, until=date(2027, 1, 1))}
        november, december = whole[DUE], whole[date(2026, 12, 25)]
        assert (november.expected, november.done, november.on_time, november.late, november.open) == (5, 2, 1, 1, 3)
        assert (december.expected, december.done, december.on_time) == (5, 1, 1)
        shares = service.shares(session, county.id, duty_id=made.id)
        assert [(s.unit, s.due_on.month, s.expected, s.done, s.on_time) for s in shares] == [
            ("松陂镇妇联", 11, 3, 1, 1), ("云檀镇妇联", 11, 2, 1, 0), ("松陂镇妇联", 12, 3, 1, 1), ("云檀镇妇联", 12, 2, 0, 0)]
        for day, standing in whole.items():
            parts = [s for s in shares if s.due_on == day]
            assert (sum(s.expected for s in parts), sum(s.done for s in parts), sum(s.late for s in parts)) == (
                standing.expected, standing.done, standing.late)


def test_periods_that_have_not_begun_are_not_shown(settled: Store) -> None:
    """December's is made in November and seen in December."""
    with settled.begin() as session:
        duty(session, recurrence="FREQ=MONTHLY;BYMONTHDAY=25")
        village = unit(session, "柳溪村妇代会")
        seen = service.owed_by(session, village.id, TODAY + timedelta(days=90), TODAY)
        assert [a.due_on for a, _ in seen] == [DUE]
        later = service.owed_by(session, village.id, TODAY + timedelta(days=90), date(2026, 12, 1))
        assert [a.due_on for a, _ in later] == [DUE, date(2026, 12, 25)]


def test_duties_of_above_are_seen_and_duties_of_a_neighbour_are_not(settled: Store) -> None:
    """A town sees what the city asked of its villages, not what the next county asked of its own."""
    with settled.begin() as session:
        duty(session, by="郭建英", title="市里的")
        duty(session, by="吴秋菊", title="邻县的")
        town = unit(session, "松陂镇妇联").path
        assert [(s.title, s.expected) for s in service.standings(session, town, since=TODAY, until=DUE)] == [("市里的", 3)]


def test_many_units_and_few_units_are_counted_alike(settled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways of counting give the same."""
    from handlers.duties import standing

    with settled.begin() as session:
        duty(session, by="孙丽华")
        report(session, "李玉芬", TODAY)
        path = unit(session, "栖梧县妇联").path
        few = service.standings(session, path, since=TODAY, until=DUE)
        monkeypatch.setattr(standing, "FEW", 0)
        assert service.standings(session, path, since=TODAY, until=DUE) == few


def test_a_unit_that_moved_is_counted_where_it_stands_now(settled: Store) -> None:
    """The village moves to the other town: its debt goes with it."""
    with settled.begin() as session:
        made = duty(session, by="孙丽华")
        units.move(session, unit(session, "高坡村妇代会"), unit(session, "云檀镇妇联"), TODAY)
        shares = service.shares(session, unit(session, "栖梧县妇联").id, duty_id=made.id, due_on=DUE)
        assert [(s.unit, s.expected) for s in shares] == [("松陂镇妇联", 2), ("云檀镇妇联", 3)]


def test_a_duty_that_was_called_off_is_owed_by_nobody(settled: Store) -> None:
    """Not missing, not expected; another official cannot call it off."""
    with settled.begin() as session:
        made, by = duty(session), speaker(session, "赵玉梅")
        assert service.own_duty(session, made.id, speaker(session, "钱小芳")) is None
        assert service.own_duty(session, made.id, speaker(session, "孙丽华")) is not None
        assert service.end(session, made, by=by, now=datetime(2026, 11, 12, 10, tzinfo=LOCAL)) == 3
        assert service.missing(session, by.unit_path, TODAY, duty_id=made.id) == []
        assert service.standings(session, by.unit_path, since=TODAY, until=DUE) == []
        assert owed(session, made, "柳溪村妇代会").state == "cancelled"
