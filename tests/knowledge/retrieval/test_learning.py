"""Weights learnt from questions and answers."""

import numpy as np

from knowledge.retrieval.learning import HIGHEST, LOWEST, Lesson, learn_documents, learn_terms


def lesson(answer_first: bool) -> Lesson:
    """Two candidates, two terms: 「效力」 stands in the answer, 「可以」 in the other."""
    added = np.array([[6.0, 0.0], [0.0, 6.0]], dtype=np.float32)
    answers = np.array([answer_first, not answer_first])
    return Lesson(("效力", "可以"), np.array([True, True]), added, np.zeros(2, dtype=np.float32), answers)


def test_words_of_answers_gain_and_others_lose() -> None:
    """A word that leads to answers weighs more than 1 afterwards, one that leads away less; both stay in bounds."""
    factors = learn_terms([lesson(True)] * 30)
    assert 1 < factors["效力"] <= HIGHEST
    assert LOWEST <= factors["可以"] < 1


def test_rare_words_are_left_alone() -> None:
    """A word of too few questions gets no factor."""
    assert learn_terms([lesson(True)] * 2) == {}


def test_documents_asked_for_often_weigh_more() -> None:
    """Answers per article count, not answers."""
    weights = learn_documents([["甲法"]] * 9 + [["乙法"]], {"甲法": 100, "乙法": 100})
    assert weights["甲法"] == 1.0
    assert 0 < weights["乙法"] < 1
