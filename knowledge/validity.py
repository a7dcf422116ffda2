"""Which document holds: the later of two versions, what repeals another, and the citations that say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from knowledge.reading.document import Document
from knowledge.reading.records import Record
from knowledge.retrieval.references import number_key, title_key
from storage import circulars as records
from storage.circulars import Circular, Citation

_ENDS = ("repeals", "replaces")
_REPEALED_IN_LAW = re.compile(r"《([^《》]{2,60})》[^。]{0,120}?同时废止")


def order_versions(new: Circular, before: Circular) -> None:
    """Of two versions the later one holds; one without a date is later than what was there."""
    later, earlier = (new, before)
    if new.issued_on and before.issued_on and new.issued_on < before.issued_on:
        later, earlier = before, new
    if earlier.validity == records.IN_FORCE:
        earlier.validity, earlier.replaced_by_id = records.REPLACED, later.id
    new.previous_id = before.id


def link(session: Session, document: Document, circular: Circular) -> None:
    """Citations become links, in both directions of time; what repeals marks what it repeals."""
    for found in document.citations:
        key = number_key(found.number or "") or title_key(found.title or "")
        target = _known(session, key, circular.id) if key else None
        session.add(
            Citation(
                circular_id=circular.id, target_id=target.id if target else None, title=found.title or "",
                number=found.number or "", target_key=key, relation=found.relation, start=found.start, end=found.end,
            )
        )  # fmt: skip
        if target is not None and found.relation in _ENDS:
            _end(target, circular, found.relation)
    mine = [key for key in (circular.number_key, circular.title_key) if key]
    waiting = select(Citation, Circular).join(Circular, Citation.circular_id == Circular.id)
    for citation, citing in session.execute(
        waiting.where(Citation.target_key.in_(mine), Citation.target_id.is_(None), Citation.circular_id != circular.id)
    ):
        citation.target_id = circular.id
        if citation.relation in _ENDS:
            _end(circular, citing, citation.relation)


def _known(session: Session, key: str, but: int) -> Circular | None:
    column = Circular.number_key if "|" in key else Circular.title_key
    query = select(Circular).where(column == key, Circular.id != but).order_by(Circular.id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def _end(target: Circular, by: Circular, relation: str) -> None:
    if target.validity == records.IN_FORCE:
        target.validity = records.REPLACED if relation == "replaces" else records.REPEALED
        target.replaced_by_id = by.id


def end_repealed(session: Session, owners: Sequence[Circular], groups: Iterable[Sequence[Record]]) -> None:
    """「《…》同时废止」 in a law ends an older one of that name."""
    for owner, group in zip(owners, groups, strict=True):
        titles = {title_key(name) for record in group for name in _REPEALED_IN_LAW.findall(record.text)}
        titles.discard(owner.title_key)
        if titles and owner.issued_on:
            session.execute(
                update(Circular)
                .where(
                    Circular.title_key.in_(titles),
                    Circular.issued_on < owner.issued_on,
                    Circular.validity == records.IN_FORCE,
                )
                .values(validity=records.REPEALED, replaced_by_id=owner.id)
            )
