"""Reminders: steps of an assignment, and what people asked to be reminded of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Key


class ReminderStep(Base):
    """One reminder of one assignment: T-3, T, T+1, then the unit above. Made with the assignment, in its transaction."""

    __tablename__ = "reminder_step"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    assignment_id: Mapped[int] = mapped_column(Key, ForeignKey("assignment.id"))
    #: Days from the due day (-3, 0, 1 …); `above` tells the unit above; `c261112` is a chase ordered that day.
    step: Mapped[str] = mapped_column(String(8))
    due_at: Mapped[datetime] = mapped_column()
    #: waiting, queued (in the outbox), sent, skipped.
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    #: Why it was skipped: done, superseded, stale, nobody, no_channel.
    reason: Mapped[str] = mapped_column(String(20), default="")
    #: The first step of the message it went out in; the outbox row's key is `remind:<digest_id>`.
    digest_id: Mapped[int | None] = mapped_column(Key, default=None)

    __table_args__ = (
        UniqueConstraint("assignment_id", "step"),
        Index(
            "ix_reminder_step_digest_id",
            "digest_id",
            sqlite_where=text("digest_id IS NOT NULL"),
            postgresql_where=text("digest_id IS NOT NULL"),
        ),
        Index(
            "ix_reminder_step_due_at",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )


class PersonalReminder(Base):
    """What somebody asked to be reminded of, in her own words."""

    __tablename__ = "personal_reminder"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"), index=True)
    identity_id: Mapped[int] = mapped_column(Key, ForeignKey("identity.id"))
    #: Her number for it, small and hers alone while it waits.
    number: Mapped[int] = mapped_column(Integer)
    what: Mapped[str] = mapped_column(String(200))
    #: When it comes next.
    due_at: Mapped[datetime] = mapped_column()
    #: RFC 5545 or the lunar tag of knowledge.calendar; empty for once.
    recurrence: Mapped[str] = mapped_column(String(120), default="")
    #: HH:MM of the day, local time.
    clock: Mapped[str] = mapped_column(String(5), default="09:00")
    #: waiting, told (it came once and can still be put off), done, deleted.
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    times: Mapped[int] = mapped_column(Integer, default=0)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column()

    __table_args__ = (
        Index(
            "ix_personal_reminder_due_at",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
