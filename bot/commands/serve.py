"""`serve` and `demo`: the doors in this process, the desk in one of its own where there are cores for both."""

from __future__ import annotations

import gc
import logging
import socket
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from bot import cli_texts as texts
from bot import logs, settings
from bot.memory import settle_memory
from bot.settings import Settings, several_cores
from bot.spawning import spawn_desk

if TYPE_CHECKING:
    from bot.app import App
    from bot.far_desk import FarDesk

log = logging.getLogger(__name__)


@click.command(help=texts.SERVE)
def serve() -> None:
    """Start with the settings of the environment."""
    chosen = settings.load()
    _run(chosen, _far_desk(chosen))


@click.command(help=texts.DEMO)
@click.option("--no-serve", is_flag=True, help="只装入示例县，不启动服务")
@click.option("--seed", type=int, default=None, help="示例县的随机种子")
def demo(no_serve: bool, seed: int | None) -> None:
    """Load the example county, unless it is there, and start with the chat page."""
    chosen = settings.load(demo=True)
    logs.configure(chosen.log_level)
    if no_serve:
        load_example(chosen, seed)
        return
    far = _far_desk(chosen)
    load_example(chosen, seed)
    _run(chosen, far)


def load_example(chosen: Settings, seed: int | None = None) -> None:
    """Put the example county into the store; a second time changes nothing."""
    from bot.demo_backend import give_everyone_a_page
    from bot.example.city import SEED
    from bot.example.load import load_example as load
    from bot.opening import open_store

    store = open_store(chosen)
    try:
        click.echo(texts.LOADING, err=True)
        loaded = load(store, today=datetime.now().astimezone().date(), seed=SEED if seed is None else seed)
        give_everyone_a_page(store, datetime.now().astimezone())
        click.echo(texts.LOADED.format(units=loaded.units, people=loaded.people, reports=loaded.reports), err=True)
    finally:
        store.close()


def _run(chosen: Settings, far: FarDesk | None) -> None:
    logs.configure(chosen.log_level)
    if not _is_free(chosen.host, chosen.port):
        click.echo(texts.PORT_TAKEN.format(port=chosen.port), err=True)
        sys.exit(1)
    gc.disable()  # until all that stays is there: collecting again and again while it grows takes a second
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    url = f"http://{host}:{chosen.port}" + ("/chat" if chosen.demo else "")
    app = _before(far, chosen, url) if far is not None else _around(chosen, url)
    import uvicorn

    try:
        uvicorn.run(
            app.asgi,
            host=chosen.host,
            port=chosen.port,
            log_config=None,
            access_log=False,
            http="httptools",
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=10,
            server_header=False,
            date_header=False,
        )
    except SystemExit:
        click.echo(texts.NOT_STARTED, err=True)
        raise


def _far_desk(chosen: Settings) -> FarDesk | None:
    """A desk in a process of its own, reading its program while ours is read; none where it would share our core."""
    if not several_cores():
        return None
    spawned = spawn_desk()
    from bot.far_desk import FarDesk

    return FarDesk(chosen, spawned, warmed=settle_memory)


def _before(far: FarDesk, chosen: Settings, url: str) -> App:
    """The doors before a desk in a process of its own, which brings the database to this program's schema."""
    secret = chosen.secret()  # made here at the first start, so that both have the same
    far.begin()
    from bot.app import App
    from storage.store import Store

    return App(
        chosen,
        far,
        store=Store(chosen.store_url, secret=secret),
        opened=lambda: click.echo(texts.READY.format(url=url), err=True),
    )


def _around(chosen: Settings, url: str) -> App:
    """The doors around a desk in this process, which on one core saves the way."""
    from bot.app import App
    from bot.desk import Desk

    desk = Desk(chosen, warmed=settle_memory)
    return App(
        chosen,
        desk,
        store=desk.store,
        clock=desk.clock,
        opened=lambda: click.echo(texts.READY.format(url=url), err=True),
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
