"""A database of the version before messages without a key left the index of keys comes up with all its messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alembic import command
from sqlalchemy import select, text

from storage import outbox, schema
from storage.outbox import Outbox, Outgoing
from storage.people import Identity
from storage.store import Store

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


def test_messages_keep_their_ids_and_keys(store: Store) -> None:
    """What was stored before is there after the way down and up, in the queue, and a key is still stored once."""
    add = text("INSERT INTO identity (platform, account, external_id, unreachable) VALUES ('chat', '', 'she', '')")
    with store.begin() as session:
        session.execute(add)
        she = session.scalar(select(Identity.id)) or 0
        outbox.put(session, [_notice(she, key) for key in ("a", None, "b", None)], NOW)
    before = _all(store)
    command.downgrade(schema._config(store), "0003")
    assert _all(store) == before
    schema.upgrade(store)
    assert _all(store) == before
    with store.begin() as session:
        assert len(outbox.put(session, [_notice(she, key) for key in ("a", None, "c")], NOW)[0]) == 2
        due = NOW + timedelta(minutes=1)
        claimed = outbox.claim(session, token="t", now=due, lease=timedelta(minutes=1), limit=10, platforms=["chat"])
    assert [row.id for row in claimed] == [row_id for row_id, _, _ in _all(store)]


def _notice(she: int, key: str | None) -> Outgoing:
    return Outgoing(she, outbox.NOTICE, {"text": "请上报"}, dedup_key=key)


def _all(store: Store) -> list[tuple[int, str | None, str]]:
    with store.read() as session:
        rows = session.execute(select(Outbox.id, Outbox.dedup_key, Outbox.state).order_by(Outbox.id))
        return [(row[0], row[1], row[2]) for row in rows]
