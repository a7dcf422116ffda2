"""What a question names is looked up, not searched: an article of a law, a document's basis, its copies, its beginning."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.catalogue import Catalogue, Held
from knowledge.ranking import ASKS_BASIS, ASKS_COPY, NUMBERED, says
from knowledge.retrieval.query import Plan
from knowledge.retrieval.references import article_label
from storage import circulars as records
from storage.circulars import Passage


def named_passages(
    session: Session, state: Catalogue, asked: Plan, said: Mapping[int, float]
) -> list[tuple[int, Held]]:
    """The passages the question names and their documents, best first; none when it describes what it wants.

    `said` tells how plainly each document is named, 0..1, by its place in the catalogue.
    """
    return (
        _articles(session, state, asked, said)
        or _parts(session, state, asked, said)
        or _heads(session, state, asked, said)
        or _citing(session, state, asked, said)
    )


def _articles(session: Session, state: Catalogue, asked: Plan, said: Mapping[int, float]) -> list[tuple[int, Held]]:
    """Passages that are the very article of the very law the question names (反家暴法23条)."""
    if not asked.articles or not said:
        return []
    labels = [article_label(one.number, one.sub) for one in asked.articles]
    held = {state.held[at].id: state.held[at] for at in said}
    order = {state.held[at].id: (state.held[at].validity != records.IN_FORCE, -said[at]) for at in said}
    query = select(Passage.id, Passage.circular_id).where(
        Passage.circular_id.in_(list(held)), Passage.article.in_(labels)
    )
    found = sorted(session.execute(query), key=lambda row: (order[row[1]], row[0]))
    return [(row[0], held[row[1]]) for row in found]


def _parts(session: Session, state: Catalogue, asked: Plan, said: Mapping[int, float]) -> list[tuple[int, Held]]:
    """What a document rests on, or who gets a copy, when that is asked of it by its number (30号文依据什么)."""
    held = {state.held[at].id: state.held[at] for at, share in said.items() if share >= NUMBERED}
    if not held or not asked.numbers:
        return []
    if ASKS_BASIS.search(asked.text):
        rows = records.resting(session, list(held))
    else:
        rows = records.copied(session, list(held)) if ASKS_COPY.search(asked.text) else []
    return [(passage_id, held[owner]) for passage_id, owner in rows][:3]


def _heads(session: Session, state: Catalogue, asked: Plan, said: Mapping[int, float]) -> list[tuple[int, Held]]:
    """Where documents begin that are asked for by nothing but their number (81号文)."""
    held = {state.held[at].id: state.held[at] for at, share in said.items() if share >= NUMBERED}
    if not asked.bare or not held:
        return []
    query = select(Passage.id, Passage.circular_id).where(Passage.circular_id.in_(list(held)), Passage.ordinal == 0)
    order = list(held)
    return [(row[0], held[row[1]]) for row in sorted(session.execute(query), key=lambda row: order.index(row[1]))]


def _citing(session: Session, state: Catalogue, asked: Plan, said: Mapping[int, float]) -> list[tuple[int, Held]]:
    """Where other documents name the one asked for by a number that the library does not hold."""
    if not asked.numbers or any(share >= NUMBERED for share in said.values()):
        return []
    rows = [row for number in asked.numbers for row in records.citing(session, number.serial)]
    fitting = [
        (passage_id, circular_id)
        for key, circular_id, passage_id in rows
        if any(says(key, number) for number in asked.numbers) and circular_id in state.index
    ]
    return [(one, state.held[state.index[owner]]) for one, owner in dict(fitting).items()][:3]
