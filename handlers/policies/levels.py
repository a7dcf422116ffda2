"""What a level has to do, in the sentences of circulars that say so."""

from __future__ import annotations

import re

from sqlalchemy import select

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.policies import card, finding, reading_on, service, texts
from handlers.policies.service import visible
from knowledge import excerpts
from storage.circulars import Circular, Passage

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
_ONLY_LABEL = re.compile(r"^(?:[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、|\d+[.、])$")
_TO_DO = re.compile(r"要|应|须|负责|组织|开展|举办|报送|落实|完成|做好|前|每[月季年周]")


def by_level(ctx: Context) -> Reply | None:
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
    reading_on.open_at(ctx, *(key for _, _, key in shown))
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
    if (state := reading_on.opened(ctx)) is not None:
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
        before = excerpts.unlabelled(sentence[: subject.start()])[1] if subject.start() else ""
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
            _, clean = excerpts.unlabelled(clean)
            best = (value, clean, found.start() + sentence.find(clean))
    return (best[1], best[2]) if best is not None and best[0] >= 1.0 else None
