"""The schema: all records in one place, and the way from any earlier version to this one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import (
    audit,
    broadcasts,
    cases,
    circulars,
    conversations,
    duties,
    inbox,
    outbox,
    people,
    reminders,
    reports,
    shown,
    units,
)
from storage.base import Base
from storage.store import Store

#: Imported for their tables: a module left out here would be left out of the migrations.
RECORDS = (audit, broadcasts, cases, circulars, conversations, duties, inbox, outbox, people, reminders, reports, shown, units)

metadata = Base.metadata


def _config(store: Store) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = store.engine
    return config


def upgrade(store: Store) -> None:
    """Bring the database to the newest version; nothing happens if it is there."""
    if current(store) != newest():
        command.upgrade(_config(store), "head")


def current(store: Store) -> str | None:
    """The version that the database has; None for an empty one."""
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The version of this program."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def draft_migration(store: Store, title: str) -> None:
    """Write a migration from the database as it is to the models as they are; for developers."""
    command.revision(_config(store), message=title, autogenerate=True)
