"""The declarative base and the column types that every record uses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, LargeBinary, MetaData, String, types
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass

#: Constraint names are fixed so that migrations can name what they change on both engines.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Integer keys: 64 bits on PostgreSQL, the rowid on SQLite.
Key = BigInteger().with_variant(Integer(), "sqlite")

#: Text compared byte by byte, so that `path >= a AND path < b` is a range of one index on both engines.
ByteString = String().with_variant(String(collation="C"), "postgresql")

#: A JSON document; binary on PostgreSQL.
Json = JSON().with_variant(JSONB(), "postgresql")

Bytes = LargeBinary


class UtcDateTime(types.TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. SQLite drops time zones, so naive values are refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """A record: a dataclass that is also a row."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        bytes: LargeBinary(),
    }


def dumps(value: Any) -> str:
    """JSON text as the drivers store it: UTF-8, Chinese as itself."""
    return msgspec.json.encode(value).decode()


def loads(text: str | bytes) -> Any:
    """The value of a JSON text."""
    return msgspec.json.decode(text)
