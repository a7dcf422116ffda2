"""Reminders of what is owed: in time, once, at civil hours, in one message, and never of what has been reported."""

from __future__ import annotations

import asyncio
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import outgoing
from bot.sender import Sender
from handlers.dialog.reply import Reply
from handlers.duties import service as duties
from handlers.local import LOCAL
from handlers.reminders import service
from storage import people
from storage.outbox import REMINDER, Outbox
from storage.reminders import PersonalReminder, ReminderStep
from storage.store import Store
from tests.handlers.duties.village import duty, owed, report, speaker
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.platform import InProcess


def at(month: int, day: int, hour: int = 9, minute: int = 5, year: int = 2026) -> datetime:
    """A moment of this autumn, on the wall clock."""
    return datetime(year, month, day, hour, minute, tzinfo=LOCAL)


def told(store: Store) -> list[tuple[str, str]]:
    """Who was written a reminder, and what, in the order of writing."""
    with store.read() as session:
        rows = session.execute(select(Outbox.identity_id, Outbox.shape).where(
            Outbox.klass == REMINDER, Outbox.state != "cancelled").order_by(Outbox.id))
        names = {}
        for one in world.PEOPLE:
            identity = people.identity_of(session, world.PLATFORM, world.ACCOUNT, world.address(one.name))
            assert identity is not None
            names[identity.id] = one.name
        return [(names[identity_id], str((shape or {})["text"])) for identity_id, shape in rows]


def reasons(store: Store, **where: Any) -> dict[str, int]:
    """How many steps ended for which reason."""
    found: dict[str, int] = {}
    with store.read() as session:
        for state, reason in session.execute(select(ReminderStep.state, ReminderStep.reason).filter_by(**where)):
            found[reason or state] = found.get(reason or state, 0) + 1
    return found


def test_three_days_before_on_the_day_and_after_then_the_unit_above(settled: Store) -> None:
    """Due on Wednesday 25th: the 20th (the 22nd is a Sunday), the 25th, the 26th; the chair gets one list on the 30th."""
    with settled.begin() as session:
        duty(session)
    heads = {"王秀兰", "李玉芬", "张桂花"}
    for day, count in ((19, 0), (20, 3), (23, 0), (25, 3), (26, 3), (27, 0)):
        before = len(told(settled))
        service.fire_due(settled, at(11, day))
        service.fire_due(settled, at(11, day, 10))
        fresh = told(settled)[before:]
        assert len(fresh) == count, day
        assert {name for name, _ in fresh} == (heads if count else set())
    service.fire_due(settled, at(11, 30))
    assert told(settled)[-1] == (
        "赵玉梅", "每村办1场反家暴讲座（11月25日到期）还有3个单位没报：柳溪村妇代会、石桥村妇代会、高坡村妇代会")
    for day in range(1, 20):
        service.fire_due(settled, at(12, day))
    assert len(told(settled)) == 10


def test_who_has_reported_or_said_so_is_not_reminded(settled: Store) -> None:
    """Neither she nor, later, her chair about her."""
    with settled.begin() as session:
        made = duty(session)
        report(session, "王秀兰", date(2026, 11, 12))
        duties.say_done(session, owed(session, made, "石桥村妇代会"), made, by=speaker(session, "李玉芬"), now=world.START)
    service.fire_due(settled, at(11, 20))
    assert [name for name, _ in told(settled)] == ["张桂花"]
    service.fire_due(settled, at(11, 30))
    assert told(settled)[-1] == ("赵玉梅", "每村办1场反家暴讲座（11月25日到期）还有1个单位没报：高坡村妇代会")


def test_nothing_goes_out_at_night_or_on_a_day_off(settled: Store) -> None:
    """Not before eight, not after eight, not on Sunday; at the next working hour it comes once."""
    with settled.begin() as session:
        duty(session)
    for moment in (at(11, 20, 7, 59), at(11, 20, 20, 0), at(11, 21, 3), at(11, 21, 10), at(11, 22, 10)):
        service.fire_due(settled, moment)
    assert told(settled) == []
    service.fire_due(settled, at(11, 23, 8, 0))
    assert len(told(settled)) == 3


def test_several_things_come_in_one_message(settled: Store) -> None:
    """Two duties of her own and the list of those below: the chair gets one message, each head gets one."""
    with settled.begin() as session:
        duty(session, due_on=date(2026, 11, 20), tell_above_after=5)
        duty(session, title="报一份小结", quota={}, by="孙丽华", due_on=date(2026, 11, 25), audience={"level": "township"}, reminder_days=(0,))
        duty(session, title="排查一次", quota={}, due_on=date(2026, 11, 25), reminder_days=(0,))
    service.fire_due(settled, at(11, 25))
    found = dict(told(settled))
    assert len(told(settled)) == len(found) == 5
    assert found["赵玉梅"] == (
        "提醒您：报一份小结，今天到期。办好了直接跟我说一句就行；已经办了也说一声。\n\n"
        "每村办1场反家暴讲座（11月20日到期）还有3个单位没报：柳溪村妇代会、石桥村妇代会、高坡村妇代会")
    assert found["王秀兰"] == (
        "提醒您，还有2件事：\n• 每村办1场反家暴讲座，11月20日已到期\n• 排查一次，今天到期\n"
        "办好了直接跟我说一句就行；已经办了也说一声。")


