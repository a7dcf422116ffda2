"""任务 — what I owe; handing a duty down. Who has not reported and duties in force: overview.py, in_force.py."""

from __future__ import annotations

import re
from datetime import date

from handlers import access
from handlers.dialog import texts as dialog_texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.duties import card as cards
from handlers.duties import in_force, overview, owed, rules, service, texts, wording
from handlers.duties.service import Refused
from handlers.duties.wording import Proposal

router = Router("duties")
owed.register(router)
overview.register(router)
in_force.register(router)

_YES = frozenset(
    {texts.CONFIRM, "确认", "对", "发", "确认下发", "好", "好的", "可以", "行", "发吧", "下发吧", "没问题"}
)


_ANOTHER = re.compile(r"(?:下发|布置|派|发|新|改|停|撤销|取消|修改)任务|任务列表|谁没报|催一?下|完成情况|群发")


@router.command(
    "下发任务", "布置任务", "新任务", "派任务", "发任务", allow=access.official, help="下发任务 — 给下级布置一件事"
)
def hand_down(ctx: Context, rest: str) -> Reply:
    """An official hands a duty down in her own words; asked for what is missing, nothing goes out before she confirms."""
    ctx.state["aside"] = False
    if not rest:
        return Reply(texts.MAKE_HOW)
    return go_on(ctx, wording.read(ctx.session, rest, ctx.speaker, ctx.local, ctx.world.vocabulary))


def go_on(ctx: Context, new: Proposal) -> Reply:
    """Ask for what is missing, or show the card."""
    outside, wrong, past = (new.pop(k, None) for k in ("outside", "impossible", "past"))
    if outside:
        drop(ctx)
        return Reply(texts.OUTSIDE_NEW.format(names=outside))
    ctx.state["duty"], ctx.state["asking"] = new, "duties"
    if wrong:
        return Reply(texts.IMPOSSIBLE_DEADLINE.format(said=wrong))
    if past:
        return Reply(texts.PAST_DEADLINE.format(date=wording.day_words(date.fromisoformat(past))))
    if len(new.get("title") or "") < 2:
        return Reply(texts.ASK_TITLE)
    if not new.get("due_on") and not new.get("recurrence"):
        return Reply(texts.ASK_DEADLINE)
    if not new.get("basis"):
        return Reply(texts.ASK_BASIS, choices=(Choice(texts.NO_NUMBER),))
    count = service.audience_count(ctx.session, new["audience"], ctx.speaker.unit_path, ctx.local.date())
    if not count:
        drop(ctx)
        return Reply(texts.NOBODY)
    return Reply(cards.proposal(new, count), choices=(Choice(texts.CONFIRM), Choice(texts.DROP)))


def answer(ctx: Context) -> Reply | None:
    """Her answer while a duty is being put together."""
    if _ANOTHER.match(ctx.text):  # a new one, or something else about duties: not an answer
        return None
    new: Proposal | None = ctx.state.get("duty")
    if new is None or "audience" not in new:
        drop(ctx)
        return None
    if ctx.text.strip("。！! ") in _YES:
        return confirm(ctx, new) if _complete(new) else go_on(ctx, new)
    if ctx.text in (texts.DROP, "不发", "不要", "不要了"):
        drop(ctx)
        return Reply(texts.DROPPED)
    short = len(ctx.text) < 15
    if len(new.get("title") or "") < 2 and 4 <= len(ctx.text) < 100:
        return go_on(
            ctx,
            new
            | {
                "title": wording.tidy(ctx.text),
                "quota": wording.what_counts(ctx.text, ctx.world.vocabulary, ctx.local),
            },
        )
    if not new.get("basis") and _complete(new | {"basis": "?"}) and ctx.text in ("没有", "无", "没"):
        return go_on(ctx, new | {"basis": texts.NO_NUMBER})
    change = wording.edit(ctx.session, new, ctx.text, by=ctx.speaker, local=ctx.local, vocabulary=ctx.world.vocabulary)
    if change is None:
        if short and not new.get("due_on") and not new.get("recurrence"):
            return Reply(texts.NOT_A_DEADLINE)
        return Reply(texts.NOT_A_BASIS, (Choice(texts.NO_NUMBER),)) if short and not new.get("basis") else None
    if change.problem:
        return Reply(change.problem)
    audience = change.values.get("audience") or new["audience"]
    if not service.audience_count(ctx.session, audience, ctx.speaker.unit_path, ctx.local.date()):
        return Reply(texts.NOBODY)
    return go_on(ctx, new | change.values)


def _complete(new: Proposal) -> bool:
    return bool(new.get("basis") and new.get("title") and (new.get("due_on") or new.get("recurrence")))


def confirm(ctx: Context, new: Proposal) -> Reply:
    """She has confirmed: the duty, what each unit owes, and a word to each head."""
    duty = cards.new_duty(new, ctx.local.date())
    try:
        _, count = service.hand_down(ctx.session, duty, by=ctx.speaker, now=ctx.now, tell_heads=True)
    except service.PastDeadline:
        assert duty.due_on is not None
        return Reply(texts.PAST_DEADLINE.format(date=wording.day_words(duty.due_on)))
    except Refused:
        drop(ctx)
        return Reply(texts.NOBODY)
    drop(ctx)
    return Reply((texts.HANDED_DOWN_AT if rules.is_quiet(ctx.now) else texts.HANDED_DOWN).format(count=count))


def drop(ctx: Context) -> None:
    """What was being put together is given up or done."""
    ctx.state.pop("duty", None)
    if ctx.state.get("asking") == "duties":
        ctx.state.pop("asking")


def cancel(ctx: Context) -> Reply | None:
    """取消."""
    if "duty" not in ctx.state:
        return None
    drop(ctx)
    return Reply(texts.DROPPED)


def still_open(ctx: Context) -> str:
    """What waits."""
    new = ctx.state.get("duty") or {}
    question = (
        texts.CONFIRM
        if _complete(new)
        else texts.ASK_BASIS
        if new.get("due_on") or new.get("recurrence")
        else texts.ASK_DEADLINE
    )
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question=question)


router.answer = answer
router.cancel = cancel
router.still_open = still_open
