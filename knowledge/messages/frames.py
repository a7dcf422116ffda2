"""Sees what kind of activity is told of where no ready word says so: the frames of form_frames.tsv."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Frame(NamedTuple):
    """A form seen in the build of a clause at `start:end`, and how surely (2 probably … 3 named)."""

    start: int
    end: int
    form: str
    weight: float


@cache
def _frames() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    text = files("knowledge").joinpath("data", "vocabulary", "form_frames.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return tuple((form, float(weight), re.compile(pattern)) for form, weight, pattern in rows)


def find_frames(text: str) -> list[Frame]:
    """Every frame of a plain text, each with the place it stands at."""
    found = []
    for form, weight, pattern in _frames():
        for match in pattern.finditer(text):
            found.append(Frame(match.start(), match.end(), form, weight))
    return found
