"""Chooses, among what the library finds, what may be said to her: on the subject, not mere framing, well supported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import answers
from knowledge.library import Hit, Library
from knowledge.questions import alike, likeness
from knowledge.ranking import SUPPORT
from knowledge.retrieval.references import article_label
from knowledge.text import normalise
from storage.circulars import IN_FORCE, FaqEntry, Passage, Question

_REPLACED = Path(answers.__file__).parent / "data" / "retrieval" / "replaced_laws.tsv"

#: How likely a passage must answer, by what the message seems to be; talk is only answered when it clearly is a question.
SURE = {"question": SUPPORT, "other": 0.6, "command": 0.6, "report": 0.75, "notice": 0.75, "chat": 0.85}
#: The least share of the subject that must be spoken of; a long story is not held to it, nor what is CERTAIN.
SPEAKS = {"question": 0.3, "other": 0.4, "command": 0.5, "report": 0.6, "notice": 0.6, "chat": 0.7}
CERTAIN = 0.75
#: The smaller, the more it costs a circular's passage not to speak of the subject.
UNSPOKEN = 0.4
#: Lengths of questions between which the order of the library takes over.
SHORT, LONG = 12, 26
#: Below these an answer is given as the nearest there is, not as the answer.
NEAR, NEAR_SPEAKS = 0.6, 0.4
#: A short question one of whose subjects a circular's passage does not touch at all is not answered by it.
MISSED_SHORT, MISSED_SPEAKS, PLAIN = 0.5, 0.65, 0.95
#: What a passage is worth that only frames its circular, or only says what its law is for.
FRAME, FORMAL = 0.5, 0.6
#: From this share on a circular with the subject in its title answers, however common its words are.
TITLED = 0.9
#: What else was found is offered when it is about as likely, or speaks of the subject about as much as the best does.
ALSO, ALSO_LIKELY = 0.6, 0.25
#: A rule of her own region goes before a national one from this share of its likelihood on.
AT_HOME = 0.85


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question: hits in the order in which they are shown, and whether the first may be said.

    `missing` is the article that was asked for by name and is not in the library (第二十三条); `nearest`: the first is
    near the question, but does not hold what was asked for (how many days, how much); `replaced`: the law whose article
    was asked for holds no longer, and which one does.
    """

    hits: tuple[Hit, ...]
    supported: bool
    missing: str = ""
    nearest: bool = False
    replaced: tuple[str, str] | None = None


def find(
    session: Session,
    library: Library,
    question: str,
    *,
    intent: str = "question",
    path: str = "",
    region: str = "",
    today: date | None = None,
) -> Found:
    """Search and choose. `path` and `region` are where the asker is."""
    hits = library.search(session, question, limit=20, place=path or None, region=region or None, today=today)
    if not hits:
        return Found((), False)
    state = library.catalogue(session)
    asked = library.read(state, question)
    if asked.articles and (old := replaced_law(normalise(question))) and old[0] not in state.by_title:
        return Found((), False, replaced=old)
    labels = {article_label(one.number, one.sub) for one in asked.articles}
    if labels and not any(hit.article in labels for hit in hits[:3]):
        return Found((), False, next(iter(labels)))
    named = bool(asked.numbers) or bool(labels)
    said = question if asked.text == normalise(question) else asked.text

    def speaks(hit: Hit) -> float:
        whole = f"{hit.title}\n{hit.place}\n{hit.text}"
        return max(answers.covered(one, whole, state.vocabulary.synonyms) for one in {question, said})

    shares = {hit.passage_id: speaks(hit) for hit in hits}
    same = _same_question(session, question, hits)
    # the shorter a question, the more its subject says of what it is about
    trust = min(1.0, max(0.0, (LONG - len(question)) / (LONG - SHORT)))

    def value(hit: Hit) -> tuple[bool, bool, float]:
        worth = FRAME if is_frame(hit, question) else FORMAL if answers.is_formal(hit.text, question) else 1.0
        if hit.kind != "law":  # an article is about one thing; a circular's passage must speak of this one
            worth *= ((UNSPOKEN + shares[hit.passage_id]) / (UNSPOKEN + 1)) ** trust * answers.fits(question, hit.text)
        return hit.passage_id in same, hit.article in labels, hit.score * worth

    # an article that is asked for by its number is read from its beginning, none of it marked
    hits = [replace(hit, quote="") if hit.article in labels else hit for hit in hits]
    ranked = in_force_first(list(hits) if named else sorted(hits, key=value, reverse=True))
    if not named and any(name in region for name in state.regions):
        regions = {hit.passage_id: state.held[state.index[hit.circular_id]].region for hit in ranked}
        ranked = home_first(ranked, [h for h in ranked if regions[h.passage_id] and regions[h.passage_id] in region])
    best = ranked[0]
    if named or best.passage_id in same:
        return Found(tuple(ranked[:8]), True)
    share = shares[best.passage_id]
    likely = max(best.likely, hits[0].likely if best in hits[:2] else 0.0)
    # a circular of hers whose very title is what she asks about
    titled = (
        best.kind == "circular" and share >= TITLED and any(run in best.title for run in answers.subjects(question))
    )
    # everyday words rarely stand in an article, whose likelihood knows them: only circulars must speak of the subject
    least = 0.0 if best.kind == "law" and intent == "question" else SPEAKS.get(intent, 0.7)
    sure = likely >= SURE.get(intent, 0.85) and (share >= least * trust or (intent == "question" and likely >= CERTAIN))
    whole = f"{best.title}\n{best.place}\n{best.text}"
    missed = all(answers.misses(one, whole, state.vocabulary.synonyms) for one in {question, said})
    # the electricity of the 妇女之家 is asked about, and nothing here speaks of electricity
    missed = missed and best.kind != "law" and trust > MISSED_SHORT and share < MISSED_SPEAKS
    sure = sure and not (missed and likely < PLAIN)
    sure = sure or (intent == "question" and titled)
    near = missed or answers.fits(question, best.text) < 1 or likely < NEAR or share < NEAR_SPEAKS
    also = [
        hit
        for hit in ranked[1:]
        if hit.likely >= ALSO_LIKELY and shares[hit.passage_id] >= ALSO * share and not is_frame(hit, question)
    ]
    return Found((best, *also[:7]), sure, nearest=near)


