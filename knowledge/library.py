"""The library: a question in, passages out, each with what it quotes, where that stands and whether it holds."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import catalogue as snapshots
from knowledge.catalogue import CACHE_BYTES, Catalogue, PostingCache
from knowledge.retrieval.query import Plan, plan
from knowledge.retrieval.quote import quote
from knowledge.retrieval.references import Number, article_label, number_key, numbers, title_key
from knowledge.retrieval.scoring import Scores, add_up, best, rarity
from knowledge.retrieval.spelling import Speller, standard_speller
from knowledge.retrieval.vocabulary import Vocabulary, standard
from knowledge.text import normalise
from storage import circulars as records
from storage.circulars import Circular, Passage, Shown

#: What a document's weight for the federation's work (0..1) adds to a passage's score, and what the weight learnt from
#: questions adds; the latter in full for a question of USUAL_LENGTH characters, less for the short ones of a chat.
ASKED_FOR, LEARNT, USUAL_LENGTH = 10.0, 12.0, 26
#: Shares of the best score: a document named by number, by title; a rule of the reader's region, of another one.
NUMBERED, TITLED, AT_HOME, ELSEWHERE = 1.0, 0.3, 0.3, 0.12
#: What a repealed or replaced document's score is multiplied with, unless its year was asked for.
NOT_IN_FORCE = 0.55
#: From this likelihood on the best passage is taken for an answer, else the bot says that it found nothing.
SUPPORT = 0.35
SUPPORTING = (-20.2, 6.1, -4.1, 2.1, 0.6)
#: Added to the log odds in a library of a hundred passages; nothing is from sixty thousand on.
SMALL = 2.3
#: A pair in no more than one of this many passages is strange to the library.
STRANGE = 8_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found. `quote` is the part of `text` that answers; `support` how likely that is, 0..1."""

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
        self._base = vocabulary or standard()
        self._speller = speller or standard_speller()
        self._cache = PostingCache(cache_bytes)
        self._catalogue: Catalogue | None = None
        self._loading = threading.Lock()

    def catalogue(self, session: Session) -> Catalogue:
        """The present state of the library; read anew only when its token has changed."""
        token = records.library_token(session)
        held = self._catalogue
        if held is None or held.token != token:
            with self._loading:
                held = self._catalogue
                if held is None or held.token != token:
                    held = snapshots.load(session, token, self._base, held)
                    self._catalogue = held
        return held

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
        state = self.catalogue(session)
        asked = self.read(state, query)
        if not asked.weights or not state.segments or limit < 1:
            return []
        named = self._named(state, asked)
        scores, rarities, strange = self.scores(session, state, asked)
        weighed = self.weigh(state, asked, scores, named, place, region, today)
        chosen = _best(weighed, limit + 6)
        first = self._articles(session, state, asked, named)
        ids = list(dict.fromkeys([*first, *(int(state.segments[at].passages[position]) for at, position, _ in chosen)]))
        values = {int(state.segments[at].passages[position]): value for at, position, value in chosen}
        top = max(values.values(), default=0.0)
        found = records.shown(session, ids)
        ranked = [(values.get(key, top) + (top if key in first else 0.0), found[key]) for key in ids if key in found]
        small = _smallness(state.passages)
        sure = bool(first) or any(share >= NUMBERED for share in named.values())
        return [_hit(*one, asked, rarities, strange, sure, small) for one in _newest_first(ranked)[:limit]]

    def by_number(self, session: Session, text: str) -> list[Circular]:
        """Documents with the 文号 in a text, however it is spelt; the likeliest first."""
        state = self.catalogue(session)
        ids = [state.held[at].id for number in numbers(normalise(text)) for at in _with_number(state, number)]
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
        return bool(hits) and hits[0].support >= SUPPORT

    # -- steps of a search ------------------------------------------------------------------------------------------

    def read(self, state: Catalogue, question: str) -> Plan:
        """What to look for: the question with slips mended and everyday words explained."""
        return plan(question, state.vocabulary, self._speller)

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

    def _named(self, state: Catalogue, asked: Plan) -> dict[int, float]:
        """Documents named in the question (index in the catalogue), each with what that is worth."""
        named = {at: NUMBERED for number in asked.numbers for at in _with_number(state, number)}
        for key, _ in state.titled(asked.names):
            for at in state.by_title[key]:
                named.setdefault(at, TITLED)
        return named

    def weigh(
        self,
        state: Catalogue,
        asked: Plan,
        scores: Sequence[Scores],
        named: Mapping[int, float],
        place: str | None,
        region: str | None,
        today: date | None,
    ) -> list[Scores]:
        """Scores with what is known of the documents: how asked-for, named, in force, of which region and unit."""
        factor = np.ones(len(state.held), dtype=np.float32)
        bonus = np.zeros(len(state.held), dtype=np.float32)
        years = asked.years
        for at in np.flatnonzero(~state.in_force).tolist():
            one = state.held[at]
            said = {int(text[:4]) for text in (one.version, str(one.issued_on or "")) if text[:4].isdigit()}
            factor[at] = 1.0 if years & said else NOT_IN_FORCE
        if today is not None:
            factor[[at for at, one in enumerate(state.held) if one.issued_on and one.issued_on > today]] = NOT_IN_FORCE
        here = next((name for name in state.regions if name in asked.text), region)
        for at, one in enumerate(state.held) if state.regions or place is not None else ():
            if one.region:
                bonus[at] += AT_HOME if here and (one.region in here or here in one.region) else -ELSEWHERE
            if one.scope and place is not None:
                bonus[at] += AT_HOME if place.startswith(one.scope) else -10.0
        for at, share in named.items():
            bonus[at] += share
        top = max((float(one.max()) for one in scores if len(one)), default=0.0)
        constant = (asked_for(state.weights, state.learnt, asked) + bonus * top) * factor
        return [
            np.where(one > 0, one * factor[view.documents] + constant[view.documents], 0)
            for one, view in zip(scores, state.segments, strict=True)
        ]

    def _articles(self, session: Session, state: Catalogue, asked: Plan, named: Mapping[int, float]) -> list[int]:
        """Passages that are the very article of the very law the question names (反家暴法23条)."""
        if not asked.articles or not named:
            return []
        labels = [article_label(one.number, one.sub) for one in asked.articles]
        ids = [state.held[at].id for at in named]
        query = select(Passage.id, Passage.circular_id).where(
            Passage.circular_id.in_(ids), Passage.article.in_(labels)
        )
        order = {state.held[at].id: (state.held[at].validity != records.IN_FORCE, -named[at]) for at in named}
        return [row[0] for row in sorted(session.execute(query), key=lambda row: (order[row[1]], row[0]))]


