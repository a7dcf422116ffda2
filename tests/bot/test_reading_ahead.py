"""Reading ahead changes when a message is read, never how."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from bot.reading_ahead import ReadAhead
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
    reader.take()
    assert set(reader._known) == {(text, REF) for text in TEXTS}
    for text in [*TEXTS, "昨天开了妇代会，来了20人"]:
        assert reader.understand(text, REF) == understand(text, ref=REF)


def test_danger_is_seen_ahead_as_it_would_be_now(reader: ReadAhead) -> None:
    """What the helper has read tells of danger or does not, as reading it here would; other texts are read here."""
    said = ["我男人昨晚又把我打了，现在不敢回家", *TEXTS]
    reader.ask([(text, REF) for text in said])
    reader.take()
    assert set(reader._known) == {(text, REF) for text in said}
    for text in [*said, "他拿刀追着我砍，我躲在厕所里", "今天开了妇代会，大家都来了"]:
        assert reader.danger(text, REF) == is_crisis(text)
        assert reader.may_be_danger(text, REF) == may_be_danger(text)
    assert reader.danger(said[0], REF) is not None


def test_the_same_words_on_another_day_are_read_anew(reader: ReadAhead) -> None:
    """Yesterday depends on today."""
    reader.ask([(TEXTS[0], REF)])
    reader.take()
    later = REF.replace(day=20)
    assert reader.understand(TEXTS[0], later) == understand(TEXTS[0], ref=later)


def test_without_the_helper_messages_are_read_all_the_same(reader: ReadAhead) -> None:
    """A helper that dies takes nothing with it."""
    reader.ask([(TEXTS[0], REF)])
    reader._helper.kill()
    reader._helper.join()
    reader.take()
    for _ in range(2):
        reader.ask([(text, REF) for text in TEXTS])
        reader.take()
    assert reader.understand(TEXTS[1], REF) == understand(TEXTS[1], ref=REF)


def test_a_reader_that_was_never_started_reads_too() -> None:
    """On one core there is no helper."""
    reader = ReadAhead()
    reader.ask([(TEXTS[0], REF)])
    reader.take()
    assert reader.understand(TEXTS[0], REF) == understand(TEXTS[0], ref=REF)
    reader.stop()
