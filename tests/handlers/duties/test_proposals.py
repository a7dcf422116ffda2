"""Proposals: seen, changed, handed down once by one function, for the chat and for a page alike."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from handlers.circulars import service as circulars
from handlers.duties import card, proposals, wording
from handlers.duties.service import NewDuty
from handlers.local import LOCAL
from knowledge.messages import default_vocabulary
from knowledge.reading import read_text
from storage.duties import Assignment, Duty
from storage.outbox import Outbox
from storage.store import Store
from tests.handlers.duties.village import NOW, speaker

TEXT = """青禾县妇女联合会文件
青和妇〔2026〕31号

关于开展冬季关爱行动的通知

各乡镇（街道）妇联：
　　现将有关事项通知如下。
　　一、各村（社区）妇代会12月10日前至少开展1场家庭教育讲座。
　　二、各乡镇（街道）妇联12月15日前报送工作小结。
　　三、每村结对2名困难儿童。

青禾县妇女联合会
2026年11月9日
"""
LOCAL_NOW = NOW.astimezone(LOCAL).replace(tzinfo=None)


def found(store: Store, name: str = "孙丽华") -> circulars.Found:
    """What the circular asks of units below her."""
    with store.read() as session:
        return circulars.obligations(
            read_text("通知", TEXT), by=speaker(session, name), circular_id=None, local=LOCAL_NOW, vocabulary=default_vocabulary())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_asked_of_units_below_is_proposed_with_its_sentence(settled: Store) -> None:
    """Each with the level that owes it, the number it rests on and how many; what has no day is proposed without one."""
    every = found(settled)
    titles = {new.title: new for new in every.duties}
    lecture = next(new for title, new in titles.items() if "家庭教育讲座" in title)
    assert (lecture.audience, lecture.due_on, lecture.rests_on) == ({"level": "village"}, date(2026, 12, 10), "青和妇〔2026〕31号")
    assert lecture.evidence in TEXT
    assert (lecture.quota["min"], lecture.quota["forms"]) == (1, ["讲座"])
    assert any(new.audience == {"level": "township"} and new.due_on == date(2026, 12, 15) for new in every.duties)
    below = found(settled, "赵玉梅")
    assert below.not_below >= 1
    assert {new.audience["level"] for new in below.duties} == {"village"}


def _rows(store: Store) -> tuple[int, int, int]:
    with store.read() as session:
        counts = [session.scalar(select(func.count()).select_from(one)) or 0 for one in (Assignment, Outbox)]
        confirmed = session.scalar(select(func.count()).where(Duty.state == "confirmed")) or 0
        return confirmed, counts[0], counts[1]


def test_nothing_is_owed_or_sent_before_it_is_confirmed_and_it_is_handed_down_once(settled: Store) -> None:
    """Proposed twice it is one row; confirmed twice it is handed down once; proposed again it is only counted."""
    every = found(settled).duties
    with settled.begin() as session:
        by = speaker(session, "孙丽华")
        first = proposals.propose(session, every, by=by, now=NOW)
        again = proposals.propose(session, every, by=by, now=NOW)
        assert [d.id for d in first.waiting] == [d.id for d in again.waiting]
    assert _rows(settled) == (0, 0, 0)
    lecture = next(d for d in first.waiting if "家庭教育讲座" in d.title)
    for outcome in ("handed_down", "already"):
        with settled.begin() as session:
            decided = proposals.decide(session, lecture.id, "confirm", by=speaker(session, "孙丽华"), now=NOW)
            assert decided.outcome == outcome
    assert _rows(settled) == (1, 5, 4)
    with settled.begin() as session:
        later = proposals.propose(session, every, by=speaker(session, "孙丽华"), now=NOW + timedelta(days=1))
        assert (later.handed_down, lecture.id in {d.id for d in later.waiting}) == (1, False)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_officials_confirming_at_once_hand_down_once(settled: Store) -> None:
    """Four threads say yes at the same moment."""
    with settled.begin() as session:
        made = proposals.propose(session, found(settled).duties, by=speaker(session, "孙丽华"), now=NOW)
    lecture = next(d for d in made.waiting if "家庭教育讲座" in d.title)
    barrier, outcomes = threading.Barrier(4), []

    def official(name: str) -> None:
        barrier.wait()
        with settled.begin() as session:
            outcomes.append(proposals.decide(session, lecture.id, "confirm", by=speaker(session, name), now=NOW).outcome)

    threads = [threading.Thread(target=official, args=(name,)) for name in ("孙丽华", "何敏", "孙丽华", "何敏")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already", "already", "already", "handed_down"]
    assert _rows(settled)[:2] == (1, 5)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_edits_stay_and_what_is_missing_stops_it(settled: Store) -> None:
    """No day: refused; with one it goes. Dropped, it may be proposed again. Another county cannot touch it."""
    new = NewDuty(title="结对", audience={"level": "village"}, rests_on="青和妇〔2026〕31号", evidence="每村结对2名困难儿童")
    with settled.begin() as session:
        by = speaker(session, "孙丽华")
        [proposal] = proposals.propose(session, [new], by=by, now=NOW).waiting

        def decide(verdict: Any, who: str = "孙丽华", **changes: Any) -> str:
            return proposals.decide(
                session, proposal.id, verdict, by=speaker(session, who), now=NOW, changes=changes or None).outcome

        assert decide("confirm") == "no_deadline"
        assert decide("confirm", "吴秋菊") == "unknown"
        assert decide("confirm", "王秀兰") == "unknown"
        assert decide("edit", due_on="2026-11-01") == "edited"
        assert decide("confirm") == "past"
        assert decide("edit", due_on="2026-12-20", basis=" ", audience={"level": "village", "paths": ["/999/"]}) == "edited"
        assert decide("confirm") == "no_basis"
        assert decide("edit", basis="无文号") == "edited"
        assert decide("confirm") == "nobody"
        assert decide("edit", audience={"level": "township"}, title="结对帮扶", reminder_days=[-5, 0]) == "edited"
        assert decide("drop") == "dropped"
        [again] = proposals.propose(session, [new], by=by, now=NOW).waiting
        assert (again.id, again.title, again.reminder_days, again.rests_on) == (proposal.id, "结对帮扶", [-5, 0], "无文号")
        assert decide("confirm") == "handed_down"
        assert session.scalar(select(func.count()).select_from(Assignment)) == 2
        assert proposals.waiting(session, by) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_two_counties_hand_the_same_circular_down_each_for_itself(settled: Store) -> None:
    """The key names the official's unit."""
    new = NewDuty(title="结对", audience={"level": "village"}, rests_on="某妇〔2026〕1号", due_on=date(2026, 12, 1))
    with settled.begin() as session:
        for name in ("孙丽华", "吴秋菊"):
            [proposal] = proposals.propose(session, [new], by=speaker(session, name), now=NOW).waiting
            decided = proposals.decide(session, proposal.id, "confirm", by=speaker(session, name), now=NOW)
            assert decided.outcome == "handed_down"
    assert _rows(settled)[0] == 2


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("改到12月15日", {"due_on": "2026-12-15"}),
        ("12月15日前", {"due_on": "2026-12-15"}),
        ("每月25日", {"recurrence": "FREQ=MONTHLY;BYMONTHDAY=25", "due_on": None}),
        ("任务改成每村结对3名儿童", {"title": "每村结对3名儿童"}),
        ("依据青和妇〔2026〕32号", {"basis": "青和妇〔2026〕32号"}),
        ("没有文号", {"basis": "无文号"}),
        ("提前7天、3天、1天提醒", {"reminder_days": [-7, -3, -1, 0, 1]}),
        ("提前两天提醒，过期3天再催", {"reminder_days": [-2, 0, 3]}),
        ("不用提醒", {"reminder_days": []}),
        ("逾期5天报上级", {"tell_above_after": 5}),
        ("不用报上级", {"tell_above_after": -1}),
        ("按活动日期算", {"late_by": "event"}),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_changes_in_plain_words(settled: Store, said: str, changes: dict[str, Any]) -> None:
    """Deadline, title, basis, reminders, and by which day lateness is counted."""
    new = card.of_record(_record())
    with settled.read() as session:
        edit = wording.edit(
            session, new, said, by=speaker(session, "孙丽华"), local=LOCAL_NOW, vocabulary=default_vocabulary())
    assert edit is not None
    assert {key: edit.values.get(key) for key in changes} == changes


