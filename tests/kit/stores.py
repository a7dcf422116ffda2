"""Real stores for tests: each a clone of a database that was migrated once."""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import pkgutil
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import storage
from storage.base import Base
from storage.store import Store
from tests.kit import postgres

SECRET = "a secret for tests only"

#: Fills a template once: what `prepare` writes is in every clone.
Prepare = Callable[[Store], None]


def migrate(store: Store) -> None:
    """Bring an empty database to the newest schema, by the migrations that operators run."""
    if importlib.util.find_spec("storage.schema"):
        importlib.import_module("storage.schema").upgrade(store)
        return
    for module in pkgutil.iter_modules(storage.__path__, "storage."):
        importlib.import_module(module.name)
    Base.metadata.create_all(store.engine)


class Templates:
    """Clones of migrated databases, made once for all workers of a test run, under a lock in `folder`."""

    def __init__(self, folder: Path, owner: int) -> None:
        self.folder = folder
        self.owner = owner

    def sqlite(self, file: Path, *, name: str = "empty", prepare: Prepare = migrate) -> str:
        """The URL of a new SQLite database in `file`, a copy of template `name`."""
        template = self.folder / f"{name}.sqlite3"
        with self._once(f"sqlite-{name}") as first:
            if first:
                template.unlink(missing_ok=True)  # what an earlier attempt left when it failed
                store = Store(f"sqlite:///{template}", secret=SECRET)
                prepare(store)
                store.close()  # the last connection folds the write-ahead log into the file
        shutil.copyfile(template, file)
        return f"sqlite:///{file}"

    def server(self) -> str:
        """The folder of the PostgreSQL server, started at the first call."""
        record = self.folder / "postgres"
        with self._once("postgres") as first:
            if first:
                record.write_text(postgres.start(self.owner))
        return record.read_text()

    @contextmanager
    def postgres(self, *, name: str = "empty", prepare: Prepare = migrate) -> Iterator[str]:
        """The URL of a new PostgreSQL database, a copy of template `name`; dropped at the end."""
        server = self.server()
        template = f"template_{name}"
        with self._once(f"postgres-{name}") as first:
            if first:
                postgres.drop(server, template)  # what an earlier attempt left when it failed
                postgres.create(server, template)
                store = Store(postgres.url(server, template), secret=SECRET)
                prepare(store)
                store.close()
        database = f"test_{uuid.uuid4().hex[:12]}"
        with self._lock(f"copy-{name}"):  # a template is copied by one at a time
            postgres.create(server, database, template=template)
        try:
            yield postgres.url(server, database)
        finally:
            postgres.drop(server, database)

    @contextmanager
    def _once(self, what: str) -> Iterator[bool]:
        """True for the first caller of all workers; the others wait until it is done, and do it if it failed."""
        done = self.folder / f"{what}.done"
        with self._lock(what):
            first = not done.exists()
            yield first
            done.touch()

    @contextmanager
    def _lock(self, what: str) -> Iterator[None]:
        with (self.folder / f"{what}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
