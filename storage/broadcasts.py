"""Broadcasts: one text to many, one delivery row for each person before anything is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Key


class Broadcast(Base):
    """群发: what an official sends to a part of her tree."""

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    #: A short code that can be forwarded to a group and answered with (接龙).
    code: Mapped[str | None] = mapped_column(String(8), unique=True, default=None)
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    by_person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    body_id: Mapped[int | None] = mapped_column(Key, ForeignKey("outbox_body.id"), default=None)
    circular_id: Mapped[int | None] = mapped_column(Key, ForeignKey("circular.id"), default=None)
    #: {"path", "level", "roles", "group", "missing_duty_id"}.
    audience: Mapped[dict[str, Any]] = mapped_column()
    #: draft, awaiting (a second official), scheduled, expanding, sending, done, cancelled, recalled.
    state: Mapped[str] = mapped_column(String(10))
    planned: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column()
    due_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"), default=None)
    corrects_id: Mapped[int | None] = mapped_column(Key, ForeignKey("broadcast.id"), default=None)
    #: How far the expansion has come: the last person id, so that a crash goes on where it stood.
    expanded_to: Mapped[int] = mapped_column(Key, default=0)


class Delivery(Base):
    """One person of a broadcast. planned = sent + failed + skipped, at the end.

    Its outbox row is the one with the key `key_of(broadcast, person)`; there is none if it was skipped.
    """

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    broadcast_id: Mapped[int] = mapped_column(Key, ForeignKey("broadcast.id"))
    person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    #: planned, sent, failed, skipped, cancelled.
    state: Mapped[str] = mapped_column(String(10))
    #: Why skipped or failed, in a word: no_channel, unreachable, left …
    reason: Mapped[str] = mapped_column(String(40), default="")
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    #: 收到
    acknowledged_at: Mapped[datetime | None] = mapped_column(default=None)
    reported_at: Mapped[datetime | None] = mapped_column(default=None)

    __table_args__ = (
        UniqueConstraint("broadcast_id", "person_id"),
        Index("ix_delivery_person_id_broadcast_id", "person_id", "broadcast_id"),
    )


def key_of(broadcast_id: int, person_id: int) -> str:
    """What makes one person's message of a broadcast the same message, however often it is expanded."""
    return f"broadcast:{broadcast_id}:{person_id}"


def of_key(key: str | None) -> tuple[int, int] | None:
    """Broadcast and person of an outbox row's key; None for rows of anything else."""
    kind, _, rest = (key or "").partition(":")
    broadcast_id, _, person_id = rest.partition(":")
    return (int(broadcast_id), int(person_id)) if kind == "broadcast" and person_id.isdigit() else None


class RelayCard(Base):
    """接龙: a broadcast with a code of one village head's own, to be forwarded to her group."""

    __tablename__ = "relay_card"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(Key, ForeignKey("broadcast.id"))
    person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column()

    __table_args__ = (UniqueConstraint("broadcast_id", "person_id"),)


class RelayAnswer(Base):
    """Somebody answered a forwarded card with its code; once for each identity."""

    __tablename__ = "relay_answer"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    code: Mapped[str] = mapped_column(ForeignKey("relay_card.code"))
    identity_id: Mapped[int] = mapped_column(Key, ForeignKey("identity.id"))
    at: Mapped[datetime] = mapped_column()

    __table_args__ = (UniqueConstraint("code", "identity_id"),)


class PeopleGroup(Base):
    """A named list of people that an official writes to: 骨干, 三八红旗手."""

    __tablename__ = "people_group"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(30))

    __table_args__ = (UniqueConstraint("unit_id", "name"),)


class PeopleGroupMember(Base):
    """Somebody on such a list."""

    __tablename__ = "people_group_member"

    group_id: Mapped[int] = mapped_column(Key, ForeignKey("people_group.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"), primary_key=True)
