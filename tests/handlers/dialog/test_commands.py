"""Commands are found through one question to all of them: it lets through exactly what one of them matches."""

import random
import re

import pytest

from handlers import all as slices
from handlers.dialog.router import AnyCommand, Command
from handlers.dialog.talk import Talk

COMMANDS = Talk(slices.routers()).commands
ANY = AnyCommand(COMMANDS)
TAILS = (
    "",
    " ",
    " 石桥村",
    "石桥村",
    "，石桥村",
    "：3",
    "12",
    " 12",
    "12号",
    "\n昨天下午",
    "。",
    "全部",
    " 2026-03-01 2026-03-31",
)
HEADS = ("", " ", "请", "1")


def _starts() -> list[str]:
    words = [word for command in COMMANDS for word in command.words]
    literal = [re.sub(r"\(\?P?<?\w*>?|[()?\\^$|*+\[\]{}]|\\\w", " ", c.pattern.pattern) for c in COMMANDS if c.pattern]
    return sorted({*words, *(piece for text in literal for piece in text.split() if piece)})


@pytest.mark.parametrize("tail", TAILS)
def test_the_question_to_all_commands_agrees_with_each(tail: str) -> None:
    """Whatever stands before or after a command's words: one question says what asking each of them would say."""
    seen = set()
    for start in _starts():
        for head in HEADS:
            said = head + start + tail
            known = any(command.match(said) is not None for command in COMMANDS)
            assert ANY.matches(said) == known, said
            seen.add(known)
    assert seen == {True, False}


def test_it_agrees_on_scrambled_words() -> None:
    """Letters of commands in any order: nothing is let through that no command takes, and nothing kept out."""
    random_, letters = random.Random(7), "".join(_starts()) + " ，：\n0123456789"
    for _ in range(3_000):
        said = "".join(random_.choices(letters, k=random_.randint(1, 6)))
        assert ANY.matches(said) == any(command.match(said) is not None for command in COMMANDS), said


def test_without_commands_nothing_matches() -> None:
    """A program without commands asks none."""
    assert not AnyCommand([]).matches("")
    assert AnyCommand([Command(("好",), lambda *_: None, lambda _: True)]).matches("好")
