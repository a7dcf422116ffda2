"""Posting rows: written in the transaction of an import, read by bucket, merged without stopping readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from storage.circulars import Circular, Passage, Posting, PostingSegment

#: Rows handed to the driver at a time.
BATCH = 2_000

Row = tuple[str, int, bytes]


class Arrays(NamedTuple):
    """What a segment is made of besides its rows: by position the passage (int64), its circular (int64) and what kind
    it is (uint8); by bucket the first code (int64). All little-endian."""

    passages: bytes
    circulars: bytes
    traits: bytes
    codes: bytes


def bucket_key(ordinal: int) -> str:
    """The term under which a bucket's row is kept; keys are in the order of the buckets."""
    return f"{ordinal:08x}"


def write_rows(session: Session, segment_id: int, rows: Iterable[Row]) -> int:
    """Write (term, df, body) rows of one segment; on PostgreSQL through COPY. Returns how many."""
    written = 0
    iterator = iter(rows)
    connection = session.connection()
    while batch := list(islice(iterator, BATCH)):
        written += len(batch)
        if connection.dialect.name == "postgresql":
            cursor = connection.connection.cursor()
            with cursor.copy("COPY posting (segment_id, term, df, body) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "varchar", "int4", "bytea"])
                for term, df, body in batch:
                    copy.write_row((segment_id, term, df, body))
            cursor.close()
        else:
            connection.execute(
                insert(Posting.__table__),  # type: ignore[arg-type]  # a Table, which mypy knows as FromClause
                [{"segment_id": segment_id, "term": term, "df": df, "body": body} for term, df, body in batch],
            )
    return written


def add_segment(session: Session, uid: str, version: int, arrays: Arrays, rows: Iterable[Row]) -> int:
    """A new segment with its rows; visible to searches from the commit on. Returns its id."""
    segment = PostingSegment(uid=uid, size=len(arrays.traits), version=version, **arrays._asdict())
    session.add(segment)
    session.flush()
    write_rows(session, segment.id, rows)
    return segment.id


def segment_arrays(session: Session, segment_ids: Sequence[int]) -> dict[int, Arrays]:
    """What segments are made of, by id."""
    columns = PostingSegment
    query = select(columns.id, columns.passages, columns.circulars, columns.traits, columns.codes)
    return {row[0]: Arrays(*row[1:]) for row in session.execute(query.where(columns.id.in_(segment_ids)))}


def of_version(session: Session, version: int, *, other: bool = False) -> list[tuple[int, int]]:
    """(id, size) of the segments that this version of the index has written, or with `other` of all the others."""
    wanted = PostingSegment.version != version if other else PostingSegment.version == version
    query = select(PostingSegment.id, PostingSegment.size).where(wanted).order_by(PostingSegment.id)
    return [(row[0], row[1]) for row in session.execute(query)]


def name_segment(session: Session, number: int, uid: str, version: int, arrays: Arrays) -> None:
    """Make rows that were written under `number` a segment: from the commit on they are searched."""
    segment = PostingSegment(uid=uid, size=len(arrays.traits), version=version, **arrays._asdict())
    segment.id = number
    session.add(segment)
    session.flush()


def forget_segments(session: Session, segment_ids: Sequence[int]) -> None:
    """Take segments out of search; their rows can be deleted later."""
    session.execute(delete(PostingSegment).where(PostingSegment.id.in_(segment_ids)))


def delete_rows(session: Session, segment_id: int) -> None:
    """Delete the rows of a segment that is no longer searched."""
    session.execute(delete(Posting).where(Posting.segment_id == segment_id))


def delete_segments(session: Session, segment_ids: Sequence[int]) -> None:
    """Take segments and their rows away."""
    session.execute(delete(Posting).where(Posting.segment_id.in_(segment_ids)))
    forget_segments(session, segment_ids)


class Stored(NamedTuple):
    """A passage with what its index rests on."""

    id: int
    text: str
    place: str
    article: str
    ordinal: int
    kind: str
    source_id: str
    title: str
    meta: dict[str, Any]


def stored(session: Session, passage_ids: Sequence[int]) -> dict[int, Stored]:
    """Passages as they are stored, by id; those that were deleted are missing."""
    query = select(
        Passage.id, Passage.text, Passage.place, Passage.article, Passage.ordinal, Passage.kind, Passage.source_id,
        Circular.title, Circular.meta,
    ).join(Circular, Passage.circular_id == Circular.id)  # fmt: skip
    found: dict[int, Stored] = {}
    for first in range(0, len(passage_ids), 500):  # SQLite allows 32,766 parameters, plans stay small
        part = list(passage_ids[first : first + 500])
        found |= {row[0]: Stored(*row) for row in session.execute(query.where(Passage.id.in_(part)))}
    return found
