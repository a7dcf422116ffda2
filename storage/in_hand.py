"""What a sender has in hand: rows of the outbox, claimed by lease, and what became of them.

A worker writes its token and an expiry into the rows that it takes, and every later write of that worker names the token,
so that a late one changes nothing (fencing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, literal_column, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.base import UtcDateTime
from storage.conversations import Conversation
from storage.outbox import BROADCAST, CASE, DOUBT, NOTICE, REMINDER, REPLY, Outbox, OutboxBody
from storage.people import Identity

#: An unconfirmed passive reply is pushed after this time: three deliveries of WeChat, 5 s each, have passed by then.
PASSIVE_GRACE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this worker may send until the lease ends."""

    id: int
    identity_id: int
    platform: str
    account: str
    address: str
    klass: int
    shape: dict[str, Any]
    attempts: int
    about: str
    heard_at: datetime | None
    dedup_key: str | None
    #: It may have arrived already: a worker died with it in its hands, or the platform did not answer.
    in_doubt: bool = False
    refusals: int = 0
    #: When it was first tried, before this time.
    tried_at: datetime | None = None
    #: So many of its parts have arrived.
    parts_done: int = 0


def _literally(column: Any, *states: str) -> Any:
    """`state IN ('…')` with the words in the text: SQLite knows a partial index by its words."""
    return column.in_([literal_column(f"'{state}'") for state in states])


_NOW: Any = bindparam("now", type_=UtcDateTime())


def _candidates() -> Any:
    """Due rows of one class in line, without those behind a row that is in the air or that waits for its next try."""
    other = aliased(Outbox)
    # PostgreSQL would read the whole table once and join it; the offset keeps this a look into one person's line
    in_front: Any = select(literal_column("1")).where(
        other.identity_id == Outbox.identity_id,
        other.id != Outbox.id,
        other.klass <= Outbox.klass,
        _literally(other.state, "pending", "leased"),
        or_(
            and_(other.state == "leased", other.lease_until >= _NOW),
            and_(
                other.state == "pending",
                other.retry_at > _NOW,
                or_(other.due_at < Outbox.due_at, and_(other.due_at == Outbox.due_at, other.id < Outbox.id)),
            ),
        ),
    )
    free = or_(
        and_(Outbox.state == "pending", or_(Outbox.retry_at.is_(None), Outbox.retry_at <= _NOW)),
        and_(Outbox.state == "leased", Outbox.lease_until < _NOW),
        and_(Outbox.state == "passive", Outbox.due_at <= bindparam("unconfirmed")),
    )
    return (
        select(Outbox.id, Outbox.identity_id, Outbox.klass, Outbox.due_at, Outbox.state, Outbox.error, Outbox.tried_at)
        .join(Identity, Identity.id == Outbox.identity_id)
        .where(
            _literally(Outbox.state, "pending", "leased", "passive"),
            Outbox.klass == bindparam("klass"),
            Outbox.due_at <= _NOW,
            free,
            Identity.platform.in_(bindparam("platforms", expanding=True)),
            ~in_front.correlate(Outbox).offset(0).exists(),
        )
        .order_by(Outbox.due_at, Outbox.id)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True, of=Outbox)
    )


_CANDIDATES = _candidates()
#: What is unfinished for these addresses: asked after the candidates are locked, so that it shows what others hold.
_UNFINISHED = select(
    Outbox.id,
    Outbox.identity_id,
    Outbox.klass,
    Outbox.due_at,
    and_(Outbox.state == "leased", Outbox.lease_until >= _NOW),
).where(
    Outbox.identity_id.in_(bindparam("identities", expanding=True)),
    _literally(Outbox.state, "pending", "leased"),
    or_(Outbox.state == "leased", Outbox.due_at <= _NOW),
)
_LEASE = (
    update(Outbox)
    .where(Outbox.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="leased",
        lease_token=bindparam("token"),
        lease_until=bindparam("until"),
        attempts=Outbox.attempts + 1,
        tried_at=func.coalesce(Outbox.tried_at, _NOW),
    )
)
_CLAIMED = (
    select(
        Outbox.id,
        Outbox.identity_id,
        Identity.platform,
        Identity.account,
        Identity.external_id,
        Outbox.klass,
        Outbox.shape,
        Outbox.body_id,
        Outbox.attempts,
        Outbox.about,
        Conversation.heard_at,
        Outbox.dedup_key,
        Outbox.refusals,
        Outbox.parts_done,
    )
    .join(Identity, Identity.id == Outbox.identity_id)
    .outerjoin(Conversation, Conversation.identity_id == Outbox.identity_id)
    .where(Outbox.id.in_(bindparam("ids", expanding=True)))
    .order_by(Outbox.klass, Outbox.due_at, Outbox.id)
)
_DUE = (
    select(Outbox.id)
    .where(
        _literally(Outbox.state, "pending", "leased", "passive"),
        Outbox.klass == bindparam("klass"),
        Outbox.due_at <= bindparam("now"),
        or_(
            and_(Outbox.state == "pending", or_(Outbox.retry_at.is_(None), Outbox.retry_at <= bindparam("now"))),
            and_(Outbox.state == "leased", Outbox.lease_until < bindparam("now")),
            and_(Outbox.state == "passive", Outbox.due_at <= bindparam("unconfirmed")),
        ),
    )
    .limit(1)
)

