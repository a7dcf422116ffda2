"""A search that skips to the letters a pattern can begin with finds what the plain search finds."""

import gc
import json
import re
from pathlib import Path

import pytest

from knowledge.beginnings import skipping
from knowledge.calendar import starts
from knowledge.gates import Rule
from knowledge.messages import default_vocabulary
from knowledge.messages.frames import find_frames

HERE = Path(__file__).parent


def test_nothing_is_skipped_that_a_pattern_of_ours_would_find() -> None:
    """Every pattern with a gate, and the calendar's, over all our messages: the same matches at the same places."""
    default_vocabulary()
    find_frames("", 0)
    patterns = {found.pattern.pattern for found in gc.get_objects() if isinstance(found, Rule)}
    patterns.add(starts.BEGIN.pattern)
    assert len(patterns) > 50
    lines = (HERE / "messages" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    text = "\n".join(json.loads(line)["text"] for line in lines)
    for pattern in patterns:
        plain = [match.span() for match in re.finditer(pattern, text)]
        assert [match.span() for match in skipping(pattern).finditer(text)] == plain, pattern


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?:帮|给)我(?P<what>[^，]+)|提醒(?P<when>.)", "请给我打印，再提醒他"),
        (r"(?:\d+|第)[人次]", "来了٣٤人"),
        (r"(?i:ab|cd)x", "ABx"),
        (r"(?:一|二)?场?", "一场"),
        (r"(?:^|，)(?:甲|乙)", "乙，甲"),
        (r"(?:[^一]|二)三", "四三"),
        (r"(?<=村)(?:里|口)|镇上", "村口，镇上"),
        (r"(?:\s|，)好", "\u3000好，好"),
    ],
)
def test_odd_patterns_find_the_same(pattern: str, text: str) -> None:
    """Figures of other scripts, other cases, what can be empty or begin with anything, and the names of groups."""
    skipped, plain = skipping(pattern), re.compile(pattern)
    assert [m.groupdict() for m in skipped.finditer(text)] == [m.groupdict() for m in plain.finditer(text)]
    assert [m.span() for m in skipped.finditer(text)] == [m.span() for m in plain.finditer(text)]
    assert (skipped.groups, skipped.groupindex, skipped.flags) == (plain.groups, plain.groupindex, plain.flags)
