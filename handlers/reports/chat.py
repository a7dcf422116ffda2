"""上报 — she says it in one breath, sees what was understood, says 「对」."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.reports import (
    alike,
    answers,
    behalf,
    card,
    closing,
    examples,
    filed,
    pictures,
    review,
    rosters,
    rules,
    service,
    signing,
    steps,
    summary,
    texts,
)
from handlers.reports import draft as drafts
from handlers.reports.draft import Draft
from knowledge.messages import Understanding, understand
from storage import units

router = Router("reports")
signing.register(router)
filed.register(router)
pictures.register(router)
review.register(router)
summary.register(router)
closing.register(router)

_YES = re.compile(
    r"(对的?|是的?|没错|正确|确认(提交|上报)?|好的?|可以|行|嗯+|1|ok|OK|上报吧?|报吧?|提交|就这样|没问题|对对+)[。！!，,了呀啊吧嘛哈]*"
)
_HAPPENED = re.compile(r"来了|到了|搞了|办了|开了|参加了|开展了|组织了|举办了|去了")
_PLAIN_NUMBER = re.compile(r"(?:应该?)?是?\s*(\d{1,5})\s*(?:个人|个|名|人)?[。！!]*")
_UNKNOWN = re.compile(
    r"(我?也?(不知道|不清楚|不晓得|不记得|记不[清得]了?|没数|忘了|说不好|说不准)|跳过|略过|没有?|无)[了啊呀。！!]*"
)
#: She speaks of the day itself.
_SAYS_WHEN = re.compile(r"是|改|日期|时间|[0-9一二三四五六七八九十]月")
_NO = re.compile(r"(不对|错了|不是|改|改一下|修改|有错)[。！!，,了]*")


@router.intent("report")
def report(ctx: Context, meaning: Understanding) -> Reply | None:
    """Something she has done."""
    if not ctx.speaker.is_known:
        return Reply(texts.STRANGER)
    said, roster = signing.parted(ctx.text)
    if roster:
        return _with_roster(ctx, said, roster)
    activities = [slots for a in meaning.reports if (slots := drafts.slots_of(a, ctx.text))]
    if not activities:
        return nothing_found(ctx)
    photos = ctx.state.pop("photos_waiting", [])
    draft = drafts.load(ctx.state)
    if draft is not None:
        activities[0] = rules.in_known_month(draft.slots, activities[0], ctx.text)
        if rules.same_activity(draft.slots, activities[0]) or not drafts_are_apart(draft.slots, activities[0]):
            draft.slots = rules.merge(draft.slots, activities[0])
        else:
            draft.waiting += activities[:1]
        draft.waiting += activities[1:]
        draft.photos += [p for p in photos if p not in draft.photos]
        draft.odd_age = draft.odd_age or rules.odd_age(ctx.text)
    else:
        draft = drafts.begin(activities, ctx.text, photos)
    return steps.go_on(ctx, draft)


def _with_roster(ctx: Context, said: str, roster: str) -> Reply | None:
    """What was done, and then who was there, in one message."""
    reply = report(replace(ctx, text=said), ctx.world.read(said, ctx.local))
    draft = drafts.load(ctx.state)
    noted = signing.into_draft(replace(ctx, text=roster), draft) if draft is not None else None
    return steps.go_on(ctx, draft, before=noted) if draft is not None and noted else reply


def drafts_are_apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether the second telling is of another activity: it has a form or a day of its own that is not the first one's."""
    if one.get("date") and other.get("date") and not rules.same_date(one["date"], other["date"]):
        return True
    return bool(one.get("form") and other.get("form") and one["form"] != other["form"])


@router.intent("followup")
@router.intent("correction")
def late_word(ctx: Context, meaning: Understanding) -> Reply | None:
    """A correction with no draft open is meant for the report she filed last."""
    if not ctx.speaker.is_known or drafts.load(ctx.state) is not None:
        return None
    return filed.correct_last(ctx, meaning)


@router.intent("plan")
def plan(ctx: Context, meaning: Understanding) -> Reply | None:
    """Something she is going to do: not a report."""
    if not ctx.speaker.is_known:
        return None
    slots = drafts.slots_of(meaning.reports[0], ctx.text) if meaning.reports else {}
    if slots.get("participants") and _HAPPENED.search(ctx.text):
        return report(ctx, meaning)  # people came, so the day is wrong: it is asked for
    if not slots.get("form") and not slots.get("topic"):
        return Reply(texts.PLAN_PLAIN)
    return Reply(texts.PLAN.format(summary=card.summary(slots, ctx.local.date())))


def nothing_found(ctx: Context) -> Reply:
    """No activity to be seen: an example that fits what she wrote."""
    return Reply(examples.fitting(ctx.text, ctx.local, ctx.world.vocabulary))


def still_open(ctx: Context) -> str:
    """The draft waits; what it waits for."""
    from handlers.dialog import texts as dialog_texts

    draft = drafts.load(ctx.state)
    asked = draft.asked if draft is not None else ""
    question = texts.ASK.get(asked) or texts.OPEN_ASKED.get(asked.partition(":")[0]) or texts.OPEN_CONFIRM
    if ctx.state.get("returning"):
        return dialog_texts.STILL_OPEN.format(what=texts.OPEN_RETURN, question=texts.RETURN_WHY)
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question=question)


