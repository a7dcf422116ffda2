"""来文 — an official pastes a circular; it is kept, and its obligations are confirmed one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from handlers import access
from handlers.circulars import changes, service, texts
from handlers.dialog import texts as dialog_texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.duties import amending, proposals, wording
from handlers.duties import card as cards
from handlers.duties import rules as duty_rules
from handlers.duties import service as duties
from handlers.duties import texts as duty_texts
from knowledge.reading import Document, find_doc_numbers, read_text
from storage.circulars import Circular
from storage.duties import Amendment, Duty

router = Router("circulars")

#: Shorter texts are talk, not documents.
SHORTEST = 150
#: Of a letter that has its number, addressees and several lines so much is enough.
SHORT = 60
_NUMBERED_LETTER = re.compile(r"\A(?:.*\n)?.*[〔\[［（(]20\d\d[〕\]］）)]\d{1,4}号.*\n(?:.*\n)*?.{2,40}[：:]\s*\n.+")
_LOOKS_OFFICIAL = re.compile(r"通知|方案|意见|办法|现将|特此|请.{0,12}(?:认真|遵照|贯彻)|各(?:县|乡|镇|村|市|街道)")
_YES = frozenset(
    {texts.CONFIRM, "确认", "对", "好", "发", "确认下发", "可以", "好的", "行", "发吧", "下发吧", "没问题"}
)
_NO = frozenset({texts.SKIP, "不下发", "跳过", "不用", "下一件", "下一个", "不办", "删掉"})
_NONE = frozenset({texts.SKIP_ALL, "全不要", "都不下发", "后面都不要", "剩下的不要"})


_OTHER_ONE = re.compile(r"(?:拆任务|拆解任务|看任务|看改动|改任务|停任务|谁没报|任务列表)")


def glance(ctx: Context) -> Reply | None:
    """A long text with the marks of a document is one."""
    if len(ctx.text) < SHORTEST and not (len(ctx.text) >= SHORT and _NUMBERED_LETTER.search(ctx.text)):
        return None
    if not _LOOKS_OFFICIAL.search(ctx.text):
        return None
    if not (find_doc_numbers(ctx.text[:400]) or re.search(r"通知|方案|办法|意见", ctx.text[:200])) or not re.search(
        r"[：:]\s*\n|\n", ctx.text
    ):
        return None
    if not ctx.speaker.is_official:
        return Reply(texts.ONLY_OFFICIALS) if ctx.speaker.is_known else None
    return take(ctx, read_text("粘贴", ctx.text))


def take(ctx: Context, document: Document) -> Reply:
    """Keep a document and show its first proposal."""
    if document.secrecy:
        return Reply(texts.CLASSIFIED.format(mark=document.secrecy))
    result = service.keep(ctx.session, document, by=ctx.speaker, now=ctx.now)
    shape = {"unchanged": texts.KEPT_ALREADY, "new_version": texts.NEW_VERSION}.get(result.status, texts.KEPT)
    number = texts.NUMBER.format(number=document.meta.doc_no) if document.meta.doc_no else ""
    head = shape.format(title=document.meta.title or document.name, number=number)
    return _propose(ctx, document, result.circular_id, head)


@router.command(
    "拆任务",
    "拆解任务",
    allow=access.official,
    help="拆任务 文号 — 再看一遍文件里要办的事",
    pattern=r"(?:请|帮我)?(?:把)?(?:拆任务|拆解任务|拆|任务|看任务)[ ：:，,]*(?P<rest>[^，。]{0,40}?(?:\d+\s*号|[〔\[（【]\s*20\d\d|《)[^，。]{0,60}?)(?:文件?)?(?:的任务)?",
)
def again(ctx: Context, rest: str) -> Reply | None:
    """「任务 81号文」: a circular that is in the library is gone through again; nothing is handed down twice."""
    ctx.state["aside"] = False
    if not rest:
        return Reply(texts.AGAIN_HOW)
    found = service.kept(ctx.session, ctx.world.library, rest, ctx.speaker)
    if found is None:
        return Reply(texts.NOT_KEPT.format(said=rest))
    document = service.document_of(found)
    if document is None:
        return Reply(texts.NO_ORIGINAL.format(title=found.title))
    number = texts.NUMBER.format(number=found.number) if found.number else ""
    return _propose(ctx, document, found.id, texts.AGAIN.format(title=found.title, number=number))


@router.command("看改动", "文件改动", "任务改动", allow=access.official, help="看改动 — 文件改了已下发的任务，等您点头")
def see_changes(ctx: Context, _rest: str) -> Reply:
    """What documents that came in by another way change about her unit's duties."""
    ctx.state["aside"] = False
    found = amending.waiting(ctx.session, ctx.speaker)
    if not found:
        return Reply(texts.CHANGES_NONE)
    _begin(ctx, [], found)
    shown = _show(ctx)
    return Reply(texts.CHANGES_WAITING.format(count=len(found)) + "\n" + shown.text, shown.choices)


