"""What a later circular changes about duties, proposed to those who handed them down: found and kept, nothing applied.

An amendment is a row for one duty and one sentence; `applying.decide` is what the chat and a page call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handlers.duties import changed, matching, texts
from handlers.duties.amendment_notices import tell_makers
from handlers.duties.earlier import Earlier, fill_in, key_of, merged
from handlers.duties.matching import Candidate
from handlers.local import LOCAL
from knowledge.originals import read_again
from knowledge.reading import Document
from knowledge.reading.obligations import Amendment as Said
from knowledge.reading.obligations import changed_documents, find_amendments
from knowledge.retrieval.references import number_key, title_key
from knowledge.text import normalise
from storage import units
from storage.circulars import IN_FORCE, Circular, Citation
from storage.conversations import insert_for
from storage.duties import Amendment, Assignment, Duty
from storage.people import Speaker
from storage.units import Unit, is_within

#: Why a sentence that changes something changes no duty: the earlier document is not known, nothing was handed down from
#: it, its duties are another unit's, none of them is meant, the new day has gone too, or it is so already.
Why = Literal["not_kept", "no_duty", "others", "none_meant", "past", "same"]
MOST = 12


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A sentence that changes no duty, and why; `number` is the earlier document as it is called."""

    evidence: str
    why: Why
    number: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a later circular changes: what waits for her word, sentences without a duty, and the spans that found one."""

    waiting: tuple[Amendment, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    covered: tuple[tuple[int, int], ...] = ()
    #: Amendments of duties that others handed down: they have been told.
    others: int = 0


def propose(
    session: Session, document: Document, *, circular_id: int | None, scope: str, by: Speaker | None, now: datetime
) -> Changes:
    """Keep what the document changes about duties below `scope`, once each; those of other units are told to their makers.

    `by` hands the document in: what waits for her own unit comes back. Nobody's duty changes here.
    """
    said = find_amendments(document)
    own = session.get(Circular, circular_id) if circular_id is not None else None
    if not said or (own is not None and own.validity != IN_FORCE):  # what is repealed changes nothing any more
        return Changes()
    today = now.astimezone(LOCAL).date()
    whole = [Earlier(key_of(one), one) for group in changed_documents(document) for one in group]
    bases = merged([fill_in(session, base, scope) for base in whole if base.key])
    number = document.meta.doc_no or texts.WITHOUT_NUMBER.format(title=(document.meta.title or document.name)[:80])
    issued = _day(document.meta.date) or today
    made: dict[int, list[Amendment]] = {}
    unmatched: list[Unmatched] = []
    covered: list[tuple[int, int]] = []
    for one in said[:MOST]:
        its = Earlier(key_of(one.number or one.title or ""), one.number or f"《{one.title}》")
        named = [fill_in(session, its, scope)] if its.key else bases
        repealed = its.key and one.kind == "dropped" and not one.item and not one.quoted
        settled = _overtake(session, its.key, but=number) if repealed else 0
        found, why = _of_sentence(session, one, named, scope=scope, today=today, issued=issued)
        if not found and (settled or _decided(session, number, one.evidence)):
            covered.append(one.offset)
            continue
        if not found:
            if why is not None and (one.former or one.number or one.title or bases):
                called = named[0].called if named else ""
                unmatched.append(Unmatched(one.evidence, why, called))
            if why in ("same", "others"):  # nothing to be handed down anew
                covered.append(one.offset)
            continue
        covered.append(one.offset)
        for duty, kind, change in found:
            row = _keep(
                session, duty, one, kind, change, circular_id=circular_id, number=number, issued=issued, now=now
            )
            if row is not None:
                made.setdefault(duty.unit_id, []).append(row)
    mine = tuple(made.pop(by.unit_id, ())) if by is not None else ()
    for unit_id, rows in made.items():
        tell_makers(session, unit_id, rows, number, document.meta.title or document.name, now)
    return Changes(mine, tuple(unmatched), tuple(covered), sum(map(len, made.values())))


def propose_later(session: Session, circular: Circular, *, scope: str, by: Speaker, now: datetime) -> list[Amendment]:
    """What documents that came in before changed about this one: for duties that are handed down only now."""
    keys = [key for key in (circular.number_key, circular.title_key) if key]
    later = session.scalars(
        select(Circular)
        .join(Citation, Citation.circular_id == Circular.id)
        .where(Citation.target_key.in_(keys), Circular.id != circular.id)
        .distinct()
        .order_by(Circular.id)
    ).all()
    found: list[Amendment] = []
    for one in later:
        document = read_again(one)
        if document is not None and (
            not one.scope or is_within(by.unit_path, one.scope) or is_within(one.scope, scope)
        ):
            found += propose(session, document, circular_id=one.id, scope=scope, by=by, now=now).waiting
    return found


def waiting(session: Session, by: Speaker) -> list[Amendment]:
    """Changes to duties of her unit that wait for a word, the oldest circular first: what a page lists."""
    query = (
        select(Amendment)
        .join(Duty, Duty.id == Amendment.duty_id)
        .where(
            Duty.unit_id == by.unit_id, Amendment.state == "waiting", Duty.state.in_(("confirmed", "proposed", "ended"))
        )
        .order_by(Amendment.issued_on, Amendment.id)
    )
    return list(session.scalars(query))


def _decided(session: Session, number: str, evidence: str) -> bool:
    """Whether this sentence of this document has been applied before."""
    rows = session.scalars(
        select(Amendment.evidence).where(Amendment.number == number[:120], Amendment.state != "waiting")
    )
    return any(row == evidence for row in rows)


def _of_sentence(
    session: Session, said: Said, bases: Sequence[Earlier], *, scope: str, today: date, issued: date
) -> tuple[list[tuple[Duty, str, dict[str, Any]]], Why | None]:
    """The duties a sentence changes, with what changes; or why there are none."""
    chosen: list[Duty] = []
    for base in bases:
        document = read_again(base.circulars[-1]) if said.item and base.circulars else None
        part = matching.span_of(document, said.item) if document is not None else None
        chosen += _meant(session, said, base.duties, part, named=True)
    if not bases and said.former:
        chosen = _meant(session, said, _of_that_day(session, said, scope), None, named=False)
    restored = [duty for duty in chosen if said.kind == "dropped" and _changed_by(duty, bases)]
    found: list[tuple[Duty, str, dict[str, Any]]] = [
        (duty, "restored", back) for duty in restored if (back := _before(session, duty, bases)) is not None
    ]
    open_duties = [duty for duty in chosen if duty not in restored and duty.state != "ended"]
    changes = [(duty, changed.change_of(session, said, duty, today=today, issued=issued)) for duty in open_duties]
    found += [(duty, said.kind, change) for duty, change in changes if isinstance(change, dict)]
    if found:
        return found, None
    if changes:
        return [], "past" if any(change == "past" for _, change in changes) else "same"
    if not bases:
        return [], "none_meant" if said.former else None
    if any(base.duties for base in bases):
        return [], "none_meant"
    if any(base.elsewhere for base in bases):
        return [], "others"
    return [], "no_duty" if any(base.circulars for base in bases) else "not_kept"


def _changed_by(duty: Duty, bases: Sequence[Earlier]) -> bool:
    """Whether the document called off is not the duty's own, but one that changed it."""
    own = number_key(duty.rests_on) or title_key(duty.rests_on)
    return any(base.key != own and base.key in map(key_of, duty.amended_by) for base in bases)


