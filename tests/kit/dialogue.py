"""The whole bot without a platform: what somebody of the small world says, and what she is answered at once."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from bot.dispatch import Answer, Dispatcher
from handlers import all as slices
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply
from handlers.dialog.talk import Talk
from handlers.dialog.world import World
from knowledge.library import Library
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock


class Dialogue:
    """A dispatcher on a settled store, one message at a time."""

    def __init__(self, store: Store, folder: Path, clock: Clock) -> None:
        self.clock = clock
        around = World(library=Library(), data_dir=folder, secret=b"test")
        self._dispatcher = Dispatcher(store, Talk(slices.routers()), around, clock)
        self._numbers = count()

    def say(self, name: str, text: str, kind: str = "text", **more: Any) -> Reply:
        """Somebody says something; `more` are further fields of the message. The answer; a repeat would be an error."""
        address, number = world.address(name), f"m{next(self._numbers)}"
        message = Message(world.PLATFORM, world.ACCOUNT, address, number, self.clock.now(), kind, text, **more)
        [answer] = self._dispatcher.handle([message])
        assert isinstance(answer, Answer), answer
        return answer.replies[0]
