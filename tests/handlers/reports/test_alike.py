"""What was read for a whole batch answers as asking for each message would, and does not outlive a change."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.reports import alike, service
from storage import people, units
from storage.people import Speaker
from storage.reports import Report
from storage.store import Store
from storage.units import Unit, UnitRow

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
TREE = (
    UnitRow("C", "临溪县妇联", "county"),
    *(UnitRow(f"T{t}", f"第{t}镇妇联", "township", "township", "C") for t in range(2)),
    *(UnitRow(f"V{t}{v}", f"{t}镇{v}村妇代会", "village", "village", f"T{t}") for t in range(2) for v in range(4)),
)
FORMS, DAYS = ("讲座", "培训"), ("2026-11-03", "2026-11-04", "2026-11-05")


def speaker(unit: Unit, person: int) -> Speaker:
    return Speaker(0, person, "某某", "congress_head", "", unit.id, unit.name, unit.path, unit.level)


def told(form: str, day: str, place: str) -> dict[str, Any]:
    return {"date": day, "form": form, "category": "维权普法", "topic": "反家暴", "place": place, "participants": "36"}


def asked(session: Session, unit: Unit, slots: dict[str, Any]) -> tuple[int, bool] | None:
    found = alike.same_event(session, unit.id, unit.path, slots, has_below=unit.level != "village")
    return (found.report.id, found.is_own) if found is not None else None


def test_what_was_foreseen_is_what_would_be_found(store: Store) -> None:
    """For every unit, day and form, with reports of the village, its township and county, of some that do not count."""
    random_ = random.Random(5)
    with store.begin() as session:
        made, person = units.add_many(session, TREE), people.add(session, "某某", None)
        everyone = [unit for unit in made.values() for _ in range(3)]
        for unit in everyone:
            slots = told(random_.choice(FORMS), random_.choice(DAYS), f"{random_.choice('甲乙')}村部")
            report, _ = service.file_report(session, by=speaker(unit, person.id), slots=slots, now=NOW)
            if random_.random() < 0.2:
                service.withdraw(session, report, by=speaker(unit, person.id), now=NOW)
    wanted = [(unit, told(form, day, "甲村部")) for unit in made.values() for form in FORMS for day in DAYS]
    with store.begin() as session:
        by_asking = [asked(session, unit, slots) for unit, slots in wanted]
    with store.begin() as session:
        alike.foresee(session, [(unit.path, date.fromisoformat(slots["date"])) for unit, slots in wanted])
        assert "alike" in session.info
        foreseen = [asked(session, unit, slots) for unit, slots in wanted]
    assert foreseen == by_asking
    assert {found and found[1] for found in foreseen} == {None, True, False}


def test_what_happens_in_the_batch_is_seen(store: Store) -> None:
    """Filed, moved to another day, withdrawn: the next message of the same batch knows."""
    with store.begin() as session:
        made, person = units.add_many(session, TREE), people.add(session, "某某", None)
        village, other = made["V00"], made["V11"]
        by = speaker(village, person.id)
        alike.foresee(session, [(unit.path, date.fromisoformat(day)) for unit in (village, other) for day in DAYS])
        first, second = told("讲座", DAYS[0], "甲村部"), told("讲座", DAYS[1], "甲村部")
        assert asked(session, village, first) is None
        report, _ = service.file_report(session, by=by, slots=first, now=NOW)
        assert asked(session, village, first) == (report.id, True)
        assert asked(session, other, first) is None
        service.change(session, report, second, by=by, now=NOW)
        assert asked(session, village, first) is None
        assert asked(session, village, second) == (report.id, True)
        service.withdraw(session, session.get_one(Report, report.id), by=by, now=NOW)
        assert asked(session, village, second) is None
