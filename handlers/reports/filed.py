"""Reports that are filed: 我的上报, 看, 改, 补充, 撤回, and corrections after the fact."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.reports import album, answers, card, rosters, rules, service, shown, steps, texts
from handlers.reports import draft as drafts
from handlers.reports.draft import Draft
from knowledge.messages import Understanding, understand
from storage import reports, units
from storage.reports import COUNTED, RETURNED, WITHDRAWN, Report

#: How long words like 「不是36是38人」 are taken for the report she filed last.
LATE = timedelta(days=30)

_LATE_WORDS = (
    r"(?P<rest>(?:不是|不对|刚才|刚刚|写错|说错|报错|错了|搞错|应该?是|更正|改一?下?|把|补充|补一下|还有|还请|还发|还送|另外|忘了说|漏了|少报|多报"
    r"|人数|地点|时间|日期|场次|妇女|儿童|主题).{1,200})"
)


def register(router: Router) -> None:
    """Add these commands to the slice's router."""
    router.command(
        "我的上报",
        "我报的",
        "我报过什么",
        "我报了什么",
        "看上报",
        "上报记录",
        allow=access.known,
        help="我的上报 — 看报过什么",
        takes_rest=False,
    )(mine)
    router.command(
        allow=access.known,
        pattern=r"(?:看看?|查查?|查一下)?我都?(?:报|上报)(?:了|过)?(?:的|几条|多少条?|哪些|什么|啥)(?:上报|活动|事)?[？?]?",
    )(mine)
    router.command(allow=access.known, pattern=r"(?:看|查)\s*(?:第|编号)?\s*(?P<rest>\d{1,12})\s*[条号]?")(shown.show)
    router.command(
        allow=access.known,
        pattern=r"(?:看|查)\s*(?:编号)?\s*(?P<rest>\d{1,12})\s*[条号]?的?\s*(?:历史|修改记录|版本|改动)",
    )(shown.history)
    router.command(
        allow=access.known,
        pattern=r"(?:把?(?:我?刚才|刚刚|上面|最后)?(?:报的)?那条)?(?:撤回|撤销|删掉|删除|撤掉|撤)\s*(?:第|编号)?\s*(?P<rest>\d{0,12})\s*[条号]?(?:那条|刚才那条|刚才的|刚报的|上一条|最后一条|刚才报的)?",
    )(withdraw)
    router.command(
        allow=access.known,
        pattern=r"(?P<rest>(?:改|修改|补充|补|更正)\s*(?:第|编号)?\s*\d{1,12}\s*(?:[条号：:，,]?\s*\D.*)?)",
    )(change)
    router.command(
        allow=access.known,
        pattern=r"(?P<rest>)(?=.{0,16}$)(?!.*[怎吗?？案诉警])(?:我|把|想|要|请|昨|前|刚|上|那|这).{0,8}(?:撤回|撤销|删掉|删除|撤了).{0,6}",
    )(withdraw)
    router.command(allow=access.known, pattern=r"(?:编号)?(?P<rest>\d{5,12})")(just_a_number)
    router.command(
        allow=access.known,
        pattern=r"(?:我?[要想来]?)?(?:改|修改|更正)(?:一下|下)?(?P<rest>"
        + "|".join(sorted(texts.SLOT_WORDS, key=len, reverse=True))
        + r")?",
    )(change_what)
    router.command(allow=access.known, pattern=_LATE_WORDS)(late)


