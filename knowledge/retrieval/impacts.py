"""Posting lists: from fields of text to terms with 8-bit impacts.

Terms are single Han characters, pairs of neighbouring Han characters, and runs of ASCII letters or digits, so that no
dictionary decides what can be found. An impact is BM25F's saturated frequency over title, heading and body,
v / (K1 + v) × 255, without the inverse document frequency, which is known only when all segments are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int32]
Impacts = npt.NDArray[np.uint8]

#: BM25F: weight of a field, how much its length counts, and its usual length in characters.
FIELD_WEIGHT = (1.5, 1.0, 1.0)
FIELD_LENGTH_SHARE = (0.3, 0.3, 0.7)
FIELD_LENGTH = (10.0, 6.0, 105.0)
#: A body shorter than this is not better for it: a heading or a signature answers nothing.
SHORTEST_BODY = 45
K1 = 1.2

_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF
_ASCII_RUN = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
_ASCII_BASE = 1 << 40
_PAIR_SHIFT = 21
_POSITION_BITS = 20
#: Runs of letters and digits are kept under a number drawn from them; above all that Han terms can have.
_WORD_BASE = 1 << 57
LONGEST_WORD = 64


class Fields(NamedTuple):
    """One passage as it is searched: all three already in the form of `text.normalise`."""

    title: str
    heading: str
    body: str


class PostingList(NamedTuple):
    """Where a term occurs: rising positions in the segment, and the impact at each."""

    positions: Positions
    impacts: Impacts


def query_terms(normalised: str) -> list[tuple[str, int]]:
    """Every term of a text with the offset at which it begins; pairs follow their first character."""
    found: list[tuple[str, int]] = []
    for at, character in enumerate(normalised):
        if "\u3400" <= character <= "\u9fff":
            found.append((character, at))
            if at + 1 < len(normalised) and "\u3400" <= normalised[at + 1] <= "\u9fff":
                found.append((normalised[at : at + 2], at))
    found.extend((match.group(), match.start()) for match in _ASCII_RUN.finditer(normalised))
    return found


def term_code(term: str) -> int:
    """The number under which a term is kept: numbers of Han terms are in the order of their characters."""
    if len(term) == 1 and not term.isascii():
        return ord(term)
    if len(term) == 2 and not term.isascii():
        return (ord(term[0]) << _PAIR_SHIFT) | ord(term[1])
    return _WORD_BASE | int.from_bytes(blake2b(term[:LONGEST_WORD].encode(), digest_size=7).digest(), "little")


class Lists(NamedTuple):
    """Posting lists of many terms: rising `codes` with the length of each list, the lists one after the other."""

    codes: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    positions: Positions
    impacts: Impacts


def lists_of(passages: Sequence[Fields]) -> Lists:
    """The posting lists of passages numbered 0, 1, …; at most 1,048,575 of them.

    Memory: about 60 bytes a character of text while it works; feed it some thousand passages at a time.
    """
    words: dict[str, int] = {}
    keys, values = [], []
    for field in range(3):
        texts = [passage[field] for passage in passages]
        codes, owners = _codes(texts, words)
        found, counts = np.unique((codes << _POSITION_BITS) | owners, return_counts=True)
        lengths = np.fromiter((len(text) for text in texts), dtype=np.float32, count=len(texts))
        if field == 2:
            lengths = np.maximum(lengths, SHORTEST_BODY)
        share = FIELD_LENGTH_SHARE[field]
        norm = FIELD_WEIGHT[field] / (1 - share + share * lengths / FIELD_LENGTH[field])
        keys.append(found)
        values.append(counts.astype(np.float32) * norm[found & ((1 << _POSITION_BITS) - 1)])
    key, value = np.concatenate(keys), np.concatenate(values)
    if not len(key):
        return Lists(key, key, key.astype(np.int32), key.astype(np.uint8))
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    summed, key = np.add.reduceat(value, first), key[first]
    impacts = np.maximum(np.rint(summed / (K1 + summed) * 255), 1).astype(np.uint8)
    positions = (key & ((1 << _POSITION_BITS) - 1)).astype(np.int32)
    codes = key >> _POSITION_BITS
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    terms, counts = codes[starts], np.diff(starts, append=len(codes))
    if words:  # numbered as they came; what is kept must mean the same in all segments
        kept = np.fromiter(map(term_code, words), dtype=np.int64, count=len(words))
        at = np.flatnonzero(terms >= _ASCII_BASE)
        terms[at] = kept[terms[at] - _ASCII_BASE]
    return sorted_by_code(Lists(terms, counts, positions, impacts))


def sorted_by_code(lists: Lists) -> Lists:
    """The same lists in order of code; lists of one term that come twice become one, the first part first."""
    codes, counts, positions, impacts = lists
    if not len(codes) or bool((codes[1:] > codes[:-1]).all()):
        return lists
    order = np.argsort(codes, kind="stable")
    begins = (np.cumsum(counts) - counts)[order]
    codes, counts = codes[order], counts[order]
    take = np.repeat(begins - (np.cumsum(counts) - counts), counts) + np.arange(len(positions))
    first = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    return Lists(codes[first], np.add.reduceat(counts, first), positions[take], impacts[take])


def _codes(texts: Sequence[str], words: dict[str, int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Term codes of all texts with the number of the text each comes from."""
    if not texts:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    whole = "\n".join(texts) + "\n"
    letters = np.frombuffer(whole.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    han = (letters >= _FIRST_HAN) & (letters <= _LAST_HAN)
    both = han[:-1] & han[1:]
    single, pair = letters[han], ((letters[:-1] << _PAIR_SHIFT) | letters[1:])[both]
    runs = list(_ASCII_RUN.finditer(whole))
    ascii_codes = np.fromiter(
        (_ASCII_BASE + words.setdefault(run.group(), len(words)) for run in runs), dtype=np.int64, count=len(runs)
    )
    ascii_owner = owner[np.fromiter((run.start() for run in runs), dtype=np.int64, count=len(runs))]
    return np.concatenate([single, pair, ascii_codes]), np.concatenate([owner[han], owner[:-1][both], ascii_owner])
