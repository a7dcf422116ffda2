"""Danger is seen however it is put, and not seen where there is none."""

import json
from pathlib import Path

import pytest

from knowledge.messages import is_crisis
from knowledge.messages.crisis import TYPES

HERE = Path(__file__).parent
CASES = [
    line.split("\t")
    for line in (HERE / "crisis.tsv").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def test_the_table_is_large_and_of_every_kind() -> None:
    """Every kind of danger and as many near misses stand in the table."""
    assert {kind for kind, _ in CASES} == {*TYPES, "-"}
    assert len(CASES) >= 150


def test_every_danger_is_found_and_none_is_invented() -> None:
    """Each row of the table is seen as danger or not, as it says."""
    wrong = [text for kind, text in CASES if (is_crisis(text) is None) != (kind == "-")]
    assert wrong == []


def test_the_kind_of_danger_is_nearly_always_right() -> None:
    """The kind may be argued about in a few rows only."""
    danger = [(kind, text) for kind, text in CASES if kind != "-"]
    wrong = [text for kind, text in danger if is_crisis(text) != kind]
    assert len(wrong) <= 0.06 * len(danger), wrong


def test_ordinary_reports_are_no_danger() -> None:
    """None of our example messages is taken for danger."""
    lines = (HERE / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    assert [text for line in lines if is_crisis(text := json.loads(line)["text"])] == []


@pytest.mark.parametrize(
    ("text", "kind"), [("", None), ("。", None), ("打" * 4000, None), ("老公" * 2000 + "打我", "家暴")]
)
def test_long_and_empty_messages_are_read_to_their_end(text: str, kind: str | None) -> None:
    """Repetition neither is danger nor hides it."""
    assert is_crisis(text) == kind
