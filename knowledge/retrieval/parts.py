"""Parts of a circular that are asked for by what they are (发给谁, 谁发的), not by words that stand in them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent.parent / "data" / "retrieval" / "parts.tsv"
#: A longer passage that ends with a date is no signature.
_SHORT = 120
_DATE_AT_END = re.compile(
    r"(?:\d{4}|[〇○零一二三四五六七八九]{4})年[\d一二三四五六七八九十]{1,2}月[\d一二三四五六七八九十]{1,3}日\W*$"
)
_DOCUMENT = re.compile(r"文件|通知|方案|意见|办法|计划|总结|号文|这个文|[一二]?览表|发文")
#: Terms under which parts are indexed; no text holds them.
HEAD, SIGNATURE = "circularhead", "circularsignature"
_TERMS = {"head": HEAD, "signature": SIGNATURE}


@cache
def _ways() -> dict[str, tuple[str, ...]]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t", 1) for line in lines if line and not line.startswith("#"))
    return {_TERMS[part]: tuple(ways.split()) for part, ways in rows}


def part_term(text: str, ordinal: int) -> str:
    """The term under which a passage of a circular is found as a part of it; empty for most."""
    if ordinal == 0:
        return HEAD
    return SIGNATURE if len(text) <= _SHORT and _DATE_AT_END.search(text) else ""


def parts_asked(question: str, numbered: bool) -> list[str]:
    """The terms of the parts that a (normalised) question asks for; `numbered`: it holds a 文号."""
    if not numbered and not _DOCUMENT.search(question):
        return []
    return [term for term, ways in _ways().items() if any(way in question for way in ways)]
