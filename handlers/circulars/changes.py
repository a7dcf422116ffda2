"""What a circular changes about duties, shown one by one before its own: applied, edited or left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from handlers.circulars import texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.duties import announcing, applying, card, wording
from handlers.duties import rules as duty_rules
from handlers.duties import service as duties
from handlers.duties.amending import Unmatched
from storage.duties import Amendment, Duty

_YES = frozenset(
    {texts.APPLY, "确认", "对", "好", "可以", "好的", "行", "改", "改吧", "照着改", "没问题", "是", "是的"}
)
_NO = frozenset({texts.LEAVE, "不要", "跳过", "不用", "不用改", "先不改", "下一个", "别改"})
_NONE = frozenset({texts.LEAVE_ALL, "都不要", "全不改"})
_ENDS = frozenset({"不办了", "停掉", "停了", "取消任务", "停任务"})


def current(ctx: Context, state: dict[str, Any]) -> Amendment | None:
    """The change that is shown; None when all of them are decided."""
    ids, at = state.get("changes") or (), state.get("change_at", 0)
    return ctx.session.get(Amendment, ids[at]) if at < len(ids) else None


def show(ctx: Context, state: dict[str, Any], amendment: Amendment) -> Reply:
    """The change beside what holds now, with its sentence."""
    duty = ctx.session.get_one(Duty, amendment.duty_id)
    head = texts.CHANGE_HEAD.format(index=state.get("change_at", 0) + 1, count=len(state["changes"]))
    text = texts.CHANGE_CARD.format(
        title=duty.title,
        was=_holds(duty, amendment),
        now=_will_hold(duty, amendment),
        rests_on=announcing.basis_words(duty.rests_on, duty.amended_by),
        number=amendment.number,
        concerned=_concerned(ctx, duty, amendment),
        evidence=amendment.evidence.replace("\n", ""),
    )
    how = "\n" + texts.CHANGE_HOW if state.get("change_at", 0) == 0 and amendment.kind != "dropped" else ""
    labels = [texts.APPLY, texts.LEAVE] + ([texts.LEAVE_ALL] if len(state["changes"]) > 1 else [])
    return Reply(head + "\n" + text + how, tuple(map(Choice, labels)))


def _holds(duty: Duty, amendment: Amendment) -> str:
    change = amendment.change
    days = [*(change.get("periods") or ()), *filter(None, [change.get("period")])]
    if days:
        return texts.CHANGE_PERIOD.format(days="、".join(card.day_of(day) for day in days))
    if change.get("quota") is not None and "due_on" not in change and "recurrence" not in change:
        return card.quota_words(duty.quota)
    return (
        texts.CHANGE_ENDED
        if duty.state == "ended"
        else texts.CHANGE_DUE.format(when=announcing.when_words(duty) or texts.NO_DAY)
    )


def _will_hold(duty: Duty, amendment: Amendment) -> str:
    change = amendment.change
    if amendment.kind == "dropped" and not change:
        return texts.CHANGE_OFF
    if change.get("periods"):
        return texts.CHANGE_PERIOD_OFF
    said = []
    if amendment.kind == "restored":
        said.append(texts.CHANGE_BACK)
    if change.get("recurrence"):
        said.append(change.get("deadline_text") or announcing.rule_words(change["recurrence"]))
    elif change.get("due_on"):
        said.append(texts.CHANGE_DUE.format(when=wording.day_words(date.fromisoformat(change["due_on"]))))
    elif amendment.kind == "moved":
        said.append(texts.CHANGE_NO_DAY)
    if change.get("quota") is not None and change["quota"] != duty.quota:
        said.append(card.quota_words(change["quota"]))
    if change.get("title") and change["title"] != duty.title and not change.get("quota"):
        said.append(change["title"])
    return "，".join(said)


def _concerned(ctx: Context, duty: Duty, amendment: Amendment) -> str:
    if duty.state == "proposed":
        return texts.CHANGE_NOT_HANDED_DOWN
    standing = duties.counts_of(ctx.session, duty, (amendment.change or {}).get("period"))
    ends = amendment.kind == "dropped"
    if duty.state == "ended":
        return texts.CHANGE_OWED_AGAIN
    said = (texts.CHANGE_FREES if ends else texts.CHANGE_CONCERNS).format(open=standing[0])
    return said + (texts.CHANGE_SPARES.format(done=standing[1]) if standing[1] else "")


def answer(ctx: Context, state: dict[str, Any], amendment: Amendment) -> Reply | None:
    """Her word on the change that is shown; None if it was about something else. Empty text: go on with the next."""
    said = ctx.text.strip("。！! ")
    if said in _YES:
        return _apply(ctx, state, amendment)
    if said in _NO:
        applying.decide(ctx.session, amendment.id, "drop", by=ctx.speaker, now=ctx.now)
        state["change_at"] += 1
        return Reply("")
    if said in _NONE:
        for amendment_id in state["changes"][state["change_at"] :]:
            applying.decide(ctx.session, amendment_id, "drop", by=ctx.speaker, now=ctx.now)
        state["change_at"] = len(state["changes"])
        return Reply("")
    return _edit(ctx, state, amendment)


def _apply(ctx: Context, state: dict[str, Any], amendment: Amendment) -> Reply:
    """The same function that a page calls."""
    done = applying.decide(ctx.session, amendment.id, "confirm", by=ctx.speaker, now=ctx.now)
    labels = (Choice(texts.APPLY), Choice(texts.LEAVE))
    if done.outcome == "no_deadline":
        return Reply(texts.CHANGE_SAY_DAY, labels)
    if done.outcome == "past":
        day = wording.day_words(date.fromisoformat(amendment.change["due_on"]))
        return Reply(texts.CHANGE_PAST.format(date=day), labels)
    state["change_at"] += 1
    if done.outcome == "applied":
        state["changed"] = state.get("changed", 0) + 1
        assert done.duty is not None
        if not done.count:
            return Reply(texts.CHANGE_DONE.format(title=done.duty.title))
        shape = texts.CHANGE_TOLD_AT if duty_rules.is_quiet(ctx.now) else texts.CHANGE_TOLD
        return Reply(shape.format(title=done.duty.title, count=done.count))
    return Reply({"already": texts.CHANGE_ALREADY, "gone": texts.CHANGE_GONE}.get(done.outcome, texts.CHANGE_OVERTAKEN))


def _edit(ctx: Context, state: dict[str, Any], amendment: Amendment) -> Reply | None:
    """「改到12月15日」: another day than the sentence says, or the one it does not say; 「改成2场」."""
    duty = ctx.session.get_one(Duty, amendment.duty_id)
    labels = (Choice(texts.APPLY), Choice(texts.LEAVE))
    if ctx.text.strip("。！! ") in _ENDS and amendment.kind == "moved":
        return Reply(texts.CHANGE_TO_END)
    new = card.of_record(duty)
    change = wording.edit(ctx.session, new, ctx.text, by=ctx.speaker, local=ctx.local, vocabulary=ctx.world.vocabulary)
    if change is None:
        return None
    if change.problem:
        return Reply(change.problem, labels)
    values = {
        k: v for k, v in change.values.items() if k in ("due_on", "recurrence", "deadline_text", "quota", "title")
    }
    if not values or amendment.kind in ("dropped", "restored"):
        return Reply(texts.CHANGE_ONLY, labels)
    applying.decide(ctx.session, amendment.id, "edit", by=ctx.speaker, now=ctx.now, changes=values)
    shown = show(ctx, state, amendment)
    return Reply(texts.CHANGED + "\n" + shown.text, shown.choices)


def unmatched_words(found: Sequence[Unmatched], others: int, waiting: Sequence[str], known: Sequence[str]) -> str:
    """Sentences that change something and found no duty: what to do about each.

    `waiting` are sentences that are shown as new duties, `known` all that are or were.
    """
    lines = []
    for one in found:
        if one.why in ("none_meant", "no_duty", "not_kept") and _among(one.evidence, known):
            if _among(one.evidence, waiting):
                lines.append(texts.UNMATCHED_NEW.format(said=one.evidence.replace("\n", "")[:40]))
            continue
        said = one.evidence.replace("\n", "")
        quoted = said if len(said) <= 40 else said[:38] + "……"
        lines.append(texts.UNMATCHED[one.why].format(said=quoted, number=one.number or texts.EARLIER))
    if others:
        lines.append(texts.OTHERS_TOLD.format(count=others))
    return "\n".join(dict.fromkeys(lines))


def _among(evidence: str, others: Sequence[str]) -> bool:
    return any(evidence in said or said in evidence for said in others)
