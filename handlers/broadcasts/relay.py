"""接龙: a card with a code of her own, forwarded to a group; who answers with the code is counted back. And named groups."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from handlers.broadcasts.service import fresh_code
from handlers.people.service import find_below
from storage.broadcasts import Broadcast, Delivery, PeopleGroup, PeopleGroupMember, RelayAnswer, RelayCard
from storage.conversations import insert_for
from storage.people import Speaker


def card_for(session: Session, person_id: int, now: datetime, code: str = "") -> tuple[Broadcast, RelayCard] | None:
    """Her card of the broadcast with that code, or of the latest one she was sent."""
    query = (
        select(Broadcast).join(Delivery, Delivery.broadcast_id == Broadcast.id).where(Delivery.person_id == person_id)
    )
    query = query.where(Broadcast.code == code.upper()) if code else query
    broadcast = session.scalar(query.order_by(Broadcast.id.desc()).limit(1))
    if broadcast is None:
        return None
    card = session.scalar(
        select(RelayCard).where(RelayCard.broadcast_id == broadcast.id, RelayCard.person_id == person_id)
    )
    if card is None:
        card = RelayCard(code=fresh_code(6), broadcast_id=broadcast.id, person_id=person_id, made_at=now)
        session.add(card)
        session.flush()
    return broadcast, card


def take_answer(session: Session, code: str, identity_id: int, now: datetime) -> bool | None:
    """Somebody wrote the code of a card: True the first time, False again, None if there is no such card."""
    card = session.get(RelayCard, code.upper())
    if card is None:
        return None
    made = session.execute(
        insert_for(session)(RelayAnswer.__table__)
        .values(code=card.code, identity_id=identity_id, at=now)
        .on_conflict_do_nothing()
        .returning(RelayAnswer.id)
    ).first()
    return made is not None


def answers(session: Session, person_id: int) -> tuple[Broadcast, int] | None:
    """How many answered her latest card."""
    row = session.execute(
        select(Broadcast, RelayCard.code)
        .join(RelayCard, RelayCard.broadcast_id == Broadcast.id)
        .where(RelayCard.person_id == person_id)
        .order_by(RelayCard.made_at.desc(), Broadcast.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return row[0], session.scalar(select(func.count()).where(RelayAnswer.code == row[1])) or 0


def answered(session: Session, broadcast: Broadcast) -> int:
    """How many answered any card of a broadcast; one identity counts once."""
    return (
        session.scalar(
            select(func.count(func.distinct(RelayAnswer.identity_id)))
            .join(RelayCard, RelayCard.code == RelayAnswer.code)
            .where(RelayCard.broadcast_id == broadcast.id)
        )
        or 0
    )


def make_group(
    session: Session, name: str, names: list[str], *, by: Speaker, now: datetime
) -> tuple[list[str], list[str]]:
    """Set who is in a group of the official's unit; (found, not found) names. Nothing changes unless all are found."""
    found, missing = [], []
    for one in names:
        people = find_below(session, by.unit_path, one, "", now.date())
        if len(people) == 1:
            found.append(people[0])
        else:
            missing.append(one)
    if missing or not found:
        return [], missing or names
    group = session.scalar(select(PeopleGroup).where(PeopleGroup.unit_id == by.unit_id, PeopleGroup.name == name))
    if group is None:
        group = PeopleGroup(unit_id=by.unit_id, name=name)
        session.add(group)
        session.flush()
    session.execute(delete(PeopleGroupMember).where(PeopleGroupMember.group_id == group.id))
    session.execute(
        insert(PeopleGroupMember), [{"group_id": group.id, "person_id": p} for p in dict.fromkeys(x.id for x in found)]
    )
    return [p.name for p in found], []


def group_names(session: Session, unit_id: int) -> list[str]:
    """The groups of a unit."""
    return list(
        session.scalars(select(PeopleGroup.name).where(PeopleGroup.unit_id == unit_id).order_by(PeopleGroup.name))
    )
