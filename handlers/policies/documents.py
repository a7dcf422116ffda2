"""Look-ups that name what they want: a 文号, a year, an issuer, a basis, a table's rows, what a level has to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.policies import card, finding, service, texts
from knowledge import answers, rows
from knowledge.reading import find_doc_numbers
from knowledge.retrieval.references import numbers, years
from knowledge.text import normalise
from storage import units
from storage.circulars import Circular, CircularTable, Citation, Passage, Section
from storage.units import Unit

_BASIS = re.compile(
    r"(?:的|是)?(?:依据|根据|凭|依照|引用|参照)(?:的)?(?:是)?(?:什么|啥|哪|谁|文件)|依据$|(?:什么|哪个|哪些)(?:文件)?(?:做|为|作)?依据"
)
_LIST = re.compile(
    r"(?:发过|发了|有|都有|有过|出过|下发过)?(?:哪些|什么|几个|几份|多少|啥)(?:份)?(?:文件|通知|来文|发文)|(?:文件|通知|发文|来文)(?:有|都有)?(?:哪些|什么|几个|几份|多少|目录|列表|清单)|^(?:最新|最近)的?(?:文件|通知)$"
)
_WITHOUT = re.compile(
    r"^(?:谁|哪(?:些|个|几个)?(?:单位|地方|县|县区|乡镇|村|妇联|地区)?)(?:还)?(?:没有|没|无)(?P<what>.{2,16}?)[？?]?$|^没有(?P<other>.{2,16}?)的(?:是|有)?(?:谁|哪些|哪个|单位).{0,4}$"
)
_ROWS = re.compile(
    r"^(?P<who>.{2,16}?)(?:都|一共|总共)?(?:联系|负责|牵头|承担|有|管|分管|主抓)(?:着)?(?:的)?(?:是)?(?:哪些|什么|几个|多少|哪几个|啥)(?P<what>.{2,10}?)[？?]?$"
)
_ROWS_BACK = re.compile(
    r"^(?:哪些|什么|哪几个|啥)(?P<what>.{2,10}?)(?:是|归|由)(?P<who>.{2,16}?)(?:联系|负责|牵头|承担|管|分管|的)[？?]?$"
)
_LEVEL = re.compile(
    r"^(?P<about>.{0,24}?)(?:[，,：:]|里|中|说|让|要求)?(?P<who>我们村|我们镇|我们县|我们|我|村一?级|村里|村上|村妇联|村妇代会|村（社区）|社区|各村|镇村|乡镇|镇里|镇妇联|镇一?级|乡里|街道|县里|县妇联|县一?级|县区|市里|市妇联|市一?级)"
    r"(?:这边|这一级|层面)?(?:都)?(?:该|要|应该|应当|需要|得|负责)(?:做|干|办|负责|落实|完成)?(?:些|点)?(?:什么|啥|哪些|哪些事|什么事|什么工作|哪些工作)[？?]?$"
)
_SUBJECTS = {
    "village": r"镇村(?:一)?级|(?:每个|各)?村（社区）|(?:每个|各)村|村级|村妇联|村妇代会|村（居）|妇代会主任",
    "township": r"镇村(?:一)?级|(?:每个|各)?乡镇（街道）|各乡镇|(?:各|每个)镇|乡镇妇联|乡镇一级|各街道",
    "county": r"县（市）(?:一)?级|县（市、区）(?:一)?级|各县（[市、区]+）|县（(?:市、)?区）妇联|县级妇联|县（区）",
    "city": r"市(?:一)级|市妇联|各市|设区市",
    "province": r"省(?:一)级|省妇联",
}
_CHAPTER = re.compile(r"第[一二三四五六七八九十]+[编章][^第]*")
_ONLY_LABEL = re.compile(r"^(?:[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、|\d+[.、])$")
_TO_DO = re.compile(r"要|应|须|负责|组织|开展|举办|报送|落实|完成|做好|前|每[月季年周]")


def look_up(ctx: Context) -> Reply | None:
    """An answer when the message names a document, a list, a table's rows or a level; else None."""
    for one in (_by_number, _by_level, _by_table, _by_list, _by_title):
        reply = one(ctx)
        if reply is not None:
            return reply
    return None


def visible(found: Sequence[Circular], path: str) -> list[Circular]:
    """Documents that hold everywhere, those of her own line, and those of units below her; hers first."""
    near = [
        one for one in found if not one.scope or path.startswith(one.scope) or (path and one.scope.startswith(path))
    ]
    return near if path else list(found)


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
    ctx.state["hits"] = {"ids": [one.id for one in found], "at": 0}
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
    ctx.state["hits"] = {"ids": [one.id for one in first], "at": 0}
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


# --- tables ----------------------------------------------------------------------------------------------------------


def _by_table(ctx: Context) -> Reply | None:
    said = ctx.text.strip().rstrip("？?。")
    if len(said) > 30:
        return None
    if asked := _WITHOUT.match(said):
        return _without(ctx, asked["what"] or asked["other"])
    if asked := _ROWS.match(said) or _ROWS_BACK.match(said):
        return _rows(ctx, asked["who"], asked["what"])
    return None


