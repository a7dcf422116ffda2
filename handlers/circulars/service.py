"""Keeps a circular and makes duty proposals of its obligations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.importing import ImportResult, import_document
from knowledge.reading import Document
from knowledge.reading.obligations import Obligation, find_obligations
from storage import audit
from storage.people import Speaker
from storage.units import LEVELS

#: The level of an obligation, in the words of its reader → the level of units.
_LEVELS = {"县": "county", "乡镇": "township", "村": "village", "市": "city", "省": "province"}


def keep(session: Session, document: Document, *, by: Speaker, now: datetime) -> ImportResult:
    """Store the circular under the unit of the official who sent it."""
    result = import_document(session, document, now, scope=by.unit_path)
    audit.note(session, at=now, person_id=by.person_id, action="circular.kept", about=f"circular:{result.circular_id}")
    return result


def propose(document: Document, *, by: Speaker, circular_id: int | None, today: date) -> list[dict[str, Any]]:
    """Proposals for those obligations that units below the official owe and that are not past."""
    below = LEVELS[LEVELS.index(by.unit_level) + 1 :] if by.unit_level in LEVELS else ()
    found = []
    for index, one in enumerate(find_obligations(document)):
        level = next((_LEVELS[word] for word in _levels(one) if _LEVELS.get(word) in below), None)
        if level is None or (one.end is not None and one.end < today and not one.recurrence):
            continue
        if not (one.end or one.recurrence):
            continue
        found.append(_proposal(document, one, level, circular_id, index))
    return found


def _levels(one: Obligation) -> list[str]:
    return [one.level] if isinstance(one.level, str) else list(one.level)


def _proposal(document: Document, one: Obligation, level: str, circular_id: int | None, index: int) -> dict[str, Any]:
    return {
        "title": one.what[:60] or one.evidence[:60], "level": level, "basis": document.meta.doc_no or document.meta.title or document.name,
        "who": "、".join(one.who), "quota": _quota(one), "due_on": one.end.isoformat() if one.end and not one.recurrence else None,
        "starts_on": one.start.isoformat() if one.start else None, "recurrence": one.recurrence or "",
        "deadline_text": one.deadline_text or "", "evidence": one.evidence, "span": list(one.offset), "tentative": one.tentative,
        "circular_id": circular_id, "proposal_key": f"circular:{circular_id}:{index}:{level}",
    }


def _quota(one: Obligation) -> dict[str, Any]:
    """How many reports it takes, and the words by which a report is known to answer it."""
    quota: dict[str, Any] = {}
    for item, count in one.quantity:
        digits = str(count).removeprefix(">=").split("-")[0]
        if digits.isdigit() and item and any(unit in item for unit in ("场", "次", "期", "活动", "讲座")):
            quota["min"] = int(digits)
    words = [item for item, _ in one.quantity if item and len(item) >= 2]
    quota["words"] = words or [one.what[:6]]
    return quota
