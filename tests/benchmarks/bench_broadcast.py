"""Expands a broadcast to 250,000 people, claims from a full queue, and drains it at a platform's limit, on both engines."""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta

from bot import outgoing
from bot.clock import SystemClock
from bot.sender import BULK, Sender
from handlers.broadcasts import service
from storage import in_hand, outbox
from storage.store import Store
from tests.benchmarks import outbox_county
from tests.benchmarks.outbox_county import FakePlatform

PEOPLE = 250_000
#: Holding the writer longer than this makes a reply wait.
LONGEST_HOLD = 0.08
#: Telegram's limit with a little to spare, and for how long it is watched.
PACE, WATCHED = 29.5, 12.0


def expand(store: Store, engine: str) -> float:
    """Make all deliveries, chunk by chunk; the longest hold of the writer."""
    holds: list[float] = []
    now = datetime.now(UTC)
    with outbox_county.timed(f"expand a broadcast, {engine}", PEOPLE):
        while True:
            with store.begin() as session:
                began = time.perf_counter()
                _, more = service.expand_chunk(session, 1, now)
            holds.append(time.perf_counter() - began)
            if not more:
                break
    ordered = sorted(holds)
    print(
        f"= {'':<6}writer held for {ordered[len(ordered) // 2] * 1e3:.0f} ms, p99 {ordered[int(len(ordered) * 0.99)] * 1e3:.0f} ms,"
        f" at most {ordered[-1] * 1e3:.0f} ms a chunk of {service.CHUNK:,}", flush=True)
    return ordered[int(len(ordered) * 0.99)]


def memory(store: Store, by: object) -> None:
    """Peak of Python's memory while one chunk is made: nothing grows with the audience."""
    tracemalloc.start()
    with store.begin() as session:
        service.expand_chunk(session, 2, datetime.now(UTC))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"= {'':<6}peak of Python's memory in a chunk: {peak / 1e6:.1f} MB", flush=True)


def claim(store: Store, engine: str) -> None:
    """Claim 500 of 250,000, twenty times; what was claimed stays leased, as with a busy sender."""
    times = []
    for turn in range(20):
        with store.begin() as session:
            began = time.perf_counter()
            rows = in_hand.claim(
                session, token=f"t{turn}", now=datetime.now(UTC), lease=timedelta(minutes=5), limit=500, platforms=["fake"], klasses=BULK)
        times.append(time.perf_counter() - began)
        assert len(rows) == 500
    times.sort()
    print(f"= {'':<6}claiming 500 of {PEOPLE:,} on {engine}: {times[10] * 1e3:.1f} ms, at most {times[-1] * 1e3:.1f} ms", flush=True)


def drain(store: Store, engine: str) -> float:
    """Send at the platform's limit for a while; the share of a core it takes."""
    platform = FakePlatform(pace=PACE)
    sender = Sender(store, [platform], SystemClock(), overtaken=outgoing.overtaken, settled=outgoing.settled)
    threading.Timer(WATCHED, sender._stopping.set).start()
    burnt, began = outbox_county.cpu(), time.perf_counter()
    asyncio.run(sender.run())
    burnt, seconds = outbox_county.cpu() - burnt, time.perf_counter() - began
    print(f"= {'':<6}draining at {PACE}/s on {engine}: {platform.sent / seconds:.1f}/s for {seconds:.0f} s with {burnt / seconds:.1%} of a core", flush=True)
    return burnt / seconds


def main() -> int:
    """Both engines; 1 if the writer is held too long or a core is not enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="sqlite,postgresql")
    missed = False
    for engine in parser.parse_args().only.split(","):
        with outbox_county.store(engine) as store:
            by = outbox_county.fill(store, PEOPLE)
            with store.begin() as session:
                for _ in range(2):
                    service.plan(session, "明天上午九点开会，请准时参加", {}, by=by, now=datetime.now(UTC))
            held = expand(store, engine)
            missed |= store.is_sqlite and held > LONGEST_HOLD  # on PostgreSQL nobody waits for a chunk
            outbox.refresh_statistics(store)
            claim(store, engine)
            memory(store, by)
            missed |= drain(store, engine) >= 1.0
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
