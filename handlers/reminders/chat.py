"""提醒 — what she wants to be reminded of, in her own words; her list, later, done, gone."""

from __future__ import annotations

import re
from datetime import datetime

from handlers import access
from handlers.dialog import texts as dialog_texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.reminders import personal, rules, texts
from handlers.reminders.rules import Wish
from storage.reminders import PersonalReminder

router = Router("reminders")

#: Longer messages that mention 提醒 tell of something else.
LONGEST = 60
_TOLD = re.compile(r"提醒(?:了|过|大家|姐妹|群众|村民|妇女|家长|他|她|他们|她们|各)|被提醒|提醒事项")


def glance(ctx: Context) -> Reply | None:
    """「下周三上午九点提醒我交台账」, whatever else is open."""
    if not ctx.speaker.is_known or len(ctx.text) > LONGEST:
        return None
    if not rules.ASKS.search(ctx.text) or _TOLD.search(ctx.text) or re.search(r"别|不用|不要|取消|删", ctx.text[:12]):
        return None
    ctx.state["aside"] = True
    return take(ctx, rules.read(ctx.text, ctx.local))


def take(ctx: Context, wish: Wish) -> Reply:
    """Keep the reminder, ask for what is missing, or say why it cannot be."""
    problem = _problem(ctx, wish)
    if problem is not None:
        return problem
    if wish.at is None:
        _ask(ctx, {"what": wish.what})
        return Reply(texts.ASK_WHEN.format(what=wish.what) if wish.what else texts.NOT_A_TIME)
    if not wish.what:
        _ask(
            ctx,
            {
                "at": wish.at.isoformat(),
                "recurrence": wish.recurrence,
                "rule_text": wish.rule_text,
                "clock": wish.clock.isoformat(),
            },
        )
        return Reply(texts.ASK_WHAT.format(when=_when(ctx, wish)))
    try:
        made = personal.remind(ctx.session, wish, by=ctx.speaker, now=ctx.now)
    except personal.TooMany:
        return Reply(texts.TOO_MANY.format(count=personal.MOST))
    return Reply(texts.SET.format(when=_when(ctx, wish), what=wish.what, number=made.number))


def _problem(ctx: Context, wish: Wish) -> Reply | None:
    if wish.problem == "impossible":
        return Reply(texts.IMPOSSIBLE.format(said=wish.said))
    if wish.problem == "too_often":
        return Reply(texts.TOO_OFTEN.format(what=wish.what))
    if wish.problem in ("past", "too_far") and wish.at is not None:
        shape = texts.PAST if wish.problem == "past" else texts.TOO_FAR
        return Reply(shape.format(when=personal.when_words(wish.at, ctx.local)))
    return None


def _when(ctx: Context, wish: Wish) -> str:
    assert wish.at is not None
    when = personal.when_words(wish.at, ctx.local)
    return texts.NEXT_TIME.format(rule=wish.rule_text, when=when) + "，" if wish.rule_text else when


def _ask(ctx: Context, waiting: dict[str, str]) -> None:
    if ctx.state.get("asking") in (None, "reminders"):  # a draft that waits is not pushed aside
        ctx.state["reminder"], ctx.state["asking"] = waiting, "reminders"


def answer(ctx: Context) -> Reply | None:
    """When, or what, was asked."""
    waiting: dict[str, str] | None = ctx.state.get("reminder")
    if waiting is None:
        ctx.state.pop("asking", None)
        return None
    if "at" in waiting:
        if len(ctx.text) > LONGEST or not re.search(r"\w", ctx.text):
            return None
        drop(ctx)
        clock = datetime.fromisoformat(f"2000-01-01T{waiting['clock']}").time()
        return take(
            ctx,
            Wish(
                ctx.text.strip(" 。.")[:100],
                datetime.fromisoformat(waiting["at"]),
                waiting["recurrence"],
                waiting["rule_text"],
                clock,
            ),
        )
    wish = rules.read(ctx.text, ctx.local)
    if wish.at is None and not wish.problem:
        return Reply(texts.NOT_A_TIME) if len(ctx.text) < 12 else None
    if wish.problem:
        return _problem(ctx, wish)
    drop(ctx)
    return take(ctx, Wish(waiting["what"] or wish.what, wish.at, wish.recurrence, wish.rule_text, wish.clock))


@router.command(
    "我的提醒",
    "提醒列表",
    "看提醒",
    allow=access.known,
    help="我的提醒 — 看设了哪些提醒",
    takes_rest=False,
    pattern=r"(?:我)?(?:都)?(?:有|设了?)(?:哪些|什么|几个|啥)提醒[？?]?",
)
def mine(ctx: Context, _rest: str) -> Reply:
    """What she has asked for."""
    found = personal.of_person(ctx.session, ctx.person_id)
    if not found:
        return Reply(texts.LIST_NONE)
    lines = [
        texts.LIST_LINE.format(number=one.number, what=one.what, when=personal.shown(one, ctx.local))
        for one in found[:12]
    ]
    foot = texts.LIST_FOOT.format(number=found[0].number)
    return Reply("\n".join([texts.LIST_HEAD.format(count=len(found)), *lines, foot]))


