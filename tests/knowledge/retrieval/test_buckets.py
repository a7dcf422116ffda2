"""Buckets of posting lists: every list is found in its bucket, and segments become one."""

from random import Random

import numpy as np
import pytest

from knowledge.retrieval import buckets as shelf
from knowledge.retrieval.buckets import Bucket, buckets, cuts, find, joined, lists_in, touched
from knowledge.retrieval.impacts import Fields, lists_of, query_terms, term_code
from knowledge.retrieval.packing import sparse

LETTERS = "妇女儿童家庭村镇县市办法规定条例权益保障工作经费活动报告"


def passages(count: int, seed: int) -> list[Fields]:
    chance = Random(seed)
    return [Fields("", "", "".join(chance.choices(LETTERS, k=12)) + f" {seed}{at % 7}") for at in range(count)]


def terms(texts: list[Fields]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        for term in dict.fromkeys(term for term, _ in query_terms(text.body)):
            found.setdefault(term, []).append(at)
    return found


def look(rows: list[Bucket], term: str) -> list[int]:
    """Positions of a term, by the way of a look-up."""
    code = term_code(term)
    at = int(np.searchsorted([row.first for row in rows], code, side="right")) - 1
    if at < 0:
        return []
    one = find(rows[at], code)
    assert one.df == (0 if one.postings is None else len(sparse(one.postings).positions))
    return [] if one.postings is None else sparse(one.postings).positions.tolist()


@pytest.mark.parametrize("size", [1, 40, 900])
def test_every_term_is_in_its_bucket(size: int) -> None:
    """Each term has its passages, alone or among others, and a term that is nowhere has none."""
    texts = passages(size, 1)
    rows = list(buckets(lists_of(texts), size))
    for term, places in terms(texts).items():
        assert look(rows, term) == places
    assert [look(rows, term) for term in ("鱼", "妇鱼", "ktv", "一")] == [[]] * 4


def test_buckets_are_small_or_of_one_list() -> None:
    """Lists of many passages stand alone; what shares a row stays about as great as BUCKET."""
    texts = passages(900, 1)
    for row in buckets(lists_of(texts), len(texts)):
        lists = lists_in(row)
        longest = shelf.BUCKET + 5 * shelf.ALONE
        assert len(row.body) <= longest or len(lists.codes) == 1
        assert int(lists.counts.max()) <= shelf.ALONE or len(lists.codes) == 1


@pytest.mark.parametrize("together", [1, 7, 10_000])
def test_segments_become_one(together: int) -> None:
    """Joined range after range, each term has the passages of all parts, moved to where their part begins."""
    parts = [passages(size, seed) for seed, size in enumerate((700, 3, 0, 60))]
    made = [list(buckets(lists_of(texts), len(texts))) for texts in parts]
    firsts = [np.array([row.first for row in rows], dtype=np.int64) for rows in made]
    offsets = np.cumsum([0, *map(len, parts)]).tolist()
    rows: list[Bucket] = []
    for low, high in cuts(firsts, together):
        found = []
        for offset, own, first in zip(offsets, made, firsts, strict=False):
            begin, end = touched(first, low, high)
            found.append((offset, own[begin:end]))
        rows += joined(found, offsets[-1], low, high)
    assert [row.first for row in rows] == sorted({row.first for row in rows})
    whole = [text for texts in parts for text in texts]
    for term, places in terms(whole).items():
        assert look(rows, term) == places
    straight = lists_of(whole)
    assert np.concatenate([lists_in(row).impacts for row in rows]).tolist() == straight.impacts.tolist()
