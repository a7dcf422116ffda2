"""Keeping the posting segments: one for every import, small ones merged so that a look-up touches few."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from sqlalchemy.orm import Session

from knowledge.retrieval.impacts import Fields, build, join
from storage import circulars as records
from storage import postings
from storage.postings import Row

#: Merge when there are more segments than this …
MOST_SEGMENTS = 6
#: … the small ones first.
SMALL_SEGMENT = 4_096
#: Positions have twenty bits; larger libraries keep several segments.
LARGEST_SEGMENT = 1_000_000

#: Traits: what kind of passage stands at a position.
TEXT, ROW, FAQ = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Indexed:
    """A stored passage on its way into a segment."""

    passage_id: int
    circular_id: int
    trait: int
    fields: Fields


def new_token() -> str:
    """A fresh library token; random, so that a restored database never looks like the one before."""
    return uuid.uuid4().hex


def add(session: Session, passages: Sequence[Indexed]) -> None:
    """Make passages findable with the commit of the session."""
    if passages:
        postings.add_segment(
            session,
            new_token(),
            np.array([one.passage_id for one in passages], dtype="<i8").tobytes(),
            np.array([one.circular_id for one in passages], dtype="<i8").tobytes(),
            bytes(one.trait for one in passages),
            build([one.fields for one in passages]),
        )
    records.change_library(session, new_token())


def prepare(fields: Sequence[Fields]) -> list[Row]:
    """The rows of passages that have no ids yet; no database is needed, so no writer waits for it."""
    return list(build(fields))


def add_prepared(
    session: Session, passage_ids: Sequence[int], circular_ids: Sequence[int], rows: Sequence[Row]
) -> None:
    """Make prepared passages findable with the commit of the session."""
    passages, owners = (np.array(ids, dtype="<i8").tobytes() for ids in (passage_ids, circular_ids))
    postings.add_segment(session, new_token(), passages, owners, bytes(len(passage_ids)), rows)
    records.change_library(session, new_token())


def tidy(session: Session) -> None:
    """Merge the small segments when there are too many; cheap when there is nothing to do."""
    present = records.segments(session)
    if len(present) <= MOST_SEGMENTS:
        return
    small = [(key, size) for key, _, size in present if size <= SMALL_SEGMENT]
    chosen = small if len(small) > MOST_SEGMENTS // 2 else [(key, size) for key, _, size in present]
    merge(session, chosen)


def merge_all(session: Session) -> None:
    """One segment of all, as far as it fits: after a large import."""
    merge(session, [(key, size) for key, _, size in records.segments(session)])


def merge(session: Session, chosen: Sequence[tuple[int, int]]) -> None:
    """Replace segments, given as (id, size), by one with the same passages in the same order."""
    total = 0
    group: list[tuple[int, int]] = []
    for key, size in chosen:
        if total + size > LARGEST_SEGMENT:
            break
        total += size
        group.append((key, size))
    if len(group) < 2:
        return
    arrays = postings.segment_arrays(session, [key for key, _ in group])
    passages, owners, traits = (b"".join(arrays[key][part] for key, _ in group) for part in range(3))
    offsets: dict[int, int] = {}
    at = 0
    for key, size in group:
        offsets[key] = at
        at += size
    postings.add_segment(session, new_token(), passages, owners, traits, _joined(session, offsets, total))
    postings.delete_segments(session, list(offsets))
    records.change_library(session, new_token())


def _joined(session: Session, offsets: dict[int, int], total: int) -> Iterator[Row]:
    """Rows of the new segment in order of term; parts stay in order of their offsets."""
    streams = [_shifted(session, key, offset) for key, offset in offsets.items()]
    for term, parts in groupby(heapq.merge(*streams, key=lambda row: (row[0], row[1])), key=lambda row: row[0]):
        df, body = join([(offset, body) for _, offset, body in parts], total)
        yield term, df, body


def _shifted(session: Session, segment_id: int, offset: int) -> Iterator[tuple[str, int, bytes]]:
    for term, _, body in postings.rows_by_term(session, segment_id):
        yield term, offset, body
