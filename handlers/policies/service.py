"""Reads the library for the chat, keeps the question log and routes what it cannot answer to people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply
from handlers.dialog.tell import tell
from handlers.policies import texts
from knowledge import questions
from knowledge.indexing import new_token
from knowledge.library import Library
from knowledge.originals import original_text
from knowledge.reading import find_doc_numbers
from knowledge.retrieval.references import articles
from knowledge.text import normalise
from storage import audit, circulars, outbox, people, units
from storage.circulars import Circular, FaqEntry, Passage, Question, Synonym, TermWeight
from storage.people import Person, Post, Speaker
from storage.units import Unit


def visible(found: Sequence[Circular], path: str) -> list[Circular]:
    """Documents that hold everywhere, those of her own line, and those of units below her; hers first."""
    near = [
        one for one in found if not one.scope or path.startswith(one.scope) or (path and one.scope.startswith(path))
    ]
    return near if path else list(found)


def passages(session: Session, circular_id: int, *, limit: int) -> list[Passage]:
    """The first passages of a document."""
    return list(
        session.scalars(
            select(Passage).where(Passage.circular_id == circular_id).order_by(Passage.ordinal).limit(limit)
        )
    )


def passage_count(session: Session, circular_id: int) -> int:
    """How many passages a document has."""
    return session.scalar(select(func.count()).where(Passage.circular_id == circular_id)) or 0


def passage(session: Session, passage_id: int) -> tuple[Passage, Circular]:
    """A passage and its document."""
    found = session.get_one(Passage, passage_id)
    return found, session.get_one(Circular, found.circular_id)


def original_of(session: Session, passage_id: int) -> str:
    """The passage as it stands in the file that came in."""
    found, circular = passage(session, passage_id)
    return original_text(circular, found.start, found.end) or found.text


def unit_above(session: Session, speaker: Speaker) -> Unit | None:
    """The unit that answers what the library cannot."""
    own = units.get(session, speaker.unit_id)
    return next(iter(units.ancestors(session, own)), None)


def region_of(session: Session, speaker: Speaker) -> str:
    """Where she is, in words: the names of her unit and those above."""
    if not speaker.is_known:
        return ""
    own = units.get(session, speaker.unit_id)
    return " ".join(unit.name for unit in [own, *units.ancestors(session, own)])


def has_laws(session: Session, library: Library) -> bool:
    """Whether any law has been put into the library."""
    return any(one.kind == "law" for one in library.catalogue(session).held)


# --- the question log ------------------------------------------------------------------------------------------------


def log_question(
    session: Session,
    text: str,
    speaker: Speaker,
    *,
    outcome: str,
    now: datetime,
    score: float = 0.0,
    passage_id: int | None = None,
) -> int:
    """Keep a question without the names of people near the asker; its number."""
    return questions.log_question(
        session,
        text,
        now=now,
        outcome=outcome,
        score=score,
        scope=speaker.unit_path,
        asked_by_id=speaker.person_id,
        passage_id=passage_id,
        names=_names_near(session, text, speaker),
    ).id


def _names_near(session: Session, text: str, speaker: Speaker) -> set[str]:
    """Names in a text of people in her township; those of others she would hardly know."""
    if not speaker.is_known:
        return set()
    top = (
        speaker.unit_path.rstrip("/").rsplit("/", 1)[0] + "/" if speaker.unit_level == "village" else speaker.unit_path
    )
    pieces = {text[at : at + size] for size in (2, 3) for at in range(min(len(text), 300) - size + 1)}
    query = (
        select(Person.name)
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(units.below(Unit.path, top))
        .limit(1_000)
    )
    return {name for name in session.scalars(query) if name in pieces or (len(name) > 3 and name in text)}


def send_up(session: Session, number: int, by: Speaker, *, now: datetime) -> str | None:
    """Ask the head of the unit above; its name, or None if nobody is there."""
    above = unit_above(session, by)
    question = session.get(Question, number)
    if above is None or question is None:
        return None
    question.outcome = "sent_up"
    head = people.heads_of(session, [above.id], now.date()).get(above.id)
    if head is None:
        return None
    text = texts.TO_OFFICIAL.format(question=question.text, number=number)
    tell(session, head[0].id, Reply(text), now, klass=outbox.NOTICE, key=f"question:{number}:{head[0].id}")
    return above.name


def accept(session: Session, number: int, passage_id: int, *, now: datetime) -> bool:
    """She says that the answer helped: learnt from, once a question. False when it was counted already."""
    question = session.get(Question, number)
    if question is None or question.outcome == "accepted":
        return False
    question.outcome, question.passage_id = "accepted", passage_id
    questions.accept(session, question.text, passage_id, now=now)
    return True


# --- answers given once for all --------------------------------------------------------------------------------------


def sources_in(session: Session, library: Library, said: str, path: str) -> list[int]:
    """Passages that an official's answer names: a 文号, a title, a law with its article; at most three."""
    found: list[int] = []
    for piece in re.findall(r"《[^《》]{2,60}》(?:第[^，。；\s]{1,12}条)?", said):
        if articles(normalise(piece)):
            hits = library.search(session, piece, limit=1, place=path or None)
            found += [hits[0].passage_id] if hits and hits[0].article else []
            continue
        circular = library.show(session, piece.strip("《》"))
        found += [one.id for one in passages(session, circular.id, limit=1)] if circular else []
    for number in find_doc_numbers(said):
        for circular in library.by_number(session, said[number.start : number.end])[:1]:
            found += [one.id for one in passages(session, circular.id, limit=1)]
    return list(dict.fromkeys(found))[:3]


