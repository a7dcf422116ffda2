"""The original beside the clean text: kept packed, shown again (原文), read again as it is understood today."""

from __future__ import annotations

import zlib
from array import array

from knowledge.reading.document import Document
from knowledge.reading.structure import read_text
from storage.circulars import Circular


def packed_map(document: Document) -> bytes:
    """Where each character of the clean text begins and ends in the original; empty where it is the original."""
    starts, ends = document.cleaned.starts, document.cleaned.ends
    if starts is None or ends is None:
        return b""
    return zlib.compress(array("I", starts).tobytes() + array("I", ends).tobytes())


def original_text(circular: Circular, start: int, end: int) -> str:
    """The stretch of the original from which clean `start:end` was made (原文)."""
    original = zlib.decompress(circular.original).decode() if circular.original else circular.text
    if circular.offsets:
        numbers = array("I")
        numbers.frombytes(zlib.decompress(circular.offsets))
        half = len(numbers) // 2
        if start >= half or end <= start:
            return ""
        start, end = numbers[start], numbers[half + min(end, half) - 1]
    return original[start:end]


def read_again(circular: Circular) -> Document | None:
    """The document as it is understood today, from the kept original; None for records, which have none."""
    if not circular.original:
        return None
    return read_text(circular.source_name, zlib.decompress(circular.original).decode())
