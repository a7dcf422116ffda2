"""Word documents: paragraphs with their automatic numbers, tables as tabbed rows, what the header says."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from knowledge.reading import texts
from knowledge.reading.files import Refused
from knowledge.reading.numbering import Numbering
from knowledge.reading.numbers import find_doc_numbers

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def docx_text(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a .docx and what was left out of it."""
    try:
        document = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError, EOFError, OSError):
        raise Refused(texts.TRUNCATED) from None
    numbering = Numbering(document)
    lines, warnings = _headers(document)
    lines += _blocks(document.element.body, numbering)
    if (
        document.element.body.iter(f"{_W}drawing")
        and next(document.element.body.iter(f"{_W}drawing"), None) is not None
    ):
        warnings.append(texts.FIELD_LEFT_OUT)
    text = "\n".join(lines)
    if not text.strip():
        raise Refused(texts.NO_TEXT)
    return text, tuple(warnings)


def _headers(document: docx.document.Document) -> tuple[list[str], list[str]]:
    """The header's lines that belong to the document (red head, number, secrecy mark), and warnings about others."""
    kept: list[str] = []
    warnings: list[str] = []
    for section in document.sections:
        for header in (section.first_page_header, section.header):
            for element in header._element.iter(f"{_W}p"):
                line = _plain(element).strip()
                if not line or line in kept or re.fullmatch(r"[-—\s\d/第页共]*", line):
                    continue
                if line.endswith("文件") or find_doc_numbers(line) or re.match(r"绝密|机密|秘密|内部", line):
                    kept.append(line)
                else:
                    warnings.append(texts.HEADER_LEFT_OUT.format(text=line[:30]))
    return kept, list(dict.fromkeys(warnings))


def _blocks(parent: etree._Element, numbering: Numbering) -> Iterator[str]:
    """Paragraphs and tables in order, also those inside content controls."""
    for element in parent:
        if element.tag == f"{_W}p":
            yield from _paragraph(element, numbering)
        elif element.tag == f"{_W}tbl":
            yield from _table(element, numbering)
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}smartTag", f"{_W}customXml", f"{_W}ins"):
            yield from _blocks(element, numbering)


def _paragraph(element: etree._Element, numbering: Numbering) -> Iterator[str]:
    """A paragraph's lines; a text box anchored in it (often the red head) comes first."""
    for box in element.iter(f"{_W}txbxContent"):
        if not _inside(box, _FALLBACK, element):
            yield from _blocks(box, numbering)
    yield numbering.label(element) + _plain(element)


def _inside(element: etree._Element, tag: str, upto: etree._Element) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not upto:
        if parent.tag == tag:
            return True
        parent = parent.getparent()
    return False


def _plain(paragraph: etree._Element) -> str:
    """The text of a paragraph's runs, tracked insertions included and deletions not."""
    pieces = []
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if element.tag in (
            f"{_W}txbxContent",
            _FALLBACK,
            f"{_W}del",
            f"{_W}moveFrom",
            f"{_W}pPr",
            f"{_W}rPr",
            f"{_W}instrText",
        ):
            continue
        if element.tag == f"{_W}t":
            pieces.append(element.text or "")
        elif element.tag in (f"{_W}tab", f"{_W}ptab"):
            pieces.append("  ")  # a tab in a paragraph is space; only tables have cells
        elif element.tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif element.tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        else:
            stack.extend(reversed(element))
    return "".join(pieces).replace("\t", "  ")


def _table(table: etree._Element, numbering: Numbering) -> Iterator[str]:
    rows: list[list[str]] = []
    for row in table.iter(f"{_W}tr"):
        if _inside(row, f"{_W}tbl", table):
            continue
        cells: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            if _inside(cell, f"{_W}tc", row):
                continue
            properties = cell.find(f"{_W}tcPr")
            text = "\v".join(line.strip() for line in _cell_lines(cell, numbering) if line.strip())
            merged = properties.find(f"{_W}vMerge") if properties is not None else None
            if merged is not None and merged.get(f"{_W}val") != "restart" and rows and len(cells) < len(rows[-1]):
                text = text or rows[-1][len(cells)]
            span = properties.find(f"{_W}gridSpan") if properties is not None else None
            width = int(span.get(f"{_W}val") or 1) if span is not None else 1
            cells += [text, *[""] * (min(width, 60) - 1)]
        rows.append(cells)
    yield ""
    if len(rows) < 2 or max(map(len, rows)) < 2:  # a frame around text, not a table
        for cells in rows:
            for text in cells:
                yield from text.split("\v")
    else:
        for cells in rows:
            yield "\t".join(re.sub(r"\s*\n\s*", "\v", text) for text in cells)
    yield ""


def _cell_lines(cell: etree._Element, numbering: Numbering) -> Iterator[str]:
    for block in _blocks(cell, numbering):
        yield block.replace("\t", " ")
