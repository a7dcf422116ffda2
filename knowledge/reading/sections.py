"""The numbered parts of a circular: 一、（一）1.（1）, and the unnumbered parts that hold several of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.reading.document import Section
from knowledge.reading.head import ends_like_title
from knowledge.reading.lines import Line, is_organisation

_NUMERAL = "[一二三四五六七八九十百]{1,4}"
_LEVELS = (
    (1, re.compile(rf"{_NUMERAL}\s*[、．.](?=\S)|第{_NUMERAL}章\s*")),
    (2, re.compile(rf"[（(]\s*{_NUMERAL}\s*[)）]\s*[、．.]?")),
    (3, re.compile(rf"第{_NUMERAL}条(?:之[一二三四五])?\s*")),
    (3, re.compile(r"\d{1,2}\s*[、．.]\s*(?!\d)|\d{1,2}\s+(?=[\u4e00-\u9fff])")),
    (4, re.compile(r"[（(]\s*\d{1,2}\s*[)）]\s*[、．.]?|\d{1,2}[)）]|[①-⑳]\s*")),
    (5, re.compile(r"[一二三四五六七八九十]{1,2}(?:是|要)(?=\S)|第[一二三四五六七八九十]{1,2}[，,、]")),
)
_PART = re.compile(
    r"附\s*件\s*[\d一二三四五六七八九十]{0,3}\s*[:：]?(?:\s*\S{0,40})?$|第[一二三四五六七八九十]{1,3}部分(?:[、：:\s]*\S{0,40})?$|"
    r"(?:20\d\d|20\d?\*|\*+|上|今|明|去|下半|上半|全|下|本)年(?:度|上半年|下半年)?(?!\d).{0,16}(?:回顾|总结|任务|打算|计划|思路|安排|要点|工作|情况|目标)$"
)
_HEADING = 42  # a longer first sentence is text, not a heading


@dataclass(frozen=True, slots=True)
class _Open:
    level: int
    label: str
    heading: str
    start: int
    body_start: int


def read_sections(
    text: str, lines: list[Line], body: int, skipped: Sequence[tuple[int, int]], stops: Sequence[int]
) -> tuple[Section, ...]:
    """The sections of the lines from index `body` on.

    `skipped` are spans without sections (tables, signature), `stops` places at which every section ends.
    """
    found: list[_Open] = []
    for place in range(body, len(lines)):
        line = lines[place]
        if any(start <= line.start < end for start, end in skipped):
            continue
        section = _numbered(line) or _part(lines, place, stops)
        if section is not None:
            found.append(section)
    return tuple(_closed(found, len(text), stops))


def _numbered(line: Line) -> _Open | None:
    for level, pattern in _LEVELS:
        match = pattern.match(line.text)
        if match is None or match.end() >= len(line.text):
            continue
        label = re.sub(r"\s", "", match.group())
        rest = line.text[match.end() :]
        heading = _heading(rest)
        body_start = line.start + match.end() + (len(heading) if heading else 0)
        return _Open(level, label, heading.strip().rstrip("。：:；;"), line.start, body_start)
    return None


def _heading(rest: str) -> str:
    """The heading with which a numbered line begins, "" if it begins with text."""
    match = re.match(rf"[^。；;！？\n]{{1,{_HEADING}}}?(?:[。]|[：:](?=[^\d])|[：:]?$)", rest)
    if match is None:
        return ""
    heading = match.group()
    # 「1、各级妇联要于3月5日前报送。」 is a sentence: a heading neither counts nor dates.
    if heading.endswith("。") and len(heading) > 26 and re.search(r"[，,].*[，,]|\d", heading):
        return ""
    return heading


def _part(lines: list[Line], place: int, stops: Sequence[int]) -> _Open | None:
    """An unnumbered heading that begins a part: 2014年主要任务, 附件2, the title of what is being issued."""
    line = lines[place]
    if len(line.text) > 60 or re.search(r"[。，；]", line.text) or "\t" in line.text:
        return None
    annex = re.fullmatch(r"附\s*件\s*[\d一二三四五六七八九十]{0,3}\s*[:：]?", line.text)
    if annex is None and re.match(r"附\s*件?\s*\d*\s*[:：]", line.text):
        return None
    after_stop = any(lines[place - 1].end <= stop <= line.start for stop in stops) if place else False
    if annex or after_stop:
        title, last = _part_title(lines, place + 1 if annex else place)
        if annex or title:
            label = re.sub(r"[\s:：]", "", line.text) if annex else ""
            return _Open(0, label, title, line.start, lines[last].start if last < len(lines) else line.end)
    if _PART.match(line.text) and not re.match(r"附", line.text):
        return _Open(0, "", line.text.rstrip("：:"), line.start, line.end)
    return None


def _part_title(lines: list[Line], place: int) -> tuple[str, int]:
    """The title over several lines that begins at `place`, "" if none does, and the line after it."""
    title = ""
    for at in range(place, min(place + 4, len(lines))):
        text = lines[at].text
        if (
            re.search(r"[。，；：:\t]", text)
            or len(title) + len(text) > 90
            or (is_organisation(text) and not title and ends_like_title(text) is False)
        ):
            break
        title += text
        if ends_like_title(title):
            return title, at + 1
    return "", place


def _closed(found: list[_Open], text_end: int, stops: Sequence[int]) -> list[Section]:
    """Sections with their ends and places."""
    borders = sorted(stops)
    ends = [text_end] * len(found)
    places: list[str] = []
    path: list[int] = []  # indexes of the sections open at this point, the outermost first
    for at, section in enumerate(found):
        while path and (found[path[-1]].level >= section.level or ends[path[-1]] <= section.start):
            ends[path[-1]] = min(ends[path[-1]], section.start)
            path.pop()
        border = bisect_right(borders, section.start)
        ends[at] = borders[border] if border < len(borders) else text_end
        path.append(at)
        places.append(_place([found[outer] for outer in path]))
    return [
        Section(one.level, one.label, one.heading, one.start, end, place, min(one.body_start, end))
        for one, end, place in zip(found, ends, places, strict=True)
    ]


def _place(path: Sequence[_Open]) -> str:
    place = ""
    for section in path:
        if section.level == 0:
            name = section.label or section.heading  # a whole title would drown the numbers after it
            place += f"{name} " if len(name) <= 20 or len(path) == 1 else ""
        elif section.level == 3:
            bare = re.sub(r"[、．.]|\s", "", section.label)
            place += f"{bare}." if bare.isdigit() else bare
        else:
            place += section.label
    return place.strip()
