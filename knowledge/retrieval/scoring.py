"""Adding up impacts: scores of all passages of a segment, and the best of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.impacts import Impacts, PostingList

Scores = npt.NDArray[np.float32]

#: When lists together are longer than this, the weightiest are added up for all passages and the rest for candidates.
FULL_WORK = 400_000
CANDIDATES = 2_000
#: Passages below this share of the best score are not looked at again, if enough are above it.
PROMISING = 0.3


#: Rarity of a term that stands in one passage only, in a library of any size: so that scores mean the same in all.
RAREST = 11.0


def rarity(df: int, total: int) -> float:
    """Inverse document frequency, BM25's, stretched so that a term of one passage has RAREST."""
    return math.log(1 + (total - df + 0.5) / (df + 0.5)) * RAREST / math.log(1 + max(total, 20) / 1.5)


def add_up(lists: Sequence[tuple[float, PostingList | Impacts]], size: int) -> Scores:
    """Σ weight × impact for every passage of a segment of `size`; 1.0 is a full impact of weight 1."""
    scores = np.zeros(size, dtype=np.float32)
    ordered = sorted(lists, key=lambda one: -one[0])
    spent = 0
    for done, (weight, postings) in enumerate(ordered):
        spent += len(postings.positions) if isinstance(postings, PostingList) else len(postings)
        if spent > FULL_WORK and done:
            _add_for_candidates(scores, ordered[done:])
            break
        if isinstance(postings, PostingList):
            # twice as fast as `+=` of chosen places; a position stands in a list once, so that both add the same
            np.add.at(scores, postings.positions.astype(np.intp), postings.impacts * np.float32(weight / 255))
        else:
            scores += postings * np.float32(weight / 255)
    return scores


def _add_for_candidates(scores: Scores, lists: Sequence[tuple[float, PostingList | Impacts]]) -> None:
    chosen = promising(scores, CANDIDATES)
    if len(chosen) > CANDIDATES:
        chosen = chosen[_highest(scores[chosen], CANDIDATES)]
    extra = np.zeros(len(chosen), dtype=np.float32)
    wanted = chosen.astype(np.int32)  # of the lists' own type, else every list would be copied
    for weight, postings in lists:
        if isinstance(postings, PostingList):
            at = np.minimum(np.searchsorted(postings.positions, wanted), len(postings.positions) - 1)
            hit = postings.positions[at] == wanted
            extra += np.where(hit, postings.impacts[at], 0) * np.float32(weight / 255)
        else:
            extra += postings[chosen] * np.float32(weight / 255)
    scores[chosen] += extra


def promising(scores: Scores, count: int) -> npt.NDArray[np.intp]:
    """Positions, rising, that are worth a closer look: at least `count` of them if as many have a score."""
    top = float(scores.max()) if len(scores) else 0.0
    chosen = np.flatnonzero(scores > top * PROMISING)
    return chosen if len(chosen) >= count else np.flatnonzero(scores > 0)


def best(scores: Scores, count: int) -> npt.NDArray[np.intp]:
    """Positions of the highest scores, best first; equal ones in order of position."""
    chosen = _highest(scores, count)
    return chosen[np.lexsort((chosen, -scores[chosen]))][:count]


def _highest(scores: Scores, count: int) -> npt.NDArray[np.intp]:
    """Positions, rising, of the highest scores: `count` of them, more where the last are equal."""
    if len(scores) <= count:
        return np.arange(len(scores))
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    return np.flatnonzero(scores >= least)
