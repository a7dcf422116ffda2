"""The schema: all records in one place, and the way from any earlier version to this one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

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

if TYPE_CHECKING:
    from alembic.config import Config

#: Imported for their tables: a module left out here would be left out of the migrations.
RECORDS = (
    audit, broadcasts, cases, circulars, conversations, duties, inbox, outbox, people, reminders, reports, shown, units,
)  # fmt: skip

metadata = Base.metadata

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> None:
    """Bring the database to the newest version; nothing happens if it is there."""
    if current(store) != newest():
        from alembic import command  # a third of a second to import, and needed once in a version's life

        command.upgrade(_config(store), "head")


def current(store: Store) -> str | None:
    """The version that the database has; None for an empty one."""
    with store.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def newest() -> str:
    """The version of this program: migrations are numbered, the highest is the head."""
    return max(found[0] for path in (_MIGRATIONS / "versions").glob("*.py") if (found := re.match(r"\d{4}", path.name)))


def draft_migration(store: Store, title: str) -> None:
    """Write a migration from the database as it is to the models as they are; for developers."""
    from alembic import command

    number = int(newest()) + 1 if list((_MIGRATIONS / "versions").glob("[0-9]*.py")) else 1
    command.revision(_config(store), message=title, autogenerate=True, rev_id=f"{number:04d}")


def _config(store: Store) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["engine"] = store.engine
    return config
