"""The desk in a process of its own, as the doors see it: started, told, heard, and started again when it has died."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
import subprocess
from collections.abc import Callable
from typing import cast

from bot.answers import Answer, StoreUnavailable
from bot.desk_line import Frames, ToDesk, frame, from_desk
from bot.reading import Reader
from bot.settings import Settings
from bot.spawning import Spawned, spawn_desk
from bot.words import OwnWords
from handlers.dialog.message import Message

log = logging.getLogger(__name__)

#: Seconds before a desk that has died is started again: the first time, and at most.
AGAIN, AGAIN_AT_MOST = 0.5, 30.0
#: Seconds after which the desk is told at the latest which replies have been written.
WRITTEN_LATER = 0.05
#: So many messages are handed over before the others of the same turn are read, so that the desk need not wait for work.
HANDED_OVER = 4
#: With fewer messages in hand the desk has time to read them itself; of more, the doors read those that come.
AT_THE_DESK = 16
#: Seconds that a desk may take to start, bringing its database to this program's schema; and to end, sending what it has begun.
START, END = 600.0, 40.0


_NOTHING = ToDesk()


class DeskEnded(Exception):
    """The desk has ended before it took messages; it has said why on stderr."""


class FarDesk:
    """Starts the desk's process and hands messages over. All but `begin` in the one event loop that has called `open`.

    When the process dies, whoever waits is told that the store has not taken the message (if it has, the platform's
    retry gets the stored answer), and another is started.
    """

    def __init__(
        self, settings: Settings, spawned: Spawned | None = None, *, warmed: Callable[[], None] = lambda: None
    ) -> None:
        """`warmed` is called when what the first message needs is there."""
        self._settings = settings
        self._warmed = warmed
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        if spawned is not None:
            self._process, self._socket = spawned
        self._begun = False
        self._line: _Line | None = None
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._told = ToDesk()
        self._telling = False
        self._later: asyncio.TimerHandle | None = None
        self._closing = False
        self._pause = AGAIN
        self._again: asyncio.Task[None] | None = None
        self._reader: Reader | None = None
        self._warming: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Give it its settings: it opens the database and gets ready, which `open` waits for."""
        if self._socket is None:
            self._process, self._socket = spawn_desk()
        with contextlib.suppress(OSError):  # it has ended, as `open` will find
            self._socket.sendall(frame(self._settings.model_dump_json().encode()))
        self._begun = True

    @property
    def pid(self) -> int | None:
        """The process of the desk, if one has been started."""
        return self._process.pid if self._process is not None else None

    async def open(self) -> None:
        """Returns once the desk takes messages. Raises DeskEnded."""
        if not self._begun:
            self.begin()
        assert self._socket is not None
        self._socket.setblocking(False)
        ready: asyncio.Future[OwnWords] = asyncio.get_running_loop().create_future()
        _, self._line = await asyncio.get_running_loop().create_unix_connection(
            lambda: _Line(self, ready), sock=self._socket
        )
        async with asyncio.timeout(START):
            words = await ready
        self._warming = asyncio.create_task(self._warm_up(words))  # until then the desk reads

    async def _warm_up(self, words: OwnWords) -> None:
        self._reader = await asyncio.to_thread(_reader, words)
        self._warmed()

    async def close(self) -> None:
        """End the line and wait for the desk to finish what it has been told."""
        self._closing = True
        if self._again is not None:
            self._again.cancel()
        self._tell()
        if self._line is not None:
            self._line.transport.close()
        process = self._process
        if process is not None:
            try:
                await asyncio.to_thread(process.wait, END)
            except subprocess.TimeoutExpired:
                log.error("the desk did not end", extra={"action": "desk.close"})
                process.kill()

    async def submit(self, message: Message) -> Answer:
        """Have a message handled; returns once it is committed. Raises StoreUnavailable. Cancelling it undoes nothing."""
        if self._line is None:
            raise StoreUnavailable("no desk")
        number = next(self._numbers)
        asked: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[number] = asked
        if self._reader is not None and len(self._asked) > AT_THE_DESK:
            message = self._reader.read(message)
        self._told.messages.append((number, message))
        if len(self._told.messages) >= HANDED_OVER or len(self._asked) == 1:
            self._tell()
        else:
            self._tell_soon()
        return await asked

    def written(self, answer: Answer, carried: int | None = None) -> None:
        """The first `carried` replies (None: all) stand in their response; the others are to be pushed."""
        count = len(answer.outbox_ids) if carried is None else carried
        self._told.written += answer.outbox_ids[:count]
        self._told.left += answer.outbox_ids[count:]
        if self._told.left:
            self._tell_soon()
        elif self._later is None:  # as a rule with the next messages
            self._later = asyncio.get_running_loop().call_later(WRITTEN_LATER, self._tell)

    def wake(self) -> None:
        """Something may be due to be sent."""
        self._told.wake = True
        self._tell_soon()

    def waiting(self) -> int:
        """How many messages have been handed over and not answered."""
        return len(self._asked)

    # -- the line --

    def _tell_soon(self) -> None:
        """Once a turn of the loop: what comes together goes together."""
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._telling = False
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._line is not None and self._told != _NOTHING:
            self._line.transport.write(frame(self._told))
        self._told = ToDesk()

    def heard(self, content: bytes) -> None:
        """Answers have come."""
        self._pause = AGAIN
        for number, answer in from_desk(content).answers:
            asked = self._asked.pop(number)
            if asked.done():  # nobody waits any more
                continue
            if isinstance(answer, str):
                asked.set_exception(StoreUnavailable(answer))
            else:
                asked.set_result(answer)

    def lost(self) -> None:
        """The line has ended, and the process with it."""
        self._line = None
        asked, self._asked = self._asked, {}
        for one in asked.values():
            if not one.done():
                one.set_exception(StoreUnavailable("the desk has ended"))
        if not self._closing:
            log.error("the desk has ended", extra={"action": "desk.lost", "count": len(asked)})
            self._again = asyncio.get_running_loop().create_task(self._start_again())

    async def _start_again(self) -> None:
        while not self._closing:
            pause, self._pause = self._pause, min(2 * self._pause, AGAIN_AT_MOST)
            await asyncio.sleep(pause)
            await asyncio.to_thread(self._end_process)
            self._socket, self._begun = None, False
            try:
                await self.open()
            except (DeskEnded, TimeoutError):
                continue
            return

    def _end_process(self) -> None:
        """A process without its line has nothing left to do but to finish."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END)
            return
        self._process.kill()
        self._process.wait()


def _reader(words: OwnWords) -> Reader:
    reader = Reader(words.vocabulary())
    reader.warm_up()
    return reader


class _Line(asyncio.Protocol):
    """Our end of the socket."""

    def __init__(self, desk: FarDesk, ready: asyncio.Future[OwnWords]) -> None:
        self._desk = desk
        self._ready = ready
        self._frames = Frames()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        for content in self._frames.take(data):
            if self._ready.done():
                self._desk.heard(content)
            else:
                self._ready.set_result(from_desk(content).words or OwnWords())

    def connection_lost(self, _error: Exception | None) -> None:
        if self._ready.done():
            self._desk.lost()
        else:
            self._ready.set_exception(DeskEnded)
