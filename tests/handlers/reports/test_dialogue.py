"""What the golden conversations cannot say: voice, pictures that a platform keeps, two phones at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from handlers.dialog.message import Attachment
from handlers.dialog.reply import Reply
from handlers.reports import fetched, rules, texts
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.reports import MediaWanted, Report, ReportPhoto
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.dialogue import Dialogue
from tests.kit.stores import SECRET, Templates

Say = Callable[..., Reply]
NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


@pytest.fixture
def say(settled: Store, tmp_path: Path) -> Say:
    """Somebody says something; the answer."""
    return Dialogue(settled, tmp_path, Clock(world.START)).say


def test_voice_with_recognised_text_is_read_and_kept(settled: Store, say: Say) -> None:
    """She speaks; what the platform recognised is treated as text and stands in the inbox with its kind."""
    reply = say("王秀兰", "昨天下午在村部搞了反家暴讲座来了三十六个人", kind="voice")
    assert "36人" in reply.text
    assert "报好了" in say("王秀兰", "对", kind="voice").text
    with settled.read() as session:
        kept = session.scalars(select(Inbox).order_by(Inbox.id)).all()
        assert [row.kind for row in kept] == ["voice", "voice"]
        report = session.scalars(select(Report)).one()
        assert report.inbox_id == kept[1].id


def test_voice_without_text_is_answered_with_a_sentence(say: Say) -> None:
    """Nothing recognised: she is told to type or to turn it into text."""
    assert say("王秀兰", "", kind="voice").text


def test_two_turns_are_enough_when_nothing_is_missing(say: Say) -> None:
    """The message and 「对」."""
    say("王秀兰", "昨天下午在村部搞了反家暴讲座，来了36人")
    assert "报好了" in say("王秀兰", "对").text


def test_two_phones_that_report_one_event_are_told_of_each_other(settled: Store, say: Say) -> None:
    """Both cards stood there before either was confirmed: the second confirmation asks."""
    say("王秀兰", "昨天在村部搞了反家暴讲座，来了36人")
    say("赵玉梅", "昨天在柳溪村搞了反家暴讲座，来了36人")
    assert "报好了" in say("王秀兰", "对").text
    asked = say("赵玉梅", "对")
    assert texts.SHARED_CHOICE in [choice.label for choice in asked.choices]
    say("赵玉梅", texts.SHARED_CHOICE)
    assert "报好了" in say("赵玉梅", "对").text
    with settled.read() as session:
        first, second = session.scalars(select(Report).order_by(Report.id)).all()
        assert second.same_event_as_id == first.id


def test_a_picture_that_the_platform_keeps_is_waited_for(settled: Store, say: Say) -> None:
    """The photo belongs to the report before it has been fetched; the row to be fetched knows the report."""
    say("王秀兰", "", kind="image", attachments=(Attachment("image", media_id="M1"),))
    say("王秀兰", "昨天在村部搞了反家暴讲座，来了36人")
    say("王秀兰", "对")
    with settled.read() as session:
        wanted = session.scalars(select(MediaWanted)).one()
        assert wanted.report_id == session.scalars(select(Report.id)).one()
        assert session.scalar(select(func.count()).select_from(ReportPhoto)) == 0


@pytest.mark.parametrize("reason", ["large", "type", "broken", "empty", "40007"])
def test_a_picture_that_cannot_be_kept_is_told_in_a_sentence(settled: Store, say: Say, reason: str) -> None:
    """Fetched and found too large, of another type or gone: a message to her, once."""
    say("王秀兰", "", kind="image", attachments=(Attachment("image", media_id="M1"),))
    for _ in range(2):
        with settled.begin() as session:
            wanted = session.scalars(select(MediaWanted)).one()
            wanted.failure = reason
            fetched.tell_failed(session, wanted, NOW)
    with settled.read() as session:
        pushed = session.scalars(select(Outbox).where(Outbox.about == "photo")).all()
        assert len(pushed) == 1


@pytest.mark.parametrize(
    ("slots", "level", "slot"),
    [
        ({"participants": "500000"}, "village", "participants"),
        ({"participants": "5000"}, "county", None),
        ({"participants": "30", "women": "80"}, "village", "women"),
        ({"sessions": "3000"}, "village", "sessions"),
        ({"materials": [{"item": "宣传单", "n": "5000000", "unit": "份"}]}, "village", "materials"),
        ({"money": [{"yuan": 99_000_000, "per": ""}]}, "village", "money"),
        ({"participants": "36", "women": "36"}, "village", None),
    ],
)
def test_numbers_that_cannot_be_are_doubted(slots: dict[str, object], level: str, slot: str | None) -> None:
    """By the level of the unit; once confirmed they are not doubted again."""
    assert rules.doubt(slots, level, []) == slot
    if slot is not None:
        assert rules.doubt(slots, level, [slot]) is None


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("慰问了一个300岁的老人", "300岁"),
        ("慰问了一位99岁老人", ""),
        ("年龄 300", "年龄 300"),
        ("35—64岁妇女", ""),
        ("发了300份", ""),
    ],
)
def test_ages_that_nobody_reaches_are_seen(text: str, odd: str) -> None:
    """300岁 is asked about; 300份 is no age."""
    assert rules.odd_age(text) == odd


PHRASES = (
    "昨天下午在村部搞了反家暴讲座，来了36人",
    "昨天慰问了一个300岁的老人",
    "昨天在村部开会来了50万人",
    "搞了一场禁毒宣传",
    "对",
    "不对",
    "1",
    "2",
    "3",
    "36",
    "不知道",
    "跳过",
    "昨天",
    "村小学",
    "不是36是38人",
    "改 人数 40",
    "人数50",
    "没请老师",
    "补充：还发了20条毛巾",
    "我的上报",
    "看 1",
    "看 10017 历史",
    "撤回",
    "撤回 1",
    "改 10017 地点 文化礼堂",
    "汇总",
    "汇总 今年",
    "看来源 1",
    "审核",
    "通过 1",
    "退回 1",
    "退回 1 人数不对",
    "全部通过",
    "不采用 1 重复",
    "代报 石桥村 昨天在村部搞了健康讲座，来了20人",
    "封存 10月",
    "确认封存 2026-10-01 2026-10-31",
    "调整 10月 人数 +3 漏报",
    "两癌检查谁能做",
    "我的任务",
    "照片不是这条",
    "明年3月8日在村部搞了讲座来了30人",
    "是同一件，不重复报",
    "不是，另报一条",
    "补到那一条里",
    "是同一场，人数只算一次",
    "……",
    "？",
    "不是讲座，是培训",
    "改 10017 日期 明年3月8日",
    "改 10017 人数 99999",
    "上报",
    "导出",
    "帮助",
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    said=st.lists(
        st.tuples(st.sampled_from(("王秀兰", "赵玉梅", "李玉芬")), st.sampled_from((*PHRASES, "〔图片〕"))), max_size=14
    )
)
def test_nothing_she_says_breaks_the_dialogue_and_cancel_always_works(
    said: list[tuple[str, str]], templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any phrases in any order by three people: always an answer, never an apology; 取消 gives up what is open, one by one."""
    folder = tmp_path_factory.mktemp("talk")
    store = Store(templates.sqlite(folder / "talk.sqlite3", name="world", prepare=world.settle), secret=SECRET)
    talk = Dialogue(store, folder, Clock(world.START))
    try:
        for number, (name, text) in enumerate(said):
            if text == "〔图片〕":
                reply = talk.say(name, "", "image", attachments=(Attachment("image", media_id=f"M{number % 3}"),))
            else:
                reply = talk.say(name, text)
            assert reply.text
            assert "对不起，这条我没处理好" not in reply.text, (name, text)
        for name in ("王秀兰", "赵玉梅", "李玉芬"):
            for _ in range(6):
                last = talk.say(name, "取消")
            assert "现在没有在办的事" in last.text
    finally:
        store.close()
