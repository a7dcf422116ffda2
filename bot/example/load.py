"""Puts the example into the store; a second time it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.example.city import SEED, ExampleCity, make_city
from bot.example.county import CITY_CODE
from bot.example.reports import SHANGHAI
from bot.example.rows import Cast, write_duty, write_reports
from bot.example.words import EXAMPLE
from bot.platforms.chat import ACCOUNT, NAME
from knowledge.importing import import_document
from knowledge.reading import Document, read_file
from storage import people, units
from storage.conversations import Conversation
from storage.people import Identity, Person
from storage.reports import Report
from storage.store import Store
from storage.units import Unit, UnitRow


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many were new; all 0 when the example was there."""

    circulars: int
    units: int
    people: int
    reports: int
    duties: int


def load_example(
    store: Store, *, today: date, seed: int = SEED, platform: str = NAME, account: str = ACCOUNT
) -> Loaded:
    """Units, circulars, people, two years of reports and open duties, as on the morning of `today`.

    All of it is one transaction, so that it is there whole or not at all. Where the example's city has reports, nothing
    is written: what was tried out since stays as it is. Units that are there already are known by code, people by
    phone, circulars by their content.
    """
    with store.read() as session:
        if _has_reports(session):
            return Loaded(0, 0, 0, 0, 0)
    city = make_city(today, seed)
    now = datetime.combine(today, time(0), SHANGHAI)
    with store.begin() as session:
        new_units = _load_units(session, city)
        documents = [read_file(path) for path in circular_files()]
        new_circulars = _load_circulars(session, documents, now)
        new_people = _load_people(session, city, now, platform, account)
        cast = _cast(session, city, platform, account)
        ids = write_reports(session, cast, city.reports)
        originals = {document.meta.doc_no or "": document.original for document in documents}
        for duty in city.duties:
            write_duty(session, cast, duty, ids, originals, now)
    return Loaded(new_circulars, new_units, new_people, len(city.reports), len(city.duties))


def circular_files(folder: Path = EXAMPLE) -> list[Path]:
    """The example's circulars, in the order of their names."""
    return sorted((folder / "circulars").glob("*.txt"))


def _load_circulars(session: Session, documents: Sequence[Document], now: datetime) -> int:
    """Each belongs to the unit that issued it: it holds for her and all below."""
    return sum(
        import_document(session, document, now, scope=_issuer_path(session, document)).changed for document in documents
    )


def _issuer_path(session: Session, document: Document) -> str:
    """The path of the first issuer: 澜汀市妇女联合会 is the unit 澜汀市妇联."""
    name = document.meta.issuer[0].replace("妇女联合会", "妇联") if document.meta.issuer else ""
    return session.scalar(select(Unit.path).where(Unit.name == name)) or "" if name else ""


def _load_units(session: Session, city: ExampleCity) -> int:
    there = units.by_codes(session, [unit.code for unit in city.units])
    rows = [UnitRow(u.code, u.name, u.level, u.kind, u.parent_code) for u in city.units if u.code not in there]
    units.add_many(session, rows)
    return len(rows)


def _load_people(session: Session, city: ExampleCity, now: datetime, platform: str, account: str) -> int:
    """Everybody with her post, bound to the chat page: her address there is her phone number."""
    by_code = units.by_codes(session, [unit.code for unit in city.units])
    new = 0
    for one in city.people:
        if people.by_phone(session, one.phone) is not None:
            continue
        person = people.add(session, one.name, one.phone)
        person.consented_at = now
        people.appoint(session, person, by_code[one.unit_code], one.role, one.title)
        identity = people.bind(session, person, platform, account, one.phone, now)
        if session.get(Conversation, identity.id) is None:
            session.add(Conversation(identity_id=identity.id))
        new += 1
    return new


def _has_reports(session: Session) -> bool:
    top = units.by_code(session, CITY_CODE)
    if top is None:
        return False
    found = select(Report.id).join(Unit, Unit.id == Report.unit_id).where(units.below(Unit.path, top.path)).limit(1)
    return session.scalar(found) is not None


def _cast(session: Session, city: ExampleCity, platform: str, account: str) -> Cast:
    known = {one.phone: people.by_phone(session, one.phone) for one in city.people}
    found: dict[str, Person] = {phone: person for phone, person in known.items() if person is not None}
    speaking = session.execute(
        select(Identity.external_id, Identity.id).where(Identity.platform == platform, Identity.account == account)
    )
    return Cast(
        units=units.by_codes(session, [unit.code for unit in city.units]),
        parents={unit.code: unit.parent_code for unit in city.units},
        people=found,
        identities={row[0]: row[1] for row in speaking},
        heads={p.unit_code: p.phone for p in reversed(city.people) if p.role in ("congress_head", "chair")},
        platform=platform,
        account=account,
    )
