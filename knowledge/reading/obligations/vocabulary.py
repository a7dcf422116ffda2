"""The words obligations are recognised by, read from lists that anybody can extend."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

WORDS = Path(__file__).resolve().parents[2] / "data" / "obligations"


def _lines(name: str) -> list[str]:
    text = (WORDS / name).read_text(encoding="utf-8")
    return [line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def either(words: list[str] | tuple[str, ...]) -> str:
    """A pattern that matches any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def words(name: str) -> tuple[str, ...]:
    """The entries of a one-column list."""
    return tuple(line.strip() for line in _lines(name))


@cache
def pairs(name: str) -> dict[str, str]:
    """The entries of a two-column list; a missing second column is ""."""
    return {key.strip(): value.strip() for key, _, value in (line.partition("\t") for line in _lines(name))}


@cache
def acts() -> re.Pattern[str]:
    """Every act in a text, longest first: `match[0]` looked up in `pairs("acts.tsv")` gives its class."""
    return re.compile(either(tuple(pairs("acts.tsv"))))


@cache
def any_of(name: str) -> re.Pattern[str]:
    """Any entry of a one-column list."""
    return re.compile(either(words(name)))
