"""Exports 250,000 reports as csv and xlsx and rolls them up, on SQLite and PostgreSQL: seconds, and the memory they take.

`python -m tests.benchmarks.bench_reports [--rows 250000] [--engine sqlite|postgresql|both]`; each export and roll-up runs
in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from handlers.reports import export, figures
from handlers.reports.figures import Asked
from storage import people, schema, units
from storage.reports import Quantity, Report, receipt_number
from storage.store import Store
from storage.units import UnitRow
from tests.kit import postgres

SECRET = "a secret for benchmarks only"
FORMS = ("讲座", "培训", "宣传", "慰问", "走访排查", "会议", "文体活动", "志愿服务")
CATEGORIES = ("维权普法", "创业就业", "家庭建设", "妇女健康", "关爱帮扶", "平安建设")
YEAR = Asked(date(2026, 1, 1), date(2026, 12, 31))
NOW = datetime(2026, 12, 31, 4, 0, tzinfo=UTC)


def fill(url: str, rows: int) -> None:
    """A province: 10 cities, 100 counties, 1,000 townships, 5,000 villages, and their reports of a year."""
    store = Store(url, secret=SECRET)
    schema.upgrade(store)
    chance = random.Random(7)
    tree = [UnitRow("P", "某省妇联", "province")]
    tree += [UnitRow(f"P{c}", f"第{c}市妇联", "city", "city", "P") for c in range(10)]
    tree += [UnitRow(f"P{c // 10}-{c}", f"第{c}县妇联", "county", "county", f"P{c // 10}") for c in range(100)]
    tree += [UnitRow(f"T{t}", f"第{t}镇妇联", "township", "township", f"P{t // 100}-{t // 10}") for t in range(1000)]
    tree += [UnitRow(f"V{v}", f"第{v}村妇代会", "village", "village", f"T{v // 5}") for v in range(5000)]
    with store.begin() as session:
        by_code = units.add_many(session, tree)
        villages = [by_code[f"V{v}"].id for v in range(5000)]
        person = people.add(session, "某某", None).id
    for start in range(0, rows, 10_000):
        reports, quantities = [], []
        for number in range(start, min(start + 10_000, rows)):
            report, counted = _report(chance, number + 1, chance.choice(villages), person)
            reports.append(report)
            quantities += counted
        with store.begin() as session:
            session.execute(insert(Report), reports)
            session.execute(insert(Quantity), quantities)
    with store.begin() as session:
        session.execute(text("ANALYZE"))
    store.close()


def _report(
    chance: random.Random, row_id: int, unit_id: int, person: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    day = date(2026, 1, 1) + timedelta(days=chance.randrange(365))
    people_, things = chance.randint(5, 200), chance.randrange(20, 300, 10)
    mark = chance.choice(("", "", "", "", "~", "+"))
    shown = {"": "{}", "~": "~{}", "+": "{}+"}[mark].format(people_)
    slots = {
        "date": day.isoformat(),
        "form": chance.choice(FORMS),
        "category": chance.choice(CATEGORIES),
        "topic": "反对家庭暴力",
        "place": "村部",
        "participants": shown,
        "sessions": "1",
        "materials": [{"item": "宣传单", "n": str(things), "unit": "份"}],
        "speaker": ["镇司法所的老师"],
        "partners": ["镇司法所"],
    }
    report = {
        "id": row_id,
        "number": receipt_number(row_id),
        "unit_id": unit_id,
        "by_person_id": person,
        "on_behalf": False,
        "state": "passed",
        "version": 1,
        "filed_at": NOW,
        "event_on": day,
        "month_only": False,
        "form": slots["form"],
        "category": slots["category"],
        "place": "村部",
        "topic": "反对家庭暴力",
        "title": "",
        "slots": slots,
        "review_note": "",
    }
    counted = [
        {"report_id": row_id, "measure": measure, "unit": unit, "noun": noun, "low": n, "high": n, "mark": m}
        for measure, unit, noun, n, m in (
            ("participants", "人", "", people_, mark),
            ("sessions", "场次", "", 1, ""),
            ("materials", "份", "宣传单", things, ""),
        )
    ]
    return report, counted


def run_one(what: str, url: str, folder: Path) -> dict[str, Any]:
    """One export or roll-up, in this process: seconds, rows, peak memory over what the process had before."""
    store = Store(url, secret=SECRET)
    with store.read() as session:
        top = units.by_code(session, "P")
        assert top is not None
        county = units.by_code(session, "P5-50")
        assert county is not None
        before = _peak()
        started = time.perf_counter()
        does: dict[str, Callable[[], int]] = {
            "csv": lambda: _csv(folder, export.rows(session, top, YEAR)),
            "xlsx": lambda: export.write_xlsx(folder / "x.xlsx", "某省", export.rows(session, top, YEAR), made_on=""),
            "roll-up of the province": lambda: figures.roll_up(session, top, YEAR).total.reports,
            "roll-up of a county": lambda: figures.roll_up(session, county, YEAR).total.reports,
            "roll-up of a county and month": lambda: (
                figures.roll_up(session, county, Asked(date(2026, 3, 1), date(2026, 3, 31))).total.reports
            ),
        }
        rows = does[what]()
        seconds = time.perf_counter() - started
    after = _peak()
    sizes = [
        path.stat().st_size
        for path in (folder / "x.csv", folder / "x.xlsx")
        if path.exists() and path.suffix[1:] == what
    ]
    return {
        "what": what,
        "rows": rows,
        "seconds": round(seconds, 2),
        "peak_mb": after // 1024,
        "added_mb": (after - before) // 1024,
        "file_mb": round(sum(sizes) / 1e6, 1),
    }


def _peak() -> int:
    """The most memory this process has held so far, in KiB (ru_maxrss would count the parent's, too)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


def _csv(folder: Path, found: Any) -> int:
    with (folder / "x.csv").open("w", encoding="utf-8-sig", newline="") as file:
        return export.write_csv(file, found)


TASKS = ("csv", "xlsx", "roll-up of the province", "roll-up of a county", "roll-up of a county and month")


def main() -> None:
    """Fill, run every task in a process of its own, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=250_000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--one", nargs=3, metavar=("WHAT", "URL", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run_one(given.one[0], given.one[1], Path(given.one[2])), ensure_ascii=False))
        return
    print(f"  {'engine':12}{'what':32}{'rows':>9}{'seconds':>9}{'peak MB':>9}{'added MB':>10}{'file MB':>9}")
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as name:
        folder = Path(name)
        for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
            if engine == "sqlite":
                url = f"sqlite:///{folder}/reports.sqlite3"
            else:
                server = postgres.start(os.getpid())
                postgres.create(server, "bench_reports")
                url = postgres.url(server, "bench_reports")
            started = time.perf_counter()
            fill(url, given.rows)
            print(
                f"  {engine:12}{'(filling the database)':32}{given.rows:>9}{time.perf_counter() - started:>9.2f}",
                flush=True,
            )
            for what in TASKS:
                command = [sys.executable, __file__, "--one", what, url, str(folder)]
                done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                print(
                    f"= {engine:12}{what:32}{done['rows']:>9}{done['seconds']:>9.2f}{done['peak_mb']:>9}{done['added_mb']:>10}"
                    f"{done['file_mb']:>9}",
                    flush=True,
                )
            if engine == "postgresql":
                postgres.drop(server, "bench_reports")


if __name__ == "__main__":
    main()
