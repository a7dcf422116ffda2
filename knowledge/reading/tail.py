"""The end of a document: attachments, signature and date, copies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.reading.head import ends_like_title
from knowledge.reading.lines import DATE, Line, is_organisation, iso_date, split_parties
from knowledge.reading.numbers import find_doc_numbers

_STAMP = re.compile(r"[（(](?:盖章|公章|印章|章|代章|印|签章)[)）]")
_LIST = re.compile(r"附\s*件?\s*[:：]\s*(?P<rest>.*)$")
_EACH = re.compile(r"附\s*件\s*[\d一二三四五六七八九十]{1,2}\s*[:：]\s*\S.{2,60}$")
_ITEM = re.compile(
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s*[.、．:：]\s*|[（(]\d{1,2}[)）]\s*|[①-⑳]\s*|附件\s*[\d一二三四五六七八九十]{1,2}\s*[:：.、]?\s*"
)
_COPIES = re.compile(r"抄\s*[送报]\s*[:：]\s*")
_AFTER_COPIES = re.compile(DATE.pattern + r"\s*印\s*发|^(?:附件|联系人|主题词|[（(]?共印)")
_PRINTED = re.compile(DATE.pattern + r"\s*印\s*发")


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands after the text proper, which ends at `body_end` (signature and all belong to the tail)."""

    issuer: tuple[str, ...]
    date: str | None
    attachments: tuple[str, ...]
    cc: tuple[str, ...]
    body_end: int
    after: int  # where the signature block ends and annexes may begin
    copies: int  # where 抄送 begins, the end of the text if nowhere


def read_tail(lines: list[Line], body: int, text_end: int) -> Tail:
    """Read the tail from the lines after index `body`."""
    signature = _signature(lines, body)
    listing, attachments = _attachments(lines, body, signature[0])
    cc_line, cc = _copies(lines, body)
    starts = [lines[place].start for place in (signature[0], listing, cc_line) if place is not None]
    annex = next(
        (line.start for line in lines[body:] if re.fullmatch(r"附\s*件\s*[\d一二三四五六]{0,2}\s*[:：]?", line.text)),
        None,
    )
    ends = [*starts, *([annex] if annex is not None else [])]
    date = signature[3] or _printed(lines[body:])
    after = lines[signature[1]].start if signature[1] is not None and signature[1] < len(lines) else text_end
    copies = lines[cc_line].start if cc_line is not None else text_end
    return Tail(signature[2], date, attachments, cc, min(ends, default=text_end), after, copies)


def _signature(lines: list[Line], body: int) -> tuple[int | None, int | None, tuple[str, ...], str | None]:
    """First line of the signature, the line after it, the signing units, the date."""
    for place in range(body, len(lines)):
        text = _STAMP.sub("", lines[place].text).strip()
        match = DATE.search(text)
        if match is None or len(text) > 50 or _PRINTED.search(text):
            continue
        rest = (text[: match.start()] + text[match.end() :]).strip("（()） \t")
        if rest and (match.end() < len(text.rstrip("）) ")) or not _signing(rest)):
            continue
        date = iso_date(match)
        if date is None:
            continue
        first, names = place, _names(rest)
        while first - 1 >= body and place - first < 5:
            above = _STAMP.sub("", lines[first - 1].text).strip()
            if not _signing(above):
                break
            first -= 1
            names = [*_names(above), *names]
        if names or _closing_date(lines, place):
            return first, place + 1, tuple(dict.fromkeys(names)), date
    # No date: a unit alone on the last lines before copies, contacts and annexes.
    last = len(lines)
    for place in range(body, len(lines)):
        if _COPIES.match(lines[place].text) or re.fullmatch(r"附\s*件\s*\d{0,2}\s*[:：]?", lines[place].text):
            last = place
            break
    while last > body and re.match(r"[（(]?(?:联系|附)", lines[last - 1].text):
        last -= 1
    first = last
    names = []
    while first > body and last - first < 4 and _signing(_STAMP.sub("", lines[first - 1].text).strip()):
        first -= 1
        names = [*_names(_STAMP.sub("", lines[first].text)), *names]
    return (first, last, tuple(dict.fromkeys(names)), None) if names and first > body else (None, None, (), None)


