"""What somebody in danger is told: enough to act on, short enough for one screen, nothing for a stranger's glance."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from handlers.cases import texts
from handlers.dialog import texts as dialog_texts
from handlers.dialog.reply import Reply
from storage.cases import HelpRequest
from storage.outbox import Outbox
from storage.reports import Report
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.dialogue import Dialogue

Say = Callable[[str, str], Reply]
ANSWERS = {
    name: text
    for name, text in vars(texts).items()
    if name
    in (
        "URGENT",
        "SUICIDE",
        "SUICIDE_OF_ANOTHER",
        "CHILD",
        "CHILD_HERSELF",
        "MISSING",
        "LOCKED_IN",
        "SEXUAL",
        "FOR_ANOTHER",
        "AGAIN",
    )
}


@pytest.fixture
def clock() -> Clock:
    """The clock of the conversation."""
    return Clock(world.START)


@pytest.fixture
def say(settled: Store, tmp_path: Path, clock: Clock) -> Say:
    """Somebody says something; the answer."""
    return Dialogue(settled, tmp_path, clock).say


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_every_answer_fits_one_screen_and_gives_the_numbers(name: str) -> None:
    """110 and 12338 in at most fifteen lines of a phone; the first line gives nothing away on a locked screen."""
    text = ANSWERS[name] + texts.ASK_CALL
    lines = sum(-(-len(line) // 20) for line in text.split("\n"))
    assert "110" in text
    assert "12338" in text
    assert lines <= 16
    first = text.split("\n")[0]
    assert not any(word in first for word in ("110", "12338", "打", "暴", "死", "妇"))


def test_nothing_of_what_she_wrote_is_said_again(say: Say) -> None:
    """Her words are neither in the answer nor in what her county is told."""
    reply = say("王秀兰", "我男人拿扁担抽我 后背都烂了")
    assert "扁担" not in reply.text
    assert "后背" not in reply.text


def test_one_who_tells_of_another_is_told_how_to_help_her(say: Say) -> None:
    """A neighbour's bruises and one's own are answered differently."""
    assert texts.FOR_ANOTHER in say("王秀兰", "隔壁桂香脸上青一块紫一块 说是摔的").text
    assert texts.URGENT in say("李玉芬", "他掐着我脖子打我").text
    assert texts.CHILD_HERSELF in say("张桂花", "爸爸把我吊起来打").text


def test_a_second_word_goes_on_and_opens_no_second_case(say: Say, settled: Store) -> None:
    """She is heard, not told everything again; asking twice for a call is one case and one message to each officer."""
    say("王秀兰", "老公又打我了")
    assert say("王秀兰", "他把我头打破了").text.startswith(texts.AGAIN)
    say("王秀兰", texts.CALL_ME)
    again = say("王秀兰", "他还在打我")
    assert "编号" in again.text
    assert not again.choices
    say("王秀兰", texts.CALL_ME)
    with settled.begin() as session:
        assert session.scalar(select(func.count()).select_from(HelpRequest)) == 1
        about = session.scalars(select(Outbox.about).where(Outbox.about.like("case:%"))).all()
        assert len(about) == 2


def test_another_day_she_is_told_all_of_it_again(say: Say, clock: Clock) -> None:
    """The short answer is for the same hour only."""
    say("王秀兰", "老公又打我了")
    clock.move(timedelta(hours=3))
    assert texts.URGENT in say("王秀兰", "老公又打我了").text


def test_an_activity_in_the_same_message_is_not_lost(say: Say, settled: Store) -> None:
    """It is offered for reporting afterwards, and nothing of the danger goes into the report."""
    say("王秀兰", "今天上午在村部开展反诈宣传，来了36人，散会后三组刘嫂拉着我哭，身上都是她男人打的伤")
    offered = say("王秀兰", texts.NOT_NOW)
    assert [c.label for c in offered.choices] == [texts.GO_ON]
    say("王秀兰", texts.GO_ON)
    say("王秀兰", texts.REPORT_IT)
    say("王秀兰", "对")
    with settled.begin() as session:
        report = session.scalars(select(Report)).one()
        assert "刘嫂" not in repr(vars(report))


def test_a_doubtful_word_gets_its_answer_and_one_gentle_line(say: Say, clock: Clock) -> None:
    """She is told whom she can turn to, at most twice a day, and nothing more is made of it."""
    doubtful = "两口子干仗派出所管不管"
    first = say("王秀兰", doubtful).text
    assert dialog_texts.HOTLINE in first
    assert dialog_texts.GENTLE not in say("王秀兰", doubtful).text


def test_a_stranger_gets_the_numbers_too(say: Say) -> None:
    """Whoever writes; no one has to be registered to be helped."""
    reply = say("没登记的人", "我被锁在屋里了 救我")
    assert "110" in reply.text
    assert "12338" in reply.text
    assert reply.choices


def test_what_she_says_next_is_no_answer_to_an_open_form(say: Say) -> None:
    """The form waits until she has answered the offer; then it goes on where it was."""
    say("王秀兰", "昨天在村部搞了妇女健康讲座")
    say("王秀兰", "我老公又打我了")
    assert say("王秀兰", "孩子才三岁").text == texts.LISTENING
    assert "编号" in say("王秀兰", texts.CALL_ME).text
    assert "人数：20人" in say("王秀兰", "20个人").text
