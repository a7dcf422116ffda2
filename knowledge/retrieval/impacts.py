"""Posting lists: from fields of text to terms with 8-bit impacts, and how a list is packed into bytes.

Terms are single Han characters, pairs of neighbouring Han characters, and runs of ASCII letters or digits, so that no
dictionary decides what can be found. An impact is BM25F's saturated frequency over title, heading and body,
v / (K1 + v) × 255, without the inverse document frequency, which is known only when all segments are looked at.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
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

#: A list of more than one in DENSE passages is kept as one byte for every passage of the segment.
DENSE = 6
#: Shorter lists are not worth compressing.
COMPRESS_FROM = 24

_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF
_ASCII_RUN = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
_ASCII_BASE = 1 << 40
_PAIR_SHIFT = 21
_POSITION_BITS = 20

_RAW, _PLANES, _DENSE = 0, 1, 2


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


def build(passages: Sequence[Fields]) -> Iterator[tuple[str, int, bytes]]:
    """(term, in how many passages, packed list) for passages numbered 0, 1, …; at most 1,048,575 of them.

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
        return
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    summed, key = np.add.reduceat(value, first), key[first]
    impacts = np.maximum(np.rint(summed / (K1 + summed) * 255), 1).astype(np.uint8)
    positions = (key & ((1 << _POSITION_BITS) - 1)).astype(np.int32)
    codes = key >> _POSITION_BITS
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    names = {number: word for word, number in words.items()}
    for start, end, code in zip(starts, np.r_[starts[1:], len(codes)], codes[starts].tolist(), strict=True):
        packed = pack(PostingList(positions[start:end], impacts[start:end]), len(passages))
        yield _name(code, names), int(end - start), packed


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


def _name(code: int, words: dict[int, str]) -> str:
    if code >= _ASCII_BASE:
        return words[code - _ASCII_BASE][:64]
    if code < (1 << _PAIR_SHIFT):
        return chr(code)
    return chr(code >> _PAIR_SHIFT) + chr(code & ((1 << _PAIR_SHIFT) - 1))


def pack(postings: PostingList, size: int) -> bytes:
    """The bytes of a list in a segment of `size` passages."""
    positions, impacts = postings
    if len(positions) * DENSE > size and size >= 256:
        dense = np.zeros(size, dtype=np.uint8)
        dense[positions] = impacts
        return bytes([_DENSE]) + zlib.compress(dense.tobytes(), 1)
    if len(positions) < COMPRESS_FROM:
        return bytes([_RAW]) + positions.astype("<i4").tobytes() + impacts.tobytes()
    gaps = np.diff(positions, prepend=np.int32(0)).astype("<i4").view(np.uint8).reshape(-1, 4)
    return bytes([_PLANES]) + zlib.compress(gaps.T.tobytes() + impacts.tobytes(), 1)


def unpack(body: bytes) -> PostingList | Impacts:
    """A list, or for a dense one the impact at every position of the segment."""
    kind = body[0]
    if kind == _RAW:
        count = (len(body) - 1) // 5
        return PostingList(
            np.frombuffer(body, dtype="<i4", count=count, offset=1), np.frombuffer(body, np.uint8, offset=1 + 4 * count)
        )
    raw = np.frombuffer(zlib.decompress(memoryview(body)[1:]), dtype=np.uint8)
    if kind == _DENSE:
        return raw
    count = len(raw) // 5
    gaps = np.ascontiguousarray(raw[: 4 * count].reshape(4, count).T).view("<i4").reshape(-1)
    return PostingList(np.cumsum(gaps, dtype=np.int32), raw[4 * count :])


def join(parts: Sequence[tuple[int, bytes]], size: int) -> tuple[int, bytes]:
    """The list of one term in a segment made of others: (offset of the part in the new segment, packed list) each."""
    positions, impacts = [], []
    for offset, body in parts:
        found = unpack(body)
        if not isinstance(found, PostingList):
            where = np.flatnonzero(found).astype(np.int32)
            found = PostingList(where, found[where])
        positions.append(found.positions + np.int32(offset))
        impacts.append(found.impacts)
    whole = PostingList(np.concatenate(positions), np.concatenate(impacts))
    return len(whole.positions), pack(whole, size)