def asked_for(weights: Scores, learnt: Scores, asked: Plan) -> Scores:
    """What being asked for often adds to the passages of each document."""
    share = min(1.0, len(asked.text) / USUAL_LENGTH) ** 2
    return weights * np.float32(ASKED_FOR) + learnt * np.float32(LEARNT * share)


Ranked = tuple[float, Shown]


def _hit(
    score: float, one: Shown, asked: Plan, rarities: Mapping[str, float], strange: float, sure: bool, small: float
) -> Hit:
    return Hit(
        one.source_id,
        one.source_name,
        one.number,
        one.title,
        one.place,
        one.text,
        quote(one.text, rarities),
        round(score, 4),
        one.circular_id,
        one.passage_id,
        one.validity,
        one.kind,
        one.article,
        one.issuer,
        one.issued_on,
        one.version,
        1.0 if sure else support(asked, rarities, strange, score, f"{one.title}\n{one.place}\n{one.text}", small),
    )


def _smallness(passages: int) -> float:
    """What is added for a small library, where fewer passages compete and the same words score less."""
    return SMALL * (1 - min(1.0, max(0.0, (math.log10(max(passages, 1)) - 2) / 2.8)))


def support(
    asked: Plan, rarities: Mapping[str, float], strange: float, score: float, text: str, small: float = 0.0
) -> float:
    """How likely a passage answers, 0..1, from its score, what it holds of the question, and how strange that is.

    Coefficients: logistic regression on answerable and unanswerable questions (tests/benchmarks/calibrate_library.py).
    """
    signs = (1.0, *_signs(asked, rarities, strange, score, text))
    return 1 / (1 + math.exp(-small - sum(a * b for a, b in zip(SUPPORTING, signs, strict=True))))


def _signs(
    asked: Plan, rarities: Mapping[str, float], strange: float, score: float, text: str
) -> tuple[float, float, int, float]:
    plain = normalise(text)
    got = sum(rarities.get(term, 0.0) for term in asked.weights if len(term) > 1 and term in plain)
    return math.log1p(max(score, 0.0)), strange, min(asked.explained, 4), math.log1p(got)


def support_signs(session: Session, library: Library, question: str, hit: Hit) -> tuple[float, float, int, float]:
    """What `support` rests on for a hit: log score, strangeness, explained words, log of what the passage holds."""
    state = library.catalogue(session)
    asked = library.read(state, question)
    _, rarities, strange = library.scores(session, state, asked)
    return _signs(asked, rarities, strange, hit.score, f"{hit.title}\n{hit.place}\n{hit.text}")


def _with_number(state: Catalogue, number: Number) -> list[int]:
    """Documents with a 文号, whose missing parts match anything; the newest first."""
    found = [
        (not number.code or number.code.endswith(code) or code.endswith(number.code), year, at)
        for code, year, at in state.by_serial.get(number.serial, ())
        if number.year is None or number.year == year
    ]
    exact = any(same for same, _, _ in found)  # 「泉州市妇联2010年2号」: the issuer instead of its code (泉妇支)
    return [at for same, _, at in sorted(found, reverse=True) if same or (not exact and number.year)]


def _best(weighed: Sequence[Scores], count: int) -> list[tuple[int, int, float]]:
    """(segment, position, score) of the best passages of all segments."""
    found = [
        (at, int(position), float(scores[position]))
        for at, scores in enumerate(weighed)
        for position in best(scores, count)
        if scores[position] > 0
    ]
    return sorted(found, key=lambda one: -one[2])[:count]


def _newest_first(ranked: list[Ranked]) -> list[Ranked]:
    """Highest score first, but no replaced version of a document before the one in force."""
    ranked.sort(key=lambda one: -one[0])
    ordered: list[Ranked] = []
    waiting: dict[str, list[Ranked]] = {}
    holds = {one[1].title_key for one in ranked if one[1].validity == records.IN_FORCE}
    for one in ranked:
        key = one[1].title_key
        if one[1].validity == records.IN_FORCE:
            ordered += [one, *waiting.pop(key, ())]
            holds.discard(key)
        elif key in holds:
            waiting.setdefault(key, []).append(one)
        else:
            ordered.append(one)
    return ordered
