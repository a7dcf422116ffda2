"""`/healthz` (the process lives), `/readyz` (it can take messages), `/metrics` (Prometheus)."""

from __future__ import annotations

from collections.abc import Callable

from anyio.to_thread import run_sync
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from storage.store import Store


def routes(store: Store, registry: CollectorRegistry, queue_length: Callable[[], int]) -> list[BaseRoute]:
    """The three pages that watchers ask for."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        ready = await run_sync(store.is_reachable)
        return JSONResponse({"database": ready, "waiting": queue_length()}, status_code=200 if ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
