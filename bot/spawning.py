"""Starts the desk's process before anything else is read: it reads its own program meanwhile."""

from __future__ import annotations

import socket
import subprocess
import sys

#: A desk's process and our end of the line to it.
Spawned = tuple[subprocess.Popen[bytes], socket.socket]


def spawn_desk() -> Spawned:
    """Start a process that waits for its settings."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603  our own program, with nothing from outside in its words
            [sys.executable, "-m", "bot.desk_process", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
    return process, ours
