"""Messages about cases that may not have arrived: shown to the officers of the case, who decide; never sent again by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from handlers.broadcasts import texts
from handlers.cases import service as cases
from handlers.dialog.reply import Reply, choices
from handlers.dialog.tell import tell
from storage import audit, in_hand, outbox
from storage.cases import HelpRequest
from storage.outbox import CASE, DOUBT, Outbox
from storage.people import Identity, Person, Speaker

ABOUT = "case:"


@dataclass(frozen=True, slots=True)
class Unsure:
    """A word about a case that was given up: to whom, and whether nobody knows if it arrived."""

    case_id: int
    name: str
    in_doubt: bool


def listed(session: Session, *, by: Speaker, now: datetime) -> list[Unsure]:
    """Those about open cases that she may open; nothing of the case itself."""
    query = (
        select(HelpRequest, Person.name, Outbox.error)
        .join(Outbox, Outbox.about == literal(ABOUT) + cast(HelpRequest.id, String))
        .join(Identity, Identity.id == Outbox.identity_id)
        .join(Person, Person.id == Identity.person_id)
        .where(
            Outbox.state == "failed",
            Outbox.klass == CASE,
            HelpRequest.state == "open",
            HelpRequest.unit_id == by.unit_id,
        )
        .order_by(HelpRequest.id, Outbox.id)
    )
    return [
        Unsure(case.id, name, (error or "").startswith(DOUBT))
        for case, name, error in session.execute(query)
        if by.person_id in [person.id for person in cases.officers(session, case, now)]
    ]


def remind(session: Session, case_id: int, *, by: Speaker, now: datetime) -> list[str] | None:
    """An officer of the case decides that those whom the word may not have reached get it again; their names. Audited."""
    case = session.get(HelpRequest, case_id, with_for_update=True)
    if case is None or by.person_id not in [person.id for person in cases.officers(session, case, now)]:
        return None
    names = []
    for officer in cases.officers(session, case, now):
        rows = session.scalars(
            select(Outbox)
            .join(Identity, Identity.id == Outbox.identity_id)
            .where(Outbox.about == f"{ABOUT}{case.id}", Outbox.klass == CASE, Identity.person_id == officer.id)
            .order_by(Outbox.id)
        ).all()
        if not rows or rows[-1].state != "failed" or rows[-1].shape is None:
            continue
        reply, key = Reply.from_json(rows[-1].shape), f"{ABOUT}{case.id}:{officer.id}:{len(rows)}"
        if tell(session, officer.id, reply, now, klass=CASE, key=key, about=f"{ABOUT}{case.id}"):
            names.append(officer.name)
    if names:
        audit.note(session, at=now, person_id=by.person_id, action="case.reminded", about=f"case:{case.id}")
    return names


def tell_others(session: Session, failed: Sequence[in_hand.Claimed], now: datetime) -> None:
    """The other officers of a case hear that the word to one of them may not have arrived: another message, to others."""
    for row in failed:
        number = row.about.removeprefix(ABOUT)
        case = session.get(HelpRequest, int(number)) if number.isdigit() else None
        if case is None or case.state != "open":
            continue
        identity = session.get_one(Identity, row.identity_id)
        to = session.get(Person, identity.person_id) if identity.person_id is not None else None
        for officer in cases.officers(session, case, now):
            if to is not None and officer.id != to.id:
                said = texts.CASE_UNSURE.format(number=case.id, name=to.name)
                reply, key = (
                    Reply(said, choices(texts.CASE_OPEN.format(number=case.id))),
                    f"unsure:{row.id}:{officer.id}",
                )
                tell(session, officer.id, reply, now, klass=outbox.NOTICE, key=key, about="unsure")


__all__ = ["Unsure", "listed", "remind", "tell_others"]
