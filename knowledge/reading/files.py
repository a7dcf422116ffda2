"""Files by content: which reader takes them, and what is refused and why."""

from __future__ import annotations

from pathlib import Path

from knowledge.reading.document import Document
from knowledge.reading.structure import read_text


class Unreadable(Exception):
    """A file or a part of it could not be read: `path`, `place` (整个文件, 第3页, 第12行), `reason` in Chinese."""

    def __init__(self, path: Path, place: str, reason: str) -> None:
        super().__init__(f"{path.name}（{place}）：{reason}")
        self.path, self.place, self.reason = path, place, reason


def read_file(path: Path) -> Document:
    """Read a file."""
    return read_text(path.name, path.read_bytes().decode("utf-8"))
