"""Plain text by content: UTF-8 with and without mark, UTF-16, GB18030; and Markdown without its marks."""

from __future__ import annotations

import codecs
import re

from knowledge.reading import texts
from knowledge.reading.files import Refused


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file and what has to be said about it. A byte order mark stays, so that offsets count it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace"), ()
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        if len(content) > 40 and error.start >= len(content) - 3:
            return content[: error.start].decode("utf-8"), (texts.TAIL_LOST,)
    wide = _wide(content)
    if wide:
        return content.decode(wide, errors="replace"), ()
    if content.count(0) > len(content) // 1000:
        raise Refused(texts.UNKNOWN_KIND)
    for encoding in ("gb18030", "big5"):
        try:
            return content.decode(encoding), ()
        except UnicodeDecodeError as error:
            if encoding == "gb18030" and error.start >= len(content) - 3 and len(content) > 40:
                return content[: error.start].decode(encoding), (texts.TAIL_LOST,)
    best = min((content.decode(encoding, errors="replace") for encoding in ("utf-8", "gb18030")), key=_broken)
    if _broken(best) * 20 > len(best):
        raise Refused(texts.NOT_UTF8)
    return best, ()


def _broken(text: str) -> int:
    return text.count("\ufffd")


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: line feeds, blanks and ASCII show a zero byte at every other place."""
    sample = content[:20_000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 2 or len(content) % 2:
        return None
    if even and odd and min(even, odd) * 4 > max(even, odd):
        return None
    encoding = "utf-16-be" if even > odd else "utf-16-le"
    text = sample[: len(sample) // 2 * 2].decode(encoding, errors="replace")
    common = sum(
        "\u4e00" <= letter <= "\u9fff" or letter.isascii() or letter in "，。、；：“”（）《》" for letter in text
    )
    return encoding if common * 10 > len(text) * 8 else None


_MARKUP = (
    (re.compile(r"(?m)^(?:```|~~~).*$\n?"), ""),
    (re.compile(r"(?m)^ {0,3}#{1,6}\s+(.*?)\s*#*$"), r"\1"),
    (re.compile(r"(?m)^ {0,3}>\s?"), ""),
    (re.compile(r"(?m)^ {0,3}(?:[-*_] ?){3,}$"), ""),
    (re.compile(r"(?m)^(\s*)[-*+]\s+(?=\S)"), r"\1"),
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![*\w])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![*\w年])"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)


def markdown_text(text: str) -> str:
    """Markdown without its marks; tables keep their pipes."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text
