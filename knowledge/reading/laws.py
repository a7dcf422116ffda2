"""Laws: 编, 章, 节, 条, 款, 项, the version by its date, one passage an article."""

from __future__ import annotations

import re

from knowledge.reading.document import Passage, Section
from knowledge.reading.lines import DATE, Line, iso_date
from knowledge.reading.passages import LIMIT, groups

_NUMERAL = "[一二三四五六七八九十百千零〇两\\d]+"
ARTICLE = re.compile(rf"(第{_NUMERAL}条(?:之[一二三四五六七八九十]+)?)(?=[\s\u3000：:]|【|[\u4e00-\u9fff“《（(])")
_PARTS = (
    (0, re.compile(rf"(第{_NUMERAL}(?:编|分编))(?:\s+|$)(.*)$")),
    (1, re.compile(rf"(第{_NUMERAL}章)\s*(.*)$")),
    (2, re.compile(rf"(第{_NUMERAL}节)\s*(.*)$")),
)
_ITEM = re.compile(r"[（(][一二三四五六七八九十]+[)）]")


def is_law(lines: list[Line]) -> bool:
    """Whether a text is written in articles: three lines that begin 第…条, the first of them 第一条 or one after it."""
    articles = [line for line in lines if ARTICLE.match(line.text)]
    return len(articles) >= 3 and len(articles) * 12 >= len(lines)


def first_article(lines: list[Line]) -> int:
    """The index of the line at which the text proper begins; a table of contents before it is no text."""
    first = next((place for place, line in enumerate(lines) if ARTICLE.match(line.text)), len(lines))
    lowest = 3
    while first > 0:
        level = next((level for level, pattern in _PARTS if pattern.match(lines[first - 1].text)), 3)
        if level >= lowest:
            break
        lowest, first = level, first - 1
    return first


def law_version(lines: list[Line], upto: int) -> str | None:
    """The date of the version: the latest one in the note under the title (通过, 修订, 修正, 公布)."""
    note = "\n".join(line.text for line in lines[: min(upto, 30)])
    passed = []
    for match in DATE.finditer(note):
        after = note[match.end() : match.end() + 80]
        if not re.match(r"[^，,；;。\n]{0,4}起?(?:施行|实施)", after):
            passed.append(iso_date(match))
    return max((date for date in passed if date), default=None)


def law_sections(lines: list[Line], text_end: int) -> tuple[Section, ...]:
    """编 (0), 章 (1), 节 (2), 条 (3), 款 (4), 项 (5) with their places: 第八章 第七十条 第一款（二）."""
    found: list[tuple[int, str, str, int, int]] = []
    clause = 0
    for line in lines:
        part = next(
            (
                (level, match)
                for level, pattern in _PARTS
                if (match := pattern.match(line.text)) and len(line.text) < 50
            ),
            None,
        )
        if part is not None:
            level, match = part
            found.append((level, match.group(1), match.group(2).strip(), line.start, line.end))
            continue
        article = ARTICLE.match(line.text)
        if article is not None:
            heading = re.match(r"\s*[【（\[]([^】）\]]{2,30})[】）\]]", line.text[article.end() :])
            start = line.start + article.end() + (heading.end() if heading else 0)
            found.append((3, article.group(1), heading.group(1) if heading else "", line.start, start))
            rest = line.text[start - line.start :]
            found.append((4, "第一款", "", start + len(rest) - len(rest.lstrip()), start))
            clause = 1
        elif clause and _ITEM.match(line.text):
            item = _ITEM.match(line.text)
            assert item is not None
            found.append((5, item.group(), "", line.start, line.start + item.end()))
        elif clause:
            clause += 1
            found.append((4, f"第{_chinese(clause)}款", "", line.start, line.start))
    return tuple(_with_places(found, text_end))


def _with_places(found: list[tuple[int, str, str, int, int]], text_end: int) -> list[Section]:
    sections = []
    path: list[tuple[int, str]] = []
    ends: list[int] = [text_end] * len(found)
    open_at: list[int] = []
    for at, (level, _, _, start, _) in enumerate(found):
        while open_at and found[open_at[-1]][0] >= level:
            ends[open_at.pop()] = start
        open_at.append(at)
    for at, (level, label, heading, start, body_start) in enumerate(found):
        path = [outer for outer in path if outer[0] < level]
        path.append((level, label))
        place = "".join(part if own == 5 else f" {part}" for own, part in path).strip()
        sections.append(Section(level, label, heading, start, ends[at], place, max(start, min(body_start, ends[at]))))
    return sections


def law_passages(text: str, sections: tuple[Section, ...], body_start: int) -> tuple[Passage, ...]:
    """A passage an article, several for one over 500 characters; what stands before the first article is one too."""
    passages: list[Passage] = []
    if text[:body_start].strip():
        head = text[:body_start].strip()[:LIMIT]
        passages.append(Passage(0, "", None, head, 0, len(head)))
    for section in sections:
        if section.level != 3:
            continue
        own = text[section.start : section.end]
        body_end = section.start + len(own.rstrip())
        for first, last in _pieces(text, section.start, body_end):
            piece = text[first:last].strip()
            if not piece:
                continue
            lead = "" if first == section.start else f"{section.label}（续） "
            passages.append(Passage(len(passages), section.place, section.label, lead + piece, first, last))
    return tuple(passages)


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [(start, end)] if end - start <= LIMIT else list(groups(text, start, end, LIMIT - 20))


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens % 10]) + "十" + (digits[ones] if ones else "")
