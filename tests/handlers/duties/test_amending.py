"""What a later circular changes about duties: proposed, applied once, told once, and undone when it is repealed."""

from __future__ import annotations

import os
import signal
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from handlers.duties import amending, amendment_notices, applying, expanding, service
from handlers.local import LOCAL
from handlers.reminders import service as reminders
from knowledge.importing import import_document
from knowledge.reading import read_text
from storage import audit
from storage.duties import CANCELLED, DONE, LATE_DONE, OPEN, Amendment, Assignment, Duty
from storage.outbox import Outbox
from storage.reminders import ReminderStep
from storage.store import Store
from tests.handlers.duties.village import NOW, duty, owed, report, speaker
from tests.kit.stores import SECRET

EARLIER = "澜妇〔2026〕36号"


def text(*sentences: str, number: str = "松妇〔2026〕8号", day: str = "2026年11月13日", earlier: str = EARLIER) -> str:
    """A supplement to an earlier circular."""
    items = "\n".join(f"{'一二三四五六'[i]}、{said}" for i, said in enumerate(sentences))
    return f"""松陂镇妇女联合会文件
{number}

关于调整有关工作安排的补充通知

各村（社区）妇代会：
因防寒工作需要，现对{earlier}文件有关事项补充通知如下：
{items}

松陂镇妇女联合会
{day}
"""


def hand_in(session: Session, said: str, who: str = "赵玉梅", now: datetime = NOW) -> amending.Changes:
    """An official hands a circular in."""
    by = speaker(session, who)
    document = read_text("补充通知", said)
    kept = import_document(session, document, now, scope=by.unit_path)
    return amending.propose(session, document, circular_id=kept.circular_id, scope=by.unit_path, by=by, now=now)


def lecture(session: Session, **more: Any) -> Duty:
    return duty(session, evidence="各村11月25日前办1场反家暴讲座", **more)


def confirm(session: Session, amendment_id: int, who: str = "赵玉梅", now: datetime = NOW) -> applying.Applied:
    return applying.decide(session, amendment_id, "confirm", by=speaker(session, who), now=now)


MOVE = "反家暴讲座完成时间由11月25日延长至12月5日。"


def notices(session: Session) -> list[str]:
    """To whom something other than the first word about a duty was written."""
    keys = session.scalars(select(Outbox.dedup_key).where(Outbox.dedup_key.contains("amend")).order_by(Outbox.id))
    return [key or "" for key in keys]


