"""审核: the unit above passes a report, sends it back with a reason that she reads in her own chat, or leaves it unused."""

from __future__ import annotations

import re

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.dialog.tell import tell
from handlers.reports import album, answers, card, filed, service, texts
from storage import reports
from storage.reports import COUNTED, FILED, PASSED, RETURNED, UNUSED, WITHDRAWN, Report

#: Reports shown at a time: a phone screen.
AT_ONCE = 5


def register(router: Router) -> None:
    """Add these commands to the slice's router."""
    router.command(
        "审核",
        "待审",
        "审核上报",
        "审一下",
        "有没有要审的",
        allow=access.official,
        help="审核 — 看下级新报的，通过或退回",
    )(waiting)
    router.command(
        allow=access.official,
        pattern=r"(?:审核)?(?:通过|同意)\s*(?:第|编号)?(?P<rest>\d{1,12}(?:[\s、,，和]+\d{1,12})*)\s*[条号]?",
    )(passed)
    router.command("通过", "退回", "不采用", allow=access.official, takes_rest=False)(waiting)
    router.command(
        allow=access.official, pattern=r".{0,6}(?:几条|多少条?|哪些|有没有).{0,3}(?:没审|待审|要审|审核).{0,4}[？?]?"
    )(waiting)
    router.command(
        allow=access.official,
        pattern=r"(?:编号)?\d{4,12}\s*[和跟与同、,， ]\s*(?:编号)?\d{4,12}\s*(?P<rest>不?)是(?:同一|一)(?:场|件事?|个活动|次|回事)",
    )(same_event)
    router.command("全部通过", "都通过", "全通过", allow=access.official, takes_rest=False)(all_passed)
    router.command(allow=access.official, pattern=r"(?:退回|打回|驳回)\s*(?:第|编号)?(?P<rest>\d{1,12}.*)")(returned)
    router.command(allow=access.official, pattern=r"不(?:予)?(?:采用|采纳|录用)\s*(?:第|编号)?(?P<rest>\d{1,12}.*)")(
        unused
    )


def same_event(ctx: Context, rest: str) -> Reply:
    """10017 和 10025 是同一场: found afterwards; its people count once from now on. 不是同一场 takes it back."""
    numbers = re.findall(r"\d{4,12}", ctx.text)
    found = [reports.by_number(ctx.session, number, ctx.speaker.unit_path) for number in numbers]
    if None in found:
        return Reply(texts.NO_SUCH_BELOW.format(number=numbers[found.index(None)]))
    first, second = sorted((one for one in found if one is not None), key=lambda one: one.id)
    try:
        if rest:
            service.say_apart(ctx.session, second, by=ctx.speaker, now=ctx.now)
            return Reply(texts.NOT_SAME_DONE.format(first=first.number, second=second.number))
        if first.event_on != second.event_on:
            return Reply(texts.SAME_OTHER_DAY.format(first=first.number, second=second.number))
        service.say_same(ctx.session, first, second, by=ctx.speaker, now=ctx.now)
    except service.PeriodClosed as closed:
        return Reply(filed.closed_sentence(closed))
    return Reply(texts.SAME_DONE.format(first=first.number, second=second.number))


def waiting(ctx: Context, rest: str) -> Reply:
    """What is new from below, the oldest first."""
    deeper = rest in ("全部", "所有", "下级")
    found, count = reports.to_review(ctx.session, ctx.speaker.unit_path, ctx.speaker.unit_id, AT_ONCE, deeper=deeper)
    if not found:
        if not deeper:
            _, further = reports.to_review(ctx.session, ctx.speaker.unit_path, ctx.speaker.unit_id, 1, deeper=True)
            if further:
                return Reply(texts.REVIEW_NONE_DIRECT.format(count=further), choices=(Choice(texts.REVIEW_DEEPER),))
        return Reply(texts.REVIEW_NONE)
    today = ctx.local.date()
    ctx.state["listed"] = ctx.state["reviewing"] = [report.id for report, _ in found]
    lines = [texts.REVIEW_HEAD.format(count=count)]
    for index, (report, name) in enumerate(found, 1):
        notes = _notes(ctx, report)
        lines.append(
            texts.REVIEW_LINE.format(
                index=index, unit=name, summary=card.summary(report.slots, today), number=report.number, notes=notes
            )
        )
    lines.append(texts.REVIEW_FOOT)
    # in the order of the list: a typed 2 is the second report, never all of them
    each = [Choice(texts.ACCEPT_ONE.format(index=i)) for i in range(1, len(found) + 1)]
    return Reply("\n".join(lines), choices=(*each, Choice(texts.ACCEPT_ALL)))


def _notes(ctx: Context, report: Report) -> str:
    notes = []
    if album.count_photos(ctx.session, report.id):
        notes.append(texts.REVIEW_PHOTOS.format(count=album.count_photos(ctx.session, report.id)))
    if report.on_behalf:
        notes.append(texts.NOTE_ON_BEHALF)
    if report.same_event_as_id is not None:
        notes.append(texts.NOTE_SAME_EVENT)
    return f"（{texts.SEMICOLON.join(notes)}）" if notes else ""


def passed(ctx: Context, rest: str) -> Reply:
    """通过 1 3, 通过 10017."""
    return _pass(ctx, re.findall(r"\d+", rest))


