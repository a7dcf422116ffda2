"""`python -m bot.desk_process FD`: the desk in a process of its own, at the other end of a socket.

The doors open, check and seal; the desk thinks and writes. In one process the two would take turns for one interpreter.
It ends when the socket does: whatever has become of the doors, nothing is left behind.
"""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING

from bot.desk_line import Frames, FromDesk, frame, to_desk
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.answers import Answer
    from bot.desk import Desk

log = logging.getLogger(__name__)

_AT_ONCE = 256 * 1024


class Doors:
    """The doors as the dispatcher sees them; a ticket is their number for a message."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._telling = threading.Lock()

    def settle(self, answers: list[tuple[int, Answer | Exception]]) -> None:
        """Tell them. If they have ended nobody waits: what is stored is pushed later."""
        told = [(n, str(a) or type(a).__name__ if isinstance(a, Exception) else a) for n, a in answers]
        self.tell(FromDesk(told))

    def tell(self, said: FromDesk) -> None:
        """Send a frame; from any thread."""
        try:
            with self._telling:
                self._line.sendall(frame(said))
        except OSError:
            log.debug("the doors have ended", exc_info=True)


def serve(line: socket.socket) -> None:
    """Take the settings, build the desk, and handle what comes until the line ends."""
    from bot import logs
    from bot.desk import Desk  # only here: the reader's process imports this module too, and needs none of it
    from bot.memory import settle_memory

    frames = Frames()
    first: list[bytes] = []
    while not first:
        if not (data := _received(line)):
            return
        first = frames.take(data)
    settings = Settings.model_validate_json(first[0])
    logs.configure(settings.log_level)
    desk = Desk(settings, warmed=settle_memory)
    doors = Doors(line)
    desk.start()
    doors.tell(FromDesk())
    try:
        for told in first[1:]:
            _handle(desk, doors, told)
        while data := _received(line):
            for told in frames.take(data):
                _handle(desk, doors, told)
    finally:
        desk.stop()
        desk.store.close()


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(_AT_ONCE)
    except OSError:  # they ended with something unread
        return b""


def _handle(desk: Desk, doors: Doors, content: bytes) -> None:
    told = to_desk(content)
    if told.messages:
        desk.dispatcher.put([(message, doors, number) for number, message in told.messages])
    if told.written or told.left:
        desk.took(told.written, told.left)
    if told.wake:
        desk.wake()


def main() -> None:
    """Serve the socket whose number is given."""
    for stop in (signal.SIGINT, signal.SIGTERM):  # both reach a whole group of processes; the doors then end the line
        signal.signal(stop, signal.SIG_IGN)
    gc.disable()  # until all that stays is there
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
