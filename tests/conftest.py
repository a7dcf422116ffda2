"""What every test may ask for: a real store, a clock to move, and the options of the golden conversations."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.kit.clock import Clock
from tests.kit.stores import SECRET, Templates

ENGINES = ("sqlite", "postgresql")

_folder = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-conversations", action="store_true", help="write down what is answered now")


def pytest_configure(config: pytest.Config) -> None:
    """One folder for all workers of this run: the migrated templates and where the PostgreSQL server is."""
    given = getattr(config, "workerinput", {}).get("niangjia_folder")
    config.stash[_folder] = Path(given or tempfile.mkdtemp(prefix="niangjia-tests-"))


class _Workers:
    """Tells pytest-xdist's workers of the folder; a class of its own, since the hook exists only where xdist does."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node) -> None:  # type: ignore[no-untyped-def]  # xdist's WorkerController, untyped
        node.workerinput["niangjia_folder"] = str(node.config.stash[_folder])
        node.workerinput["niangjia_owner"] = os.getpid()


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    if manager.hasplugin("xdist") and not manager.hasplugin("niangjia-workers"):
        manager.register(_Workers(), "niangjia-workers")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The server's guard sees that this process is gone and stops it; the templates go here."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(config.stash[_folder], ignore_errors=True)


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest) -> Templates:
    """Migrated databases to clone."""
    owner = getattr(request.config, "workerinput", {}).get("niangjia_owner", os.getpid())
    return Templates(request.config.stash[_folder], owner)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Runs the test on each engine; parametrise it indirectly to run on one only."""
    return str(request.param)


@pytest.fixture
def database_url(engine: str, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty, migrated database that is this test's own."""
    if engine == "sqlite":
        yield templates.sqlite(tmp_path / "test.sqlite3")
        return
    with templates.postgres() as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A real store, empty and migrated: the test runs once on a SQLite file and once on PostgreSQL."""
    opened = Store(database_url, secret=SECRET)
    yield opened
    opened.close()


@pytest.fixture
def settled_url(engine: str, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the small world in it (tests/kit/world.py), this test's own."""
    from tests.kit import world  # loads nearly the whole product; most tests need less

    if engine == "sqlite":
        yield templates.sqlite(tmp_path / "world.sqlite3", name="world", prepare=world.settle)
        return
    with templates.postgres(name="world", prepare=world.settle) as url:
        yield url


@pytest.fixture
def settled(settled_url: str) -> Iterator[Store]:
    """A store with the small world in it: units, people bound to a platform, the example circulars."""
    opened = Store(settled_url, secret=SECRET)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at a working Thursday morning until it is moved."""
    return Clock()