def test_a_week_of_outage_is_caught_up_with_one_message(settled: Store) -> None:
    """Only the last of what was missed; a reminder older than a week is dropped, the list for the chair still comes."""
    with settled.begin() as session:
        for title in ("甲事", "乙事", "丙事"):
            duty(session, title=title, quota={})
    service.fire_due(settled, at(11, 27))
    assert [name for name, _ in told(settled)] == ["王秀兰", "李玉芬", "张桂花"]
    assert reasons(settled) == {"superseded": 18, "queued": 9, "waiting": 9}


def test_after_a_month_of_outage_nobody_is_scolded_for_old_things(settled: Store) -> None:
    """The heads hear nothing of it any more; the chair gets her list once."""
    with settled.begin() as session:
        duty(session)
    service.fire_due(settled, at(12, 18))
    assert [name for name, _ in told(settled)] == ["赵玉梅"]
    assert reasons(settled) == {"superseded": 6, "stale": 3, "queued": 3}


def _sender(store: Store, clock: Clock) -> tuple[Sender, InProcess]:
    platform = InProcess(world.PLATFORM, world.ACCOUNT)
    return Sender(store, [platform], clock, overtaken=outgoing.overtaken, settled=outgoing.settled), platform


def _sent(sender: Sender, platform: InProcess) -> list[tuple[str, Reply]]:
    while asyncio.run(sender.drain()):
        pass
    return list(platform.sent)


def test_a_report_of_a_minute_ago_stops_the_reminder_that_is_in_the_outbox(settled: Store) -> None:
    """Put into the outbox, reported, then the sender comes: nothing is sent to her."""
    clock = Clock(at(11, 25, 19, 58))
    with settled.begin() as session:
        duty(session, reminder_days=(0,))
    service.fire_due(settled, clock.now())
    with settled.begin() as session:
        report(session, "王秀兰", date(2026, 11, 25), now=at(11, 25, 19, 59))
    clock.to(at(11, 25, 20, 0))
    arrived = [to for to, reply in _sent(*_sender(settled, clock)) if "提醒您" in reply.text]
    assert sorted(arrived) == sorted([world.address("李玉芬"), world.address("张桂花")])


def test_the_sender_itself_asks_again(settled: Store) -> None:
    """A reminder whose duty was called off while it waited is cancelled by the sender's own check."""
    clock = Clock(at(11, 25, 10))
    with settled.begin() as session:
        made = duty(session, reminder_days=(0,))
    service.fire_due(settled, clock.now())
    with settled.begin() as session:
        duties.end(session, duties.own_duty(session, made.id, speaker(session, "赵玉梅")) or made, by=speaker(session, "赵玉梅"), now=clock.now())
    assert not [reply for _, reply in _sent(*_sender(settled, clock)) if "提醒您" in reply.text]


def test_a_message_about_two_things_is_worded_anew_when_one_is_done(settled: Store) -> None:
    """What waits for her next word (held) leaves out what she has reported since."""
    with settled.begin() as session:
        duty(session, reminder_days=(0,))
        duty(session, title="排查一次", quota={}, reminder_days=(0,))
    service.fire_due(settled, at(11, 25))
    with settled.begin() as session:
        report(session, "王秀兰", date(2026, 11, 25), now=at(11, 25, 12))
    assert dict(told(settled))["王秀兰"] == "提醒您：排查一次，今天到期。办好了直接跟我说一句就行；已经办了也说一声。"


def test_chasing_is_capped_and_does_not_reach_those_who_have_reported(settled: Store) -> None:
    """Once a day, three times in all; not on a day on which a reminder went out anyway."""
    with settled.begin() as session:
        made = duty(session, reminder_days=(0,))
        report(session, "王秀兰", date(2026, 11, 12))

    def chase(moment: datetime) -> int:
        with settled.begin() as session:
            by = speaker(session, "赵玉梅")
            return duties.chase(session, by.unit_path, duty_id=made.id, due_on=made.due_on, by=by, now=moment)

    assert [chase(at(11, 13)), chase(at(11, 13, 10)), chase(at(11, 16)), chase(at(11, 17)), chase(at(11, 18))] == [2, 0, 2, 2, 0]
    service.fire_due(settled, at(11, 18))
    assert sorted(name for name, _ in told(settled)) == ["张桂花", "李玉芬"]


def test_a_chase_ordered_at_night_goes_in_the_morning(settled: Store) -> None:
    """At half past nine in the evening nobody is written to."""
    with settled.begin() as session:
        made, by = duty(session), speaker(session, "赵玉梅")
        assert duties.chase(session, by.unit_path, duty_id=made.id, due_on=None, by=by, now=at(11, 12, 21, 30)) == 3
    service.fire_due(settled, at(11, 12, 21, 31))
    assert told(settled) == []
    service.fire_due(settled, at(11, 13, 8, 1))
    assert len(told(settled)) == 3


