"""Taking documents into the library: the same again changes nothing, a changed one becomes a new version."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import indexing
from knowledge.fields import of_document
from knowledge.indexing import ROW, TEXT, Indexed
from knowledge.library_texts import MARKED, SAME_NUMBER
from knowledge.originals import packed_map
from knowledge.reading.document import Document
from knowledge.retrieval.references import article_label, article_number, number_key, title_key
from knowledge.validity import link, order_versions
from storage import circulars as records
from storage.circulars import Circular, CircularTable, Passage, Section

Status = Literal["new", "unchanged", "new_version", "refused"]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one document. `line` is what the command line prints."""

    status: Status
    line: dict[str, Any] = field(default_factory=dict)
    circular_id: int | None = None

    @property
    def changed(self) -> bool:
        return self.status in ("new", "new_version")


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
        order_versions(circular, before)
    _structure(session, document, circular)
    link(session, document, circular)
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
        issued_on=day_of(document.version or meta.date),
        version=document.version or "",
        scope=scope,
        source_name=Path(document.name).name[:255],
        meta={**meta.to_json(), "warnings": list(document.warnings)},
        text=document.text,
        offsets=packed_map(document),
        original=zlib.compress(document.original.encode()),
    )


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


def _store_passages(session: Session, document: Document, circular: Circular) -> list[Indexed]:
    rows = {(row.start, row.end) for table in document.tables for row in table.rows}
    stored = [
        Passage(
            circular_id=circular.id, ordinal=one.ordinal, text=one.text, place=one.place,
            article=article_of(one.article), start=one.start, end=one.end,
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


def article_of(label: str | None) -> str:
    """The label of an article (第二十三条之一) as it is looked up; another label as it stands."""
    number, sub = article_number(label or "")
    return article_label(number, sub) if number else (label or "")[:40]


def day_of(text: str | None) -> date | None:
    """An ISO day; None for anything else."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