def cancel(ctx: Context) -> Reply | None:
    """取消 gives the open draft up; the next one waiting comes up."""
    if ctx.state.pop("returning", None):
        review.resume(ctx)
        return Reply(texts.RETURN_GIVEN_UP)
    draft = drafts.load(ctx.state)
    if draft is None:
        return None
    drafts.drop(ctx.state)
    if draft.report_id is not None and not draft.waiting:
        return Reply(texts.CHANGE_GIVEN_UP)
    if draft.waiting:
        following = _next_of(draft)
        reply = steps.go_on(ctx, following)
        return Reply(texts.CANCELLED_DRAFT + "\n" + texts.NEXT_DRAFT + "\n" + reply.text, reply.choices)
    return Reply(texts.CANCELLED_DRAFT)


def _next_of(draft: Draft) -> Draft:
    following = drafts.begin(draft.waiting[:1], draft.said[0] if draft.said else "")
    following.waiting = draft.waiting[1:]
    return following


def answer(ctx: Context) -> Reply | None:
    """What she says while a draft is open; None if it is about something else."""
    if ctx.state.get("returning"):
        return review.reason_given(ctx)
    draft = drafts.load(ctx.state)
    if draft is None:
        ctx.state.pop("asking", None)
        return None
    text = ctx.text
    noted = signing.into_draft(ctx, draft)
    if noted is not None:
        return steps.go_on(ctx, draft, before=noted)
    if answers.is_command(text) or answers.says_nothing_happened(text):
        return None
    if not draft.asked:
        if _UNKNOWN.fullmatch(text):
            return steps.go_on(ctx, draft)
        if _YES.fullmatch(text):
            return file_it(ctx, draft)
        if _NO.fullmatch(text):
            return Reply(texts.HOW_TO_CHANGE)
    same = answers.about_same_event(ctx, draft)
    if same is not None:
        return same if isinstance(same, Reply) else steps.go_on(ctx, draft)
    if answers.about_doubt(draft, text) or behalf.about_whose(ctx, draft):
        return steps.go_on(ctx, draft)
    if draft.asked in texts.ASK and _UNKNOWN.fullmatch(text):
        if draft.asked == "date":
            return steps.ask_month(ctx, draft)
        draft.skipped.append(draft.asked)
        return steps.go_on(ctx, draft)
    named = answers.named_change(text, ctx.local, ctx.world.vocabulary)
    if named is not None:
        draft.slots = rules.merge(draft.slots, rules.in_known_month(draft.slots, named, text), correcting=True)
        return steps.go_on(ctx, draft, changed=True)
    gone = answers.taken_away(text)
    if gone is not None:
        draft.slots = rules.merge(draft.slots, {}, deleted=gone)
        return steps.go_on(ctx, draft, changed=True)
    if not draft.asked and (plain := _PLAIN_NUMBER.fullmatch(text)) and draft.slots.get("participants"):
        draft.slots = rules.merge(draft.slots, {"participants": str(int(plain[1]))}, correcting=True)
        return steps.go_on(ctx, draft, changed=True)
    other = answers.not_but(text, draft.slots, ctx.local, ctx.world.vocabulary)
    if other is not None:
        draft.slots = rules.merge(draft.slots, other, correcting=True)
        return steps.go_on(ctx, draft, changed=True)
    if draft.asked in ("place", "what") and answers.NUMBER_OF_THINGS.fullmatch(text):
        return steps.go_on(ctx, draft, hint=texts.ONE_BY_ONE)
    if draft.asked:
        found = answers.read(draft.asked, text, ctx.local, ctx.world.vocabulary)
        if found:
            if draft.asked != "date" and len(str(draft.slots.get("date") or "")) == 7:  # 「十二号下午，来了3人」
                found = {**rules.in_known_month(draft.slots, answers.read_date(text, ctx.local) or {}, text), **found}
            draft.slots = rules.merge(draft.slots, found)
            draft.hear(text)
            return steps.go_on(ctx, draft)
    return _taken_in(ctx, draft)


def _taken_in(ctx: Context, draft: Draft) -> Reply | None:
    """A correction or addition in plain words; None for a question, a command or a new activity."""
    asked = card_or_question(draft)
    meaning = understand(
        ctx.text, ref=ctx.local, context=[*draft.said, "【机器人】" + asked], vocabulary=ctx.world.vocabulary
    )
    if meaning.intent not in ("followup", "correction") or not meaning.reports:
        return None
    if draft.asked and understand(ctx.text, ref=ctx.local, vocabulary=ctx.world.vocabulary).intent in (
        "question",
        "command",
    ):
        return None  # by itself it asks for something: no answer, though it stands where one is expected
    correcting = meaning.intent == "correction"
    if not any(drafts.slots_of(a, ctx.text) for a in meaning.reports[:1]):
        return Reply(texts.HOW_TO_CHANGE)
    for activity in meaning.reports[:1]:
        news = rules.in_known_month(draft.slots, drafts.slots_of(activity, ctx.text), ctx.text)
        known = len(str(draft.slots.get("date") or "")) > len("2026-11")
        if known and len(str(news.get("date"))) == len("2026-11") and not _SAYS_WHEN.search(ctx.text):
            del news["date"]  # 「本月……」 in passing does not make a known day unknown
        draft.slots = rules.merge(draft.slots, news, deleted=tuple(activity.deleted), correcting=correcting)
    draft.hear(ctx.text)
    return steps.go_on(ctx, draft, changed=correcting)