@router.command(
    "晚点",
    "推迟",
    allow=access.known,
    pattern=r"(?:晚点|晚些|推迟|延后|延迟|稍后|等会儿?|过会儿?|待会儿?)(?:再)?(?:提醒)?(?:我)?[，, ]*(?P<rest>.{0,24})",
)
def later(ctx: Context, rest: str) -> Reply | None:
    """「晚点」「推迟 1 明天」「推迟 半小时」."""
    number, when = _numbered(rest)
    meant = _meant(ctx, number)
    if not meant:
        if number is not None:
            return Reply(texts.NO_SUCH.format(number=number))
        return (
            Reply(texts.WHICH.format(command="推迟"))
            if not when and personal.of_person(ctx.session, ctx.person_id)
            else None
        )
    when = re.sub(r"^(?:到|至|再|提醒我?)+", "", when)
    wish = rules.put_off(when, ctx.local, personal.local(meant[0].due_at))
    if wish.at is None and not wish.problem:
        return Reply(texts.NOT_A_TIME) if number is not None else None
    problem = _problem(ctx, wish)
    if problem is not None:
        return problem
    assert wish.at is not None
    for one in meant:
        personal.put_off(ctx.session, one, wish.at)
    what = "”“".join(one.what for one in meant)
    return Reply(texts.PUT_OFF.format(what=what, when=personal.when_words(wish.at, ctx.local)))


@router.command(
    "删提醒",
    "删除提醒",
    "取消提醒",
    allow=access.known,
    pattern=r"(?:(?:不用|别|不要|不需要|停止)(?:再)?提醒(?:我)?(?:了)?|(?:删|取消|去掉|不要)(?:了|掉|除)?(?:第)?(?=[^，。]*提醒))[，, ]*(?P<rest>.{0,12})",
)
def remove(ctx: Context, rest: str) -> Reply | None:
    """「删提醒 1」."""
    found, said = _one(ctx, rest, "删提醒")
    if found is None:
        return said
    personal.delete(ctx.session, found)
    return Reply(texts.DELETED.format(what=found.what))


@router.command("提醒办好", "提醒完成", allow=access.known)
def done(ctx: Context, rest: str) -> Reply | None:
    """「提醒办好 1」."""
    found, said = _one(ctx, rest, "提醒办好")
    if found is None:
        return said
    personal.finish(ctx.session, found)
    if not found.recurrence:
        return Reply(texts.MARKED_DONE.format(what=found.what))
    when = personal.when_words(personal.local(found.due_at), ctx.local)
    return Reply(texts.MARKED_DONE_ONCE.format(what=found.what, when=when))


def _one(ctx: Context, rest: str, command: str) -> tuple[PersonalReminder | None, Reply]:
    number, _ = _numbered(rest)
    meant = _meant(ctx, number)
    if len(meant) == 1:
        return meant[0], Reply("")
    if number is not None:
        return None, Reply(texts.NO_SUCH.format(number=number))
    waiting = personal.of_person(ctx.session, ctx.person_id)
    if len(waiting) == 1:
        return waiting[0], Reply("")
    numbers = tuple(Choice(f"{command} {one.number}") for one in waiting[:6])
    return None, Reply(texts.WHICH.format(command=command), numbers) if waiting else Reply(texts.LIST_NONE)


def _numbered(rest: str) -> tuple[int | None, str]:
    match = re.match(
        r"(?:提醒)?\s*(?:第)?\s*(\d{1,2})(?![\d点:：月日号]|\s*(?:个)?(?:小时|分钟|天|钟头))(?:条|个)?(?:提醒)?[，, ]*",
        rest,
    )
    return (int(match[1]), rest[match.end() :]) if match else (None, rest)


def _meant(ctx: Context, number: int | None) -> list[PersonalReminder]:
    """The one with that number; without a number those that came last, in one message."""
    if number is not None:
        found = personal.by_number(ctx.session, ctx.person_id, number)
        return [found] if found is not None else []
    return personal.last_told(ctx.session, ctx.person_id, ctx.now)


def drop(ctx: Context) -> None:
    """Done or given up."""
    ctx.state.pop("reminder", None)
    if ctx.state.get("asking") == "reminders":
        ctx.state.pop("asking")


def cancel(ctx: Context) -> Reply | None:
    """取消."""
    if "reminder" not in ctx.state:
        return None
    drop(ctx)
    return Reply(texts.CANCELLED)


def still_open(ctx: Context) -> str:
    """What waits."""
    what = (ctx.state.get("reminder") or {}).get("what", "")
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question=texts.ASK_WHEN.format(what=what))


router.answer = answer
router.cancel = cancel
router.still_open = still_open
router.glance = glance
