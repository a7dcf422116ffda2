"""The desk behind the doors: library, slices, dispatcher, sender and jobs on one store, put together."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot import jobs, outgoing
from bot.answers import Answer
from bot.clock import Clock, SystemClock
from bot.demo_backend import show_pushed
from bot.dispatch import Arrivals, Dispatcher
from bot.opening import open_store, open_wechat
from bot.platforms.base import Platform
from bot.platforms.chat import ChatPage
from bot.reading import Reader
from bot.sender import Sender
from bot.settings import Settings
from bot.words import own_words
from handlers import all as slices
from handlers.dialog.message import Message
from handlers.dialog.talk import Talk
from handlers.dialog.world import World
from knowledge.library import Library
from storage.store import Store

log = logging.getLogger(__name__)


class Desk:
    """Everything that handles messages and sends, put together and not yet started."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | None = None,
        clock: Clock | None = None,
        arrivals: Arrivals | None = None,
        step: Callable[[str], None] = lambda _: None,
        warmed: Callable[[], None] = lambda: None,
    ) -> None:
        """`arrivals` is where messages come from, if not from `submit`.

        `step` is called between any two steps of a message, `warmed` when what the first message needs is there.
        """
        self.settings = settings
        self._warmed = warmed
        self.clock: Clock = clock or SystemClock()
        self.store = store or open_store(settings)
        self.library = Library()
        self.words = own_words(self.store, settings.data_dir)
        self.world = World(
            vocabulary=self.words.vocabulary(),
            library=self.library,
            data_dir=settings.data_dir,
            public_url=settings.public_url,
            secret=settings.secret().encode(),
            second_official_above=settings.second_official_above,
        )
        self.talk = Talk(slices.routers())
        self._reader = Reader(self.world.vocabulary)
        self.dispatcher = Dispatcher(
            self.store, self.talk, self.world, self.clock, arrivals=arrivals, read=self._reader.read, step=step
        )
        self.platforms: list[Platform] = []
        if settings.demo:
            self.platforms.append(ChatPage(lambda phone, what: show_pushed(self.store, phone, what, self.clock.now())))
        if settings.wechat_appid:
            self.platforms.append(open_wechat(settings, self.clock))
        self.sender = Sender(
            self.store, self.platforms, self.clock, overtaken=outgoing.overtaken, settled=outgoing.settled, step=step
        )
        self.jobs = jobs.table(self.store, self.world, self.platforms)
        self._scheduler: BackgroundScheduler | None = None
        self._warming: threading.Thread | None = None

    def start(self) -> None:
        """Start the threads: dispatcher, sender, ticks."""
        self._warming = threading.Thread(target=self._warm_up, name="warm-up", daemon=True)
        self._warming.start()
        self.dispatcher.start()
        if self.platforms:
            self.sender.start()
        self._scheduler = jobs.schedule(self.jobs, self.clock.now)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish what is being done and end the threads."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        self.dispatcher.stop()
        self.sender.stop()
        if self._warming is not None:
            self._warming.join(timeout=10)
        asyncio.run(self._close_platforms())

    async def open(self) -> None:
        """Start in this process."""
        self.start()

    async def close(self) -> None:
        """Stop; the event loop goes on meanwhile."""
        await asyncio.to_thread(self.stop)

    async def submit(self, message: Message) -> Answer:
        """Have a message handled; returns once it is committed."""
        return await self.dispatcher.submit(message)

    def written(self, answer: Answer, carried: int | None = None) -> None:
        """The first `carried` replies (None: all) stand in their response; the others are pushed."""
        count = len(answer.outbox_ids) if carried is None else carried
        self.took(answer.outbox_ids[:count], answer.outbox_ids[count:])

    def took(self, written: list[int], left: list[int]) -> None:
        """Replies by their rows: those that stand in their responses, and those that are to be pushed."""
        self.dispatcher.written(written)
        if not left:  # nothing to push, nothing to wake the sender for
            return
        try:
            self.dispatcher.push(left)
        except DBAPIError as error:  # they are pushed after their grace, as if their response had never been written
            log.error("not released: %s", type(error).__name__, extra={"action": "desk.push", "count": len(left)})
        self.sender.wake()

    def wake(self) -> None:
        """Something may be due to be sent."""
        self.sender.wake()

    def waiting(self) -> int:
        """How many messages wait to be handled."""
        return self.dispatcher.waiting()

    def _warm_up(self) -> None:
        """Beside the start: what the first message and the first question would wait for."""
        self._reader.warm_up()
        try:
            with self.store.read() as session:
                self.library.search(session, "妇女权益保障法")
        except SQLAlchemyError as error:  # the database is not there yet: the first question will read what it needs
            log.warning("nothing read ahead: %s", type(error).__name__, extra={"action": "desk.warm_up"})
        self._warmed()

    async def _close_platforms(self) -> None:
        for platform in self.platforms:
            close = getattr(platform, "close", None)
            if close is not None:
                await close()
