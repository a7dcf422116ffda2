"""The audit: who did or read what, when. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, Key


class AuditEntry(Base):
    """One act: `action` is a verb of the domain, `about` the record it concerns."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column()
    person_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"), default=None)
    action: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)

    __table_args__ = (Index("ix_audit_entry_about", "about"),)


def note(session: Session, *, at: datetime, person_id: int | None, action: str, about: str, **details: Any) -> None:
    """Write one entry; it commits with what it tells of. Never put message text or personal data into `details`."""
    session.add(AuditEntry(at=at, person_id=person_id, action=action, about=about, details=details))
