"""A database of the version before amendments comes up with all its duties and messages."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Connection, inspect, text

from storage import schema
from storage.duties import Duty
from storage.outbox import Outbox
from storage.store import Store


def test_an_old_database_comes_up_with_what_is_in_it(store: Store) -> None:
    """Rows written before the new columns existed have their defaults afterwards."""
    at = "'2026-11-12 01:00:00+00:00'" if not store.is_sqlite else "'2026-11-12 01:00:00'"
    command.downgrade(schema._config(store), "0001")
    with store.engine.begin() as old:
        _write(old, "unit", _blank(store, "unit", at) | {"level": "'county'", "path": "'/1/'"})
        _write(old, "person", _blank(store, "person", at))
        duty = _blank(store, "duty", at) | {
            "title": "'讲座'",
            "rests_on": "'无文号'",
            "audience": "'{}'",
            "quota": "'{}'",
        }
        duty |= {"reminder_days": "'[]'", "unit_id": "1", "by_person_id": "1", "state": "'confirmed'"}
        _write(old, "duty", duty)
    schema.upgrade(store)
    with store.begin() as session:
        one = session.get_one(Duty, 1)
        assert (one.title, one.exceptions, one.amended_by) == ("讲座", {}, [])
        assert session.query(Outbox).count() == 0
    assert schema.current(store) == schema.newest()


def _write(connection: Connection, table: str, row: dict[str, str]) -> None:
    connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"))


def _blank(store: Store, table: str, at: str) -> dict[str, str]:
    """A row in which everything that has to be there is, in the words of SQL."""
    row = {}
    for column in inspect(store.engine).get_columns(table):
        kind = str(column["type"]).upper()
        if column["nullable"] and column["name"] != "id":
            continue
        if any(word in kind for word in ("INT", "NUMERIC")):
            row[column["name"]] = "1"
        elif "BOOL" in kind:
            row[column["name"]] = "false"
        elif any(word in kind for word in ("DATETIME", "TIMESTAMP")):
            row[column["name"]] = at
        elif "JSON" in kind:
            row[column["name"]] = "'{}'"
        elif any(word in kind for word in ("BLOB", "BYTEA")):
            row[column["name"]] = "''"
        else:
            row[column["name"]] = "'x'"
    return row
