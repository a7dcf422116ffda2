"""Binds people to platforms with one-time codes."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import audit, people
from storage.people import Invitation, Person, Post
from storage.units import Unit, below

#: No letters or digits that look or sound alike.
_LETTERS = "ABCDEFHJKMNPRTUVWXY346789"
VALID_DAYS = 7


def invite(session: Session, person: Person, *, now: datetime, by: int | None) -> str:
    """A code with which this person binds herself once within a week; earlier unused codes of hers end."""
    for old in session.scalars(
        select(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None))
    ):
        old.expires_at = min(old.expires_at, now)
    code = "".join(secrets.choice(_LETTERS) for _ in range(6))
    session.add(Invitation(code=code, person_id=person.id, expires_at=now + timedelta(days=VALID_DAYS)))
    audit.note(session, at=now, person_id=by, action="person.invited", about=f"person:{person.id}")
    return code


def join(session: Session, code: str, *, platform: str, account: str, external_id: str, now: datetime) -> Person | None:
    """Bind the address to the person the code was made for; None for a code that does not hold (any more)."""
    invitation = session.get(Invitation, code.upper(), with_for_update=True)
    if invitation is None or invitation.used_at is not None or invitation.expires_at <= now:
        return None
    person = session.get_one(Person, invitation.person_id)
    invitation.used_at = now
    person.consented_at = person.consented_at or now
    people.bind(session, person, platform, account, external_id, now)
    audit.note(
        session, at=now, person_id=person.id, action="identity.bound", about=f"person:{person.id}", platform=platform
    )
    return person


def find_below(session: Session, path: str, name: str, unit_name: str, day: date) -> list[Person]:
    """People of that name with a post below `path`, in a unit whose name begins so if one is given."""
    query = (
        select(Person)
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(below(Unit.path, path), Person.name == name, people.post_valid_on(day))
        .distinct()
    )
    if unit_name:
        query = query.where(Unit.name.startswith(unit_name, autoescape=True))
    return list(session.scalars(query.limit(20)))
