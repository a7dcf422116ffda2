"""Drains the outbox: claim, render, send, record. Replies before broadcasts, one address in order, at the platform's pace."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.platforms.base import Platform, SendError
from handlers.dialog.reply import Reply
from storage import outbox
from storage.outbox import CASE, Claimed, Outcome
from storage.people import Identity
from storage.store import Store

log = logging.getLogger(__name__)

#: How long a claimed row belongs to a worker. Longer than any send may take, so that a living worker never loses one.
LEASE = timedelta(seconds=90)
#: Rows claimed at once, and sends in the air at once.
CLAIM = 256
CONCURRENT = 64
#: A row is given up after so many attempts; an official can send it again.
ATTEMPTS = 8
#: How long to sleep when nothing is due, in seconds.
IDLE = 0.5
#: After how many seconds one send is given up: it may still have arrived.
SEND_TIMEOUT = 30.0

#: Which of the claimed rows are no longer to be sent, and why: asked in the transaction of the claim.
Overtaken = Callable[[Session, Sequence[Claimed]], dict[int, str]]
#: Books what became of rows, in the transaction that records it.
Settled = Callable[[Session, Sequence[tuple[Claimed, Outcome]], datetime], None]


class Sender:
    """One worker. Several may run against one database: rows are claimed by lease and fenced by token.

    `step` is called with a name between any two steps; tests use it to crash there.
    """

    def __init__(
        self, store: Store, platforms: Sequence[Platform], clock: Clock, *, overtaken: Overtaken | None = None,
        settled: Settled | None = None, step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.platforms: Mapping[tuple[str, str], Platform] = {(p.name, p.account): p for p in platforms}
        self.clock = clock
        self._overtaken = overtaken
        self._settled = settled
        self._step = step
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None
        self._paces = {key: Pace(p.capabilities.pace) for key, p in self.platforms.items()}

    def start(self) -> None:
        """Drain in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in the air, then end."""
        self._stop.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout=SEND_TIMEOUT + 5)
            self._thread = None

    def wake(self) -> None:
        """Something may be due: do not sleep on."""
        self._woken.set()

    def _run(self) -> None:
        asyncio.run(self._drain_until_stopped())

    async def _drain_until_stopped(self) -> None:
        while not self._stop.is_set():
            try:
                done = await self.drain()
            except DBAPIError as error:
                log.error("the outbox cannot be read: %s", type(error).__name__, extra={"action": "sender.unavailable"})
                done = 0
            except Exception:  # the thread goes on: what was claimed comes back when its lease ends
                log.exception("sender failed", extra={"action": "sender.failed"})
                done = 0
            if not done:
                await asyncio.to_thread(self._woken.wait, IDLE)
                self._woken.clear()

    async def drain(self, limit: int = CLAIM) -> int:
        """Claim once, send what was claimed, record it; how many rows were claimed."""
        token = str(uuid.uuid4())
        names = sorted({name for name, _ in self.platforms})
        with self.store.begin() as session:
            claimed = outbox.claim(
                session, token=token, now=self.clock.now(), lease=LEASE, limit=limit, platforms=names)
            overtaken = self._overtaken(session, claimed) if self._overtaken is not None and claimed else {}
        if not claimed:
            return 0
        self._step("claimed")
        gate = asyncio.Semaphore(CONCURRENT)
        outcomes = await asyncio.gather(*(self._one(row, gate, overtaken.get(row.id)) for row in claimed))
        self._step("sent")
        self._record(token, list(zip(claimed, outcomes, strict=True)))
        self._step("recorded")
        return len(claimed)

    def _record(self, token: str, settled: list[tuple[Claimed, Outcome]]) -> None:
        with self.store.begin() as session:
            outbox.finish(session, token=token, outcomes=[o for _, o in settled], now=self.clock.now())
            for row, outcome in settled:
                if outcome.state == "failed" and outcome.error and outcome.error.startswith("gone:"):
                    session.get_one(Identity, row.identity_id).unreachable = outcome.error[5:69]
            if self._settled is not None:
                self._settled(session, settled, self.clock.now())

    async def _one(self, row: Claimed, gate: asyncio.Semaphore, overtaken: str | None) -> Outcome:
        platform = self.platforms.get((row.platform, row.account))
        if platform is None:
            return Outcome(row.id, "failed", error="no such account")
        if row.klass == CASE and row.attempts > 1:  # it may have arrived: a message about a case is never resent by itself
            return Outcome(row.id, "failed", error="unknown whether it arrived; never resent by itself")
        if overtaken is not None:
            return Outcome(row.id, "cancelled", error=overtaken)
        async with gate:
            try:
                await self._paces[row.platform, row.account].wait()
                external_id = ""
                for payload in platform.render(Reply.from_json(row.shape), row.address):
                    self._step("before-send")
                    external_id = await asyncio.wait_for(platform.send(row.address, payload), SEND_TIMEOUT)
                    self._step("after-send")
                return Outcome(row.id, "sent", external_id=external_id or None)
            except SendError as error:
                return _after(row, error, self.clock.now())
            except TimeoutError:
                return _after(row, SendError("time-out", ambiguous=True), self.clock.now())
            except Exception as error:  # a bug in rendering must not hold up the others
                log.exception("sending failed", extra={"action": "sender.send", "row": row.id})
                return Outcome(row.id, "failed", error=type(error).__name__)


def _after(row: Claimed, error: SendError, now: datetime) -> Outcome:
    """What becomes of a row whose sending failed: again later, held until she writes, or given up."""
    if error.recipient_gone:
        return Outcome(row.id, "failed", error=f"gone:{error.code}")
    if error.window_closed:
        return Outcome(row.id, "held", error=error.code)
    if error.ambiguous and row.klass == CASE:
        return Outcome(row.id, "failed", error=f"{error.code}: unknown whether it arrived")
    if (error.retryable or error.ambiguous or error.account_blocked) and row.attempts < ATTEMPTS:
        wait = error.retry_after or min(3600.0, 2.0 ** row.attempts)
        return Outcome(row.id, "pending", error=error.code, due_at=now + timedelta(seconds=wait * random.uniform(0.8, 1.3)))
    return Outcome(row.id, "failed", error=error.code)


class Pace:
    """Lets so many pass in a second, evenly."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second if per_second > 0 else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        """Come back when it is this one's turn."""
        now = time.monotonic()
        turn = max(now, self._next)
        self._next = turn + self._gap
        if turn > now:
            await asyncio.sleep(turn - now)
