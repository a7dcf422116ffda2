"""Prepared statements: every kind of value goes to PostgreSQL and comes back, and they outlive a rollback."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Boolean, Date, Numeric, SmallInteger, String, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from storage.fixed import Fixed, insert_many
from storage.prepared import Later
from storage.store import Store
from storage.units import Unit

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


_ADD = insert_many(
    Unit.__table__, "code", "name", "level", "kind", "path", returning=(Unit.__table__.c.id, Unit.__table__.c.code)
)
_ADD_STRICTLY = insert_many(Unit.__table__, "code", "name", "level", "kind", "path", returning=None)


def _units(*codes: str) -> list[dict[str, str]]:
    return [{"code": c, "name": f"{c}村", "level": "village", "kind": "", "path": f"/{c}/"} for c in codes]


def _codes(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.scalars(select(Unit.code)))


@pytest.mark.parametrize("times", [1, 9])
def test_what_is_left_for_the_end_is_done_with_the_commit(store: Store, times: int) -> None:
    """Its rows are known then; the first times, while its plan is still made anew, and later; together with records."""
    for i in range(times):
        with store.begin() as session:
            later = _ADD.rows_last(session, _units(f"{i}a", f"{i}b"))
            session.add(Unit(code=f"{i}c", name="村", level="village", path=f"/{i}c/"))
        assert {code for _, code in later.rows} == {f"{i}a", f"{i}b"}
    assert _codes(store) == {f"{i}{c}" for i in range(times) for c in "abc"}


def test_what_fails_at_the_end_leaves_nothing(store: Store) -> None:
    """A unit that is there already: the error is SQLAlchemy's, the work before it is undone, the connection goes on."""
    with store.begin() as session:
        _ADD.run(session, _units("1"))

    def fails() -> None:
        with store.begin() as session:
            _ADD.run(session, _units("2"))
            _ADD.run_last(session, _units("3", "4"))
            _ADD_STRICTLY.run_last(session, _units("5", "1"))

    for _ in range(9):
        with pytest.raises(IntegrityError):
            fails()
        assert _codes(store) == {"1"}


def test_a_unit_of_work_that_ends_early_does_not_do_what_was_left(store: Store) -> None:
    """An exception before the end: nothing goes to the server."""

    def fails() -> Later:
        with store.begin() as session:
            _ADD.rows_last(session, _units("1", "2"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert _codes(store) == set()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_server_that_goes_away_before_the_commit_is_an_error_and_no_end(store: Store) -> None:
    """The connection is cut before what was left is sent: an error that says so, and the next unit of work has a new one."""

    def is_cut() -> None:
        with store.begin() as session:
            _ADD.rows_last(session, _units("1", "2"))
            pid = session.scalar(select(func.pg_backend_pid()))
            with store.engine.connect() as other:
                other.execute(select(func.pg_terminate_backend(pid)))
                other.commit()

    for _ in range(3):
        with pytest.raises(DBAPIError):
            is_cut()
        with store.begin() as session:
            assert session.scalar(select(func.count()).select_from(Unit)) == 0
