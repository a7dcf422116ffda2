"""来文 — an official pastes a circular; it is kept, and its obligations are confirmed one by one."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from handlers.circulars import service, texts
from handlers.dialog import texts as dialog_texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.duties import card as cards
from handlers.duties import service as duties
from handlers.duties.service import NobodyOwes
from knowledge.calendar import find_times
from knowledge.reading import Document, find_doc_numbers, read_text

router = Router("circulars")

#: Shorter texts are talk, not documents.
SHORTEST = 150
_LOOKS_OFFICIAL = re.compile(r"通知|方案|意见|办法|现将|特此|请.{0,12}(?:认真|遵照|贯彻)|各(?:县|乡|镇|村|市|街道)")


def glance(ctx: Context) -> Reply | None:
    """A long text with the marks of a document is one."""
    if len(ctx.text) < SHORTEST or not _LOOKS_OFFICIAL.search(ctx.text):
        return None
    if not (find_doc_numbers(ctx.text[:400]) or re.search(r"通知|方案|办法|意见", ctx.text[:200])) or not re.search(r"[：:]\s*\n|\n", ctx.text):
        return None
    if not ctx.speaker.is_official:
        return Reply(texts.ONLY_OFFICIALS) if ctx.speaker.is_known else None
    return take(ctx, read_text("粘贴", ctx.text))


def take(ctx: Context, document: Document) -> Reply:
    """Keep a document and show its first proposal."""
    if document.secrecy:
        return Reply(texts.SECRET.format(mark=document.secrecy))
    result = service.keep(ctx.session, document, by=ctx.speaker, now=ctx.now)
    shape = {"unchanged": texts.KEPT_ALREADY, "new_version": texts.NEW_VERSION}.get(result.status, texts.KEPT)
    number = texts.NUMBER.format(number=document.meta.doc_no) if document.meta.doc_no else ""
    head = shape.format(title=document.meta.title or document.name, number=number)
    proposals = service.propose(document, by=ctx.speaker, circular_id=result.circular_id, today=ctx.local.date())
    if not proposals:
        return Reply(head + "\n" + texts.NO_DUTIES)
    ctx.state["proposals"] = {"all": proposals, "at": 0, "made": 0}
    ctx.state["asking"] = "circulars"
    shown = _show(ctx)
    return Reply("\n".join([head, texts.FOUND.format(count=len(proposals)), shown.text]), shown.choices)


def _show(ctx: Context) -> Reply:
    state = ctx.state["proposals"]
    every, at = state["all"], state["at"]
    if at >= len(every):
        drop(ctx)
        return Reply(texts.DONE.format(made=state["made"], skipped=len(every) - state["made"]))
    new = every[at]
    count = duties.audience_count(ctx.session, {"level": new["level"]}, ctx.speaker.unit_path, ctx.local.date())
    text = texts.PROPOSAL.format(index=at + 1, count=len(every)) + (texts.TENTATIVE if new["tentative"] else "") + "\n" + cards.proposal(new, count)
    return Reply(text, (Choice(texts.CONFIRM), Choice(texts.SKIP), Choice(texts.SKIP_ALL)))


def answer(ctx: Context) -> Reply | None:
    """Her word on the proposal that is shown."""
    state: dict[str, Any] | None = ctx.state.get("proposals")
    if state is None:
        ctx.state.pop("asking", None)
        return None
    new = state["all"][state["at"]]
    if ctx.text in (texts.CONFIRM, "确认", "对", "好", "发"):
        said = _hand_down(ctx, new)
        state["made"] += 1
    elif ctx.text in (texts.SKIP, "不下发", "跳过", "不用"):
        said = ""
    elif ctx.text == texts.SKIP_ALL:
        state["at"] = len(state["all"]) - 1
        said = ""
    else:
        return _edit(ctx, new)
    state["at"] += 1
    shown = _show(ctx)
    return Reply((said + "\n\n" if said else "") + shown.text, shown.choices)


def _hand_down(ctx: Context, new: dict[str, Any]) -> str:
    try:
        made, count = duties.hand_down(ctx.session, cards.new_duty(new, ctx.local.date()), by=ctx.speaker, now=ctx.now)
    except NobodyOwes:
        from handlers.duties import texts as duty_texts

        return duty_texts.NOBODY
    cards.announce(ctx.session, made, new, by=ctx.speaker, now=ctx.now)
    return texts.HANDED_DOWN.format(count=count)


def _edit(ctx: Context, new: dict[str, Any]) -> Reply | None:
    """「改到12月15日前」 changes the deadline of the proposal."""
    if len(ctx.text) > 30:
        return None
    for found in find_times(ctx.text, ctx.local, "circular"):
        if found.rrule or found.last is not None:
            new["recurrence"] = found.rrule or ""
            new["due_on"] = found.last.isoformat() if found.last is not None and not found.rrule else None
            new["deadline_text"] = found.text
            if new["due_on"] and date.fromisoformat(new["due_on"]) < ctx.local.date():
                return Reply(texts.NO_DEADLINE)
            return _show(ctx)
    return None


def drop(ctx: Context) -> None:
    """Done or given up."""
    ctx.state.pop("proposals", None)
    if ctx.state.get("asking") == "circulars":
        ctx.state.pop("asking")


def cancel(ctx: Context) -> Reply | None:
    """取消 leaves the rest of the proposals."""
    state = ctx.state.get("proposals")
    if state is None:
        return None
    drop(ctx)
    return Reply(texts.DONE.format(made=state["made"], skipped=len(state["all"]) - state["made"]))


def still_open(_ctx: Context) -> str:
    """What waits."""
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question=texts.CONFIRM)


router.answer = answer
router.cancel = cancel
router.still_open = still_open
router.glance = glance
