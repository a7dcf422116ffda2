"""The tree: one indexed predicate for "all below", dated life, moves and merges."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from storage import units
from storage.store import Store
from storage.units import Unit, UnitRow

DAY = date(2026, 11, 22)


def plant(store: Store) -> None:
    rows = [UnitRow("city", "甲市妇联", "city")]
    for c in range(2):
        rows.append(UnitRow(f"c{c}", f"{c}县妇联", "county", parent_code="city"))
        for t in range(3):
            rows.append(UnitRow(f"c{c}t{t}", f"{c}{t}镇妇联", "township", parent_code=f"c{c}"))
            rows += [UnitRow(f"c{c}t{t}v{v}", f"{c}{t}{v}村", "village", parent_code=f"c{c}t{t}") for v in range(12)]
    with store.begin() as session:
        units.add_many(session, list(reversed(rows)))


def codes_below(store: Store, code: str) -> set[str]:
    with store.read() as session:
        top = units.by_code(session, code)
        assert top is not None
        return set(session.scalars(select(Unit.code).where(units.below(Unit.path, top.path))))


def test_below_is_the_unit_and_its_descendants_only(store: Store) -> None:
    """A neighbour whose id begins with the same digits is not below."""
    plant(store)
    assert codes_below(store, "c0t1") == {"c0t1"} | {f"c0t1v{v}" for v in range(12)}
    assert len(codes_below(store, "city")) == 1 + 2 + 6 + 72


def test_a_moved_township_takes_its_villages_along(store: Store) -> None:
    """Moved to the other county, found there and no longer here; the place is dated."""
    plant(store)
    with store.begin() as session:
        town, county = units.by_code(session, "c0t1"), units.by_code(session, "c1")
        assert town is not None
        assert county is not None
        units.move(session, town, county, date(2026, 7, 1))
    assert "c0t1v3" in codes_below(store, "c1")
    assert "c0t1v3" not in codes_below(store, "c0")
    assert codes_below(store, "c0t1") == {"c0t1"} | {f"c0t1v{v}" for v in range(12)}


def test_a_unit_cannot_stand_under_itself(store: Store) -> None:
    """A move into one's own subtree is refused."""
    plant(store)
    with store.begin() as session:
        county, town = units.by_code(session, "c0"), units.by_code(session, "c0t1")
        assert county is not None
        assert town is not None
        with pytest.raises(ValueError, match="under itself"):
            units.move(session, county, town, DAY)


def test_closed_units_are_not_counted_from_the_day_they_end(store: Store) -> None:
    """The closing day is the first without it; the one that took over stays."""
    plant(store)
    with store.begin() as session:
        old, heir = units.by_code(session, "c0t0v0"), units.by_code(session, "c0t0v1")
        assert old is not None
        units.close(old, date(2026, 7, 1), into=heir)
    with store.read() as session:
        town = units.by_code(session, "c0t0")
        assert town is not None
        assert units.count_below(session, town.path, "village", date(2026, 6, 30)) == 12
        assert units.count_below(session, town.path, "village", date(2026, 7, 1)) == 11


def test_an_old_name_still_finds_the_unit(store: Store) -> None:
    """Circulars and reports from before the renaming mean the same village."""
    plant(store)
    with store.begin() as session:
        unit = units.by_code(session, "c0t0v0")
        assert unit is not None
        units.rename(session, unit, "幸福村", DAY)
        found = units.by_name(session, "000村", "/")
        assert [u.code for u in found] == ["c0t0v0"]


def test_below_is_a_range_of_one_index(store: Store) -> None:
    """Neither engine reads the table: the plan names the index on the path."""
    with store.begin() as session:
        session.execute(insert(Unit), [
            {"code": f"u{i}", "name": f"{i}村", "level": "village", "kind": "", "path": f"/1/{i % 97 + 2}/{i + 1000}/"}
            for i in range(20_000)
        ])
    with store.begin() as session:
        if store.is_sqlite:
            session.execute(text("ANALYZE"))
            plan = session.execute(text(
                "EXPLAIN QUERY PLAN SELECT count(*) FROM unit WHERE path >= '/1/5/' AND path < '/1/50'")).all()
            assert "SEARCH unit USING COVERING INDEX" in str(plan)
            assert "path>? AND path<?" in str(plan)
        else:
            session.execute(text("ANALYZE unit"))
            plan = session.execute(text("EXPLAIN SELECT count(*) FROM unit WHERE path >= '/1/5/' AND path < '/1/50'")).all()
            assert "uq_unit_path" in str(plan)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_range_of_a_path_holds_exactly_its_descendants(a: int, b: int, c: int) -> None:
    """`path_end` is above every path that begins with the path and below every other."""
    path = f"/{a}/{b}/"
    inside, outside = f"{path}{c}/", f"/{a}/{b}{c}/"
    assert path <= inside < units.path_end(path)
    assert not path <= outside < units.path_end(path)
