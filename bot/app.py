"""The doors: HTTP for platforms, chat page and watchers, in front of a desk that handles what comes in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from bot.answers import AnyDesk
from bot.clock import Clock, SystemClock
from bot.demo_backend import DemoBackend
from bot.metrics import Metrics
from bot.opening import open_wechat
from bot.settings import Settings
from bot.web import chat, health
from storage.store import Store

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


class App:
    """The ASGI application of one installation. The desk begins and ends with it."""

    def __init__(
        self,
        settings: Settings,
        desk: AnyDesk,
        *,
        store: Store,
        clock: Clock | None = None,
        opened: Callable[[], None] = lambda: None,
    ) -> None:
        """`store` is read for pages and watchers; `opened` is called when messages are taken."""
        self._desk = desk
        self._opened = opened
        self.clock: Clock = clock or SystemClock()
        self.demo = DemoBackend(store, desk, self.clock, settings.data_dir) if settings.demo else None
        self._wechat = open_wechat(settings, self.clock) if settings.wechat_appid else None
        self._metrics = Metrics(CollectorRegistry(), store)
        self.asgi = self._asgi(store)

    def _asgi(self, store: Store) -> Asgi:
        routes: list[BaseRoute] = [*health.routes(store, self._metrics.registry, self._desk.waiting)]
        if self.demo is not None:
            routes += [Route("/", _to_chat), *chat.routes(self.demo)]
        web = Starlette(routes=routes, lifespan=self._lifespan)
        if self._wechat is None:
            return web
        from bot.web.wechat import wechat_endpoint

        callbacks = wechat_endpoint(self._wechat, self._desk.submit, left_over=self._desk.written)

        async def route(scope: Any, receive: Any, send: Any) -> None:
            # before Starlette: at a deadline this is nearly every request
            if scope["type"] == "http" and scope["path"] == "/wechat":
                await callbacks(scope, receive, send)
            else:
                await web(scope, receive, send)

        return route

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        await self._desk.open()
        self._opened()
        try:
            yield
        finally:
            await self._desk.close()
            if self._wechat is not None:
                await self._wechat.close()


async def _to_chat(_request: Any) -> RedirectResponse:
    return RedirectResponse("/chat")
