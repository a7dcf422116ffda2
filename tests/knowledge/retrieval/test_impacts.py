"""Posting lists: what is built, packed, joined and read again."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.impacts import Fields, PostingList, build, join, pack, query_terms, unpack

TEXTS = ["村里办了反家暴讲座", "妇女之家每月开放 12 次", "讲座 ktv", ""]


def read(body: bytes) -> dict[int, int]:
    found = unpack(body)
    if isinstance(found, PostingList):
        return dict(zip(found.positions.tolist(), found.impacts.tolist(), strict=True))
    return {at: int(impact) for at, impact in enumerate(found) if impact}


def test_every_term_of_every_passage_is_listed() -> None:
    """A passage is listed under each of its characters, pairs and ASCII runs, and under nothing else."""
    built = {term: read(body) for term, _, body in build([Fields("", "", text) for text in TEXTS])}
    for at, text in enumerate(TEXTS):
        terms = {term for term, _ in query_terms(text)}
        assert terms == {term for term, found in built.items() if at in found}


def test_counts_are_told() -> None:
    """df is the number of passages, not of occurrences."""
    counts = {term: df for term, df, _ in build([Fields("", "", "妇女妇女"), Fields("妇女", "", "儿童")])}
    assert counts["妇女"] == 2
    assert counts["儿童"] == 1


def test_title_weighs_more_than_body() -> None:
    """A word in the title has a higher impact than the same word in the body."""
    passages = [Fields("彩礼规定", "", "其他"), Fields("规定", "", "彩礼" + "其他约定" * 26)]
    lists = {term: read(body) for term, _, body in build(passages)}
    assert lists["彩礼"][0] > lists["彩礼"][1]


def test_nothing_to_build() -> None:
    """No passages, or passages without text, give no lists."""
    assert list(build([])) == []
    assert list(build([Fields("", "", "。，")])) == []


@given(st.integers(1, 3_000), st.floats(0.001, 1), st.randoms(use_true_random=False))
def test_packing_loses_nothing(size: int, share: float, random: Random) -> None:
    """A list read again is the list that was packed, sparse or dense, short or long."""
    places = {0, *(at for at in range(size) if random.random() < share)}
    positions = np.array(sorted(places), dtype=np.int32)
    impacts = (positions % 255 + 1).astype(np.uint8)
    assert read(pack(PostingList(positions, impacts), size)) == dict(
        zip(positions.tolist(), impacts.tolist(), strict=True)
    )


@pytest.mark.parametrize("sizes", [(1, 1), (300, 5), (500, 700)])
def test_joined_lists_keep_their_places(sizes: tuple[int, int]) -> None:
    """Two segments' lists joined are both, the second moved behind the first."""
    first = PostingList(np.arange(sizes[0], dtype=np.int32), np.full(sizes[0], 7, np.uint8))
    second = PostingList(np.arange(sizes[1], dtype=np.int32), np.full(sizes[1], 9, np.uint8))
    df, body = join([(0, pack(first, sizes[0])), (sizes[0], pack(second, sizes[1]))], sum(sizes))
    assert df == sum(sizes)
    assert list(read(body).values()) == [7] * sizes[0] + [9] * sizes[1]
