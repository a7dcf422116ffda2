"""Bytes lost when a page was converted: 政府?huà)D女 was 政府婦女, its first byte eaten by the pinyin before it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import resources

_LOST = re.compile(
    r"(?<=[\u3400-\u9fff)）])\?[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)(?=[\u4e00-\u9fff]{0,12}([A-Za-z@]))"
)


@cache
def _ranks() -> dict[str, int]:
    """Common characters and their place, the most common first."""
    source = resources.files("knowledge") / "data" / "reading" / "common_characters.txt"
    lines = source.read_text(encoding="utf-8").splitlines()
    letters = "".join(line for line in lines if not line.startswith("#"))
    return {letter: place for place, letter in enumerate(letters)}


def repairs(text: str) -> list[tuple[int, int, str]]:
    """Edits that bring back what lost a byte: (start, end, replacement), in order."""
    if "?" not in text:
        return []
    edits: list[tuple[int, int, str]] = []
    known: dict[tuple[str, str], str] = {}  # the same loss before the same neighbour is repaired in the same way
    for match in _LOST.finditer(text):
        end = match.end(1)
        loss = (text[match.end() : end], text[end : end + 1])
        if loss not in known:
            known[loss] = _restored(text, *loss)
        best = known[loss]
        if best and (not edits or match.start() >= edits[-1][1]):
            edits.append((match.start(), end, best))
    return edits


def _restored(text: str, tail: str, after: str) -> str:
    """The characters that `tail` was before its first byte was lost, "" if nothing sensible comes out.

    GBK writes a character in two bytes. With the first one gone, each following pair is read across two characters,
    until a single-byte letter ends the run. Every possible first byte is tried; the character that stands before the
    same neighbour most often in this document wins, then the most common one.
    """
    try:
        rest = tail.encode("gbk")
    except UnicodeEncodeError:
        return ""
    best, best_score = "", (0, -len(_ranks()))
    for lead in range(0x81, 0xFF):
        try:
            whole = (bytes([lead]) + rest).decode("gbk")
        except UnicodeDecodeError:
            continue
        rank = _ranks().get(_plain(whole[0]), len(_ranks()))
        follower = whole[1:2] or after
        pair = max(text.count(first + follower) for first in {whole[0], _plain(whole[0])}) if follower else 0
        score = (pair, -rank)
        if score > best_score:
            best, best_score = whole, score
    return best


@cache
def _converter() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@cache
def _plain(letter: str) -> str:
    return _converter()(letter)
