"""Reading ahead changes when a message is read, never how."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime

import pytest

from bot import reading_ahead
from bot.reading_ahead import MOST, ReadAhead
from knowledge.messages import is_crisis, may_be_danger, understand

REF = datetime(2026, 3, 12, 9, 0)
TEXTS = [
    "昨天下午在村部搞了场反家暴讲座，来了三十六个人",
    "今天上午走访了5户困难家庭，送了米和油",
    "两癌检查哪些人可以做？",
]


@pytest.fixture
def reader():
    """A reader whose helper is at work."""
    made = ReadAhead()
    made.start()
    deadline = time.monotonic() + 60
    while not made._is_ready() and time.monotonic() < deadline:
        time.sleep(0.05)
    yield made
    made.stop()


def test_what_is_read_ahead_is_what_would_be_read_now(reader: ReadAhead) -> None:
    """The helper's reading equals ours, and another text is read on the spot."""
    reader.ask([(text, REF) for text in TEXTS])
    reader.take([(text, REF) for text in TEXTS])
    assert set(reader._known) == {(text, REF) for text in TEXTS}
    for text in [*TEXTS, "昨天开了妇代会，来了20人"]:
        assert reader.understand(text, REF) == understand(text, ref=REF)


def test_danger_is_seen_ahead_as_it_would_be_now(reader: ReadAhead) -> None:
    """What the helper has read tells of danger or does not, as reading it here would; other texts are read here."""
    said = ["我男人昨晚又把我打了，现在不敢回家", *TEXTS]
    reader.ask([(text, REF) for text in said])
    reader.take([(text, REF) for text in said])
    assert set(reader._known) == {(text, REF) for text in said}
    for text in [*said, "他拿刀追着我砍，我躲在厕所里", "今天开了妇代会，大家都来了"]:
        assert reader.danger(text, REF) == is_crisis(text)
        assert reader.may_be_danger(text, REF) == may_be_danger(text)
    assert reader.danger(said[0], REF) is not None


def test_the_same_words_on_another_day_are_read_anew(reader: ReadAhead) -> None:
    """Yesterday depends on today."""
    reader.ask([(TEXTS[0], REF)])
    reader.take([(TEXTS[0], REF)])
    later = REF.replace(day=20)
    assert reader.understand(TEXTS[0], later) == understand(TEXTS[0], ref=later)


def test_without_the_helper_messages_are_read_all_the_same(reader: ReadAhead) -> None:
    """A helper that dies takes nothing with it."""
    reader.ask([(TEXTS[0], REF)])
    reader._helper.kill()
    reader._helper.join()
    reader.take([(TEXTS[0], REF)])
    for _ in range(2):
        reader.ask([(text, REF) for text in TEXTS])
        reader.take([(text, REF) for text in TEXTS])
    assert reader.understand(TEXTS[1], REF) == understand(TEXTS[1], ref=REF)


def test_a_reader_that_was_never_started_reads_too() -> None:
    """On one core there is no helper."""
    reader = ReadAhead()
    reader.ask([(TEXTS[0], REF)])
    reader.take([(TEXTS[0], REF)])
    assert reader.understand(TEXTS[0], REF) == understand(TEXTS[0], ref=REF)
    reader.stop()


def test_what_is_asked_for_later_waits_for_its_turn(reader: ReadAhead) -> None:
    """Several askings before the first taking; what was not asked for is read on the spot, in any order."""
    for text in TEXTS:
        reader.ask([(text, REF)])
    reader.take([(TEXTS[1], REF), ("没有问过的一句话，在这里读", REF)])
    assert set(reader._known) == {(TEXTS[1], REF)}
    reader.take([(TEXTS[0], REF), (TEXTS[2], REF)])
    assert set(reader._known) == {(TEXTS[0], REF), (TEXTS[2], REF)}
    assert not reader._held
    assert reader._count == 0


def test_more_than_the_line_holds_is_not_asked_for(reader: ReadAhead) -> None:
    """Long messages of a whole county at once: nobody waits for the helper to read, and each is read all the same."""
    long = [("昨天下午在村部办了讲座，来了30人。" + "大家都说好。" * 230 + str(i), REF) for i in range(MOST + 10)]
    for one in long:
        reader.ask([one])
    assert reader._count == MOST
    reader.take(long)
    assert set(reader._known) == set(long[:MOST])
    assert reader.understand(*long[-1]) == understand(long[-1][0], ref=REF)
    reader.ask(long[:1])
    reader.take(long[:1])
    assert set(reader._known) == set(long[:1])


def test_a_helper_that_hangs_is_given_up(reader: ReadAhead, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in the middle: asking as much as is allowed does not wait, taking waits a little, then all is read here."""
    monkeypatch.setattr(reading_ahead, "PATIENCE", 0.2)
    os.kill(reader._helper.pid, signal.SIGSTOP)
    try:
        for i in range(MOST):
            reader.ask([("昨天下午在村部办了讲座，来了30人。" + "大家都说好。" * 240 + str(i), REF)])
        assert reader._count == MOST
        reader.take([(text, REF) for text in TEXTS])
        assert reader._count == MOST
        reader.take([(reader._asked[0][0])])
    finally:
        os.kill(reader._helper.pid, signal.SIGCONT)
    assert reader.understand(TEXTS[0], REF) == understand(TEXTS[0], ref=REF)
    reader.ask([(TEXTS[1], REF)])
    assert not reader._asked
