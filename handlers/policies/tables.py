"""Rows of tables: whose they are, and who has none."""

from __future__ import annotations

import re

from sqlalchemy import select

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.policies import card, reading_on, service, texts
from handlers.policies.service import visible
from knowledge import rows
from storage import units
from storage.circulars import Circular, CircularTable, Passage
from storage.units import Unit

_WITHOUT = re.compile(
    r"^(?:谁|哪(?:些|个|几个)?(?:单位|地方|县|县区|乡镇|村|妇联|地区)?)(?:还)?(?:没有|没|无)(?P<what>.{2,16}?)[？?]?$|^没有(?P<other>.{2,16}?)的(?:是|有)?(?:谁|哪些|哪个|单位).{0,4}$"
)
_ROWS = re.compile(
    r"^(?P<who>.{2,16}?)(?:都|一共|总共)?(?:联系|负责|牵头|承担|有|管|分管|主抓)(?:着)?(?:的)?(?:是)?(?:哪些|什么|几个|多少|哪几个|啥)(?P<what>.{2,10}?)[？?]?$"
)
_ROWS_BACK = re.compile(
    r"^(?:哪些|什么|哪几个|啥)(?P<what>.{2,10}?)(?:是|归|由)(?P<who>.{2,16}?)(?:联系|负责|牵头|承担|管|分管|的)[？?]?$"
)


def by_table(ctx: Context) -> Reply | None:
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
    shown = [first] if first else [one.id for one in service.passages(ctx.session, circular.id, limit=1)]
    reading_on.open_at(ctx, *shown)