def _closing_date(lines: list[Line], place: int) -> bool:
    """Whether a date alone on its line closes the document: nothing but annexes, copies and contacts follow."""
    after = lines[place + 1].text if place + 1 < len(lines) else ""
    return not after or bool(re.match(r"附|抄|[（(]|联系|主题词", after)) or is_organisation(after)


def _signing(text: str) -> bool:
    return (
        0 < len(text) <= 60
        and "\t" not in text
        and not re.search(r"[，。；：:、！？“《\d]", text)
        and not re.match(r"[（(]|附|抄|联系|各|请|要", text)
        and all(_is_signer(name) for name in _names(text))
    )


def _is_signer(name: str) -> bool:
    return is_organisation(name) and len(name) >= (3 if name[0] in "省市州县区镇乡" else 4)


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"\s{1,}", text.strip()) if name]


def _printed(lines: list[Line]) -> str | None:
    for line in lines[-4:]:
        match = _PRINTED.search(line.text)
        if match:
            return iso_date(match)
    return None


def _attachments(lines: list[Line], body: int, signature: int | None) -> tuple[int | None, tuple[str, ...]]:
    """The line of 附件：… and the names listed there; after the signature 附件1：… is an annex's own heading."""
    each = [place for place in range(body, signature or len(lines)) if _EACH.match(lines[place].text)]
    if each and (signature is not None or len(each) > 1):
        named = [name for place in each for name in _inline_items(lines[place].text)]
        return each[0], tuple(named)
    for place in range(body, len(lines)):
        match = _LIST.match(lines[place].text)
        if match is None or "\t" in lines[place].text:
            continue
        pieces = [match["rest"].strip()]
        for line in lines[place + 1 : place + 21]:
            if (_ITEM.match(line.text) and len(line.text) < 80 and not re.search(r"。", line.text)) or (
                pieces == [""] and len(line.text) < 60 and not _signing(line.text)
            ):
                pieces.append(line.text)
            elif (
                not line.gap
                and pieces[-1]
                and not ends_like_title(pieces[-1].rstrip("》；;。 "))
                and ends_like_title(line.text.rstrip("》；;。 "))
                and not _signing(line.text)
            ):
                pieces[-1] += line.text
            else:
                break
        names = [name for piece in pieces for name in _inline_items(piece)]
        if names:
            return place, tuple(names)
    return None, ()


def _inline_items(piece: str) -> list[str]:
    """「1.甲表 2.乙表」 and 「1.甲表；2.乙表」 as two names."""
    cuts = [match.start() for match in re.finditer(r"(?:(?<=[；;。，\s])|\A)\d{1,2}\s*[.、．](?!\d)", piece)]
    parts = [piece[start:end] for start, end in zip(cuts, [*cuts[1:], len(piece)], strict=True)] if cuts else [piece]
    names = []
    for part in parts:
        item = _ITEM.match(part)
        name = (part[item.end() :] if item else part).strip(" ；;。，,\t")
        name = re.sub(r"[（(](?:略|另发|另附|见附件|附后|电子版.{0,6})[)）]$", "", name)
        if re.fullmatch(r"《[^《》]*》", name):
            name = name[1:-1]
        if name and len(name) <= 120:
            names.append(name)
    return names


def _copies(lines: list[Line], body: int) -> tuple[int | None, tuple[str, ...]]:
    for place in range(body, len(lines)):
        match = _COPIES.match(lines[place].text)
        if match is None:
            continue
        whole = lines[place].text[match.end() :]
        for line in lines[place + 1 : place + 8]:
            further = _COPIES.match(line.text)
            if not further and (whole.rstrip().endswith("。") or _AFTER_COPIES.search(line.text)):
                break
            whole += "；" + line.text[further.end() :] if further else line.text
        whole = re.sub(r"。(?=；)", "", whole)
        whole = re.sub(r"[。\s]*抄\s*[送报]\s*[:：]\s*", "；", whole).split("。")[0]
        parties = [party for party in split_parties(whole) if not re.match(r"存档|归档|存[（(]|校对|打印", party)]
        return place, tuple(parties)
    return None, ()


def date_of_number(doc_no: str | None) -> str | None:
    """The year that the number shows."""
    numbers = find_doc_numbers(doc_no or "")
    return numbers[0].year if numbers and (numbers[0].year or "").isdigit() else None
