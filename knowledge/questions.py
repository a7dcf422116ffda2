"""What people ask: the log of questions, answers given once for all, words and weights learnt on the way."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from knowledge import indexing
from knowledge.answers import subjects
from knowledge.indexing import FAQ, Indexed, new_token
from knowledge.library_texts import FAQ_TITLE
from knowledge.retrieval.impacts import Fields
from knowledge.retrieval.query import plan
from knowledge.retrieval.vocabulary import standard
from knowledge.text import normalise
from storage import circulars as records
from storage.circulars import Circular, FaqEntry, Passage, Question, Synonym, TermWeight

#: Of the shorter question's pairs the other one has at least this share: the same question in other words.
ALIKE = 0.6
#: How many pairs of an accepted passage a question's pair is tied to, and what each acceptance adds, at most CEILING.
TIES, STEP, CEILING = 4, 0.05, 0.4

_NAMES = re.compile(r"(我叫|名叫|叫做|叫)([\u4e00-\u9fff]{2,3})(?=[，,。\s]|$|的|她|他|今|现|住|家)")
_NUMBERS = re.compile(r"\d{5,}")
_SOMEBODY = "某"


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same: how often, the shortest wording, all their numbers, newest first."""

    text: str
    count: int
    ids: tuple[int, ...]


def without_names(text: str, names: Collection[str] = ()) -> str:
    """A question as it may be kept: names said or known, phone and identity numbers replaced."""
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, _SOMEBODY)
    return _NUMBERS.sub("*", _NAMES.sub(rf"\1{_SOMEBODY}", text))[:500]


def likeness(text: str) -> str:
    """What the question comes down to: its pairs that are no padding, sorted; the same for trivially different ones."""
    asked = plan(text, standard())
    pairs = sorted(term for term in asked.spoken if len(term) > 1 and asked.weights[term] > 0.35)
    return " ".join(pairs)[:64]


def log_question(
    session: Session,
    text: str,
    *,
    now: datetime,
    outcome: str,
    score: float = 0.0,
    scope: str = "",
    asked_by_id: int | None = None,
    passage_id: int | None = None,
    names: Collection[str] = (),
) -> Question:
    """Keep a question without names. `outcome`: answered, refused, accepted, sent_up, resolved."""
    kept = without_names(text, names)
    question = Question(
        text=kept, likeness=likeness(kept), outcome=outcome, score=score, scope=scope, asked_by_id=asked_by_id,
        passage_id=passage_id, asked_at=now,
    )  # fmt: skip
    session.add(question)
    session.flush()
    return question


def open_questions(session: Session, scope: str, *, limit: int = 20) -> list[Group]:
    """What was not found or was sent up by units below `scope`, grouped by likeness, most asked first."""
    query = (
        select(Question)
        .where(Question.scope >= scope, Question.scope < scope + "\U0010ffff")
        .where(Question.outcome.in_(("refused", "sent_up")), Question.faq_id.is_(None))
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(2_000)
    )
    groups: list[list[Question]] = []
    for question in session.execute(query).scalars():
        same = next((group for group in groups if alike(group[0], question)), None)
        if same is None:
            groups.append([question])
        else:
            same.append(question)
    groups.sort(key=lambda group: -len(group))
    return [
        Group(min((one.text for one in group), key=len), len(group), tuple(one.id for one in group))
        for group in groups[:limit]
    ]


def alike(one: Question, other: Question) -> bool:
    """Whether two questions ask the same."""
    if one.likeness and one.likeness == other.likeness:
        return True
    first, second = set(one.likeness.split()), set(other.likeness.split())
    shared = len(first & second)
    return shared >= min(3, len(first), len(second)) and shared >= ALIKE * min(len(first), len(second)) > 0


