"""PDF by its text layer: lines put together from characters, paragraphs from lines, running heads dropped."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from knowledge.reading import texts
from knowledge.reading.columns import Row, in_columns
from knowledge.reading.files import Refused

_PAGES = 1000  # of one document; more is no circular
_NUMBER = re.compile(r"[-—－–·•\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／,，]?\s*(?:共\s*)?\d{1,4}\s*页?)?[-—－–·•\s]*")

_WORD_END = re.compile(r"(?:^|[^A-Za-z@./:_-])[A-Za-z]+$")  # a line that ends with a Latin word, not inside an address


@dataclass(slots=True)
class _Line:
    text: str
    left: float
    right: float
    size: float  # height of its characters in points
    page: int


def pdf_text(content: bytes) -> tuple[str, int, tuple[str, ...]]:
    """The text of a PDF, the number of its pages, and what was left out."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        reason = str(error).lower()
        raise Refused(texts.ENCRYPTED if "password" in reason or "security" in reason else texts.TRUNCATED) from None
    try:
        return _text(document)
    finally:
        document.close()


def _text(document: Any) -> tuple[str, int, tuple[str, ...]]:
    count = len(document)
    warnings: list[str] = []
    pages: list[list[_Line]] = []
    scans: list[int] = []
    for number in range(min(count, _PAGES)):
        try:
            page = document[number]
            lines = _lines(page, number)
            pictures = not lines and _has_picture(page)
        except pypdfium2.PdfiumError:
            warnings.append(texts.PAGE_UNREADABLE.format(page=number + 1))
            lines, pictures = [], False
        if sum(len(line.text) for line in lines) < 8 and (pictures or _has_picture(page)):
            scans.append(number + 1)
            lines = []
        pages.append(lines)
    if count > _PAGES:
        warnings.append(texts.TOO_MANY_PAGES.format(pages=count, limit=_PAGES))
    if not any(pages):
        raise Refused(texts.SCAN.format(pages=count) if scans else warnings[0] if warnings else texts.NO_TEXT)
    if scans:
        warnings.append(texts.SCAN_PAGES.format(pages="、".join(map(str, scans))))
    heads = _running_heads(pages)
    dropped = [text for text in heads if not _NUMBER.fullmatch(text)]
    warnings += [texts.RUNNING_HEADS.format(text=text[:30]) for text in dropped]
    secret = [line.text for line in pages[0] if re.match(r"绝密|机密|秘密|内部", line.text)] if pages else []
    kept = [[line for line in lines if line.text not in secret and not _is_head(line, lines, heads)] for lines in pages]
    return "\n".join([*secret, _paragraphs(kept)]), count, tuple(warnings)


def _has_picture(page: Any) -> bool:
    return any(found.type == raw.FPDF_PAGEOBJ_IMAGE for found in page.get_objects(max_depth=3))


# --- lines --------------------------------------------------------------------------------------------------------


def _lines(page: Any, number: int) -> list[_Line]:
    """The lines of a page from top to bottom; a wide gap inside a line is a tab."""
    text_page = page.get_textpage()
    handle = text_page.raw
    letters: Row = []
    box = raw.FS_RECTF()
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, index)
        letter = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code <= 0xDFFF else ""
        if letter in ("", "\r", "\n", "\ufffe", "\x02"):
            continue
        # The loose box is as high as the font and as wide as the advance, so marks sit on the line of their letters.
        if not raw.FPDFText_GetLooseCharBox(handle, index, box):
            continue
        letters.append((box.left, box.right, box.bottom, box.top, letter))
    rows: list[Row] = []
    middles: list[float] = []
    for letter_box in letters:
        height = letter_box[3] - letter_box[2]
        middle = (letter_box[3] + letter_box[2]) / 2
        # Characters come in drawing order: nearly always along the line last written to.
        place = next(
            (
                at
                for at in range(len(rows) - 1, max(-1, len(rows) - 60), -1)
                if abs(middles[at] - middle) <= max(3.0, height * 0.4)
            ),
            None,
        )
        if letter_box[4].isspace() and place is None:
            continue
        if place is None:
            rows.append([letter_box])
            middles.append(middle)
        else:
            rows[place].append(letter_box)
            if height > 4:
                middles[place] = (middles[place] + middle) / 2 if len(rows[place]) < 4 else middles[place]
    ordered = [row for _, row in sorted(zip(middles, rows, strict=True), key=lambda pair: -pair[0])]
    return [line for row in in_columns(ordered) if (line := _line(row, number)) is not None]


def _line(row: Row, number: int) -> _Line | None:
    row.sort(key=lambda box: box[0])
    solid = [box for box in row if not box[4].isspace()]
    if not solid:
        return None
    size = sorted(max(box[3] - box[2], box[1] - box[0]) for box in solid)[len(solid) // 2]
    text = ""
    edge = solid[0][0]
    for box in row:
        if box[4].isspace():
            continue
        gap = box[0] - edge
        if text and gap > 1.6 * size:
            text += "\t"
        elif text and gap > 0.28 * size and ((box[4].isascii() and text[-1].isascii()) or gap > 0.9 * size):
            text += " "
        text += box[4]
        edge = max(edge, box[1])
    return _Line(text, solid[0][0], edge, size, number)


# --- pages --------------------------------------------------------------------------------------------------------


def _running_heads(pages: list[list[_Line]]) -> set[str]:
    """Texts (figures as #) that stand at the top or bottom of at least half of the pages, and page numbers."""
    filled = [lines for lines in pages if lines]
    seen: Counter[str] = Counter()
    for lines in filled:
        edges = {_shape(line.text) for line in [*lines[:2], *lines[-2:]]}
        seen.update(edges)
    least = max(2, (len(filled) + 1) // 2)
    return {shape for shape, count in seen.items() if count >= least and len(filled) > 1 and len(shape) <= 60}


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", text))


def _is_head(line: _Line, lines: list[_Line], heads: set[str]) -> bool:
    at_edge = any(line is other for other in (*lines[:2], *lines[-2:]))
    marked = bool(re.search(r"\D", line.text)) or line in (lines[0], lines[-1])
    return at_edge and ((_shape(line.text) in heads) or (marked and bool(_NUMBER.fullmatch(line.text))))


def _paragraphs(pages: list[list[_Line]]) -> str:
    """Lines joined to paragraphs: a full line goes on in the next one unless that is indented."""
    lines = [line for page in pages for line in page]
    prose = [line for line in lines if "\t" not in line.text and len(line.text) > 12] or lines
    margin = sorted(line.left for line in prose)[len(prose) // 4]
    edge = sorted(line.right for line in prose)[len(prose) * 3 // 4]
    text = lines[0].text
    for before, line in itertools.pairwise(lines):
        size = max(before.size, line.size, 6.0)
        full = before.right >= edge - 1.6 * size and "\t" not in before.text
        flush = line.left <= margin + 1.2 * size and "\t" not in line.text
        alike = abs(before.size - line.size) <= 0.25 * size
        blank = " " if _WORD_END.search(before.text) and re.match(r"[A-Za-z]", line.text) else ""
        text += (blank if full and flush and alike else "\n") + line.text
    return text
