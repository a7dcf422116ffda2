"""Passages lately shown, ready to be judged and quoted: within a limit of bytes, for one state of the library."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from knowledge.retrieval.quote import sentences
from knowledge.text import Plain, normalise

#: Bytes of passages kept at most.
SHELF_BYTES = 24 * 1024 * 1024
#: What a character of a passage takes in all its forms, and what an entry takes besides.
_PER_CHARACTER, _PER_ENTRY = 9, 1_200


class Columns(Protocol):
    """What a passage's row has."""

    @property
    def id(self) -> int: ...
    @property
    def source_id(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def article(self) -> str: ...
    @property
    def text(self) -> str: ...


class Sentence(NamedTuple):
    """A sentence as it stands, and as it is compared."""

    text: str
    plain: Plain


class Shown:
    """A passage with its normalised forms, each made when it is first asked for."""

    __slots__ = ("_body", "_sentences", "row")

    def __init__(self, row: Columns) -> None:
        self.row = row
        self._body: Plain | None = None
        self._sentences: list[Sentence] | None = None

    @property
    def body(self) -> Plain:
        """The passage's own text, normalised."""
        if self._body is None:
            self._body = Plain(normalise(self.row.text))
        return self._body

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences of the passage in order."""
        if self._sentences is None:
            self._sentences = [Sentence(one, Plain(normalise(one))) for one in sentences(self.row.text)]
        return self._sentences

    def said(self, title: str) -> Plain:
        """What the passage says under its title, normalised: title, place, text."""
        return Plain(f"{normalise(title)}\n{normalise(self.row.place)}\n{self.body}")


class Shelf:
    """Passages by id; the least lately used go first. Shared by threads, thrown away when the library changes."""

    def __init__(self, limit: int = SHELF_BYTES) -> None:
        self._limit = limit
        self._bytes = 0
        self._held: OrderedDict[int, Shown] = OrderedDict()
        self._lock = threading.Lock()

    def fetch(self, wanted: Iterable[int], read: Callable[[list[int]], Mapping[int, Columns]]) -> dict[int, Shown]:
        """The passages that exist of those wanted; `read` is asked for those that are not on the shelf."""
        found: dict[int, Shown] = {}
        missing: list[int] = []
        with self._lock:
            for key in wanted:
                if (one := self._held.get(key)) is None:
                    missing.append(key)
                else:
                    self._held.move_to_end(key)
                    found[key] = one
        if missing:
            fresh = {key: Shown(row) for key, row in read(missing).items()}
            found |= fresh
            with self._lock:
                for key, one in fresh.items():
                    if key not in self._held:
                        self._held[key] = one
                        self._bytes += _size(one)
                while self._bytes > self._limit and self._held:
                    self._bytes -= _size(self._held.popitem(last=False)[1])
        return found


def _size(one: Shown) -> int:
    return _PER_ENTRY + _PER_CHARACTER * len(one.row.text)
