"""Rosters: distinct people are counted from the rows, on every level, and never added to anything."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.reports import rosters, service
from handlers.reports.figures import ROSTER_PEOPLE, Asked, roll_up, sources
from handlers.reports.rosters import Name
from storage import people, units
from storage.people import Speaker
from storage.reports import RosterEntry
from storage.store import Store
from storage.units import UnitRow
from tests.kit.stores import SECRET, Templates

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
YEAR = Asked(date(2026, 1, 1), date(2026, 12, 31))
TREE = (
    UnitRow("C", "某县妇联", "county"),
    *(UnitRow(f"T{t}", f"第{t}镇妇联", "township", "township", "C") for t in range(2)),
    *(UnitRow(f"V{t}{v}", f"{t}镇{v}村妇代会", "village", "village", f"T{t}") for t in range(2) for v in range(2)),
)
ABOVE = {code: [code, code.replace("V", "T")[:2], "C"] for code in ("V00", "V01", "V10", "V11")}
NAMES = st.tuples(st.sampled_from(("王芳", "李霞", "张梅")), st.sampled_from(("", "", "13900000001", "13900000002")))
HISTORY = st.lists(
    st.tuples(st.sampled_from(sorted(ABOVE)), st.lists(NAMES, max_size=5), st.booleans()), min_size=1, max_size=8
)
_numbers = count()


def _run(store: Store, history: list[tuple[str, list[tuple[str, str]], bool]]) -> None:
    with store.begin() as session:
        by_code = units.add_many(session, TREE)
        person = people.add(session, "某某", None).id
        persons: dict[str, set[tuple[str, str]]] = {code: set() for code in by_code}
        times = dict.fromkeys(by_code, 0)
        behind: set[str] = set()
        for place, (code, names, withdrawn) in enumerate(history):
            unit = by_code[code]
            by = Speaker(0, person, "某某", "congress_head", "", unit.id, unit.name, unit.path, unit.level)
            said = {"date": f"2026-03-{place + 1:02}", "form": "讲座", "topic": "反家暴", "participants": "36"}
            report, _ = service.file_report(session, by=by, slots=said, now=NOW)
            rosters.put(session, report, [Name(*one) for one in names], by=by, now=NOW)
            if withdrawn:
                service.withdraw(session, report, by=by, now=NOW)
                continue
            who = {("", phone) if phone else (code, name) for name, phone in names}
            behind |= {report.number or ""} if who else set()
            for above in ABOVE[code]:
                persons[above] |= who
                times[above] += len(who)
        for code, unit in by_code.items():
            rolled = roll_up(session, unit, YEAR)
            assert (rolled.attended.people, rolled.attended.times) == (len(persons[code]), times[code])
            parts = [rolled.unit, *rolled.children]
            assert rolled.attended.times == sum(part.attended.times for part in parts)
            assert rolled.attended.people <= sum(part.attended.people for part in parts)
        assert {n for _, n in sources(session, by_code["C"], YEAR, ROSTER_PEOPLE)} == behind


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=HISTORY)
def test_people_are_counted_once_on_every_level(
    history: list[tuple[str, list[tuple[str, str]], bool]], templates: Templates, tmp_path: Path
) -> None:
    """As in a recomputation with sets: 人次 add up, 人 are at most the sum of the parts."""
    store = Store(templates.sqlite(tmp_path / f"{next(_numbers)}.sqlite3"), secret=SECRET)
    try:
        _run(store, history)
    finally:
        store.close()


def test_rosters_are_the_same_on_both_databases_and_sealed(store: Store) -> None:
    """One county with a woman who was in two villages; no name stands in the table."""
    names = [("王芳", "13900000001"), ("李霞", "")]
    _run(store, [("V00", names, False), ("V01", names, False), ("V10", names, True)])
    with store.read() as session:
        rows = session.scalars(select(RosterEntry)).all()
        assert len(rows) == 6
        assert not any("王芳".encode() in row.name_sealed or b"139" in row.name_sealed for row in rows)


@pytest.mark.parametrize(
    ("text", "names", "unread"),
    [
        ("王秀兰 李玉芬，张桂花", ["王秀兰", "李玉芬", "张桂花"], []),
        ("1.王 芳 13900000000\n2、李 霞", ["王芳", "李霞"], []),
        ("欧阳春梅(13900000000)、热依汗·买买提", ["欧阳春梅", "热依汗·买买提"], []),
        ("王秀兰、李玉芬等36人", ["王秀兰", "李玉芬"], []),
        ("昨天来了很多人", [], ["昨天来了很多人"]),
    ],
)
def test_a_list_of_names_is_read(text: str, names: list[str], unread: list[str]) -> None:
    """Blanks, commas, lines, numbering, phones and two-character names with a blank inside."""
    found, left = rosters.read(text)
    assert ([one.name for one in found], left) == (names, unread)


@pytest.mark.parametrize(
    ("said", "fits"), [("3", True), ("4", False), ("~3", True), ("2+", True), ("<3", False), ("", True)]
)
def test_a_roster_is_held_against_the_number_of_people(said: str, fits: bool) -> None:
    """Exact, about, more, less; nothing to hold against where no number was said."""
    assert rosters.agrees(3, {"participants": said}) is fits
