"""Whatever is said, in whatever order and however garbled, gets an answer that is no apology."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bot.answers import Answer
from bot.dispatch import Dispatcher
from handlers import all as slices
from handlers.dialog import texts
from handlers.dialog.message import Message
from handlers.dialog.talk import LONGEST_CHAT, Talk
from handlers.dialog.world import World
from knowledge.library import Library
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock

CONVERSATIONS = Path(__file__).parent / "conversations"
SORRY = texts.APOLOGY.split("{")[0][:12]
#: What slips in between: words that mean something somewhere, and the dirt of phones.
SLIPS = ["取消", "对", "改", "1", "10017", "23条", "81号文", "昨天", "三十", "20个人", "不是", "谁没报", "，", " ", "\n", "？", "2o", "《", "〔", "x", "🙏"]
MESSAGES = 1_500


def said(random_: random.Random) -> Iterator[str]:
    """Lines of the written conversations, some of them cut, doubled, run together or without their marks."""
    lines = [
        line[2:]
        for path in sorted(CONVERSATIONS.glob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("> ") and not line.startswith("> 〔")
    ]
    while True:
        text = random_.choice(lines)
        for _ in range(random_.choice((0, 0, 1, 2))):
            at = random_.randrange(len(text) + 1)
            end = min(len(text), at + random_.randrange(1, 4))
            text = random_.choice((
                text[:at] + text[end:], text[:end] + text[at:], text[:at] + random_.choice(SLIPS) + text[at:],
                f"{text}，{random_.choice(lines)}", text.replace("，", "").replace("。", ""),
            ))  # fmt: skip
        yield text[:LONGEST_CHAT]


def test_nothing_that_is_said_makes_it_apologise(settled: Store, tmp_path: Path) -> None:
    """Village heads and officials talk across each other for weeks, garbled: every message is answered by somebody who is well."""
    clock = Clock(world.START)
    dispatcher = Dispatcher(settled, Talk(slices.routers()), World(library=Library(), data_dir=tmp_path), clock)
    random_ = random.Random(20261122)
    speaker = world.PEOPLE[0]
    told = said(random_)
    for number in range(MESSAGES):
        if random_.random() < 0.25:
            speaker = random_.choice(world.PEOPLE)
        clock.move(timedelta(seconds=random_.choice((1, 20, 600, 7200))))
        text = next(told)
        sender = world.address(speaker.name)
        message = Message(world.PLATFORM, world.ACCOUNT, sender, str(number), clock.now(), text=text)
        [answer] = dispatcher.handle([message])
        assert isinstance(answer, Answer), text
        assert not any(SORRY in reply.text for reply in answer.replies), (speaker.name, text)
