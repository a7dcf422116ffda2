"""Other units owe a duty in force: some from now on, some no more; each is told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, not_, select
from sqlalchemy.orm import Session

from handlers.duties import moving, service, texts
from handlers.duties.announcing import announce, tell_heads
from handlers.duties.expanding import CHUNK, audience_count, expand, owing
from handlers.local import LOCAL
from storage import audit, units
from storage.duties import Assignment, Duty
from storage.people import Speaker
from storage.units import Unit


@dataclass(frozen=True, slots=True)
class Regrouped:
    """How many units owe a duty now that did not before, and how many owe it no more."""

    added: int
    removed: int


def change_audience(session: Session, duty: Duty, audience: dict[str, Any], *, by: Speaker, now: datetime) -> Regrouped:
    """Other units owe a duty in force: those left out owe nothing that is still open, new ones owe it from now on.

    Both are told once. Raises NobodyOwes, or PastDeadline where units are added to what was due before today.
    """
    today = now.astimezone(LOCAL).date()
    new = {**audience, "within": duty.audience["within"]}
    if not audience_count(session, new, new["within"], today):
        raise service.NobodyOwes
    before, after = owing(duty.audience), owing(new)
    open_now = [units.open_on(today)]
    added = list(session.scalars(select(Unit.id).where(*after, not_(and_(*before)), *open_now).order_by(Unit.id)))
    if added and not duty.recurrence and duty.due_on is not None and duty.due_on < today:
        raise service.PastDeadline
    left_out = Assignment.unit_id.not_in(select(Unit.id).where(*after))
    gone = service.open_units(session, duty, left_out)
    duty.audience = new
    session.flush()
    moving.withdraw(session, duty, left_out, texts.LEFT_OUT_NOTE, now)
    asked_again = and_(Assignment.unit_id.in_(select(Unit.id).where(*after)), Assignment.due_on >= today)
    moving.owe_again(session, duty, asked_again, texts.LEFT_OUT_NOTE, now)
    when = f"{now:%Y%m%d%H%M%S}"
    if gone:
        tell_heads(session, duty, gone, texts.LEFT_OUT.format(title=duty.title), f"out{when}", now)
    if len(added) > CHUNK:  # the job goes on from here, chunk by chunk
        duty.expanded_to = None
    elif added:
        expand(session, duty, now, added)
        announce(session, duty, now, added, key=f"in{when}")
    session.flush()
    audit.note(
        session, at=now, person_id=by.person_id, action="duty.audience", about=f"duty:{duty.id}",
        added=len(added), removed=len(gone),
    )  # fmt: skip
    return Regrouped(len(added), len(gone))
