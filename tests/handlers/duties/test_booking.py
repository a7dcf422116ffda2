"""Which report answers which duty, how many are missing, and when it was late."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from handlers.duties import quotas, service
from handlers.duties.quotas import Gap
from handlers.local import LOCAL
from handlers.reports.service import change, withdraw
from storage.duties import DONE, LATE_DONE, OPEN
from storage.outbox import Outbox
from storage.store import Store
from tests.handlers.duties.village import NOW, TODAY, duty, owed, report, speaker

POINTS = quotas.read("上报3个新的示范点，其中至少1个书香家庭类") | {"words": ["示范点", "书香家庭"]}


def test_a_report_answers_the_duty_of_its_unit_and_a_withdrawn_one_does_not(settled: Store) -> None:
    """Done at once, open again at once."""
    with settled.begin() as session:
        made = duty(session)
        filed, titles = report(session, "王秀兰", TODAY)
        assert titles == ["每村办1场反家暴讲座"]
        assert owed(session, made, "柳溪村妇代会").state == DONE
        assert owed(session, made, "石桥村妇代会").state == OPEN
        withdraw(session, filed, by=speaker(session, "王秀兰"), now=NOW + timedelta(hours=10))
        assert (owed(session, made, "柳溪村妇代会").state, owed(session, made, "柳溪村妇代会").got) == (OPEN, 0)


def test_a_report_of_something_else_or_of_before_answers_nothing(settled: Store) -> None:
    """Another form, another topic, or an event from before the duty's first day."""
    with settled.begin() as session:
        made = duty(session)
        assert report(session, "王秀兰", TODAY, form="会议")[1] == []
        assert report(session, "王秀兰", TODAY, topic="防溺水")[1] == []
        assert report(session, "王秀兰", TODAY - timedelta(days=3), now=NOW)[1] == []
        assert owed(session, made, "柳溪村妇代会").state == OPEN


def test_a_changed_report_is_booked_where_it_belongs_now(settled: Store) -> None:
    """It was of another topic: corrected, it counts; corrected back, it does not."""
    with settled.begin() as session:
        made, by = duty(session), speaker(session, "王秀兰")
        filed, _ = report(session, "王秀兰", TODAY, topic="防溺水")
        change(session, filed, filed.slots | {"topic": "反家暴"}, by=by, now=NOW + timedelta(hours=10))
        assert owed(session, made, "柳溪村妇代会").state == DONE
        change(session, filed, filed.slots | {"topic": "防溺水"}, by=by, now=NOW + timedelta(hours=11))
        assert owed(session, made, "柳溪村妇代会").state == OPEN


def test_late_is_counted_as_the_duty_says(settled: Store) -> None:
    """The event on the 25th, the report on the 26th: late by receipt, in time by event."""
    received = datetime(2026, 11, 26, 8, tzinfo=LOCAL)
    with settled.begin() as session:
        by_receipt, by_event = duty(session), duty(session, title="按活动日期", late_by="event")
        report(session, "王秀兰", date(2026, 11, 25), now=received)
        assert owed(session, by_receipt, "柳溪村妇代会").state == LATE_DONE
        assert owed(session, by_event, "柳溪村妇代会").state == DONE


def test_a_second_report_after_the_deadline_does_not_make_the_first_late(settled: Store) -> None:
    """「至少1－2次」: done with the first, in time; the second one is booked as well and shown."""
    with settled.begin() as session:
        made = duty(session, quota=quotas.read("至少1－2场") | {"forms": ["讲座"]})
        report(session, "王秀兰", TODAY)
        report(session, "王秀兰", date(2026, 11, 27), topic="家庭教育")
        report(session, "王秀兰", date(2026, 11, 28), topic="普法")
        assignment = owed(session, made, "柳溪村妇代会")
        assert (assignment.state, assignment.needs, assignment.target, assignment.got) == (DONE, 1, 2, 2)


def test_two_sessions_in_one_report_count_for_two(settled: Store) -> None:
    """Two are owed; one report tells of two."""
    with settled.begin() as session:
        made = duty(session, quota=quotas.read("2场") | {"forms": ["讲座"]})
        _, titles = report(session, "王秀兰", TODAY)
        assert titles == ["每村办1场反家暴讲座（缺1）"]
        _, titles = report(session, "李玉芬", TODAY, sessions="2")
        assert titles == ["每村办1场反家暴讲座"]
        assert owed(session, made, "石桥村妇代会").state == DONE


def test_a_monthly_report_counts_for_the_month_it_took_place_in(settled: Store) -> None:
    """November's event, told in December, is November's, late; a second one of November is not December's."""
    with settled.begin() as session:
        made = duty(session, recurrence="FREQ=MONTHLY;BYMONTHDAY=25")
        report(session, "王秀兰", date(2026, 11, 20), now=datetime(2026, 12, 3, 9, tzinfo=LOCAL))
        report(session, "王秀兰", date(2026, 11, 28), now=datetime(2026, 12, 3, 10, tzinfo=LOCAL), place="小学")
        assert owed(session, made, "柳溪村妇代会", date(2026, 11, 25)).state == LATE_DONE
        assert owed(session, made, "柳溪村妇代会", date(2026, 12, 25)).state == OPEN
        report(session, "王秀兰", date(2026, 12, 2), now=datetime(2026, 12, 3, 11, tzinfo=LOCAL))
        assert owed(session, made, "柳溪村妇代会", date(2026, 12, 25)).state == DONE


