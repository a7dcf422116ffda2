"""Fit the likelihood that a passage answers (`knowledge.ranking.SUPPORTING`) and print what would be refused.

    python tests/benchmarks/calibrate_library.py DATABASE_URL [QUESTIONS.jsonl …]

Answerable: the files named and tests/knowledge/questions/answerable.tsv; unanswerable: unanswerable.txt beside it.
Shares are cross-validated (eight folds).
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge import library as module
from knowledge.library import Library
from storage.store import Store

QUESTIONS = Path(__file__).parents[1] / "knowledge" / "questions"


def lines(name: str) -> list[str]:
    text = (QUESTIONS / name).read_text(encoding="utf-8")
    return [line.split("\t")[0] for line in text.splitlines() if line and not line.startswith("#")]


def signs(store: Store, library: Library, questions: Sequence[str]) -> list[tuple[float, ...]]:
    """What `support` is computed from, for the best passage of each question."""
    found = []
    for question in questions:
        with store.read() as session:
            if hits := library.search(session, question, limit=1):
                found.append((1.0, *module.support_signs(session, library, question, hits[0])))
    return found


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method, lightly drawn to zero."""
    b = np.zeros(x.shape[1])
    for _ in range(80):
        p = 1 / (1 + np.exp(-x @ b))
        slope = x.T @ (weight * (p - y)) + 0.3 * np.r_[0, b[1:]]
        b -= np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x + 0.3 * np.eye(len(b)), slope)
    return b


def main() -> None:
    store, library = Store(sys.argv[1], secret="x" * 40), Library()
    groups = {path: [json.loads(one)["query"] for one in Path(path).read_text().splitlines()] for path in sys.argv[2:]}
    groups |= {"answerable.tsv": lines("answerable.tsv"), "unanswerable.txt": lines("unanswerable.txt")}
    found = {name: signs(store, library, questions) for name, questions in groups.items()}
    x = np.array([one for rows in found.values() for one in rows])
    group = np.array([name for name, rows in found.items() for _ in rows])
    y = (group != "unanswerable.txt").astype(float)
    weight = np.array([100 / len(found[name]) for name in group])
    weight[y == 0] *= 2
    folds = np.random.default_rng(0).integers(0, 8, len(y))
    likely = np.zeros(len(y))
    for fold in range(8):
        here = folds == fold
        likely[here] = 1 / (1 + np.exp(-x[here] @ fit(x[~here], y[~here], weight[~here])))
    for limit in (0.2, 0.3, 0.35, 0.4, 0.5):
        print(limit, {name: round(float((likely[group == name] < limit).mean()), 3) for name in found})
    print("SUPPORTING =", tuple(round(float(one), 1) for one in fit(x, y, weight)))
    assert math.isfinite(float(likely.sum()))


if __name__ == "__main__":
    main()
