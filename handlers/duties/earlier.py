"""The earlier circular that a later one changes: how it is called, what is kept of it, the duties that rest on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from knowledge.retrieval.references import number_key, numbers, title_key
from knowledge.text import normalise
from storage.circulars import Circular
from storage.duties import Amendment, Duty
from storage.units import Unit, is_within


@dataclass(slots=True)
class Earlier:
    """An earlier document: its keys, how it is called, and the duties that rest on it."""

    key: str
    called: str
    circulars: list[Circular] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    elsewhere: bool = False


def key_of(said: str) -> str:
    """What a document is known by: its number, else its title, as compared."""
    return number_key(said) or (title_key(said) if said else "")


def fill_in(session: Session, base: Earlier, scope: str) -> Earlier:
    """Fill in what is kept of an earlier document: its rows, and the duties below `scope` that rest on it."""
    column = Circular.number_key if "|" in base.key else Circular.title_key
    base.circulars = list(session.scalars(select(Circular).where(column == base.key).order_by(Circular.id)))
    serial = numbers(normalise(base.called))
    like: list[ColumnElement[bool]] = (
        [Duty.circular_id.in_([one.id for one in base.circulars])] if base.circulars else []
    )
    if serial and serial[0].year is not None:
        like += [Duty.rests_on.contains(f"{serial[0].serial}")]
    elif base.called:
        like += [Duty.rests_on.contains(base.called.strip("《》")[:40])]
    if not like:
        return base
    # what has itself been changed is known by the number of what changed it, too
    changed = select(Amendment.duty_id).where(
        or_(Amendment.circular_id.in_([one.id for one in base.circulars]), Amendment.number == base.called)
    )
    rows = session.execute(
        select(Duty, Unit.path)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(or_(*like, Duty.id.in_(changed)), Duty.state.in_(("confirmed", "proposed", "ended")))
        .order_by(Duty.id)
    ).all()
    ids = {one.id for one in base.circulars}
    for duty, path in rows:
        rests = duty.circular_id in ids or base.key in (number_key(duty.rests_on), *map(key_of, duty.amended_by))
        rests = rests or ("|" not in base.key and base.key in title_key(duty.rests_on))
        if not rests:
            continue
        if is_within(path, scope):
            base.duties.append(duty)
        else:
            base.elsewhere = True
    return base


def merged(bases: Sequence[Earlier]) -> list[Earlier]:
    """A document that is named by number and by title is one."""
    found: list[Earlier] = []
    for base in bases:
        same = next((b for b in found if {c.id for c in b.circulars} & {c.id for c in base.circulars}), None)
        if same is None:
            found.append(base)
        else:
            same.duties += [duty for duty in base.duties if duty not in same.duties]
            same.elsewhere |= base.elsewhere
    return [base for base in found if base.duties] or found[:1]
