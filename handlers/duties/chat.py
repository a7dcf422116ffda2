"""任务 — what I owe; who has not reported; handing a duty down."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from handlers import access
from handlers.dialog import texts as dialog_texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.duties import card as cards
from handlers.duties import service, texts
from handlers.duties.service import NobodyOwes, NoDeadline
from knowledge.calendar import find_times
from knowledge.messages import understand
from knowledge.numerals import find_numbers
from knowledge.reading import find_doc_numbers
from storage.vault import Vault

router = Router("duties")

#: How many names fit on a phone screen.
SHOWN = 30


@router.command("我的任务", "任务", "待办", "我欠什么", "还有什么没报", allow=access.known, help="我的任务 — 看还欠什么", takes_rest=False)
def mine(ctx: Context, _rest: str) -> Reply:
    """What her unit owes."""
    today = ctx.local.date()
    owed = service.owed_by(ctx.session, ctx.speaker.unit_id, today + timedelta(days=45))
    if not owed:
        return Reply(texts.MINE_NONE)
    lines = [
        texts.MINE_LINE.format(
            index=i, title=duty.title, rests_on=duty.rests_on, when=when_due(assignment.due_on, today),
            progress=texts.PROGRESS.format(got=assignment.got, left=assignment.needs - assignment.got) if assignment.got else "")
        for i, (assignment, duty) in enumerate(owed[:8], 1)
    ]
    return Reply("\n".join([texts.MINE_HEAD.format(count=len(owed)), *lines, texts.MINE_FOOT]))


def when_due(due_on: date | None, today: date) -> str:
    """The deadline in words."""
    if due_on is None:
        return ""
    shown = f"{due_on.month}月{due_on.day}日"
    if due_on == today:
        return texts.DUE_TODAY
    return texts.DUE_IN.format(date=shown, days=(due_on - today).days) if due_on > today else texts.OVERDUE.format(date=shown)


@router.command(
    "谁没报", "谁还没报", "哪些没报", "未报", "催报名单", allow=access.official, help="谁没报 — 看哪些单位没报",
    pattern=r"(?:谁|哪些[村单位]*|哪几个[村单位]*)(?:还)?(?:没|未)(?:有)?(?:上)?(?:报|交)[？?]?\s*(?P<rest>.*)")
def who_is_missing(ctx: Context, rest: str) -> Reply:
    """How each duty stands below her, or the names of one."""
    today = ctx.local.date()
    found = service.standings(ctx.session, ctx.speaker.unit_path, since=today - timedelta(days=30), until=today + timedelta(days=45))
    if not found:
        return Reply(texts.STANDING_NONE)
    number = re.match(r"\d+", rest)
    if number is not None or len(found) == 1:
        index = int(number[0]) if number else 1
        if not 1 <= index <= len(found):
            return Reply(texts.NO_SUCH_DUTY.format(index=index))
        return _names(ctx, found[index - 1], index, everything="全部" in rest)
    lines = [
        texts.STANDING_LINE.format(
            index=i, title=s.title, rests_on=s.rests_on, date=f"{s.due_on.month}月{s.due_on.day}日" if s.due_on else "",
            expected=s.expected, done=s.done, open=s.open)
        for i, s in enumerate(found[:8], 1)
    ]
    labels = tuple(Choice(f"谁没报 {i}") for i in range(1, min(4, len(found)) + 1))
    return Reply("\n".join([texts.STANDING_HEAD.format(unit=ctx.speaker.unit_name), *lines, texts.STANDING_FOOT]), labels)


def _names(ctx: Context, standing: service.Standing, index: int, *, everything: bool) -> Reply:
    names = service.missing(ctx.session, ctx.speaker.unit_path, ctx.local.date(), duty_id=standing.duty_id, limit=2000)
    names = [m for m in names if m.due_on == standing.due_on]
    if not names:
        return Reply(texts.MISSING_NONE.format(title=standing.title))
    vault = Vault.of(ctx.session)
    shown = names if everything else names[:SHOWN]
    lines = [
        texts.MISSING_LINE.format(unit=m.unit, name=m.head or "", phone=vault.open(m.phone_sealed) if m.phone_sealed else "").strip()
        for m in shown
    ]
    if len(names) > len(shown):
        lines.append(texts.MISSING_MORE.format(count=len(names) - len(shown), index=index))
    return Reply("\n".join([texts.MISSING_HEAD.format(title=standing.title, count=len(names)), *lines]))


# -- handing down --


@router.command("下发任务", "布置任务", "新任务", allow=access.official, help="下发任务 — 给下级布置一件事")
def hand_down(ctx: Context, rest: str) -> Reply:
    """An official hands a duty down in her own words; asked for what is missing, nothing goes out before she confirms."""
    if not rest:
        return Reply(texts.MAKE_HOW)
    return go_on(ctx, read_duty(ctx, rest))


def read_duty(ctx: Context, said: str) -> dict[str, Any]:
    """What her sentence says of the duty: title, deadline, basis, who, how many."""
    numbers = find_doc_numbers(said)
    plain = said
    basis = ""
    if numbers:
        basis = said[numbers[0].start : numbers[0].end]
        plain = re.sub(r"[，,；;。]?\s*(?:依据|根据|按照?)?\s*《?[^，,；;。]*" + re.escape(basis), "", plain)
    elif texts.NO_NUMBER in plain:
        basis = texts.NO_NUMBER
        plain = re.sub(r"[，,；;。]?\s*" + texts.NO_NUMBER, "", plain)
    new: dict[str, Any] = {"basis": basis, "quota": read_quota(ctx, plain), "level": level_of(plain, ctx.speaker.unit_level)}
    new |= read_deadline(ctx, plain)
    if new.get("deadline_text"):
        plain = plain.replace(new["deadline_text"], "")
    new["title"] = re.sub(r"[，,；;。\s]+$|^[，,；;。\s]+", "", re.sub(r"(，|,)\s*(，|,)", "，", plain))[:100]
    return new


def read_deadline(ctx: Context, said: str) -> dict[str, Any]:
    """A day or a recurrence; `past` for a day that has gone."""
    for found in find_times(said, ctx.local, "circular"):
        if found.rrule:
            return {"recurrence": found.rrule, "deadline_text": found.text}
        if found.last is not None:
            if found.last < ctx.local.date():
                return {"past": found.last.isoformat(), "deadline_text": found.text}
            return {"due_on": found.last.isoformat(), "deadline_text": found.text}
    return {}


def read_quota(ctx: Context, said: str) -> dict[str, Any]:
    """What fulfils it: the form and subject that the sentence names, and how often."""
    meaning = understand("昨天办了" + said, ref=ctx.local, vocabulary=ctx.world.vocabulary)
    slots = meaning.reports[0].to_json() if meaning.reports else {}
    quota: dict[str, Any] = {}
    if slots.get("form") and slots["form"] != "其他":
        quota["forms"] = [slots["form"]]
    if slots.get("category"):
        quota["categories"] = [slots["category"]]
    for number in find_numbers(said):
        if number.unit in ("场", "次", "期", "场次") and not number.is_ordinal:
            quota["min"] = int(number.low)
    return quota


def level_of(said: str, own: str) -> str:
    """Which level owes it: as said, else the one below hers."""
    if re.search(r"村|社区", said):
        return "village"
    if re.search(r"乡镇|街道|各乡|各镇", said):
        return "township"
    if re.search(r"各县|县区|县（", said):
        return "county"
    return "village" if own == "township" else "village" if own == "county" else "county"


def go_on(ctx: Context, new: dict[str, Any]) -> Reply:
    """Ask for what is missing, or show the card."""
    ctx.state["duty"], ctx.state["asking"] = new, "duties"
    if new.get("past"):
        passed = date.fromisoformat(new.pop("past"))
        return Reply(texts.PAST_DEADLINE.format(date=f"{passed.year}年{passed.month}月{passed.day}日"))
    if not new.get("due_on") and not new.get("recurrence"):
        return Reply(texts.ASK_DEADLINE)
    if not new.get("basis"):
        return Reply(texts.ASK_BASIS, choices=(Choice(texts.NO_NUMBER),))
    audience = {"level": new["level"]}
    count = service.audience_count(ctx.session, audience, ctx.speaker.unit_path, ctx.local.date())
    if not count:
        drop(ctx)
        return Reply(texts.NOBODY)
    card = cards.proposal(new, count)
    return Reply(card, choices=(Choice(texts.CONFIRM), Choice(texts.DROP)))


def answer(ctx: Context) -> Reply | None:
    """Her answer while a duty is being put together."""
    new = ctx.state.get("duty")
    if new is None:
        ctx.state.pop("asking", None)
        return None
    if ctx.text in (texts.CONFIRM, "确认", "对", "发", "确认下发"):
        return confirm(ctx, new) if _complete(new) else go_on(ctx, new)
    if ctx.text == texts.DROP:
        drop(ctx)
        return Reply(texts.DROPPED)
    if not new.get("due_on") and not new.get("recurrence"):
        found = read_deadline(ctx, ctx.text)
        if not found:
            return Reply(texts.NOT_A_DEADLINE) if len(ctx.text) < 15 else None
        new |= found
        return go_on(ctx, new)
    if not new.get("basis"):
        numbers = find_doc_numbers(ctx.text)
        if numbers or ctx.text in (texts.NO_NUMBER, "没有", "无"):
            new["basis"] = ctx.text[numbers[0].start : numbers[0].end] if numbers else texts.NO_NUMBER
            return go_on(ctx, new)
        return Reply(texts.NOT_A_BASIS) if len(ctx.text) < 15 else None
    found = read_deadline(ctx, ctx.text)
    if found and len(ctx.text) < 25:
        new.pop("recurrence", None)
        new.pop("due_on", None)
        return go_on(ctx, new | found)
    return None


def _complete(new: dict[str, Any]) -> bool:
    return bool(new.get("basis") and (new.get("due_on") or new.get("recurrence")))


def confirm(ctx: Context, new: dict[str, Any]) -> Reply:
    """She has confirmed: the duty, what each unit owes, and a word to each head."""
    today = ctx.local.date()
    duty = cards.new_duty(new, today)
    try:
        made, count = service.hand_down(ctx.session, duty, by=ctx.speaker, now=ctx.now)
    except (NoDeadline, NobodyOwes):
        return Reply(texts.NOBODY)
    drop(ctx)
    cards.announce(ctx.session, made, new, by=ctx.speaker, now=ctx.now)
    return Reply(texts.HANDED_DOWN.format(count=count))


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


def still_open(_ctx: Context) -> str:
    """What waits."""
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question=texts.CONFIRM)


router.answer = answer
router.cancel = cancel
router.still_open = still_open
