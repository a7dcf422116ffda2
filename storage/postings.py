"""Posting rows: written in the transaction of an import, read by term, merged without stopping readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from storage.circulars import Posting, PostingSegment

#: Rows handed to the driver at a time.
BATCH = 5_000

Row = tuple[str, int, bytes]


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


def add_segment(
    session: Session, uid: str, passages: bytes, circulars: bytes, traits: bytes, rows: Iterable[Row]
) -> int:
    """A new segment with its rows; visible to searches from the commit on. Returns its id."""
    segment = PostingSegment(uid=uid, size=len(traits), passages=passages, circulars=circulars, traits=traits)
    session.add(segment)
    session.flush()
    write_rows(session, segment.id, rows)
    return segment.id


def read_rows(
    session: Session, segment_ids: Sequence[int], terms: Sequence[str]
) -> Sequence[tuple[int, str, int, bytes]]:
    """(segment id, term, df, body) of the wanted terms in the wanted segments; one query."""
    query = select(Posting.segment_id, Posting.term, Posting.df, Posting.body).where(
        Posting.segment_id.in_(segment_ids), Posting.term.in_(terms)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def rows_by_term(session: Session, segment_id: int) -> Iterator[Row]:
    """All rows of a segment in order of term, read in pieces so that memory stays bounded."""
    last = ""
    while True:
        query = (
            select(Posting.term, Posting.df, Posting.body)
            .where(Posting.segment_id == segment_id, Posting.term > last)
            .order_by(Posting.term)
            .limit(BATCH)
        )
        rows = session.execute(query).all()
        for row in rows:
            yield row[0], row[1], row[2]
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def segment_arrays(session: Session, segment_ids: Sequence[int]) -> dict[int, tuple[bytes, bytes, bytes]]:
    """(passages, circulars, traits) of segments by id."""
    query = select(
        PostingSegment.id, PostingSegment.passages, PostingSegment.circulars, PostingSegment.traits
    ).where(PostingSegment.id.in_(segment_ids))
    return {row[0]: (row[1], row[2], row[3]) for row in session.execute(query)}


def name_segment(session: Session, number: int, uid: str, passages: bytes, circulars: bytes, traits: bytes) -> None:
    """Make rows that were written under `number` a segment: from the commit on they are searched."""
    segment = PostingSegment(uid=uid, size=len(traits), passages=passages, circulars=circulars, traits=traits)
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
