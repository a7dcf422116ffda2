"""How one posting list is packed into bytes, and read again."""

from __future__ import annotations

import zlib
from struct import pack_into, unpack_from

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.impacts import Impacts, Positions, PostingList

#: A list of more than one in DENSE passages is kept as one byte for every passage of the segment …
DENSE = 6
#: … unless the segment is smaller than this.
SMALLEST_DENSE = 256

#: The first byte. PACKED_BEFORE and the two before it were written by earlier versions and are still read.
_RAW, _PLANES, _ZIPPED, MANY, _BYTES, _SHORTS, _DENSE = range(7)
_HEAD = 12


def is_dense(count: int, size: int) -> bool:
    """Whether a list of `count` in a segment of `size` is kept by position."""
    return count * DENSE > size and size >= SMALLEST_DENSE


def pack(postings: PostingList, size: int) -> bytes:
    """The bytes of a list in a segment of `size` passages: gaps of one byte or two, the greater ones apart."""
    positions, impacts = postings
    if is_dense(len(positions), size):
        dense = np.zeros(size, dtype=np.uint8)
        dense[positions] = impacts
        return bytes([_DENSE]) + dense.tobytes()
    gaps = np.diff(positions, prepend=np.int32(0))
    wide = np.flatnonzero(gaps > 0xFF)
    kind, width = _BYTES, "u1"
    if len(wide) * 8 > len(gaps):
        kind, width, wide = _SHORTS, "<u2", np.flatnonzero(gaps > 0xFFFF)
    head = bytearray(_HEAD)
    head[0] = kind
    pack_into("<II", head, 4, len(gaps), len(wide))
    great = wide.astype("<i4").tobytes() + gaps[wide].astype("<i4").tobytes()
    return bytes(head) + great + gaps.astype(width).tobytes() + impacts.tobytes()


def unpack(body: bytes) -> PostingList | Impacts:
    """A list, or for a dense one the impact at every position of the segment."""
    kind = body[0]
    if kind == _DENSE:
        return np.frombuffer(body, dtype=np.uint8, offset=1)
    if kind in (_BYTES, _SHORTS):
        count, great = unpack_from("<II", body, 4)
        at = _HEAD + 8 * great
        gaps = np.frombuffer(body, "u1" if kind == _BYTES else "<u2", count, at).astype(np.int32)
        if great:
            gaps[np.frombuffer(body, "<i4", great, _HEAD)] = np.frombuffer(body, "<i4", great, _HEAD + 4 * great)
        at += count * (1 if kind == _BYTES else 2)
        return PostingList(np.cumsum(gaps, dtype=np.int32, out=gaps), np.frombuffer(body, np.uint8, count, at).copy())
    return _as_before(kind, body)


def _as_before(kind: int, body: bytes) -> PostingList | Impacts:
    if kind == _RAW:
        count = (len(body) - 1) // 5
        return PostingList(
            np.frombuffer(body, dtype="<i4", count=count, offset=1), np.frombuffer(body, np.uint8, offset=1 + 4 * count)
        )
    raw = np.frombuffer(zlib.decompress(memoryview(body)[1:]), dtype=np.uint8)
    if kind == _ZIPPED:
        return raw
    count = len(raw) // 5
    gaps = np.ascontiguousarray(raw[: 4 * count].reshape(4, count).T).view("<i4").reshape(-1)
    return PostingList(np.cumsum(gaps, dtype=np.int32), raw[4 * count :])


def sparse(found: PostingList | Impacts) -> PostingList:
    """Any list as one of positions."""
    if isinstance(found, PostingList):
        return found
    positions: Positions = np.flatnonzero(found).astype(np.int32)
    return PostingList(positions, found[positions])


def bytes_of(found: PostingList | Impacts) -> int:
    """What a list takes in memory."""
    arrays: tuple[npt.NDArray[np.generic], ...] = tuple(found) if isinstance(found, PostingList) else (found,)
    return sum(one.nbytes for one in arrays)
