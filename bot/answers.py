"""What a message gets, who waits for it, and whom one asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from handlers.dialog.message import Message
from handlers.dialog.reply import Reply


class StoreUnavailable(Exception):
    """The database did not take the message: nothing has happened, and the platform must be told so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message got: the stored replies, and the outbox rows that hold them."""

    replies: list[Reply]
    outbox_ids: list[int] = field(default_factory=list)
    #: Whether the message had been here before.
    repeated: bool = False


class Asker(Protocol):
    """Somebody who has messages handled and waits for their answers; each message has a ticket of the asker's own."""

    def settle(self, answers: list[tuple[Any, Answer | Exception]]) -> None:
        """Tickets with their answers, once they are committed; called in the dispatcher's thread, must not raise."""


class AnyDesk(Protocol):
    """What the doors (HTTP, terminal) know of the desk, whether it is in this process or in one of its own."""

    async def open(self) -> None:
        """Begin; returns once messages are taken."""

    async def close(self) -> None:
        """Finish what is being done and end."""

    async def submit(self, message: Message) -> Answer:
        """Have a message handled; returns once it is committed. Raises StoreUnavailable. Cancelling it undoes nothing."""

    def written(self, answer: Answer, carried: int | None = None) -> None:
        """The first `carried` replies (None: all) stand in their response; the others are to be pushed."""

    def wake(self) -> None:
        """Something may be due to be sent."""

    def waiting(self) -> int:
        """How many messages wait to be handled."""
