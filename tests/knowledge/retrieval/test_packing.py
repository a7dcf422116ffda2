"""How a posting list is packed, and what earlier versions packed."""

import zlib
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.impacts import PostingList
from knowledge.retrieval.packing import pack, sparse, unpack


def of(places: list[int]) -> PostingList:
    positions = np.array(places, dtype=np.int32)
    return PostingList(positions, (positions % 255 + 1).astype(np.uint8))


def same(one: PostingList, other: PostingList) -> bool:
    return one.positions.tolist() == other.positions.tolist() and one.impacts.tolist() == other.impacts.tolist()


@given(st.integers(1, 3_000), st.floats(0.001, 1), st.randoms(use_true_random=False))
def test_packing_loses_nothing(size: int, share: float, random: Random) -> None:
    """A list read again is the list that was packed, sparse or dense, short or long."""
    one = of(sorted({0, *(at for at in range(size) if random.random() < share)}))
    assert same(sparse(unpack(pack(one, size))), one)


@pytest.mark.parametrize("step", [1, 255, 256, 65_535, 65_536, 90_000])
def test_gaps_of_any_width(step: int) -> None:
    """Great gaps cost more and lose nothing, few of them or only such."""
    for places in ([*range(0, 10 * step, step)], [*range(200), *range(200 + step, 200 + 3 * step, step)]):
        assert same(sparse(unpack(pack(of(places), 1_000_000))), of(places))


def test_what_was_packed_before_is_read() -> None:
    """Lists of the first version: raw, compressed, and compressed by position."""
    one = of([3, 70, 4_000])
    raw = one.positions.tobytes() + one.impacts.tobytes()
    assert same(sparse(unpack(b"\0" + raw)), one)
    gaps = np.diff(one.positions, prepend=np.int32(0)).astype("<i4").view(np.uint8).reshape(-1, 4)
    assert same(sparse(unpack(b"\1" + zlib.compress(gaps.T.tobytes() + one.impacts.tobytes()))), one)
    by_position = np.zeros(5_000, dtype=np.uint8)
    by_position[one.positions] = one.impacts
    assert same(sparse(unpack(b"\2" + zlib.compress(by_position.tobytes()))), one)
