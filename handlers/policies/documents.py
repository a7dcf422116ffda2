"""Look-ups that name what they want: a 文号, a year, an issuer, a basis, a table's rows, what a level has to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.policies import card, levels, reading_on, service, tables, texts
from handlers.policies.service import visible
from knowledge import rows
from knowledge.reading import find_doc_numbers
from knowledge.retrieval.references import numbers, years
from knowledge.text import normalise
from storage.circulars import Circular, CircularTable, Citation, Passage, Section

_BASIS = re.compile(
    r"(?:的|是)?(?:依据|根据|凭|依照|引用|参照)(?:的)?(?:是)?(?:什么|啥|哪|谁|文件)|依据$|(?:什么|哪个|哪些)(?:文件)?(?:做|为|作)?依据"
)
_LIST = re.compile(
    r"(?:发过|发了|有|都有|有过|出过|下发过)?(?:哪些|什么|几个|几份|多少|啥)(?:份)?(?:文件|通知|来文|发文)|(?:文件|通知|发文|来文)(?:有|都有)?(?:哪些|什么|几个|几份|多少|目录|列表|清单)|^(?:最新|最近)的?(?:文件|通知)$"
)
_CHAPTER = re.compile(r"第[一二三四五六七八九十]+[编章][^第]*")


def look_up(ctx: Context) -> Reply | None:
    """An answer when the message names a document, a list, a table's rows or a level; else None."""
    for one in (_by_number, levels.by_level, tables.by_table, _by_list, _by_title):
        reply = one(ctx)
        if reply is not None:
            return reply
    return None


# --- by number -------------------------------------------------------------------------------------------------------


def _by_number(ctx: Context) -> Reply | None:
    said = ctx.text
    if not find_doc_numbers(said, loose=True) and not numbers(normalise(said)):
        return None
    asks_basis = bool(_BASIS.search(said))
    if not asks_basis and not _is_bare_number(said):
        return None
    found = visible(ctx.world.library.by_number(ctx.session, said), ctx.speaker.unit_path)
    if not found:
        return Reply(texts.NO_DOCUMENT.format(number=_number_in(said)))
    if len(found) > 1 and not _same(found):
        return Reply(
            texts.SEVERAL_DOCUMENTS.format(number=_number_in(said), count=len(found)),
            tuple(
                Choice(card.chosen(one).label, one.number + (texts.BASIS_SAYS if asks_basis else ""))
                for one in found[:6]
            ),
        )
    return basis(ctx, found[0]) if asks_basis else document(ctx, found[0])


def _is_bare_number(said: str) -> bool:
    rest = re.sub(r"[\[\]【】〔〕（）()《》“”\s]", "", normalise(said))
    if len(rest) > 26:
        return False
    rest = re.sub(
        r"请问|我要看|我想看|帮我找|找一下|查一下|查|看看|看|给我|发我|文件|全文|号文|原文|这个|那个|的", "", rest
    )
    return not re.search(r"什么|多少|哪|谁|几|怎么|咋|吗|条|能|要|报|人$|份$|元$|个$|次$|场$|户$", rest)


def _number_in(said: str) -> str:
    found = find_doc_numbers(said, loose=True)
    return said[found[0].start : found[0].end] if found else said.strip()


def _same(found: Sequence[Circular]) -> bool:
    return len({one.number_key for one in found}) == 1 and len({one.title_key for one in found}) == 1


def document(ctx: Context, circular: Circular) -> Reply:
    """A whole document: its card, its parts, and the way into it."""
    found = service.passages(ctx.session, circular.id, limit=1)
    reading_on.open_at(ctx, *(one.id for one in found))
    buttons = [Choice(texts.WHOLE)]
    if circular.number and ctx.session.scalar(select(Citation.id).where(Citation.circular_id == circular.id).limit(1)):
        buttons.append(Choice(texts.BASIS_SAYS, circular.number + texts.BASIS_SAYS))
    return Reply(card.head(circular, parts(ctx.session, circular)), tuple(buttons))


def parts(session: Session, circular: Circular) -> list[str]:
    """The headings of a document, the outermost two levels, at most ten."""
    query = select(Section).where(Section.circular_id == circular.id).order_by(Section.ordinal)
    found = [one for one in session.scalars(query) if one.level > 0]
    if not found and circular.kind == "law":
        places = session.scalars(
            select(Passage.place).where(Passage.circular_id == circular.id).order_by(Passage.ordinal)
        )
        chapters = dict.fromkeys(chapter[0].strip() for said in places if (chapter := _CHAPTER.match(said)))
        return [_brief(one) for one in chapters][:12]
    if not found:
        tables = session.scalars(
            select(CircularTable).where(CircularTable.circular_id == circular.id).order_by(CircularTable.ordinal)
        )
        return [row.label for table in tables for row in rows.read_rows(table.columns, table.rows)][:10]
    top = min(one.level for one in found)
    lines = [one for one in found if one.level == top and one.title]
    return [f"{one.label}{_brief(one.title)}" for one in lines][:10] if len(lines) > 1 else []


def _brief(heading: str) -> str:
    heading = re.split(r"[。\n]", heading.strip())[0]
    return heading if len(heading) <= 24 else heading[:23] + "…"


