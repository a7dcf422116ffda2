"""Databases for the outbox benchmarks: many people bound to one account of a fake platform that takes 50 ms a call."""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, text

from bot.platforms.base import Capabilities, Inbound, Payload
from handlers import all as _all_records  # noqa: F401  # every record is known to the mapper
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply
from storage import people, units
from storage.people import Identity, Person, Post, Speaker
from storage.store import Store
from storage.units import UnitRow
from tests.kit.stores import SECRET, Templates

CALL_SECONDS = 0.05


class FakePlatform:
    """Takes 50 ms a message, as a call abroad does, and counts."""

    name, account = "fake", "bench"

    def __init__(self, pace: float = 0) -> None:
        self.capabilities = Capabilities(text_limit=4096, text_unit="utf16", pace=pace)
        self.sent = 0

    def read(self, inbound: Inbound) -> Message | None:
        """Nobody writes."""
        return None

    def render(self, reply: Reply, address: str) -> list[Payload]:
        """One text."""
        return [{"text": reply.text}]

    async def send(self, address: str, payload: Payload, *, key: str = "") -> str:
        """Wait as long as a call takes."""
        await asyncio.sleep(CALL_SECONDS)
        self.sent += 1
        return str(self.sent)


@contextmanager
def store(engine: str) -> Iterator[Store]:
    """An empty migrated store."""
    with tempfile.TemporaryDirectory(prefix="niangjia-outbox-") as folder:
        templates = Templates(Path(folder), os.getpid())
        if engine == "sqlite":
            opened = Store(templates.sqlite(Path(folder) / "bench.sqlite3"), secret=SECRET)
            yield opened
            opened.close()
            return
        with templates.postgres() as url:
            opened = Store(url, secret=SECRET)
            yield opened
            opened.close()


@contextmanager
def server() -> Iterator[str]:
    """The folder of a PostgreSQL server, with the same settings as ours."""
    with tempfile.TemporaryDirectory(prefix="niangjia-outbox-") as folder:
        yield Templates(Path(folder), os.getpid()).server()


def fill(opened: Store, count: int) -> Speaker:
    """So many people with an address each; the official above them."""
    now = datetime.now(UTC)
    with opened.begin() as session:
        made = units.add_many(session, [UnitRow("99", "试验省妇联", "province", "province")] + [
            UnitRow(f"99{n:04}", f"第{n}县妇联", "county", "county", "99") for n in range(100)])
        below = [unit.id for code, unit in made.items() if code != "99"]
        chair = people.add(session, "省里", "19900009999")
        people.appoint(session, chair, made["99"], "chair")
        own = people.bind(session, chair, "fake", "bench", "chair", now)
        first = chair.id + 1
        for start in range(0, count, 10_000):
            ids = range(first + start, first + min(count, start + 10_000))
            session.execute(insert(Person), [{"id": i, "name": f"人{i}"} for i in ids])
            session.execute(insert(Post), [
                {"person_id": i, "unit_id": below[i % 100], "role": "congress_head", "title": ""} for i in ids])
            session.execute(insert(Identity), [
                {"platform": "fake", "account": "bench", "external_id": f"someone-{i}", "person_id": i, "bound_at": now, "unreachable": ""}
                for i in ids])
        by = people.speaker_of(session, own.id, now.date())
    with opened.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return by


def cpu() -> float:
    """Seconds of CPU this process has taken."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def timed(name: str, count: int) -> Iterator[dict[str, float]]:
    """Prints seconds, rows a second and CPU of the block."""
    began, burnt, told = time.perf_counter(), cpu(), dict[str, float]()
    yield told
    seconds, burnt = time.perf_counter() - began, cpu() - burnt
    told |= {"seconds": seconds, "rate": count / seconds, "cpu": burnt}
    print(f"= {name:<44} {count / seconds:9,.0f}/s in {seconds:6.2f} s, {burnt / count * 1e6:6.1f} µs of our CPU each ({burnt / seconds:.0%} of a core)", flush=True)