def mine(ctx: Context, _rest: str) -> Reply:
    """Her latest reports."""
    found = reports.filed_by(ctx.session, ctx.person_id, limit=5)
    if not found:
        return Reply(texts.MINE_NONE)
    ctx.state["listed"] = [r.id for r in found]
    today = ctx.local.date()
    lines = [
        texts.MINE_LINE.format(
            index=i,
            date=card.day(r.slots["date"], today),
            form="" if r.form in r.topic else r.form,
            topic=r.topic,
            people=card.count(r.slots.get("participants"), rules.unit_of(r.slots, "participants"))
            if r.slots.get("participants")
            else "",
            number=r.number,
            state=texts.STATES[r.state] + _for_whom(ctx, r),
        )
        for i, r in enumerate(found, 1)
    ]
    labels = tuple(Choice(f"看 {i}") for i in range(1, min(4, len(found) + 1)))
    return Reply("\n".join([texts.MINE_HEAD, *lines, texts.MINE_FOOT]), choices=labels)


def _for_whom(ctx: Context, report: Report) -> str:
    return texts.MINE_FOR.format(unit=units.get(ctx.session, report.unit_id).name) if report.on_behalf else ""


def just_a_number(ctx: Context, rest: str) -> Reply | None:
    """A receipt number and nothing else: the report, if it is one that she may see."""
    return shown.show(ctx, rest) if shown.find(ctx, rest) is not None else None


def change_what(ctx: Context, rest: str) -> Reply | None:
    """改人数, with nothing open: asks for the new value of the report she means, or tells how to say it."""
    found = meant(ctx)
    if found is None:
        return None
    slot = texts.SLOT_WORDS.get(rest, "")
    if slot not in texts.ASK:
        return Reply(texts.CHANGE_WHAT.format(number=found.number))
    drafts.save(ctx.state, Draft(slots=dict(found.slots), report_id=found.id, asked=slot))
    ctx.state["expects_number"] = slot == "participants"
    return Reply(
        texts.CHANGE_ASK.format(number=found.number, question=texts.ASK[slot]), choices=(Choice(texts.CANCEL_CHOICE),)
    )


def withdraw(ctx: Context, rest: str) -> Reply:
    """Take a report back; only her own."""
    if not rest:
        mine_ = [r for r in reports.filed_by(ctx.session, ctx.person_id, limit=5) if r.state != WITHDRAWN][:1]
        if not mine_:
            return Reply(texts.MINE_NONE)
        summary = card.summary(mine_[0].slots, ctx.local.date())
        return Reply(
            texts.WITHDRAW_WHICH.format(number=mine_[0].number, summary=summary),
            choices=(Choice(texts.WITHDRAW_ONE.format(number=mine_[0].number)), Choice("我的上报")),
        )
    found = shown.find(ctx, rest)
    if (
        found is None
        and len(rest) > 2
        and ctx.session.scalar(select(Report.id).where(Report.number == rest)) is not None
    ):
        return Reply(texts.WITHDRAW_OTHERS.format(number=rest))  # says no more than that the number exists
    if found is None:
        return shown.not_found(rest)
    if found.by_person_id != ctx.person_id:
        return Reply(texts.WITHDRAW_OTHERS.format(number=found.number))
    if found.state == WITHDRAWN:
        return Reply(texts.ALREADY_WITHDRAWN.format(number=found.number))
    try:
        service.withdraw(ctx.session, found, by=ctx.speaker, now=ctx.now)
    except service.PeriodClosed as closed:
        return Reply(closed_sentence(closed))
    return Reply(texts.WITHDRAWN.format(number=found.number))


def closed_sentence(closed: service.PeriodClosed) -> str:
    """What is said when the figures of that day are frozen."""
    return texts.PERIOD_CLOSED.format(
        first=texts.EXPORT_DAY.format(d=closed.first), last=texts.EXPORT_DAY.format(d=closed.last)
    )


