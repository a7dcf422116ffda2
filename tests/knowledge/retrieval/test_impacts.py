"""Posting lists: what is listed under what, with which impact."""

from knowledge.retrieval.impacts import Fields, Lists, lists_of, query_terms, sorted_by_code, term_code

TEXTS = ["村里办了反家暴讲座", "妇女之家每月开放 12 次", "讲座 ktv", ""]


def listed(lists: Lists) -> dict[int, dict[int, int]]:
    """Code → position → impact."""
    found: dict[int, dict[int, int]] = {}
    at = 0
    for code, count in zip(lists.codes.tolist(), lists.counts.tolist(), strict=True):
        span = slice(at, at + count)
        found[code] = dict(zip(lists.positions[span].tolist(), lists.impacts[span].tolist(), strict=True))
        at += count
    assert at == len(lists.positions) == len(lists.impacts)
    return found


def test_every_term_of_every_passage_is_listed() -> None:
    """A passage is listed under each of its characters, pairs and ASCII runs, and under nothing else."""
    found = listed(lists_of([Fields("", "", text) for text in TEXTS]))
    for at, text in enumerate(TEXTS):
        assert {term_code(term) for term, _ in query_terms(text)} == {code for code, one in found.items() if at in one}


def test_counts_are_of_passages() -> None:
    """A list has each passage once, however often the term stands in it."""
    lists = listed(lists_of([Fields("", "", "妇女妇女"), Fields("妇女", "", "儿童")]))
    assert list(lists[term_code("妇女")]) == [0, 1]
    assert list(lists[term_code("儿童")]) == [1]


def test_title_weighs_more_than_body() -> None:
    """A word in the title has a higher impact than the same word in the body."""
    passages = [Fields("彩礼规定", "", "其他"), Fields("规定", "", "彩礼" + "其他约定" * 26)]
    found = listed(lists_of(passages))[term_code("彩礼")]
    assert found[0] > found[1]


def test_nothing_to_list() -> None:
    """No passages, or passages without text, give no lists."""
    assert len(lists_of([]).codes) == 0
    assert len(lists_of([Fields("", "", "。，")]).codes) == 0


def test_codes_mean_the_same_everywhere() -> None:
    """What a term is kept under depends on nothing but the term: words that came first elsewhere change nothing."""
    one, other = lists_of([Fields("", "", "ktv 12 女")]), lists_of([Fields("", "", "vip 13 ktv 12 女")])
    assert set(one.codes.tolist()) < set(other.codes.tolist())
    assert term_code("ktv") in one.codes
    assert (one.codes[1:] > one.codes[:-1]).all()


def test_two_lists_of_one_term_become_one() -> None:
    """The part that comes first stays first."""
    first, second = lists_of([Fields("", "", "妇女")]), lists_of([Fields("", "", "妇联")])
    both = [[*one, *other] for one, other in zip(first, second, strict=True)]
    import numpy as np

    codes, counts, positions, impacts = map(np.array, both)
    positions = positions.astype(np.int32) + np.repeat([0, 1], [len(first.positions), len(second.positions)])
    found = listed(sorted_by_code(Lists(codes, counts, positions.astype(np.int32), impacts.astype(np.uint8))))
    assert list(found[term_code("妇")]) == [0, 1]
    assert list(found[term_code("妇联")]) == [1]
