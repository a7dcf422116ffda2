"""What a process knows of the library between look-ups: a snapshot of documents and segments, and hot posting lists."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.retrieval.buckets import Bucket, Found, find
from knowledge.retrieval.impacts import term_code
from knowledge.retrieval.packing import bytes_of, unpack
from knowledge.retrieval.references import numeral
from knowledge.retrieval.shelf import Shelf
from knowledge.retrieval.vocabulary import Vocabulary
from storage import circulars as records
from storage import postings, postings_reading
from storage.postings import bucket_key

#: Bytes of posting lists kept at most.
CACHE_BYTES = 192 * 1024 * 1024
#: What Python needs for an entry besides its arrays.
_ENTRY_BYTES = 400

#: A shorter title is no name of a document.
SHORTEST_TITLE = 3

#: Circulars of the federation itself and answered questions weigh like the laws asked for most.
_OWN_WEIGHT = 0.8


#: 青山县女职工保护办法 is also called 女职工保护办法.
_PLACE = re.compile(r"^[\u4e00-\u9fff]{1,7}?(?:省|市|县|自治区|自治州|自治县)(?=.{4})")


@dataclass(frozen=True, slots=True)
class Held:
    """A document as a search needs it: identity, validity and where it holds."""

    id: int
    kind: str
    title_key: str
    number_key: str
    validity: str
    scope: str
    region: str
    issued_on: date | None
    version: str
    title: str
    number: str
    issuer: str
    source_name: str
    weight: float
    learnt: float


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A posting segment: which passage and which document (index into `Catalogue.held`) is at each position."""

    id: int
    uid: str
    size: int
    passages: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int64]
    #: the first code of each bucket; None for what an earlier version wrote, one row a term
    firsts: npt.NDArray[np.int64] | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One consistent state of the library; never changed, only replaced by a newer one."""

    token: str
    held: Sequence[Held]
    index: dict[int, int]
    segments: Sequence[SegmentView]
    vocabulary: Vocabulary
    by_title: dict[str, list[int]] = field(default_factory=dict)
    #: how titles begin, with the lengths of those that do, the longest first
    title_lengths: dict[str, list[int]] = field(default_factory=dict)
    by_serial: dict[int, list[tuple[str, int, int]]] = field(default_factory=dict)
    #: documents (indices) by region; those of a unit; ordinals of their dates, 0 where there is none
    regions: dict[str, npt.NDArray[np.intp]] = field(default_factory=dict)
    scoped: tuple[int, ...] = ()
    dates: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    weights: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    learnt: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    in_force: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    #: passages lately shown; a new state begins with none
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def passages(self) -> int:
        """How many passages can be found."""
        return sum(segment.size for segment in self.segments)

    def titled(self, text: str, shortest: int = SHORTEST_TITLE) -> list[tuple[str, int]]:
        """Titles that stand in a normalised text with the offset where each ends; the longest at each place."""
        found: list[tuple[str, int]] = []
        at = 0
        while at < len(text):
            for length in self.title_lengths.get(text[at : at + SHORTEST_TITLE], ()):
                if length >= shortest and text[at : at + length] in self.by_title:
                    found.append((text[at : at + length], at + length))
                    at += length - 1
                    break
            at += 1
        return found


def load(session: Session, token: str, base: Vocabulary, before: Catalogue | None) -> Catalogue:
    """Read the present state; arrays of segments already known are taken over from `before`."""
    columns = records.Circular
    query = select(
        columns.id, columns.kind, columns.title_key, columns.number_key, columns.validity, columns.scope,
        columns.region, columns.issued_on, columns.version, columns.title, columns.number, columns.issuer,
        columns.source_name,
    ).order_by(columns.id)  # fmt: skip
    held = []
    for row in session.execute(query):
        weight = max(base.law_weight(row.title_key), _OWN_WEIGHT if row.kind != "law" else 0.0)
        held.append(Held(**row._mapping, weight=weight, learnt=base.learnt_laws.get(row.title_key, 0.0)))
    index = {one.id: at for at, one in enumerate(held)}
    by_title: dict[str, list[int]] = {}
    by_serial: dict[int, list[tuple[str, int, int]]] = {}
    regions: dict[str, list[int]] = {}
    for at, one in enumerate(held):
        for key in {one.title_key, _PLACE.sub("", one.title_key)}:
            by_title.setdefault(key, []).append(at)
        if one.region:
            regions.setdefault(one.region, []).append(at)
        code, _, rest = one.number_key.partition("|")
        year, _, serial = rest.partition("|")
        if (value := numeral(serial)) is not None:
            by_serial.setdefault(value, []).append((code, int(year or 0), at))
    return Catalogue(
        token,
        held,
        index,
        _segments(session, index, before),
        _with_rows(session, base),
        by_title,
        _lengths(by_title),
        by_serial,
        {name: np.array(at, dtype=np.intp) for name, at in regions.items()},
        tuple(at for at, one in enumerate(held) if one.scope),
        np.array([one.issued_on.toordinal() if one.issued_on else 0 for one in held], dtype=np.int32),
        np.array([one.weight for one in held], dtype=np.float32),
        np.array([one.learnt for one in held], dtype=np.float32),
        np.array([one.validity == records.IN_FORCE for one in held], dtype=np.bool_),
    )


def _lengths(titles: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    for title in titles:
        if len(title) >= SHORTEST_TITLE:
            found.setdefault(title[:SHORTEST_TITLE], set()).add(len(title))
    return {begin: sorted(lengths, reverse=True) for begin, lengths in found.items()}


def _with_rows(session: Session, base: Vocabulary) -> Vocabulary:
    words = session.execute(select(records.Synonym.word, records.Synonym.targets)).all()
    vocabulary = base.with_synonyms((row[0], row[1]) for row in words) if words else base
    weights = session.execute(
        select(records.TermWeight.term, records.TermWeight.target, records.TermWeight.weight)
    ).all()
    return vocabulary.with_translations((row[0], row[1], row[2]) for row in weights) if weights else vocabulary


def _segments(session: Session, index: dict[int, int], before: Catalogue | None) -> list[SegmentView]:
    known = {(one.id, one.uid): one for one in before.segments} if before else {}
    listed = records.segments(session)
    arrays = postings.segment_arrays(session, [key for key, uid, _ in listed if (key, uid) not in known])
    found = []
    for key, uid, size in listed:
        if (old := known.get((key, uid))) is not None and before is not None:
            owners = np.array([one.id for one in before.held], dtype=np.int64)[old.documents]
            passages, firsts = old.passages, old.firsts
        else:
            passages = np.frombuffer(arrays[key].passages, dtype="<i8")
            owners = np.frombuffer(arrays[key].circulars, dtype="<i8")
            firsts = np.frombuffer(arrays[key].codes, dtype="<i8") if arrays[key].codes else None
        ids = np.fromiter(index, dtype=np.int64, count=len(index))  # rising, as they were read
        found.append(SegmentView(key, uid, size, passages, np.searchsorted(ids, owners), firsts))
    return found


class SegmentGone(LookupError):
    """Rows of a segment are not there any more: another process has merged it since the token was read."""


class PostingCache:
    """Posting lists used lately, within a limit of bytes. Shared by threads."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._bytes = 0
        self._held: OrderedDict[tuple[str, str], Found] = OrderedDict()
        self._lock = threading.Lock()

    def fetch(self, session: Session, segments: Sequence[SegmentView], terms: Sequence[str]) -> list[dict[str, Found]]:
        """The lists of all terms for each segment; what is missing is read with one query."""
        found: list[dict[str, Found]] = [{} for _ in segments]
        missing: list[tuple[int, str]] = []
        with self._lock:
            for at, segment in enumerate(segments):
                for term in terms:
                    entry = self._held.get((segment.uid, term))
                    if entry is None:
                        missing.append((at, term))
                    else:
                        self._held.move_to_end((segment.uid, term))
                        found[at][term] = entry
        if missing:
            self._fill(session, segments, missing, found)
        return found

    def _fill(
        self,
        session: Session,
        segments: Sequence[SegmentView],
        missing: Sequence[tuple[int, str]],
        found: list[dict[str, Found]],
    ) -> None:
        for at in dict.fromkeys(at for at, _ in missing):
            found[at] |= _read(session, segments[at], [term for one, term in missing if one == at])
        with self._lock:
            for at, term in missing:
                entry = found[at].setdefault(term, Found(0, None))
                self._held[(segments[at].uid, term)] = entry
                self._bytes += _size(entry)
            while self._bytes > self._limit and self._held:
                _, gone = self._held.popitem(last=False)
                self._bytes -= _size(gone)


def _read(session: Session, segment: SegmentView, terms: Sequence[str]) -> dict[str, Found]:
    """The lists of terms in a segment; those that it has not are left out."""
    if segment.firsts is None:
        rows = postings_reading.read_terms(session, segment.id, terms)
        return {term: Found(df, unpack(body)) for term, df, body in rows}
    if not len(segment.firsts):
        return {}
    codes = [term_code(term) for term in terms]
    places = (np.searchsorted(segment.firsts, codes, side="right") - 1).tolist()
    keys = {at: bucket_key(at) for at in places if at >= 0}
    by_key = {row[0]: row for row in postings_reading.read_terms(session, segment.id, list(keys.values()))}
    found = {}
    for term, code, at in zip(terms, codes, places, strict=True):
        if at >= 0:
            if keys[at] not in by_key:
                raise SegmentGone(segment.id)
            _, df, body = by_key[keys[at]]
            found[term] = find(Bucket(int(segment.firsts[at]), df, body), code)
    return found


def _size(entry: Found) -> int:
    return _ENTRY_BYTES + (bytes_of(entry.postings) if entry.postings is not None else 0)
