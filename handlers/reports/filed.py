"""Reports that are filed: 我的上报, 看, 改, 撤回, and corrections after the fact."""

from __future__ import annotations

import re

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.reports import answers, card, rules, service, texts
from handlers.reports import draft as drafts
from handlers.reports.draft import Draft
from knowledge.messages import Understanding, understand
from storage import reports
from storage.reports import COUNTED, RETURNED, WITHDRAWN, Report


def register(router: Router) -> None:
    """Add these commands to the slice's router."""
    router.command("我的上报", "我报的", "我报过什么", allow=access.known, help="我的上报 — 看报过什么", takes_rest=False)(mine)
    router.command(allow=access.known, pattern=r"看\s*(?P<rest>\d{1,12})")(show)
    router.command(allow=access.known, pattern=r"(?:撤回|撤销|删掉|删除)\s*(?P<rest>\d{0,12})(?:号|那条)?")(withdraw)
    router.command(allow=access.known, pattern=r"(?:改|修改|补充|更正)\s*(?P<rest>\d{4,12}(?:\D.*)?)")(change)


def mine(ctx: Context, _rest: str) -> Reply:
    """Her latest reports."""
    found = reports.filed_by(ctx.session, ctx.person_id, limit=5)
    if not found:
        return Reply(texts.MINE_NONE)
    ctx.state["listed"] = [r.id for r in found]
    today = ctx.local.date()
    lines = [
        texts.MINE_LINE.format(
            index=i, date=card.day(r.slots["date"], today), form="" if r.form in r.topic else r.form, topic=r.topic,
            people=card.count(r.slots.get("participants"), "人") if r.slots.get("participants") else "",
            number=r.number, state=texts.STATES[r.state])
        for i, r in enumerate(found, 1)
    ]
    labels = tuple(Choice(f"看 {i}") for i in range(1, min(4, len(found) + 1)))
    return Reply("\n".join([texts.MINE_HEAD, *lines, texts.MINE_FOOT]), choices=labels)


def _find(ctx: Context, said: str) -> Report | None:
    """By its place in the list she saw last, or by its number; only what she may see."""
    if len(said) <= 2:
        listed = ctx.state.get("listed") or [r.id for r in reports.filed_by(ctx.session, ctx.person_id, limit=5)]
        index = int(said) - 1
        return ctx.session.get(Report, listed[index]) if 0 <= index < len(listed) else None
    return reports.by_number(ctx.session, said, ctx.speaker.unit_path)


def _not_found(said: str) -> Reply:
    return Reply(texts.NO_SUCH_INDEX.format(index=said) if len(said) <= 2 else texts.NO_SUCH.format(number=said))


def show(ctx: Context, rest: str) -> Reply:
    """One report, whole."""
    found = _find(ctx, rest)
    if found is None:
        return _not_found(rest)
    head = texts.SHOW_HEAD.format(number=found.number, state=texts.STATES[found.state]).strip()
    lines = [head, *card.lines(found.slots, ctx.local.date()), texts.SHOW_FOOT.format(number=found.number)]
    return Reply("\n".join(lines))


def withdraw(ctx: Context, rest: str) -> Reply:
    """Take a report back; only her own."""
    if not rest:
        last = reports.filed_by(ctx.session, ctx.person_id, limit=1)
        return Reply(texts.WITHDRAW_WHICH.format(number=last[0].number) if last else texts.MINE_NONE)
    found = _find(ctx, rest)
    if found is None:
        return _not_found(rest)
    if found.by_person_id != ctx.person_id:
        return Reply(texts.WITHDRAW_OTHERS.format(number=found.number))
    if found.state == WITHDRAWN:
        return Reply(texts.ALREADY_WITHDRAWN.format(number=found.number))
    try:
        service.withdraw(ctx.session, found, by=ctx.speaker, now=ctx.now)
    except service.PeriodClosed as closed:
        return Reply(texts.PERIOD_CLOSED.format(first=closed.first, last=closed.last))
    return Reply(texts.WITHDRAWN.format(number=found.number))


def change(ctx: Context, rest: str) -> Reply | None:
    """改 1203 人数 38: a filed report in a new version, shown and confirmed like a new one."""
    number, what = re.match(r"(\d+)\s*(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]  # the command's pattern matched
    found = _find(ctx, number)
    if found is None:
        return _not_found(number)
    if found.by_person_id != ctx.person_id and not ctx.speaker.is_official:
        return Reply(texts.WITHDRAW_OTHERS.format(number=found.number))
    if found.state not in (*COUNTED, RETURNED):
        return Reply(texts.CANNOT_CHANGE.format(number=found.number, state=texts.STATES[found.state].strip("（）")))
    if not what:
        return Reply(texts.CHANGE_WHAT.format(number=found.number))
    news = answers.named_change(what, ctx.local, ctx.world.vocabulary)
    if news is None:
        meaning = understand(what, ref=ctx.local, context=[card.summary(found.slots, ctx.local.date())], vocabulary=ctx.world.vocabulary)
        news = meaning.reports[0].to_json() if meaning.reports else None
    if not news:
        return Reply(texts.CHANGE_WHAT.format(number=found.number))
    return _save(ctx, found, rules.merge(found.slots, news, correcting=True))


def correct_last(ctx: Context, meaning: Understanding) -> Reply | None:
    """「不是36是38人」 after filing: meant for the report she filed last."""
    report_id = ctx.state.get("last_report")
    found = ctx.session.get(Report, report_id) if report_id else None
    if found is None or found.state not in (*COUNTED, RETURNED) or not meaning.reports:
        return None
    activity = meaning.reports[0]
    news = activity.to_json()
    if not news and not activity.deleted:
        return None
    return _save(ctx, found, rules.merge(found.slots, news, deleted=tuple(activity.deleted), correcting=True))


def _save(ctx: Context, found: Report, slots: dict[str, object]) -> Reply:
    try:
        service.change(ctx.session, found, slots, by=ctx.speaker, now=ctx.now)
    except service.PeriodClosed as closed:
        return Reply(texts.PERIOD_CLOSED.format(first=closed.first, last=closed.last))
    head = texts.CHANGED.format(number=found.number, version=found.version)
    return Reply("\n".join([head, *card.lines(found.slots, ctx.local.date())]))


def changed(ctx: Context, draft: Draft) -> Reply:
    """She has confirmed a draft that adds to a filed report."""
    assert draft.report_id is not None
    found = ctx.session.get_one(Report, draft.report_id)
    reply = _save(ctx, found, draft.slots)
    service.attach(ctx.session, found, tuple(draft.photos))
    drafts.drop(ctx.state)
    return reply
