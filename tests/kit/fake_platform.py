"""A platform that behaves badly: an HTTP server in a process of its own, whose log is the witness, and the client for it.

    python -m tests.kit.fake_platform LOG --seed 1        prints its port

It takes `POST /<account>` with {"to", "key", "text"} and now and then drops the connection, answers 200 with an error,
calls the address invalid in an answer that says ok, takes the message and does not answer in time, or takes a request
twice. The account "checked" takes a key only once. Every request is one line of the log, written before the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.platforms.base import Capabilities, Inbound, Payload, SendError
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply

#: How often each kind of trouble comes; the rest goes well.
TROUBLE = {"busy": 0.04, "error-500": 0.02, "drop": 0.02, "late": 0.015, "twice": 0.015}
#: After which a client has long given up, in seconds.
LATE = 3.0
#: Addresses that begin so are not valid: half of the time told as an error, half in an answer that says ok.
INVALID = "invalid-"


class Server:
    """Answers requests over kept connections; what it did stands in the log."""

    def __init__(self, log: Path, seed: int) -> None:
        self.log = log.open("a", buffering=1, encoding="utf-8")
        self.random = random.Random(seed)
        self.seen: set[str] = set()

    async def serve(self) -> None:
        """Listen on a free port, say which, and go on for ever."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=1024)
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                account = head.split(b" ", 2)[1].decode().strip("/")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
                answer = await self._handle(account, json.loads(await reader.readexactly(length)))
                if answer is None:
                    break
                status, body = answer
                text = json.dumps(body).encode()
                writer.write(b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _handle(self, account: str, message: dict[str, str]) -> tuple[int, dict[str, object]] | None:
        """What is answered, or None for a dropped connection."""
        await asyncio.sleep(0.005)
        did = self._choose(message["to"])
        taken = 0
        if did in ("ok", "late", "twice") or (did == "drop" and self.random.random() < 0.5):
            for _ in range(2 if did == "twice" else 1):
                if account != "checked" or message["key"] not in self.seen:
                    taken += 1
                    self.seen.add(message["key"])
        line = {"account": account, "to": message["to"], "key": message["key"], "text": message["text"], "did": did, "taken": taken}
        self.log.write(json.dumps(line, ensure_ascii=False) + "\n")
        if did == "drop":
            return None
        if did == "late":
            await asyncio.sleep(LATE)
        if did == "error-500":
            return 500, {}
        code = {"busy": -1, "invalid": 40003}.get(did, 0)
        return 200, {"errcode": code, "msgid": message["key"], "invaliduser": message["to"] if did == "half-invalid" else ""}

    def _choose(self, to: str) -> str:
        if to.startswith(INVALID):
            return self.random.choice(("invalid", "half-invalid"))
        draw = self.random.random()
        for kind, share in TROUBLE.items():
            if draw < share:
                return kind
            draw -= share
        return "ok"


@dataclass(frozen=True, slots=True)
class Line:
    """A request in the witness' log."""

    account: str
    to: str
    key: str
    text: str
    did: str
    taken: int

    @property
    def refused(self) -> bool:
        """Whether the sender was told that it did not arrive."""
        return self.did in ("busy", "error-500", "invalid", "half-invalid")


def read(log: Path) -> Iterator[Line]:
    """The log, line by line."""
    for line in log.read_text(encoding="utf-8").splitlines():
        yield Line(**json.loads(line))


class HttpPlatform:
    """The client: kept connections, and every kind of trouble told apart."""

    name = "fake"

    def __init__(self, port: int, account: str) -> None:
        self.port = port
        self.account = account
        checks = 3600.0 if account == "checked" else 0.0
        self.capabilities = Capabilities(text_limit=2048, text_unit="bytes", pace=0, duplicate_check=checks)
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    def read(self, inbound: Inbound) -> Message | None:
        """Nobody writes to us here."""
        return None

    def render(self, reply: Reply, address: str) -> list[Payload]:
        """One text."""
        return [{"text": reply.text}]

    async def send(self, address: str, payload: Payload, *, key: str = "") -> str:
        """Post it; raises SendError as the answer says, or `ambiguous` where there is none."""
        body = json.dumps({"to": address, "key": key, "text": payload["text"]}).encode()
        try:
            reader, writer = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self.port)
        except OSError as error:
            raise SendError("connect", retryable=True) from error
        try:
            writer.write(b"POST /%s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (self.account.encode(), len(body), body))
            head = await reader.readuntil(b"\r\n\r\n")
            answer = json.loads(await reader.readexactly(int(head.rpartition(b":")[2])))
        except (OSError, asyncio.IncompleteReadError) as error:
            writer.close()
            raise SendError("connection lost", ambiguous=True) from error
        except BaseException:
            writer.close()
            raise
        self._free.append((reader, writer))
        if b" 500 " in head[:14]:
            raise SendError("http-500", retryable=True)
        if answer["errcode"] == -1:
            raise SendError("-1", retryable=True)
        if answer["errcode"] or answer["invaliduser"]:
            raise SendError(str(answer["errcode"] or "invaliduser"), recipient_gone=True)
        return str(answer["msgid"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("log", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    asyncio.run(Server(given.log, given.seed).serve())
