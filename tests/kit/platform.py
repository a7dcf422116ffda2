"""A platform inside the process: it takes what the sender sends and keeps it in order."""

from __future__ import annotations

from collections.abc import Callable

from bot.platforms.base import Capabilities, Inbound, Payload
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply


class InProcess:
    """Everything that was pushed stands in `sent` as (address, reply), in the order of sending.

    `before` is called before a message is accepted; what it raises (a SendError) is what the sender meets.
    """

    capabilities = Capabilities(text_limit=100_000, text_unit="chars", max_buttons=12, answers_callbacks=True, pace=0)

    def __init__(self, name: str, account: str, before: Callable[[str, Payload], None] = lambda *_: None) -> None:
        self.name = name
        self.account = account
        self.sent: list[tuple[str, Reply]] = []
        self._before = before

    def read(self, inbound: Inbound) -> Message | None:
        """Messages are made by the tests, not read from requests."""
        return None

    def render(self, reply: Reply, address: str) -> list[Payload]:
        """The reply as it is stored."""
        return [reply.to_json()]

    async def send(self, address: str, payload: Payload, *, key: str = "") -> str:
        """Accept a message; its number is its id."""
        self._before(address, payload)
        self.sent.append((address, Reply.from_json(payload)))
        return str(len(self.sent))
