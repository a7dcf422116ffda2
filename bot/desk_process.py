"""`python -m bot.desk_process FD`: the desk in a process of its own, at the other end of a socket.

The doors open, check, read and seal; the desk decides and writes. In one process they would take turns for one interpreter.
It ends when the socket does: whatever has become of the doors, nothing is left behind.
"""

from __future__ import annotations

import gc
import signal
import socket
import sys


def serve(line: socket.socket) -> None:
    """Take the settings, build the desk, and handle what comes until the line ends."""
    from bot import logs
    from bot.desk import Desk
    from bot.desk_line import FromDesk
    from bot.doors import Doors
    from bot.memory import settle_memory

    doors = Doors(line)
    settings = doors.settings()
    if settings is None:
        return
    logs.configure(settings.log_level)
    desk = doors.desk = Desk(settings, arrivals=doors, warmed=settle_memory)
    doors.tell(FromDesk(words=desk.words))  # before any answer: messages may have come while it got ready
    desk.start()
    try:
        desk.dispatcher.join()
    finally:
        desk.stop()
        desk.store.close()


def main() -> None:
    """Serve the socket whose number is given."""
    for stop in (signal.SIGINT, signal.SIGTERM):  # both reach a whole group of processes; the doors then end the line
        signal.signal(stop, signal.SIG_IGN)
    gc.disable()  # until all that stays is there: collecting while the program is read takes a second
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
