"""Drains the outbox: claim, render, send, record. Replies before broadcasts, one address in order, at the platform's pace.

Two lanes run side by side, so that a reply never waits for a broadcast: the urgent one takes replies, cases and notices,
the other reminders and broadcasts. Each claims no more than it can send before its leases end, keeps many sends in the
air, and records outcomes in batches. A worker that was stopped and comes back late sends nothing more under an old lease,
and what it records is refused by its token.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import sender_texts as texts
from bot.clock import Clock
from bot.platforms.base import Payload, Platform, SendError
from bot.sender_rules import Pace, PersonPace, after
from handlers.dialog.reply import Reply
from storage import in_hand, outbox
from storage.in_hand import Claimed, Outcome
from storage.outbox import BROADCAST, CASE, NOTICE, REMINDER, REPLY
from storage.people import Identity
from storage.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

#: How long a claimed row belongs to a worker: the wait for its turn and two sends that time out fit in.
LEASE = timedelta(seconds=90)
#: After how many seconds one send is given up: it may still have arrived.
SEND_TIMEOUT = 30.0
#: Addresses written to at once, in each lane.
CONCURRENT = 512
#: Messages about cases in the air at once: of so many nobody knows whether they arrived when a worker dies.
CASES_AT_ONCE = 8
#: Rows claimed at once at the most; and for how many seconds of the platform's pace.
CLAIM, CLAIM_SECONDS = 512, 10.0
#: For how long an account rests after the platform has refused it for the moment, at the most, in seconds.
ACCOUNT_PAUSE = 10.0
#: How long to sleep when nothing is due, in seconds.
IDLE = 0.5
#: Outcomes are recorded together, so many at once or after so many seconds.
RECORD, RECORD_AFTER = 300, 0.05

URGENT = (REPLY, CASE, NOTICE)
BULK = (REMINDER, BROADCAST)

#: Which of the claimed rows are not to be sent, and why, or not before when: asked in the transaction of the claim.
Overtaken = Callable[[Session, Sequence[Claimed], datetime], Mapping[int, str | datetime]]
#: Books what became of rows, in the transaction that records it.
Settled = Callable[[Session, Sequence[tuple[Claimed, Outcome]], datetime], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one claim: the token that fences them and the moment until which they are ours."""

    token: str
    until: datetime
    rows: Sequence[Claimed]
    overtaken: Mapping[int, str]


