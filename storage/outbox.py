"""The outbox: everything that goes out, committed with what caused it.

A reply that travels in the HTTP response of its own callback is stored as `passive` and confirmed once the response has
been written; what stays unconfirmed is pushed. How a sender takes rows and finishes them is in `storage/in_hand.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    bindparam,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, Key
from storage.fixed import Growing, filled, insert_many, places
from storage.prepared import Later
from storage.store import Store

#: Classes of outgoing messages, by urgency: the lower goes first.
REPLY, CASE, NOTICE, REMINDER, BROADCAST = 0, 1, 2, 3, 4


class OutboxBody(Base):
    """A text that many rows share: one broadcast, 250,000 recipients, one body."""

    __tablename__ = "outbox_body"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    shape: Mapped[dict[str, Any]] = mapped_column()


class Outbox(Base):
    """One message to one address."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    identity_id: Mapped[int] = mapped_column(Key, ForeignKey("identity.id"))
    #: REPLY … BROADCAST: the order of sending and the rule of resending.
    klass: Mapped[int] = mapped_column(SmallInteger)
    #: passive, pending, leased, sent, failed, held (until she writes again), cancelled.
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    inbox_id: Mapped[int | None] = mapped_column(Key, ForeignKey("inbox.id"), default=None, index=True)
    body_id: Mapped[int | None] = mapped_column(Key, ForeignKey("outbox_body.id"), default=None)
    shape: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    #: What makes this message the same message: a second one with the same key is not stored.
    dedup_key: Mapped[str | None] = mapped_column(String(120), unique=True, default=None)
    #: What it was about, so that the state can be checked again at the moment of sending: `assignment:17`, `delivery:99`.
    about: Mapped[str] = mapped_column(String(40), default="")
    #: How often a worker has claimed it, and how often the platform has then failed or refused it for the moment.
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    refusals: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: Of a message in several parts so many are there: the next try begins with the one after them.
    parts_done: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: Not to be tried again before; `due_at` stays what it was, for it is the place in her line.
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    #: When a worker first took it into its hands: since then it may have arrived.
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    lease_token: Mapped[str | None] = mapped_column(String(36), default=None)
    external_id: Mapped[str | None] = mapped_column(String(200), default=None)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)

    __table_args__ = (
        # the sender's queue: small, because rows leave it when they are done
        Index(
            "ix_outbox_queue",
            "klass",
            "due_at",
            "id",
            sqlite_where=text("state IN ('pending','leased','passive')"),
            postgresql_where=text("state IN ('pending','leased','passive')"),
        ),
        # what stands in front of a row, without her history
        Index(
            "ix_outbox_front",
            "identity_id",
            "id",
            sqlite_where=text("state IN ('pending','leased')"),
            postgresql_where=text("state IN ('pending','leased')"),
        ),
        Index(
            "ix_outbox_failed", "id", sqlite_where=text("state = 'failed'"), postgresql_where=text("state = 'failed'")
        ),
        Index("ix_outbox_identity_id_id", "identity_id", "id"),
        # asked for with every message that comes in: nearly always empty
        Index(
            "ix_outbox_held",
            "identity_id",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be stored: exactly one of `shape` and `body_id`."""

    identity_id: int
    klass: int
    shape: dict[str, Any] | None = None
    body_id: int | None = None
    state: str = "pending"
    due_at: datetime | None = None
    inbox_id: int | None = None
    dedup_key: str | None = None
    about: str = ""


#: Marks an error after which nobody knows whether the message arrived.
DOUBT = "doubt:"


def put(session: Session, messages: Sequence[Outgoing], now: datetime) -> dict[int, list[int]]:
    """Store messages; those whose dedup key is there already are left out. New row ids by inbox id (0 for none)."""
    return by_inbox(Later(_PUT.rows(session, [_row(m, now) for m in messages])))


def put_last(session: Session, messages: Sequence[Outgoing], now: datetime) -> Later:
    """Store messages with the end of the transaction; `by_inbox` then tells their rows."""
    return _PUT.rows_last(session, [_row(m, now) for m in messages])


def by_inbox(stored: Later) -> dict[int, list[int]]:
    """The ids of new rows by inbox id (0 for none), in order."""
    ids: dict[int, list[int]] = {}
    for row_id, inbox_id in stored.rows:
        ids.setdefault(inbox_id or 0, []).append(row_id)
    for found in ids.values():
        found.sort()
    return ids


def _row(message: Outgoing, now: datetime) -> dict[str, Any]:
    return {
        "identity_id": message.identity_id,
        "klass": message.klass,
        "state": message.state,
        "due_at": message.due_at or now,
        "created_at": now,
        "inbox_id": message.inbox_id,
        "body_id": message.body_id,
        "shape": message.shape,
        "dedup_key": message.dedup_key,
        "about": message.about,
        "attempts": 0,
        "refusals": 0,
        "parts_done": 0,
    }


_PUT = insert_many(
    Outbox.__table__,
    *("identity_id", "klass", "state", "due_at", "created_at", "inbox_id", "body_id", "shape"),
    *("dedup_key", "about", "attempts", "refusals"),
    returning=(Outbox.id, Outbox.inbox_id),
)


def add_body(session: Session, shape: dict[str, Any]) -> int:
    """Store a shared text; its id."""
    return int(session.execute(insert(OutboxBody).values(shape=shape).returning(OutboxBody.id)).scalar_one())


def replies_to(session: Session, inbox_id: int) -> list[tuple[int, dict[str, Any]]]:
    """The stored replies to a message, in order: what a retry of the same message gets."""
    rows = session.execute(
        select(Outbox.id, Outbox.shape).where(Outbox.inbox_id == inbox_id, Outbox.klass == REPLY).order_by(Outbox.id)
    )
    return [(row_id, shape or {}) for row_id, shape in rows]


def confirm(session: Session, ids: Iterable[int], now: datetime) -> None:
    """These passive replies were written into their HTTP response; it is noted with the end of the transaction."""
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        statement, size = _CONFIRM.of(len(part))
        statement.run_last(session, {**filled("id", part, size), "now": now})


_CONFIRM = Growing(
    lambda size: (
        update(Outbox)
        # not the state as it stands: PostgreSQL would go through the queue's index, and all that have left it, for these
        .where(places(Outbox.id, "id", size), Outbox.state + literal_column("''") == literal_column("'passive'"))
        .values(state="sent", sent_at=bindparam("now"))
    )
)


def release(session: Session, ids: Sequence[int], now: datetime) -> None:
    """These passive replies could not travel in the response: push them."""
    session.execute(
        update(Outbox).where(Outbox.id.in_(ids), Outbox.state == "passive").values(state="pending", due_at=now)
    )


def refresh_statistics(store: Store) -> None:
    """Tell PostgreSQL's planner at once that the queue has grown; SQLite's plans do not depend on it."""
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE outbox"))


def wake_held(session: Session, identity_ids: Sequence[int], now: datetime) -> None:
    """She has written again: what was held for her may go now. Done with the end of the transaction."""
    if identity_ids:
        statement, size = _WAKE.of(len(identity_ids))
        statement.run_last(session, {**filled("identity", identity_ids, size), "now": now})


_WAKE = Growing(
    lambda size: (
        update(Outbox)
        .where(places(Outbox.identity_id, "identity", size), Outbox.state == literal_column("'held'"))
        .values(state="pending", due_at=bindparam("now"))
    )
)


def dead_letters(session: Session, identity_ids: Any, limit: int = 20) -> list[Outbox]:
    """Rows that were given up, the newest first; `identity_ids` is a list or a subquery of those she may see."""
    return list(
        session.scalars(
            select(Outbox)
            .where(Outbox.state == literal_column("'failed'"), Outbox.identity_id.in_(identity_ids))
            .order_by(Outbox.id.desc())
            .limit(limit)
        )
    )


def resend(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Queue rows that were given up once more; how many. Those about a case stay: a person decides there."""
    result = session.execute(
        update(Outbox)
        .where(Outbox.id.in_(ids), Outbox.state == "failed", Outbox.klass != CASE)
        .values(state="pending", refusals=0, parts_done=0, due_at=now, retry_at=None, tried_at=None, error=None)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))
