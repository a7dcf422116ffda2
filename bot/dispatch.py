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
from typing import Any

from bot.answers import Answer, Asker, StoreUnavailable
from bot.clock import Clock
from bot.handling import Handling
from bot.reading_ahead import Asked, ReadAhead
from handlers.dialog.message import Message
from handlers.dialog.talk import Talk, clean
from handlers.dialog.world import World
from handlers.local import LOCAL
from storage import outbox
from storage.store import Store

log = logging.getLogger(__name__)

#: How many waiting messages share a commit. More would make the first of them wait longer than it gains, and leave
#: nothing to be read while they are handled.
BATCH = 16
#: Seconds to wait for more, when the batch before was more than twice as large: a commit costs as much for few.
GATHER = 0.001
#: Fewer are read at once where they are handled: a helper's answer takes half a millisecond.
WORTH_READING_AHEAD = 4

#: How long answered replies may wait to be marked as written, when no other message comes, in seconds.
CONFIRM_EVERY = 1.0

#: A message, who waits for its answer, and the ticket.
Waiting = tuple[Message, Asker, Any]


@dataclass(frozen=True, slots=True)
class _Loop:
    """The coroutines of one event loop; a ticket is the future that one of them waits for."""

    loop: asyncio.AbstractEventLoop

    def settle(self, answers: list[tuple[asyncio.Future[Answer], Answer | Exception]]) -> None:
        with contextlib.suppress(RuntimeError):  # that loop has ended, and nobody waits there
            self.loop.call_soon_threadsafe(_settle, answers)  # once for all: waking a loop costs more than an answer


class Dispatcher:
    """Takes messages from any thread or from the event loop and answers them once they are committed.

    `step` is called with a name between any two steps; tests use it to crash there.
    """

    def __init__(
        self,
        store: Store,
        talk: Talk,
        world: World,
        clock: Clock,
        *,
        reader: ReadAhead | None = None,
        step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.clock = clock
        self._handling = Handling(store, talk, world, clock, step=step)
        self._reader = reader
        self._ends = False
        self._busy = False
        #: How many messages the latest batch had.
        self._latest = 0
        #: What arrives in this turn of each event loop.
        self._arrived: dict[_Loop, list[Waiting]] = {}
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
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
        self.put(self._arrived.pop(asker, []))

    def put(self, arrived: Sequence[Waiting]) -> None:
        """What has arrived together begins to wait; while others are handled the helper reads it. From any thread."""
        if self._reader is not None and (self._busy or len(arrived) >= WORTH_READING_AHEAD):
            self._reader.ask(_asked(message) for message, _, _ in arrived if message.kind in ("text", "voice"))
        for waiting in arrived:
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
            if not batch:
                continue
            self._busy = True
            if self._reader is not None:
                self._reader.take([_asked(message) for message, _, _ in batch])
            self._answer_batch(batch)
            self._busy = False

    def _next_batch(self) -> list[Waiting] | None:
        """Messages that are waiting, at most BATCH; None once all are handled and no more will come."""
        batch: list[Waiting] = []
        until = 0.0
        while not self._ends and len(batch) < BATCH:
            try:
                if not batch:
                    item = self._waiting.get(timeout=CONFIRM_EVERY)
                    until = time.monotonic() + GATHER
                elif len(batch) < self._latest // 2:  # it is a busy moment: those just answered write again
                    item = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
                else:
                    item = self._waiting.get_nowait()
            except queue.Empty:
                if not batch:
                    self._handling.confirm_written()
                break
            if item is None:
                self._ends = True
            else:
                batch.append(item)
        self._latest = len(batch)
        return None if self._ends and not batch else batch

    def _answer_batch(self, batch: list[Waiting]) -> None:
        try:
            answers = self.handle([message for message, _, _ in batch])
        except Exception as error:  # nothing may end the worker: whoever waits is told, and the next batch goes on
            log.exception("dispatch failed", extra={"action": "dispatch.batch"})
            answers = [StoreUnavailable(type(error).__name__) for _ in batch]
        settled: dict[Asker, list[tuple[Any, Answer | Exception]]] = {}
        for (_, asker, ticket), answer in zip(batch, answers, strict=True):
            settled.setdefault(asker, []).append((ticket, answer))
        for asker, pairs in settled.items():
            asker.settle(pairs)


def _asked(message: Message) -> Asked:
    """A message as the reader knows it."""
    return clean(message.text), message.received_at.astimezone(LOCAL).replace(tzinfo=None)


def _settle(pairs: list[tuple[asyncio.Future[Answer], Answer | Exception]]) -> None:
    for future, answer in pairs:
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
