"""A gate never shuts out a text that its pattern would find something in."""

import gc
import json
import random
import re
from collections.abc import Iterable
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # the standard library's own parser has no stubs
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any

import pytest

from knowledge.beginnings import ANY, starts
from knowledge.calendar import starts as calendar_starts
from knowledge.gates import Rule, missing, needs, rule
from knowledge.messages import default_vocabulary
from knowledge.messages.frames import find_frames

HERE = Path(__file__).parent
LETTERS = "的村妇女来了12 三一月日号个，。讲"


def example(items: Iterable[Any], chance: random.Random) -> str:
    """A text that a parsed pattern may match, what stands around it aside."""
    return "".join(example_of(op, of, chance) for op, of in items)


def example_of(op: Any, of: Any, chance: random.Random) -> str:
    if op is sre.LITERAL:
        return chr(of)
    if op is sre.IN:
        if of[0][0] is sre.NEGATE or of[0][0] is sre.CATEGORY:
            return chance.choice(LETTERS)
        kind, member = chance.choice(of)
        if kind is sre.LITERAL:
            return chr(member)
        return chr(chance.randint(*member)) if kind is sre.RANGE else chance.choice("1 9")
    if op is sre.BRANCH:
        return example(chance.choice(of[1]), chance)
    if op is sre.SUBPATTERN:
        return example(of[-1], chance)
    if op is sre.ASSERT:
        return example(of[1], chance) if of[0] > 0 else ""
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        times = chance.randint(of[0], min(int(of[1]), of[0] + 3))
        return "".join(example(of[2], chance) for _ in range(times))
    return chance.choice(LETTERS) if op in (sre.ANY, sre.NOT_LITERAL) else ""


def all_rules() -> list[Rule]:
    default_vocabulary()
    find_frames("", 0)
    return [found for found in gc.get_objects() if isinstance(found, Rule)]


def test_what_a_pattern_finds_is_never_shut_out() -> None:
    """Texts made from each pattern itself, and all our messages: where it finds something its gate is open."""
    chance = random.Random(5)
    lines = (HERE / "messages" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [(text, missing(text)) for text in (json.loads(line)["text"] for line in lines)]
    found = 0
    rules = all_rules()
    assert len(rules) > 90
    for each in rules:
        tree = parser.parse(each.pattern.pattern)
        made = [chance.choice(["", "我们"]) + example(tree, chance) + chance.choice(["", "了"]) for _ in range(40)]
        for text, lacks in [*((text, missing(text)) for text in made), *texts]:
            if each.search(text):
                found += 1
                assert not each.mask & lacks, (each, text)
    assert found > 2000


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("开展|举办", [{"开展", "举办"}]),
        ("请了?来", [{"请来", "请了", "了来"}]),
        ("(?:志愿|义工)[^，]{0,3}(?:收|摘)", [{"志愿", "义工"}, {"收", "摘"}]),
        ("敬老院(?!子)", [{"敬老", "老院"}]),
        ("无?人?", []),
        (r"\d+", []),
        ("[^村]", []),
        ("(?i)sos", []),
    ],
)
def test_what_a_pattern_needs(pattern: str, needed: list[set[str]]) -> None:
    """A word needs a pair of its letters; an alternative one of each; what may be left out needs nothing."""
    clauses = needs(pattern)
    assert len(clauses) <= 3
    assert bool(clauses) == bool(needed)
    for wanted in needed:
        assert any(clause <= wanted for clause in clauses), clauses


def test_a_gate_shuts_out_what_lacks_a_clause() -> None:
    """A text without the letters has them missing; a longer text with them has not."""
    mediation = rule("纠纷调解|矛盾化解")
    assert mediation.mask & missing("今天来了36个人")
    assert not mediation.mask & missing("今天矛盾化解了两起")


def test_every_expression_of_time_is_begun_where_a_reader_is_tried() -> None:
    """Texts made from the readers' patterns: the table names the reader at their first letter, and BEGIN points there."""
    chance = random.Random(6)
    tried = 0
    for reader, letters, patterns in calendar_starts.READERS:
        for pattern in patterns:
            tree = parser.parse(pattern)
            for _ in range(200):
                text = example(tree, chance)
                if (
                    not text
                    or not re.match(pattern, text)
                    or text[0] in calendar_starts.NUMERALS
                    or (letters and text[0] not in letters)
                ):
                    continue
                tried += 1
                assert calendar_starts.readers_at(text, 0) & reader, (reader, text)
                assert calendar_starts.BEGIN.match(text), (reader, text)
    assert tried > 500


def test_the_starts_of_a_pattern() -> None:
    """The first two letters, whatever may be left out; what follows is looked at only where nothing else does."""
    assert starts("三八(?:妇女)?节") == {"三八"}
    assert starts("今年?底") == {"今年", "今底"}
    assert starts("[昨今](?=晚)") == {"昨晚", "今晚"}
    assert starts("差.") == {"差" + ANY}
    assert starts("(?:a|)") == {"a" + ANY, ""}
