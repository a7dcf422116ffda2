"""Duties: what a circular asks for, expanded into one expected row for each unit and period."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Key

#: States of an assignment.
OPEN, DONE, LATE_DONE, WAIVED, CANCELLED = "open", "done", "late_done", "waived", "cancelled"


class Duty(Base):
    """任务: a rule (who, what, how many, when) and the circular it rests on."""

    __tablename__ = "duty"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    #: Who hands it down; only units below owe it.
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"), index=True)
    by_person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(100))
    what: Mapped[str] = mapped_column(Text, default="")
    circular_id: Mapped[int | None] = mapped_column(Key, ForeignKey("circular.id"), default=None, index=True)
    #: The 文号 it rests on, or the official's word that there is none.
    rests_on: Mapped[str] = mapped_column(String(100))
    #: The sentence of the circular that says so, and its place in the original text.
    evidence: Mapped[str] = mapped_column(Text, default="")
    evidence_start: Mapped[int | None] = mapped_column(Integer, default=None)
    evidence_end: Mapped[int | None] = mapped_column(Integer, default=None)
    #: Who owes it: {"path", "level", "kinds", "unit_ids", "except_ids"}.
    audience: Mapped[dict[str, Any]] = mapped_column()
    #: What fulfils it: {"forms", "categories", "words", "min", "target", "measure", "at_least": [...], "new_only"}; empty = any word of hers.
    quota: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    starts_on: Mapped[date | None] = mapped_column(Date, default=None)
    #: The last day, for a duty that is owed once.
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    #: RFC 5545, for a duty that comes back; each occurrence is a due day.
    recurrence: Mapped[str] = mapped_column(String(120), default="")
    ends_on: Mapped[date | None] = mapped_column(Date, default=None)
    #: `event`: on time by the day of the event; `receipt`: by the day the report came in.
    late_by: Mapped[str] = mapped_column(String(8), default="receipt")
    #: Days before (negative) and after the due day on which a reminder goes; then the unit above once.
    reminder_days: Mapped[list[Any]] = mapped_column(default_factory=lambda: [-3, 0, 1])
    tell_above_after: Mapped[int] = mapped_column(Integer, default=3)
    tentative: Mapped[bool] = mapped_column(Boolean, default=False)
    #: proposed, confirmed, dropped, ended.
    state: Mapped[str] = mapped_column(String(10), default="confirmed")
    created_at: Mapped[datetime] = mapped_column()
    #: Up to which day its periods have been expanded.
    expanded_to: Mapped[date | None] = mapped_column(Date, default=None)
    #: The same proposal of the same circular is made once.
    proposal_key: Mapped[str | None] = mapped_column(String(80), unique=True, default=None)


class Assignment(Base):
    """What one unit owes for one period of a duty."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    duty_id: Mapped[int] = mapped_column(Key, ForeignKey("duty.id"))
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    #: Names the period: the due day, `2026-11-25`.
    period: Mapped[str] = mapped_column(String(20))
    first: Mapped[date | None] = mapped_column(Date, default=None)
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    #: How many reports fulfil it so far, and how many it needs.
    got: Mapped[int] = mapped_column(Integer, default=0)
    needs: Mapped[int] = mapped_column(Integer, default=1)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        UniqueConstraint("duty_id", "unit_id", "period"),
        Index("ix_assignment_unit_id_state", "unit_id", "state"),
        Index("ix_assignment_duty_id_state_due_on", "duty_id", "state", "due_on"),
    )


class Fulfilment(Base):
    """This report answers that assignment."""

    __tablename__ = "fulfilment"

    assignment_id: Mapped[int] = mapped_column(Key, ForeignKey("assignment.id"), primary_key=True)
    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column()