def all_passed(ctx: Context, _rest: str) -> Reply:
    """全部通过: those that were shown, not those she has not seen."""
    shown = ctx.state.get("reviewing") or []
    if not shown:
        return Reply(texts.REVIEW_FIRST)
    still = [i for i, report_id in enumerate(shown, 1) if ctx.session.get_one(Report, report_id).state == FILED]
    return _pass(ctx, [str(i) for i in still]) if still else Reply(texts.REVIEW_FIRST)


def _pass(ctx: Context, said: list[str]) -> Reply:
    done, refused = [], []
    for one in said:
        found = _find(ctx, one)
        if isinstance(found, Reply):
            refused.append(found.text)
        elif found.state != FILED:
            refused.append(texts.REVIEW_ALREADY.format(number=found.number, state=texts.EXPORT_STATES[found.state]))
        elif (problem := _decide(ctx, found, PASSED, "")) is not None:
            refused.append(problem.text)
        else:
            done.append(found.number or "")
    said_back = [texts.PASSED.format(count=len(done), numbers=texts.JOIN.join(done))] if done else []
    return _with_rest(ctx, "\n".join(said_back + refused))


def returned(ctx: Context, rest: str) -> Reply:
    """退回 2 人数不对: she gets the reason in her own conversation."""
    return _refuse(ctx, rest, RETURNED)


def unused(ctx: Context, rest: str) -> Reply:
    """不采用 2 不是妇联的活动: kept, but in no figure."""
    return _refuse(ctx, rest, UNUSED)


def _refuse(ctx: Context, rest: str, state: str) -> Reply:
    number, reason = re.match(r"(\d+)\s*[条号]?[\s，,：:]*(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]  # the pattern matched
    reason = re.sub(r"^(?:因为|原因是?|理由是?)[\s：:，,]*", "", reason).strip()
    found = _find(ctx, number)
    if isinstance(found, Reply):
        return found
    if found.state not in COUNTED:
        return Reply(texts.REVIEW_ALREADY.format(number=found.number, state=texts.EXPORT_STATES[found.state]))
    if not reason:
        ctx.state["returning"] = {"id": found.id, "state": state, "before": ctx.state.get("asking")}
        ctx.state["asking"] = "reports"
        return Reply(texts.RETURN_WHY, choices=tuple(Choice(one) for one in texts.RETURN_REASONS))
    return _refused(ctx, found, state, reason)


def reason_given(ctx: Context) -> Reply | None:
    """Her answer to 为什么退回."""
    pending = ctx.state["returning"]
    if answers.is_command(ctx.text) or ctx.text.endswith(("?", "？")):
        return None
    del ctx.state["returning"]
    resume(ctx, pending)
    return _refused(ctx, ctx.session.get_one(Report, pending["id"]), pending["state"], ctx.text)


def resume(ctx: Context, pending: dict[str, object] | None = None) -> None:
    """Whatever was open before the reason was asked for is open again."""
    before = (pending or {}).get("before") or ("reports" if ctx.state.get("draft") else None)
    if before:
        ctx.state["asking"] = before
    else:
        ctx.state.pop("asking", None)


def _refused(ctx: Context, report: Report, state: str, reason: str) -> Reply:
    problem = _decide(ctx, report, state, reason)
    if problem is not None:
        return problem
    shape = texts.RETURNED_TO_HER if state == RETURNED else texts.UNUSED_TO_HER
    summary = card.summary(report.slots, ctx.local.date())
    said = shape.format(unit=ctx.speaker.unit_name, number=report.number, summary=summary, reason=reason)
    told = tell(
        ctx.session,
        report.by_person_id,
        Reply(said, choices=(Choice(texts.SHOW_ONE.format(number=report.number)),)),
        ctx.now,
        key=f"review:{report.id}:{report.version}",
        about=f"report:{report.id}",
    )
    done = texts.RETURNED_DONE if state == RETURNED else texts.UNUSED_DONE
    return _with_rest(ctx, done.format(number=report.number, told=texts.TOLD if told else texts.NOT_TOLD))


def _decide(ctx: Context, report: Report, state: str, reason: str) -> Reply | None:
    try:
        service.review(ctx.session, report, state, by=ctx.speaker, now=ctx.now, reason=reason)
    except service.NotAbove:
        return Reply(texts.REVIEW_NOT_ABOVE.format(number=report.number))
    except service.PeriodClosed as closed:
        return Reply(filed.closed_sentence(closed))
    return None


def _with_rest(ctx: Context, said: str) -> Reply:
    _, count = reports.to_review(ctx.session, ctx.speaker.unit_path, ctx.speaker.unit_id, 0)
    if not count:
        return Reply(said)
    return Reply(said + "\n" + texts.REVIEW_MORE.format(count=count), choices=(Choice("审核"),))


def _find(ctx: Context, said: str) -> Report | Reply:
    """By its place in the list that was shown, or by its number; only below her."""
    if len(said) <= 2:
        shown = ctx.state.get("reviewing") or []
        if not 1 <= int(said) <= len(shown):
            return Reply(texts.REVIEW_NO_INDEX.format(index=said) if shown else texts.REVIEW_FIRST)
        return ctx.session.get_one(Report, shown[int(said) - 1])
    found = reports.by_number(ctx.session, said, ctx.speaker.unit_path)
    if found is None or found.state == WITHDRAWN:
        return Reply(texts.NO_SUCH_BELOW.format(number=said))
    return found
