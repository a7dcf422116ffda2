"""The store: one SQLite file or one PostgreSQL database behind `Store.begin()`, the unit of work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.base import dumps, loads
from storage.fixed import Driver
from storage.vault import Vault

#: How long a SQLite writer waits for another process' transaction, in milliseconds.
BUSY_TIMEOUT_MS = 5_000


class Store:
    """Opens sessions on one database. Writers on SQLite take turns; PostgreSQL locks rows.

    `begin()` is for units of work that may write, `read()` for those that do not.
    """

    def __init__(
        self, url: str, *, secret: str | bytes, echo: bool = False, busy_timeout_ms: int = BUSY_TIMEOUT_MS
    ) -> None:
        parsed = make_url(url)
        self.url = url
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.vault = Vault(secret)
        self._writing = threading.RLock()
        options: dict[str, Any] = {"json_serializer": dumps, "json_deserializer": loads, "echo": echo}
        if self.is_sqlite:
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": busy_timeout_ms / 1000, "check_same_thread": False}
        else:
            options |= {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": False, "pool_recycle": 1800}
            options["pool_use_lifo"] = True  # the connection used last has its statements prepared and its pages at hand
            # the driver forgets all prepared statements at a rollback; ours stay (storage/prepared.py)
            options["connect_args"] = {"prepare_threshold": None}
        self.engine: Engine = create_engine(parsed, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A unit of work: commits at the end, rolls back on any error. One writer at a time on SQLite."""
        if not self.is_sqlite:
            with self._session() as session, session.begin():
                driver = session.info["driver"] = Driver(session.connection())
                yield session
                session.flush()  # what is left for the end comes last
                driver.commit()
            return
        with self._writing, self._session() as session:
            session.info["driver"] = Driver(session.connection(execution_options={"niangjia_write": True}))
            try:
                yield session
                session.commit()
            except BaseException:  # a stop from outside too leaves nothing half written
                session.rollback()
                raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view for reading; nothing is ever committed from it."""
        with self._session() as session:
            try:
                yield session
            finally:
                session.expunge_all()  # what was read stays readable after the end
                session.rollback()

    def _session(self) -> Session:
        return Session(self.engine, expire_on_commit=False, autoflush=True, info={"vault": self.vault, "store": self})

    def is_reachable(self) -> bool:
        """Whether a trivial query is answered."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY",
    "wal_autocheckpoint=4000",
)  # fmt: skip


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """WAL so that readers never wait for the writer; every commit is on disk before it is answered (synchronous=FULL).

    Up to 16 MB of it before it is worked into the file: pages that each message changes are then written there less often.
    """
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, not at the first write
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    """Writers take the lock at once (BEGIN IMMEDIATE): a lock taken later could fail in the middle of the work."""
    writes = connection.get_execution_options().get("niangjia_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