def answer_question(
    session: Session, library: Library, number: int, said: str, *, by: Speaker, now: datetime
) -> tuple[FaqEntry, int] | None:
    """An official's answer becomes an entry for all below her; who asked likewise is told. (entry, how many were told).

    None when there is no such open question below her.
    """
    question = session.get(Question, number)
    if question is None or question.faq_id is not None or not _is_hers(question.scope, by):
        return None
    entry, resolved = _add_faq(session, library, question.text, said, by.unit_path, by=by, now=now)
    if question not in resolved:
        question.faq_id, question.passage_id, question.outcome = entry.id, entry.passage_id, "resolved"
        resolved = [question, *resolved]
    audit.note(session, at=now, person_id=by.person_id, action="question.answered", about=f"question:{number}")
    told: dict[int, Question] = {}
    for one in resolved:
        if one.asked_by_id is not None:
            told.setdefault(one.asked_by_id, one)
    count = 0
    for person_id, one in told.items():
        text = texts.ANSWERED.format(question=one.text, unit=by.unit_name, answer=said)
        count += tell(session, person_id, Reply(text), now, key=f"answered:{entry.id}:{person_id}")
    return entry, count


def _add_faq(
    session: Session, library: Library, question: str, said: str, scope: str, *, by: Speaker, now: datetime
) -> tuple[FaqEntry, list[Question]]:
    """The entry with what the answer says it rests on, and the open questions it resolves."""
    sources = sources_in(session, library, said, by.unit_path)
    return questions.add_faq(session, question, said, now=now, scope=scope, by_id=by.person_id, sources=sources)


def _is_hers(scope: str, by: Speaker) -> bool:
    """Whether a question or answer is from her unit or below; strangers' questions are anybody's who answers."""
    return not scope or scope.startswith(by.unit_path)


def faqs(session: Session, by: Speaker, *, limit: int = 10) -> tuple[list[FaqEntry], int]:
    """Answers of her unit and below, newest first, and how many there are."""
    mine = (units.below(FaqEntry.scope, by.unit_path), FaqEntry.removed_at.is_(None))
    query = select(FaqEntry).where(*mine).order_by(FaqEntry.id.desc()).limit(limit)
    return list(session.scalars(query)), session.scalar(select(func.count()).select_from(FaqEntry).where(*mine)) or 0


