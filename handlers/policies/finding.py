"""Chooses, among what the library finds, what may be said to her: on the subject, not mere framing, well supported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import answers
from knowledge.library import Hit, Library
from knowledge.questions import alike, likeness
from knowledge.retrieval.references import article_label
from knowledge.text import normalise
from storage.circulars import FaqEntry, Passage, Question

#: How sure an answer must be, by what the message seems to be; talk is only answered when it clearly is a question.
SURE = {"question": 0.35, "other": 0.6, "command": 0.6, "report": 0.7, "notice": 0.7, "chat": 0.85}
#: The least share of the subjects that must be spoken of, likewise; a long story is not held to it.
SPEAKS = {"question": 0.3, "other": 0.4, "command": 0.6, "report": 0.7, "notice": 0.7, "chat": 0.75}
#: Lengths of questions between which the order of the library takes over.
SHORT, LONG = 12, 26
#: Below these an answer is given as the nearest there is, not as the answer.
NEAR_SUPPORT, NEAR_SPEAKS, MISSED_SPEAKS = 0.5, 0.55, 0.65
#: In a library of so many passages the words of a question alone may be trusted, if the library is this sure of them.
LARGE, CERTAIN, FIRST_SUPPORT = 5_000, 0.995, 0.6
#: From this share on a circular with the subject in its title answers, however common its words are.
TITLED = 0.9
#: What else was found is offered when it speaks of the subject about as much as the best does.
ALSO = 0.6


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question: hits in the order in which they are shown, and whether the first may be said.

    `missing` is the article that was asked for by name and is not in the library (第二十三条); `nearest`: the first is
    near the question, but does not hold what was asked for (how many days, how much).
    """

    hits: tuple[Hit, ...]
    supported: bool
    missing: str = ""
    nearest: bool = False


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
    # short questions are ranked by their subject too; for long ones the library's own order is the better one
    trust = min(1.0, max(0.0, (LONG - len(question)) / (LONG - SHORT)))

    def value(hit: Hit) -> tuple[bool, bool, float]:
        subject = (0.4 + shares[hit.passage_id]) * answers.fits(question, hit.text)
        frame = 0.5 if is_frame(hit, question) else 0.6 if answers.is_formal(hit.text, question) else 1.0
        return hit.passage_id in same, hit.article in labels, hit.score * subject**trust * frame

    ranked = list(hits) if named else sorted(hits, key=value, reverse=True)
    ranked = in_force_first(ranked)
    best = ranked[0]
    share = shares[best.passage_id]
    if named or best.passage_id in same:
        return Found(tuple(ranked[:8]), True)
    least = SPEAKS.get(intent, 0.75) * (0.4 + 0.6 * trust)
    certain = intent == "question" and best.support >= CERTAIN and state.passages >= LARGE
    sure = best.support >= SURE.get(intent, 0.85) and (share >= least or certain)
    # a circular of hers whose very title is what she asks about
    titled = (
        best.kind == "circular" and share >= TITLED and any(run in best.title for run in answers.subjects(question))
    )
    sure = sure or (intent == "question" and titled)
    near = answers.fits(question, best.text) < 1 or best.support < NEAR_SUPPORT
    whole = f"{best.title}\n{best.place}\n{best.text}"
    missed = all(answers.misses(one, whole, state.vocabulary.synonyms) for one in {question, said})
    near = (
        near
        or share < least
        or (trust > 0.5 and share < NEAR_SPEAKS)
        or (trust > 0.8 and missed and share < MISSED_SPEAKS)
    )
    if not sure and intent == "question" and state.passages >= LARGE and hits[0].support >= FIRST_SUPPORT:
        best, sure, near = hits[0], True, True  # the library's own choice, for what it is worth
        share = shares[best.passage_id]
    also = [
        hit
        for hit in ranked
        if hit is not best
        and shares[hit.passage_id] >= ALSO * share
        and hit.support >= NEAR_SUPPORT
        and not is_frame(hit, question)
    ]
    return Found((best, *also[:7]), sure, nearest=near)


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