def _record() -> Duty:
    return Duty(
        unit_id=1, by_person_id=1, title="办讲座", rests_on="x", audience={"level": "village", "within": "/"}, created_at=NOW,
        quota={"min": 1, "unit": "场", "noun": "家庭教育讲座", "shown": "1场家庭教育讲座", "forms": ["讲座"]})


@pytest.mark.parametrize(
    ("said", "level", "names", "without"),
    [
        ("只发给松陂镇", "village", ["松陂镇"], None),
        ("发给松陂镇和云檀镇的村", "village", ["松陂镇", "云檀镇"], None),
        ("柳溪村、石桥村", "village", ["柳溪村", "石桥村"], None),
        ("各乡镇", "township", None, None),
        ("除了柳溪村", "village", None, ["柳溪村"]),
        ("云檀镇不用", "village", None, ["云檀镇"]),
        ("发给各村，除了松陂镇", "village", None, ["松陂镇"]),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_in_plain_words(settled: Store, said: str, level: str, names: list[str] | None, without: list[str] | None) -> None:
    """Towns, villages, levels, and exceptions."""
    with settled.read() as session:
        edit = wording.edit(
            session, card.of_record(_record()), said, by=speaker(session, "孙丽华"), local=LOCAL_NOW, vocabulary=default_vocabulary())
    assert edit is not None
    audience = edit.values["audience"]
    assert (audience["level"], audience.get("names"), audience.get("except_names")) == (level, names, without)


@pytest.mark.parametrize("said", ["发给河湾镇", "2月30日前", "11月1日前"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(settled: Store, said: str) -> None:
    """A town of another county, a day that does not exist, a day that has gone."""
    with settled.read() as session:
        edit = wording.edit(
            session, card.of_record(_record()), said, by=speaker(session, "孙丽华"), local=LOCAL_NOW, vocabulary=default_vocabulary())
    assert edit is not None
    assert edit.problem
    assert edit.values == {}


@pytest.mark.parametrize("said", ["这个讲座谁来讲？", "今天天气真不错呀", "昨天下午搞了讲座来了30人", "老公打人怎么办", "你好"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_not_a_change_is_left_to_others(settled: Store, said: str) -> None:
    """A question in the middle is answered by those who answer questions."""
    with settled.read() as session:
        assert wording.edit(
            session, card.of_record(_record()), said, by=speaker(session, "孙丽华"), local=LOCAL_NOW,
            vocabulary=default_vocabulary()) is None


@pytest.mark.parametrize(
    ("quota", "said"),
    [
        ({"min": 1, "target": 2, "unit": "次", "noun": "", "shown": "至少1－2次", "forms": ["讲座"]}, "至少1－2次讲座（至少1，争取2）"),
        ({"min": 3, "noun": "示范点", "shown": "3个新的示范点", "new_only": True,
          "parts": [{"name": "家庭类", "min": 1, "words": ["家庭"]}]}, "3个新的示范点，家庭类至少1个"),
        ({}, "说一声办好了就行"),
        ({"forms": ["讲座"], "words": ["反家暴"]}, "报1次讲座，说到反家暴的"),
    ],
)
def test_the_card_shows_the_amount_as_it_was_written(quota: dict[str, Any], said: str) -> None:
    """「至少1－2次」 stays 「至少1－2次」."""
    assert card.quota_words(quota) == said


def test_a_proposal_is_the_same_whatever_its_place_in_the_document() -> None:
    """The key is made of what it says."""
    new = NewDuty(title="甲", audience={"level": "village"}, rests_on="x", due_on=date(2026, 12, 1), evidence="句")

    class By:
        unit_id = 7

    key = proposals.key_of(new, By)
    assert key == proposals.key_of(replace(new, span=(3, 9), circular_id=5), By)
    assert key != proposals.key_of(replace(new, due_on=date(2026, 12, 2)), By)
    assert len(key) <= 80