def test_a_unit_without_a_head_is_skipped_with_its_reason(settled: Store) -> None:
    """The county's duty reaches four heads; the village without one is noted."""
    with settled.begin() as session:
        duty(session, by="孙丽华", reminder_days=(0,))
    service.fire_due(settled, at(11, 25))
    assert len(told(settled)) == 4
    assert reasons(settled, step="0") == {"queued": 4, "nobody": 1}


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_schedulers_at_once_remind_nobody_twice(settled: Store) -> None:
    """Four threads fire at the same moment."""
    with settled.begin() as session:
        for i in range(6):
            duty(session, title=f"事项{i}", quota={}, by="郭建英", reminder_days=(0,))
    barrier = threading.Barrier(4)

    def scheduler() -> None:
        barrier.wait()
        service.fire_due(settled, at(11, 25))

    threads = [threading.Thread(target=scheduler) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [line for _, text in told(settled) for line in text.splitlines() if "事项" in line]
    assert len(lines) == 6 * 5
    assert reasons(settled, step="0") == {"queued": 30, "nobody": 6}


def test_due_dates_in_the_holidays_are_reminded_of_before_them(settled: Store) -> None:
    """Due on 5 October 2025: the last word comes on 30 September, the next after the holidays, on the 9th."""
    with settled.begin() as session:
        duty(session, due_on=date(2025, 10, 5), starts_on=date(2025, 9, 1), now=at(9, 1, year=2025), reminder_days=(0, 1))
    days = []
    for day in range(0, 15):
        moment = at(9, 28, year=2025) + timedelta(days=day)
        before = len(told(settled))
        service.fire_due(settled, moment)
        if len(told(settled)) > before:
            days.append((moment.month, moment.day))
    assert days == [(9, 30), (10, 9)]


def _fired(store: Store, clock: Clock) -> None:
    """Three reminders of the same morning are in the outbox, and the sender is away."""
    with store.begin() as session:
        duty(session, due_on=date(2026, 11, 25))
    service.fire_due(store, clock.now())


def test_quiet_hours_hold_at_the_moment_of_sending(settled: Store) -> None:
    """The sender was down from nine to half past eight in the evening: they go at eight the next morning, as it is then."""
    clock = Clock(at(11, 20, 9, 1))
    _fired(settled, clock)
    clock.to(at(11, 20, 20, 30))
    sender, platform = _sender(settled, clock)
    assert [reply for _, reply in _sent(sender, platform) if "提醒您" in reply.text] == []
    for moment in (at(11, 20, 23), at(11, 21, 7, 59), at(11, 21, 10), at(11, 22, 12), at(11, 23, 7, 59)):
        clock.to(moment)  # the 21st and the 22nd are Saturday and Sunday
        assert [reply for _, reply in _sent(sender, platform) if "提醒您" in reply.text] == []
    with settled.begin() as session:
        report(session, "王秀兰", date(2026, 11, 22), now=at(11, 22, 10))
        rows = session.execute(select(Outbox.attempts, Outbox.state).where(Outbox.dedup_key.startswith("remind:")))
        assert sorted(tuple(row) for row in rows) == [(0, "cancelled"), (0, "pending"), (0, "pending")]
    clock.to(at(11, 23, 8, 0))
    arrived = [(to, reply.text) for to, reply in _sent(sender, platform) if "提醒您" in reply.text]
    assert sorted(to for to, _ in arrived) == sorted([world.address("李玉芬"), world.address("张桂花")])
    assert all("11月25日到期，还有2天" in said for _, said in arrived)


def test_what_was_on_its_way_at_eight_arrives(settled: Store) -> None:
    """Claimed a minute after eight in the evening; ten minutes later it waits."""
    clock = Clock(at(11, 20, 9, 1))
    _fired(settled, clock)
    clock.to(at(11, 20, 20, 1))
    sender, platform = _sender(settled, clock)
    assert len([reply for _, reply in _sent(sender, platform) if "提醒您" in reply.text]) == 3


def test_a_word_about_a_duty_waits_too_and_nothing_stands_behind_it(settled: Store) -> None:
    """A new duty of the afternoon is not told at night; her own reminder of half past nine comes."""
    clock = Clock(at(11, 20, 15))
    with settled.begin() as session:
        duties.announce(session, duty(session, now=clock.now()), clock.now())
        by = speaker(session, "王秀兰")
        session.add(
            PersonalReminder(
                person_id=by.person_id or 0, identity_id=by.identity_id, number=1, what="吃药", due_at=at(11, 20, 21, 30),
                clock="21:30", created_at=clock.now(),
            )
        )
    clock.to(at(11, 20, 21, 30))
    service.fire_due(settled, clock.now())
    sender, platform = _sender(settled, clock)
    night = _sent(sender, platform)
    assert [to for to, reply in night if "吃药" in reply.text] == [world.address("王秀兰")]
    assert not [reply for _, reply in night if "新任务" in reply.text]
    clock.to(at(11, 21, 8, 0))  # a Saturday: a word about a new duty goes by day, also then
    assert len([reply for _, reply in _sent(sender, platform) if "新任务" in reply.text]) == 3
