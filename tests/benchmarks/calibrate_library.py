"""Fit the likelihoods that a passage answers (`knowledge.ranking.ANSWERING`, `SUPPORTING`) and print what is refused.

    python tests/benchmarks/calibrate_library.py LAWS_DATABASE_URL CIRCULARS_DATABASE_URL

The first holds the articles of ../shared/retrieval, the second the documents of ../shared/circulars (`niangjia library
import`). Questions are our own, under tests/knowledge/questions. Answerable in the laws: answerable.tsv; in the
circulars: lookups.tsv. Unanswerable in both: unanswerable.txt; in the circulars also unanswerable_small.txt and what is
asked of the laws. Shares refused are cross-validated (eight folds): each question is judged by coefficients that were
fitted without it. Printed coefficients are rounded as they stand in the code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge import ranking
from knowledge.library import Library
from knowledge.topics import familiar
from storage.store import Store

QUESTIONS = Path(__file__).parents[1] / "knowledge" / "questions"
#: Words and topics have been written with most of these everyday questions in view; those of others are stranger.
FRESH = 1.7
LIMITS = (0.15, ranking.SUPPORT, 0.25, 0.3, 0.4, 0.5)


def lines(name: str, column: int = 0) -> list[str]:
    text = (QUESTIONS / name).read_text(encoding="utf-8")
    return [line.split("\t")[column] for line in text.splitlines() if line and not line.startswith("#")]


def signs(store: Store, library: Library, question: str) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """What `answering` and `support` are computed from, for the best passage; None where a number names it."""
    with store.read() as session:
        hits = library.search(session, question, limit=1)
        if not hits or hits[0].likely == 1.0:
            return None
        state, hit = library.catalogue(session), hits[0]
        asked = library.read(state, question)
        _, rarities, strange = library.scores(session, state, asked)
        topics = library.topics(session, state, asked)
        words = f"{hit.title}\n{hit.place}\n{hit.text}"
        plainly = ranking.pointing(topics[hit.passage_id][1], asked) if hit.passage_id in topics else 0.0
        synonyms = state.vocabulary.synonyms
        sense = ranking.Sense(strange, familiar(asked.text, synonyms), ranking.smallness(state.passages))
        answering = ranking.answering_signs(asked, sense, hit.score, words, synonyms, plainly)
        return (1.0, *answering), (1.0, *ranking.signs_of(asked, rarities, strange, hit.score, words))


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method, lightly drawn to zero."""
    b = np.zeros(x.shape[1])
    for _ in range(80):
        p = 1 / (1 + np.exp(-x @ b))
        slope = x.T @ (weight * (p - y)) + 0.3 * np.r_[0, b[1:]]
        b -= np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x + 0.3 * np.eye(len(b)), slope)
    return b


def weights(group: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Each set weighs a hundred questions; both classes weigh the same, then what the laws answer FRESH times as much."""
    weight = np.array([100 / np.sum(group == name) for name in group])
    weight[y == 0] *= weight[y == 1].sum() / weight[y == 0].sum()
    weight[group == "laws answers"] *= FRESH
    return weight


def report(name: str, x: np.ndarray, y: np.ndarray, group: np.ndarray) -> None:
    weight = weights(group, y)
    folds = np.random.default_rng(0).integers(0, 8, len(y))
    likely = np.zeros(len(y))
    for fold in range(8):
        here = folds == fold
        likely[here] = 1 / (1 + np.exp(-x[here] @ fit(x[~here], y[~here], weight[~here])))
    for limit in LIMITS:
        shares = {one: round(float((likely[group == one] < limit).mean()), 3) for one in dict.fromkeys(group.tolist())}
        print(limit, shares)
    print(f"{name} =", tuple(round(float(one), 1) for one in fit(x, y, weight)))


def main(urls: Sequence[str]) -> None:
    sets = {
        "laws": (lines("answerable.tsv"), lines("unanswerable.txt")),
        "circulars": (
            lines("lookups.tsv", 1),
            [*lines("unanswerable.txt"), *lines("unanswerable_small.txt"), *lines("answerable.tsv")],
        ),
    }
    rows = []
    for url, (name, (answerable, unanswerable)) in zip(urls, sets.items(), strict=True):
        store, library = Store(url, secret="x" * 40), Library()
        for right, questions in ((1.0, answerable), (0.0, unanswerable)):
            found = [signs(store, library, question) for question in questions]
            rows += [(f"{name} {'answers' if right else 'no answer'}", right, *one) for one in found if one is not None]
    group, y = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    report("ANSWERING", np.array([row[2] for row in rows]), y, group)
    laws = np.char.startswith(group, "laws")
    report("SUPPORTING", np.array([row[3] for row in rows])[laws], y[laws], group[laws])


if __name__ == "__main__":
    main(sys.argv[1:])