#: So many rows of one address are claimed at once at the most; they are sent one after the other.
CHAIN = 20


def is_due(session: Session, *, now: datetime, klasses: Sequence[int]) -> bool:
    """Whether there may be anything to claim: a cheap look that takes no lock."""
    values = {"now": now, "unconfirmed": now - PASSIVE_GRACE}
    return any(session.connection().execute(_DUE, {**values, "klass": klass}).first() is not None for klass in klasses)


def claim(
    session: Session,
    *,
    token: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    platforms: Sequence[str],
    klasses: Sequence[int] = (REPLY, CASE, NOTICE, REMINDER, BROADCAST),
) -> list[Claimed]:
    """Take up to `limit` due rows of these platforms and classes, the urgent first; of one address only what is next.

    What is next: a run of rows with nothing unfinished before them that is as urgent and not in the run. On PostgreSQL rows
    locked by another claimer are skipped, and what stands behind them is left; on SQLite there is one claimer at a time.
    """
    connection = session.connection()
    found: list[Any] = []
    values = {"now": now, "unconfirmed": now - PASSIVE_GRACE, "platforms": list(platforms)}
    for klass in sorted(klasses):
        if len(found) < limit:
            found += connection.execute(_CANDIDATES, {**values, "klass": klass, "limit": limit - len(found)})
    if not found:
        return []
    doubts = {row.id: (_in_doubt(row), row.tried_at) for row in _next_in_line(connection, found, now)}
    if not doubts:
        return []
    ids = list(doubts)
    connection.execute(_LEASE, {"ids": ids, "token": token, "until": now + lease, "now": now})
    rows = connection.execute(_CLAIMED, {"ids": ids}).all()
    bodies = _bodies(session, {row.body_id for row in rows if row.body_id is not None})
    return [
        Claimed(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            row[6] or bodies.get(row[7]) or {},
            row[8],
            row[9],
            row[10],
            row[11],
            in_doubt=doubts[row[0]][0],
            refusals=row[12],
            parts_done=row[13],
            tried_at=doubts[row[0]][1],
        )
        for row in rows
    ]


def _in_doubt(row: Any) -> bool:
    """Whether it may have arrived. A case message says itself when it was about to go (`taking`)."""
    marked = (row.error or "").startswith(DOUBT)
    return marked or (row.state == "leased" and row.klass != CASE)


def _next_in_line(connection: Any, found: Sequence[Any], now: datetime) -> list[Any]:
    """Of the candidates those with nothing in front of them, of their urgency or above, that is not among them too.

    The line of an address goes by due time and id; a row in the air is before all others.
    """
    identities = sorted({row.identity_id for row in found})
    candidates = {row.id for row in found}
    others: dict[int, list[tuple[int, int, datetime, bool]]] = {}
    for start in range(0, len(identities), 500):
        part = {"identities": identities[start : start + 500], "now": now}
        for row_id, identity_id, *where in connection.execute(_UNFINISHED, part):
            if row_id not in candidates:
                others.setdefault(identity_id, []).append((row_id, *where))
    kept, count = [], dict.fromkeys(identities, 0)
    for row in found:
        line = others.get(row.identity_id, ())
        if count[row.identity_id] < CHAIN and not any(_before(one, row) for one in line):
            count[row.identity_id] += 1
            kept.append(row)
        else:
            others.setdefault(row.identity_id, []).append((row.id, row.klass, row.due_at, False))
    return kept


def _before(other: tuple[int, int, datetime, bool], row: Any) -> bool:
    """Whether the other row of the same address must be out before this one goes."""
    row_id, klass, due_at, in_the_air = other
    return klass <= row.klass and (in_the_air or (due_at, row_id) < (row.due_at, row.id))


