"""The doors as a desk in a process of its own sees them, at the other end of a socket."""

from __future__ import annotations

import logging
import queue
import select
import socket
from collections import deque
from typing import TYPE_CHECKING

from bot.answers import Answer
from bot.desk_line import Frames, FromDesk, frame, to_desk
from bot.dispatch import Waiting
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.desk import Desk

log = logging.getLogger(__name__)

_AT_ONCE = 256 * 1024


class Doors:
    """Where messages come from and answers go; a ticket is their number for a message.

    All but the first frames in the dispatcher's thread: two threads would take turns for one interpreter.
    """

    def __init__(self, line: socket.socket) -> None:
        self.desk: Desk
        self._line = line
        self._frames = Frames()
        #: Frames that have come while the desk was getting ready.
        self._early: list[bytes] = []
        self._arrived: deque[Waiting | None] = deque()
        self._readable = select.poll()
        self._readable.register(line, select.POLLIN)

    def settings(self) -> Settings | None:
        """The first frame; None if the line ends before."""
        while data := self._received():
            if frames := self._frames.take(data):
                first, *self._early = frames
                return Settings.model_validate_json(first)
        return None

    def get(self, *, timeout: float) -> Waiting | None:
        """The next message, None once the line has ended; raises queue.Empty after so many seconds."""
        if not self._arrived and (self._early or self._readable.poll(timeout * 1000)):
            self._receive()
        if not self._arrived:
            raise queue.Empty
        return self._arrived.popleft()

    def put(self, waiting: Waiting | None) -> None:
        """One more begins to wait."""
        self._arrived.append(waiting)

    def qsize(self) -> int:
        """How many wait here; more may be on the way."""
        return len(self._arrived)

    def settle(self, answers: list[tuple[int, Answer | Exception]]) -> None:
        """Tell them. If they have ended nobody waits: what is stored is pushed later."""
        self.tell(FromDesk([(n, str(a) or type(a).__name__ if isinstance(a, Exception) else a) for n, a in answers]))

    def tell(self, said: FromDesk) -> None:
        """Send a frame."""
        try:
            self._line.sendall(frame(said))
        except OSError:
            log.debug("the doors have ended", exc_info=True)

    def _receive(self) -> None:
        """What there is."""
        contents, self._early = self._early, []
        if not contents:
            data = self._received()
            if not data:
                self._arrived.append(None)
            contents = self._frames.take(data)
        for content in contents:
            told = to_desk(content)
            self._arrived.extend([(message, self, number) for number, message in told.messages])
            if told.written or told.left:
                self.desk.took(told.written, told.left)
            if told.wake:
                self.desk.wake()

    def _received(self) -> bytes:
        try:
            return self._line.recv(_AT_ONCE)
        except OSError:  # they ended with something unread
            return b""
