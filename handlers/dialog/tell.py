"""Messages to others: they become outbox rows in the same transaction as what caused them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply
from storage import outbox
from storage.people import Identity


def channel_of(session: Session, person_ids: Iterable[int]) -> dict[int, int]:
    """Where each person is written to: of the identities that work, the one she bound last. Person id → identity id."""
    wanted = sorted(set(person_ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(Identity.person_id, Identity.id)
            .where(Identity.person_id.in_(wanted[start : start + 500]), Identity.unreachable == "")
            .order_by(Identity.bound_at, Identity.id)
        )
        found |= {person_id: identity_id for person_id, identity_id in rows if person_id is not None}
    return found


def tell(
    session: Session,
    person_id: int,
    reply: Reply,
    now: datetime,
    *,
    klass: int = outbox.NOTICE,
    key: str | None = None,
    about: str = "",
    due_at: datetime | None = None,
) -> bool:
    """Write to one person; False if she has no channel. The same `key` is stored once, whatever happens."""
    identity_id = channel_of(session, [person_id]).get(person_id)
    if identity_id is None:
        return False
    outbox.put(
        session,
        [
            outbox.Outgoing(
                identity_id=identity_id, klass=klass, shape=reply.to_json(), dedup_key=key, about=about, due_at=due_at
            )
        ],
        now,
    )
    return True
