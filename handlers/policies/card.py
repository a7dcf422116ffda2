"""How a passage, a document and a list look on her phone: every word of a quotation stands in the source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from handlers.dialog.reply import Choice
from handlers.policies import finding, texts
from knowledge import excerpts
from knowledge.library import Library
from storage.circulars import Circular, FaqEntry, Passage

_SHORT = re.compile(
    r"^(?:.{0,24}?(?:关于)(?:印发|转发|做好|开展|举办|深化|加强|建立|进一步)*)(.+?)(?:的(?:通知|意见|决定|公告|通报|函|报告|请示))?$"
)

_HEADINGS = re.compile(r" (?=第[一二三四五六七八九十]+[章节部]|[一二三四五六七八九十]+、|[（(])")


def title(name: str) -> str:
    """《…》, with inner brackets as they are set inside others."""
    return f"《{name.replace('《', '〈').replace('》', '〉')}》"


def number(said: str) -> str:
    """（文号）, or nothing."""
    return texts.NUMBER.format(number=said) if said else ""


def short(name: str, room: int = 16) -> str:
    """A title as it fits on a button."""
    found = _SHORT.match(name)
    kept = (found[1] if found else name).replace("《", "").replace("》", "")
    return kept if len(kept) <= room else kept[: room - 1] + "…"


def validity(circular: Circular) -> str:
    """Whether it holds, in a few words; the version for laws."""
    said = texts.VALIDITY.get(circular.validity, "")
    if circular.version:
        said = texts.VERSION.format(version=circular.version, validity=said)
    return f"（{said}）" if said else ""


def place(passage: Passage, name: str = "") -> str:
    """Where a passage stands, for people: the nearest heading and its number. `name` is the document's title."""
    if passage.article:
        return passage.article
    if passage.kind == "row":
        return passage.place
    head, body = _parted(passage)
    label, _ = excerpts.unlabelled(body)
    label = label or _last_label(passage.place)
    if label.startswith("第") and label.endswith("条"):
        return label
    near = _HEADINGS.split(head)[-1] if head else ""
    if not near or near in name or len(near) > 24 or near.startswith(label or "。"):
        return near if near.startswith(label or "。") and len(near) <= 24 else label
    return f"{near} {label}".strip()


def _parted(passage: Passage) -> tuple[str, str]:
    """Its headings and its own text."""
    return excerpts.parted(passage.text, passage.end - passage.start)


def _plain(passage: Passage) -> str:
    """Its own text without number and heading."""
    return excerpts.unlabelled(_parted(passage)[1])[1]


def short_place(said: str, room: int = 14) -> str:
    """A place as it fits on a button behind a title: its number is kept, its heading is cut."""
    if len(said) <= room:
        return said
    heading, _, label = said.rpartition(" ")
    label = f" {label}" if heading and len(label) <= 5 else ""
    heading = re.sub(r"[《“（(，,、\s]*$", "", (heading if label else said)[: room - 1 - len(label)])
    return f"{heading}…{label}"


def _last_label(said: str) -> str:
    found = re.findall(
        r"第[一二三四五六七八九十百]+条|[（(][一二三四五六七八九十\d]+[)）]|\d+[.、]|[一二三四五六七八九十]+、", said
    )
    return found[-1].rstrip("、.") if found else ""


def source(circular: Circular, passage: Passage) -> str:
    """——《title》（文号）place（validity）."""
    return texts.SOURCE.format(
        title=title(circular.title),
        number=number(circular.number),
        place=place(passage, circular.title),
        validity=validity(circular),
    )


def quotation(session: Session, passage: Passage, quote: str) -> str:
    """What of a passage is shown, the answering part marked."""
    if passage.kind == "row":
        return row(passage, quote)
    plain = _plain(passage)
    after: list[str] = []
    if plain.endswith(("：", ":")):
        for one in finding.following(session, passage.id, limit=8):
            if one.kind != passage.kind or (one.article and one.article != passage.article):
                break
            after.append(_parted(one)[1])
    return excerpts.excerpt(plain, quote, after=after).shown()


def whole(passage: Passage) -> str:
    """A passage as it is read on in its document: articles with their number, rows a cell a line."""
    if passage.kind == "row":
        return row(passage)
    body = _parted(passage)[1].strip()
    label = passage.article
    return body if not label or body.startswith(label) else f"{label}　{body}"


def row(passage: Passage, quote: str = "") -> str:
    """A table row, a cell a line, the cell that answers marked."""
    head, line, body = passage.text.partition("\n")
    cells = [cell for cell in (body if line else head).split("；") if cell]
    marked = (
        max((cell for cell in cells if cell.strip("；") in quote), key=len, default="")
        if quote and len(quote) < len(body)
        else ""
    )
    shown = [f"【{cell}】" if cell == marked else cell for cell in cells]
    text = "\n".join(shown)
    return text if len(text) <= excerpts.WITH_LIST else text[: excerpts.WITH_LIST]


def answered(session: Session, entry: FaqEntry, unit: str) -> str:
    """What an official answered, with what it rests on."""
    lines = [texts.FAQ.format(unit=unit, answer=entry.answer)]
    for key in entry.sources[:3]:
        passage = session.get(Passage, key)
        if passage is not None:
            circular = session.get_one(Circular, passage.circular_id)
            lines.append(
                texts.RESTS_ON.format(source=f"{title(circular.title)}{number(circular.number)}{passage.article}")
            )
    if not entry.sources:
        lines.append(texts.RESTS_ON_NOTHING)
    return "\n".join(lines)


def head(circular: Circular, sections: Sequence[str]) -> str:
    """A document's card: name, who issued it when, whether it holds, what it consists of."""
    issued = circular.issued_on
    day = texts.DATE.format(year=issued.year, month=issued.month, day=issued.day) if issued else ""
    said = texts.DOCUMENT.format(
        title=title(circular.title),
        number=number(circular.number),
        issuer=circular.issuer,
        date=day,
        validity=validity(circular),
    )
    said = re.sub(r"\n +", "\n", said)
    if sections:
        said += "\n" + texts.DOCUMENT_PARTS.format(parts="\n".join(sections))
    return said


def chosen(circular: Circular) -> Choice:
    """A document as something to tap."""
    says = circular.number or title(circular.title)
    label = f"{short(circular.title)} {circular.number}".strip()
    return Choice(label, says)


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of the source in whole sentences, and where it stands, as it is written into a sentence."""

    passage_id: int
    quote: str
    title: str
    number: str
    place: str


def protecting(
    session: Session, library: Library, question: str, *, path: str = "", region: str = "", today: date | None = None
) -> Clause | None:
    """The clause that answers a question, briefly, for a message that is about something else first; None without one."""
    found = finding.find(session, library, question, path=path, region=region, today=today)
    if not found.supported or found.nearest or finding.is_frame(found.hits[0], question):
        return None
    hit = found.hits[0]
    passage = session.get_one(Passage, hit.passage_id)
    circular = session.get_one(Circular, hit.circular_id)
    said = excerpts.brief(_plain(passage), hit.quote)
    if not said or passage.kind in ("row", "faq"):
        return None
    return Clause(
        passage_id=passage.id,
        quote=said,
        title=circular.title.replace("《", "〈").replace("》", "〉"),
        number=number(circular.number),
        place=place(passage, circular.title),
    )
