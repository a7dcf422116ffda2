"""Posting lists in buckets: neighbouring short lists share a row, a long one has a row of its own.

A segment is a sequence of buckets in order of code; it keeps the first code of each, which says where a term must be.
So a segment of sixty thousand passages has some ten thousand rows instead of half a million, and two segments become
one without looking at a single list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from struct import Struct
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.impacts import Impacts, Lists, PostingList, sorted_by_code
from knowledge.retrieval.packing import MANY, pack, sparse, unpack

#: A list longer than this has a bucket of its own; others share buckets of about BUCKET bytes.
ALONE = 512
BUCKET = 4_000
_PER_TERM, _PER_POSTING = 12, 5
_HEAD = 8
_COUNT, _SPAN, _CODE = Struct("<I"), Struct("<II"), Struct("<q")


class Bucket(NamedTuple):
    """A row: its first code, how many terms it has (a single list: how many passages), and its bytes."""

    first: int
    df: int
    body: bytes


class Found(NamedTuple):
    """A term in a segment: in how many passages, and its list."""

    df: int
    postings: PostingList | Impacts | None


def buckets(lists: Lists, size: int) -> Iterator[Bucket]:
    """The rows of lists in a segment of `size` passages."""
    ends = np.cumsum(lists.counts)
    cost = np.cumsum(_PER_TERM + _PER_POSTING * lists.counts)
    at, total = 0, len(lists.codes)
    for stop in [*np.flatnonzero(lists.counts > ALONE).tolist(), total]:
        while at < stop:
            before = int(cost[at - 1]) if at else 0
            end = min(max(int(np.searchsorted(cost, before + BUCKET, side="right")), at + 1), stop)
            yield Bucket(int(lists.codes[at]), end - at, _shared(lists, ends, at, end))
            at = end
        if stop < total:
            span = slice(int(ends[stop] - lists.counts[stop]), int(ends[stop]))
            one = PostingList(lists.positions[span], lists.impacts[span])
            yield Bucket(int(lists.codes[stop]), len(one.positions), pack(one, size))
            at = stop + 1


def _shared(lists: Lists, ends: npt.NDArray[np.int64], at: int, end: int) -> bytes:
    begin = int(ends[at - 1]) if at else 0
    starts = np.zeros(end - at + 1, dtype="<u4")
    starts[1:] = ends[at:end] - begin
    span = slice(begin, int(ends[end - 1]))
    head = bytes([MANY, 0, 0, 0]) + _COUNT.pack(end - at)
    codes = lists.codes[at:end].astype("<i8").tobytes()
    return b"".join(
        (head, codes, starts.tobytes(), lists.positions[span].astype("<i4").tobytes(), lists.impacts[span].tobytes())
    )


def find(bucket: Bucket, code: int) -> Found:
    """The list of a term in the bucket where it must be if it is in the segment."""
    first, df, body = bucket
    if body[0] != MANY:
        return Found(df, unpack(body)) if first == code else Found(0, None)
    (count,) = _COUNT.unpack_from(body, 4)
    spans = _HEAD + 8 * count
    wanted = _CODE.pack(code)
    at = body.find(wanted, _HEAD, spans)
    while at >= 0 and at % 8:  # the same bytes across two codes
        at = body.find(wanted, at + 1, spans)
    if at < 0:
        return Found(0, None)
    start, end = _SPAN.unpack_from(body, spans + (at - _HEAD) // 2)
    (total,) = _COUNT.unpack_from(body, spans + 4 * count)
    lists = spans + 4 * count + 4
    return Found(
        end - start,
        PostingList(
            np.frombuffer(body, "<i4", end - start, lists + 4 * start).copy(),
            np.frombuffer(body, np.uint8, end - start, lists + 4 * total + start).copy(),
        ),
    )


def lists_in(bucket: Bucket) -> Lists:
    """All lists of a bucket."""
    first, _, body = bucket
    if body[0] != MANY:
        one = sparse(unpack(body))
        return Lists(np.array([first]), np.array([len(one.positions)]), one.positions, one.impacts)
    (count,) = _COUNT.unpack_from(body, 4)
    codes = np.frombuffer(body, "<i8", count, _HEAD)
    starts = np.frombuffer(body, "<u4", count + 1, _HEAD + 8 * count).astype(np.int64)
    at, total = _HEAD + 12 * count + 4, int(starts[-1])
    positions = np.frombuffer(body, "<i4", total, at)
    return Lists(codes, np.diff(starts), positions, np.frombuffer(body, np.uint8, total, at + 4 * total))


def joined(parts: Iterable[tuple[int, Iterable[Bucket]]], size: int, low: int, high: int) -> Iterator[Bucket]:
    """Rows of the terms with low ≤ code < high in a segment of `size` made of others.

    Parts are (offset of the part in the new segment, its buckets that may have such terms), in order of the offsets.
    """
    found: list[Lists] = []
    for offset, rows in parts:
        for row in rows:
            one = lists_in(row)
            first, last = np.searchsorted(one.codes, [low, high])
            if first == last:
                continue
            ends = np.cumsum(one.counts)
            span = slice(int(ends[first] - one.counts[first]), int(ends[last - 1]))
            positions = one.positions[span] + np.int32(offset)
            found.append(Lists(one.codes[first:last], one.counts[first:last], positions, one.impacts[span]))
    if found:
        yield from buckets(sorted_by_code(Lists(*map(np.concatenate, zip(*found, strict=True)))), size)


def cuts(firsts: Sequence[npt.NDArray[np.int64]], rows: int) -> list[tuple[int, int]]:
    """Ranges of codes with about so many rows of all segments each, given the first codes of their buckets."""
    every = np.sort(np.concatenate([np.zeros(1, dtype=np.int64), *firsts]))
    edges = [*np.unique(every[::rows]).tolist(), 1 << 62]
    return list(pairwise(edges))


def touched(firsts: npt.NDArray[np.int64], low: int, high: int) -> tuple[int, int]:
    """Which buckets may have terms with low ≤ code < high: from, to (excluded)."""
    first = int(np.searchsorted(firsts, low, side="right")) - 1
    return max(first, 0), int(np.searchsorted(firsts, high, side="left"))
