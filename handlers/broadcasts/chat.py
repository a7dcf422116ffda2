"""群发 — a text to those below, a count before it goes; 收到 is counted."""

from __future__ import annotations

import re

from handlers import access
from handlers.broadcasts import service, texts
from handlers.dialog import texts as dialog_texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Reply, choices
from handlers.dialog.router import Router

router = Router("broadcasts")

LONGEST = 600
_RECEIVED = re.compile(r"(好的?|嗯|是|哦)?[，, ]*(已?收到|收悉|知道了|明白|晓得了)(了|啦|谢谢|！|!|。|~)*|👌|👍|\[OK\]|\[强\]")


@router.command("群发", "发通知", allow=access.official, help="群发 内容 — 发给辖区")
def broadcast(ctx: Context, rest: str) -> Reply:
    """An official writes to those below her."""
    if not rest:
        return Reply(texts.HOW)
    if len(rest) > LONGEST:
        return Reply(texts.TOO_LONG.format(length=len(rest), limit=LONGEST))
    level, text = _level(rest)
    audience = {"level": level} if level else {}
    counted = service.preview(ctx.session, audience, by=ctx.speaker, day=ctx.local.date())
    if not counted.reachable:
        return Reply(texts.NOBODY)
    ctx.state["broadcast"] = {"text": text, "audience": audience, "count": counted.reachable}
    ctx.state["asking"], ctx.state["expects_number"] = "broadcasts", True
    who = {"village": texts.WHO_VILLAGE, "township": texts.WHO_TOWNSHIP, "county": texts.WHO_COUNTY}.get(level, texts.WHO_ALL)
    skipped = texts.SKIPPED.format(count=counted.unreachable) if counted.unreachable else ""
    return Reply(
        texts.PREVIEW.format(who=who.format(unit=ctx.speaker.unit_name), count=counted.reachable, skipped=skipped, text=text),
        choices("取消"))


def _level(said: str) -> tuple[str, str]:
    """「给各村 …」 narrows the audience."""
    found = re.match(r"(?:给|到)?(各?村(?:（社区）|社区)?|各?乡镇(?:街道)?|各?县区?)[：:，, ]+(.+)", said, re.DOTALL)
    if found is None:
        return "", said
    level = "village" if "村" in found[1] else "township" if "镇" in found[1] else "county"
    return level, found[2]


def answer(ctx: Context) -> Reply | None:
    """The typed count confirms."""
    waiting = ctx.state.get("broadcast")
    if waiting is None:
        ctx.state.pop("asking", None)
        return None
    number = re.fullmatch(r"(?:确认|发|对)?[，, ]*(\d{1,7})\s*人?", ctx.text)
    if number is None:
        return Reply(texts.WRONG_COUNT.format(count=waiting["count"])) if ctx.text in ("对", "发", "确认", "好") else None
    if int(number[1]) != waiting["count"]:
        return Reply(texts.WRONG_COUNT.format(count=waiting["count"]))
    drop(ctx)
    text = waiting["text"] + texts.FOOTER.format(unit=ctx.speaker.unit_name)
    made = service.plan(ctx.session, text, waiting["audience"], by=ctx.speaker, now=ctx.now)
    return Reply(texts.STARTED.format(code=made.code), choices(f"群发进度 {made.code}"))


@router.command("群发进度", allow=access.official)
def progress(ctx: Context, rest: str) -> Reply:
    """How far a broadcast has come, and who is silent."""
    found = service.by_code(ctx.session, rest.strip(), ctx.speaker.unit_path)
    if found is None:
        return Reply(texts.NO_SUCH.format(code=rest))
    now = service.progress(ctx.session, found)
    said = texts.PROGRESS.format(
        code=found.code, planned=now.planned, sent=now.sent, failed=now.failed, skipped=now.skipped, waiting=now.waiting,
        acknowledged=now.acknowledged)
    names = service.silent(ctx.session, found)
    return Reply(said + ("\n" + texts.NOT_YET.format(names="、".join(names)) if names else ""))


def glance(ctx: Context) -> Reply | None:
    """收到, 好的收到, 👌 and the button all count, once."""
    if ctx.speaker.person_id is None or not _RECEIVED.fullmatch(ctx.text):
        return None
    found = service.acknowledge(ctx.session, ctx.speaker.person_id, ctx.now)
    ctx.state["aside"] = True
    return Reply(texts.ACKNOWLEDGED if found is not None else texts.NOTHING_TO_ACKNOWLEDGE)


def drop(ctx: Context) -> None:
    """Done or given up."""
    for key in ("broadcast", "expects_number"):
        ctx.state.pop(key, None)
    if ctx.state.get("asking") == "broadcasts":
        ctx.state.pop("asking")


def cancel(ctx: Context) -> Reply | None:
    """取消."""
    if "broadcast" not in ctx.state:
        return None
    drop(ctx)
    return Reply(texts.CANCELLED)


def still_open(_ctx: Context) -> str:
    """What waits."""
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question="人数")


router.answer = answer
router.cancel = cancel
router.still_open = still_open
router.glance = glance
