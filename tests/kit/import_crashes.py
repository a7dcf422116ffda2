"""Kills a process that imports, a dozen times at random moments, and looks at what can be found afterwards.

    python -m tests.kit.import_crashes URL FOLDER --kills 12 --seed 1      prints one JSON object: the books

Each law carries a number of its own in every article, so that a look-up for the number tells how much of it is there.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from knowledge import importing_records
from knowledge.library import Library
from storage.circulars import Circular, Passage
from storage.store import Store
from tests.kit.stores import SECRET

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
LAWS, ARTICLES = 10, 5


def write_laws(folder: Path, turn: int) -> tuple[Path, list[str]]:
    """A file of laws nobody has yet, and the number in each."""
    path, numbers = folder / f"laws-{turn}.jsonl.gz", [f"{turn + 1:03}{law:04}" for law in range(LAWS)]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for law, number in enumerate(numbers):
            for article in range(ARTICLES):
                text = f"第{article + 1}条，编号{number}的志愿者守则，第{law}部。"
                record = {"id": f"{number}-{article}", "title": f"守则{number}", "version": "2024-01-01", "text": text}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path, numbers


def take_in(url: str, path: Path) -> None:
    importing_records.BULK = ARTICLES * 3  # several commits, and a merge at the end
    store = Store(url, secret=SECRET)
    *_, _last = importing_records.import_records(store, path, NOW)
    store.close()


def found(url: str, numbers: list[str]) -> list[tuple[int, int]]:
    """For each law: how many of its articles a look-up finds, how many are stored."""
    store, library = Store(url, secret=SECRET), Library()
    counts = []
    titles = [f"守则{number}" for number in numbers]
    query = select(Circular.title, func.count()).join(Passage, Passage.circular_id == Circular.id)
    with store.read() as session:
        grouped = session.execute(query.where(Circular.title.in_(titles)).group_by(Circular.title))
        stored = {row[0]: int(row[1]) for row in grouped}
        for number in numbers:
            hits = [hit for hit in library.search(session, f"编号{number}", limit=100) if number in hit.text]
            counts.append((len(hits), stored.get(f"守则{number}", 0)))
    store.close()
    return counts


def forked(url: str, path: Path) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            take_in(url, path)
            status = 0
        finally:
            os._exit(status)
    return child


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    take_in(given.url, write_laws(given.folder, given.kills + 2)[0])  # warm: what is measured is an import
    path, _ = write_laws(given.folder, given.kills + 1)
    began = time.monotonic()
    assert os.waitpid(forked(given.url, path), 0)[1] == 0
    whole = time.monotonic() - began
    books = {"kills": 0, "in between": 0, "nothing": 0, "all": 0, "partial": 0, "not whole afterwards": 0}
    for turn in range(given.kills):
        path, numbers = write_laws(given.folder, turn)
        child = forked(given.url, path)
        time.sleep(chance.uniform(0.05, 0.8) * whole)
        os.kill(child, signal.SIGKILL)
        died = os.waitpid(child, 0)[1]
        books["kills"] += os.WIFSIGNALED(died)
        counts = found(given.url, numbers)
        books["all"] += counts.count((ARTICLES, ARTICLES))
        books["nothing"] += counts.count((0, 0))
        books["partial"] += sum(one not in ((0, 0), (ARTICLES, ARTICLES)) for one in counts)
        books["in between"] += 0 < counts.count((0, 0)) < LAWS
        take_in(given.url, path)
        books["not whole afterwards"] += sum(one != (ARTICLES, ARTICLES) for one in found(given.url, numbers))
    print(json.dumps(books))


if __name__ == "__main__":
    main()
