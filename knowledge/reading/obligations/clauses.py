"""Sentences and their comma-separated chunks, blind to what stands in brackets, titles and quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

RHYTHM = re.compile(r"、(?=每(?:个?月|周|季|半?年|学期|天|日|旬))")
#: 主席每月15日、分管副主席每月第一个周一: another party with a rhythm of its own.
OTHER_RHYTHM = re.compile(r"、[\u4e00-\u9fff（）()]{2,14}?每(?:个?月|周|季度?|半?年)(?:末月?)?(?:第|\d)")
OPENING = {"（": "）", "(": ")", "《": "》", "<": ">", "“": "”", "【": "】", "‘": "’", "〔": "〕"}
LONGEST_BRACKET = 90  # characters; a bracket that closes later is damage, not a bracket
LABEL = re.compile(
    r"[\s　]*(?:"
    r"[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]、?|"
    r"\d{1,2}[、.．](?!\d(?!\d?[月日]))|\d{1,2}[)）]|[①-⑳]|"
    r"第[一二三四五六七八九十][，、]|"
    r"第[一二三四五六七八九十百]{1,4}条[\s　]+|[一二三四五六七八九十](?:是|要(?!求))|[●•·■◆*—-]{1,2}(?=[^\d])"
    r")[\s　]*"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence (or a part of one up to a semicolon) and its chunks, as offsets into the clean text."""

    start: int
    end: int
    chunks: tuple[tuple[int, int], ...]


def shaded(text: str) -> bytearray:
    """One byte a character: 1 inside brackets or quotation marks, where a comma or full stop divides nothing.

    A quotation that itself says how often something is to be done (“每月读书，每季写心得”) is read like open text.
    """
    marks = bytearray(len(text))
    position = 0
    size = len(text)
    while position < size:
        closing = OPENING.get(text[position])
        if closing is None:
            position += 1
            continue
        limit = min(size, position + LONGEST_BRACKET)
        end = text.find(closing, position + 1, limit)
        line_end = text.find("\n", position + 1, limit)
        if end < 0 or (0 <= line_end < end):
            position += 1
            continue
        inner = text[position + 1 : end]
        if text[position] == "“" and inner.count("每") > 1 and ("，" in inner or "," in inner):
            position = end + 1
            continue
        marks[position : end + 1] = b"\x01" * (end + 1 - position)
        position = end + 1
    return marks


def _is_comma(text: str, position: int) -> bool:
    character = text[position]
    if character == "，":
        return True
    if character == "、" and OTHER_RHYTHM.match(text, position):
        return True
    if character == "、" and text[position - 1 : position] not in "月周季度年日天旬末底初前":
        return RHYTHM.match(text, position) is not None
    return character == "," and not (
        0 < position < len(text) - 1 and text[position - 1].isdigit() and text[position + 1].isdigit()
    )


def sentences(text: str, start: int, end: int, marks: bytearray) -> Iterator[Sentence]:
    """The sentences of one line `start:end`, labels such as 1. and （一） and 一是 left out."""
    first = start
    position = start
    while position <= end:
        stop = position == end or (text[position] in "。！？；;!?" and not marks[position])
        if stop:
            found = _sentence(text, first, position, marks)
            if found is not None:
                yield found
            first = position + 1
        position += 1


def _sentence(text: str, start: int, end: int, marks: bytearray) -> Sentence | None:
    label = LABEL.match(text, start, end)
    if label is not None:
        start = label.end()
    while start < end and text[start] in " \t　，,、：:":
        start += 1
    while end > start and text[end - 1] in " \t　":
        end -= 1
    if end - start < 3:
        return None
    chunks: list[tuple[int, int]] = []
    first = start
    for position in range(start, end + 1):
        if position == end or (not marks[position] and _is_comma(text, position)):
            if position > first:
                chunks.append((first, position))
            first = position + 1
    return Sentence(start, end, tuple(chunks))
