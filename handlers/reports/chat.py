"""上报 — she says it in one breath, sees what was understood, says 「对」."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.reports import answers, card, filed, rules, service, texts
from handlers.reports import draft as drafts
from handlers.reports.draft import Draft
from knowledge.messages import Understanding, understand
from storage import reports, units

router = Router("reports")
filed.register(router)

_YES = re.compile(r"(对的?|是的?|没错|正确|确认(提交|上报)?|好的?|可以|行|嗯+|1|ok|OK|上报吧?|报吧?|提交|就这样|没问题|对对+)[。！!，,了呀啊吧嘛哈]*")
_NO = re.compile(r"(不对|错了|不是|改|改一下|修改|有错)[。！!，,了]*")


@router.intent("report")
def report(ctx: Context, meaning: Understanding) -> Reply | None:
    """Something she has done."""
    if not ctx.speaker.is_known:
        return Reply(texts.STRANGER)
    activities = [a.to_json() for a in meaning.reports if a.to_json()]
    if not activities:
        return nothing_found(ctx)
    photos = ctx.state.pop("photos_waiting", [])
    draft = drafts.load(ctx.state)
    if draft is not None:
        if rules.same_activity(draft.slots, activities[0]) or not drafts_are_apart(draft.slots, activities[0]):
            draft.slots = rules.merge(draft.slots, activities[0])
        else:
            draft.waiting += activities[:1]
        draft.waiting += activities[1:]
        draft.photos += [p for p in photos if p not in draft.photos]
    else:
        draft = drafts.begin(activities, ctx.text, photos)
    return go_on(ctx, draft)


def drafts_are_apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether the second telling is of another activity: it has a form or a day of its own that is not the first one's."""
    return any(one.get(s) and other.get(s) and one[s] != other[s] for s in ("form", "date"))


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
    slots = meaning.reports[0].to_json() if meaning.reports else {}
    if not slots.get("form") and not slots.get("topic"):
        return Reply(texts.PLAN_PLAIN)
    return Reply(texts.PLAN.format(summary=card.summary(slots, ctx.local.date())))


def nothing_found(ctx: Context) -> Reply:
    """No activity to be seen: an example that fits what she wrote."""
    meaning = understand(ctx.text, ref=ctx.local, vocabulary=ctx.world.vocabulary)
    slots = meaning.reports[0].to_json() if meaning.reports else {}
    if slots.get("place") or slots.get("topic"):
        example = texts.EXAMPLE_WITH.format(when="昨天下午", where=slots.get("place") or "村部", what=slots.get("topic") or "讲座")
        return Reply(texts.NOTHING_FOUND.format(example=example))
    return Reply(texts.NOTHING_FOUND.format(example=texts.EXAMPLE))


def still_open(ctx: Context) -> str:
    """The draft waits; what it waits for."""
    from handlers.dialog import texts as dialog_texts

    draft = drafts.load(ctx.state)
    question = texts.ASK[draft.asked] if draft is not None and draft.asked in texts.ASK else texts.OPEN_CONFIRM
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question=question)


def cancel(ctx: Context) -> Reply | None:
    """取消 gives the open draft up; the next one waiting comes up."""
    draft = drafts.load(ctx.state)
    if draft is None:
        return None
    drafts.drop(ctx.state)
    if draft.waiting:
        following = _next_of(draft)
        reply = go_on(ctx, following)
        return Reply(texts.CANCELLED_DRAFT + "\n" + texts.NEXT_DRAFT + "\n" + reply.text, reply.choices)
    return Reply(texts.CANCELLED_DRAFT)


def _next_of(draft: Draft) -> Draft:
    following = drafts.begin(draft.waiting[:1], draft.said[0] if draft.said else "")
    following.waiting = draft.waiting[1:]
    return following


