"""The next step of a draft: the one question that is still open, or the card with all that was understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.reports import alike, answers, behalf, card, rules, service, texts
from handlers.reports import draft as drafts
from handlers.reports.draft import Draft
from storage import reports, units
from storage.reports import Report


def go_on(ctx: Context, draft: Draft, *, changed: bool = False, hint: str = "", before: str = "") -> Reply:
    """Ask for what is missing, one thing at a time, or show the card. `before` is said first."""
    reply = _go_on(ctx, draft, changed=changed, hint=hint)
    return replace(reply, text=before + "\n" + reply.text) if before else reply


def _go_on(ctx: Context, draft: Draft, *, changed: bool, hint: str) -> Reply:
    today = ctx.local.date()
    ctx.state.pop("expects_number", None)
    if ctx.speaker.is_official and draft.slots.get("unit") and draft.unit_id is None and "whose" not in draft.skipped:
        named = behalf.named_below(ctx, str(draft.slots["unit"]))
        if named is not None:
            draft.asked = f"whose:{named.id}"
            drafts.save(ctx.state, draft)
            return Reply(
                texts.WHOSE.format(unit=named.name),
                choices=(Choice(texts.WHOSE_THEIRS.format(unit=named.name)), Choice(texts.WHOSE_OURS)),
            )
    if rules.is_to_come(draft.slots, today):
        wrong = card.day(draft.slots["date"], today)
        draft.slots.pop("date")
        draft.slots.pop("date_end", None)
        return _ask(ctx, draft, "date", texts.DATE_TO_COME.format(date=wrong) + "\n")
    question = draft.question
    if question is not None:
        return _ask(ctx, draft, question, hint + "\n" if hint else "")
    doubtful = answers.ask_whether_sure(ctx, draft)
    if doubtful is not None:
        ctx.state["expects_number"] = True
        drafts.save(ctx.state, draft)
        return doubtful
    known = alike_report(ctx, draft)
    if known is not None:
        return ask_same(ctx, draft, known)
    draft.asked = ""
    drafts.save(ctx.state, draft)
    return Reply(
        show(draft, today, head=texts.CARD_HEAD_CHANGED if changed else texts.CARD_HEAD) + "\n" + texts.CARD_FOOT,
        choices=(Choice(texts.CONFIRM_CHOICE), Choice(texts.CHANGE_CHOICE), Choice(texts.CANCEL_CHOICE)),
    )


def alike_report(ctx: Context, draft: Draft) -> alike.Alike | None:
    """A report that may be of the same event and of which she has not been asked yet."""
    spared, filed = draft.not_same_as, None
    if draft.report_id is not None:
        filed = ctx.session.get_one(Report, draft.report_id)
        if all(filed.slots.get(slot) == draft.slots.get(slot) for slot in ("date", "place", "form")):
            return None
        spared = [*spared, *service.known_as_same(ctx.session, filed)]
    speaker = ctx.speaker
    unit_id, path = speaker.unit_id, speaker.unit_path
    has_below = speaker.unit_level != "village"
    of_unit = filed.unit_id if filed is not None else draft.unit_id
    if of_unit is not None and of_unit != speaker.unit_id:
        unit_id, path = of_unit, units.get(ctx.session, of_unit).path
    return alike.same_event(ctx.session, unit_id, path, draft.slots, not_these=spared, has_below=has_below)


def ask_same(ctx: Context, draft: Draft, found: alike.Alike) -> Reply:
    draft.asked = f"{'same' if found.is_own else 'shared'}:{found.report.id}"
    drafts.save(ctx.state, draft)
    return answers.ask_same_event(found, ctx.local.date(), changing=draft.report_id is not None)


def ask_month(ctx: Context, draft: Draft) -> Reply:
    """She does not know the day: the month will do; without it the draft waits, because it can be in no figure."""
    if "day" in draft.skipped:
        return Reply(texts.NO_MONTH, choices=tuple(Choice(one) for one in texts.MONTH_CHOICES))
    draft.skipped.append("day")
    drafts.save(ctx.state, draft)
    return Reply(texts.ASK_MONTH, choices=(*(Choice(one) for one in texts.MONTH_CHOICES), Choice(texts.UNKNOWN_CHOICE)))


def _ask(ctx: Context, draft: Draft, slot: str, before: str) -> Reply:
    draft.asked = slot
    drafts.save(ctx.state, draft)
    if slot == "participants":
        ctx.state["expects_number"] = True
    likely = _likely(ctx, draft, slot)
    extra = (texts.SKIP_CHOICE if slot in ("place", "what") else texts.UNKNOWN_CHOICE,)
    question = texts.ASK[slot]
    if draft.slots:
        known = card.summary(draft.slots, ctx.local.date())
        question = f"{known}。{question}" if known and not before else question
    return Reply(before + question, choices=tuple(Choice(label) for label in (*likely, *extra)))


def _likely(ctx: Context, draft: Draft, slot: str) -> tuple[str, ...]:
    """The likeliest answers: what her unit said most often of late, then what most units say."""
    usual = texts.ASK_CHOICES[slot]
    if slot == "participants" and draft.roster_count:
        return (f"{draft.roster_count}人",)
    if slot not in ("place", "what"):
        return usual
    earlier = reports.usual(ctx.session, draft.unit_id or ctx.speaker.unit_id)
    return rules.likely(earlier, "place" if slot == "place" else "form", usual)


def show(draft: Draft, today: date, head: str) -> str:
    """The draft as lines."""
    parts = [head]
    if draft.unit_name:
        parts.append(texts.CARD_ON_BEHALF.format(unit=draft.unit_name))
    parts += card.lines(draft.slots, today)
    if draft.same_event_as is not None:
        parts.append(texts.CARD_SAME_EVENT)
    if draft.roster_count:
        parts.append(texts.CARD_ROSTER.format(count=draft.roster_count))
    if draft.photos:
        parts.append(texts.CARD_PHOTOS.format(count=len(draft.photos)))
    return "\n".join(parts)