def _tables(ctx: Context) -> list[tuple[CircularTable, Circular]]:
    query = (
        select(CircularTable, Circular)
        .join(Circular, Circular.id == CircularTable.circular_id)
        .where(Circular.validity == "in_force")
        .order_by(Circular.issued_on.desc(), CircularTable.id.desc())
        .limit(200)
    )
    found = [(row[0], row[1]) for row in ctx.session.execute(query)]
    allowed = {one.id for one in visible([circular for _, circular in found], ctx.speaker.unit_path)}
    return [(table, circular) for table, circular in found if circular.id in allowed]


def _without(ctx: Context, what: str) -> Reply | None:
    best, value = None, 0.3
    for table, circular in _tables(ctx):
        alike = rows.likeness(what, table.title, " ".join(table.columns), circular.title)
        if alike > value:
            best, value = (table, circular), alike
    if best is None:
        return None
    table, circular = best
    read = rows.read_rows(table.columns, table.rows)
    universe = _universe(ctx, circular)
    if not universe:
        return None
    missing, kinds = rows.without(read, universe)
    if any(map(_counties, kinds)):
        counties = {unit.name for unit in _below(ctx, circular) if unit.level == "county"}
        missing = [one for one in missing if one not in counties]
    _open_table(ctx, table, circular)
    name, number = card.title(table.title or circular.title), card.number(circular.number)
    lines = [
        texts.WITHOUT.format(title=name, number=number, names="、".join(missing))
        if missing
        else texts.WITHOUT_NONE.format(title=name, number=number)
    ]
    lines += [texts.WITHOUT_CLASS.format(cell=kind) for kind in kinds[:1]]
    lines.append(texts.WITHOUT_RANGE.format(names="、".join(universe[:14])))
    return Reply("\n".join(lines), (Choice(texts.WHOLE),))


def _counties(kind: str) -> bool:
    return bool(re.search(r"县|区", kind))


def _universe(ctx: Context, circular: Circular) -> list[str]:
    """Whom a circular is addressed to by name, and the units of the issuer's own tree that its 各县… stand for."""
    by_name, by_kind = rows.listed(circular.meta.get("addressees") or [])
    below = _below(ctx, circular)
    own = [unit.name for unit in below if unit.level == "county"] if any(map(_counties, by_kind)) or not by_name else []
    own += [unit.name for unit in below if unit.level != "county"] if any("直" in kind for kind in by_kind) else []
    return list(dict.fromkeys([*own, *by_name]))


def _below(ctx: Context, circular: Circular) -> list[Unit]:
    top = ctx.session.scalar(select(Unit).where(Unit.path == circular.scope)) if circular.scope else None
    return units.children(ctx.session, top, ctx.local.date()) if top is not None else []


def _rows(ctx: Context, who: str, what: str) -> Reply | None:
    subject = _own_name(ctx, who)
    best: tuple[float, CircularTable, Circular, list[rows.TableRow]] | None = None
    for table, circular in _tables(ctx):
        named = [row for row in rows.read_rows(table.columns, table.rows) if row.naming(subject) is not None]
        if not named:
            continue
        alike = rows.likeness(what, table.title, " ".join(table.columns), circular.title)
        if best is None or alike > best[0]:
            best = (alike, table, circular, named)
    if best is None or best[0] < 0.3:
        return None
    _, table, circular, named = best
    _open_table(ctx, table, circular)
    lines = [
        texts.ROWS_HEAD.format(
            title=card.title(table.title or circular.title),
            number=card.number(circular.number),
            subject=subject,
            count=len(named),
        )
    ]
    lines += [texts.ROWS_ONE.format(label=row.label) for row in named[:10]]
    if len(named) > 10:
        lines.append(texts.ROWS_MORE.format(count=len(named) - 10))
    return Reply("\n".join(lines), (Choice(texts.WHOLE),))


def _own_name(ctx: Context, who: str) -> str:
    """「我们县」 is her county's name."""
    found = re.match(r"^(?:我们|咱们|我|咱|本)(?P<level>县|区|市|镇|乡|街道|村|社区)?$", who)
    if found is None or not ctx.speaker.is_known:
        return re.sub(r"^(?:请问|那)", "", who)
    level = {"县": "county", "区": "county", "市": "city", "镇": "township", "乡": "township", "街道": "township"}.get(
        found["level"] or "", "village"
    )
    own = units.get(ctx.session, ctx.speaker.unit_id)
    line = [own, *units.ancestors(ctx.session, own)]
    return next((unit.name for unit in line if unit.level == level), own.name)


def _open_table(ctx: Context, table: CircularTable, circular: Circular) -> None:
    first = ctx.session.scalar(
        select(Passage.id)
        .where(Passage.circular_id == circular.id, Passage.start >= table.start)
        .order_by(Passage.ordinal)
        .limit(1)
    )
    ctx.state["hits"] = {
        "ids": [first] if first else [one.id for one in service.passages(ctx.session, circular.id, limit=1)],
        "at": 0,
    }


