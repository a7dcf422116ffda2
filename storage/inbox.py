"""The inbox: every message that came in, once. What she wrote is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, Key
from storage.fixed import insert_many
from storage.vault import Vault


class Inbox(Base):
    """One inbound message; (platform, account, external_id) is unique, so a platform's retry is recognised."""

    __tablename__ = "inbox"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    platform: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(200))
    identity_id: Mapped[int] = mapped_column(Key, ForeignKey("identity.id"))
    kind: Mapped[str] = mapped_column(String(10))
    received_at: Mapped[datetime] = mapped_column()
    #: What she wrote, sealed.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: The reference code of the apology when the handler failed; empty otherwise.
    failure: Mapped[str] = mapped_column(String(12), default="")

    __table_args__ = (UniqueConstraint("platform", "account", "external_id"),)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as the inbox stores it."""

    external_id: str
    identity_id: int
    kind: str
    received_at: datetime
    text: str
    failure: str = ""


def accept(session: Session, platform: str, account: str, arrivals: Sequence[Arrival]) -> dict[str, int]:
    """Store what has not been here before; the row ids of the new ones by external id. Those left out are repeats."""
    vault = Vault.of(session)
    rows = [
        {
            "platform": platform,
            "account": account,
            "external_id": a.external_id,
            "identity_id": a.identity_id,
            "kind": a.kind,
            "received_at": a.received_at,
            "sealed": vault.seal(a.text),
            "failure": a.failure,
        }
        for a in arrivals
    ]
    return {external_id: row_id for row_id, external_id in _ACCEPT.rows(session, rows)}


_ACCEPT = insert_many(
    Inbox.__table__,
    *("platform", "account", "external_id", "identity_id", "kind", "received_at", "sealed", "failure"),
    returning=(Inbox.id, Inbox.external_id),
)


def row_id(session: Session, platform: str, account: str, external_id: str) -> int | None:
    """The row of a message that has been here."""
    return session.scalar(
        select(Inbox.id).where(Inbox.platform == platform, Inbox.account == account, Inbox.external_id == external_id)
    )


def text_of(session: Session, inbox_id: int) -> str:
    """What she wrote."""
    sealed = session.scalar(select(Inbox.sealed).where(Inbox.id == inbox_id))
    return Vault.of(session).open(sealed) if sealed else ""