def test_nothing_changes_before_it_is_confirmed_and_then_for_those_who_still_owe_it(settled: Store) -> None:
    """The day moves, who has reported is left alone, the others are told once, and it rests on both circulars."""
    with settled.begin() as session:
        made = lecture(session)
        report(session, "王秀兰", date(2026, 11, 12), NOW)
        found = hand_in(session, text(MOVE))
        [one] = found.waiting
        again = hand_in(session, text(MOVE))
        assert [row.id for row in again.waiting] == [one.id]
        assert (made.due_on, notices(session)) == (date(2026, 11, 25), [])
        assert found.covered
        done = confirm(session, one.id)
        assert (done.outcome, done.count) == ("applied", 2)
    with settled.begin() as session:
        made = session.get_one(Duty, made.id)
        assert (made.due_on, made.amended_by) == (date(2026, 12, 5), ["松妇〔2026〕8号"])
        assert owed(session, made, "柳溪村妇代会").state == DONE
        assert owed(session, made, "石桥村妇代会").due_on == date(2026, 12, 5)
        assert len(notices(session)) == 2
        assert confirm(session, one.id).outcome == "already"
        assert confirm(session, one.id, "孙丽华").outcome == "already"
        assert len(notices(session)) == 2
        entry = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "duty.amended")).one()
        assert entry.details["amendment"] == one.id


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_officials_at_once_apply_it_once(settled: Store) -> None:
    """Four threads say yes at the same moment."""
    with settled.begin() as session:
        lecture(session)
        [one] = hand_in(session, text(MOVE)).waiting
    barrier, outcomes = threading.Barrier(4), []

    def official(name: str) -> None:
        barrier.wait()
        with settled.begin() as session:
            outcomes.append(confirm(session, one.id, name).outcome)

    threads = [threading.Thread(target=official, args=(name,)) for name in ("赵玉梅", "孙丽华", "赵玉梅", "孙丽华")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already", "already", "already", "applied"]
    with settled.read() as session:
        assert len(notices(session)) == 3


def _facts(session: Session) -> dict[str, Any]:
    """Everything that an amendment changes."""
    return {
        "duty": [(d.state, d.due_on, d.amended_by) for d in session.scalars(select(Duty))],
        "owed": sorted((a.unit_id, a.state, str(a.due_on)) for a in session.scalars(select(Assignment))),
        "steps": sorted((s.step, s.state, str(s.due_at)) for s in session.scalars(select(ReminderStep))),
        "amended": [a.state for a in session.scalars(select(Amendment))],
        "told": notices(session),
        "audit": session.scalar(select(func.count()).where(audit.AuditEntry.action == "duty.amended")),
    }


@pytest.mark.parametrize("sentence", [MOVE, "停止执行。"])
def test_killed_at_any_statement_it_is_applied_wholly_or_not_at_all(settled: Store, sentence: str) -> None:
    """A process dies with SIGKILL before its first, second … last statement and at the commit; then she confirms again."""
    with settled.begin() as session:
        lecture(session)
        [one] = hand_in(session, text(sentence) if sentence == MOVE else text(f"{EARLIER}文件{sentence}")).waiting
        before = _facts(session)
    settled.engine.dispose()
    deaths = 0
    for at in range(1, 200):
        child = os.fork()
        if child == 0:
            _die_at(settled, one.id, at)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        deaths += 1
        with settled.read() as session:
            assert _facts(session) == before
    assert deaths > 8
    with settled.begin() as session:  # the last child lived: what it did is done once
        after = _facts(session)
        assert (after["amended"], after["audit"], len(after["told"])) == (["applied"], 1, 3)
        assert confirm(session, one.id).outcome == "already"
        session.flush()
        assert _facts(session) == after


def _die_at(settled: Store, amendment_id: int, at: int) -> None:
    """In a child: confirm, and be killed when the statement of that number is about to run."""
    store = Store(settled.engine.url.render_as_string(hide_password=False), secret=SECRET)
    left = [at]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        event.listen(store.engine, "before_cursor_execute", count)
        event.listen(store.engine, "commit", count)
        with store.begin() as session:
            assert confirm(session, amendment_id).outcome == "applied"
        os._exit(0)
    finally:
        os._exit(1)


def test_who_was_late_by_the_old_day_may_be_on_time_by_the_new_one(settled: Store) -> None:
    """She reported on the 27th; the day was put off from the 25th to the 5th. Nobody becomes late by a day brought forward."""
    late = datetime(2026, 11, 27, 10, tzinfo=LOCAL)
    with settled.begin() as session:
        made = lecture(session)
        report(session, "王秀兰", date(2026, 11, 27), late)
        assert owed(session, made, "柳溪村妇代会").state == LATE_DONE
        [one] = hand_in(session, text(MOVE, day="2026年11月27日"), now=late).waiting
        assert confirm(session, one.id, now=late).outcome == "applied"
        assert owed(session, made, "柳溪村妇代会").state == DONE
        forward = text("反家暴讲座完成时间由12月5日提前至11月28日。", number="松妇〔2026〕9号", day="2026年11月27日")
        report(session, "李玉芬", date(2026, 11, 27), late)
        [two] = hand_in(session, forward, now=late).waiting
        assert confirm(session, two.id, now=late).outcome == "applied"
        assert owed(session, made, "石桥村妇代会").state == DONE
        [share] = service.standings(
            session, speaker(session, "赵玉梅").unit_path, since=date(2026, 11, 1), until=date(2026, 12, 31)
        )
        assert (share.due_on, share.expected, share.done, share.on_time) == (date(2026, 11, 28), 3, 2, 2)


def test_reminders_follow_the_new_day(settled: Store) -> None:
    """What waited for the old day is not sent, and three days before the new one she is reminded although she was before."""
    three_before = datetime(2026, 11, 20, 9, 1, tzinfo=LOCAL)
    with settled.begin() as session:
        lecture(session)
    assert reminders.fire_due(settled, three_before) == 3
    with settled.begin() as session:
        pending = select(func.count()).where(Outbox.state == "pending", Outbox.dedup_key.startswith("remind:"))
        assert session.scalar(pending) == 3
        session.execute(
            Outbox.__table__.update()
            .where(Outbox.dedup_key == _digest_of(session, "柳溪村妇代会"))
            .values(state="sent")
        )
        [one] = hand_in(session, text(MOVE), now=three_before).waiting
        assert confirm(session, one.id, now=three_before).outcome == "applied"
        assert session.scalar(pending) == 0
        waiting = session.scalars(select(ReminderStep.step).where(ReminderStep.state == "waiting")).all()
        assert sorted(set(waiting)) == ["-3", "0", "1", "above"]
        assert len(waiting) == 12
    assert reminders.fire_due(settled, datetime(2026, 12, 2, 9, 1, tzinfo=LOCAL)) == 3


def _digest_of(session: Session, unit_name: str) -> str:
    from storage.units import Unit

    step = session.scalars(
        select(ReminderStep)
        .join(Assignment, Assignment.id == ReminderStep.assignment_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Unit.name == unit_name, ReminderStep.state == "queued")
    ).one()
    return f"remind:{step.digest_id}"


def monthly(session: Session) -> Duty:
    return duty(
        session,
        title="报送活动信息",
        recurrence="FREQ=MONTHLY;BYMONTHDAY=25",
        quota={},
        evidence="各村每月25日前报送活动信息",
    )


def test_one_period_of_a_duty_that_comes_back_is_put_off_or_called_off(settled: Store) -> None:
    """The other periods stay, and a scheduler that runs again does not bring the old day back."""
    with settled.begin() as session:
        made = monthly(session)
        moved = text("11月25日的活动信息推迟到11月30日前报送。", "12月份活动信息不再报送。")
        first, second = hand_in(session, moved).waiting
        assert confirm(session, first.id).outcome == "applied"
        assert confirm(session, second.id).outcome == "applied"
    for day in (1, 15, 40, 50):
        expanding.expand_all(settled, NOW + timedelta(days=day))
    with settled.read() as session:
        rows = session.execute(
            select(Assignment.period, Assignment.due_on, Assignment.state, func.count())
            .where(Assignment.duty_id == made.id)
            .group_by(Assignment.period, Assignment.due_on, Assignment.state)
            .order_by(Assignment.due_on)
        ).all()
        assert [tuple(row) for row in rows[:3]] == [
            ("2026-11-25", date(2026, 11, 30), OPEN, 3),
            ("2026-12-25", date(2026, 12, 25), CANCELLED, 3),
            ("2027-01-25", date(2027, 1, 25), OPEN, 3),
        ]
        said = session.scalars(select(Assignment.note).where(Assignment.state == CANCELLED)).first()
        assert said is not None
        assert "松妇〔2026〕8号" in said


def test_a_new_rhythm_begins_with_the_next_period(settled: Store) -> None:
    """每月25日前改为每月28日前."""
    with settled.begin() as session:
        made = monthly(session)
        [one] = hand_in(session, text("活动信息由每月25日前报送改为每月28日前报送。")).waiting
        assert confirm(session, one.id).outcome == "applied"
        session.flush()
        days = session.scalars(select(Assignment.due_on).where(Assignment.duty_id == made.id).distinct()).all()
        assert sorted(str(day) for day in days)[:2] == ["2026-11-25", "2026-12-28"]


def test_called_off_and_back_again_when_what_called_it_off_is_repealed(settled: Store) -> None:
    """Those who had reported have reported; the others owe it again, by the day it was due."""
    with settled.begin() as session:
        made = lecture(session)
        report(session, "王秀兰", date(2026, 11, 12), NOW)
        [one] = hand_in(session, text(f"{EARLIER}文件停止执行。")).waiting
        assert confirm(session, one.id).count == 2
        session.flush()
        assert (made.state, owed(session, made, "石桥村妇代会").state) == ("ended", CANCELLED)
        assert _reminded(session) == 0
        repeal = text(
            "松妇〔2026〕8号文件停止执行。", number="松妇〔2026〕11号", day="2026年11月16日", earlier="松妇〔2026〕8号"
        )
        [back] = hand_in(session, repeal, now=NOW + timedelta(days=4)).waiting
        assert back.kind == "restored"
        assert confirm(session, back.id, now=NOW + timedelta(days=4)).outcome == "applied"
        session.flush()
        states = sorted(session.scalars(select(Assignment.state).where(Assignment.duty_id == made.id)))
        assert (made.state, made.due_on, states) == ("confirmed", date(2026, 11, 25), [DONE, OPEN, OPEN])
        assert _reminded(session) == 8


def _reminded(session: Session) -> int:
    """Reminders that wait for what is still owed."""
    query = select(func.count()).select_from(ReminderStep).join(Assignment, Assignment.id == ReminderStep.assignment_id)
    return session.scalar(query.where(ReminderStep.state == "waiting", Assignment.state == OPEN)) or 0


def test_what_is_repealed_before_she_decided_is_not_asked_any_more(settled: Store) -> None:
    """The amendment is overtaken, and handing the repealed circular in again proposes nothing."""
    with settled.begin() as session:
        made = lecture(session)
        supplement = text(MOVE)
        [one] = hand_in(session, supplement).waiting
        repeal = text(
            "松妇〔2026〕8号文件同时废止。", number="松妇〔2026〕11号", day="2026年11月16日", earlier="松妇〔2026〕8号"
        )
        assert hand_in(session, repeal, now=NOW + timedelta(days=4)).waiting == ()
        session.flush()
        session.refresh(one)
        assert one.state == "overtaken"
        assert confirm(session, one.id).outcome == "overtaken"
        assert made.due_on == date(2026, 11, 25)
        assert hand_in(session, supplement).waiting == ()


def test_an_earlier_circular_does_not_undo_a_later_one(settled: Store) -> None:
    """Confirmed in the wrong order, the later word stands."""
    with settled.begin() as session:
        made = lecture(session)
        [early] = hand_in(session, text(MOVE)).waiting
        later = text("反家暴讲座完成时间由12月5日延长至12月15日。", number="松妇〔2026〕9号", day="2026年11月16日")
        assert hand_in(session, later, now=NOW + timedelta(days=4)).unmatched[0].why == "none_meant"
        straight = text("反家暴讲座完成时间由11月25日延长至12月15日。", number="松妇〔2026〕10号", day="2026年11月17日")
        [late] = hand_in(session, straight, now=NOW + timedelta(days=5)).waiting
        assert confirm(session, late.id).outcome == "applied"
        assert confirm(session, early.id).outcome == "overtaken"
        assert made.due_on == date(2026, 12, 15)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("反家暴讲座完成时间由11月1日延长至11月10日。", "none_meant"),
        ("反家暴讲座完成时间延长至11月10日。", "past"),
        ("反家暴讲座完成时间延长至11月25日。", "same"),
        ("五好家庭推荐表报送时间由11月28日推迟至12月9日。", "none_meant"),
        ("《关于开展秋季巡讲的通知》（松妇〔2026〕2号）总结报送时间延长至12月20日。", "not_kept"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_changes_nothing_is_said_with_its_reason(settled: Store, said: str, why: str) -> None:
    """No duty with that day or subject, a day that has gone too, a day that it has already, a document nobody knows."""
    with settled.begin() as session:
        lecture(session)
        found = hand_in(session, text(said))
        assert found.waiting == ()
        assert [one.why for one in found.unmatched] == [why]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_only_the_duties_of_her_own_tree_can_be_meant(settled: Store) -> None:
    """Another county's circular names ours: it hears that others have to; it cannot decide. The county may decide for its town."""
    with settled.begin() as session:
        lecture(session)
        other = hand_in(session, text(MOVE, number="望妇〔2026〕9号"), "吴秋菊")
        assert [one.why for one in other.unmatched] == ["others"]
        above = hand_in(session, text(MOVE, number="栖妇〔2026〕40号"), "孙丽华")
        assert (above.waiting, above.others) == ((), 1)
        told = session.scalars(select(Outbox).where(Outbox.dedup_key.startswith("amended:"))).all()
        assert len(told) == 1
        [row] = amending.waiting(session, speaker(session, "赵玉梅"))
        assert confirm(session, row.id, "吴秋菊").outcome == "unknown"
        assert confirm(session, row.id, "钱小芳").outcome == "unknown"
        assert confirm(session, row.id, "王秀兰").outcome == "unknown"
        assert confirm(session, row.id, "孙丽华").outcome == "applied"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_duty_that_still_waits_to_be_handed_down_is_changed_without_telling_anybody(settled: Store) -> None:
    """A proposal follows, too; one that is called off is dropped."""
    with settled.begin() as session:
        made = lecture(session)
        made.state = "proposed"
        session.flush()
        told = session.scalar(select(func.count()).select_from(Outbox))
        [one] = hand_in(session, text(MOVE)).waiting
        assert confirm(session, one.id).outcome == "applied"
        assert (made.due_on, made.state) == (date(2026, 12, 5), "proposed")
        off = text(f"{EARLIER}文件停止执行。", number="松妇〔2026〕9号", day="2026年11月16日")
        [two] = hand_in(session, off).waiting
        assert confirm(session, two.id).outcome == "applied"
        assert made.state == "dropped"
        assert session.scalar(select(func.count()).select_from(Outbox)) == told


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_number_is_changed_and_a_day_is_asked_for_where_none_is_said(settled: Store) -> None:
    """“2场”改为“1场” with one in hand fulfils it; 推迟举行，时间另行通知 waits for a day, and she may say it."""
    with settled.begin() as session:
        quota = {
            "min": 2,
            "unit": "场",
            "noun": "反家暴讲座",
            "shown": "2场反家暴讲座",
            "forms": ["讲座"],
            "words": ["反家暴"],
        }
        made = duty(session, title="办2场反家暴讲座", quota=quota, evidence="各村11月25日前办2场反家暴讲座")
        report(session, "王秀兰", date(2026, 11, 12), NOW)
        assert owed(session, made, "柳溪村妇代会").state == OPEN
        said = text("反家暴讲座由2场调整为1场。", "原定11月25日前开展的反家暴讲座推迟举行，具体时间另行通知。")
        number, day = hand_in(session, said).waiting
        assert confirm(session, number.id).outcome == "applied"
        session.flush()
        assert owed(session, made, "柳溪村妇代会").state == DONE
        assert (made.title, made.quota["shown"]) == ("办1场反家暴讲座", "1场反家暴讲座")
        assert confirm(session, day.id).outcome == "no_deadline"
        edited = applying.decide(
            session, day.id, "edit", by=speaker(session, "赵玉梅"), now=NOW, changes={"due_on": "2026-12-10"}
        )
        assert edited.outcome == "edited"
        assert confirm(session, day.id).outcome == "applied"
        assert made.due_on == date(2026, 12, 10)


def test_very_many_are_told_by_the_job_once_each(settled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between two chunks it goes on; run again it tells nobody twice; who has reported since hears nothing."""
    monkeypatch.setattr(amendment_notices, "CHUNK", 1)
    with settled.begin() as session:
        lecture(session)
        [one] = hand_in(session, text(MOVE)).waiting
        assert confirm(session, one.id).count == 3
        assert (one.told_at, notices(session)) == (None, [])
        report(session, "张桂花", date(2026, 11, 12), NOW)
    assert amendment_notices.tell_rest(settled, NOW) == 2
    with settled.begin() as session:
        session.get_one(Amendment, one.id).told_at = None
    amendment_notices.tell_rest(settled, NOW)
    assert amendment_notices.tell_rest(settled, NOW) == 0
    with settled.read() as session:
        assert len(notices(session)) == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_circular_that_came_first_is_heeded_when_the_one_it_changes_comes_in(settled: Store) -> None:
    """The supplement was kept before the duty was handed down."""
    with settled.begin() as session:
        assert hand_in(session, text(MOVE)).waiting == ()
        made = lecture(session)
        by = speaker(session, "赵玉梅")
        earlier = import_document(
            session,
            read_text("原通知", f"澜汀市妇女联合会文件\n{EARLIER}\n\n关于讲座的通知\n\n各村：\n一、办讲座。\n"),
            NOW,
        )
        from storage.circulars import Circular

        assert earlier.circular_id is not None
        circular = session.get_one(Circular, earlier.circular_id)
        [one] = amending.propose_later(session, circular, scope=by.unit_path, by=by, now=NOW)
        assert confirm(session, one.id).outcome == "applied"
        assert made.due_on == date(2026, 12, 5)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_circular_that_no_official_handed_in_is_told_to_who_handed_the_duty_down(settled: Store) -> None:
    """`library import`: nothing changes, she hears of it once however often it is imported, and decides."""
    with settled.begin() as session:
        made = lecture(session)
        document = read_text("补充通知", text(MOVE))
        for _ in range(2):
            kept = import_document(session, document, NOW)
            found = amending.propose(session, document, circular_id=kept.circular_id, scope="", by=None, now=NOW)
            assert (found.waiting, found.others) == ((), 1)
        told = session.scalars(select(Outbox.dedup_key).where(Outbox.dedup_key.startswith("amended:"))).all()
        assert len(told) == 1
        [row] = amending.waiting(session, speaker(session, "赵玉梅"))
        assert made.due_on == date(2026, 11, 25)
        assert confirm(session, row.id).outcome == "applied"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_part_of_a_circular_is_known_by_its_number(settled: Store) -> None:
    """第二条第（二）项 means the duty whose sentence stands there, though another has the same day."""
    earlier = (
        "松陂镇妇女联合会文件\n松妇〔2026〕6号\n\n关于冬季工作的通知\n\n各村（社区）妇代会：\n现将有关事项通知如下：\n"
        "一、办讲座。各村11月25日前办1场讲座。\n二、报材料。\n（一）各村11月25日前报送方案。\n（二）各村11月25日前报送名单。\n\n"
        "松陂镇妇女联合会\n2026年11月9日\n"
    )
    with settled.begin() as session:
        import_document(session, read_text("通知", earlier), NOW)
        made = {}
        for title in ("办1场讲座", "报送方案", "报送名单"):
            sentence = f"各村11月25日前{title}"
            at = earlier.index(sentence)
            made[title] = duty(
                session,
                title=title,
                quota={},
                evidence=sentence,
                span=(at, at + len(sentence)),
                rests_on="松妇〔2026〕6号",
            )
        said = text("第二条第（二）项的报送时间改为11月30日。", "删去第一条。", earlier="松妇〔2026〕6号")
        moved, dropped = hand_in(session, said).waiting
        assert (moved.duty_id, dropped.duty_id) == (made["报送名单"].id, made["办1场讲座"].id)
        assert (moved.kind, dropped.kind) == ("moved", "dropped")
