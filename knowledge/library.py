"""The library: a question in, passages out, each with what it quotes, where that stands and whether it holds."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import catalogue as snapshots
from knowledge.catalogue import CACHE_BYTES, Catalogue, Held, PostingCache, SegmentGone
from knowledge.exact import named_passages
from knowledge.ranking import (
    JUDGED,
    LOOKED_AT,
    NUMBERED,
    STRANGE,
    SUPPORT,
    Sense,
    answering,
    best_of,
    closest_first,
    named,
    newest_first,
    pointed_first,
    pointing,
    smallness,
    support,
    weigh,
    with_number,
)
from knowledge.retrieval.query import Plan, plan
from knowledge.retrieval.quote import quote
from knowledge.retrieval.references import number_key, numbers, title_key
from knowledge.retrieval.scoring import Scores, add_up, rarity
from knowledge.retrieval.shelf import Columns, Shown
from knowledge.retrieval.spelling import Speller, standard_speller
from knowledge.retrieval.vocabulary import Vocabulary, standard
from knowledge.text import normalise
from knowledge.topics import familiar, pointed
from storage import circulars as records
from storage import postings_reading
from storage.circulars import Circular, Passage, PassageText

#: A look-up begins anew so often when merges of another process overtake it; a bulk import merges many times a second.
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found. `quote` is the part of `text` that answers; `support` how well words speak for it, 0..1.

    `likely` is how likely it answers, 0..1, which also sees whether it speaks of the subject at all.
    """

    source_id: str
    file: str
    doc_number: str
    title: str
    place: str
    text: str
    quote: str
    score: float
    circular_id: int
    passage_id: int
    validity: str
    kind: str = "circular"
    article: str = ""
    issuer: str = ""
    issued_on: date | None = None
    version: str = ""
    support: float = 0.0
    likely: float = 0.0


