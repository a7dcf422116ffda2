"""A running server with the small world and the chat page, as `niangjia demo` starts it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from bot.app import App
from bot.demo_backend import give_everyone_a_page
from bot.desk import Desk
from bot.settings import Settings
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.stores import SECRET


@pytest.fixture
def now() -> Clock:
    """The clock of the running server."""
    return Clock(world.START)


@pytest.fixture
def site(settled_url: str, now: Clock, tmp_path: Path) -> Iterator[str]:
    """The address of a server that runs in this process."""
    store = Store(settled_url, secret=SECRET)
    give_everyone_a_page(store, world.START)
    settings = Settings(
        _env_file=None, database_url=settled_url, data_dir=tmp_path / "data", secret_key=SECRET, demo=True
    )
    app = App(settings, Desk(settings, store=store, clock=now), store=store, clock=now)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app.asgi, log_config=None, access_log=False, http="httptools", ws="none", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server ended before it began"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)
    store.close()
