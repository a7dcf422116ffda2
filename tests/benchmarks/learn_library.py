"""Learn what the library ships under knowledge/data/retrieval/learnt_*.tsv from questions with known answers.

    python tests/benchmarks/learn_library.py DATABASE_URL QUESTIONS.jsonl [--write]

The database holds the corpus; the questions are lines {"id", "query", "rel": {"source id": grade}}. Prints the score of
five-fold cross-validation (learnt on four fifths, measured on the fifth) before anything is written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from knowledge.catalogue import Catalogue
from knowledge.library import Library
from knowledge.ranking import asked_for, weigh
from knowledge.retrieval.impacts import PostingList
from knowledge.retrieval.learning import Lesson, learn_documents, learn_terms
from knowledge.retrieval.query import Plan, plan
from knowledge.retrieval.scoring import best
from knowledge.retrieval.vocabulary import standard
from storage.circulars import Circular, Passage
from storage.store import Store

CANDIDATES = 150
DATA = Path(__file__).parents[2] / "knowledge" / "data" / "retrieval"
HEAD = "# 由 tests/benchmarks/learn_library.py 从问题和答案学得，可以逐行查看、修改、删除。"


@dataclass(slots=True)
class Case:
    asked: Plan
    candidates: np.ndarray
    matrix: np.ndarray
    titles: list[str]
    answers: np.ndarray
    documents: np.ndarray


def cases(store: Store, questions: Sequence[dict]) -> tuple[list[Case], Catalogue, dict[str, int]]:
    """Candidates of each question under the weights without learning, with what each term adds."""
    library = Library(vocabulary=replace(standard(), learnt_laws={}, question_weights={}))
    found = []
    with store.read() as session:
        state = library.catalogue(session)
        assert len(state.segments) == 1, "import the corpus in one go first"
        view = state.segments[0]
        order = np.argsort(view.passages)
        ids = {key: one for one, key in session.execute(select(Passage.id, Passage.source_id))}
        sizes = dict(
            session.execute(
                select(Circular.title_key, func.count())
                .join(Passage, Passage.circular_id == Circular.id)
                .group_by(Circular.title_key)
            ).all()
        )
        for question in questions:
            asked = plan(question["query"], state.vocabulary)
            scores, rarities, _ = library.scores(session, state, asked)
            weighed = weigh(state, asked, scores, {}, None, None, None)
            right = order[np.searchsorted(view.passages[order], [ids[key] for key in question["rel"]])]
            at, values = weighed[0]
            chosen = np.unique(np.concatenate([at[best(values, CANDIDATES)], right]))
            lists = library._cache.fetch(session, state.segments, list(asked.weights))[0]
            matrix = np.zeros((len(chosen), len(asked.weights)), dtype=np.float32)
            for at, term in enumerate(asked.weights):
                postings = lists[term].postings
                if isinstance(postings, PostingList):
                    place = np.minimum(np.searchsorted(postings.positions, chosen), len(postings.positions) - 1)
                    hit = postings.positions[place] == chosen
                    matrix[:, at] = np.where(hit, postings.impacts[place], 0) * rarities[term] / 255
                elif postings is not None:
                    matrix[:, at] = postings[chosen] * rarities[term] / 255
            documents = view.documents[chosen]
            titles = [state.held[at].title_key for at in view.documents[right]]
            found.append(Case(asked, chosen, matrix, titles, np.isin(chosen, right), documents))
    return found, state, sizes


def lesson(case: Case, state: Catalogue, laws: dict[str, float]) -> Lesson:
    weights = np.array([state.held[at].weight for at in case.documents], dtype=np.float32)
    learnt = np.array([laws.get(state.held[at].title_key, 0.0) for at in case.documents], dtype=np.float32)
    constant = asked_for(weights, learnt, case.asked)
    terms = list(case.asked.weights)
    learns = np.array([term in case.asked.spoken for term in terms])
    return Lesson(terms, learns, case.matrix, constant.astype(np.float32), case.answers)


def reciprocal(one: Lesson, factors: dict[str, float]) -> float:
    weights = np.array([factors.get(t, 1.0) if free else 1.0 for t, free in zip(one.terms, one.learns, strict=True)])
    order = np.argsort(-(one.added @ weights + one.constant), kind="stable")[:10]
    hits = np.flatnonzero(one.answers[order])
    return 1 / (hits[0] + 1) if len(hits) else 0.0


def main() -> None:
    url, path = sys.argv[1], Path(sys.argv[2])
    questions = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    store = Store(url, secret="x" * 40)
    every, state, sizes = cases(store, questions)
    folds = np.random.default_rng(0).integers(0, 5, len(every))
    plain, with_laws, with_both = [], [], []
    for fold in range(5):
        taught = [case for case, at in zip(every, folds, strict=True) if at != fold]
        asked = [case for case, at in zip(every, folds, strict=True) if at == fold]
        laws = learn_documents([case.titles for case in taught], sizes)
        factors = learn_terms([lesson(case, state, laws) for case in taught])
        plain += [reciprocal(lesson(case, state, {}), {}) for case in asked]
        with_laws += [reciprocal(lesson(case, state, laws), {}) for case in asked]
        with_both += [reciprocal(lesson(case, state, laws), factors) for case in asked]
    scores = [float(np.mean(one)) for one in (plain, with_laws, with_both)]
    print("MRR@10, five-fold: nothing learnt {:.4f}, laws {:.4f}, terms too {:.4f}".format(*scores))
    if "--write" in sys.argv:
        laws = learn_documents([case.titles for case in every], sizes)
        factors = learn_terms([lesson(case, state, laws) for case in every])
        changed = {term: value for term, value in factors.items() if abs(value - 1) >= 0.05}
        write(DATA / "learnt_laws.tsv", "法律名称、被问到的分量（0–1）", laws)
        write(DATA / "learnt_terms.tsv", "问题里的字词、分量的倍数（1 为不变）", changed)


def write(path: Path, head: str, values: dict[str, float]) -> None:
    lines = [f"{key}\t{value:.2f}" for key, value in sorted(values.items(), key=lambda one: (-one[1], one[0]))]
    path.write_text("\n".join([HEAD, f"# {head}", *lines]) + "\n", encoding="utf-8")
    print(path.name, len(lines))


if __name__ == "__main__":
    main()
