"""Taking records into the library in bulk: articles of laws, one a line, a law after the other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from knowledge import indexing
from knowledge.fields import SHORT_NAME, of_record
from knowledge.importing import article_of, day_of
from knowledge.reading.records import Record, read_records
from knowledge.retrieval.references import article_number, title_key
from knowledge.validity import end_repealed, order_versions
from storage import circulars as records
from storage.circulars import Circular, Passage
from storage.store import Store

#: Passages of one transaction: a third of a second of writing.
BULK = 8_192


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a bulk import is."""

    records: int
    new: int
    unchanged: int


def _ignore(_line: int, _reason: str) -> None:
    """What happens to a problem nobody asked for."""


def import_records(
    store: Store, path: Path, now: datetime, problem: Callable[[int, str], Any] = _ignore
) -> Iterator[Progress]:
    """Import records document by document (neighbours with the same title and version belong together).

    Commits every BULK passages, so that no writer waits long and memory stays bounded; yields after each commit.
    A line that is no record is told to `problem(line, reason)` and skipped.
    Run again after a crash it goes on where it stopped, since what is there is unchanged.
    """
    seen = new = unchanged = 0
    batch: list[list[Record]] = []
    size = 0
    for _, group in groupby(read_records(path, problem), key=lambda one: (one.title or one.law or one.id, one.version)):
        batch.append(_in_order(list(group)))
        size += len(batch[-1])
        seen += len(batch[-1])
        if size >= BULK:
            added = _import_batch(store, batch, path.name, now)
            new, unchanged = new + added, unchanged + len(batch) - added
            batch, size = [], 0
            yield Progress(seen, new, unchanged)
            indexing.merge_small(store)
    if batch:
        added = _import_batch(store, batch, path.name, now)
        new, unchanged = new + added, unchanged + len(batch) - added
    if new:
        indexing.merge_all(store)
    yield Progress(seen, new, unchanged)


def _in_order(group: list[Record]) -> list[Record]:
    """The records of a law by article (条): files of records come in any order, 下一条 must not."""
    keys = [article_number(record.article or "") for record in group]
    if not all(number for number, _ in keys):
        return group
    return [record for _, record in sorted(zip(keys, group, strict=True), key=lambda one: one[0])]


def _import_batch(store: Store, batch: Sequence[Sequence[Record]], name: str, now: datetime) -> int:
    digests = {_digest(group): group for group in batch}
    with store.read() as session:
        known = set(session.execute(select(Circular.sha256).where(Circular.sha256.in_(list(digests)))).scalars())
    fresh = {digest: group for digest, group in digests.items() if digest not in known}
    if not fresh:
        return 0
    fields = [of_record(one.law or one.title, one.chapter, one.text) for group in fresh.values() for one in group]
    rows = indexing.prepare(fields)  # the long part, before the writer's turn begins
    with store.begin() as session:
        owners = [_record_circular(session, digest, group, name, now) for digest, group in fresh.items()]
        passages = [
            {
                "circular_id": owner.id, "ordinal": at, "text": record.text,
                "place": f"{record.chapter} {record.article}".strip(), "article": article_of(record.article),
                "source_id": record.id[:120], "kind": "text", "start": 0, "end": len(record.text), "section_id": None,
            }
            for owner, group in zip(owners, fresh.values(), strict=True)
            for at, record in enumerate(group)
        ]  # fmt: skip
        inserting = insert(Passage).returning(Passage.id, sort_by_parameter_order=True)
        ids = list(session.execute(inserting, passages).scalars())
        belongs = [owner.id for owner, group in zip(owners, fresh.values(), strict=True) for _ in group]
        indexing.add_prepared(session, ids, belongs, rows)
        end_repealed(session, owners, fresh.values())
    return len(fresh)


def _digest(group: Sequence[Record]) -> str:
    text = json.dumps([[one.id, one.title, one.version, one.text] for one in group])
    return hashlib.sha256(text.encode()).hexdigest()


def _record_circular(session: Session, digest: str, group: Sequence[Record], name: str, now: datetime) -> Circular:
    first = group[0]
    title, version = first.title or first.law or first.id, first.version
    key = title_key(title)
    before = records.same_document(session, title_key=key, number_key="")
    circular = Circular(
        kind="law", title=title, title_key=key, sha256=digest, created_at=now, issued_on=day_of(version),
        version=version[:40], category=first.category[:40], region=first.region[:40], source_name=name[:255],
        meta={SHORT_NAME: first.law} if first.law and first.law != title else {},
    )  # fmt: skip
    session.add(circular)
    session.flush()
    if before is not None:
        order_versions(circular, before)
    return circular