def change(ctx: Context, rest: str) -> Reply | None:
    """改 10017 人数 38, 补充 10017 还发了20条毛巾: a filed report in a new version."""
    verb, number, what = re.match(  # type: ignore[union-attr]  # the command's pattern matched
        r"(改|修改|补充|补|更正)\s*(?:第|编号)?\s*(\d+)\s*[条号：:，,]*\s*(.*)", rest, re.DOTALL
    ).groups()
    if len(number) == 3 or (len(number) <= 2 and re.match(r"[人场户份件个张名]", what)):
        return None  # 补充 20条毛巾: a number of things, no report
    found = shown.find(ctx, number)
    if found is None:
        return shown.not_found(number)
    if found.by_person_id != ctx.person_id and not may_change(ctx, found):
        return Reply(texts.CHANGE_OTHERS.format(number=found.number))
    if found.state not in (*COUNTED, RETURNED):
        return Reply(texts.CANNOT_CHANGE.format(number=found.number, state=texts.STATES[found.state].strip("（）")))
    if not what:
        return Reply(texts.CHANGE_WHAT.format(number=found.number))
    return _changed_by(ctx, found, what, adding=verb.startswith("补")) or Reply(
        texts.CHANGE_WHAT.format(number=found.number)
    )


def may_change(ctx: Context, report: Report) -> bool:
    """A colleague of the same unit, or an official above it."""
    return report.unit_id == ctx.speaker.unit_id or ctx.speaker.is_official


def _changed_by(ctx: Context, found: Report, what: str, *, adding: bool) -> Reply | None:
    """What the words change in a filed report; None if nothing is understood."""
    today = ctx.local.date()
    if not adding:
        gone = answers.taken_away(what)
        if gone is not None:
            return _save(ctx, found, rules.merge(found.slots, {}, deleted=gone))
        news = answers.named_change(what, ctx.local, ctx.world.vocabulary)
        news = news or answers.not_but(what, found.slots, ctx.local, ctx.world.vocabulary)
        if news is not None:
            news = rules.in_known_month(found.slots, news, what)
            return _save(ctx, found, rules.merge(found.slots, news, correcting=True))
    said = [card.summary(found.slots, today), "【机器人】" + texts.CARD_FOOT]
    meaning = understand(what, ref=ctx.local, context=said, vocabulary=ctx.world.vocabulary)
    if not meaning.reports or meaning.intent not in ("followup", "correction", "report"):
        return None
    activity = meaning.reports[0]
    news = rules.in_known_month(found.slots, drafts.slots_of(activity, what), what)
    if meaning.intent == "report" and not adding and rules.next_question(news, []) is None:
        return None  # a whole new telling
    if not {k: v for k, v in news.items() if v} and not activity.deleted:
        return None
    correcting = meaning.intent == "correction" or not adding
    return _save(ctx, found, rules.merge(found.slots, news, deleted=tuple(activity.deleted), correcting=correcting))


def late(ctx: Context, rest: str) -> Reply | None:
    """「不是36是38人」, 「补充：还发了20条毛巾」 after filing: meant for the report that was sent back, or the one she filed last."""
    if drafts.load(ctx.state) is not None:
        return None
    found = meant(ctx)
    if found is None:
        return None
    adding = re.match(r"补充|补一下|还|另外|忘了说|漏了", rest) is not None
    what = re.sub(r"^(?:补充|补一下|另外|忘了说|漏了说?)(?:一下|一条)?[\s：:，,]*", "", rest) if adding else rest
    return _changed_by(ctx, found, what, adding=adding)


def correct_last(ctx: Context, meaning: Understanding) -> Reply | None:
    """A correction in plain words with no draft open."""
    found = meant(ctx)
    if found is None or not meaning.reports:
        return None
    return _changed_by(ctx, found, ctx.text, adding=meaning.intent == "followup")


def sent_back(ctx: Context) -> Report | None:
    """Her report that was returned and not put right yet, unless she has filed another since."""
    found = ctx.session.scalar(
        select(Report)
        .where(Report.by_person_id == ctx.person_id, Report.state == RETURNED, Report.reviewed_at > ctx.now - LATE)
        .order_by(Report.reviewed_at.desc())
        .limit(1)
    )
    last = _last(ctx)
    if found is None or last is None or found.reviewed_at is None or last.filed_at <= found.reviewed_at:
        return found
    return None


