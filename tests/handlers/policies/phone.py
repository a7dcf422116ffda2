"""A phone for tests: what somebody of the small world says and is answered, without platform and outbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from handlers import all as slices
from handlers.dialog.context import Context
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply
from handlers.dialog.talk import Talk
from handlers.dialog.world import World
from knowledge.library import Library
from storage import people
from storage.people import Identity
from storage.store import Store
from tests.kit import world


class Phone:
    """One person's phone on a settled store; nothing is kept between messages but her conversation's state."""

    def __init__(self, store: Store, folder: Path, name: str = "李玉芬") -> None:
        self.store, self.name = store, name
        self.state: dict[str, Any] = {}
        self.world = World(library=Library(), data_dir=folder)
        self.talk = Talk(slices.routers())
        with store.read() as session:
            self.identity = session.execute(
                select(Identity.id).where(
                    Identity.external_id == world.address(name), Identity.platform == world.PLATFORM
                )
            ).scalar_one()

    def says(self, text: str, *, anew: bool = True) -> Reply:
        """What she is answered."""
        if anew:
            self.state = {}
        with self.store.begin() as session:
            speaker = people.speaker_of(session, self.identity, world.START.date())
            message = Message(world.PLATFORM, world.ACCOUNT, world.address(self.name), "1", world.START, text=text)
            reply = self.talk.respond(Context(message, speaker, session, world.START, self.world, self.state))
        assert reply is not None
        return reply
