"""Keeping the posting segments: one for every import, small ones merged so that a look-up touches few."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from knowledge.fields import of_stored
from knowledge.retrieval.buckets import Bucket, buckets, cuts, joined, touched
from knowledge.retrieval.impacts import Fields, lists_of
from storage import circulars as records
from storage import postings, postings_reading
from storage.postings import Arrays, Row, bucket_key
from storage.store import Store

#: Of what is written: how lists are packed, and under which words passages are found. An index of another version is
#: still read, and made anew from the stored passages by `renew`.
VERSION = 1

#: Merge when there are more segments than this …
MOST_SEGMENTS = 6
#: … the small ones first, else the smallest SOME.
SMALL_SEGMENT, SOME = 4_096, 4
#: A bulk import merges its own segments as often as there are so many.
OF_ONE_IMPORT, LARGEST_OF_ONE_COMMIT = 16, 16_384
#: Passages indexed at a time, rows of one transaction, rows of all segments looked at together when they are merged.
PASSAGES_AT_ONCE, ROWS_AT_ONCE, ROWS_TOGETHER = 8_192, 2_000, 64
#: Larger libraries keep several segments.
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


class Prepared(NamedTuple):
    """The rows of a segment, and the first code of each."""

    rows: list[Row]
    codes: bytes


def new_token() -> str:
    """A fresh library token; random, so that a restored database never looks like the one before."""
    return uuid.uuid4().hex


def prepare(fields: Sequence[Fields]) -> Prepared:
    """The rows of passages that have no ids yet; no database is needed, so no writer waits for it."""
    firsts: list[int] = []
    rows = list(_rows(buckets(lists_of(fields), len(fields)), firsts))
    return Prepared(rows, _int64(firsts))


def add(session: Session, passages: Sequence[Indexed]) -> None:
    """Make passages findable with the commit of the session."""
    if passages:
        ids, owners = [one.passage_id for one in passages], [one.circular_id for one in passages]
        prepared = prepare([one.fields for one in passages])
        _add(session, ids, owners, bytes(one.trait for one in passages), prepared)
    records.change_library(session, new_token())


def add_prepared(session: Session, passage_ids: Sequence[int], circular_ids: Sequence[int], prepared: Prepared) -> None:
    """Make prepared passages findable with the commit of the session."""
    _add(session, passage_ids, circular_ids, bytes(len(passage_ids)), prepared)
    records.change_library(session, new_token())


def _add(session: Session, ids: Sequence[int], owners: Sequence[int], traits: bytes, prepared: Prepared) -> None:
    arrays = Arrays(_int64(ids), _int64(owners), traits, prepared.codes)
    postings.add_segment(session, new_token(), VERSION, arrays, prepared.rows)


def tidy(session: Session) -> None:
    """Merge small segments when there are too many; cheap when there is nothing to do."""
    present = postings.of_version(session, VERSION)
    if len(present) <= MOST_SEGMENTS:
        return
    chosen = [(key, size) for key, size in present if size <= SMALL_SEGMENT]
    if len(chosen) <= MOST_SEGMENTS // 2:
        chosen = sorted(sorted(present, key=lambda one: one[1])[:SOME])
    merge(session, chosen)


def merge_all(store: Store, chosen: Sequence[int] | None = None) -> None:
    """One segment of all (or of the chosen), as far as it fits: after a large import.

    Written in many short transactions under a number that nobody looks at yet, then put in place of the others in one:
    no reply waits for it, and a crash in between leaves the old segments as they were.
    """
    with store.read() as reading:
        present = postings.of_version(reading, VERSION)
        group = _fitting([one for one in present if chosen is None or one[0] in chosen])
        if len(group) < 2:
            return
        laid = _laid_out(reading, group)
        firsts: list[int] = []
        number = _hidden(store, _rows(_joined(reading, laid), firsts))
    if not _replace(store, [key for key, _ in group], {number: laid.arrays._replace(codes=_int64(firsts))}):
        _drop(store, [number])  # somebody else has merged meanwhile


def merge_small(store: Store) -> None:
    """Merge what a bulk import has written so far, when that is OF_ONE_IMPORT segments, into one of the middle size."""
    with store.read() as reading:
        present = postings.of_version(reading, VERSION)
    small = [key for key, size in present if size <= LARGEST_OF_ONE_COMMIT]
    if len(small) >= OF_ONE_IMPORT:
        merge_all(store, small)


def merge(session: Session, chosen: Sequence[tuple[int, int]]) -> None:
    """Replace segments, given as (id, size), by one with the same passages in the same order."""
    group = _fitting(chosen)
    if len(group) < 2:
        return
    laid = _laid_out(session, group)
    firsts: list[int] = []
    rows = list(_rows(_joined(session, laid), firsts))
    postings.add_segment(session, new_token(), VERSION, laid.arrays._replace(codes=_int64(firsts)), rows)
    postings.delete_segments(session, [key for key, _ in group])
    records.change_library(session, new_token())


def _untold(_done: int, _total: int) -> None:
    """Nobody asked how far it is."""


def renew(store: Store, told: Callable[[int, int], object] = _untold) -> int:
    """Index anew, from the stored passages, what another version of this program indexed; how many passages.

    Look-ups go on with the old segments until the new ones take their place, in one transaction each. `told` hears how
    many of how many are done.
    """
    with store.read() as reading:
        old = postings.of_version(reading, VERSION, other=True)
    done, total = 0, sum(size for _, size in old)
    for key, _ in old:
        fresh: dict[int, Arrays] = {}
        with store.read() as reading:
            before = postings.segment_arrays(reading, [key])
        if key not in before:
            continue
        ids = np.frombuffer(before[key].passages, dtype="<i8")
        for first in range(0, len(ids), PASSAGES_AT_ONCE):
            part = slice(first, first + PASSAGES_AT_ONCE)
            with store.read() as reading:
                found = postings.stored(reading, ids[part].tolist())
            there = np.array([one in found for one in ids[part].tolist()], dtype=bool)
            chosen = [found[one] for one in ids[part].tolist() if one in found]
            if chosen:
                prepared = prepare([_fields(one) for one in chosen])
                owners = np.frombuffer(before[key].circulars, dtype="<i8")[part][there]
                traits = np.frombuffer(before[key].traits, dtype=np.uint8)[part][there]
                arrays = Arrays(ids[part][there].tobytes(), owners.tobytes(), traits.tobytes(), prepared.codes)
                fresh[_hidden(store, iter(prepared.rows))] = arrays
            done += len(ids[part])
            told(done, total)
        if not _replace(store, [key], fresh):
            _drop(store, list(fresh))
    if old:
        merge_all(store)
    return done


def _fields(one: postings.Stored) -> Fields:
    return of_stored(
        kind=one.kind, title=one.title, meta=one.meta, place=one.place, article=one.article, source_id=one.source_id,
        text=one.text, ordinal=one.ordinal,
    )  # fmt: skip


# --- how segments become one ----------------------------------------------------------------------------------------


class _Laid(NamedTuple):
    """Segments to be joined: where each begins, the first codes of its buckets, all their passages one after another."""

    offsets: dict[int, int]
    firsts: dict[int, npt.NDArray[np.int64]]
    arrays: Arrays


def _int64(numbers: Sequence[int]) -> bytes:
    return np.array(numbers, dtype="<i8").tobytes()


def _rows(found: Iterable[Bucket], firsts: list[int]) -> Iterator[Row]:
    """Buckets as rows; the first code of each is put into `firsts`."""
    for one in found:
        firsts.append(one.first)
        yield bucket_key(len(firsts) - 1), one.df, one.body


def _fitting(chosen: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    total = 0
    group: list[tuple[int, int]] = []
    for key, size in chosen:
        if total + size > LARGEST_SEGMENT:
            break
        total += size
        group.append((key, size))
    return group


def _laid_out(session: Session, group: Sequence[tuple[int, int]]) -> _Laid:
    offsets: dict[int, int] = {}
    at = 0
    for key, size in group:
        offsets[key] = at
        at += size
    found = postings.segment_arrays(session, list(offsets))
    passages, owners, traits = (b"".join(found[key][part] for key in offsets) for part in range(3))
    firsts = {key: np.frombuffer(found[key].codes, dtype="<i8") for key in offsets}
    return _Laid(offsets, firsts, Arrays(passages, owners, traits, b""))


def _joined(session: Session, laid: _Laid) -> Iterator[Bucket]:
    """Buckets of the new segment, range after range of codes; a range of all segments is in memory at a time."""
    size = len(laid.arrays.traits)
    for low, high in cuts(list(laid.firsts.values()), ROWS_TOGETHER):
        parts = [(offset, _between(session, key, laid.firsts[key], low, high)) for key, offset in laid.offsets.items()]
        yield from joined(parts, size, low, high)


def _between(session: Session, key: int, firsts: npt.NDArray[np.int64], low: int, high: int) -> Iterator[Bucket]:
    first, end = touched(firsts, low, high)
    for at, (_, df, body) in enumerate(postings_reading.read_range(session, key, first, end), first):
        yield Bucket(int(firsts[at]), df, body)


def _hidden(store: Store, rows: Iterator[Row]) -> int:
    """Write rows in short transactions under a number that no search looks at."""
    number = -secrets.randbelow(1 << 60) - 1  # below all that the database gives out
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        with store.begin() as session:
            postings.write_rows(session, number, batch)
    return number


def _replace(store: Store, before: Sequence[int], fresh: dict[int, Arrays]) -> bool:
    """Put hidden segments in place of others, in one transaction; not if one of those is gone already."""
    with store.begin() as session:
        present = {key for key, _, _ in records.segments(session)}
        if not set(before) <= present:
            return False
        postings.forget_segments(session, before)
        for number, arrays in fresh.items():
            postings.name_segment(session, number, new_token(), VERSION, arrays)
        records.change_library(session, new_token())
    _drop(store, before)
    return True


def _drop(store: Store, numbers: Sequence[int]) -> None:
    for number in numbers:
        with store.begin() as session:
            postings.delete_rows(session, number)
