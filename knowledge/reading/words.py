"""The word lists of `knowledge/data/reading`, read once."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


@cache
def words(name: str) -> tuple[str, ...]:
    """The lines of `data/reading/<name>.txt`, without comments and blank lines."""
    source = resources.files("knowledge") / "data" / "reading" / f"{name}.txt"
    lines = (line.strip() for line in source.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def any_of(name: str) -> str:
    """A regular expression for any word of a list, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words(name), key=len, reverse=True)) + ")"
