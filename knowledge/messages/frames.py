"""Sees what kind of activity is told of where no ready word says so: the frames of form_frames.tsv."""

from functools import cache, reduce
from importlib.resources import files
from operator import or_
from typing import NamedTuple

from msgspec import Struct

from knowledge.gates import Rule, rule


class Frame(Struct, frozen=True, gc=False):
    """A form seen in the build of a clause at `start:end`, and how surely (2 probably … 3 named)."""

    start: int
    end: int
    form: str
    weight: float


class _Row(NamedTuple):
    at: int
    rule: Rule
    form: str
    weight: float


@cache
def _frames() -> tuple[int, dict[int, list[_Row]]]:
    """The keys of all frames together, and the frames by the keys of their rules."""
    text = files("knowledge").joinpath("data", "vocabulary", "form_frames.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    by_key: dict[int, list[_Row]] = {}
    for at, (form, weight, pattern) in enumerate(rows):
        frame = rule(pattern)
        by_key.setdefault(frame.key, []).append(_Row(at, frame, form, float(weight)))
    return reduce(or_, by_key), by_key


def find_frames(text: str, lacks: int) -> list[Frame]:
    """Every frame of a plain text, each with the place it stands at; `lacks` is what `missing` says of the text."""
    keys, by_key = _frames()
    there = keys & ~lacks
    rows = list(by_key.get(0, ()))
    while there:
        key = there & -there
        for row in by_key[key]:
            if not row.rule.mask & lacks:
                rows.append(row)
        there ^= key
    rows.sort()
    return [
        Frame(match.start(), match.end(), form, weight)
        for _, frame, form, weight in rows
        for match in frame.finditer(text)
    ]