def answer(ctx: Context) -> Reply | None:
    """What she says while a draft is open; None if it is about something else."""
    draft = drafts.load(ctx.state)
    if draft is None:
        ctx.state.pop("asking", None)
        return None
    text = ctx.text
    if not draft.asked:
        if _YES.fullmatch(text):
            return file_it(ctx, draft)
        if _NO.fullmatch(text):
            return Reply(texts.HOW_TO_CHANGE)
    same = answers.about_same_event(ctx, draft)
    if same is not None:
        return same if isinstance(same, Reply) else go_on(ctx, draft)
    if draft.asked and text in (texts.SKIP_CHOICE, texts.UNKNOWN_CHOICE, "不清楚", "不记得", "记不清了", "没数", "忘了"):
        if draft.asked != "date":
            draft.skipped.append(draft.asked)
        return go_on(ctx, draft, hint=texts.NOT_READ["date"] if draft.asked == "date" else "")
    named = answers.named_change(text, ctx.local, ctx.world.vocabulary)
    if named is not None:
        draft.slots = rules.merge(draft.slots, named, correcting=True)
        return go_on(ctx, draft, changed=True)
    if draft.asked:
        found = answers.read(draft.asked, text, ctx.local, ctx.world.vocabulary)
        if found:
            draft.number_is_right = draft.number_is_right or found.get("participants") == draft.slots.get("participants")
            draft.slots = rules.merge(draft.slots, found)
            draft.hear(text)
            return go_on(ctx, draft)
    return _taken_in(ctx, draft)


def _taken_in(ctx: Context, draft: Draft) -> Reply | None:
    """A correction or addition in plain words; None for a question, a command or a new activity."""
    asked = card_or_question(draft)
    meaning = understand(
        ctx.text, ref=ctx.local, context=[*draft.said, "【机器人】" + asked], vocabulary=ctx.world.vocabulary)
    if meaning.intent not in ("followup", "correction") or not meaning.reports:
        return None
    correcting = meaning.intent == "correction"
    for activity in meaning.reports[:1]:
        draft.slots = rules.merge(draft.slots, activity.to_json(), deleted=tuple(activity.deleted), correcting=correcting)
    draft.hear(ctx.text)
    return go_on(ctx, draft, changed=correcting)


def card_or_question(draft: Draft) -> str:
    """What the bot said last about the draft, for understanding the answer."""
    return texts.ASK[draft.asked] if draft.asked in texts.ASK else texts.CARD_FOOT


def go_on(ctx: Context, draft: Draft, *, changed: bool = False, hint: str = "") -> Reply:
    """Ask for what is missing, one thing at a time, or show the card."""
    today = ctx.local.date()
    ctx.state.pop("expects_number", None)
    if rules.is_to_come(draft.slots, today):
        wrong = card.day(draft.slots["date"], today)
        draft.slots.pop("date")
        draft.slots.pop("date_end", None)
        return _ask(ctx, draft, "date", texts.DATE_TO_COME.format(date=wrong) + "\n")
    question = draft.question
    if question is not None:
        return _ask(ctx, draft, question, hint + "\n" if hint else "")
    if False:
        draft.asked = "participants"
        drafts.save(ctx.state, draft)
        value = card.count(draft.slots["participants"], "人")
        return Reply(texts.TOO_MANY.format(value=value), choices=(Choice(value), Choice(texts.CANCEL_CHOICE)))
    if draft.report_id is None:
        other = service.same_event(ctx.session, draft.unit_id or ctx.speaker.unit_id, draft.slots)
        if other is not None and draft.not_same_as != other.id:
            draft.asked = f"same:{other.id}"
            drafts.save(ctx.state, draft)
            return answers.ask_same_event(other, today)
    draft.asked = ""
    drafts.save(ctx.state, draft)
    return Reply(
        show(draft, today, head=texts.CARD_HEAD_CHANGED if changed else texts.CARD_HEAD) + "\n" + texts.CARD_FOOT,
        choices=(Choice(texts.CONFIRM_CHOICE), Choice(texts.CHANGE_CHOICE), Choice(texts.CANCEL_CHOICE)),
    )


def _ask(ctx: Context, draft: Draft, slot: str, before: str) -> Reply:
    draft.asked = slot
    drafts.save(ctx.state, draft)
    if slot == "participants":
        ctx.state["expects_number"] = True
    likely = texts.ASK_CHOICES[slot]
    extra = () if slot == "date" else (texts.SKIP_CHOICE,)
    question = texts.ASK[slot]
    if draft.slots:
        known = card.summary(draft.slots, ctx.local.date())
        question = f"{known}。{question}" if known and not before else question
    return Reply(before + question, choices=tuple(Choice(label) for label in (*likely, *extra)))


