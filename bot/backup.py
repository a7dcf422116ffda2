"""Backups: every table as JSON lines and every photo, in one zip, from one consistent view; the same file fits both engines."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.types import Date, LargeBinary, Numeric

from storage import schema
from storage.base import Key, UtcDateTime
from storage.store import Store

_MANIFEST = "niangjia.json"
_CHUNK = 1_000


class NotABackup(ValueError):
    """The file was not written by `backup`."""


class NotEmpty(RuntimeError):
    """There is something in the database already."""


class Mismatch(RuntimeError):
    """A table has not as many rows as the backup says."""

    def __init__(self, table: str, wanted: int, found: int) -> None:
        super().__init__(f"{table}: {wanted} rows wanted, {found} found")
        self.table, self.wanted, self.found = table, wanted, found


def write(store: Store, data_dir: Path, file: Path) -> dict[str, int]:
    """Write the backup; rows for each table. The file appears whole or not at all."""
    fresh = file.with_name(file.name + ".new")
    counts: dict[str, int] = {}
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive, store.read() as session:
        if not store.is_sqlite:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        for table in schema.metadata.sorted_tables:
            with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as out:
                counts[table.name] = 0
                order = list(table.primary_key.columns)
                for row in session.execute(select(table).order_by(*order).execution_options(yield_per=_CHUNK)):
                    out.write(
                        msgspec.json.encode({c.name: _plain(v) for c, v in zip(table.columns, row, strict=True)})
                        + b"\n"
                    )
                    counts[table.name] += 1
        photos = data_dir / "photos"
        for path in sorted(photos.rglob("*.img")) if photos.exists() else []:
            archive.write(path, f"photos/{path.relative_to(photos)}")
        manifest = {"version": schema.newest(), "counts": counts}
        archive.writestr(_MANIFEST, msgspec.json.encode(manifest))
    fresh.replace(file)
    return counts


def restore(file: Path, url: str, secret: str, data_dir: Path, *, force: bool = False) -> dict[str, int]:
    """Put a backup into the database in one transaction; raises NotABackup, NotEmpty or Mismatch with nothing changed."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = msgspec.json.decode(archive.read(_MANIFEST))
            return _restore(archive, manifest["counts"], url, secret, data_dir, force)
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError) as error:
        raise NotABackup(str(file)) from error


def _restore(
    archive: zipfile.ZipFile, wanted: dict[str, int], url: str, secret: str, data_dir: Path, force: bool
) -> dict[str, int]:
    store = Store(url, secret=secret)
    schema.upgrade(store)
    tables = schema.metadata.sorted_tables
    with store.begin() as session:
        if store.is_sqlite:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            session.execute(text("SET session_replication_role = replica"))
        if any(session.scalar(select(func.count()).select_from(t)) for t in tables):
            if not force:
                raise NotEmpty
            for table in reversed(tables):
                session.execute(table.delete())
        for table in tables:
            if f"tables/{table.name}.jsonl" in archive.namelist():
                for chunk in _chunks(archive, table):
                    session.execute(insert(table), chunk)
            found = session.scalar(select(func.count()).select_from(table)) or 0
            if found != wanted.get(table.name, 0):
                raise Mismatch(table.name, wanted.get(table.name, 0), found)
            _advance_sequence(session, store, table)
    for name in archive.namelist():
        if name.startswith("photos/") and ".." not in name:
            target = data_dir / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
    return wanted


def _advance_sequence(session: Any, store: Store, table: Table) -> None:
    """PostgreSQL's counters do not see rows that bring their own ids."""
    key = list(table.primary_key.columns)
    if store.is_sqlite or len(key) != 1 or not isinstance(key[0].type, type(Key)) or key[0].name != "id":
        return
    session.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), coalesce((SELECT max(id) FROM {table.name}), 0) + 1, false)"
        )
    )


def _chunks(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    with archive.open(f"tables/{table.name}.jsonl") as lines:
        for line in lines:
            row = msgspec.json.decode(line)
            chunk.append({c.name: _typed(c.type, row.get(c.name)) for c in table.columns})
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
    if chunk:
        yield chunk


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(kind, Numeric) and isinstance(value, str) else value


__all__ = ["Mismatch", "NotABackup", "NotEmpty", "restore", "write"]
