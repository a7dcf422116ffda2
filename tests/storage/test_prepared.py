"""Prepared statements: every kind of value goes to PostgreSQL and comes back, and they outlive a rollback."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Boolean, Date, Numeric, SmallInteger, String, bindparam, select, text
from sqlalchemy.orm import Session

from storage.fixed import Fixed
from storage.store import Store

AMOUNTS = ("0", "1", "36", "200.50", "-3.25", "10000", "0.05", "123456789.01", "99999999999999.99")

_ECHO = Fixed(
    select(
        bindparam("amount", type_=Numeric(16, 2)),
        bindparam("day", type_=Date),
        bindparam("small", type_=SmallInteger),
        bindparam("yes", type_=Boolean),
        bindparam("said", type_=String),
    )
)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("amount", AMOUNTS)
def test_values_come_back(store: Store, amount: str) -> None:
    """Amounts to the last digit, days before and after 2000, what is empty."""
    with store.begin() as session:
        for day in (date(1949, 4, 3), date(2026, 11, 5), None):
            told = {"amount": Decimal(amount), "day": day, "small": -7, "yes": day is None, "said": "妇联'\"\\"}
            assert _ECHO.rows(session, told) == [tuple(told.values())]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_they_outlive_a_rollback(store: Store) -> None:
    """The same statement goes on after a unit of work that failed, one that only read, and a savepoint that was left."""

    def ask(session: Session) -> None:
        assert _ECHO.rows(session, {"said": "一"})[0][4] == "一"
        for _ in range(12):  # so often that the driver would prepare it too
            session.execute(text("SELECT 1"))

    def fails() -> None:
        with store.begin() as session:
            ask(session)
            raise RuntimeError

    for _ in range(3):
        with pytest.raises(RuntimeError):
            fails()
        with store.read() as session:
            ask(session)
        with store.begin() as session:
            ask(session)
            session.begin_nested().rollback()
            ask(session)
