"""Circulars, laws and answered questions: text, structure, links, posting lists, question log, learnt weights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, ByteString, Json, Key

#: What a stored document is.
KINDS = ("circular", "law", "faq")

#: In force, replaced by a later version, or repealed by another document.
IN_FORCE, REPLACED, REPEALED = "in_force", "replaced", "repealed"


class Circular(Base):
    """One version of a circular (通知), a law or the collection of answered questions of a unit (`faq`).

    `scope` is the path of the unit whose circular it is (empty: holds everywhere); `region` the same in words (山东).
    """

    __tablename__ = "circular"
    __table_args__ = (Index(None, "title_key", "issued_on"), Index(None, "scope"))

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    #: of the original, or of all its records
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(Text)
    #: the title as compared: normalised, without the state's name and without brackets
    title_key: Mapped[str] = mapped_column(String(255))
    #: 文号 as written; empty when there is none
    number: Mapped[str] = mapped_column(String(120), default="")
    #: 文号 as compared: issuer's code|year|serial
    number_key: Mapped[str] = mapped_column(String(120), default="", index=True)
    issuer: Mapped[str] = mapped_column(Text, default="")
    issued_on: Mapped[date | None] = mapped_column(default=None)
    #: the version as the source names it (a date for laws)
    version: Mapped[str] = mapped_column(String(40), default="")
    category: Mapped[str] = mapped_column(String(40), default="")
    previous_id: Mapped[int | None] = mapped_column(Key, ForeignKey("circular.id"), default=None)
    validity: Mapped[str] = mapped_column(String(16), default=IN_FORCE)
    replaced_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("circular.id"), default=None)
    scope: Mapped[str] = mapped_column(ByteString, default="")
    region: Mapped[str] = mapped_column(String(40), default="")
    #: the name of the file it was read from, without folders
    source_name: Mapped[str] = mapped_column(String(255), default="")
    #: addressees, contacts, copies, annexes, warnings: what `circulars read` prints under "meta"
    meta: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    #: the cleaned text; empty for records, whose passages are the text
    text: Mapped[str] = mapped_column(Text, default="", deferred=True)
    #: for every character of the cleaned text its span in the original: zlib of two int32 arrays; empty if unchanged
    offsets: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)
    #: the text as it stood in the file: zlib of UTF-8
    original: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)


class Section(Base):
    """A heading with what stands under it (一、 （一） 第三章); `parent_id` gives the tree."""

    __tablename__ = "section"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    circular_id: Mapped[int] = mapped_column(Key, ForeignKey("circular.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    level: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(Key, ForeignKey("section.id", ondelete="CASCADE"), default=None)
    label: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(Text, default="")
    start: Mapped[int] = mapped_column(default=0)
    end: Mapped[int] = mapped_column(default=0)


class Passage(Base):
    """The piece that is found and quoted: a paragraph, an article (条), a table row or an answered question."""

    __tablename__ = "passage"
    __table_args__ = (Index(None, "circular_id", "ordinal"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    circular_id: Mapped[int] = mapped_column(Key, ForeignKey("circular.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    section_id: Mapped[int | None] = mapped_column(Key, ForeignKey("section.id", ondelete="SET NULL"), default=None)
    kind: Mapped[str] = mapped_column(String(16), default="text")
    #: where it stands, for people: 第三章 › 第七十条, 附件 › 第3行
    place: Mapped[str] = mapped_column(Text, default="")
    #: 条 as written, 第七十条; empty outside laws
    article: Mapped[str] = mapped_column(String(40), default="")
    start: Mapped[int] = mapped_column(default=0)
    end: Mapped[int] = mapped_column(default=0)
    #: the id the record came with, when it came from a file of records
    source_id: Mapped[str] = mapped_column(String(120), default="", index=True)


class CircularTable(Base):
    """A table of a circular: `columns` (names) and `rows` (lists of cells), as put together from its pieces."""

    __tablename__ = "circular_table"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    circular_id: Mapped[int] = mapped_column(Key, ForeignKey("circular.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    title: Mapped[str] = mapped_column(Text, default="")
    columns: Mapped[list[Any]] = mapped_column(Json, default_factory=list)
    rows: Mapped[list[Any]] = mapped_column(Json, default_factory=list)
    start: Mapped[int] = mapped_column(default=0)
    end: Mapped[int] = mapped_column(default=0)


class Citation(Base):
    """One document naming another; `target_id` is filled when the other one is, or becomes, known."""

    __tablename__ = "citation"
    __table_args__ = (Index(None, "target_key"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    circular_id: Mapped[int] = mapped_column(Key, ForeignKey("circular.id", ondelete="CASCADE"), index=True)
    target_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("circular.id", ondelete="SET NULL"), default=None, index=True
    )
    title: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[str] = mapped_column(String(120), default="")
    #: number key when there is a 文号, else title key
    target_key: Mapped[str] = mapped_column(String(255), default="")
    #: cites, repeals, replaces, postpones
    relation: Mapped[str] = mapped_column(String(16), default="cites")
    start: Mapped[int] = mapped_column(default=0)
    end: Mapped[int] = mapped_column(default=0)


class LibraryState(Base):
    """One row; its token changes with every commit that changes what a search can find, also after a restore."""

    __tablename__ = "library_state"

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(32))


class PostingSegment(Base):
    """Posting lists of some passages, never changed once written; small ones are merged into larger ones.

    `passages` (little-endian int64), `circulars` (int64) and `traits` (uint8) say, by position in the segment,
    which passage it is, of which circular, and what kind; `codes` (int64) by bucket with which term it begins.
    """

    __tablename__ = "posting_segment"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    size: Mapped[int]
    passages: Mapped[bytes] = mapped_column(LargeBinary)
    circulars: Mapped[bytes] = mapped_column(LargeBinary)
    traits: Mapped[bytes] = mapped_column(LargeBinary)
    #: empty in segments of version 0, whose rows are one a term
    codes: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    #: of the index (`knowledge.indexing.VERSION`): what an earlier program wrote is indexed anew
    version: Mapped[int] = mapped_column(default=0)


class Posting(Base):
    """A bucket of a segment (`knowledge.retrieval.buckets`): lists of neighbouring terms, or one long list.

    `term` is the bucket's number; in segments of version 0 a term. `df` is how many terms the bucket has; in how many
    passages it occurs where there is one.
    """

    __tablename__ = "posting"
    # a clustered key saves one look-up a term
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it once

    #: no foreign key: half a million rows are written at once, and deleted with their segment
    segment_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    term: Mapped[str] = mapped_column(ByteString, primary_key=True)
    df: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class FaqEntry(Base):
    """A question an official answered once for all, with the sources of the answer; its passage makes it searchable."""

    __tablename__ = "faq_entry"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    created_at: Mapped[datetime]
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    #: passage ids the answer rests on
    sources: Mapped[list[Any]] = mapped_column(Json, default_factory=list)
    passage_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("passage.id", ondelete="SET NULL"), default=None, index=True
    )
    scope: Mapped[str] = mapped_column(ByteString, default="")
    answered_by_id: Mapped[int | None] = mapped_column(Key, default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)


class Question(Base):
    """A line of the question log; `likeness` groups similar ones, names are taken out before it is written."""

    __tablename__ = "question"
    __table_args__ = (Index(None, "scope", "outcome", "asked_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    asked_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    likeness: Mapped[str] = mapped_column(String(64), index=True)
    #: answered, refused, accepted, sent_up, resolved
    outcome: Mapped[str] = mapped_column(String(16))
    score: Mapped[float] = mapped_column(default=0.0)
    asked_by_id: Mapped[int | None] = mapped_column(Key, default=None, index=True)
    scope: Mapped[str] = mapped_column(ByteString, default="")
    passage_id: Mapped[int | None] = mapped_column(Key, ForeignKey("passage.id", ondelete="SET NULL"), default=None)
    faq_id: Mapped[int | None] = mapped_column(Key, ForeignKey("faq_entry.id", ondelete="SET NULL"), default=None)


class Synonym(Base):
    """A word officials added: who says `word` also means `targets`. Effective with its commit."""

    __tablename__ = "synonym"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    created_at: Mapped[datetime]
    word: Mapped[str] = mapped_column(String(64), unique=True)
    targets: Mapped[list[Any]] = mapped_column(Json, default_factory=list)
    added_by_id: Mapped[int | None] = mapped_column(Key, default=None)


class TermWeight(Base):
    """A weight learnt from accepted answers: a question with `term` was answered by a passage with `target`."""

    __tablename__ = "term_weight"
    __table_args__ = (UniqueConstraint("term", "target"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    updated_at: Mapped[datetime]
    term: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(64))
    weight: Mapped[float] = mapped_column(default=0.0)
    #: how many accepted answers it rests on
    pairs: Mapped[int] = mapped_column(default=0)


def library_token(session: Session) -> str:
    """The token of what can be found now; empty before the first import. One row by its key."""
    return session.execute(select(LibraryState.token).where(LibraryState.id == 1)).scalar() or ""


def change_library(session: Session, token: str) -> None:
    """Tell every process that what a search can find has changed; part of the transaction that changed it."""
    if session.execute(update(LibraryState).where(LibraryState.id == 1).values(token=token)).rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE counts its rows
        session.add(LibraryState(id=1, token=token))
        session.flush()


def segments(session: Session) -> Sequence[tuple[int, str, int]]:
    """(id, uid, size) of every posting segment, oldest first."""
    query = select(PostingSegment.id, PostingSegment.uid, PostingSegment.size).order_by(PostingSegment.id)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def by_sha256(session: Session, sha256: str) -> Circular | None:
    """The circular with exactly this content."""
    return session.execute(select(Circular).where(Circular.sha256 == sha256)).scalar_one_or_none()


def same_document(session: Session, *, title_key: str, number_key: str) -> Circular | None:
    """The newest version of the same document: the same 文号 when there is one, else the same title without a 文号."""
    query = select(Circular).where(Circular.title_key == title_key, Circular.number_key == number_key)
    return session.execute(query.order_by(Circular.id.desc()).limit(1)).scalar_one_or_none()


def passages_of(session: Session, circular_id: int) -> Sequence[Passage]:
    """The passages of a circular in reading order."""
    query = select(Passage).where(Passage.circular_id == circular_id).order_by(Passage.ordinal)
    return session.execute(query).scalars().all()


class PassageText(NamedTuple):
    """The columns of a passage that an answer shows."""

    id: int
    source_id: str
    place: str
    article: str
    text: str


def texts(session: Session, passage_ids: Iterable[int]) -> dict[int, PassageText]:
    """What an answer shows of passages, by passage id; columns only, since it runs for every question."""
    query = select(Passage.id, Passage.source_id, Passage.place, Passage.article, Passage.text)
    wanted = query.where(Passage.id.in_(list(passage_ids)))
    return {row[0]: PassageText._make(row) for row in session.execute(wanted)}


def passages_by_id(session: Session, passage_ids: Iterable[int]) -> dict[int, tuple[Passage, Circular]]:
    """Passages with their circulars, by passage id."""
    query = select(Passage, Circular).join(Circular, Passage.circular_id == Circular.id)
    found = session.execute(query.where(Passage.id.in_(list(passage_ids))))
    return {passage.id: (passage, circular) for passage, circular in found}


def citations_of(session: Session, circular_id: int) -> Sequence[Citation]:
    """What a circular names, in reading order."""
    query = select(Citation).where(Citation.circular_id == circular_id).order_by(Citation.id)
    return session.execute(query).scalars().all()


def citing(session: Session, serial: int) -> Sequence[tuple[str, int, int]]:
    """(number as compared, circular, passage) where a document names one whose 文号 ends with this serial."""
    query = (
        select(Citation.target_key, Citation.circular_id, Passage.id)
        .join(Passage, Passage.circular_id == Citation.circular_id)
        .where(Citation.target_key.like(f"%|{serial}"))
        .where(Passage.start <= Citation.start, Passage.end > Citation.start)
        .order_by(Citation.id, Passage.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def resting(session: Session, circular_ids: Collection[int]) -> Sequence[tuple[int, int]]:
    """(passage, circular) where documents say on which others they rest (根据…), in their order."""
    query = (
        select(Passage.id, Passage.circular_id)
        .join(Citation, Citation.circular_id == Passage.circular_id)
        .where(Citation.relation == "basis", Citation.circular_id.in_(circular_ids))
        .where(Passage.start <= Citation.start, Passage.end > Citation.start)
        .order_by(Citation.id, Passage.id)
    )
    return list(dict.fromkeys((row[0], row[1]) for row in session.execute(query)))


def copied(session: Session, circular_ids: Collection[int]) -> Sequence[tuple[int, int]]:
    """(passage, circular) where documents say to whom a copy goes (抄送)."""
    query = select(Passage.id, Passage.circular_id).where(
        Passage.circular_id.in_(circular_ids), Passage.text.like("抄送%") | Passage.text.like("%\n抄送%")
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(Passage.id))]


def count_passages(session: Session) -> int:
    """How many passages the library holds."""
    return session.execute(select(func.count()).select_from(Passage)).scalar_one()