def add_faq(
    session: Session,
    question: str,
    answer: str,
    *,
    now: datetime,
    scope: str = "",
    by_id: int | None = None,
    sources: Sequence[int] = (),
    title: str = FAQ_TITLE,
) -> tuple[FaqEntry, list[Question]]:
    """An official answers once for all: searchable with the commit, and the open questions alike are resolved.

    Returns the entry and the questions resolved by it; she who asked each (`asked_by_id`) can now be told.
    """
    kept = without_names(question)
    home = _faq_home(session, scope, title, now)
    ordinal = session.execute(select(func.count()).where(Passage.circular_id == home.id)).scalar_one()
    passage = Passage(circular_id=home.id, ordinal=ordinal, text=f"{kept}\n{answer}", kind="faq", place=kept[:80])
    session.add(passage)
    session.flush()
    entry = FaqEntry(
        question=kept, answer=answer, sources=list(sources), passage_id=passage.id, scope=scope, answered_by_id=by_id,
        created_at=now,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    # the question weighs like a heading: another in the same words must find it
    fields = Fields(normalise(kept), normalise(title), normalise(passage.text))
    indexing.add(session, [Indexed(passage.id, home.id, FAQ, fields)])
    indexing.tidy(session)
    return entry, _resolve(session, entry, kept, scope)


def _resolve(session: Session, entry: FaqEntry, text: str, scope: str) -> list[Question]:
    wanted = Question(text=text, likeness=likeness(text), outcome="", asked_at=entry.created_at)
    query = select(Question).where(
        Question.scope >= scope, Question.scope < scope + "\U0010ffff",
        Question.outcome.in_(("refused", "sent_up")), Question.faq_id.is_(None),
    )  # fmt: skip
    found = [one for one in session.execute(query).scalars() if alike(wanted, one)]
    for one in found:
        one.faq_id, one.passage_id, one.outcome = entry.id, entry.passage_id, "resolved"
    return found


def _faq_home(session: Session, scope: str, title: str, now: datetime) -> Circular:
    key = f"faq:{scope}"
    home = records.by_sha256(session, key)
    if home is None:
        home = Circular(kind="faq", title=title, title_key=key, sha256=key, created_at=now, scope=scope)
        session.add(home)
        session.flush()
    return home


def remove_faq(session: Session, entry: FaqEntry, now: datetime) -> None:
    """Take an answer back: it is found no more."""
    entry.removed_at = now
    if entry.passage_id is not None:
        session.execute(update(Question).where(Question.passage_id == entry.passage_id).values(passage_id=None))
        passage = session.get(Passage, entry.passage_id)
        entry.passage_id = None
        if passage is not None:
            session.flush()
            session.delete(passage)
    records.change_library(session, new_token())


def add_synonym(
    session: Session, word: str, targets: Sequence[str], *, now: datetime, by_id: int | None = None
) -> Synonym:
    """Who says `word` also means `targets`; effective in every process with the commit."""
    key = normalise(word).strip()
    found = session.execute(select(Synonym).where(Synonym.word == key)).scalar_one_or_none()
    if found is None:
        found = Synonym(word=key, targets=list(targets), added_by_id=by_id, created_at=now)
        session.add(found)
    else:
        found.targets = list(dict.fromkeys([*found.targets, *targets]))
    session.flush()
    records.change_library(session, new_token())
    return found


def remove_synonym(session: Session, word: str) -> bool:
    """Take a word back; whether it was there. Words of the shipped files stay."""
    found = session.execute(select(Synonym).where(Synonym.word == normalise(word).strip())).scalar_one_or_none()
    if found is None:
        return False
    session.delete(found)
    records.change_library(session, new_token())
    return True


def accept(session: Session, question: str, passage_id: int, *, now: datetime) -> list[TermWeight]:
    """Somebody took a passage for the answer: the question's words lead to it a little more from now on.

    Ties the question's own pairs to pairs that the passage has and the question lacks; rows, inspectable and removable.
    """
    passage = session.get(Passage, passage_id)
    if passage is None:
        return []
    asked = plan(question, standard())
    said = _subject_pairs(question)
    head, line, body = passage.text.partition("\n")
    held = [pair for pair in _subject_pairs(body if line and len(head) < 110 else head) if pair not in asked.spoken]
    targets = held[:TIES]
    changed = []
    for term in said:
        for target in targets:
            query = select(TermWeight).where(TermWeight.term == term, TermWeight.target == target)
            row = session.execute(query).scalar_one_or_none()
            if row is None:
                row = TermWeight(term=term, target=target, updated_at=now)
                session.add(row)
            row.pairs += 1
            row.weight, row.updated_at = min(CEILING, row.weight + STEP), now
            changed.append(row)
    session.flush()
    records.change_library(session, new_token())
    return changed


def _subject_pairs(text: str) -> list[str]:
    """Pairs of what a text is about, without the words of asking and hoping (去哪, 怎么)."""
    found = [run[at : at + 2] for run in subjects(text) for at in range(len(run) - 1) if not run.isascii()]
    return list(dict.fromkeys(found))
