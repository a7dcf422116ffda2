"""Kills and freezes processes that expand broadcasts and deliver them, until all is delivered.

    python -m tests.kit.deliveries URL PORT --seconds 15 --seed 1     prints one JSON object: {"kills", "stops", "seconds", "done"}

A warm parent forks workers, each with the real store, the scheduler's tick for broadcasts and a sender; two are alive at
any time. The parent kills one with SIGKILL or freezes it with SIGSTOP, for longer than a lease now and then, and lets it
wake up to find that its work was taken over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import threading
import time
from datetime import timedelta

from sqlalchemy import select

from bot import jobs, outgoing, sender_rules
from bot.clock import SystemClock
from bot.sender import Sender
from bot.sender_rules import Retry
from handlers.broadcasts import service
from storage.broadcasts import Broadcast
from storage.outbox import Outbox
from storage.store import Store
from tests.kit.fake_platform import HttpPlatform
from tests.kit.stores import SECRET

#: Short, so that a campaign of half a minute sees many leases end.
LEASE, SEND_TIMEOUT = timedelta(seconds=3), 0.8
#: Tries follow each other sooner than in life, and are not given up: what fails at the end failed for good.
RETRIES = {"busy": Retry(50, 0.2, 1.0), "unknown": Retry(50, 0.2, 1.0), "account": Retry(50, 0.2, 1.0)}
WORKERS = 2
#: Freezing times, in seconds: within a lease, and beyond it.
FREEZE = ((0.1, 1.0), (3.2, 4.5))
#: How long the last workers may take to finish.
LAST = 60.0


def work(url: str, port: int) -> None:
    """One worker: ticks and sends until it is killed."""
    sender_rules.RETRIES.update(RETRIES)
    store = Store(url, secret=SECRET, busy_timeout_ms=6_000)

    expand = jobs.Job("broadcasts.expand", 5, lambda now: service.expand_due(store, now))

    def tick() -> None:
        while True:
            jobs.run_once(expand, SystemClock().now())
            time.sleep(0.05)

    threading.Thread(target=tick, daemon=True).start()
    platforms = [HttpPlatform(port, account) for account in ("checked", "plain")]
    sender = Sender(
        store, platforms, SystemClock(), overtaken=outgoing.overtaken, settled=outgoing.settled, lease=LEASE, send_timeout=SEND_TIMEOUT)
    asyncio.run(sender.run())


class Campaign:
    """The parent: it never opens the database while it forks."""

    def __init__(self, url: str, port: int, seed: int) -> None:
        self.url, self.port = url, port
        self.random = random.Random(seed)
        self.alive: set[int] = set()
        self.frozen: dict[int, float] = {}
        self.kills = self.stops = 0

    def run(self, seconds: float) -> dict[str, object]:
        """Trouble for so many seconds or until all is done, then peace."""
        began = time.monotonic()
        while not (done := self._done()) and time.monotonic() - began < seconds + LAST:
            peace = time.monotonic() - began >= seconds
            while len(self.alive) < WORKERS:
                self.alive.add(self._fork())
            time.sleep(self.random.uniform(0.05, 0.5))
            self._thaw(everybody=peace)
            if not peace:
                self._trouble()
        for child in self.alive:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        return {"kills": self.kills, "stops": self.stops, "seconds": round(time.monotonic() - began, 1), "done": done}

    def _fork(self) -> int:
        child = os.fork()
        if child == 0:
            try:
                work(self.url, self.port)
            finally:
                os._exit(1)
        return child

    def _trouble(self) -> None:
        child = self.random.choice(sorted(self.alive))
        if self.random.random() < 0.6 or child in self.frozen:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            self.alive.discard(child)
            self.frozen.pop(child, None)
            self.kills += 1
        elif len(self.frozen) < WORKERS - 1:
            os.kill(child, signal.SIGSTOP)
            self.frozen[child] = time.monotonic() + self.random.uniform(*self.random.choice(FREEZE))
            self.stops += 1

    def _thaw(self, *, everybody: bool) -> None:
        for child, until in list(self.frozen.items()):
            if everybody or time.monotonic() >= until:
                os.kill(child, signal.SIGCONT)
                del self.frozen[child]

    def _done(self) -> bool:
        store = Store(self.url, secret=SECRET)
        try:
            with store.read() as session:
                unfinished = select(Outbox.id).where(Outbox.state.in_(("pending", "leased", "held"))).limit(1)
                unexpanded = select(Broadcast.id).where(Broadcast.state.in_(("expanding", "scheduled"))).limit(1)
                return session.scalar(unfinished) is None and session.scalar(unexpanded) is None
        finally:
            store.close()


def main() -> None:
    """Run a campaign from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(json.dumps(Campaign(given.url, given.port, given.seed).run(given.seconds)))


if __name__ == "__main__":
    main()
    sys.exit(0)
