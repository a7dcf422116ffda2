"""What the chat page of the demo has shown to each person, numbered in the order in which it appeared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, Key
from storage.conversations import insert_for


class Shown(Base):
    """One message on the chat page."""

    __tablename__ = "shown"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    identity_id: Mapped[int] = mapped_column(Key, ForeignKey("identity.id"))
    shape: Mapped[dict[str, Any]] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    #: The reply it shows, so that a repeat is not shown twice; empty for what was sent to her by itself.
    reply_id: Mapped[int | None] = mapped_column(Key, unique=True, default=None)

    __table_args__ = (Index("ix_shown_identity_id_id", "identity_id", "id"),)


def show(session: Session, identity_id: int, shape: dict[str, Any], at: datetime, reply_id: int | None = None) -> None:
    """Show a message unless this reply stands there already."""
    session.execute(
        insert_for(session)(Shown.__table__)
        .values(identity_id=identity_id, shape=shape, at=at, reply_id=reply_id)
        .on_conflict_do_nothing()
    )


def since(session: Session, identity_id: int, after: int, limit: int = 200) -> list[Shown]:
    """What came after the message with that number, the oldest first."""
    return list(
        session.scalars(
            select(Shown).where(Shown.identity_id == identity_id, Shown.id > after).order_by(Shown.id).limit(limit)
        )
    )


def replies(session: Session, reply_ids: list[int]) -> list[Shown]:
    """How these replies were shown, in order."""
    return list(session.scalars(select(Shown).where(Shown.reply_id.in_(reply_ids)).order_by(Shown.reply_id)))
