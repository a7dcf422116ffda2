"""`serve` and `demo`: everything in one process."""

from __future__ import annotations

import gc
import logging
import socket
import sys
from datetime import datetime

import click
import uvicorn

from bot import cli_texts as texts
from bot import logs, settings
from bot.app import App, example_circulars, open_store
from bot.reading_ahead import settle_memory
from bot.settings import Settings

log = logging.getLogger(__name__)


@click.command(help=texts.SERVE)
def serve() -> None:
    """Start with the settings of the environment."""
    _run(settings.load())


@click.command(help=texts.DEMO)
@click.option("--no-serve", is_flag=True, help="只装入示例县，不启动服务")
@click.option("--seed", type=int, default=None, help="示例县的随机种子")
def demo(no_serve: bool, seed: int | None) -> None:
    """Load the example county, unless it is there, and start with the chat page."""
    chosen = settings.load(demo=True)
    logs.configure(chosen.log_level)
    load_example(chosen, seed)
    if not no_serve:
        _run(chosen)


def load_example(chosen: Settings, seed: int | None = None) -> None:
    """Put the example county into the store; a second time changes nothing."""
    from bot.demo_backend import give_everyone_a_page
    from bot.example.city import SEED
    from bot.example.load import load_example as load

    store = open_store(chosen)
    try:
        click.echo(texts.LOADING, err=True)
        loaded = load(store, today=datetime.now().astimezone().date(), seed=SEED if seed is None else seed)
        give_everyone_a_page(store, datetime.now().astimezone())
        click.echo(texts.LOADED.format(units=loaded.units, people=loaded.people, reports=loaded.reports), err=True)
    finally:
        store.close()


def _run(chosen: Settings) -> None:
    logs.configure(chosen.log_level)
    if not _is_free(chosen.host, chosen.port):
        click.echo(texts.PORT_TAKEN.format(port=chosen.port), err=True)
        sys.exit(1)
    gc.disable()  # until all that stays is there: collecting again and again while it grows takes a second
    app = App(chosen, warmed=settle_memory)
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    click.echo(texts.READY.format(url=f"http://{host}:{chosen.port}" + ("/chat" if chosen.demo else "")), err=True)
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


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


__all__ = ["demo", "example_circulars", "load_example", "serve"]
