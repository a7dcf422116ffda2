"""Messages in, answers out: one thread takes what waits at the same moment and has it handled together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.answers import Answer, Asker, StoreUnavailable
from bot.clock import Clock
from bot.handling import Handling
from handlers.dialog.message import Message
from handlers.dialog.talk import Talk
from handlers.dialog.world import World
from storage import outbox
from storage.store import Store

log = logging.getLogger(__name__)

#: How many waiting messages share a commit. More would make the first of them wait longer than it gains, and leave the
#: doors nothing to read while they are handled.
BATCH = 16
#: At a busy moment so many are waited for, and so many seconds at most: a batch has work of its own whatever its size,
#: and the disk's time.
WORTH_A_COMMIT = 8
GATHER = 0.002
#: A busy moment: so many messages come while one waits so long.
BUSY = 2
#: How long answered replies may wait to be marked as written, when no other message comes, in seconds.
CONFIRM_EVERY = 1.0

#: A message, who waits for its answer, and the ticket.
Waiting = tuple[Message, Asker, Any]


class Arrivals(Protocol):
    """Where messages wait until they are handled; None after the last."""

    def get(self, *, timeout: float) -> Waiting | None:
        """The next one; raises queue.Empty when none has come after so many seconds. Only in the dispatcher's thread."""

    def put(self, waiting: Waiting | None) -> None:
        """One more begins to wait."""

    def qsize(self) -> int:
        """How many wait."""


@dataclass(frozen=True, slots=True)
class _Loop:
    """The coroutines of one event loop; a ticket is the future that one of them waits for."""

    loop: asyncio.AbstractEventLoop

    def settle(self, answers: list[tuple[asyncio.Future[Answer], Answer | Exception]]) -> None:
        with contextlib.suppress(RuntimeError):  # that loop has ended, and nobody waits there
            self.loop.call_soon_threadsafe(_settle, answers)  # once for all: waking a loop costs more than an answer


class Dispatcher:
    """Takes messages from any thread or from the event loop and answers them once they are committed.

    `read` reads what a message says, before its transaction. `step` is called with a name between any two steps; tests use
    it to crash there.
    """

    def __init__(
        self,
        store: Store,
        talk: Talk,
        world: World,
        clock: Clock,
        *,
        arrivals: Arrivals | None = None,
        read: Callable[[Message], Message] = lambda message: message,
        step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.clock = clock
        self._handling = Handling(store, talk, world, clock, step=step)
        self._read = read
        self._ends = False
        #: How many messages a second are handled, most of all lately; and when the latest batch began.
        self._rate = 0.0
        self._began = 0.0
        #: What arrives in this turn of each event loop.
        self._arrived: dict[_Loop, list[Waiting]] = {}
        self._waiting: Arrivals = arrivals if arrivals is not None else queue.SimpleQueue()
        self._worker: threading.Thread | None = None

    # -- from outside --

    def start(self) -> None:
        """Begin to handle what `submit` takes."""
        self._ends = False
        self._worker = threading.Thread(target=self._work, name="dispatch", daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """Handle what is waiting, then end."""
        if self._worker is not None:
            self._waiting.put(None)
            self._worker.join(timeout=10)
            self._worker = None
        self._handling.confirm_written()

    def join(self) -> None:
        """Until there will be no more arrivals and the last is answered."""
        if self._worker is not None:
            self._worker.join()

    async def submit(self, message: Message) -> Answer:
        """Have a message handled; returns once it is committed. Raises StoreUnavailable. Cancelling it undoes nothing."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        asker = _Loop(loop)
        arrived = self._arrived.setdefault(asker, [])
        arrived.append((message, asker, future))
        if len(arrived) == 1:
            loop.call_soon(self._put_arrived, asker)
        return await future

    def _put_arrived(self, asker: _Loop) -> None:
        for waiting in self._arrived.pop(asker, []):
            self._waiting.put(waiting)

    def waiting(self) -> int:
        """How many messages wait to be handled."""
        return self._waiting.qsize()

    def written(self, outbox_ids: Sequence[int]) -> None:
        """These replies stand in their responses; they are marked so with the next batch. From any thread."""
        self._handling.written(outbox_ids)

    def push(self, outbox_ids: Sequence[int]) -> None:
        """These replies found no place in their responses: the sender is to push them."""
        with self.store.begin() as session:
            outbox.release(session, outbox_ids, self.clock.now())

    def handle(self, messages: Sequence[Message]) -> list[Answer | Exception]:
        """Handle messages in this thread, now; an answer or StoreUnavailable for each, in order."""
        return self._handling.handle(messages)

    # -- the worker --

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            if batch:
                self._answer_batch(batch)

    def _next_batch(self) -> list[Waiting] | None:
        """Messages that are waiting, at most BATCH; None once all are handled and no more will come."""
        batch: list[Waiting] = []
        until = 0.0
        while not self._ends and len(batch) < BATCH:
            try:
                if not batch:
                    item = self._waiting.get(timeout=CONFIRM_EVERY)
                    until = time.monotonic() + GATHER
                elif len(batch) < WORTH_A_COMMIT and self._rate * GATHER > BUSY:
                    item = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
                else:
                    item = self._waiting.get(timeout=0)
            except queue.Empty:
                if not batch:
                    self._handling.confirm_written()
                break
            if item is None:
                self._ends = True
            else:
                batch.append(item)
        now = time.monotonic()
        self._rate += (len(batch) / max(now - self._began, 1e-3) - self._rate) / 4
        self._began = now
        return None if self._ends and not batch else batch

    def _answer_batch(self, batch: list[Waiting]) -> None:
        try:
            answers = self.handle([self._read(message) for message, _, _ in batch])
        except Exception as error:  # nothing may end the worker: whoever waits is told, and the next batch goes on
            log.exception("dispatch failed", extra={"action": "dispatch.batch"})
            answers = [StoreUnavailable(type(error).__name__) for _ in batch]
        settled: dict[Asker, list[tuple[Any, Answer | Exception]]] = {}
        for (_, asker, ticket), answer in zip(batch, answers, strict=True):
            settled.setdefault(asker, []).append((ticket, answer))
        for asker, pairs in settled.items():
            asker.settle(pairs)


def _settle(pairs: list[tuple[asyncio.Future[Answer], Answer | Exception]]) -> None:
    for future, answer in pairs:
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
