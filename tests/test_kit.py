"""The test kit itself: stores that are real and separate, and a clock that moves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from storage import units
from storage.store import Store
from tests.kit.clock import START, Clock

CITY = units.UnitRow(code="3799", name="云州市妇联", level="city")


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_database_of_its_own(store: Store, turn: int) -> None:
    """What one test wrote, the next does not see."""
    with store.begin() as session:
        assert units.by_code(session, CITY.code) is None
        units.add(session, CITY, None)
    with store.read() as session:
        assert units.by_code(session, CITY.code) is not None


def test_stores_are_real(store: Store, engine: str) -> None:
    """A store is a SQLite file or a PostgreSQL server, not an imitation."""
    version = "SELECT sqlite_version()" if engine == "sqlite" else "SELECT version()"
    with store.engine.connect() as connection:
        told = str(connection.execute(text(version)).scalar())
    assert ("PostgreSQL" in told) is (engine == "postgresql")
    assert store.is_sqlite is (engine == "sqlite")


def test_the_clock_stands_until_it_is_moved(clock: Clock) -> None:
    """Time passes only when a test says so, and only in aware times."""
    assert clock.now() == clock.now() == START
    clock.move(days=2, hours=1)
    assert clock.now() == START + timedelta(days=2, hours=1)
    with pytest.raises(ValueError, match="aware"):
        clock.to(datetime(2026, 1, 1))
