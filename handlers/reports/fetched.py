"""What she is told when a picture that a platform kept for us has come, or cannot be had."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialog.reply import Reply
from handlers.dialog.tell import tell
from handlers.reports import album, texts
from storage.people import Identity
from storage.reports import MediaWanted


def tell_failed(session: Session, wanted: MediaWanted, now: datetime) -> None:
    """The picture was too large, no picture or broken: she is told why and what to do."""
    reason = texts.PHOTO_REASONS.get(wanted.failure, texts.PHOTO_REASON_OTHER)
    _tell(session, wanted, texts.PHOTO_BAD.format(reason=reason), now)


def tell_if_used(session: Session, wanted: MediaWanted, now: datetime) -> None:
    """The same picture shows another event already: she is asked to look."""
    assert wanted.sha256 is not None
    used = album.used_in(session, wanted.sha256, other_than=wanted.report_id)
    if used is not None:
        _tell(session, wanted, texts.PHOTO_USED.format(number=used.number), now)


def _tell(session: Session, wanted: MediaWanted, said: str, now: datetime) -> None:
    person_id = session.scalar(select(Identity.person_id).where(Identity.id == wanted.identity_id))
    if person_id is not None:
        tell(session, person_id, Reply(said), now, key=f"photo:{wanted.id}", about="photo")
