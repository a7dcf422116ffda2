"""Statements that never change, run by the driver itself: what every message costs is paid here.

SQLAlchemy writes the SQL once for each dialect and knows how each type goes in and out; after that the work of a
statement is its own. Measured on a small SELECT, CPU each: SQLite 15 µs by Core and 2 µs so, PostgreSQL 63 and 30.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, column, exc, func, select, types
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import Select

from storage.prepared import Later, Prepared, Server, converted

Row = tuple[Any, ...]
#: A select's type names the types of its columns, which nobody needs here.
Statement = Any
_Convert = Callable[[Any], Any]


#: Rows that one INSERT stores on SQLite: each form of it is compiled once.
AT_ONCE = 16


class Driver:
    """The driver's connection of a session's transaction. A unit of work looks it up once (`Store.begin`)."""

    __slots__ = ("_connection", "dialect", "errors", "raw", "server")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect: Any = connection.dialect
        self.raw: Any = connection.connection.dbapi_connection
        #: On PostgreSQL only.
        self.server = None if self.dialect.name == "sqlite" else Server(connection)
        self.errors: type[Exception] = self.dialect.loaded_dbapi.Error

    @property
    def is_sqlite(self) -> bool:
        """Whether there is no server."""
        return self.server is None

    @staticmethod
    def of(session: Session) -> Driver:
        """The one in which the session's transaction runs."""
        found = session.info.get("driver")
        return found if isinstance(found, Driver) else Driver(session.connection())

    def commit(self) -> None:
        """Run what was left for the end of the transaction, and end it."""
        if self.server is None:
            return
        try:
            self.server.commit()
        except self.errors as error:
            raise self.wrapped("COMMIT", error) from error

    def wrapped(self, sql: str, error: Exception) -> exc.DBAPIError:
        """The driver's error as SQLAlchemy's of the same name; a connection that is gone is not given out again."""
        lost = self.dialect.is_disconnect(error, self.raw, None)
        names = (
            cls.__name__ for cls in type(error).__mro__
        )  # a driver's own kinds are subclasses of the standard ones
        kind = next((found for name in names if isinstance(found := getattr(exc, name, None), type)), exc.DBAPIError)
        wrapped: exc.DBAPIError = kind(sql, None, error, hide_parameters=True, connection_invalidated=lost)
        if lost:
            self._connection.invalidate(error)
        return wrapped


