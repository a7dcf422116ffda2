"""Passages: what a look-up returns, sentences under their headings, one table row, one article."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from knowledge.reading.document import Passage, Section, Table

LIMIT = 500  # characters of a passage's text
_AIM = 260  # a passage is closed at the first sentence after so many characters
WHOLE = 320  # a section as short as this is one passage
_HEADINGS = 110  # characters of headings in front of the sentences

_SENTENCE = re.compile(r"[^。！？\n]*(?:[。！？]+[”’》）)]*|\n|$)")
_CLAUSE = re.compile(r"[^；;]*(?:[；;]+[”’》）)]*|$)")
_STEP = re.compile(
    r"[一二三四五六七八九十](?:是|要)|[（(]\d{1,2}[)）]|[①-⑳]|\d{1,2}[、.．](?!\d)|第[一二三四五六七八九十][，,]"
)


def read_passages(
    text: str, sections: Sequence[Section], tables: Sequence[Table], cuts: Sequence[int]
) -> tuple[Passage, ...]:
    """The passages of a circular; `cuts` are further places where one ends (title, signature)."""
    passages: list[Passage] = []
    edges = sorted({0, len(text), *cuts, *(section.start for section in sections)})
    left = list(reversed(tables))
    for (start, end), path in zip(itertools.pairwise(edges), _paths(sections, edges), strict=False):
        own = path[-1] if path and path[-1].start == start else None
        # A heading with nothing under it but further headings, which repeat it, is no passage.
        bare = own is not None and end < own.end and not text[own.body_start : end].strip()
        at = start
        while left and left[-1].start < end:
            table = left.pop()
            passages += _prose(text, at, table.start, path, own if at == start else None)
            passages += _rows(table, path)
            at = max(at, table.end)
        if not bare:
            passages += _prose(text, at, end, path, own if at == start else None)
    return tuple(
        Passage(place, passage.place, passage.article, passage.text, passage.start, passage.end)
        for place, passage in enumerate(passages)
    )


def _paths(sections: Sequence[Section], edges: Sequence[int]) -> Iterator[list[Section]]:
    """The sections open at each of the rising edges, the outermost first."""
    waiting = list(reversed(sections))
    path: list[Section] = []
    for edge in edges:
        while waiting and waiting[-1].start <= edge:
            section = waiting.pop()
            path = [outer for outer in path if outer.level < section.level and section.start < outer.end]
            path.append(section)
        path = [section for section in path if edge < section.end]
        yield path


def _prose(text: str, start: int, end: int, path: list[Section], own: Section | None) -> Iterator[Passage]:
    """Passages of running text; `own` is the section that begins at `start`, if one does."""
    if not text[start:end].strip():
        return
    place = path[-1].place if path else ""
    for first, last in groups(text, start, end, LIMIT - _HEADINGS - 1):
        heading = headings(path[:-1] if own is not None and first == start else path)
        body = text[first:last].strip()
        if body:
            lead = len(text[first:last]) - len(text[first:last].lstrip())
            yield Passage(
                0, place, None, f"{heading}\n{body}" if heading else body, first + lead, first + lead + len(body)
            )


def headings(path: Sequence[Section]) -> str:
    """The headings a passage stands under, on one line, the nearest kept when there is not room for all."""
    named = [section for section in path if section.heading or section.level == 0]
    parts = [f"{section.label}{section.heading}".strip() for section in named]
    # The whole title of an issued plan says what every passage of it would say: it only drowns the words that differ.
    parts = [part for section, part in zip(named, parts, strict=True) if section.level or len(part) <= 24]
    line = ""
    for part in reversed(parts):
        if len(line) + len(part) + 1 > _HEADINGS:
            break
        line = f"{part} {line}".strip()
    return line


def groups(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Spans of whole sentences, about 260 characters each, none over `limit`; longer ones are cut at a comma."""
    if end - start <= min(limit, WHOLE):
        yield start, end
        return
    first = start
    at = start
    for low, high in _sentences(text, start, end, limit):
        size = at - first
        full = size and (high - first > limit or size >= _AIM)
        turn = size >= _AIM // 2 and _STEP.match(text, low + len(text[low:high]) - len(text[low:high].lstrip()))
        if full or turn:
            yield first, at
            first = low
        at = high
    if at > first:
        yield first, at


def _sentences(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Whole sentences; at a semicolon only where a numbered step follows or the sentence is too long for a passage."""
    at = start
    while at < end:
        match = _SENTENCE.match(text, at, end)
        stop = match.end() if match and match.end() > at else end
        long = stop - at > limit
        first = at
        while at < stop:
            clause = _CLAUSE.match(text, at, stop)
            last = clause.end() if clause and clause.end() > at else stop
            if last == stop or long or _STEP.match(text, last):
                yield from _pieces(text, first, last, limit)
                first = last
            at = last


def _pieces(text: str, at: int, stop: int, limit: int) -> Iterator[tuple[int, int]]:
    while stop - at > limit:
        cut = max(text.rfind(mark, at, at + limit) for mark in "，,、 ") + 1
        cut = cut if cut > at else at + limit
        yield at, cut
        at = cut
    yield at, stop


def _rows(table: Table, path: list[Section]) -> list[Passage]:
    """One passage a row: 列名：值, the table's title in front."""
    place = path[-1].place if path else ""
    title = table.title or (headings(path[-1:]) if path else "")
    found = []
    for row in table.rows:
        named = [
            f"{column}：{cell.text}" if column else cell.text
            for column, cell in zip(table.columns, row.cells, strict=False)
            if cell.text
        ]
        body = "；".join(named)
        where = f"{place} 表第{row.cells[0].text}行".strip() if row.cells[0].text.isdigit() else place
        head = f"{title[:80]}\n" if title else ""
        room = LIMIT - len(head)
        if len(body) <= room:
            found.append(Passage(0, where, None, head + body, row.start, row.end))
            continue
        # A row too long for one passage: its short cells go with every piece of the long ones.
        short = "；".join(part for part in named if len(part) <= 40)[: room // 2]
        for part in (part for part in named if len(part) > 40):
            for first, last in groups(part, 0, len(part), room - len(short) - 1):
                found.append(Passage(0, where, None, f"{head}{short}；{part[first:last]}"[:LIMIT], row.start, row.end))
    return found
