"""Adding up impacts."""

import numpy as np
import pytest

from knowledge.retrieval import scoring
from knowledge.retrieval.impacts import PostingList
from knowledge.retrieval.scoring import RAREST, add_up, best, rarity


def postings(places: list[int], impact: int = 255) -> PostingList:
    return PostingList(np.array(places, dtype=np.int32), np.full(len(places), impact, dtype=np.uint8))


def test_weights_and_impacts_add_up() -> None:
    """A passage's score is the sum of weight × impact of the lists it is in, sparse or dense."""
    dense = np.array([255, 0, 255, 0], dtype=np.uint8)
    scores = add_up([(2.0, postings([0, 1])), (1.0, dense)], 4)
    assert scores.tolist() == pytest.approx([3.0, 2.0, 1.0, 0.0])


def test_a_great_library_is_scored_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """When lists are long, the weightiest choose candidates and the rest only add to these: the best stay the best."""
    rng = np.random.default_rng(1)
    lists = [(float(w), postings(sorted(rng.choice(5_000, 900, replace=False).tolist()))) for w in (9, 5, 4, 1, 0.5)]
    full = best(add_up(lists, 5_000), 4).tolist()
    monkeypatch.setattr(scoring, "FULL_WORK", 2_800)
    monkeypatch.setattr(scoring, "CANDIDATES", 2_000)
    assert best(add_up(lists, 5_000), 4).tolist() == full


def test_the_best_come_first() -> None:
    """Best first; equal scores in order of position."""
    assert best(np.array([1, 3, 3, 2], dtype=np.float32), 3).tolist() == [1, 2, 3]


@pytest.mark.parametrize("total", [100, 5_000, 600_000])
def test_rarity_means_the_same_in_all_libraries(total: int) -> None:
    """A term of one passage is as rare as can be in a library of any size; one of all passages is worth nothing."""
    assert rarity(1, total) == pytest.approx(RAREST, abs=0.1)
    assert rarity(total, total) < 0.1
