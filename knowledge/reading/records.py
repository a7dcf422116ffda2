"""Records in bulk: one JSON object a line, plain or gzipped, read one at a time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from knowledge.reading import texts
from knowledge.reading.document import Document, Kind, Meta, Passage
from knowledge.reading.passages import LIMIT, groups
from knowledge.text import clean


class Record(msgspec.Struct, frozen=True):
    """One line of a bulk file: an article of a law, or any text with an id."""

    id: str
    text: str
    title: str = ""
    law: str = ""
    version: str = ""
    article: str = ""
    chapter: str = ""
    scope: str = ""
    region: str = ""
    category: str = ""


_decode = msgspec.json.Decoder(Record).decode


def _unheard(line: int, reason: str) -> None:
    """Nobody asked to be told."""


def read_records(path: Path, problem: Callable[[int, str], Any] = _unheard) -> Iterator[Record]:
    """The records of a `.jsonl` or `.jsonl.gz` file, lazily; a bad line is told to `problem` and skipped."""
    number = 0
    with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as stream:
        try:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                try:
                    record = _decode(line)
                except msgspec.ValidationError:
                    problem(number, texts.BAD_RECORD.format(line=number, reason=texts.RECORD_NO_TEXT))
                except (msgspec.DecodeError, UnicodeDecodeError):
                    problem(number, texts.BAD_RECORD.format(line=number, reason=texts.RECORD_NOT_JSON))
                else:
                    yield record
        except (EOFError, zlib.error, gzip.BadGzipFile):
            problem(number + 1, texts.BAD_RECORD.format(line=number + 1, reason=texts.TRUNCATED))


def read_record(record: Record) -> Document:
    """One record as a document of one article, cheap enough for tens of thousands."""
    cleaned = clean(record.text)
    text = cleaned.text
    place = f"{record.chapter} {record.article}".strip()
    spans = [(0, len(text))] if len(text) <= LIMIT else list(groups(text, 0, len(text), LIMIT))
    passages = tuple(
        Passage(number, place, record.article or None, text[start:end].strip(), start, end)
        for number, (start, end) in enumerate(spans)
    )
    meta = Meta(title=record.title or record.law or None, date=record.version or None)
    kind: Kind = "law" if record.article else "other"
    version = record.version or None
    return Document(record.id, kind, record.text, cleaned, meta, passages=passages, version=version, body_end=len(text))
