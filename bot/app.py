"""The composition root: settings → store, library, slices, platforms, dispatcher, sender, jobs, ASGI application."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from bot import jobs, outgoing, reading_ahead
from bot import settings as settings_module
from bot.clock import Clock, SystemClock
from bot.demo_backend import DemoBackend
from bot.dispatch import Dispatcher
from bot.metrics import Metrics
from bot.platforms.base import Platform
from bot.platforms.chat import ChatPage
from bot.reading_ahead import ReadAhead
from bot.sender import Sender
from bot.settings import Settings
from bot.web import chat, health
from bot.words import own_words
from handlers import all as slices
from handlers.dialog.talk import Talk
from handlers.dialog.world import World
from knowledge.library import Library
from storage import photos, schema
from storage.store import Store

if TYPE_CHECKING:
    from bot.platforms.wechat import WeChat

log = logging.getLogger(__name__)

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


def open_store(settings: Settings | None = None) -> Store:
    """The database that the settings name, brought to this program's schema."""
    settings = settings or settings_module.load()
    store = Store(settings.store_url, secret=settings.secret())
    schema.upgrade(store)
    return store


class App:
    """Everything that runs in one process, put together and not yet started."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | None = None,
        clock: Clock | None = None,
        step: Callable[[str], None] = lambda _: None,
        warmed: Callable[[], None] = lambda: None,
    ) -> None:
        """`step` is called between any two steps of a message, `warmed` when what the first message needs is there."""
        self.settings = settings
        self._warmed = warmed
        self.clock: Clock = clock or SystemClock()
        self.store = store or open_store(settings)
        self.library = Library()
        words = own_words(self.store, settings.data_dir)
        self.world = World(
            vocabulary=words.vocabulary(),
            library=self.library,
            data_dir=settings.data_dir,
            public_url=settings.public_url,
            secret=settings.secret().encode(),
            second_official_above=settings.second_official_above,
        )
        self.talk = Talk(slices.routers())
        self.reader = ReadAhead(words)
        self.world.read, self.world.danger = self.reader.understand, self.reader.danger
        self.world.known, self.world.may_be_danger = self.reader.known, self.reader.may_be_danger
        self.dispatcher = Dispatcher(self.store, self.talk, self.world, self.clock, reader=self.reader, step=step)
        self.demo = (
            DemoBackend(self.store, self.dispatcher, self.clock, settings.data_dir, self._wake)
            if settings.demo
            else None
        )
        self.wechat = self._open_wechat() if settings.wechat_appid else None
        self.platforms: list[Platform] = []
        if self.demo is not None:
            self.platforms.append(ChatPage(self.demo.show_pushed))
        if self.wechat is not None:
            self.platforms.append(self.wechat)
        self.sender = Sender(
            self.store, self.platforms, self.clock, overtaken=outgoing.overtaken, settled=outgoing.settled, step=step
        )
        self.jobs = jobs.table(self.store, self.world, self.platforms)
        self.metrics = Metrics(CollectorRegistry(), self.store)
        self._scheduler: BackgroundScheduler | None = None
        self._warming: threading.Thread | None = None
        self.asgi = self._asgi()

    def _wake(self) -> None:
        self.sender.wake()

    def _open_wechat(self) -> WeChat:
        from bot.platforms.wechat import WeChat  # with its HTTP client, which the chat page does not need

        s = self.settings

        def open_photo(sha256: str) -> bytes:
            return photos.path_of(s.data_dir, sha256).read_bytes()

        return WeChat(
            appid=s.wechat_appid,
            token=s.wechat_token,
            aes_key=s.wechat_aes_key,
            secret=s.wechat_secret,
            api_base=s.wechat_api_base,
            now=self.clock.now,
            open_photo=open_photo,
        )

    def start(self) -> None:
        """Start the threads: dispatcher, sender, ticks."""
        if (os.cpu_count() or 1) > 1:
            self.reader.start()
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
        self.reader.stop()
        self.sender.stop()
        if self._warming is not None:
            self._warming.join(timeout=10)

    def _warm_up(self) -> None:
        """Beside the start: what the first message and the first question would wait for."""
        reading_ahead.warm_up(self.world.vocabulary)
        try:
            with self.store.read() as session:
                self.library.search(session, "妇女权益保障法")
        except SQLAlchemyError as error:  # the database is not there yet: the first question will read what it needs
            log.warning("nothing read ahead: %s", type(error).__name__, extra={"action": "app.warm_up"})
        self._warmed()

    def _asgi(self) -> Asgi:
        routes: list[BaseRoute] = [*health.routes(self.store, self.metrics.registry, self.dispatcher.waiting)]
        if self.demo is not None:
            routes += [Route("/", _to_chat), *chat.routes(self.demo)]
        web = Starlette(routes=routes, lifespan=self._lifespan)
        if self.wechat is None:
            return web
        from bot.web.wechat import wechat_endpoint

        callbacks = wechat_endpoint(self.wechat, self.dispatcher.submit, left_over=self._written)

        async def route(scope: Any, receive: Any, send: Any) -> None:
            # before Starlette: at a deadline this is nearly every request
            if scope["type"] == "http" and scope["path"] == "/wechat":
                await callbacks(scope, receive, send)
            else:
                await web(scope, receive, send)

        return route

    def _written(self, answer: Any, carried: int) -> None:
        self.dispatcher.written(answer, carried)
        if carried < len(answer.outbox_ids):  # nothing to push, nothing to wake the sender for
            self._wake()

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self.start()
        try:
            yield
        finally:
            self.stop()
            for platform in self.platforms:
                close = getattr(platform, "close", None)
                if close is not None:
                    await close()


async def _to_chat(_request: Any) -> RedirectResponse:
    return RedirectResponse("/chat")


def example_circulars() -> list[Path]:
    """The project's own example circulars."""
    folder = Path(__file__).parent.parent / "deploy" / "example" / "circulars"
    return sorted(folder.glob("*.txt"))