class Fixed:
    """A Core statement without anything that depends on its values: no IN of unknown length, no literal to be filled in.

    Bound names are given as keywords; what is not given has the statement's own value. Like `session.connection().
    execute` it sees what has been flushed, and nothing else. Errors are SQLAlchemy's, without the parameters.
    """

    def __init__(self, statement: Statement | Callable[[Any], Statement]) -> None:
        #: Or how to write it with the dialect's own `insert`, for what only that has (ON CONFLICT).
        self._statement = statement
        self._compiled: _Compiled | None = None
        self._prepared: Prepared | None = None

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Run it once; the rows."""
        driver = Driver.of(session)
        try:
            if driver.server is not None:
                return driver.server.rows(self.prepared, values)
            compiled = self._for(driver)
            return compiled.read(driver.raw.execute(compiled.sql, compiled.bind(values)).fetchall())
        except driver.errors as error:
            raise driver.wrapped(self._text(driver), error) from error

    def rows_last(self, session: Session, values: Mapping[str, Any]) -> Later:
        """Run it with the end of the transaction, in one round trip with it where there is a server: nothing sees it before."""
        server = Driver.of(session).server
        return Later(self.rows(session, values)) if server is None else server.rows_last(self.prepared, values)

    def run_last(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run it so, for what it does."""
        server = Driver.of(session).server
        if server is None:
            self.run(session, values)
        else:
            server.rows_last(self.prepared, values)

    def rows_at_once(self, session: Session, many: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Of an INSERT of named columns on SQLite: store all of these with one statement; the rows, in no order."""
        driver, found = Driver.of(session), list[Row]()
        compiled = self._for(driver)
        try:
            for start in range(0, len(many), AT_ONCE):
                part = many[start : start + AT_ONCE]
                values = [value for one in part for value in compiled.bind(one)]
                found += driver.raw.execute(compiled.of_rows(len(part)), values).fetchall()
        except driver.errors as error:
            raise driver.wrapped(compiled.sql, error) from error
        return compiled.read(found)

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """Run it once, for what it does; how many rows it touched."""
        driver = Driver.of(session)
        try:
            if driver.server is not None:
                return driver.server.run(self.prepared, values).command_tuples or 0
            compiled = self._for(driver)
            return int(driver.raw.execute(compiled.sql, compiled.bind(values)).rowcount)
        except driver.errors as error:
            raise driver.wrapped(self._text(driver), error) from error

    def run_all(self, session: Session, many: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each of these, for what it does."""
        if len(many) == 1:
            self.run(session, many[0])
        elif many:
            self.run_in_turn(session, (self, many))

    @staticmethod
    def run_in_turn(session: Session, *runs: tuple[Fixed, Sequence[Mapping[str, Any]]]) -> None:
        """Run several statements, each for its values, one after the other; on PostgreSQL in one round trip."""
        driver = Driver.of(session)
        try:
            if driver.server is not None:
                driver.server.run_in_turn([(one.prepared, values) for one, many in runs for values in many])
                return
            for one, many in runs:
                compiled = one._for(driver)
                driver.raw.executemany(compiled.sql, [compiled.bind(values) for values in many])
        except driver.errors as error:
            raise driver.wrapped("; ".join(one._text(driver) for one, _ in runs), error) from error

    @property
    def prepared(self) -> Prepared:
        """As PostgreSQL runs it."""
        if self._prepared is None:
            self._prepared = Prepared(self._written(postgresql))
        return self._prepared

    def _for(self, driver: Driver) -> _Compiled:
        if self._compiled is None:
            self._compiled = _Compiled(self._written(sqlite), driver.dialect)
        return self._compiled

    def _text(self, driver: Driver) -> str:
        return self._for(driver).sql if driver.server is None else self.prepared.sql

    def _written(self, dialect: Any) -> Any:
        is_whole = isinstance(self._statement, Select | UpdateBase)
        return self._statement if is_whole else self._statement(dialect.insert)


class _Compiled:
    """The text of a statement for SQLite, and what its values need on the way in and out."""

    def __init__(self, statement: Any, dialect: Any) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql: str = compiled.string
        if "POSTCOMPILE" in self.sql:
            raise ValueError(f"depends on its values: {self.sql}")
        binds: dict[str, BindParameter[Any]] = compiled.binds
        self._is_positional = compiled.positiontup is not None
        #: The name in each place, its own value, and what has to be converted on the way in.
        self._names: list[str] = list(compiled.positiontup or binds)
        self._own = [binds[name].effective_value for name in self._names]
        self._converts_in: list[tuple[int, _Convert]] = [
            (at, convert)
            for at, name in enumerate(self._names)
            if (convert := _processor(binds[name].type, dialect, "bind_processor")) is not None
        ]
        columns = list(statement.exported_columns)
        self._converts: list[tuple[int, _Convert]] = [
            (at, convert)
            for at, column in enumerate(columns)
            if (convert := _processor(column.type, dialect, "result_processor", None)) is not None
        ]

    def bind(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        bound = list(map(values.get, self._names, self._own))
        for at, convert in self._converts_in:
            bound[at] = convert(bound[at])
        return bound if self._is_positional else dict(zip(self._names, bound, strict=True))

    def of_rows(self, count: int) -> str:
        """The text of an INSERT for so many rows."""
        head, _, rest = self.sql.partition("VALUES (")
        row, _, tail = rest.partition(")")
        return f"{head}VALUES ({'), ('.join([row] * count)}){tail}"

    def read(self, rows: list[Row]) -> list[Row]:
        """The rows as Python's own values."""
        return converted(rows, self._converts)


def _processor(type_: Any, dialect: Any, kind: str, *given: Any) -> _Convert | None:
    convert: _Convert | None = getattr(type_.dialect_impl(dialect), kind)(dialect, *given)
    return convert


class Many:
    """An INSERT or UPDATE for many rows: one statement for all of them on PostgreSQL, one for each (INSERT: few) on SQLite.

    `one` does it for one row, with a bound name for each of `columns`; `all_together` writes it with the dialect's
    `insert` and a source that has these columns, a row for each. A round trip and its share of the server cost
    PostgreSQL ten times what a row does; SQLite has neither.
    """

    def __init__(
        self, one: Fixed, columns: Mapping[str, types.TypeEngine[Any]], all_together: Callable[[Any, Any], Statement]
    ) -> None:
        self._one = one
        self._names = tuple(columns)
        arrays = [bindparam(name, type_=postgresql.ARRAY(type_)) for name, type_ in columns.items()]
        given = [column(name, type_) for name, type_ in columns.items()]
        source = func.unnest(*arrays).table_valued(*given, name="given").render_derived()
        self._all = Fixed(lambda insert: all_together(insert, source))

    def rows(self, session: Session, many: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Run it, an INSERT, for these; the rows of all of them, in no order."""
        if len(many) <= 1:
            return self._one.rows(session, many[0]) if many else []
        if Driver.of(session).is_sqlite:
            return self._one.rows_at_once(session, many)
        return self._all.rows(session, self._columns(many))

    def rows_last(self, session: Session, many: Sequence[Mapping[str, Any]]) -> Later:
        """Run it, an INSERT, for these with the end of the transaction: nothing sees it before."""
        if not many or Driver.of(session).is_sqlite:
            return Later(self.rows(session, many))
        return self._all.rows_last(session, self._columns(many))

    def run_last(self, session: Session, many: Sequence[Mapping[str, Any]]) -> None:
        """Run it for these with the end of the transaction, for what it does."""
        if Driver.of(session).is_sqlite:
            self.run(session, many)
        elif many:
            self._all.run_last(session, self._columns(many))

    def run(self, session: Session, many: Sequence[Mapping[str, Any]]) -> None:
        """Run it for these, for what it does."""
        fixed, values = self.turns(session, many)
        fixed.run_all(session, values)

    def turns(self, session: Session, many: Sequence[Mapping[str, Any]]) -> tuple[Fixed, Sequence[Mapping[str, Any]]]:
        """What `Fixed.run_in_turn` has to run for these."""
        if len(many) <= 1 or Driver.of(session).is_sqlite:
            return self._one, many
        return self._all, [self._columns(many)]

    def _columns(self, many: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        return {name: [values[name] for values in many] for name in self._names}


def insert_many(table: Any, *columns: str, returning: Sequence[Any] | None = ()) -> Many:
    """INSERT of these columns of a table; rows that are there already are left out, the others are returned.

    With `returning` None nothing is left out: what is there already is an error.
    """
    of = {name: table.c[name].type for name in columns}

    def ending(statement: Any) -> Statement:
        return statement.on_conflict_do_nothing().returning(*returning) if returning is not None else statement

    def one(insert: Any) -> Statement:
        return ending(insert(table).values(named(*columns)).inline())

    def together(insert: Any, source: Any) -> Statement:
        return ending(insert(table).from_select(columns, select(*source.c), include_defaults=False))

    return Many(Fixed(one), of, together)


def named(*columns: str) -> dict[str, BindParameter[Any]]:
    """A bound name for each of these columns, to be set by INSERT."""
    return {column: bindparam(column) for column in columns}


def places(column: Any, name: str, count: int) -> ColumnElement[bool]:
    """`column IN` so many places: how an IN of unknown length is made fixed. `filled` gives their values."""
    found: ColumnElement[bool] = column.in_([bindparam(f"{name}_{i}", type_=column.type) for i in range(count)])
    return found


def filled(name: str, values: Sequence[Any], count: int) -> dict[str, Any]:
    """The values of `count` places, the last one repeated; at least one value."""
    last = values[-1]
    return {f"{name}_{i}": values[i] if i < len(values) else last for i in range(count)}


class Growing:
    """A statement with an IN whose length varies, fixed for each power of two. `make(n)` writes it for n places."""

    def __init__(self, make: Callable[[int], Statement]) -> None:
        self._make = make
        self._sizes: dict[int, Fixed] = {}

    def of(self, count: int) -> tuple[Fixed, int]:
        """The statement for at least so many values, and how many places it has."""
        size = 1 << max(0, count - 1).bit_length()
        if size not in self._sizes:
            self._sizes[size] = Fixed(self._make(size))
        return self._sizes[size], size