class Library:
    """Look-ups for one process: holds a snapshot of the catalogue and hot posting lists; sessions come from outside.

    Safe to share between threads. A change committed by any process is seen by the next look-up.
    """

    def __init__(
        self,
        *,
        vocabulary: Vocabulary | None = None,
        speller: Speller | None = None,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._base = vocabulary  # the shipped tables are read with the first question: a start waits for no word
        self._speller = speller
        self._cache = PostingCache(cache_bytes)
        self._catalogue: Catalogue | None = None
        self._loading = threading.Lock()
        self._labels: tuple[str, dict[int, dict[str, int]]] = ("", {})  # articles of laws that are pointed to

    def catalogue(self, session: Session) -> Catalogue:
        """The present state of the library; read anew only when its token has changed."""
        token = postings_reading.token(session)
        held = self._catalogue
        if held is None or held.token != token:
            with self._loading:
                held = self._catalogue = self._loaded(session, token)
        return held

    def _loaded(self, session: Session, token: str) -> Catalogue:
        """The state that has this token or a later one. Raises SegmentGone if it changes faster than it can be read.

        Each statement on PostgreSQL sees what is committed by then: what was read while the token changed is of no moment.
        """
        held = self._catalogue
        if held is not None and held.token == token:
            return held
        for _ in range(_TRIES):
            try:
                found = snapshots.load(session, token, self._base or standard(), held)
            except LookupError:  # a segment was listed and gone when it was to be read
                found = None
            now = postings_reading.token(session)
            if found is not None and now == token:
                return found
            token = now
        raise SegmentGone(token)

    def search(
        self,
        session: Session,
        query: str,
        *,
        limit: int = 10,
        place: str | None = None,
        region: str | None = None,
        today: date | None = None,
    ) -> list[Hit]:
        """The passages that answer best, best first; none for an empty question or an empty library.

        `place` is the path of the asker's unit: circulars of her own line come before others and those of other lines
        are left out. `region` is where she is in words (浙江): its rules come before national ones. What is dated after
        `today` does not hold yet.
        """
        for _ in range(_TRIES):
            with contextlib.suppress(SegmentGone):  # another process has merged since the token was read
                return self._search(session, query, limit, place, region, today)
        return self._search(session, query, limit, place, region, today)

    def _search(
        self, session: Session, query: str, limit: int, place: str | None, region: str | None, today: date | None
    ) -> list[Hit]:
        state = self.catalogue(session)
        asked = self.read(state, query)
        if not asked.weights or not state.segments or limit < 1:
            return []
        said = named(state, asked)
        scores, rarities, strange = self.scores(session, state, asked)
        ranked = best_of(state, weigh(state, asked, scores, said, place, region, today), max(limit + 6, LOOKED_AT))
        prose = [passage_id for _, passage_id, held in ranked if held.kind != "law"]
        near = self._fetched(session, state, prose)
        plain = {key: PassageText(key, "", "", "", one.body) for key, one in near.items()}
        ranked = closest_first(ranked, plain, rarities, asked)
        home = next((name for name in state.regions if region and name in region), "")
        topics = self.topics(session, state, asked)
        ranked = pointed_first(ranked, topics, asked, home)
        exact = named_passages(session, state, asked, said)
        if exact:
            top = 2 * max((one[0] for one in ranked), default=1.0)
            ids = {passage_id for passage_id, _ in exact}
            ranked = [one for one in ranked if one[1] not in ids]
            ranked += [(top - at, passage_id, held) for at, (passage_id, held) in enumerate(exact)]
        shown = newest_first(ranked)[: limit + 2]
        found = self._fetched(session, state, [passage_id for _, passage_id, _ in shown])
        sure = bool(exact) or any(share >= NUMBERED for share in said.values())
        small = smallness(state.passages)
        sense = Sense(strange, familiar(asked.text, state.vocabulary.synonyms), small)
        hits: list[Hit] = []
        for score, passage_id, held in shown:
            if (one := found.get(passage_id)) is not None and len(hits) < limit:  # one taken back is listed, but gone
                words = one.said(held.title)
                words_for = 1.0 if sure else support(asked, rarities, strange, score, words, small)
                likely = 1.0
                if not sure and len(hits) >= JUDGED:
                    likely = min(words_for, hits[-1].likely)
                elif not sure:
                    plainly = pointing(topics[passage_id][1], asked) if passage_id in topics else 0.0
                    likely = answering(asked, sense, score, words, state.vocabulary.synonyms, plainly)
                quoted = quote(one.row.text, rarities, one.sentences)
                hits.append(_hit(score, one.row, held, quoted, (words_for, likely)))
        return hits

    def by_number(self, session: Session, text: str) -> list[Circular]:
        """Documents with the 文号 in a text, however it is spelt; the likeliest first."""
        state = self.catalogue(session)
        ids = [state.held[at].id for number in numbers(normalise(text)) for at in with_number(state, number)]
        query = select(Circular).where(Circular.id.in_(ids))
        order = {key: at for at, key in enumerate(ids)}
        return sorted(session.execute(query).scalars(), key=lambda one: order[one.id])

    def show(self, session: Session, number: str) -> Circular | None:
        """The document with this 文号, else this title; the version in force when there are several."""
        exact = select(Circular).where(Circular.number_key == number_key(number)) if number_key(number) else None
        if exact is not None and (found := session.execute(exact.order_by(Circular.id.desc())).scalars().first()):
            return found
        numbered = self.by_number(session, number)
        if numbered:
            return numbered[0]
        query = select(Circular).where(Circular.title_key == title_key(number)).order_by(Circular.id.desc())
        same = session.execute(query).scalars().all()
        return next((one for one in same if one.validity == records.IN_FORCE), same[0] if same else None)

    def next_passage(self, session: Session, passage_id: int) -> Passage | None:
        """The passage after this one in its document (下一条)."""
        here = session.get(Passage, passage_id)
        if here is None:
            return None
        query = select(Passage).where(Passage.circular_id == here.circular_id, Passage.ordinal > here.ordinal)
        return session.execute(query.order_by(Passage.ordinal).limit(1)).scalar_one_or_none()

    def is_supported(self, hits: Sequence[Hit]) -> bool:
        """Whether the best hit may be given as an answer; else the bot says that it found nothing."""
        return bool(hits) and hits[0].likely >= SUPPORT

    # -- steps of a search ------------------------------------------------------------------------------------------

    def read(self, state: Catalogue, question: str) -> Plan:
        """What to look for: the question with slips mended and everyday words explained."""
        return plan(question, state.vocabulary, self._speller or standard_speller())

    def scores(self, session: Session, state: Catalogue, asked: Plan) -> tuple[list[Scores], dict[str, float], float]:
        """Scores of every passage, a vector for each segment; each term's weight with its rarity; how strange the
        question is to the library: the share of its pairs that hardly any passage has."""
        found = self._cache.fetch(session, state.segments, list(asked.weights))
        total = state.passages
        dfs = {term: sum(segment[term].df for segment in found) for term in asked.weights}
        rarities = {
            term: weight * rarity(dfs[term], total) if dfs[term] else 0.0 for term, weight in asked.weights.items()
        }
        pairs = [term for term in asked.spoken if len(term) > 1]
        strange = sum(dfs[term] <= total / STRANGE for term in pairs) / max(1, len(pairs))
        scores = []
        for lists, view in zip(found, state.segments, strict=True):
            here = [(rarities[term], one.postings) for term, one in lists.items() if one.postings is not None]
            scores.append(add_up(here, view.size))
        return scores, rarities, strange

    def _fetched(self, session: Session, state: Catalogue, passage_ids: Sequence[int]) -> dict[int, Shown]:
        return state.shelf.fetch(passage_ids, lambda missing: postings_reading.read_texts(session, missing))

    def topics(self, session: Session, state: Catalogue, asked: Plan) -> dict[int, tuple[Held, int]]:
        """Articles that the subject index points to: passage id → its document and how plainly."""
        found = {}
        for one in pointed(asked.text):
            for at in state.by_title.get(one.law, ()):
                held = state.held[at]
                if state.in_force[at] and held.kind == "law":
                    labels = self._labelled(session, state, held.id)
                    if one.article in labels:
                        found[labels[one.article]] = (held, one.said)
        return found

    def _labelled(self, session: Session, state: Catalogue, circular_id: int) -> dict[str, int]:
        token, known = self._labels
        if token != state.token:
            self._labels = token, known = state.token, {}
        if circular_id not in known:
            query = select(Passage.article, Passage.id).where(Passage.circular_id == circular_id)
            known[circular_id] = {row[0]: row[1] for row in session.execute(query.order_by(Passage.ordinal.desc()))}
        return known[circular_id]


def _hit(score: float, found: Columns, held: Held, quoted: str, odds: tuple[float, float]) -> Hit:
    return Hit(
        found.source_id,
        held.source_name,
        held.number,
        held.title,
        found.place,
        found.text,
        quoted,
        round(score, 4),
        held.id,
        found.id,
        held.validity,
        held.kind,
        found.article,
        held.issuer,
        held.issued_on,
        held.version,
        *odds,
    )
