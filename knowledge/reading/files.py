"""Files by content: which reader takes them, and what is refused and why."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

from knowledge.reading import texts
from knowledge.reading.document import Document
from knowledge.reading.structure import read_text

MAX_BYTES = 60 * 1024 * 1024  # of a document; bulk records are streamed and have no limit
MAX_UNPACKED = 200 * 1024 * 1024  # of everything in a zip container together

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")


class Unreadable(Exception):
    """A file or a part of it could not be read: `path`, `place` (整个文件, 第3页, 第12行), `reason` in Chinese."""

    def __init__(self, path: Path, place: str, reason: str) -> None:
        super().__init__(f"{path.name}（{place}）：{reason}")
        self.path, self.place, self.reason = path, place, reason


class Refused(Exception):
    """Raised inside the readers; `read_file` says which file it was."""

    def __init__(self, reason: str, place: str = texts.WHOLE) -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


def read_file(path: Path) -> Document:
    """Read a txt, md, html, docx or pdf file, told apart by content.

    Raises `Unreadable` for what cannot be read at all; what was left out of a readable file stands in `warnings`.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(
                path, texts.WHOLE, texts.TOO_LARGE.format(size=_megabytes(size), limit=_megabytes(MAX_BYTES))
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(path, texts.WHOLE, texts.MISSING) from None
    except OSError as error:
        raise Unreadable(path, texts.WHOLE, texts.CANNOT_OPEN.format(reason=error.strerror or error)) from None
    return read_bytes(path.name, content)


def read_bytes(name: str, content: bytes) -> Document:
    """Read a file's content, as `read_file` does; `name` is the file's name."""
    path = Path(name)
    if len(content) > MAX_BYTES:
        raise Unreadable(
            path, texts.WHOLE, texts.TOO_LARGE.format(size=_megabytes(len(content)), limit=_megabytes(MAX_BYTES))
        )
    try:
        return _read(path, content)
    except Refused as refused:
        raise Unreadable(path, refused.place, refused.reason) from refused
    except (
        MemoryError,
        RecursionError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        OSError,
        AssertionError,
    ) as error:
        # A damaged file can break a reader's library anywhere; the file is named and the rest goes on.
        raise Unreadable(path, texts.WHOLE, texts.CANNOT_OPEN.format(reason=type(error).__name__)) from error


def _read(path: Path, content: bytes) -> Document:
    start = content[:1024]
    suffix = path.suffix.lower()
    if not content.strip(b"\x00 \r\n\t\xef\xbb\xbf\xfe\xff"):
        raise Refused(texts.EMPTY)
    if b"%PDF-" in start:
        from knowledge.reading.pdf import pdf_text

        text, pages, warnings = pdf_text(content)
        return replace(read_text(path.name, text, warnings=warnings), pages=pages)
    if start.startswith(b"PK"):
        return _read_zip(path, content)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        # Word with a password is an OLE container too; its stream names are written in UTF-16.
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        kinds = {".wps": texts.OLD_WPS, ".wpt": texts.OLD_WPS, ".xls": texts.SPREADSHEET, ".et": texts.SPREADSHEET}
        raise Refused(texts.ENCRYPTED if encrypted else kinds.get(suffix, texts.OLD_WORD))
    if start.startswith(_PICTURES):
        raise Refused(texts.PICTURE)
    if start.startswith(b"{\\rtf"):
        raise Refused(texts.RTF)
    from knowledge.reading.plain import decode, markdown_text

    text, warnings = decode(content)
    opening = text[:2000].lstrip("\ufeff \r\n\t").lower()
    if (
        suffix in (".html", ".htm", ".xhtml", ".mht")
        or opening.startswith(("<!doctype html", "<html", "<?xml"))
        or "<body" in opening
    ):
        from knowledge.reading.html import html_text

        text = html_text(text)
    elif suffix in (".md", ".markdown"):
        text = markdown_text(text)
    return read_text(path.name, text, warnings=warnings)


def _read_zip(path: Path, content: bytes) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, EOFError):
        raise Refused(texts.TRUNCATED) from None
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or len(entries) > 10_000:
        raise Refused(texts.ZIP_BOMB.format(size=_megabytes(unpacked), limit=_megabytes(MAX_UNPACKED)))
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(texts.ENCRYPTED)
    if path.suffix.lower() in (".docm", ".dotm") or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(texts.MACRO)
    if "OFD.xml" in names:
        raise Refused(texts.OFD)
    if any(name.startswith("xl/") for name in names):
        raise Refused(texts.SPREADSHEET)
    if "word/document.xml" not in names:
        raise Refused(texts.UNKNOWN_KIND)
    from knowledge.reading.word import docx_text

    text, warnings = docx_text(content)
    return read_text(path.name, text, warnings=warnings)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB"
