"""A duty owed by 250,000 villages: expanding it, the missing list on every level, and a morning of reminders.

A province of 250,000 villages in 12,500 townships, 500 counties and 25 cities, half of which have answered. Memory is the
growth of this process' peak while it works; PostgreSQL's own is not counted. Commits are on disk before they are counted.

    python tests/benchmarks/bench_duties.py [--villages 250000] [--only sqlite,postgresql]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from handlers.duties import expanding, service
from handlers.duties.service import NewDuty
from handlers.local import LOCAL
from handlers.reminders import service as reminders
from storage import schema
from storage.duties import DONE, Assignment
from storage.outbox import Outbox
from storage.people import Identity, Person, Post, Speaker
from storage.store import Store
from storage.units import Unit
from tests.benchmarks.reports_county import database

NOW = datetime(2026, 11, 12, 9, 0, tzinfo=LOCAL)
TODAY = NOW.date()
DUE = date(2026, 11, 25)
#: Of each unit so many below it.
CITIES, COUNTIES, TOWNSHIPS, VILLAGES = 25, 20, 25, 20
#: Every so many villages have a head with a channel: the cost of writing reminders is measured on them.
HEADS = 5


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def measured(results: list[str], what: str, unit: str = "") -> Iterator[Callable[[int], None]]:
    """Time a block; `count` tells how many it did."""
    done: list[int] = []
    before, began = peak(), time.perf_counter()
    yield done.append
    seconds = time.perf_counter() - began
    rate = f", {done[0] / seconds:,.0f} {unit} a second" if done and unit else ""
    results.append(f"{what}: {seconds * 1000:,.0f} ms{rate}, peak memory +{peak() - before:.0f} MB")
    print("  " + results[-1], flush=True)


def province(url: str, villages: int) -> Speaker:
    """Fill the tree level by level with plain rows; the chair of the province."""
    store = Store(url, secret="benchmark")
    rows: list[dict[str, Any]] = [_row(1, "10", "例省妇联", "province", None, "/1/")]
    parents = [rows[0]]
    number = 1
    for level, count in (("city", CITIES), ("county", COUNTIES), ("township", TOWNSHIPS), ("village", VILLAGES)):
        below = []
        for parent in parents:
            for place in range(count):
                if level == "village" and number - len(rows) > villages:
                    break
                number += 1
                code = f"{parent['code']}{place:03d}"
                below.append(_row(number, code, f"{level}{number}", level, parent["id"], f"{parent['path']}{number}/"))
        parents = below[:villages]
        rows += parents
    with store.begin() as session:
        _write(session, Unit, rows)
        heads = [row for row in rows if row["level"] == "village"][::HEADS] + rows[:1]
        _write(session, Person, [
            {"id": row["id"], "name": f"某{row['id']}", "phone_key": None, "phone_sealed": None} for row in heads])
        _write(session, Post, [
            {"person_id": r["id"], "unit_id": r["id"], "role": "chair" if r["level"] == "province" else "congress_head", "title": ""}
            for r in heads])
        _write(session, Identity, [
            {"id": row["id"], "platform": "bench", "account": "a", "external_id": str(row["id"]), "person_id": row["id"], "bound_at": NOW,
             "unreachable": ""} for row in heads])
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return Speaker(1, 1, "某人", "chair", "主席", 1, "例省妇联", "/1/", "province")


def _row(number: int, code: str, name: str, level: str, parent: int | None, path: str) -> dict[str, Any]:
    return {
        "id": number, "code": code, "name": name, "level": level, "kind": level, "parent_id": parent, "path": path,
        "opened_on": None, "closed_on": None, "merged_into_id": None}


def _write(session: Session, record: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5_000):
        session.execute(insert(record), rows[start : start + 5_000])


def bench(engine: str, villages: int) -> list[str]:
    """All of it on one engine."""
    results: list[str] = []
    with tempfile.TemporaryDirectory() as folder, database(engine, folder) as url:
        store = Store(url, secret="benchmark")
        schema.upgrade(store)
        began = time.perf_counter()
        with get_context("spawn").Pool(1) as another:  # so that filling the tree does not count as memory of what follows
            chair = another.apply(province, (url, villages))
        print(f"{engine}: {villages:,} villages in {time.perf_counter() - began:.0f} s", flush=True)
        with store.begin() as session:
            new = NewDuty(
                title="入户走访", audience={"level": "village"}, rests_on="无文号", due_on=DUE, starts_on=TODAY, reminder_days=(0,))
            made, _ = service.hand_down(session, new, by=chair, now=NOW, tell_heads=True)
        with measured(results, "expanded with its reminders and a word to each head", "assignments") as count:
            count(expanding.expand_all(store, NOW))
        with store.begin() as session:
            session.execute(update(Assignment).where(Assignment.unit_id % 2 == 0).values(state=DONE).execution_options(
                synchronize_session=False))
        if not store.is_sqlite:  # what autovacuum does of itself within a minute
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        lists(store, made.id, results)
        with measured(results, "expanded again: nothing new") as count:
            count(expanding.expand_all(store, NOW + timedelta(days=1)))
        with measured(results, "a morning's reminders into the outbox", "steps") as count:
            count(reminders.fire_due(store, datetime(2026, 11, 25, 9, 0, tzinfo=LOCAL)))
        with store.read() as session:
            assert session.scalar(select(func.count()).select_from(Assignment)) == villages
            reminded = session.scalar(select(func.count()).where(Outbox.about.like("assignments:%"))) or 0
            assert abs(reminded - villages / HEADS / 2) <= 1, reminded
        store.close()
    return [f"{engine}: {line}" for line in results]


def lists(store: Store, duty_id: int, results: list[str]) -> None:
    """What officials of each level ask for, and an export of all names."""
    with store.read() as session:
        path = session.scalars(select(Unit.path).where(Unit.level == "village").order_by(Unit.id).limit(1)).one()
    parts = path.strip("/").split("/")
    for level, depth in (("province", 1), ("city", 2), ("county", 3), ("township", 4)):
        top = "/" + "/".join(parts[:depth]) + "/"
        with store.read() as session, measured(results, f"谁没报 of a {level}: how many, in which parts, 30 names to call"):
            found = service.standings(session, top, since=TODAY, until=DUE, today=TODAY)
            service.shares(session, int(parts[depth - 1]), duty_id=duty_id, due_on=DUE)
            names = service.missing(session, top, TODAY, duty_id=duty_id, due_on=DUE, limit=30)
            assert found[0].open >= len(names) > 0
    with store.read() as session, measured(results, "all missing names, streamed", "names") as count:
        count(sum(1 for _ in service.stream_missing(session, "/1/", TODAY, duty_id=duty_id, due_on=DUE)))


def main() -> None:
    """Both engines, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--villages", type=int, default=250_000)
    parser.add_argument("--only", default="sqlite,postgresql")
    arguments = parser.parse_args()
    lines = [line for engine in arguments.only.split(",") for line in bench(engine, arguments.villages)]
    print(*(f"= {line}" for line in lines), sep="\n")


if __name__ == "__main__":
    main()
