"""What every table is made of: cells as they stand, rows of one width, the title above."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.reading.document import Cell, Row, Table
from knowledge.reading.lines import Line, is_organisation

_TITLE = re.compile(r"(?:表|名单|清单|一览|台账|目录|安排|分配|计划|附件\s*\d*)[）)》”]?[:：]?$")
_BEFORE_TITLE = re.compile(
    r"附\s*件?\s*\d*\s*[:：]\s*|[一二三四五六七八九十]{1,3}、|"
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、]"
)


@dataclass(slots=True)
class Rough:
    """A cell as it stands: its paragraphs and where they are."""

    parts: list[str]
    start: int
    end: int

    @property
    def text(self) -> str:
        return "".join(self.parts)


def row_of(rough: list[Rough], width: int) -> Row:
    """A row of so many cells: what is left over joins the last, what is missing is empty."""
    cells = [_cell(cell) for cell in rough[:width]]
    for extra in rough[width:]:  # what is left over is not thrown away
        if extra.parts and cells:
            last = cells[-1]
            cells[-1] = Cell((last.text + " " + extra.text).strip(), (*last.parts, *extra.parts), last.start, extra.end)
    end = max((cell.end for cell in cells), default=0)
    cells += [Cell("", (), end, end)] * (width - len(cells))
    return Row(tuple(cells), cells[0].start, end)


def _cell(rough: Rough) -> Cell:
    """A cell whose lines are several short items keeps them apart; lines of one sentence are joined."""
    parts = [re.sub(r" {2,}", " ", part) for part in rough.parts if part]
    if len(parts) > 1 and all(len(part) <= 20 and not re.search(r"[。；，]$", part) for part in parts):
        items: list[str] = []
        for part in parts:
            if items and not _whole(items[-1]):
                items[-1] += part
            else:
                items.append(part)
        parts = items
    else:
        parts = ["".join(parts)] if parts else []
    return Cell("、".join(parts), tuple(parts), rough.start, rough.end)


def _whole(item: str) -> bool:
    """Whether an item is complete by itself: 市直系统有关 is not, 惠安县妇联 is."""
    return is_organisation(item) or not re.search(r"(?:有关|相关|各|和|及|与|、|的|县|市|区|（)$", item)


def title_above(lines: list[Line], place: int) -> str:
    """The title of a table that begins at line `place`, from the two lines above it; empty without one."""
    for line in reversed(lines[max(0, place - 2) : place]):
        if _TITLE.search(line.text) and len(line.text) <= 50 and not re.search(r"[。，]|如下|下表", line.text):
            if not re.fullmatch(r"附\s*件\s*\d*\s*[:：]?", line.text):
                return _BEFORE_TITLE.sub("", line.text).rstrip("：:")
        if not re.match(r"[（(].*[)）]$|单位[:：]|填报", line.text):
            break
    return ""


def table_of(lines: list[Line], place: int, columns: tuple[str, ...], rows: list[Row], notes: list[str]) -> Table:
    """The table that begins at line `place`, each note once."""
    note = "；".join(dict.fromkeys(notes))
    return Table(title_above(lines, place), columns, tuple(rows), lines[place].start, rows[-1].end, note)
