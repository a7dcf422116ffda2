"""Reads the library for the chat, keeps the question log and routes what it cannot answer to people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply
from handlers.dialog.tell import tell
from handlers.policies import texts
from knowledge.importing import original_text
from knowledge.library import Library
from storage import audit, outbox, people, units
from storage.circulars import Circular, FaqEntry, Passage, Question
from storage.people import Speaker
from storage.units import Unit


def passages(session: Session, circular_id: int, *, limit: int) -> list[Passage]:
    """The first passages of a document."""
    return list(session.scalars(select(Passage).where(Passage.circular_id == circular_id).order_by(Passage.ordinal).limit(limit)))


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


def log_question(session: Session, text: str, *, person_id: int | None, path: str, now: datetime) -> int:
    """Keep a question that found no answer; its number."""
    question = Question(asked_at=now, text=text[:500], likeness="", outcome="refused", asked_by_id=person_id, scope=path)
    session.add(question)
    session.flush()
    return question.id


def send_up(session: Session, number: int, by: Speaker, *, now: datetime) -> str | None:
    """Ask the head of the unit above; its name, or None if nobody is there."""
    above = unit_above(session, by)
    question = session.get(Question, number)
    if above is None or question is None:
        return None
    head = people.heads_of(session, [above.id], now.date()).get(above.id)
    if head is None:
        return None
    question.outcome = "sent_up"
    text = texts.TO_OFFICIAL.format(question=question.text, number=number)
    tell(session, head[0].id, Reply(text), now, klass=outbox.NOTICE, key=f"question:{number}:{head[0].id}")
    return above.name


def answer_question(session: Session, library: Library, number: int, said: str, *, by: Speaker, now: datetime) -> bool:
    """An official's answer becomes an entry for all below her, and she who asked is told."""
    question = session.get(Question, number)
    if question is None or question.faq_id is not None or not question.scope.startswith(by.unit_path):
        return False
    entry = FaqEntry(created_at=now, question=question.text, answer=said, scope=by.unit_path, answered_by_id=by.person_id)
    session.add(entry)
    session.flush()
    question.faq_id, question.outcome = entry.id, "answered"
    audit.note(session, at=now, person_id=by.person_id, action="question.answered", about=f"question:{number}")
    if question.asked_by_id is not None:
        text = texts.ANSWERED.format(question=question.text, unit=by.unit_name, answer=said)
        tell(session, question.asked_by_id, Reply(text), now, key=f"answered:{number}")
    return True