def _last(ctx: Context) -> Report | None:
    report_id = ctx.state.get("last_report")
    return ctx.session.get(Report, report_id) if report_id else None


def meant(ctx: Context) -> Report | None:
    """Which filed report she speaks of: one that was sent back since, else the one she filed last."""
    returned = sent_back(ctx)
    if returned is not None:
        return returned
    last = _last(ctx)
    if last is None or last.state not in (*COUNTED, RETURNED) or ctx.now - last.filed_at > LATE:
        return None
    return last


def _save(ctx: Context, found: Report, slots: dict[str, Any]) -> Reply:
    today = ctx.local.date()
    if rules.is_to_come(slots, today):
        return Reply(texts.DATE_TO_COME.format(date=card.day(str(slots["date"]), today)))
    was_returned = found.state == RETURNED
    unchanged = [slot for slot in slots if slots[slot] == found.slots.get(slot)]
    draft = Draft(slots=slots, report_id=found.id, sure=unchanged)
    counted = draft.slots.get("participants") == found.slots.get("participants")
    if not counted:  # 其中儿童 is held against the new number
        draft.sure = [slot for slot in unchanged if slot not in ("women", "children")]
    doubtful = answers.ask_whether_sure(ctx, draft) if slots != found.slots else None
    if doubtful is not None:  # the same question as before filing; the change waits for her word
        ctx.state["expects_number"] = True
        drafts.save(ctx.state, draft)
        return doubtful
    alike = steps.alike_report(ctx, draft)
    if alike is not None:  # on that day or in that place another report may be of the same event
        return steps.ask_same(ctx, draft, alike)
    apart = _change(ctx, found, draft)
    if isinstance(apart, Reply):
        return apart
    head = (texts.CHANGED_AGAIN if was_returned else texts.CHANGED).format(number=found.number, version=found.version)
    asked, choices = shown.roster_question(ctx, found)
    return Reply("\n".join([head, *card.lines(found.slots, today), *apart, *asked]), choices=choices)


def _change(ctx: Context, found: Report, draft: Draft) -> list[str] | Reply:
    """The change made; what is said about events that it is no longer the same as, or why nothing was changed."""
    service.wait_for_closing(ctx.session, shared=True)  # not within what may be taken back, or the lock would go too
    try:
        with ctx.session.begin_nested():
            service.change(ctx.session, found, draft.slots, by=ctx.speaker, now=ctx.now)
            apart = service.part_by_date(ctx.session, found, by=ctx.speaker, now=ctx.now)
            if draft.same_event_as is not None:
                first, second = sorted((found.id, draft.same_event_as))
                one, other = ctx.session.get_one(Report, first), ctx.session.get_one(Report, second)
                service.say_same(ctx.session, one, other, by=ctx.speaker, now=ctx.now)
    except service.PeriodClosed as closed:
        return Reply(closed_sentence(closed))
    return [texts.NO_LONGER_SAME.format(numbers=texts.JOIN.join(apart))] if apart else []


def changed(ctx: Context, draft: Draft) -> Reply:
    """She has confirmed a draft that adds to a filed report."""
    assert draft.report_id is not None
    found = ctx.session.get_one(Report, draft.report_id)
    alike = steps.alike_report(ctx, draft)
    if alike is not None:
        return steps.ask_same(ctx, draft, alike)
    drafts.drop(ctx.state)
    apart = _change(ctx, found, draft)
    if isinstance(apart, Reply):
        return apart
    album.attach(ctx.session, found, tuple(draft.photos))
    if draft.roster:
        rosters.put(ctx.session, found, rosters.opened(ctx.session, draft.roster), by=ctx.speaker, now=ctx.now)
    head = texts.CHANGED.format(number=found.number, version=found.version)
    asked, choices = shown.roster_question(ctx, found)
    return Reply("\n".join([head, *card.lines(found.slots, ctx.local.date()), *apart, *asked]), choices=choices)