def faq(session: Session, number: int, by: Speaker) -> FaqEntry | None:
    """An answer that she may change."""
    entry = session.get(FaqEntry, number)
    return entry if entry is not None and entry.removed_at is None and _is_hers(entry.scope, by) else None


def change_faq(
    session: Session, library: Library, entry: FaqEntry, said: str, *, by: Speaker, now: datetime
) -> FaqEntry:
    """Another wording or source: the old entry goes, a new one under the same question comes."""
    questions.remove_faq(session, entry, now)
    session.flush()
    made, _ = _add_faq(session, library, entry.question, said, entry.scope, by=by, now=now)
    for one in session.scalars(select(Question).where(Question.faq_id == entry.id)):
        one.faq_id, one.passage_id = made.id, made.passage_id
    audit.note(session, at=now, person_id=by.person_id, action="faq.changed", about=f"faq:{entry.id}")
    return made


def remove_faq(session: Session, entry: FaqEntry, *, by: Speaker, now: datetime) -> None:
    """Take an answer back."""
    questions.remove_faq(session, entry, now)
    audit.note(session, at=now, person_id=by.person_id, action="faq.removed", about=f"faq:{entry.id}")


def faq_of(session: Session, passage_id: int) -> tuple[FaqEntry, str] | None:
    """The answer behind a passage, with the name of the unit that gave it."""
    entry = session.scalar(select(FaqEntry).where(FaqEntry.passage_id == passage_id))
    if entry is None:
        return None
    name = session.scalar(select(Unit.name).where(Unit.path == entry.scope))
    return entry, name or texts.ABOVE_DEFAULT


# --- words -----------------------------------------------------------------------------------------------------------


def add_synonym(session: Session, word: str, targets: Sequence[str], *, by: Speaker, now: datetime) -> Synonym:
    """A word of hers; effective in every process with the commit."""
    audit.note(session, at=now, person_id=by.person_id, action="synonym.added", about=word[:60])
    return questions.add_synonym(session, word, targets, now=now, by_id=by.person_id)


def remove_synonym(session: Session, word: str, *, by: Speaker, now: datetime) -> bool:
    """Take a word back."""
    audit.note(session, at=now, person_id=by.person_id, action="synonym.removed", about=word[:60])
    return questions.remove_synonym(session, word)


def synonyms(session: Session, *, limit: int = 40) -> tuple[list[Synonym], int]:
    """The words people added, newest first, and how many there are."""
    found = list(session.scalars(select(Synonym).order_by(Synonym.id.desc()).limit(limit)))
    return found, session.scalar(select(func.count()).select_from(Synonym)) or 0


def learnt(session: Session, word: str, *, limit: int = 15) -> tuple[list[TermWeight], int]:
    """Weights learnt from accepted answers, heaviest first; about a word if one is given."""
    terms = _pairs(word)
    mine = [TermWeight.term.in_(terms) | TermWeight.target.in_(terms)] if terms else []
    found = list(
        session.scalars(select(TermWeight).where(*mine).order_by(TermWeight.weight.desc(), TermWeight.id).limit(limit))
    )
    return found, session.scalar(select(func.count()).select_from(TermWeight).where(*mine)) or 0


def forget(session: Session, word: str, *, by: Speaker, now: datetime) -> int:
    """Delete what was learnt about a word; how many rows."""
    terms = _pairs(word)
    gone = session.execute(delete(TermWeight).where(TermWeight.term.in_(terms) | TermWeight.target.in_(terms)))
    count: int = gone.rowcount  # type: ignore[attr-defined]  # a DELETE has one
    if count:
        circulars.change_library(session, new_token())
        audit.note(session, at=now, person_id=by.person_id, action="learnt.forgotten", about=word[:60])
    return count


def _pairs(word: str) -> list[str]:
    plain = normalise(word).strip()
    return [plain[at : at + 2] for at in range(len(plain) - 1)]
