"""What a document is once it has been read: clean text, elements, sections, tables, citations, passages.

All offsets count characters of the clean text `Document.text` unless a name says `original`;
`Document.original_span` leads back to the text as it stood in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from knowledge.text import Cleaned

Kind = Literal["circular", "law", "other"]
Relation = Literal["cites", "basis", "issues", "repeals", "replaces", "amends", "postpones"]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to turn to; whatever the document does not say is None."""

    name: str | None
    phone: str | None = None
    email: str | None = None

    def to_json(self) -> dict[str, str | None]:
        return {"name": self.name, "phone": self.phone, "email": self.email}


@dataclass(frozen=True, slots=True)
class Meta:
    """The public elements of a document (公文要素).

    `date` is ISO: `2025-06-09`, or `2025-06` or `2025` where the document says no more.
    """

    doc_no: str | None = None
    title: str | None = None
    issuer: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    date: str | None = None
    attachments: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    cc: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "doc_no": self.doc_no,
            "title": self.title,
            "issuer": list(self.issuer),
            "addressees": list(self.addressees),
            "date": self.date,
            "attachments": list(self.attachments),
            "contacts": [contact.to_json() for contact in self.contacts],
            "cc": list(self.cc),
        }


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part, from its label up to the next part of the same or a higher level (so it includes its children).

    Levels: 0 a part of several in one file (2014年主要任务, 附件) or 编, 1 一、 or 章, 2 （一） or 节, 3 1. or 条,
    4 （1） or 款, 5 一是 and the like. `heading` is the heading sentence without its label, "" where there is none.
    `body_start` is where the text after label and heading begins; `place` is the path, as in 三、（二）2.
    """

    level: int
    label: str
    heading: str
    start: int
    end: int
    place: str
    body_start: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "label": self.label,
            "heading": self.heading,
            "place": self.place,
            "offset": [self.start, self.end],
        }


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell. `parts` are its items when it lists several (units one a line), else the text alone."""

    text: str
    parts: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table with the span it was read from."""

    cells: tuple[Cell, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table put together again. `note` tells what had to be guessed (页间表头不同 and so on), "" if nothing."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    start: int
    end: int
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "columns": list(self.columns),
            "rows": [
                [list(cell.parts) if len(cell.parts) > 1 else cell.text for cell in row.cells] for row in self.rows
            ],
            "offset": [self.start, self.end],
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """Another document named in this one: by title, by number, or both; `article` as in 第七十条."""

    text: str
    number: str | None
    title: str | None
    article: str | None
    start: int
    end: int
    relation: Relation = "cites"

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "number": self.number,
            "title": self.title,
            "article": self.article,
            "relation": self.relation,
            "offset": [self.start, self.end],
        }


@dataclass(frozen=True, slots=True)
class Passage:
    """What a look-up returns: sentences under their heading, or one table row, at most 500 characters of `text`.

    `start` and `end` span the sentences themselves; `text` may begin with the heading they stand under.
    `article` is the article of a law (第七十条), None elsewhere.
    """

    ordinal: int
    place: str
    article: str | None
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One document as read. `name` is the file's name or the record's id, `original` the text as it stood there."""

    name: str
    kind: Kind
    original: str
    cleaned: Cleaned
    meta: Meta = field(default_factory=Meta)
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    warnings: tuple[str, ...] = ()
    secrecy: str | None = None  # 绝密, 机密, 秘密, 内部资料: such a document must be refused and not kept
    pages: int | None = None
    version: str | None = None  # laws: the ISO date of the version
    body_start: int = 0  # where the text proper begins: after title and addressees
    body_end: int = 0  # where it ends: before 附件, signature, 抄送 (annexes come after)

    @property
    def text(self) -> str:
        """The clean text."""
        return self.cleaned.text

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of `original` from which clean text `start:end` was made."""
        return self.cleaned.original_span(start, end)

    def section_at(self, position: int) -> Section | None:
        """The innermost section that contains a position of the clean text."""
        found = None
        for section in self.sections:
            if section.start > position:
                break
            if position < section.end:
                found = section
        return found

    def to_json(self) -> dict[str, Any]:
        """Elements, sections, tables, citations and clean text, as the command line prints them."""
        return {
            "meta": self.meta.to_json(),
            "sections": [section.to_json() for section in self.sections],
            "tables": [table.to_json() for table in self.tables],
            "citations": [citation.to_json() for citation in self.citations],
            "text": self.text,
        }