def home_first(ranked: Sequence[Hit], at_home: Sequence[Hit]) -> list[Hit]:
    """What a rule of the asker's region says about as surely as the national one goes before it.

    `at_home` are the hits of her region, in their order.
    """
    best = ranked[0]
    if best.kind != "law":
        return list(ranked)
    laws = (hit for hit in at_home if hit.kind == "law" and hit.validity in (IN_FORCE, best.validity))
    local = next((hit for hit in laws if hit.likely >= AT_HOME * best.likely), best)
    return [local, *(hit for hit in ranked if hit is not local)]


@cache
def _replaced() -> tuple[tuple[str, str], ...]:
    lines = _REPLACED.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((old, new) for old, new in rows)


def replaced_law(said: str) -> tuple[str, str] | None:
    """The law named before an article that holds no longer, with the one that does: its articles are numbered anew.

    >>> replaced_law("婚姻法第三十二条")
    ('婚姻法', '民法典')
    """
    for old, new in _replaced():
        if re.search(
            rf"(?:^|[^\u4e00-\u9fff]|共和国|按照?|依照?|看看?|查){old}》?第?[\d一二三四五六七八九十百]+条", said
        ):
            return old, new
    return None


def is_frame(hit: Hit, question: str = "") -> bool:
    """Whether a hit only frames its circular."""
    return hit.kind == "circular" and (
        answers.is_frame(body(hit.text), question) or answers.is_frame(hit.text, question)
    )


def body(text: str) -> str:
    """A passage's text without a line of headings in front."""
    head, line, rest = text.partition("\n")
    return rest if line and len(head) <= 110 and rest else text


def in_force_first(hits: Sequence[Hit]) -> list[Hit]:
    """Of one document under one title the version in force before the others, wherever they stood."""
    ordered = list(hits)
    for at, hit in enumerate(ordered):
        if hit.validity == "in_force":
            continue
        later = next(
            (
                n
                for n in range(at + 1, len(ordered))
                if ordered[n].title == hit.title and ordered[n].validity == "in_force"
            ),
            None,
        )
        if later is not None:
            ordered.insert(at, ordered.pop(later))
    return ordered


def _same_question(session: Session, question: str, hits: Sequence[Hit]) -> set[int]:
    """Passages of answers that officials gave to this very question."""
    ids = [hit.passage_id for hit in hits if hit.kind == "faq"]
    if not ids:
        return set()
    asked = Question(text=question, likeness=likeness(question), outcome="", asked_at=None)  # type: ignore[arg-type]  # only compared, never stored
    rows = session.execute(select(FaqEntry.passage_id, FaqEntry.question).where(FaqEntry.passage_id.in_(ids)))
    return {
        key
        for key, text in rows
        if key is not None and alike(asked, Question(text=text, likeness=likeness(text), outcome="", asked_at=None))  # type: ignore[arg-type]  # likewise
    }


def following(session: Session, passage_id: int, *, limit: int) -> list[Passage]:
    """The passages behind one in its document, in order."""
    here = session.get_one(Passage, passage_id)
    query = select(Passage).where(Passage.circular_id == here.circular_id, Passage.ordinal > here.ordinal)
    return list(session.scalars(query.order_by(Passage.ordinal).limit(limit)))
