"""Rosters (名单): the names of those who were there, sealed, and told apart by keyed hashes."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from handlers.reports import rules, service
from storage import audit
from storage.people import Speaker
from storage.reports import Report, RosterEntry
from storage.vault import Vault

#: 「约30人」 and a roster of 28 agree.
_ABOUT = Decimal("0.15")


class Name(NamedTuple):
    """Somebody on a roster; the phone number only tells namesakes apart."""

    name: str
    phone: str = ""


_PHONE = r"1[3-9]\d{9}"
_ENTRY = re.compile(
    rf"(?P<name>[\u3400-\u9fff]+(?:[·•‧][\u3400-\u9fff]+)*)\s*[（(：:]?\s*(?:手机|电话)?\s*(?P<phone>{_PHONE})?[）)]?"
)
_PARTS = re.compile(r"[，,、；;。\n\t/|]+")
_AND_SO_ON = re.compile(r"等?[，,\s]*(?:一?共|总共|等|计)\s*\d*\s*[个名位]?人?[。\s]*$")
_INDEX = re.compile(r"^\s*(?:\d{1,3}\s*[.．、)）:：]\s*)?")
#: No name has these: a sentence came along with the list.
_NOT_A_NAME = re.compile(r"[的了吗呢没把是在都和与还有来人等]$|^(?:还有|以及|还|共|等|不|没)|了|的|吗")
_SPACED = re.compile(r"(?<![\u3400-\u9fff·•‧])([\u3400-\u9fff])[ \u3000]+([\u3400-\u9fff])(?![\u3400-\u9fff·•‧])")


def read(text: str) -> tuple[list[Name], list[str]]:
    """The names in a list, and what is no name. `王芳 13900000000、李 霞` → 王芳 with her phone, 李霞."""
    found: list[Name] = []
    unread: list[str] = []
    for part in _PARTS.split(_AND_SO_ON.sub(" ", text)):
        rest = _SPACED.sub(r"\1\2", _INDEX.sub("", part))
        while rest.strip():
            entry = _ENTRY.match(rest.lstrip())
            rest = rest.lstrip()
            if entry is None:
                word = re.match(r"[^\s\u3400-\u9fff]+|\S+", rest)
                assert word is not None
                if not re.fullmatch(r"\d{1,3}[.．、)）]?|[^\w]+", word[0]):
                    unread.append(word[0])
                rest = rest[word.end() :]
                continue
            name, rest = entry["name"].replace("•", "·").replace("‧", "·"), rest[entry.end() :]
            plain = name.replace("·", "")
            fits = 2 <= len(plain) <= (15 if "·" in name else 6) and not _NOT_A_NAME.search(name)
            if fits:
                found.append(Name(name, entry["phone"] or ""))
            else:
                unread.append(name)
    return found, unread


def masked(name: str) -> str:
    """王秀兰 → 王**."""
    return name[:1] + "*" * (len(name) - 1)


def agrees(count: int, slots: Mapping[str, Any]) -> bool:
    """Whether so many names go with the number of people that the report says; true where it says none."""
    value = rules.amount(str(slots.get("participants") or ""))
    if value is None or not count:
        return True
    low, high, mark = value
    if mark == "~":
        return abs(count - low) <= max(low * _ABOUT, Decimal(1))
    if mark == "+":
        return count >= low
    return count < high if mark == "<" else low <= count <= high


def key_of(vault: Vault, unit_id: int, name: Name) -> bytes:
    """What makes her one person in figures: her phone, or her name in that unit."""
    return vault.key(f"roster phone {name.phone}" if name.phone else f"roster {unit_id} {name.name}")


def put(session: Session, report: Report, names: Sequence[Name], *, by: Speaker, now: datetime) -> int:
    """Add names to the report's roster; how many were new to it. Raises PeriodClosed."""
    assert by.person_id is not None
    service.check_period(session, report.unit_id, report.event_on)
    vault = Vault.of(session)
    there = set(session.scalars(select(RosterEntry.person_key).where(RosterEntry.report_id == report.id)))
    fresh = {key: name for name in names if (key := key_of(vault, report.unit_id, name)) not in there}
    if fresh:
        session.execute(
            insert(RosterEntry),
            [
                {
                    "report_id": report.id,
                    "person_key": key,
                    "name_sealed": vault.seal(name.name),
                    "added_by_id": by.person_id,
                    "added_at": now,
                }
                for key, name in fresh.items()
            ],
        )
        audit.note(
            session,
            at=now,
            person_id=by.person_id,
            action="roster.added",
            about=f"report:{report.id}",
            count=len(fresh),
        )
    return len(fresh)


def take_off(session: Session, report: Report, names: Sequence[Name], *, by: Speaker, now: datetime) -> int:
    """Strike names off the roster; how many entries went. A name without a phone means everybody of that name. Raises PeriodClosed."""
    service.check_period(session, report.unit_id, report.event_on)
    vault = Vault.of(session)
    phones = {key_of(vault, report.unit_id, name) for name in names if name.phone}
    plain = {name.name for name in names if not name.phone}
    rows = session.scalars(select(RosterEntry).where(RosterEntry.report_id == report.id)).all()
    gone = [row.id for row in rows if row.person_key in phones or (plain and vault.open(row.name_sealed) in plain)]
    if gone:
        session.execute(delete(RosterEntry).where(RosterEntry.id.in_(gone)))
        audit.note(
            session,
            at=now,
            person_id=by.person_id,
            action="roster.removed",
            about=f"report:{report.id}",
            count=len(gone),
        )
    return len(gone)


def of(session: Session, report_id: int) -> list[str]:
    """The names on a report's roster, in the order they were written."""
    vault = Vault.of(session)
    rows = session.scalars(
        select(RosterEntry.name_sealed).where(RosterEntry.report_id == report_id).order_by(RosterEntry.id)
    )
    return [vault.open(row) for row in rows]


def count_of(session: Session, report_id: int) -> int:
    """How many stand on it."""
    return session.scalar(select(func.count()).select_from(RosterEntry).where(RosterEntry.report_id == report_id)) or 0


def sealed(session: Session, names: Sequence[Name]) -> str:
    """Names as a draft keeps them in its conversation."""
    return b64encode(Vault.of(session).seal(msgspec.json.encode([list(name) for name in names]).decode())).decode()


def opened(session: Session, kept: str) -> list[Name]:
    """The names that a draft keeps."""
    if not kept:
        return []
    return [Name(*one) for one in msgspec.json.decode(Vault.of(session).open(b64decode(kept)))]
