"""Keeping the posting segments: one for every import, small ones merged so that a look-up touches few."""

from __future__ import annotations

import heapq
import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np
from sqlalchemy.orm import Session

from knowledge.retrieval.impacts import Fields, build, join
from storage import circulars as records
from storage import postings
from storage.postings import Row
from storage.store import Store

#: Merge when there are more segments than this …
MOST_SEGMENTS = 6
#: … the small ones first.
SMALL_SEGMENT = 4_096
#: Rows of one transaction when much is merged.
ROWS_AT_ONCE = 20_000
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


def merge_all(store: Store) -> None:
    """One segment of all, as far as it fits: after a large import.

    Written in many short transactions under a number that nobody looks at yet, then put in place of the others in one:
    no reply waits for it, and a crash in between leaves the old segments as they were.
    """
    with store.read() as reading:
        group = _fitting([(key, size) for key, _, size in records.segments(reading)])
        if len(group) < 2:
            return
        offsets, total, arrays = _laid_out(reading, group)
        number = -secrets.randbelow(1 << 60) - 1  # below all that the database gives out
        rows = _joined(reading, offsets, total)
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            with store.begin() as session:
                postings.write_rows(session, number, batch)
    with store.begin() as session:
        present = {key for key, _, _ in records.segments(session)}
        if set(offsets) <= present:
            postings.name_segment(session, number, new_token(), *arrays)
            postings.forget_segments(session, list(offsets))
            records.change_library(session, new_token())
            unused = list(offsets)
        else:  # somebody else has merged meanwhile
            unused = [number]
    for key in unused:
        with store.begin() as session:
            postings.delete_rows(session, key)


def merge(session: Session, chosen: Sequence[tuple[int, int]]) -> None:
    """Replace segments, given as (id, size), by one with the same passages in the same order."""
    group = _fitting(chosen)
    if len(group) < 2:
        return
    offsets, total, arrays = _laid_out(session, group)
    postings.add_segment(session, new_token(), *arrays, _joined(session, offsets, total))
    postings.delete_segments(session, list(offsets))
    records.change_library(session, new_token())


def _fitting(chosen: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    total = 0
    group: list[tuple[int, int]] = []
    for key, size in chosen:
        if total + size > LARGEST_SEGMENT:
            break
        total += size
        group.append((key, size))
    return group


def _laid_out(
    session: Session, group: Sequence[tuple[int, int]]
) -> tuple[dict[int, int], int, tuple[bytes, bytes, bytes]]:
    """Where each segment begins in the joined one, the size of that, and its arrays."""
    offsets: dict[int, int] = {}
    at = 0
    for key, size in group:
        offsets[key] = at
        at += size
    arrays = postings.segment_arrays(session, list(offsets))
    passages, owners, traits = (b"".join(arrays[key][part] for key in offsets) for part in range(3))
    return offsets, at, (passages, owners, traits)


def _joined(session: Session, offsets: dict[int, int], total: int) -> Iterator[Row]:
    """Rows of the new segment in order of term; parts stay in order of their offsets."""
    streams = [_shifted(session, key, offset) for key, offset in offsets.items()]
    for term, parts in groupby(heapq.merge(*streams, key=lambda row: (row[0], row[1])), key=lambda row: row[0]):
        df, body = join([(offset, body) for _, offset, body in parts], total)
        yield term, df, body


def _shifted(session: Session, segment_id: int, offset: int) -> Iterator[tuple[str, int, bytes]]:
    for term, _, body in postings.rows_by_term(session, segment_id):
        yield term, offset, body
