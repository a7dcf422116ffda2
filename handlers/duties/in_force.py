"""任务列表 — the duties in force, and what an official changes about them: day, rule, reminders, who owes it, its end."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.duties import audiences, card, overview, regrouping, rules, service, texts, wording
from handlers.duties.overview import day_words
from storage.duties import Duty


def register(router: Router) -> None:
    """Add the commands of this module to the slice."""
    router.command(
        "任务列表",
        "下发的任务",
        "已下发的任务",
        "我下发的任务",
        allow=access.official,
        help="任务列表 — 看已下发的任务",
        takes_rest=False,
    )(in_force)
    router.command(
        "改任务", "修改任务", "任务改期", allow=access.official, help="改任务 1 12月20日前 — 改已下发的任务"
    )(change)
    router.command("停任务", "撤销任务", "停止任务", "取消任务", allow=access.official, help="停任务 1 — 不办了")(end)


def in_force(ctx: Context, _rest: str) -> Reply:
    """What has been handed down and is still going on."""
    found = _own(ctx)
    if not found:
        return Reply(texts.LIST_NONE)
    ctx.state["duties_shown"] = [duty.id for duty in found]
    lines = [
        texts.LIST_LINE.format(
            index=i,
            title=duty.title,
            rests_on=service.basis_words(duty.rests_on, duty.amended_by),
            when=service.when_words(duty),
        )
        for i, duty in enumerate(found, 1)
    ]
    return Reply("\n".join([texts.LIST_HEAD.format(count=len(found)), *lines, texts.LIST_FOOT]))


def _own(ctx: Context) -> list[Duty]:
    today = ctx.local.date()
    found = service.handed_down_by(ctx.session, ctx.speaker.unit_path)
    return [d for d in found if d.recurrence or (d.due_on is not None and d.due_on >= today - overview.BEHIND)][:12]


def _meant(ctx: Context, rest: str) -> tuple[Duty | None, str, int]:
    number = re.match(r"(?:第)?(\d{1,2})(?:件|个)?(?![\d月日号])\s*[，,：: ]*", rest)
    ids = ctx.state.get("duties_shown") or [duty.id for duty in _own(ctx)]
    index = int(number[1]) if number is not None else 1 if len(ids) == 1 else 0
    duty = service.own_duty(ctx.session, ids[index - 1], ctx.speaker) if 1 <= index <= len(ids) else None
    return duty, rest[number.end() :] if number is not None else rest, index


def change(ctx: Context, rest: str) -> Reply:
    """「改任务 1 12月20日前」: a new rule begins with the next period."""
    duty, said, index = _meant(ctx, rest)
    if duty is None:
        return in_force(ctx, "") if not index else Reply(texts.NO_SUCH_DUTY.format(index=index))
    new = card.of_record(duty)
    edit = (
        wording.edit(ctx.session, new, said, by=ctx.speaker, local=ctx.local, vocabulary=ctx.world.vocabulary)
        if said
        else None
    )
    if edit is None:
        return Reply(texts.CHANGE_HOW.format(index=index))
    if edit.problem:
        return Reply(edit.problem)
    values = edit.values
    if "audience" in values:
        return _change_who(ctx, duty, values["audience"], index)
    was_recurring = bool(duty.recurrence)
    service.change(
        ctx.session,
        duty,
        by=ctx.speaker,
        now=ctx.now,
        due_on=date.fromisoformat(values["due_on"]) if values.get("due_on") else None,
        recurrence=values.get("recurrence") or "",
        deadline_text=values.get("deadline_text") or "",
        reminder_days=values.get("reminder_days"),
        tell_above_after=values.get("tell_above_after"),
        title=values.get("title") or "",
        quota=values.get("quota"),
    )
    reminders = card.reminder_words(duty.reminder_days, duty.tell_above_after)
    said = texts.CHANGED_DUTY.format(
        title=duty.title, when=service.when_words(duty), reminders=reminders and f"提醒：{reminders}。"
    )
    if values.get("due_on") or values.get("recurrence"):
        notice = texts.CHANGED_NOTICE.format(title=duty.title, when=service.when_words(duty), rests_on=duty.rests_on)
        service.announce(ctx.session, duty, ctx.now, notice=notice, key=f"{ctx.now:%Y%m%d%H%M}")
        said += texts.CHANGED_NEXT if was_recurring else ""
    return Reply(said)


def _change_who(ctx: Context, duty: Duty, audience: dict[str, Any], index: int) -> Reply:
    """「改任务 1 去掉柳溪村」「改任务 1 发给各村」."""
    try:
        done = regrouping.change_audience(ctx.session, duty, audience, by=ctx.speaker, now=ctx.now)
    except service.NobodyOwes:
        return Reply(texts.NOBODY_LEFT)
    except service.PastDeadline:
        day = day_words(duty.due_on)
        return Reply(texts.WHO_PAST.format(title=duty.title, date=day, index=index))
    if not done.added and not done.removed:
        return Reply(texts.WHO_SAME.format(title=duty.title))
    told = texts.WHO_ADDED_NIGHT if rules.is_quiet(ctx.now) else texts.WHO_ADDED
    more = told.format(count=done.added) if done.added else ""
    more += texts.WHO_REMOVED.format(count=done.removed) if done.removed else ""
    count = service.audience_count(ctx.session, duty.audience, duty.audience["within"], ctx.local.date())
    return Reply(texts.CHANGED_WHO.format(title=duty.title, who=audiences.words(audience), count=count, more=more))


def end(ctx: Context, rest: str) -> Reply:
    """「停任务 1」, asked once more before it happens."""
    duty, said, index = _meant(ctx, rest)
    if duty is None:
        return in_force(ctx, "") if not index else Reply(texts.NO_SUCH_DUTY.format(index=index))
    if "确认" not in said:
        today = ctx.local.date()
        ctx.state["duties_shown"] = [duty.id]
        count = service.count_missing(ctx.session, ctx.speaker.unit_path, today, duty_id=duty.id)
        return Reply(
            texts.END_ASK.format(title=duty.title, count=count),
            (Choice("停", texts.END_YES.format(index=1)), Choice("不停", "任务列表")),
        )
    title = duty.title
    notice = texts.ENDED_NOTICE.format(title=title, rests_on=duty.rests_on)
    count = service.end(ctx.session, duty, by=ctx.speaker, now=ctx.now, notice=notice)
    return Reply(texts.ENDED.format(title=title, count=count))