def _before(session: Session, duty: Duty, bases: Sequence[Earlier]) -> dict[str, Any] | None:
    """What the duty was before the document that is now repealed had changed it."""
    keys = {base.key for base in bases}
    rows = session.scalars(
        select(Amendment).where(Amendment.duty_id == duty.id, Amendment.state == "applied").order_by(Amendment.id)
    ).all()
    mine = [row for row in rows if key_of(row.number) in keys and row.kind != "restored"]
    return {**mine[0].before, "of": mine[0].id} if mine else None


def _of_that_day(session: Session, said: Said, scope: str) -> list[Duty]:
    """Without a name of the earlier document: duties below `scope` that are due on the earlier day."""
    if said.old is None:
        return []
    first = said.old_start or said.old
    owed = select(Assignment.duty_id).where(Assignment.due_on.between(first, said.old))
    query = (
        select(Duty)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(units.below(Unit.path, scope) if scope else Duty.id > 0, Duty.state.in_(("confirmed", "proposed")))
        .where(or_(Duty.due_on.between(first, said.old), Duty.id.in_(owed)))
        .order_by(Duty.id)
        .limit(200)
    )
    return list(session.scalars(query))


def _meant(
    session: Session, said: Said, duties: Sequence[Duty], part: tuple[int, int] | None, *, named: bool
) -> list[Duty]:
    by_id = {duty.id: duty for duty in duties}
    days: dict[int, list[date]] = {duty.id: [duty.due_on] if duty.due_on else [] for duty in duties}
    again = [duty.id for duty in duties if duty.recurrence]
    for duty_id, day in session.execute(
        select(Assignment.duty_id, Assignment.due_on).where(Assignment.duty_id.in_(again)).distinct()
    ):
        if day is not None:
            days[duty_id].append(day)
    candidates = [
        Candidate(d.id, d.title, d.evidence, tuple(days[d.id]), d.recurrence, d.evidence_start) for d in duties
    ]
    return [by_id[one.duty_id] for one in matching.meant(said, candidates, part=part, named=named)]


def _keep(
    session: Session,
    duty: Duty,
    said: Said,
    kind: str,
    change: dict[str, Any],
    *,
    circular_id: int | None,
    number: str,
    issued: date,
    now: datetime,
) -> Amendment | None:
    """The row of an amendment, made once; None if it has been decided before."""
    digest = hashlib.sha256(f"{number}|{normalise(said.evidence)}|{kind}".encode()).hexdigest()[:24]
    key = f"{duty.id}:{digest}"
    session.execute(
        insert_for(session)(Amendment.__table__)
        .values(
            duty_id=duty.id,
            circular_id=circular_id,
            number=number[:120],
            issued_on=issued,
            kind=kind,
            evidence=said.evidence,
            change=change,
            before={},
            created_at=now,
            key=key,
            state="waiting",
        )
        .on_conflict_do_nothing()
    )
    row = session.scalars(select(Amendment).where(Amendment.key == key)).one()
    if row.state == "dropped":  # handed in again: she may think again
        row.state = "waiting"
    return row if row.state == "waiting" else None


def _overtake(session: Session, key: str, *, but: str) -> int:
    """What a repealed document had changed, and nobody has decided on, is not asked about any more; how many."""
    waiting = session.scalars(select(Amendment).where(Amendment.state == "waiting", Amendment.number != but))
    rows = [row for row in waiting if key_of(row.number) == key]
    for row in rows:
        row.state = "overtaken"
    return len(rows)


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        return None


__all__ = ["Changes", "Unmatched", "propose", "propose_later", "waiting"]