def card_or_question(draft: Draft) -> str:
    """What the bot said last about the draft, for understanding the answer."""
    return texts.ASK.get(draft.asked, texts.CARD_FOOT)


def file_it(ctx: Context, draft: Draft) -> Reply:
    """She has said that it is right: file it, or change the filed one."""
    try:
        if draft.report_id is not None:
            return filed.changed(ctx, draft)
        known = steps.alike_report(ctx, draft)
        if known is not None:  # somebody else was quicker while the card stood there
            return steps.ask_same(ctx, draft, known)
        unit = units.get(ctx.session, draft.unit_id) if draft.unit_id else None
        report_, titles = service.file_report(
            ctx.session,
            by=ctx.speaker,
            slots=draft.slots,
            now=ctx.now,
            photos=tuple(draft.photos),
            unit=unit,
            inbox_id=ctx.inbox_id,
            same_event_as=draft.same_event_as,
        )
    except service.PeriodClosed as closed:
        return Reply(filed.closed_sentence(closed))
    if draft.roster:
        rosters.put(ctx.session, report_, rosters.opened(ctx.session, draft.roster), by=ctx.speaker, now=ctx.now)
    drafts.drop(ctx.state)
    ctx.state["last_report"] = report_.id
    ctx.state["last_filed_at"] = ctx.now.isoformat()
    said = [texts.FILED.format(spoken=report_.number, thanks=texts.FILED_THANKS)]
    if unit is not None and unit.id != ctx.speaker.unit_id:
        behalf.tell_the_unit(ctx, unit, report_)
    if titles:
        said.append(texts.FILED_FOR.format(duties=texts.JOIN.join(titles)))
    said += titles.refused
    said.append(texts.FILED_HOW.format(number=report_.number))
    if not draft.waiting:
        return Reply("\n".join(said))
    reply = steps.go_on(ctx, _next_of(draft))
    return Reply("\n".join(said) + "\n\n" + texts.NEXT_DRAFT + "\n" + reply.text, reply.choices)


@router.command("上报", "我要上报", "我要报活动", allow=access.known)
def start(ctx: Context, rest: str) -> Reply | None:
    """She types the word alone, or the word and then what she did."""
    if rest:
        meaning = understand(rest, ref=ctx.local, vocabulary=ctx.world.vocabulary)
        if meaning.reports:
            return report(ctx, meaning)
    draft = drafts.load(ctx.state)
    return steps.go_on(ctx, draft or Draft())


@router.command(allow=access.known, pattern=answers.NOTHING.pattern)
def nothing_happened(ctx: Context, _rest: str) -> Reply | None:
    """「这个月没有活动」: nothing is made of it; she learns that she need not report it."""
    if not answers.says_nothing_happened(ctx.text):
        return None
    return Reply(texts.NOTHING_TO_REPORT, choices=(Choice("我的任务"),))


@router.command(allow=access.known, pattern=behalf.PATTERN)
def on_behalf(ctx: Context, _rest: str) -> Reply | None:
    """代报 石桥村 昨天……: an official files for a unit below her; it is marked so."""
    found = behalf.read(ctx)
    if not isinstance(found, behalf.ForUnit):
        return found
    meaning = understand(found.said, ref=ctx.local, vocabulary=ctx.world.vocabulary)
    activities = [slots for a in meaning.reports if (slots := drafts.slots_of(a, found.said))]
    draft = drafts.load(ctx.state)
    if draft is None or activities:
        opened = drafts.begin(activities, found.said, ctx.state.pop("photos_waiting", []))
        if draft is not None:  # what was open before comes up again afterwards
            opened.waiting += [draft.slots, *draft.waiting]
        draft = opened
    draft.unit_id, draft.unit_name = found.unit.id, found.unit.name
    return steps.go_on(ctx, draft)


def foresee(batch: Sequence[Context]) -> None:
    """What was reported of the days that a batch's reports and open drafts are about."""
    told: list[tuple[str, date]] = []
    for ctx in batch:
        if not ctx.speaker.is_known:
            continue
        days = {activity.date for activity in ctx.reading.meaning.reports} if ctx.reading is not None else set()
        days.add((ctx.state.get("draft") or {}).get("slots", {}).get("date"))
        told += [(ctx.speaker.unit_path, date.fromisoformat(day)) for day in days if day and len(day) == 10]
    if told:
        alike.foresee(batch[0].session, told)


router.foresee = foresee
router.answer = answer
router.still_open = still_open
router.cancel = cancel