def show(draft: Draft, today: Any, head: str) -> str:
    """The draft as lines."""
    parts = [head]
    if draft.unit_name:
        parts.append(texts.CARD_ON_BEHALF.format(unit=draft.unit_name))
    parts += card.lines(draft.slots, today)
    if draft.photos:
        parts.append(texts.CARD_PHOTOS.format(count=len(draft.photos)))
    return "\n".join(parts)


def file_it(ctx: Context, draft: Draft) -> Reply:
    """She has said that it is right: file it, or change the filed one."""
    try:
        if draft.report_id is not None:
            return filed.changed(ctx, draft)
        unit = units.get(ctx.session, draft.unit_id) if draft.unit_id else None
        report_, titles = service.file_report(
            ctx.session, by=ctx.speaker, slots=draft.slots, now=ctx.now, photos=tuple(draft.photos), unit=unit, inbox_id=ctx.inbox_id)
    except service.PeriodClosed as closed:
        return Reply(texts.PERIOD_CLOSED.format(first=closed.first, last=closed.last))
    drafts.drop(ctx.state)
    ctx.state["last_report"] = report_.id
    ctx.state["last_filed_at"] = ctx.now.isoformat()
    said = [texts.FILED.format(spoken=report_.number, thanks=texts.FILED_THANKS)]
    if titles:
        said.append(texts.FILED_FOR.format(duties=texts.JOIN.join(titles)))
    said.append(texts.FILED_HOW.format(number=report_.number))
    if not draft.waiting:
        return Reply("\n".join(said))
    reply = go_on(ctx, _next_of(draft))
    return Reply("\n".join(said) + "\n\n" + texts.NEXT_DRAFT + "\n" + reply.text, reply.choices)


@router.intent("kind:image")
def photos(ctx: Context, _meaning: Understanding) -> Reply | None:
    """Photos before, during or after the words go to the right report."""
    if not ctx.speaker.is_known:
        return Reply(texts.STRANGER)
    shas = [a.sha256 for a in ctx.message.attachments if a.sha256]
    used = next((r for sha in shas if (r := service.used_in(ctx.session, sha)) is not None), None)
    shas += service.want_media(
        ctx.session, ctx.speaker.identity_id, [a.media_id for a in ctx.message.attachments if a.media_id and not a.sha256], ctx.now)
    warning = "\n" + texts.PHOTO_USED.format(number=used.number) if used is not None else ""
    draft = drafts.load(ctx.state)
    if draft is not None:
        draft.photos += [sha for sha in shas if sha not in draft.photos]
        drafts.save(ctx.state, draft)
        ctx.state["aside"] = True
        return Reply(texts.PHOTO_KEPT.format(count=len(shas)) + warning)
    last = _just_filed(ctx)
    if last is not None:
        service.attach(ctx.session, last, tuple(shas))
        summary = card.summary(last.slots, ctx.local.date())
        return Reply(texts.PHOTO_ADDED.format(count=len(shas), number=last.number, summary=summary) + warning)
    waiting = ctx.state.setdefault("photos_waiting", [])
    waiting += [sha for sha in shas if sha not in waiting]
    return Reply(texts.PHOTO_WAITING.format(count=len(waiting)) + warning)


def _just_filed(ctx: Context) -> reports.Report | None:
    """The report she filed within the last hours: photos that follow the words belong to it."""
    when = ctx.state.get("last_filed_at")
    if not when or not timedelta(0) <= ctx.now - datetime.fromisoformat(when) <= timedelta(hours=6):
        return None
    found = ctx.session.get(reports.Report, ctx.state["last_report"])
    return found if found is not None and found.state in reports.COUNTED else None


@router.command("上报", allow=access.known)
def start(ctx: Context, rest: str) -> Reply | None:
    """She types the word alone, or the word and then what she did."""
    if rest:
        meaning = understand(rest, ref=ctx.local, vocabulary=ctx.world.vocabulary)
        if meaning.reports:
            return report(ctx, meaning)
    draft = drafts.load(ctx.state)
    return go_on(ctx, draft or Draft())


router.answer = answer
router.still_open = still_open
router.cancel = cancel
