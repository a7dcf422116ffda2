"""代报: an official files for a unit below her, for the head who has no phone at hand; marked, and she is told."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.tell import tell
from handlers.reports import card, texts
from handlers.reports.draft import Draft
from storage import people, units
from storage.reports import Report
from storage.units import Unit

#: 代报 石桥村 昨天……, 替石桥村报一下：……, 帮高坡村上报 ……
PATTERN = (
    r"代报\s*(?:$|(?:(?P<unit>[^\s，,：:。]{2,20})(?:[\s，,：:]+(?P<said>.*))?))"
    r"|(?:代|替|帮)\s*(?P<unit2>[^\s，,：:。]{2,12}?(?:村|社区|镇|乡|街道|县|区|妇联|妇代会))\s*(?:代?上?报)(?:一下|一条|个|一个)?[\s，,：:]*(?P<said2>.*)"
)
_READ = re.compile(PATTERN, re.DOTALL)


@dataclass(frozen=True, slots=True)
class ForUnit:
    """For whom, and what she said of it."""

    unit: Unit
    said: str


def read(ctx: Context) -> ForUnit | Reply:
    """The unit below her that is named, or what is wrong with that."""
    found = _READ.fullmatch(ctx.text)
    name = (found["unit"] or found["unit2"]) if found else ""
    said = (found["said"] or found["said2"] or "") if found else ""
    if not name:
        return Reply(texts.BEHALF_HOW)
    within = [
        unit for unit in units.by_name(ctx.session, name, ctx.speaker.unit_path) if unit.is_open(ctx.local.date())
    ]
    if not within:
        return Reply(texts.BEHALF_NOT_BELOW.format(name=name, unit=ctx.speaker.unit_name))
    exact = [unit for unit in within if unit.name == name] or within
    if len(exact) > 1:
        return Reply(
            texts.BEHALF_WHICH.format(name=name),
            choices=tuple(Choice(unit.name, says=f"代报 {unit.name} {said}".strip()) for unit in exact[:6]),
        )
    if not ctx.speaker.is_official and exact[0].id != ctx.speaker.unit_id:
        return Reply(texts.BEHALF_NOT_BELOW.format(name=name, unit=ctx.speaker.unit_name))
    return ForUnit(exact[0], said)


def named_below(ctx: Context, name: str) -> Unit | None:
    """The one unit below her that is called so."""
    found = [unit for unit in units.by_name(ctx.session, name, ctx.speaker.unit_path) if unit.id != ctx.speaker.unit_id]
    return found[0] if len(found) == 1 and found[0].is_open(ctx.local.date()) else None


def about_whose(ctx: Context, draft: Draft) -> bool:
    """Her answer to 替谁报; False if it was none."""
    asked, _, number = draft.asked.partition(":")
    if asked != "whose":
        return False
    unit = units.get(ctx.session, int(number))
    if ctx.text == texts.WHOSE_OURS or re.search(r"我们|自己|本级|我单位", ctx.text):
        draft.skipped.append("whose")
    elif (
        ctx.text == texts.WHOSE_THEIRS.format(unit=unit.name)
        or re.match(r"替|代|是|对|他们|她们", ctx.text)
        or ctx.text in unit.name
    ):
        draft.unit_id, draft.unit_name = unit.id, unit.name
    else:
        return False
    return True


def tell_the_unit(ctx: Context, unit: Unit, report: Report) -> None:
    """Its head learns what was filed in the name of her unit."""
    heads = people.heads_of(ctx.session, [unit.id], ctx.local.date())
    if unit.id not in heads or heads[unit.id][0].id == ctx.speaker.person_id:
        return
    summary = card.summary(report.slots, ctx.local.date())
    said = texts.BEHALF_TOLD.format(
        unit=ctx.speaker.unit_name, name=ctx.speaker.name, number=report.number, summary=summary
    )
    tell(
        ctx.session, heads[unit.id][0].id, Reply(said), ctx.now, key=f"behalf:{report.id}", about=f"report:{report.id}"
    )
