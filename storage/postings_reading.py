"""What every look-up and merge reads: token, posting lists and passages, by fixed statements on the driver itself.

They are run as `storage.fixed` runs its own, but for two things that it has not: bytes come in binary from PostgreSQL, and
what is wanted goes there as one array.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from storage.circulars import PassageText
from storage.fixed import Driver
from storage.postings import Row, bucket_key

#: IN lists are filled up to one of these lengths with what is there already, so that few statements are prepared.
_LENGTHS = (1, 8, 16, 32, 64, 128, 256, 512, 1024)

_TOKEN = "SELECT token FROM library_state WHERE id = 1"  # noqa: S105 - of the library, no secret
_TERMS = "SELECT term, df, body FROM posting WHERE segment_id = {segment} AND term {wanted}"
_RANGE = (
    "SELECT term, df, body FROM posting WHERE segment_id = {mark} AND term >= {mark} AND term < {mark} ORDER BY term"
)
_TEXTS = "SELECT id, source_id, place, article, text FROM passage WHERE id {wanted}"


def token(session: Session) -> str:
    """The token of what can be found now; empty before the first import."""
    found = _rows(session, _TOKEN, ())
    return str(found[0][0]) if found else ""


def read_terms(session: Session, segment_id: int, terms: Sequence[str]) -> list[Row]:
    """(term, df, body) of the wanted rows of a segment, in any order; those that are not there are left out."""
    if session.get_bind().dialect.name == "postgresql":
        return _rows(session, _any(_TERMS, "text"), (segment_id, list(terms)))
    found: list[Row] = []
    for first in range(0, len(terms), _LENGTHS[-1]):
        part = _filled(terms[first : first + _LENGTHS[-1]])
        found += _rows(session, _in(_TERMS, len(part)), (segment_id, *part))
    return found


def read_range(session: Session, segment_id: int, first: int, end: int) -> list[Row]:
    """The rows of some buckets of a segment, in order."""
    mark = "%s" if session.get_bind().dialect.name == "postgresql" else "?"
    return _rows(session, _RANGE.format(mark=mark), (segment_id, bucket_key(first), bucket_key(end)))


def read_texts(session: Session, passage_ids: Sequence[int]) -> dict[int, PassageText]:
    """What an answer shows of passages, by passage id."""
    if session.get_bind().dialect.name == "postgresql":
        found = _rows(session, _any(_TEXTS, "bigint"), (list(passage_ids),))
    else:
        found = []
        for first in range(0, len(passage_ids), _LENGTHS[-1]):
            part = _filled(passage_ids[first : first + _LENGTHS[-1]])
            found += _rows(session, _in(_TEXTS, len(part)), part)
    return {row[0]: PassageText._make(row) for row in found}


def _filled(wanted: Sequence[Any]) -> tuple[Any, ...]:
    length = next(one for one in _LENGTHS if one >= len(wanted))
    return (*wanted, *[wanted[-1]] * (length - len(wanted)))


@cache
def _in(statement: str, count: int) -> str:
    return statement.format(segment="?", wanted=f"IN ({', '.join('?' * count)})")


@cache
def _any(statement: str, kind: str) -> str:
    return statement.format(segment="%s", wanted=f"= ANY(%s::{kind}[])")


def _rows(session: Session, statement: str, parameters: tuple[Any, ...]) -> list[Any]:
    session.flush()  # what the unit of work has added can be found
    driver = Driver.of(session)
    try:
        if driver.is_sqlite:
            found: list[Any] = driver.raw.execute(statement, parameters).fetchall()
            return found
        with driver.raw.cursor(binary=True) as cursor:  # bytes as they are, not as hexadecimal digits
            found = cursor.execute(statement, parameters).fetchall()
            return found
    except driver.errors as error:
        raise driver.wrapped(statement, error) from error