def test_what_is_missing_is_told_with_each_report(settled: Store) -> None:
    """缺2, 缺书香家庭类1; then 缺1; three without the kind are not enough."""
    with settled.begin() as session:
        duty(session, title="上报示范点", quota=POINTS)
        names = ("柳溪村普法示范点", "柳溪村敬老示范点", "柳溪村家风示范点", "柳溪村书香家庭示范点")
        said = [report(session, "王秀兰", TODAY, title=name, form="其他", topic="")[1] for name in names]
        assert said == [
            ["上报示范点（缺2，缺书香家庭类1）"], ["上报示范点（缺1，缺书香家庭类1）"], ["上报示范点（缺书香家庭类1）"], ["上报示范点"]]


def test_an_old_one_is_refused_where_new_ones_are_owed_and_its_author_is_told_which(settled: Store) -> None:
    """She files again what she filed in March 2024: not booked, the old number shown."""
    with settled.begin() as session:
        old, _ = report(session, "王秀兰", date(2024, 3, 5), title="柳溪村书香家庭示范点", form="其他", topic="")
        made = duty(session, title="上报示范点", quota=POINTS)
        again, titles = report(session, "王秀兰", TODAY, title="柳溪村“书香家庭”示范点", form="其他", topic="")
        assert titles == []
        assert owed(session, made, "柳溪村妇代会").got == 0
        assert titles.refused == [
            f"《上报示范点》要新的，编号 {again.number} 这条没有算上：2024年3月已经报过（编号 {old.number}）。请换一个新的报。"]
        assert session.scalars(select(Outbox).where(Outbox.dedup_key.startswith("not-new"))).all() == []


def test_her_word_is_enough_for_a_single_thing_and_is_recorded(settled: Store) -> None:
    """Done, with the day on which she said so; taken back, it is owed again."""
    with settled.begin() as session:
        made, by = duty(session), speaker(session, "王秀兰")
        assignment = owed(session, made, "柳溪村妇代会")
        said = service.say_done(session, assignment, made, by=by, now=NOW)
        assert (said.done, assignment.state, assignment.said_by_id) == (True, DONE, by.person_id)
        service.take_back(session, assignment, made, by=by, now=NOW)
        assert assignment.state == OPEN


def test_a_report_after_her_word_is_booked_and_the_word_stays_if_it_is_withdrawn(settled: Store) -> None:
    """With or without a report, it is done."""
    with settled.begin() as session:
        made, by = duty(session), speaker(session, "王秀兰")
        assignment = owed(session, made, "柳溪村妇代会")
        service.say_done(session, assignment, made, by=by, now=NOW)
        filed, titles = report(session, "王秀兰", TODAY)
        assert (titles, assignment.got) == (["每村办1场反家暴讲座"], 1)
        withdraw(session, filed, by=by, now=NOW + timedelta(hours=12))
        assert (assignment.state, assignment.got) == (DONE, 0)


def test_where_several_are_owed_her_word_needs_names(settled: Store) -> None:
    """Each is named, the same one twice counts once, and the kind has to be among them."""
    with settled.begin() as session:
        made, by = duty(session, quota=POINTS), speaker(session, "王秀兰")
        assignment = owed(session, made, "柳溪村妇代会")
        assert service.say_done(session, assignment, made, by=by, now=NOW).needs_names
        said = service.say_done(session, assignment, made, by=by, now=NOW, names=("甲村普法示范点", "甲村普法示范点", "乙村示范点"))
        assert said.missing == (Gap("", 1), Gap("书香家庭类", 1))
        said = service.say_done(session, assignment, made, by=by, now=NOW, names=("丙村书香家庭示范点",))
        assert (said.done, assignment.state) == (True, DONE)
        other = duty(session, title="再报", quota=POINTS)
        said = service.say_done(session, owed(session, other, "柳溪村妇代会"), other, by=by, now=NOW, names=("丙村“书香家庭”示范点",))
        assert said.old == (("丙村“书香家庭”示范点", "2026年已经报过“丙村书香家庭示范点”"),)


def test_a_smaller_quota_frees_those_who_have_enough(settled: Store) -> None:
    """Two were owed, one is now: who has one is done."""
    with settled.begin() as session:
        made = duty(session, quota=quotas.read("2场") | {"forms": ["讲座"]})
        report(session, "王秀兰", TODAY)
        service.change(
            session, made, by=speaker(session, "赵玉梅"), now=NOW + timedelta(hours=12), quota=quotas.read("1场") | {"forms": ["讲座"]})
        assert owed(session, made, "柳溪村妇代会").state == DONE
        assert owed(session, made, "石桥村妇代会").needs == 1
