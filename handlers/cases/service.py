"""Opens, shows and closes restricted cases; every opening of one is audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import audit, people, units
from storage.cases import HelpRequest
from storage.people import Person, Speaker
from storage.units import Unit
from storage.vault import Vault


def open_case(session: Session, speaker: Speaker, kind: str, *, now: datetime) -> HelpRequest:
    """Open a case because she asked to be called; what she wrote stays sealed in the inbox and is not copied."""
    case = HelpRequest(
        identity_id=speaker.identity_id,
        person_id=speaker.person_id,
        unit_id=_answering_unit(session, speaker),
        kind=kind,
        sealed=Vault.of(session).seal(""),
        opened_at=now,
    )
    session.add(case)
    session.flush()
    audit.note(session, at=now, person_id=speaker.person_id, action="case.opened", about=f"case:{case.id}")
    return case


def _answering_unit(session: Session, speaker: Speaker) -> int | None:
    """The county federation above her; the top of the tree for somebody we do not know."""
    if speaker.unit_path:
        own = units.get(session, speaker.unit_id)
        for unit in [own, *units.ancestors(session, own)]:
            if unit.level in ("county", "city", "province"):
                return unit.id
    return session.scalar(select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.path).limit(1))


def officers(session: Session, case: HelpRequest, now: datetime) -> list[Person]:
    """Who may open the case: the officers of the answering unit, not of those below or beside it."""
    if case.unit_id is None:
        return []
    unit = units.get(session, case.unit_id)
    holders = people.holders(session, unit.path, day=now.date(), roles=people.OFFICIAL_ROLES, level=unit.level)
    return [person for person, at, _ in holders if at.id == unit.id]


def take(
    session: Session, case_id: int, reader: Speaker, *, now: datetime
) -> tuple[HelpRequest, Person | None, str] | None:
    """Open the case for one of its officers: the case, who asked and her phone. None for anybody else. Audited."""
    case = session.get(HelpRequest, case_id)
    if case is None or reader.person_id not in [p.id for p in officers(session, case, now)]:
        return None
    audit.note(session, at=now, person_id=reader.person_id, action="case.read", about=f"case:{case.id}")
    if case.state == "open":
        case.state, case.taken_by_id, case.taken_at = "taken", reader.person_id, now
    person = session.get(Person, case.person_id) if case.person_id else None
    return case, person, people.phone_of(session, person) if person else ""


def close(session: Session, case_id: int, reader: Speaker, *, now: datetime) -> bool:
    """Say that the case is done; only its officers can."""
    case = session.get(HelpRequest, case_id)
    if case is None or reader.person_id not in [p.id for p in officers(session, case, now)]:
        return False
    case.state = "closed"
    audit.note(session, at=now, person_id=reader.person_id, action="case.closed", about=f"case:{case.id}")
    return True
