"""Weights from questions and the passages that answer them: plain factors, one a term, that anybody can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Factors stay within these bounds, whatever the questions at hand suggest.
LOWEST, HIGHEST = 0.6, 2.5
#: A term needs this many questions.
QUESTIONS = 4
#: Scores are divided by this before they are taken for odds; how strongly factors are drawn to 1; steps of descent.
TEMPERATURE, PULL, STEPS, STRIDE = 4.0, 3.0, 60, 0.05


@dataclass(frozen=True, slots=True)
class Lesson:
    """One question: its terms, what each adds to each candidate (candidates × terms), the rest, which ones answer.

    `learns` says for each term whether its factor may move (the question's own words, not what synonyms added).
    """

    terms: Sequence[str]
    learns: npt.NDArray[np.bool_]
    added: npt.NDArray[np.float32]
    constant: npt.NDArray[np.float32]
    answers: npt.NDArray[np.bool_]


def learn_terms(lessons: Sequence[Lesson]) -> dict[str, float]:
    """A factor for each term of enough questions, such that answers come before other candidates (listwise softmax)."""
    counts = Counter(term for one in lessons for term, free in zip(one.terms, one.learns, strict=True) if free)
    index = {term: at for at, term in enumerate(sorted(term for term, n in counts.items() if n >= QUESTIONS))}
    where = [
        np.array([index.get(term, -1) if free else -1 for term, free in zip(one.terms, one.learns, strict=True)])
        for one in lessons
    ]
    theta, speed, energy = (np.zeros(len(index)) for _ in range(3))
    for step in range(1, STEPS + 1):
        slope = PULL * theta
        for one, at in zip(lessons, where, strict=True):
            known = at >= 0
            factors = np.where(known, np.exp(theta[at]), 1.0) if len(index) else np.ones(len(at))
            score = (one.added @ factors + one.constant) / TEMPERATURE
            chance = np.exp(score - score.max())
            chance /= chance.sum()
            wanted = chance * one.answers
            wanted /= wanted.sum() + 1e-9
            np.add.at(slope, at[known], ((chance - wanted) @ one.added / TEMPERATURE * factors)[known])
        speed = 0.9 * speed + 0.1 * slope  # Adam
        energy = 0.99 * energy + 0.01 * slope**2
        theta -= STRIDE * (speed / (1 - 0.9**step)) / (np.sqrt(energy / (1 - 0.99**step)) + 1e-6)
    return {term: float(np.clip(np.exp(theta[at]), LOWEST, HIGHEST)) for term, at in index.items()}


def learn_documents(
    answers: Sequence[Sequence[str]], sizes: Mapping[str, int], *, usual: float = 30.0, depth: float = 6.0
) -> dict[str, float]:
    """How asked-for each document is, 0..1: answers per article on a log scale whose range is `depth`.

    `answers` holds for each question the titles its answers stand in, `sizes` how many passages each title has.
    """
    counts: Counter[str] = Counter()
    for titles in answers:
        for title in titles:
            counts[title] += 1 / len(titles)  # type: ignore[assignment]  # a Counter of shares
    rates = {title: float(np.log((n + 0.02) / (sizes[title] + usual))) for title, n in counts.items()}
    top = max(rates.values(), default=0.0)
    return {title: round(max(0.0, 1 + (rate - top) / depth), 3) for title, rate in rates.items() if rate > top - depth}
