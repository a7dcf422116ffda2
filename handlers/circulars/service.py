"""Keeps a circular and finds in it what units below an official have to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from handlers.duties import audiences, wording
from handlers.duties.service import NewDuty
from knowledge.importing import ImportResult, import_document
from knowledge.library import Library
from knowledge.messages import Vocabulary
from knowledge.originals import read_again
from knowledge.reading import Document
from knowledge.reading.obligations import Obligation, find_obligations
from storage import audit
from storage.circulars import Circular
from storage.people import Speaker
from storage.units import LEVELS, is_within

#: The level of an obligation, in the words of its reader → the level of units.
_LEVELS = {"县": "county", "乡镇": "township", "村": "village", "市": "city", "省": "province"}


def keep(session: Session, document: Document, *, by: Speaker, now: datetime) -> ImportResult:
    """Store the circular under the unit of the official who sent it."""
    result = import_document(session, document, now, scope=by.unit_path)
    audit.note(session, at=now, person_id=by.person_id, action="circular.kept", about=f"circular:{result.circular_id}")
    return result


def kept(session: Session, library: Library, said: str, by: Speaker) -> Circular | None:
    """The circular with the number or title in `said`: of her own unit, of one above, or of one below."""
    found = library.by_number(session, said)
    if not found:
        title = re.search(r"《(.+?)》", said)
        one = library.show(session, title[1] if title else said)
        found = [one] if one is not None else []
    visible = [c for c in found if not c.scope or is_within(by.unit_path, c.scope) or is_within(c.scope, by.unit_path)]
    return next((c for c in visible if c.validity == "in_force"), visible[0] if visible else None)


def document_of(circular: Circular) -> Document | None:
    """The document as it is understood today; None for what has no original."""
    return read_again(circular)


@dataclass(frozen=True, slots=True)
class Found:
    """What is asked of units below, and how much was left out: past, or not theirs."""

    duties: tuple[NewDuty, ...]
    past: int
    not_below: int


def obligations(
    document: Document,
    *,
    by: Speaker,
    circular_id: int | None,
    local: datetime,
    vocabulary: Vocabulary,
    covered: Sequence[tuple[int, int]] = (),
) -> Found:
    """Everything in the document that units below the official have to do and that is not past, each with its sentence.

    What stands in the spans `covered` changes duties that are there already, and is not proposed anew.
    """
    today = local.date()
    found: list[NewDuty] = []
    past = others = 0
    for one in find_obligations(document):
        if any(start < one.offset[1] and one.offset[0] < end for start, end in covered):
            continue
        level = level_below(one, by.unit_level)
        if level is None:
            others += 1
        elif one.end is not None and one.end < today and not one.recurrence:
            past += 1
        elif one.end or one.recurrence or one.quantity:
            found.append(_new_duty(document, one, level, circular_id, local, vocabulary))
    return Found(tuple(found), past, others)


def level_below(one: Obligation, own: str) -> str | None:
    """The level that owes it, if that is below hers; what is asked of "every unit" is asked of the next level."""
    if one.level in ("", "单位"):
        return audiences.next_below(own) if own in LEVELS[:-1] and one.who else None
    level = _LEVELS.get(one.level)
    below: Sequence[str] = LEVELS[LEVELS.index(own) + 1 :] if own in LEVELS else ()
    return level if level in below else None


def _new_duty(
    document: Document, one: Obligation, level: str, circular_id: int | None, local: datetime, vocabulary: Vocabulary
) -> NewDuty:
    title = re.sub(r"\s+", "", one.what or one.evidence)
    if len(title) > 30 and "，" in title[6:]:  # the sentence itself stands on the card
        title = title[: title.rfind("，")]
    quota = wording.what_counts(title, vocabulary, local, re.sub(r"\s+", "", one.evidence), document.meta.title or "")
    recurrence = one.recurrence or ""
    return NewDuty(
        title=title[:100],
        audience={"level": level},
        rests_on=document.meta.doc_no or _named(document),
        quota=quota,
        what=one.what,
        due_on=one.end if not recurrence else None,
        recurrence=recurrence,
        starts_on=one.start or (None if recurrence else _issued(document, local.date())),
        ends_on=one.end if recurrence else None,
        circular_id=circular_id,
        evidence=one.evidence,
        span=one.offset,
        tentative=one.tentative,
        deadline_text=one.deadline_text or "",
        who_text="、".join(one.who),
    )


def _named(document: Document) -> str:
    """A document without a number is named by its title, and it is said that it has none."""
    from handlers.duties import texts

    return f"{texts.NO_NUMBER}，《{(document.meta.title or document.name)[:80]}》"


def _issued(document: Document, today: date) -> date | None:
    """The day of the document: what was done since then counts."""
    try:
        day = date.fromisoformat(document.meta.date or "")
    except ValueError:
        return None
    return day if day <= today else None
