"""The chat page and the terminal: what is sent is shown on the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.platforms.base import Capabilities, Inbound, Payload
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply

NAME, ACCOUNT = "chat", "demo"

#: Puts a message on the page of the person with that phone.
Show = Callable[[str, Payload], None]


class ChatPage:
    """The platform of the example county: nothing leaves the machine."""

    name = NAME
    account = ACCOUNT
    capabilities = Capabilities(text_limit=100_000, text_unit="chars", max_buttons=12, answers_callbacks=True, pace=0)

    def __init__(self, show: Show) -> None:
        self._show = show

    def read(self, inbound: Inbound) -> Message | None:
        """Messages of the page come through its own routes."""
        return None

    def render(self, reply: Reply, address: str) -> list[Payload]:
        """The reply as it is stored."""
        return [reply.to_json()]

    async def send(self, address: str, payload: Payload, *, key: str = "") -> str:
        """Show it on her page."""
        await asyncio.to_thread(self._show, address, payload)
        return ""
