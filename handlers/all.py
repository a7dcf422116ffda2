"""Finds the slices: every `handlers.<slice>.chat` ends in a `router`."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

import handlers
from handlers.dialog.router import Router

#: Slices whose glance or commands go before the others'; the rest follow by name.
FIRST = ("cases", "start", "reports", "duties", "reminders", "broadcasts", "circulars", "policies")


def routers() -> list[Router]:
    """The routers of all slices, in the order in which they are asked."""
    found: dict[str, Router] = {}
    for package in pkgutil.iter_modules(handlers.__path__, "handlers."):
        if not package.ispkg or package.name == "handlers.dialog":
            continue
        spec = importlib.util.find_spec(f"{package.name}.chat")
        if spec is not None:
            router = importlib.import_module(f"{package.name}.chat").router
            assert isinstance(router, Router)
            found[router.name] = router
    order = [name for name in FIRST if name in found] + sorted(set(found) - set(FIRST))
    return [found[name] for name in order]
