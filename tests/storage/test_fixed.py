"""Fixed statements: the same values in and out as by SQLAlchemy, its errors, and no connection that is gone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from storage import outbox
from storage.conversations import Conversation
from storage.fixed import Fixed, Growing, Many, filled, insert_many, named, places
from storage.inbox import Inbox
from storage.outbox import OutboxBody
from storage.people import Identity
from storage.store import Store

_ADD = Fixed(
    lambda insert: (
        insert(Identity.__table__)
        .values(named("platform", "account", "external_id", "unreachable"))
        .on_conflict_do_nothing()
        .returning(Identity.id, Identity.external_id)
    )
)
_ADD_ALL = insert_many(
    Identity.__table__,
    *("platform", "account", "external_id", "unreachable"),
    returning=(Identity.id, Identity.external_id),
)
_PLAIN_ADD = Fixed(insert(Identity.__table__).values(named("platform", "account", "external_id", "unreachable")))


def _identity(name: str) -> dict[str, str]:
    return {"platform": "chat", "account": "", "external_id": name, "unreachable": ""}


def test_values_come_back_as_sqlalchemy_gives_them(store: Store) -> None:
    """Times keep their moment and get UTC, JSON and bytes come back as they went in."""
    told_at = datetime(2026, 3, 31, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    names = ("platform", "account", "external_id", "identity_id", "kind", "received_at", "sealed", "failure")
    add = Fixed(insert(Inbox.__table__).values(named(*names)))
    get = select(Inbox.received_at, Inbox.sealed, Inbox.kind).where(Inbox.external_id == bindparam("it"))
    add_body = Fixed(insert(OutboxBody.__table__).values(named("shape")).returning(OutboxBody.id, OutboxBody.shape))
    with store.begin() as session:
        (owner,) = _ADD.rows(session, _identity("she"))
        told = {"external_id": "one", "identity_id": owner[0], "kind": "text", "received_at": told_at}
        add.run(session, {"platform": "chat", "account": "", "sealed": b"\x00\xff", "failure": "", **told})
        by_us, by_core = Fixed(get).rows(session, {"it": "one"}), session.execute(get, {"it": "one"}).all()
        assert by_us == [tuple(row) for row in by_core] == [(told_at.astimezone(UTC), b"\x00\xff", "text")]
        shape = {"text": "三八节", "choices": [1, None, {"a": 2.5}]}
        assert [row[1] for row in add_body.rows(session, {"shape": shape})] == [shape]
        with pytest.raises(ValueError, match="time zone"):
            add.run(session, {**told, "received_at": datetime(2026, 3, 31)})


def test_of_many_rows_the_new_ones_come_back(store: Store) -> None:
    """A row for each that was stored; one that is there already gives none."""
    with store.begin() as session:
        first = _ADD_ALL.rows(session, [_identity(name) for name in ("a", "b", "c")])
        second = _ADD_ALL.rows(session, [_identity(name) for name in ("c", "d", "a", "e")])
        third = _ADD_ALL.rows(session, [])
    assert {row[1] for row in first} == {"a", "b", "c"}
    assert {row[1] for row in second} == {"d", "e"}
    assert len({row[0] for row in [*first, *second]}) == 5
    assert third == []


@pytest.mark.parametrize("count", [1, 2, 3, 7, 16, 33])
def test_an_in_of_any_length_finds_exactly_what_it_names(store: Store, count: int) -> None:
    """Places that are left over repeat the last value and change nothing."""
    find = Growing(lambda size: select(Identity.external_id).where(places(Identity.external_id, "name", size)))
    with store.begin() as session:
        _ADD_ALL.rows(session, [_identity(f"n{i}") for i in range(40)])
        wanted = [f"n{i}" for i in range(count)]
        statement, size = find.of(count)
        assert size >= count
        assert sorted(row[0] for row in statement.rows(session, filled("name", wanted, size))) == sorted(wanted)


def test_a_statement_that_depends_on_its_values_is_refused(store: Store) -> None:
    """An IN of unknown length cannot be written once; its writer is told at the first use."""
    open_ended = Fixed(select(Identity.id).where(Identity.id.in_(bindparam("ids", expanding=True))))
    with store.begin() as session, pytest.raises(ValueError, match="depends on its values"):
        open_ended.rows(session, {"ids": [1]})


def test_errors_are_sqlalchemys_and_tell_no_values(store: Store) -> None:
    """A breach of a rule is an IntegrityError whose text does not hold what was to be stored."""
    with store.begin() as session:
        _PLAIN_ADD.run(session, _identity("她的名字"))
    with pytest.raises(IntegrityError) as raised, store.begin() as session:
        _PLAIN_ADD.run(session, _identity("她的名字"))
    assert "platform" in str(raised.value.statement)
    assert not raised.value.params


def test_what_a_failed_unit_of_work_did_is_gone(store: Store) -> None:
    """Fixed statements belong to the transaction of their session."""

    def fails() -> None:
        with store.begin() as session:
            _ADD.rows(session, _identity("gone"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with store.read() as session:
        assert session.scalar(select(Identity.id).where(Identity.external_id == "gone")) is None


def test_how_many_rows_were_touched(store: Store) -> None:
    """`run` tells the number of rows."""
    leave = Fixed(update(Identity).where(Identity.account == bindparam("of")).values(unreachable="left"))
    with store.begin() as session:
        _ADD_ALL.rows(session, [_identity(name) for name in ("a", "b", "c")])
        assert leave.run(session, {"of": ""}) == 3
        assert leave.run(session, {"of": "nobody"}) == 0


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_connection_that_was_cut_is_not_given_out_again(store: Store) -> None:
    """The unit of work in which the server goes fails as OperationalError; the next one has a new connection."""
    me = Fixed(select(Identity.id).limit(1))

    def is_cut() -> None:
        with store.begin() as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            with store.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            me.rows(session, {})

    with pytest.raises(DBAPIError) as raised:
        is_cut()
    assert isinstance(raised.value, OperationalError)
    assert raised.value.connection_invalidated
    with store.begin() as session:
        assert me.rows(session, {}) == []


def test_many_rows_are_stored_as_one_each_would_be(store: Store) -> None:
    """Times, documents, nothing at all and bytes go in together as they go in alone."""
    told_at = datetime(2026, 3, 31, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    with store.begin() as session:
        ((identity, _),) = _ADD.rows(session, _identity("she"))
        for count in (1, 5):
            held = [_conversation(session, f"{count}-{i}") for i in range(count)]
            _save.run(session, [{"it": it, "said": {"n": it, "谁": None}, "at": told_at} for it in held])
            for it in held:
                assert session.execute(
                    select(Conversation.state, Conversation.heard_at).where(Conversation.identity_id == it)
                ).one() == ({"n": it, "谁": None}, told_at.astimezone(UTC))
        outgoing = [outbox.Outgoing(identity, outbox.NOTICE, {"text": str(i)}, dedup_key=f"k{i}") for i in range(4)]
        assert len(outbox.put(session, outgoing[:2], told_at)[0]) == 2
        assert len(outbox.put(session, outgoing, told_at)[0]) == 2
        assert outbox.put(session, outgoing, told_at) == {}
        stored = session.execute(select(outbox.Outbox.shape, outbox.Outbox.due_at).order_by(outbox.Outbox.id)).all()
        assert [tuple(row) for row in stored] == [({"text": str(i)}, told_at.astimezone(UTC)) for i in range(4)]


def _conversation(session: Session, name: str) -> int:
    ((identity, _),) = _ADD.rows(session, _identity(name))
    session.add(Conversation(identity_id=identity))
    session.flush()
    return int(identity)


_save = Many(
    Fixed(
        update(Conversation)
        .where(Conversation.identity_id == bindparam("it"))
        .values(state=bindparam("said"), heard_at=bindparam("at"))
    ),
    {"it": Conversation.identity_id.type, "said": Conversation.state.type, "at": Conversation.heard_at.type},
    lambda _, given: (
        update(Conversation)
        .where(Conversation.identity_id == given.c.it)
        .values(state=given.c.said, heard_at=given.c.at)
    ),
)