def _bodies(session: Session, ids: set[int]) -> dict[int, dict[str, Any]]:
    """Shared texts, each read once for a claim."""
    if not ids:
        return {}
    rows = session.execute(select(OutboxBody.id, OutboxBody.shape).where(OutboxBody.id.in_(ids)))
    return {row.id: row.shape for row in rows}


def taking(session: Session, row_id: int, token: str, now: datetime) -> bool:
    """Write down that a case message is about to be sent; False if it is not ours any more, and must not be.

    From here on nobody knows whether it arrived until its outcome is recorded: whoever finds it so never sends it.
    """
    found = session.connection().execute(
        update(Outbox)
        .where(Outbox.id == row_id, Outbox.state == "leased", Outbox.lease_token == token, Outbox.lease_until > now)
        .values(error=DOUBT + "in the air")
        .returning(Outbox.id)
    )
    return found.first() is not None


def parts_arrived(session: Session, row_id: int, token: str, parts: int) -> bool:
    """Write down that the first parts of a message are there, so that the next try goes on after them; False if not ours."""
    found = session.connection().execute(
        update(Outbox)
        .where(Outbox.id == row_id, Outbox.state == "leased", Outbox.lease_token == token)
        .values(parts_done=parts)
        .returning(Outbox.id)
    )
    return found.first() is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed row."""

    id: int
    state: str
    error: str | None = None
    external_id: str | None = None
    retry_at: datetime | None = None
    #: The platform failed or refused it: counts towards giving up. A row given back untouched does not.
    refused: bool = False
    #: Whether it was ever about to be sent; if not, the claim is taken back.
    tried: bool = True


def finish(session: Session, *, outcomes: Sequence[tuple[str, Outcome]], now: datetime) -> set[int]:
    """Record (token, outcome) of rows that these tokens still hold; the rows that were. A late worker's are left out."""
    if not outcomes:
        return set()
    tokens = {o.id: token for token, o in outcomes}
    ids = sorted(tokens)
    held = session.connection().execute(_HELD, {"ids": ids})
    ours = {row_id for row_id, token in held if token == tokens[row_id]}
    rows = [
        {
            "row": o.id,
            "token": token,
            "new_state": o.state,
            "new_error": o.error,
            "new_external": o.external_id,
            "new_retry": o.retry_at,
            "new_sent": now if o.state == "sent" else None,
            "refused": int(o.refused),
            "untried": int(not o.tried),
        }
        for token, o in sorted(outcomes, key=lambda pair: pair[1].id)
        if o.id in ours
    ]
    if rows:
        session.connection().execute(_FINISH, rows)
    return ours


#: Locked in the order of ids, so that two workers never wait for each other.
_HELD = (
    select(Outbox.id, Outbox.lease_token)
    .where(Outbox.id.in_(bindparam("ids", expanding=True)), Outbox.state == "leased")
    .order_by(Outbox.id)
    .with_for_update()
)
_FINISH = (
    update(Outbox)
    .where(Outbox.id == bindparam("row"), Outbox.lease_token == bindparam("token"), Outbox.state == "leased")
    .values(
        state=bindparam("new_state"),
        error=bindparam("new_error"),
        external_id=bindparam("new_external"),
        retry_at=bindparam("new_retry"),
        sent_at=bindparam("new_sent"),
        lease_until=None,
        lease_token=None,
        refusals=Outbox.refusals + bindparam("refused"),
        attempts=Outbox.attempts - bindparam("untried"),
    )
)


def put_off(session: Session, until: Mapping[int, datetime], token: str) -> None:
    """These claimed rows were not tried, and come to their turn at another time: it was not a civil hour."""
    for moment in sorted(set(until.values())):
        ids = [row_id for row_id, one in until.items() if one == moment]
        session.connection().execute(_PUT_OFF, {"ids": ids, "token": token, "until": moment})


_PUT_OFF = (
    update(Outbox)
    .where(Outbox.id.in_(bindparam("ids", expanding=True)), Outbox.lease_token == bindparam("token"))
    .values(
        state="pending",
        due_at=bindparam("until", type_=UtcDateTime()),
        retry_at=None,
        lease_until=None,
        lease_token=None,
        attempts=Outbox.attempts - 1,
    )
)


def due_times(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these rows was due."""
    found: dict[int, datetime] = {}
    for start in range(0, len(ids), 500):
        rows = session.execute(select(Outbox.id, Outbox.due_at).where(Outbox.id.in_(ids[start : start + 500])))
        found |= {row[0]: row[1] for row in rows}
    return found