def basis(ctx: Context, circular: Circular) -> Reply:
    """What a document rests on, each with the way to it when it is in the library."""
    query = select(Citation).where(Citation.circular_id == circular.id).order_by(Citation.id)
    every = [one for one in ctx.session.scalars(query) if one.relation != "issues"]
    rests = [one for one in every if one.relation == "basis"]
    listed: dict[str, Citation] = {}
    for one in rests or every:
        listed.setdefault(one.target_key or one.title, one)
    name, said = card.title(circular.title), card.number(circular.number)
    first = service.passages(ctx.session, circular.id, limit=1)
    reading_on.open_at(ctx, *(one.id for one in first))
    if not listed:
        return Reply(texts.CITES_NOTHING.format(title=name, number=said), (Choice(texts.WHOLE),))
    lines = [(texts.BASIS if rests else texts.CITES).format(title=name, number=said)]
    buttons = []
    for place, one in enumerate(list(listed.values())[:8], 1):
        called = (card.title(one.title.replace("<", "〈").replace(">", "〉")) if one.title else "") + (
            card.number(one.number) if one.title else one.number
        )
        target = ctx.session.get(Circular, one.target_id) if one.target_id else None
        lines.append(texts.CITED_ONE.format(place=place, name=called, held=texts.CITED_HELD if target else ""))
        if target is not None:
            buttons.append(card.chosen(target))
    return Reply("\n".join(lines), (*buttons[:4], Choice(texts.WHOLE)))


# --- lists -----------------------------------------------------------------------------------------------------------


def _by_list(ctx: Context) -> Reply | None:
    said = ctx.text.strip()
    if len(said) > 30 or not _LIST.search(said):
        return None
    wanted = years(normalise(said))
    left = re.sub(
        r"\d{4}年?|[二〇零一三四五六七八九]{4}年|今年|去年|最近|最新|的|请问|一共|都|里|库|" + _LIST.pattern, "", said
    )
    issuer = re.sub(r"[？?，,。\s]|发$|发布$|印发$", "", left)
    if "今年" in said:
        wanted = [ctx.local.year]
    elif "去年" in said:
        wanted = [ctx.local.year - 1]
    if issuer and len(issuer) < 2:
        issuer = ""
    query = select(Circular).where(Circular.kind == "circular")
    for year in wanted[:1]:
        query = query.where(Circular.issued_on >= date(year, 1, 1), Circular.issued_on < date(year + 1, 1, 1))
    if issuer:
        short = rows.stem(issuer)
        query = query.where(
            or_(Circular.issuer.contains(short, autoescape=True), Circular.title.contains(issuer, autoescape=True))
        )
    path = ctx.speaker.unit_path
    found = visible(
        list(ctx.session.scalars(query.order_by(Circular.issued_on.desc(), Circular.id.desc()).limit(300))), path
    )
    what = (
        texts.LIST_WHAT.format(year=texts.LIST_YEAR.format(year=wanted[0]) if wanted else "", issuer=issuer)
        if wanted or issuer
        else texts.LIST_ALL
    )
    if not found:
        return Reply(texts.LIST_NONE.format(what=what)) if wanted or issuer else None
    lines = [texts.LIST_HEAD.format(what=what, count=len(found))]
    lines += [
        texts.LIST_ONE.format(place=at, title=card.title(one.title), number=card.number(one.number))
        for at, one in enumerate(found[:6], 1)
    ]
    return Reply("\n".join(lines), tuple(card.chosen(one) for one in found[:6]))


# --- by title --------------------------------------------------------------------------------------------------------


def _by_title(ctx: Context) -> Reply | None:
    """Nothing but (part of) a title: the document. 「妇女权益保障法」, 「平安家庭」, 「抵制高额彩礼」."""
    said = re.sub(
        r"[《》“”\"？?。！!，,\s]|^(?:我要看|我想看|看看|看一下|查一下|查|找)|(?:全文|文件|的?通知|有哪些)$",
        "",
        ctx.text,
    )
    if not 3 < len(said) <= 40:
        return None
    state = ctx.world.library.catalogue(ctx.session)
    asked = ctx.world.library.read(state, said)
    for key, _ in state.titled(asked.names):
        held = [state.held[at] for at in state.by_title[key]]
        if len(said) > len(key) + 2 or asked.articles:
            continue
        best = sorted(held, key=lambda one: (one.validity != "in_force", -one.id))[0]
        return document(ctx, ctx.session.get_one(Circular, best.id))
    plain = normalise(said)
    keys = [
        one.id for one in state.held if one.kind == "circular" and one.validity == "in_force" and plain in one.title_key
    ]
    if not keys or re.search(r"[吗么啥谁哪几咋]|什么|多少|怎", said):
        return None
    query = select(Circular).where(Circular.id.in_(keys[-50:])).order_by(Circular.issued_on.desc(), Circular.id.desc())
    found = visible(list(ctx.session.scalars(query)), ctx.speaker.unit_path)
    if not found:
        return None
    if len(found) == 1:
        return document(ctx, found[0])
    lines = [texts.LIST_HEAD.format(what=texts.LIST_ABOUT.format(said=said), count=len(found))]
    lines += _listing(found)
    return Reply("\n".join(lines), tuple(card.chosen(one) for one in found[:6]))


def _listing(found: Sequence[Circular]) -> list[str]:
    return [
        texts.LIST_ONE.format(place=at, title=card.title(one.title), number=card.number(one.number))
        for at, one in enumerate(found[:6], 1)
    ]
