"""Conversations: where each dialog stands. One row for each identity, locked while its message is handled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, bindparam, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, Key
from storage.fixed import Fixed, Growing, Many, filled, places
from storage.people import SPEAKER_COLUMNS, Identity, Person, Post, Speaker, post_valid_on, speaker_from
from storage.units import Unit


class Conversation(Base):
    """The state of one dialog: open draft, open question, choices on offer."""

    __tablename__ = "conversation"

    identity_id: Mapped[int] = mapped_column(Key, ForeignKey("identity.id"), primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    version: Mapped[int] = mapped_column(Integer, default=0)
    #: When she last wrote: opens WeChat's 48-hour window for pushed messages.
    heard_at: Mapped[datetime | None] = mapped_column(default=None)


@dataclass(slots=True)
class OpenConversation:
    """A conversation held by the current transaction: `state` may be changed and is saved with the batch."""

    speaker: Speaker
    platform: str
    account: str
    external_id: str
    state: dict[str, Any]
    version: int
    heard_at: datetime | None = None
    changed: bool = field(default=False)
    #: Why nothing could be sent there; she has just written, so it can again.
    unreachable: str = ""


def _open(size: int) -> Any:
    """The conversations of so many senders, locked in the order of their ids, with who each of them is."""
    return (
        select(*SPEAKER_COLUMNS, Identity.external_id, Conversation.state, Conversation.version, Identity.unreachable)
        .join(Conversation, Conversation.identity_id == Identity.id)
        .outerjoin(Person, Person.id == Identity.person_id)
        .outerjoin(Post, (Post.person_id == Person.id) & post_valid_on(bindparam("day", type_=Date())))
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(
            Identity.platform == bindparam("platform"),
            Identity.account == bindparam("account"),
            places(Identity.external_id, "sender", size),
        )
        .order_by(Identity.id, Post.id)
        .with_for_update(of=Conversation)
    )


_OPEN = Growing(_open)
_SAVE = Many(
    Fixed(
        update(Conversation)
        .where(Conversation.identity_id == bindparam("identity"))
        .values(state=bindparam("new_state"), version=bindparam("new_version"), heard_at=bindparam("heard"))
    ),
    {
        "identity": Conversation.identity_id.type,
        "new_state": Conversation.state.type,
        "new_version": Conversation.version.type,
        "heard": Conversation.heard_at.type,
    },
    lambda _, said: (
        update(Conversation)
        .where(Conversation.identity_id == said.c.identity)
        .values(state=said.c.new_state, version=said.c.new_version, heard_at=said.c.heard)
    ),
)


def open_all(
    session: Session, platform: str, account: str, senders: Sequence[str], day: date
) -> dict[str, OpenConversation]:
    """Lock and read the conversations of these senders, making what does not exist yet; by sender."""
    found = _read(session, platform, account, senders, day)
    missing = [s for s in dict.fromkeys(senders) if s not in found]
    if missing:
        _create(session, platform, account, missing)
        found |= _read(session, platform, account, missing, day)
    return found


def _read(
    session: Session, platform: str, account: str, senders: Sequence[str], day: date
) -> dict[str, OpenConversation]:
    found: dict[str, OpenConversation] = {}
    wanted = list(dict.fromkeys(senders))
    statement, size = _OPEN.of(len(wanted))
    values = {"platform": platform, "account": account, "day": day, **filled("sender", wanted, size)}
    for row in statement.rows(session, values):
        sender, state, version, unreachable = row[len(SPEAKER_COLUMNS) :]
        if sender not in found:  # a second post of the same person: the first one speaks
            found[sender] = OpenConversation(
                speaker_from(row), platform, account, sender, state, version, unreachable=unreachable
            )
    return found


def _create(session: Session, platform: str, account: str, senders: Sequence[str]) -> None:
    """Make the identities and conversations; another process may make the same at the same moment."""
    rows = [{"platform": platform, "account": account, "external_id": s, "unreachable": ""} for s in sorted(senders)]
    on_conflict = _insert_for(session)
    session.execute(on_conflict(Identity.__table__).on_conflict_do_nothing(), rows)
    keys = session.scalars(
        select(Identity.id)
        .where(Identity.platform == platform, Identity.account == account, Identity.external_id.in_(senders))
        .order_by(Identity.id)
    ).all()
    session.execute(
        on_conflict(Conversation.__table__).on_conflict_do_nothing(),
        [{"identity_id": key, "state": {}, "version": 0} for key in keys],
    )


def _insert_for(session: Session) -> Any:
    from sqlalchemy.dialects import postgresql, sqlite  # both dialects have the clause, under their own names

    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


def save_all(session: Session, conversations: Sequence[OpenConversation], now: datetime) -> None:
    """Write the states back with the end of the transaction; each was locked by `open_all` in it."""
    if conversations:
        _SAVE.run_last(
            session,
            [
                {
                    "identity": c.speaker.identity_id,
                    "new_state": c.state,
                    "new_version": c.version + 1,
                    "heard": c.heard_at or now,
                }
                for c in conversations
            ],
        )


def set_reachable(session: Session, identity_ids: Sequence[int], reason: str = "") -> None:
    """Say why nothing can be sent to these addresses any more; no reason: it can again."""
    session.execute(update(Identity).where(Identity.id.in_(identity_ids)).values(unreachable=reason))


def state_of(session: Session, identity_id: int) -> dict[str, Any]:
    """The stored state; empty if she has never written."""
    return session.scalar(select(Conversation.state).where(Conversation.identity_id == identity_id)) or {}


def open_for_person(session: Session, person_id: int) -> list[int]:
    """Her identities that can be written to."""
    return list(
        session.scalars(
            select(Identity.id)
            .where(Identity.person_id == person_id, or_(Identity.unreachable == "", Identity.unreachable.is_(None)))
            .order_by(Identity.id)
        )
    )


insert_for = _insert_for
__all__ = [
    "Conversation",
    "OpenConversation",
    "insert_for",
    "open_all",
    "open_for_person",
    "save_all",
    "set_reachable",
    "state_of",
]