def _begin(ctx: Context, waiting: Sequence[Duty], changed: Sequence[Amendment]) -> None:
    ids = list(dict.fromkeys(one.id for one in changed))
    ctx.state["proposals"] = {"ids": [duty.id for duty in waiting], "at": 0, "made": 0, "skipped": 0}
    ctx.state["proposals"] |= {"changes": ids, "change_at": 0, "changed": 0}
    ctx.state["asking"] = "circulars"


def _propose(ctx: Context, document: Document, circular_id: int | None, head: str) -> Reply:
    scope = ctx.speaker.unit_path
    changed = amending.propose(ctx.session, document, circular_id=circular_id, scope=scope, by=ctx.speaker, now=ctx.now)
    found = service.obligations(
        document,
        by=ctx.speaker,
        circular_id=circular_id,
        local=ctx.local,
        vocabulary=ctx.world.vocabulary,
        covered=changed.covered,
    )
    proposed = proposals.propose(ctx.session, found.duties, by=ctx.speaker, now=ctx.now)
    circular = ctx.session.get(Circular, circular_id) if circular_id is not None else None
    later = amending.propose_later(ctx.session, circular, scope=scope, by=ctx.speaker, now=ctx.now) if circular else []
    notes = texts.HANDED_BEFORE.format(count=proposed.handed_down) if proposed.handed_down else ""
    notes += texts.PAST_COUNT.format(count=found.past) if found.past else ""
    waiting = [duty.evidence for duty in proposed.waiting]
    known = [new.evidence for new in found.duties]
    unmatched = changes.unmatched_words(changed.unmatched, changed.others, waiting, known)
    lines = [head, *([unmatched] if unmatched else [])]
    amended = [*changed.waiting, *later]
    if not proposed.waiting and not amended:
        drop(ctx)
        said = (notes or texts.NO_DUTIES) + (texts.NOTHING_LEFT if notes else "")
        return Reply("\n".join(lines + ([said] if notes or not unmatched else [])))
    _begin(ctx, proposed.waiting, amended)
    if amended:
        lines.append(texts.CHANGES_FOUND.format(count=len(ctx.state["proposals"]["changes"])))
    else:
        lines.append(texts.FOUND.format(count=len(proposed.waiting)))
    shown = _show(ctx)
    return Reply("\n".join([*lines, *([notes] if notes else []), shown.text]), shown.choices)


def _current(ctx: Context) -> Duty | None:
    state = ctx.state["proposals"]
    return (
        proposals.get(ctx.session, state["ids"][state["at"]], ctx.speaker) if state["at"] < len(state["ids"]) else None
    )


def _show(ctx: Context) -> Reply:
    state = ctx.state["proposals"]
    amendment = changes.current(ctx, state)
    if amendment is not None:
        return changes.show(ctx, state, amendment)
    duty = _current(ctx)
    if duty is None:
        drop(ctx)
        changed, total = state.get("changed", 0), len(state.get("changes") or ())
        said = [texts.CHANGES_DONE.format(changed=changed, left=total - changed)] if total else []
        said += [texts.DONE.format(made=state["made"], skipped=state["skipped"])] if state["ids"] else []
        return Reply("\n".join(said))
    new = cards.of_record(duty)
    count = duties.audience_count(ctx.session, new["audience"], ctx.speaker.unit_path, ctx.local.date())
    head = texts.PROPOSAL.format(index=state["at"] + 1, count=len(state["ids"])) + (
        texts.TENTATIVE if duty.tentative else ""
    )
    how = "\n" + duty_texts.CARD_HOW if state["at"] == 0 else ""
    return Reply(
        head + "\n" + cards.proposal(new, count) + how,
        (Choice(texts.CONFIRM), Choice(texts.SKIP), Choice(texts.SKIP_ALL)),
    )


def answer(ctx: Context) -> Reply | None:
    """Her word on the proposal that is shown."""
    if _OTHER_ONE.match(ctx.text):
        return None
    state: dict[str, Any] | None = ctx.state.get("proposals")
    amendment = changes.current(ctx, state) if state is not None and "ids" in state else None
    if state is not None and amendment is not None:
        return _change(ctx, state, amendment)
    duty = _current(ctx) if state is not None and "ids" in state else None
    if state is None or duty is None:
        drop(ctx)
        return None
    text = ctx.text.strip("。！! ")
    if text in _YES:
        return _hand_down(ctx, duty)
    if text in _NO:
        proposals.decide(ctx.session, duty.id, "drop", by=ctx.speaker, now=ctx.now)
        state["skipped"] += 1
        return _next(ctx, "")
    if text in _NONE:
        for proposal_id in state["ids"][state["at"] :]:
            proposals.decide(ctx.session, proposal_id, "drop", by=ctx.speaker, now=ctx.now)
        state["skipped"] += len(state["ids"]) - state["at"]
        state["at"] = len(state["ids"])
        return _show(ctx)
    return _edit(ctx, duty)


