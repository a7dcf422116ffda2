"""Reading before handling changes when a message is read, never how."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.orm import Session

from bot.reading import LONGEST, Reader
from bot.words import OwnWords
from handlers.dialog.context import Context
from handlers.dialog.message import Message
from handlers.dialog.talk import clean
from handlers.dialog.world import World
from handlers.local import LOCAL
from knowledge.library import Library
from knowledge.messages import Vocabulary, is_crisis, may_be_danger
from storage.people import Speaker

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=LOCAL)
WORDS = OwnWords(units=("白鹭湾村",))
SAID = [
    "昨天下午在村部搞了场反家暴讲座，来了三十六个人",
    "今天上午在白鹭湾村走访了5户困难家庭，送了米和油",
    "两癌检查哪些人可以做？",
    "我男人昨晚又把我打了，现在不敢回家",
    "最近心里堵得慌，不知道跟谁说，活动先不搞了",
    "　昨天开了妇代会 ，来了２０人\u200b",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """A reader with a village of its own."""
    return Reader(WORDS.vocabulary())


@pytest.fixture
def world(tmp_path: Path) -> World:
    """What handlers of the same installation know."""
    return World(library=Library(), data_dir=tmp_path, vocabulary=WORDS.vocabulary())


def said(text: str, kind: str = "text") -> Message:
    """A message of that morning."""
    return Message("wechat", "account", "her", "1", NOW, kind, text)  # type: ignore[arg-type]  # one of the kinds


def context(message: Message, world: World) -> Context:
    """What a handler of the message is given; nothing here asks the store."""
    her = Speaker(1, 1, "王秀兰", "head", "妇联主席", 1, "白鹭湾村妇联", "/1/", "village")
    return Context(message, her, Session(), NOW, world, {}, text=clean(message.text))


@pytest.mark.parametrize("text", SAID)
def test_what_was_read_before_is_what_would_be_read_then(text: str, reader: Reader, world: World) -> None:
    """Meaning, danger and doubt."""
    read = context(reader.read(said(text)), world)
    unread = context(said(text), world)
    assert read.reading is not None
    assert read.danger() == unread.danger() == is_crisis(clean(text))
    assert read.may_be_danger() == unread.may_be_danger() == may_be_danger(clean(text))
    if read.danger() is None:
        assert read.meaning() == unread.meaning()


def test_other_words_than_those_that_were_read_are_read_anew(reader: Reader, world: World) -> None:
    """A tapped number stands for the words of its choice."""
    read = context(reader.read(said(SAID[0])), world)
    chosen = replace(read, text=SAID[2])
    assert chosen.reading is None
    assert chosen.meaning().intent == "question"
    assert read.meaning().intent == "report"


@pytest.mark.parametrize(
    "message",
    [said("对"), said("36人"), said("", "image"), said("scan_bind_code_123", "event"), said("好" * (LONGEST + 1))],
)
def test_what_is_not_worth_reading_passes_as_it_is(message: Message, reader: Reader) -> None:
    """Words of an open dialog, photos, events; and a long text, for which all others would wait."""
    assert reader.read(message) is message


def test_a_text_that_cannot_be_read_passes_as_it_is() -> None:
    """Whoever handles it meets the same error, and has an apology for it."""
    message = said(SAID[0])
    assert Reader(cast(Vocabulary, "no words")).read(message) is message
