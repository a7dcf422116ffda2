"""Sees what kind of activity is told of where no ready word says so: the frames of form_frames.tsv."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from knowledge.gates import Rule, rule


class Frame(NamedTuple):
    """A form seen in the build of a clause at `start:end`, and how surely (2 probably … 3 named)."""

    start: int
    end: int
    form: str
    weight: float


@cache
def _frames() -> tuple[tuple[int, Rule, str, float], ...]:
    text = files("knowledge").joinpath("data", "vocabulary", "form_frames.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    rules = [(form, float(weight), rule(pattern)) for form, weight, pattern in rows]
    return tuple((frame.mask, frame, form, weight) for form, weight, frame in rules)


def find_frames(text: str, lacks: int) -> list[Frame]:
    """Every frame of a plain text, each with the place it stands at; `lacks` is what `missing` says of the text."""
    return [
        Frame(match.start(), match.end(), form, weight)
        for mask, frame, form, weight in _frames()
        if not mask & lacks
        for match in frame.finditer(text)
    ]
