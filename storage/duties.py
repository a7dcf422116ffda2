"""Duties: what a circular asks for, expanded into one expected row for each unit and period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
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
    #: Who owes it: {"within", "level", "paths", "unit_ids", "except_ids"}; only open units, only below `within`.
    audience: Mapped[dict[str, Any]] = mapped_column()
    #: What fulfils it: {"forms", "categories", "words", "min", "target", "unit", "noun", "shown", "parts", "new_only"}
    #: (handlers/duties/quotas.py); empty: answered by her word.
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
    #: Days after the due day; negative: the unit above is not told.
    tell_above_after: Mapped[int] = mapped_column(Integer, default=3)
    #: The deadline in the words in which it was given.
    deadline_text: Mapped[str] = mapped_column(String(60), default="")
    #: Who has to, in the circular's words.
    who_text: Mapped[str] = mapped_column(String(200), default="")
    tentative: Mapped[bool] = mapped_column(Boolean, default=False)
    #: proposed, confirmed, dropped, ended.
    state: Mapped[str] = mapped_column(String(10), default="confirmed")
    created_at: Mapped[datetime] = mapped_column()
    #: Up to which day its periods have been expanded.
    expanded_to: Mapped[date | None] = mapped_column(Date, default=None)
    #: Periods that a later circular has moved or withdrawn: {"2026-09-25": "2026-09-30", "2026-10-25": ""}.
    exceptions: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")
    #: The later circulars that have changed it, as they are called.
    amended_by: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
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
    #: What is done between these days counts for the period; None: open on that side.
    first: Mapped[date | None] = mapped_column(Date, default=None)
    last: Mapped[date | None] = mapped_column(Date, default=None)
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    #: How many reports fulfil it so far, and how many it needs.
    got: Mapped[int] = mapped_column(Integer, default=0)
    needs: Mapped[int] = mapped_column(Integer, default=1)
    #: What was hoped for (「至少1－2次」 needs 1 and hopes for 2): reports are booked up to here.
    target: Mapped[int] = mapped_column(Integer, default=1)
    #: She said that it is done, without a report.
    said_at: Mapped[datetime | None] = mapped_column(default=None)
    said_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"), default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        UniqueConstraint("duty_id", "unit_id", "period"),
        Index("ix_assignment_unit_id_state", "unit_id", "state"),
        # answers counts and missing lists of one period without touching the rows
        Index("ix_assignment_duty_id_due_on_state_unit_id", "duty_id", "due_on", "state", "unit_id"),
        Index("ix_assignment_due_on", "due_on"),
    )


def of_units(ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    """Assignments of these units, or all. The range besides the list leads PostgreSQL to the key before it has statistics."""
    return [Assignment.unit_id.in_(ids), Assignment.unit_id.between(min(ids), max(ids))] if ids else []


class Fulfilment(Base):
    """This report answers that assignment."""

    __tablename__ = "fulfilment"

    assignment_id: Mapped[int] = mapped_column(Key, ForeignKey("assignment.id"), primary_key=True)
    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column()


class Entry(Base):
    """One thing that a unit names to fulfil an assignment, where a count of named things is owed (3个验证点)."""

    __tablename__ = "assignment_entry"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    assignment_id: Mapped[int] = mapped_column(Key, ForeignKey("assignment.id"))
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(100))
    #: The name as compared: without what stands in every name of its sort.
    name_key: Mapped[str] = mapped_column(String(100))
    by_person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column()

    __table_args__ = (
        UniqueConstraint("assignment_id", "name_key"),
        Index("ix_assignment_entry_unit_id_name_key", "unit_id", "name_key"),
    )


class Amendment(Base):
    """What a later circular changes about one duty; nothing changes before an official has said yes."""

    __tablename__ = "amendment"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    duty_id: Mapped[int] = mapped_column(Key, ForeignKey("duty.id"), index=True)
    #: The later circular: its row, its 文号 (or the word that it has none, and its title), its day.
    circular_id: Mapped[int | None] = mapped_column(Key, ForeignKey("circular.id"), index=True)
    number: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date] = mapped_column(Date)
    #: moved, reworded, dropped, or restored (what had changed it was itself repealed).
    kind: Mapped[str] = mapped_column(String(10))
    #: The sentence that says so.
    evidence: Mapped[str] = mapped_column(Text)
    #: New values: {"due_on", "starts_on", "recurrence", "deadline_text", "title", "quota", "period"}; handlers/duties/amending.py.
    change: Mapped[dict[str, Any]] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    #: The same sentence of the same circular changes a duty once.
    key: Mapped[str] = mapped_column(String(80), unique=True)
    #: What the duty was before, once it is applied.
    before: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    #: waiting, applied, dropped, overtaken (by a later circular, or because its own was repealed).
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"), default=None)
    #: When those who owe it had been told.
    told_at: Mapped[datetime | None] = mapped_column(default=None)
