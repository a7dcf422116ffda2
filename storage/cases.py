"""Cases: somebody asked for help. What she said is sealed; only named readers open it, and every opening is audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Key


class HelpRequest(Base):
    """求助: a restricted case; made only when she asks that somebody calls her."""

    __tablename__ = "help_request"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    identity_id: Mapped[int] = mapped_column(Key, ForeignKey("identity.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"), default=None)
    #: The unit whose rights officer answers: the county above her, if she is known.
    unit_id: Mapped[int | None] = mapped_column(Key, ForeignKey("unit.id"), default=None, index=True)
    kind: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: open, taken, closed.
    state: Mapped[str] = mapped_column(String(10), default="open")
    opened_at: Mapped[datetime] = mapped_column()
    taken_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"), default=None)
    taken_at: Mapped[datetime | None] = mapped_column(default=None)
