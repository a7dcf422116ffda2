"""A load generator that costs little: prepared HTTP requests over raw sockets, answers parsed just enough.

`closed` keeps every connection busy and measures how many answers come in a second. `open_loop` sends at a fixed rate,
whether or not answers have come, and measures each from the moment it was due: a server that falls behind shows it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Measured:
    """What a run has shown. Latencies in seconds; `kept` holds every n-th answer with the index of its request."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failed: int = 0
    kept: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """A latency in milliseconds that this share of the answers stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else float("nan")


class _Connection(asyncio.Protocol):
    """One client: sends the next request when the answer to the last has come; connects anew where it was closed."""

    def __init__(self, load: _Load) -> None:
        self.load = load
        self.transport: asyncio.Transport | None = None
        self.buffer = b""
        self.index = -1
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        if self.index >= 0:
            self.transport.write(self.load.requests[self.index])

    def ask(self, index: int, began: float) -> None:
        """Send a request; `began` is when it was due."""
        self.index, self.began = index, began
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(self.load.requests[index])
        else:
            self.load.connect(self)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0 or self.index < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        if at < 0:
            if b"chunked" not in head:
                return  # ends with the connection
            if not self.buffer.endswith(b"0\r\n\r\n"):
                return
            size = len(self.buffer) - end - 4
        else:
            size = int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(self.buffer) - end - 4 < size:
            return
        body, status = self.buffer[end + 4 :], self.buffer[9:12]
        self.buffer = b""
        if b"connection: close" in head and self.transport is not None:
            self.transport.close()
            self.transport = None
        self._done(status, body)

    def connection_lost(self, _: Exception | None) -> None:
        if self.transport is None:
            return  # closed by us
        self.transport = None
        if self.index >= 0:
            self._done(b"000", b"")

    def _done(self, status: bytes, body: bytes) -> None:
        index, self.index = self.index, -1
        self.load.answered(self, index, self.began, status, body)


class _Load:
    def __init__(self, port: int, requests: Sequence[bytes], connections: int, keep_every: int) -> None:
        self.port, self.requests, self.keep_every = port, requests, keep_every
        self.measured = Measured()
        self.left = len(requests)
        self.next = 0
        self.closed_loop = True
        self.free: deque[_Connection] = deque()
        self.waiting: deque[tuple[int, float]] = deque()
        self.finished = asyncio.Event()
        self.clients = [_Connection(self) for _ in range(connections)]
        self._tasks: set[asyncio.Task[None]] = set()

    def connect(self, client: _Connection) -> None:
        async def connecting() -> None:
            for _ in range(50):
                try:
                    await asyncio.get_running_loop().create_connection(lambda: client, "127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    return
            client._done(b"000", b"")

        task = asyncio.ensure_future(connecting())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def answered(self, client: _Connection, index: int, began: float, status: bytes, body: bytes) -> None:
        now = time.perf_counter()
        if status == b"200":
            self.measured.latencies.append(now - began)
        else:
            self.measured.failed += 1
        if index % self.keep_every == 0:
            self.measured.kept.append((index, body))
        self.left -= 1
        if not self.left:
            self.finished.set()
        elif self.closed_loop:
            self.feed(client)
        elif self.waiting:
            client.ask(*self.waiting.popleft())
        else:
            self.free.append(client)

    def feed(self, client: _Connection) -> None:
        if self.next < len(self.requests):
            index, self.next = self.next, self.next + 1
            client.ask(index, time.perf_counter())

    def due(self, index: int, at: float) -> None:
        if self.free:
            self.free.popleft().ask(index, at)
        else:
            self.waiting.append((index, at))


async def closed(port: int, requests: Sequence[bytes], *, connections: int, keep_every: int = 50) -> Measured:
    """All the requests, as fast as they are answered."""
    load = _Load(port, requests, connections, keep_every)
    began = time.perf_counter()
    for client in load.clients:
        load.feed(client)
    await asyncio.wait_for(load.finished.wait(), 300)
    load.measured.seconds = time.perf_counter() - began
    return load.measured


async def open_loop(
    port: int, requests: Sequence[bytes], *, connections: int, rate: float, keep_every: int = 50
) -> Measured:
    """The requests at `rate` a second, evenly."""
    load = _Load(port, requests, connections, keep_every)
    load.closed_loop = False
    load.free.extend(load.clients)
    began = time.perf_counter()
    for index in range(len(requests)):
        at = began + index / rate
        if (wait := at - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        load.due(index, at)
    await asyncio.wait_for(load.finished.wait(), 60)
    load.measured.seconds = time.perf_counter() - began
    return load.measured