# --- what a level has to do ------------------------------------------------------------------------------------------


def _by_level(ctx: Context) -> Reply | None:
    asked = _LEVEL.match(ctx.text.strip())
    if asked is None:
        return None
    level = _level(asked["who"], ctx.speaker.unit_level)
    if not level:
        return None
    about = re.sub(r"^(?:请问|那|按照|按|根据)|(?:里面|里|中|上)$|[《》]", "", asked["about"]).strip()
    found = _documents_about(ctx, about)
    shown: list[tuple[str, Circular, int]] = []
    for circular in found:
        sentence = duty_sentence(circular.text, level)
        if sentence is None:
            continue
        text, start = sentence
        key = ctx.session.scalar(
            select(Passage.id)
            .where(Passage.circular_id == circular.id, Passage.start <= start)
            .order_by(Passage.start.desc())
            .limit(1)
        )
        if key is not None:
            shown.append((text, circular, key))
        if len(shown) == (1 if about else 3):
            break
    name = texts.LEVELS[level]
    if not shown:
        return (
            None
            if about
            else Reply(texts.LEVEL_NONE.format(level=name), (Choice(texts.MY_TASKS),) if ctx.speaker.is_known else ())
        )
    ctx.state["hits"] = {"ids": [key for _, _, key in shown], "at": 0}
    lines = [texts.LEVEL_HEAD.format(level=name)]
    for text, circular, key in shown:
        lines.append(texts.LEVEL_ONE.format(text=text, source=card.source(circular, ctx.session.get_one(Passage, key))))
    buttons = [Choice(texts.WHOLE), Choice(texts.OTHER)] if len(shown) > 1 else [Choice(texts.WHOLE)]
    if ctx.speaker.is_known:
        buttons.append(Choice(texts.MY_TASKS))
    return Reply("\n".join(lines), tuple(buttons))


def _level(who: str, own: str) -> str:
    if who.startswith("我"):
        return {"村": "village", "镇": "township", "县": "county"}.get(who[-1], own)
    if "村" in who or "社区" in who:
        return "village"
    for marks, level in (("镇乡街", "township"), ("县", "county"), ("市", "city")):
        if any(mark in who for mark in marks):
            return level
    return own


def _documents_about(ctx: Context, about: str) -> list[Circular]:
    """The documents a question is about; without a subject the one she just looked at, then the newest that hold."""
    path = ctx.speaker.unit_path
    if about:
        found = visible(ctx.world.library.by_number(ctx.session, about), path)
        if found:
            return found
        hits = finding.find(ctx.session, ctx.world.library, about, intent="question", path=path, today=ctx.local.date())
        ids = (
            list(dict.fromkeys(hit.circular_id for hit in hits.hits if hit.kind == "circular"))[:2]
            if hits.supported
            else []
        )
        return [ctx.session.get_one(Circular, key) for key in ids]
    query = select(Circular).where(
        Circular.kind == "circular", Circular.validity == "in_force", Circular.issued_on <= ctx.local.date()
    )
    newest = visible(
        list(ctx.session.scalars(query.order_by(Circular.issued_on.desc(), Circular.id.desc()).limit(30))), path
    )
    state = ctx.state.get("hits")
    if state and state.get("ids"):
        _, open_one = service.passage(ctx.session, state["ids"][state["at"]])
        if open_one.kind == "circular":
            newest = [open_one, *[one for one in newest if one.id != open_one.id]]
    return newest


def duty_sentence(text: str, level: str) -> tuple[str, int] | None:
    """The sentence or clause of a circular that says what units of a level have to do, and where it starts.

    The levels are told apart by semicolons as often as by full stops (「市一级要…；县一级要…；镇村一级，要…」).
    """
    best: tuple[float, str, int] | None = None
    for found in re.finditer(r"[^。；;\n]+[。；;]?", text):
        sentence = found[0]
        subject = re.search(_SUBJECTS[level], sentence)
        if subject is None or len(sentence) < 12 or not _TO_DO.search(sentence[subject.end() :]):
            continue
        if sentence.strip().endswith(("：", ":")) or re.search(
            r"^(?:抄送|各县|各乡镇（街道）妇联[，：])[^。]{0,40}[：:]?$", sentence.strip()
        ):
            continue
        before = answers.unlabelled(sentence[: subject.start()])[1] if subject.start() else ""
        before = re.sub(_ONLY_LABEL, "", before.strip())
        early = (
            2.0 if not before else 1.0 if before.endswith(("，", ",", "：")) and not before.startswith("为") else 0.3
        )
        value = (
            early
            + (1.0 if "一级" in subject[0] or "级" in subject[0] else 0.0)
            + (0.3 if re.search(r"\d", sentence) else 0.0)
        )
        if best is None or value > best[0] + 1e-9:
            clean = sentence.strip()
            _, clean = answers.unlabelled(clean)
            best = (value, clean, found.start() + sentence.find(clean))
    return (best[1], best[2]) if best is not None and best[0] >= 1.0 else None
