"""Web pages: the text of the article, without menus and furniture; tables as tabbed rows."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from knowledge.reading import texts
from knowledge.reading.files import Refused

_DROPPED = {
    "script",
    "style",
    "nav",
    "footer",
    "aside",
    "form",
    "button",
    "noscript",
    "iframe",
    "select",
    "input",
    "svg",
    "template",
}
_BLOCKS = {
    "p", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "section", "article", "blockquote", "pre",
    "dt", "dd", "dl", "hr", "center", "header", "main", "body", "figure", "figcaption", "tr", "table", "tbody",
}  # fmt: skip


def html_text(decoded: str) -> str:
    """The readable text of a page that has been decoded already."""
    root = _parse(decoded)
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag.lower() in _DROPPED or _hidden(element):
            _remove(element)
    body = root.find(".//body")
    start = body if body is not None else root
    article = _article(start)
    pieces: list[str] = []
    _walk(article, pieces)
    text = _tidy("".join(pieces))
    heading = _heading(root, start, article)
    if heading and re.sub(r"\s", "", heading) not in re.sub(r"\s", "", text):
        text = f"{heading}\n\n{text}"
    if not text.strip():
        raise Refused(texts.NO_TEXT)
    return text


def _parse(decoded: str) -> HtmlElement:
    # The text has been decoded by content already: a page's own charset declaration is often wrong.
    bare = re.sub(r"^\s*\ufeff?\s*<\?xml[^>]*\?>", "", decoded)
    parser = lxml_html.HTMLParser(huge_tree=False, no_network=True)
    try:
        root = lxml_html.document_fromstring(bare, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Refused(texts.NO_TEXT) from None
    return root


def _hidden(element: HtmlElement) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or element.get("hidden") is not None


def _remove(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _weight(element: HtmlElement) -> int:
    """Characters of text that are not in links."""
    whole = len(re.sub(r"\s", "", element.text_content()))
    return whole - sum(len(re.sub(r"\s", "", link.text_content())) for link in element.iter("a"))


def _article(start: HtmlElement) -> HtmlElement:
    """The innermost element with nearly all of the page's text that is not links."""
    current, weight = start, _weight(start)
    while True:
        best = max(
            (child for child in current if isinstance(child.tag, str) and child.tag not in ("table", "p")),
            key=_weight,
            default=None,
        )
        if best is None or _weight(best) < 0.85 * weight or best.tag in ("tr", "tbody", "td"):
            return current
        current = best


def _heading(root: HtmlElement, start: HtmlElement, article: HtmlElement) -> str:
    for element in start.iter("h1", "h2"):
        if article not in element.iterancestors() and len(element.text_content().strip()) > 6:
            return re.sub(r"\s+", " ", element.text_content()).strip()
    title = root.find(".//title")
    name = re.sub(r"\s+", " ", title.text_content()).strip() if title is not None else ""
    return re.split(r"\s*[-_|—–]\s*(?=[^-_|]*$)", name)[0] if len(name) > 8 else ""


def _walk(element: HtmlElement, pieces: list[str]) -> None:
    """Collect the text in reading order; blocks end lines, tables become rows."""
    tag = element.tag.lower() if isinstance(element.tag, str) else ""
    if tag == "table" and _tabular(element):
        pieces.append("\n" + "\n".join(_rows(element)) + "\n")
        return
    block = tag in _BLOCKS
    if block:
        pieces.append("\n")
    if tag == "a" and _menu(element):
        return
    pieces.append(_flat(element.text))
    for child in element:
        _walk(child, pieces)
        pieces.append(_flat(child.tail))
    if block or tag in ("td", "th"):
        pieces.append("\n")


def _menu(link: HtmlElement) -> bool:
    parent = link.getparent()
    return (
        parent is not None
        and parent.tag == "li"
        and len(link.text_content().strip()) <= 6
        and parent.text_content().strip() == link.text_content().strip()
    )


def _flat(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text) if text else ""


def _tabular(table: HtmlElement) -> bool:
    """Whether a table holds a table and not the page's layout: at least two rows of two cells, none a page long."""
    rows = [row for row in table.iter("tr") if len(row.findall("td")) + len(row.findall("th")) >= 2]
    return (
        len(rows) >= 2
        and not table.findall(".//table")
        and all(len(cell.text_content()) < 2000 for cell in table.iter("td"))
    )


def _rows(table: HtmlElement) -> list[str]:
    """Rows with tabs between the cells and vertical tabs inside them; spanned cells are repeated downwards."""
    lines = []
    carried: dict[int, tuple[int, str]] = {}
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in [child for child in row if child.tag in ("td", "th")]:
            while len(cells) in carried:
                left, text = carried.pop(len(cells))
                if left > 1:
                    carried[len(cells)] = (left - 1, text)
                cells.append(text)
            text = _cell(cell)
            down, right = _span(cell, "rowspan"), _span(cell, "colspan")
            if down > 1:
                carried[len(cells)] = (down - 1, text)
            cells += [text, *[""] * (right - 1)]
        while len(cells) in carried:
            left, text = carried.pop(len(cells))
            if left > 1:
                carried[len(cells)] = (left - 1, text)
            cells.append(text)
        if any(cells):
            lines.append("\t".join(cells))
    return lines


def _cell(cell: HtmlElement) -> str:
    pieces: list[str] = []
    for child in cell.iter():
        if child is not cell and isinstance(child.tag, str) and child.tag.lower() in _BLOCKS:
            pieces.append("\v")
        pieces.append(_flat(child.text if isinstance(child.tag, str) else ""))
        if child is not cell:
            pieces.append(_flat(child.tail))
    return re.sub(r"\s*\v[\s\v]*", "\v", "".join(pieces)).strip(" \v\t\u3000")


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name) or "1"
    return min(int(value), 100) if value.isdigit() and int(value) else 1


def _tidy(text: str) -> str:
    lines = [line.strip(" \u3000\xa0") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
