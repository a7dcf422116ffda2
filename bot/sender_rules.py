"""How fast and how often the sender tries: the pace of an account and of a person, and what follows from an error."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.platforms.base import SendError
from storage import outbox
from storage.in_hand import Claimed, Outcome
from storage.outbox import CASE


@dataclass(frozen=True, slots=True)
class Retry:
    """How often one kind of error is tried again: seconds before the second try, doubled up to `longest`."""

    attempts: int
    first: float
    longest: float


#: By class of error; what a platform says itself (`retry_after`) goes before `first`.
RETRIES = {
    "busy": Retry(8, 2.0, 900.0),
    "unknown": Retry(5, 4.0, 600.0),
    "account": Retry(288, 60.0, 300.0),  # an operator has to put it right: for about a day
}
#: Waiting times are spread by this factor, so that what failed together does not come back together.
JITTER = (0.8, 1.3)


def kind_of(error: SendError) -> str | None:
    """The class of an error that may be tried again; None for one that may not."""
    if error.account_blocked:
        return "account"
    if error.ambiguous:
        return "unknown"
    return "busy" if error.retryable else None


def after(row: Claimed, error: SendError, now: datetime) -> Outcome:
    """What becomes of a row whose sending failed: again later, held until she writes, or given up."""
    if error.recipient_gone:
        return Outcome(row.id, "failed", error=f"gone:{error.code}")
    if error.window_closed:
        return Outcome(row.id, "held", error=error.code)
    if error.ambiguous and row.klass == CASE:
        return Outcome(row.id, "failed", error=f"{outbox.DOUBT}{error.code}")
    kind = kind_of(error)
    if kind is None:
        return Outcome(row.id, "failed", error=error.code)
    retry = RETRIES[kind]
    if row.refusals + 1 >= retry.attempts:
        return Outcome(row.id, "failed", error=error.code)
    wait = max(error.retry_after or 0.0, min(retry.longest, retry.first * 2.0 ** min(row.refusals, 20)))
    doubt = outbox.DOUBT if error.ambiguous or (row.in_doubt and row.klass != CASE) else ""
    retry_at = now + timedelta(seconds=wait * random.uniform(*JITTER))
    return Outcome(row.id, "pending", error=doubt + error.code, retry_at=retry_at, refused=True)


class Pace:
    """Lets so many pass in a second, evenly, the most urgent of those who wait first; 0 lets all pass."""

    #: Time lost to a busy loop that may be made up for, in seconds.
    CREDIT = 0.1

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second if per_second > 0 else 0.0
        self._next = 0.0
        self._paused = 0.0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, urgency: int = 0) -> None:
        """Come back when it is this one's turn; the lower `urgency` goes first."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._waiting and now >= max(self._next, self._paused):
            self._next = max(self._next + self._gap, now + self._gap - self.CREDIT)
            return
        turn: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._waiting, (urgency, next(self._numbers), turn))
        self._arm(loop)
        await turn

    def pause(self, seconds: float) -> None:
        """The platform has said that it wants nothing for so long."""
        self._paused = max(self._paused, asyncio.get_running_loop().time() + seconds)

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            self._timer = loop.call_at(max(self._next, self._paused), self._turn, loop)

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        while self._waiting and loop.time() >= max(self._next, self._paused):
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                self._next = max(self._next + self._gap, loop.time() + self._gap - self.CREDIT)
        if self._waiting:
            self._arm(loop)


class PersonPace:
    """At most so many in a second to one address, whatever lane they come through."""

    #: Addresses remembered; one that was written to longer ago may be written to anyway.
    REMEMBERED = 20_000

    def __init__(self, per_second: float | None) -> None:
        self._gap = 1.0 / per_second if per_second else 0.0
        self._next: OrderedDict[str, float] = OrderedDict()

    async def wait(self, address: str) -> None:
        """Come back when she may be written to again."""
        if not self._gap:
            return
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next.get(address, 0.0))
        self._next[address] = turn + self._gap
        self._next.move_to_end(address)
        while len(self._next) > self.REMEMBERED:
            self._next.popitem(last=False)
        if turn > now:
            await asyncio.sleep(turn - now)