class Sender:
    """One worker. Several may run against one database: rows are claimed by lease and fenced by token.

    `step` is called with a name between any two steps; tests use it to crash there.
    """

    def __init__(
        self,
        store: Store,
        platforms: Sequence[Platform],
        clock: Clock,
        *,
        overtaken: Overtaken | None = None,
        settled: Settled | None = None,
        step: Callable[[str], None] = lambda _: None,
        lease: timedelta = LEASE,
        send_timeout: float = SEND_TIMEOUT,
    ) -> None:
        self.store = store
        self.platforms: Mapping[tuple[str, str], Platform] = {(p.name, p.account): p for p in platforms}
        self.clock = clock
        self._overtaken = overtaken
        self._settled = settled
        self._step = step
        self._lease = lease
        self._send_timeout = send_timeout
        self._names = sorted({name for name, _ in self.platforms})
        self._paces: dict[tuple[str, str], Pace] = {}
        self._person_paces: dict[tuple[str, str], PersonPace] = {}
        self._stopping = threading.Event()
        self._woken: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # -- running --

    def start(self) -> None:
        """Drain in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self.run()), name="sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in the air, then end."""
        self._stopping.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout=SEND_TIMEOUT + 5)
            self._thread = None

    def wake(self) -> None:
        """Something may be due: do not sleep on."""
        loop, woken = self._loop, self._woken
        if loop is not None and woken is not None and not loop.is_closed():
            loop.call_soon_threadsafe(woken.set)

    async def run(self) -> None:
        """Drain both lanes until `stop`."""
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        self._fresh_paces()
        await asyncio.gather(self._lane(URGENT), self._lane(BULK))

    def _fresh_paces(self) -> None:
        """Paces belong to one event loop."""
        self._case_slots = asyncio.Semaphore(CASES_AT_ONCE)
        self._paces = {key: Pace(p.capabilities.pace) for key, p in self.platforms.items()}
        self._person_paces = {key: PersonPace(p.capabilities.pace_per_person) for key, p in self.platforms.items()}

    async def _lane(self, klasses: Sequence[int]) -> None:
        """Keep the air full: claim as sends finish, while outcomes are recorded beside it."""
        flying: set[asyncio.Task[None]] = set()
        done: list[tuple[str, Claimed, Outcome]] = []
        over = asyncio.Event()
        books = asyncio.create_task(self._keep_books(done, over))
        looked = time.monotonic()
        while not self._stopping.is_set() or flying:
            claimed = 0
            room = CONCURRENT - len(flying)
            if room >= CONCURRENT // 4 and not self._stopping.is_set() and (not flying or time.monotonic() >= looked):
                batch = await self._guarded(self._claim, klasses, self._limit(room), True)
                claimed = len(batch.rows) if batch is not None else 0
                looked = time.monotonic() + (0.0 if claimed else RECORD_AFTER)
                for chain in _chains(batch.rows) if batch is not None else ():
                    assert batch is not None
                    task = asyncio.create_task(self._fly(batch, chain, done))
                    flying.add(task)
                    task.add_done_callback(flying.discard)
            elif flying:
                await asyncio.wait(flying, timeout=RECORD_AFTER, return_when=asyncio.FIRST_COMPLETED)
            if not flying and not claimed and not self._stopping.is_set():
                await self._sleep()
        over.set()
        await books

    async def _keep_books(self, done: list[tuple[str, Claimed, Outcome]], over: asyncio.Event) -> None:
        """Record outcomes together, until the lane is over and all of them are recorded."""
        while not over.is_set() or done:
            if done:
                settled, done[:] = list(done), []
                if await self._guarded(self._record, settled) is None:
                    done[:0] = settled  # the database is away: what was sent must not be forgotten
            if len(done) < RECORD and not over.is_set():
                await asyncio.sleep(RECORD_AFTER)

    def _limit(self, room: int) -> int:
        pace = max((p.capabilities.pace for p in self.platforms.values()), default=0)
        return min(room, CLAIM, int(pace * CLAIM_SECONDS) or CLAIM)

    async def _sleep(self) -> None:
        assert self._woken is not None
        try:
            await asyncio.wait_for(self._woken.wait(), IDLE)
        except TimeoutError:
            return
        self._woken.clear()

    async def _guarded(self, work: Callable[..., T], *args: object) -> T | None:
        """Run store work in a thread; None if it failed. The lane goes on: leases end by themselves."""
        try:
            return await asyncio.to_thread(work, *args)
        except DBAPIError as error:
            log.error("the outbox cannot be reached: %s", type(error).__name__, extra={"action": "sender.unavailable"})
        except Exception:  # nothing may end the lane; what was claimed comes back when its lease ends
            log.exception("sender failed", extra={"action": "sender.failed"})
        await asyncio.sleep(IDLE)
        return None

    async def drain(self, limit: int = CLAIM) -> int:
        """Claim once from both lanes, send what was claimed, record it; how many rows were claimed."""
        self._fresh_paces()
        batch = self._claim((*URGENT, *BULK), limit)
        if not batch.rows:
            return 0
        done: list[tuple[str, Claimed, Outcome]] = []
        await asyncio.gather(*(self._fly(batch, chain, done) for chain in _chains(batch.rows)))
        self._record(done)
        return len(batch.rows)

    # -- steps --

    def _claim(self, klasses: Sequence[int], limit: int, look_first: bool = False) -> Batch:
        token, now = str(uuid.uuid4()), self.clock.now()
        if look_first:  # an idle sender must not take the writer from anybody
            with self.store.read() as session:
                if not in_hand.is_due(session, now=now, klasses=klasses):
                    return Batch(token, now, (), {})
        with self.store.begin() as session:
            rows = in_hand.claim(
                session, token=token, now=now, lease=self._lease, limit=limit, platforms=self._names, klasses=klasses
            )
            verdicts = self._overtaken(session, rows, now) if self._overtaken is not None and rows else {}
            later = {row_id: moment for row_id, moment in verdicts.items() if isinstance(moment, datetime)}
            if later:
                in_hand.put_off(session, later, token)
                rows = [row for row in rows if row.id not in later]
            overtaken = {row_id: why for row_id, why in verdicts.items() if isinstance(why, str)}
        if rows:
            self._step("claimed")
        return Batch(token, now + self._lease, rows, overtaken)

    async def _fly(self, batch: Batch, chain: Sequence[Claimed], done: list[tuple[str, Claimed, Outcome]]) -> None:
        """Send one address' rows one after the other; when one has to wait, those behind it are given back."""
        for place, row in enumerate(chain):
            outcome = await self._one(batch, row)
            done.append((batch.token, row, outcome))
            if outcome.state in ("pending", "held"):
                done += [(batch.token, later, _untouched(later)) for later in chain[place + 1 :]]
                return

    async def _one(self, batch: Batch, row: Claimed) -> Outcome:
        """Send one row, unless its lease is nearly over before its turn: then it is given back, if it is still ours."""
        platform = self.platforms.get((row.platform, row.account))
        if platform is None:
            return Outcome(row.id, "failed", error="no such account")
        if row.id in batch.overtaken:
            return Outcome(row.id, "cancelled", error=batch.overtaken[row.id])
        if row.klass == CASE and row.in_doubt:
            return Outcome(row.id, "failed", error=f"{outbox.DOUBT}never resent by itself")
        if row.klass == CASE:
            async with self._case_slots:
                return await self._send(batch, row, platform)
        return await self._send(batch, row, platform)

    async def _send(self, batch: Batch, row: Claimed, platform: Platform) -> Outcome:
        key = (row.platform, row.account)
        external_id, tried = "", False
        try:
            payloads = self._payloads(row, platform)
            for part, payload in enumerate(payloads):
                if part < row.parts_done:  # it is there
                    continue
                await self._person_paces[key].wait(row.address)
                await self._paces[key].wait(row.klass)
                if self.clock.now() > batch.until - timedelta(seconds=self._send_timeout):
                    return _untouched(row) if not tried else Outcome(row.id, "pending", error=f"{outbox.DOUBT}late")
                if row.klass == CASE and not tried and not await self._taking(batch, row):
                    return _untouched(row)
                self._step("before-send")
                tried = True
                send = platform.send(row.address, payload, key=f"{row.id}.{part}")
                async with asyncio.timeout(self._send_timeout):
                    external_id = await send
                self._step("after-send")
                if part + 1 < len(payloads) and not await self._arrived(batch, row, part + 1):
                    return Outcome(row.id, "pending", error=f"{outbox.DOUBT}late")
            return Outcome(row.id, "sent", external_id=external_id or None)
        except SendError as error:
            if error.account_blocked or (error.retryable and error.retry_after):
                self._paces[key].pause(min(error.retry_after or ACCOUNT_PAUSE, ACCOUNT_PAUSE))
            return after(row, error, self.clock.now())
        except TimeoutError:
            return after(row, SendError("time-out", ambiguous=True), self.clock.now())
        except Exception:  # a bug in rendering must not hold up the others
            log.exception("sending failed", extra={"action": "sender.send", "row": row.id})
            return Outcome(row.id, "failed", error="bug")

    async def _taking(self, batch: Batch, row: Claimed) -> bool:
        """Mark a case message as about to go, on the disk; False if it may not go."""

        def mark() -> bool:
            with self.store.begin() as session:
                return in_hand.taking(session, row.id, batch.token, self.clock.now())

        return bool(await self._guarded(mark))

    async def _arrived(self, batch: Batch, row: Claimed, parts: int) -> bool:
        """Write down that so many parts are there, on the disk; False if the row is not ours any more."""

        def mark() -> bool:
            with self.store.begin() as session:
                return in_hand.parts_arrived(session, row.id, batch.token, parts)

        return bool(await self._guarded(mark))

    def _payloads(self, row: Claimed, platform: Platform) -> Sequence[Payload]:
        """The parts; one that may have arrived before says so under its serial number, unless the platform checks that."""
        reply = Reply.from_json(row.shape)
        parts = platform.render(reply, row.address)
        since = (self.clock.now() - row.tried_at).total_seconds() if row.tried_at is not None else 0.0
        if not row.in_doubt or row.klass == REPLY or since < platform.capabilities.duplicate_check:
            return parts
        noted = Reply(reply.text + texts.MAYBE_REPEATED.format(number=row.id), reply.choices, reply.photos, reply.link)
        again = platform.render(noted, row.address)
        return again if list(again[: row.parts_done]) == list(parts[: row.parts_done]) else parts

    def _record(self, settled: Sequence[tuple[str, Claimed, Outcome]]) -> int:
        self._step("sent")
        now, kept = self.clock.now(), 0
        with self.store.begin() as session:
            ours = in_hand.finish(session, outcomes=[(token, outcome) for token, _, outcome in settled], now=now)
            mine = [(row, outcome) for _, row, outcome in settled if row.id in ours]
            kept = len(mine)
            for row, outcome in mine:
                if outcome.state == "failed" and (outcome.error or "").startswith("gone:"):
                    session.get_one(Identity, row.identity_id).unreachable = (outcome.error or "")[5:69]
            if self._settled is not None and mine:
                self._settled(session, mine, now)
        self._step("recorded")
        return kept


def _chains(rows: Sequence[Claimed]) -> list[list[Claimed]]:
    """The rows of each address, in the order in which they were claimed: urgent first, then by due time."""
    found: dict[int, list[Claimed]] = {}
    for row in rows:
        found.setdefault(row.identity_id, []).append(row)
    return list(found.values())


def _untouched(row: Claimed) -> Outcome:
    """Given back as it was claimed: it was never sent. What was in doubt before still is."""
    return Outcome(row.id, "pending", error=f"{outbox.DOUBT}before" if row.in_doubt else None, tried=False)