def _change(ctx: Context, state: dict[str, Any], amendment: Amendment) -> Reply | None:
    """Her word on a change; when it is decided the next is shown, and after the last what is to be handed down."""
    at = state["change_at"]
    reply = changes.answer(ctx, state, amendment)
    if reply is None or state["change_at"] == at:
        return reply
    shown = _show(ctx)
    follows = state["change_at"] >= len(state["changes"]) and state["ids"]
    head = [reply.text] if reply.text else []
    head += [texts.FOUND.format(count=len(state["ids"]))] if follows else []
    return Reply("\n".join([*head, *([""] if reply.text and not follows else []), shown.text]), shown.choices)


def _next(ctx: Context, said: str) -> Reply:
    ctx.state["proposals"]["at"] += 1
    shown = _show(ctx)
    return Reply((said + "\n\n" if said else "") + shown.text, shown.choices)


def _hand_down(ctx: Context, duty: Duty) -> Reply:
    """The same service function that a page calls."""
    decided = proposals.decide(ctx.session, duty.id, "confirm", by=ctx.speaker, now=ctx.now)
    choices = (Choice(texts.SKIP), Choice(texts.SKIP_ALL))
    if decided.outcome == "handed_down":
        ctx.state["proposals"]["made"] += 1
        shape = texts.HANDED_DOWN_AT if duty_rules.is_quiet(ctx.now) else texts.HANDED_DOWN
        return _next(ctx, shape.format(count=decided.count))
    if decided.outcome == "already":
        return _next(ctx, duty_texts.ALREADY)
    if decided.outcome == "no_deadline":
        return Reply(texts.NO_DEADLINE, choices)
    if decided.outcome == "past":
        assert duty.due_on is not None
        return Reply(duty_texts.PAST_DEADLINE.format(date=wording.day_words(duty.due_on)), choices)
    return Reply(duty_texts.ASK_BASIS if decided.outcome == "no_basis" else duty_texts.NOBODY, choices)


def _edit(ctx: Context, duty: Duty) -> Reply | None:
    """「改到12月15日前」「只发给松陂镇」「改成2场」 change the proposal; anything else is not about it."""
    new = cards.of_record(duty)
    change = wording.edit(ctx.session, new, ctx.text, by=ctx.speaker, local=ctx.local, vocabulary=ctx.world.vocabulary)
    if change is None:
        return None
    choices = (Choice(texts.CONFIRM), Choice(texts.SKIP), Choice(texts.SKIP_ALL))
    if change.problem:
        return Reply(change.problem, choices)
    audience = change.values.get("audience") or new["audience"]
    if not duties.audience_count(ctx.session, audience, ctx.speaker.unit_path, ctx.local.date()):
        return Reply(duty_texts.NOBODY, choices)
    proposals.decide(ctx.session, duty.id, "edit", by=ctx.speaker, now=ctx.now, changes=change.values)
    shown = _show(ctx)
    return Reply(duty_texts.CHANGED + "\n" + shown.text, shown.choices)


def drop(ctx: Context) -> None:
    """Done or given up."""
    ctx.state.pop("proposals", None)
    if ctx.state.get("asking") == "circulars":
        ctx.state.pop("asking")


def cancel(ctx: Context) -> Reply | None:
    """取消 leaves the rest of the proposals for another time."""
    state = ctx.state.get("proposals")
    if state is None or "ids" not in state:
        return None
    duty = _current(ctx)
    undecided = len(state.get("changes") or ()) - state.get("change_at", 0)
    drop(ctx)
    if undecided:
        return Reply(texts.CHANGES_LATER.format(left=undecided))
    left = len(state["ids"]) - state["at"]
    rests_on = duty.rests_on if duty is not None else ""
    return Reply(texts.LEFT_FOR_LATER.format(made=state["made"], left=left, number=rests_on))


def still_open(ctx: Context) -> str:
    """What waits."""
    changing = changes.current(ctx, ctx.state.get("proposals") or {}) is not None
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question=texts.APPLY if changing else texts.CONFIRM)


router.answer = answer
router.cancel = cancel
router.still_open = still_open
router.glance = glance
