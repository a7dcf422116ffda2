"""A text taken apart: from characters to a Document."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.reading import texts
from knowledge.reading.citations import read_citations
from knowledge.reading.contacts import read_contacts
from knowledge.reading.document import Document, Kind, Meta, Section
from knowledge.reading.head import Head, read_head
from knowledge.reading.laws import first_article, is_law, law_passages, law_sections, law_version
from knowledge.reading.lines import Line, is_organisation, split_lines
from knowledge.reading.passages import read_passages
from knowledge.reading.sections import read_sections
from knowledge.reading.tables import read_tables
from knowledge.reading.tail import date_of_number, read_tail
from knowledge.text import clean

_SECRECY = re.compile(
    r"(?:密\s*级\s*[:：]\s*)?(绝密|机密|秘密)(?=\s*[★☆*:：]|\s|\s*\d|$)|.{0,6}?(内部(?:资料|文件|材料|刊物))(?=[\s，,：:（(]|$)|密\s*级\s*[:：]\s*(内部)"
)


def read_text(name: str, text: str, *, pages: int | None = None, warnings: tuple[str, ...] = ()) -> Document:
    """Take a document apart. Never raises: what cannot be made out is left empty.

    `name` is the file's name or the record's id; `warnings` what a reader of the file already has to say.
    """
    cleaned = clean(text)
    lines = split_lines(cleaned.text)
    if not lines:
        return Document(name, "other", text, cleaned, warnings=(*warnings, texts.NO_TEXT), pages=pages)
    warnings += _broken(cleaned.text)
    secrecy = secrecy_mark([line.text for line in lines])
    bare = Document(name, "other", text, cleaned, warnings=warnings, secrecy=secrecy, pages=pages)
    # Rules issued with a circular are part of it: it has addressees, a law has none.
    if is_law(lines) and not read_head(lines[: first_article(lines)]).addressees:
        return _law(bare, lines)
    return _circular(bare, lines)


def secrecy_mark(lines: list[str]) -> str | None:
    """绝密, 机密, 秘密 or 内部资料 where a document carries its mark: on a line of its head or its last lines."""
    for line in [*lines[:12], *lines[12:][-5:]]:
        match = _SECRECY.match(line.strip("【】[]（）() \t")) if len(line) <= 40 else None
        if match:
            return next(group for group in match.groups() if group)
    return None


def _circular(bare: Document, lines: list[Line]) -> Document:
    clean_text = bare.cleaned.text
    tables = read_tables(lines)
    spans = [(table.start, table.end) for table in tables]
    prose = [line for line in lines if not any(start <= line.start < end for start, end in spans)]
    head = read_head(prose)
    tail = read_tail(prose, head.body, len(clean_text))
    contacts = read_contacts(prose, clean_text)
    body_end = max(tail.body_end, head.body_start)
    meta = Meta(
        doc_no=head.doc_no,
        title=head.title,
        issuer=tail.issuer or head.issuer or _issuer_of_title(head),
        addressees=head.addressees,
        date=tail.date or head.date or date_of_number(head.doc_no),
        attachments=tail.attachments,
        contacts=contacts,
        cc=tail.cc,
    )
    stops = [place for place in (body_end, tail.after, tail.copies) if place < len(clean_text)]
    skipped = [*spans, (body_end, tail.after)] if tail.issuer else spans
    sections = read_sections(clean_text, prose, head.body, skipped, stops)
    citations = read_citations(
        clean_text, head.doc_no, head.title, (0, head.body_start if head.doc_no or head.addressees else 0)
    )
    passages = read_passages(clean_text, sections, tables, [head.body_start, body_end, tail.after, tail.copies])
    notes = tuple(f"{table.title or '表'}：{table.note}" for table in tables if table.note)
    return replace(
        bare,
        kind=_kind(meta, sections),
        meta=meta,
        sections=sections,
        tables=tables,
        citations=citations,
        passages=passages,
        warnings=bare.warnings + notes,
        body_start=head.body_start,
        body_end=body_end,
    )


def _law(bare: Document, lines: list[Line]) -> Document:
    body = first_article(lines)
    start = lines[body].start if body < len(lines) else 0
    title = ""
    for line in lines[:body]:
        if re.match(r"[（(]|目\s*录|第.{1,4}[编章节]", line.text) or len(title) > 80:
            break
        title += line.text
        if re.search(r"(?:法|条例|规定|办法|细则|解释|决定|规则|章程)(?:[（(].*[)）])?$", title):
            break
    clean_text = bare.cleaned.text
    tail = read_tail(lines, body, len(clean_text))
    body_end = max(start, tail.body_end)
    version = law_version(lines, body) or tail.date
    articles = [line for line in lines[body:] if line.start < body_end]
    sections = law_sections(articles, body_end)
    number = read_head(lines[: min(body, 12)]).doc_no if body else None
    meta = Meta(doc_no=number, title=re.sub(r"\s+", "", title) or None, issuer=tail.issuer, date=version)
    return replace(
        bare,
        kind="law",
        meta=meta,
        sections=sections,
        citations=read_citations(clean_text, number, title, (0, start)),
        passages=law_passages(clean_text, sections, start),
        version=version,
        body_start=start,
        body_end=body_end,
    )


def _kind(meta: Meta, sections: tuple[Section, ...]) -> Kind:
    named = meta.title and (meta.issuer or sections)
    return "circular" if meta.doc_no or meta.addressees or named else "other"


def _issuer_of_title(head: Head) -> tuple[str, ...]:
    """「泉州市妇联关于…」: the issuer stands in the title when nobody signs."""
    match = re.match(r"([^《》，“]{4,30}?)关于", head.title or "")
    names = re.split(r"[、\s]+", match.group(1)) if match else []
    return tuple(names) if names and all(is_organisation(name) for name in names) else ()


def _broken(text: str) -> tuple[str, ...]:
    """Lines in which characters could not be decoded, named."""
    if "\ufffd" not in text:
        return ()
    return tuple(
        texts.BROKEN_CHARACTERS.format(line=place, count=line.count("\ufffd"))
        for place, line in enumerate(text.split("\n"), 1)
        if "\ufffd" in line
    )[:20]
