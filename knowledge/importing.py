"""Taking documents into the library: the same again changes nothing, a changed one becomes a new version."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from knowledge import indexing
from knowledge.fields import SHORT_NAME, of_document, of_record
from knowledge.indexing import ROW, TEXT, Indexed
from knowledge.library_texts import MARKED, SAME_NUMBER
from knowledge.reading.document import Document
from knowledge.reading.records import Record, read_records
from knowledge.reading.structure import read_text
from knowledge.retrieval.references import article_label, article_number, number_key, title_key
from storage import circulars as records
from storage.circulars import Circular, CircularTable, Citation, Passage, Section
from storage.store import Store

Status = Literal["new", "unchanged", "new_version", "refused"]

#: Passages of one transaction when records come in bulk: a third of a second of writing.
BULK = 8_192

_ENDS = ("repeals", "replaces")
_REPEALED_IN_LAW = re.compile(r"《([^《》]{2,60})》[^。]{0,120}?同时废止")


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one document. `line` is what the command line prints."""

    status: Status
    line: dict[str, Any] = field(default_factory=dict)
    circular_id: int | None = None

    @property
    def changed(self) -> bool:
        return self.status in ("new", "new_version")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a bulk import is."""

    records: int
    new: int
    unchanged: int


def import_document(session: Session, document: Document, now: datetime, *, scope: str = "") -> ImportResult:
    """Store one document with its structure and make it findable; all with the commit of the session.

    Marked material (秘密 …) is refused and nothing of it is kept. `scope` is the path of the unit it belongs to.
    """
    line = _line(document)
    if document.secrecy:
        return ImportResult("refused", line)
    digest = hashlib.sha256(document.original.encode()).hexdigest()
    same = records.by_sha256(session, digest)
    if same is not None:
        return ImportResult("unchanged", line, same.id)
    title = document.meta.title or document.name
    circular = _circular(document, digest, title, now, scope)
    before = records.same_document(session, title_key=circular.title_key, number_key=circular.number_key)
    if before is None and circular.number_key:
        other = session.execute(select(Circular.title).where(Circular.number_key == circular.number_key)).scalar()
        if other:
            line["warnings"].append(SAME_NUMBER.format(title=other))
    session.add(circular)
    session.flush()
    if before is not None:
        _order_versions(circular, before)
    _structure(session, document, circular)
    _link(session, document, circular)
    indexing.add(session, _store_passages(session, document, circular))
    indexing.tidy(session)
    return ImportResult("new_version" if before is not None else "new", line, circular.id)


def _circular(document: Document, digest: str, title: str, now: datetime, scope: str) -> Circular:
    meta = document.meta
    return Circular(
        kind="law" if document.kind == "law" else "circular",
        title=title,
        title_key=title_key(title),
        number_key=number_key(meta.doc_no or ""),
        sha256=digest,
        created_at=now,
        number=meta.doc_no or "",
        issuer="、".join(meta.issuer),
        issued_on=_day(document.version or meta.date),
        version=document.version or "",
        scope=scope,
        source_name=Path(document.name).name[:255],
        meta={**meta.to_json(), "warnings": list(document.warnings)},
        text=document.text,
        offsets=_packed_map(document),
        original=zlib.compress(document.original.encode()),
    )


def _packed_map(document: Document) -> bytes:
    starts, ends = document.cleaned.starts, document.cleaned.ends
    if starts is None or ends is None:
        return b""
    return zlib.compress(array("I", starts).tobytes() + array("I", ends).tobytes())


def original_text(circular: Circular, start: int, end: int) -> str:
    """The stretch of the original from which clean `start:end` was made (原文)."""
    original = zlib.decompress(circular.original).decode() if circular.original else circular.text
    if circular.offsets:
        numbers = array("I")
        numbers.frombytes(zlib.decompress(circular.offsets))
        half = len(numbers) // 2
        if start >= half or end <= start:
            return ""
        start, end = numbers[start], numbers[half + min(end, half) - 1]
    return original[start:end]


def read_again(circular: Circular) -> Document | None:
    """The document as it is understood today, from the kept original; None for records, which have none."""
    if not circular.original:
        return None
    return read_text(circular.source_name, zlib.decompress(circular.original).decode())


def _order_versions(new: Circular, before: Circular) -> None:
    """Of two versions the later one holds; one without a date is later than what was there."""
    later, earlier = (new, before)
    if new.issued_on and before.issued_on and new.issued_on < before.issued_on:
        later, earlier = before, new
    if earlier.validity == records.IN_FORCE:
        earlier.validity, earlier.replaced_by_id = records.REPLACED, later.id
    new.previous_id = before.id


def _structure(session: Session, document: Document, circular: Circular) -> None:
    open_parts: list[tuple[int, Section]] = []
    for at, part in enumerate(document.sections):
        while open_parts and open_parts[-1][0] >= part.level:
            open_parts.pop()
        section = Section(
            circular_id=circular.id, ordinal=at, level=part.level, label=part.label[:40], title=part.heading,
            start=part.start, end=part.end, parent_id=open_parts[-1][1].id if open_parts else None,
        )  # fmt: skip
        session.add(section)
        session.flush()
        open_parts.append((part.level, section))
    session.add_all(
        CircularTable(
            circular_id=circular.id, ordinal=at, title=table.title, columns=list(table.columns),
            rows=table.to_json()["rows"], start=table.start, end=table.end,
        )
        for at, table in enumerate(document.tables)
    )  # fmt: skip


def _link(session: Session, document: Document, circular: Circular) -> None:
    """Citations become links, in both directions of time; what repeals marks what it repeals."""
    for found in document.citations:
        key = number_key(found.number or "") or title_key(found.title or "")
        target = _known(session, key, circular.id) if key else None
        session.add(
            Citation(
                circular_id=circular.id, target_id=target.id if target else None, title=found.title or "",
                number=found.number or "", target_key=key, relation=found.relation, start=found.start, end=found.end,
            )
        )  # fmt: skip
        if target is not None and found.relation in _ENDS:
            _end(target, circular, found.relation)
    mine = [key for key in (circular.number_key, circular.title_key) if key]
    waiting = select(Citation, Circular).join(Circular, Citation.circular_id == Circular.id)
    for citation, citing in session.execute(
        waiting.where(Citation.target_key.in_(mine), Citation.target_id.is_(None), Citation.circular_id != circular.id)
    ):
        citation.target_id = circular.id
        if citation.relation in _ENDS:
            _end(circular, citing, citation.relation)


def _known(session: Session, key: str, but: int) -> Circular | None:
    column = Circular.number_key if "|" in key else Circular.title_key
    query = select(Circular).where(column == key, Circular.id != but).order_by(Circular.id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def _end(target: Circular, by: Circular, relation: str) -> None:
    if target.validity == records.IN_FORCE:
        target.validity = records.REPLACED if relation == "replaces" else records.REPEALED
        target.replaced_by_id = by.id


def _store_passages(session: Session, document: Document, circular: Circular) -> list[Indexed]:
    rows = {(row.start, row.end) for table in document.tables for row in table.rows}
    stored = [
        Passage(
            circular_id=circular.id, ordinal=one.ordinal, text=one.text, place=one.place,
            article=_article(one.article), start=one.start, end=one.end,
            kind="row" if (one.start, one.end) in rows else "text",
        )
        for one in document.passages
    ]  # fmt: skip
    session.add_all(stored)
    session.flush()
    return [
        Indexed(
            one.id,
            circular.id,
            ROW if one.kind == "row" else TEXT,
            of_document(circular.title, one.place, one.text, one.ordinal),
        )
        for one in stored
    ]


def _article(label: str | None) -> str:
    number, sub = article_number(label or "")
    return article_label(number, sub) if number else (label or "")[:40]


def _line(document: Document) -> dict[str, Any]:
    meta = document.meta
    warnings = list(document.warnings)
    if document.secrecy:
        warnings.append(MARKED.format(mark=document.secrecy))
    return {
        "file": Path(document.name).name,
        "doc_number": meta.doc_no,
        "title": meta.title,
        "issuer": "、".join(meta.issuer) or None,
        "issued_on": meta.date,
        "addressees": list(meta.addressees),
        "sections": [one.to_json() for one in document.sections],
        "tables": [one.to_json() for one in document.tables],
        "citations": [one.to_json() for one in document.citations],
        "warnings": warnings,
    }


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


# --- records in bulk -------------------------------------------------------------------------------------------------


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
                "place": f"{record.chapter} {record.article}".strip(), "article": _article(record.article),
                "source_id": record.id[:120], "kind": "text", "start": 0, "end": len(record.text), "section_id": None,
            }
            for owner, group in zip(owners, fresh.values(), strict=True)
            for at, record in enumerate(group)
        ]  # fmt: skip
        inserting = insert(Passage).returning(Passage.id, sort_by_parameter_order=True)
        ids = list(session.execute(inserting, passages).scalars())
        belongs = [owner.id for owner, group in zip(owners, fresh.values(), strict=True) for _ in group]
        indexing.add_prepared(session, ids, belongs, rows)
        _end_repealed(session, owners, fresh.values())
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
        kind="law", title=title, title_key=key, sha256=digest, created_at=now, issued_on=_day(version),
        version=version[:40], category=first.category[:40], region=first.region[:40], source_name=name[:255],
        meta={SHORT_NAME: first.law} if first.law and first.law != title else {},
    )  # fmt: skip
    session.add(circular)
    session.flush()
    if before is not None:
        _order_versions(circular, before)
    return circular


def _end_repealed(session: Session, owners: Sequence[Circular], groups: Iterable[Sequence[Record]]) -> None:
    """「《…》同时废止」 in a law ends an older one of that name."""
    for owner, group in zip(owners, groups, strict=True):
        titles = {title_key(name) for record in group for name in _REPEALED_IN_LAW.findall(record.text)}
        titles.discard(owner.title_key)
        if titles and owner.issued_on:
            session.execute(
                update(Circular)
                .where(
                    Circular.title_key.in_(titles),
                    Circular.issued_on < owner.issued_on,
                    Circular.validity == records.IN_FORCE,
                )
                .values(validity=records.REPEALED, replaced_by_id=owner.id)
            )
