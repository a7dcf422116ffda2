"""Enqueues and delivers 20,000 messages with a 50 ms call each: our outbox beside procrastinate and dramatiq, in one run.

procrastinate runs on the same PostgreSQL server, dramatiq on a Redis started here; both with workers in one process, as
many at once as ours, and the same call that waits 50 ms. Where there is no Redis server, dramatiq is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bot import outgoing
from bot.clock import SystemClock
from bot.sender import CONCURRENT, Sender
from handlers.broadcasts import service
from tests.benchmarks import outbox_county
from tests.benchmarks.outbox_county import CALL_SECONDS, FakePlatform

MESSAGES = 20_000


def ours(engine: str, messages: int) -> float:
    """A broadcast expanded and delivered, outcomes recorded for each person; messages a second."""
    with outbox_county.store(engine) as store:
        by = outbox_county.fill(store, messages)
        platform = FakePlatform()
        sender = Sender(store, [platform], SystemClock(), overtaken=outgoing.overtaken, settled=outgoing.settled)

        async def deliver() -> None:
            with store.begin() as session:
                service.plan(session, "明天上午九点开会，请准时参加", {}, by=by, now=datetime.now(UTC))
            await asyncio.to_thread(service.expand_due, store, datetime.now(UTC))
            running = asyncio.create_task(sender.run())
            while platform.sent < messages:
                await asyncio.sleep(0.02)
            sender._stopping.set()
            await running

        with outbox_county.timed(f"Niangjia, {engine}, {CONCURRENT} at once", messages) as told:
            asyncio.run(deliver())
        with store.read() as session:
            [broadcast] = service.latest(session, by.unit_id, 1)
            assert service.progress(session, broadcast).sent == messages
    return told["rate"]


def procrastinate_(messages: int) -> float:
    """One job a message, enqueued in batches, one asyncio worker; messages a second."""
    import procrastinate

    from tests.kit import postgres

    done = 0
    with outbox_county.server() as folder:
        postgres.create(folder, "procrastinate")
        connector = procrastinate.PsycopgConnector(conninfo=f"host={folder} user=postgres dbname=procrastinate", max_size=20)
        app = procrastinate.App(connector=connector)

        @app.task(name="deliver")
        async def deliver(to: str) -> None:
            nonlocal done
            await asyncio.sleep(CALL_SECONDS)
            done += 1

        async def work() -> None:
            async with app.open_async():
                await app.schema_manager.apply_schema_async()
                began = time.perf_counter()
                for start in range(0, messages, 1_000):
                    await deliver.batch_defer_async(*({"to": f"someone-{n}"} for n in range(start, min(messages, start + 1_000))))
                print(f"= {'':<6}enqueued in {time.perf_counter() - began:.1f} s", flush=True)
                await app.run_worker_async(concurrency=CONCURRENT, wait=False, install_signal_handlers=False, listen_notify=False)

        with outbox_county.timed(f"procrastinate, same PostgreSQL, {messages:,} jobs", messages) as told:
            asyncio.run(work())
    assert done == messages
    return told["rate"]


@contextmanager
def redis_server() -> Iterator[int | None]:
    """A Redis of its own on a free port; None where there is no server to start."""
    binary = shutil.which("redis-server")
    if binary is None:
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="niangjia-redis-") as folder:
        command = [binary, "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "yes", "--bind", "127.0.0.1"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            try:
                yield port
            finally:
                server.terminate()


def dramatiq_(messages: int) -> float | None:
    """One message each, an asyncio actor, many worker threads; messages a second."""
    import dramatiq
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.middleware.asyncio import AsyncIO

    with redis_server() as port:
        if port is None:
            print("= dramatiq: no redis-server here", flush=True)
            return None
        broker = RedisBroker(url=f"redis://127.0.0.1:{port}/0", middleware=[AsyncIO()])
        dramatiq.set_broker(broker)
        done = 0

        @dramatiq.actor(broker=broker)
        async def deliver(to: str) -> None:
            nonlocal done
            await asyncio.sleep(CALL_SECONDS)
            done += 1

        worker = dramatiq.Worker(broker, worker_threads=int(os.environ.get("DRAMATIQ_THREADS", "64")))
        with outbox_county.timed(f"dramatiq, Redis, {messages:,} messages", messages) as told:
            began = time.perf_counter()
            for number in range(messages):
                deliver.send(f"someone-{number}")
            print(f"= {'':<6}enqueued in {time.perf_counter() - began:.1f} s", flush=True)
            worker.start()
            while done < messages:
                time.sleep(0.02)
        worker.stop()
        broker.close()
    return told["rate"]


def main() -> int:
    """All in one go; 1 if ours is not ten times procrastinate and ahead of dramatiq."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--peers", type=int, default=4_000, help="of procrastinate's and dramatiq's: their speed falls with more")
    parser.add_argument("--only", default="sqlite,postgresql,dramatiq,procrastinate")
    asked = parser.parse_args()
    names = asked.only.split(",")
    rates = {engine: ours(engine, asked.messages) for engine in ("sqlite", "postgresql") if engine in names}
    missed = False
    if "dramatiq" in names and (dramatiq := dramatiq_(asked.peers)):
        for engine, rate in rates.items():
            print(f"= Niangjia on {engine}: {rate / dramatiq:.1f} × dramatiq", flush=True)
            missed |= rate <= dramatiq
    if "procrastinate" in names:
        procrastinate = procrastinate_(asked.peers)
        for engine, rate in rates.items():
            print(f"= Niangjia on {engine}: {rate / procrastinate:.1f} × procrastinate", flush=True)
            missed |= rate < 10 * procrastinate
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
