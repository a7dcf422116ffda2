"""The sentence of a passage that answers: never a character that does not stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from knowledge.text import normalise

#: A phone shows about this much without scrolling.
LONGEST_QUOTE = 160
_SENTENCE = re.compile(r"[^。！？!?\n；;]+[。！？!?；;]*\n?")
_ITEM = re.compile(r"^\s*(?:[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十\d]+[、.．])")


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, without surrounding space."""
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def quote(text: str, weights: Mapping[str, float], parts: Sequence[tuple[str, str]] | None = None) -> str:
    """The sentence with the most of what was asked for, with its neighbour when it is short; a piece of `text`.

    `weights` are per term, rarity included. `parts` are the sentences with their normalised forms, if they are known.
    """
    if len(text.strip()) <= LONGEST_QUOTE // 2:
        return text.strip()[:LONGEST_QUOTE]
    if parts is None:
        parts = [(part, normalise(part)) for part in sentences(text)]
    if len(parts) < 2:
        return text.strip()[:LONGEST_QUOTE]
    whole = "\n".join(plain for _, plain in parts)
    present = {term: weight for term, weight in weights.items() if weight and term in whole}
    scores = [_score(part, plain, present) for part, plain in parts]
    at = max(range(len(parts)), key=lambda one: (scores[one], -one))
    first = chosen = parts[at][0]
    if len(chosen) > LONGEST_QUOTE:
        return _window(chosen, present)
    after = at + 1
    # 「下列情形：」 answers nothing, nor does a question in the source: what answers stands behind it
    while after < len(parts) and (chosen.endswith(("：", ":", "？", "?")) or len(chosen) < 10):
        joined = _between(text, first, parts[after][0])
        if joined is None or len(joined) > LONGEST_QUOTE:
            break
        chosen, after = joined, after + 1
    return chosen


def _score(sentence: str, plain: str, weights: Mapping[str, float]) -> float:
    total = sum([weight for term, weight in weights.items() if term in plain])
    return total / (1 + len(sentence) / 200) * (0.95 if _ITEM.match(sentence) else 1.0)


def _between(text: str, first: str, last: str) -> str | None:
    start = text.find(first)
    end = text.find(last, start + len(first))
    return text[start : end + len(last)] if start >= 0 and end >= 0 else None


def _window(sentence: str, weights: Mapping[str, float]) -> str:
    """Of a long sentence the run of clauses with the most of what was asked for."""
    clauses = re.findall(r"[^，,：:、]+[，,：:、]?", sentence)
    best, chosen = -1.0, sentence[:LONGEST_QUOTE]
    for first in range(len(clauses)):
        piece = ""
        for clause in clauses[first:]:
            if len(piece) + len(clause) > LONGEST_QUOTE:
                break
            piece += clause
        score = _score(piece, normalise(piece), weights) if piece else 0.0
        if score > best and piece and piece in sentence:
            best, chosen = score, piece
    return chosen
