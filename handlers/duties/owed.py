"""我的任务 — what she owes, and her word that it is done."""

from __future__ import annotations

import re
from datetime import date, timedelta

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.duties import booking, card, quotas, service, texts
from knowledge.text import normalise
from storage.duties import OPEN, Assignment, Duty

#: How far ahead she sees what she owes.
AHEAD = timedelta(days=45)
SHOWN = 8

_MINE = (
    r"(?:请问|查一下|看看|看一下)?(?:我|我们|我们?村|俺|咱|咱们?村|本村|我们?镇)?(?:现在|目前|这个?月|本月|今年|最近|近期)?(?:都)?"
    r"(?:还)?(?:有|欠|差|剩|要|得|该|需要)(?:下)?(?:什么|啥|哪些|些什么|些啥|哪几样|几样|多少)?(?:任务|事情?|活动?|东西|材料)?(?:要|没有?|还没|需要)?(?:报|交|办|做|完成|上报)?(?:的)?(?:任务|事情?)?(?:没有?|吗|呀|啊|呢|不)?[？?。]*"
)
_MINE_MUST = re.compile(
    r"(?:欠|任务)|(?:什么|啥|哪些|哪几样|多少).*(?:报|交|办|做|完成)|(?:报|交|办|做)(?:什么|啥|哪些)|没(?:报|交|办|做|完成)"
)
_DONE_WORD = r"(?:(?:都|全|已经?|全部|总算|刚)*(?:办|做|弄|搞|忙|完成?|交|报|上报|排查|走访|落实|整改|登记|填|开)?(?:好|完|完成|结束|妥当?|齐|定|毕|上去|上)(?:了|啦|咯|喽)?|(?:都|已经?)+(?:办|做|弄|搞|完成|交|报|上报|落实)(?:了|啦)|(?:已|已经)完成)"
_TELLING = re.compile(
    r"今天|昨天|前天|上午|下午|晚上|早上|上周|周[一二三四五六日]|\d+\s*(?:人|户|份|月|日|号|场|次)|[一二两三四五六七八九十]+(?:人|户|份)"
)


def register(router: Router) -> None:
    """Add the commands of this module to the slice."""
    router.command(
        "我的任务",
        "任务",
        "待办",
        "我欠什么",
        "还有什么没报",
        "我还欠啥",
        "我还要交什么",
        "任务清单",
        "我的待办",
        allow=access.known,
        help="我的任务 — 看还欠什么",
        takes_rest=False,
    )(mine)
    router.command(pattern=_MINE, allow=access.anyone)(mine_in_other_words)
    router.command("没办好", "还没办好", "没做完", "还没做完", allow=access.known, help="没办好 1 — 说错了就改回来")(
        not_done
    )
    router.command(
        "办好了",
        "完成了",
        "报好了",
        "做完了",
        "办完了",
        "交了",
        allow=access.known,
        help="办好了 1 — 没有活动可报的事，说一声",
        pattern=rf"(?:任务)?(?P<rest>.{{0,24}}?){_DONE_WORD}[。！!~～]*",
    )(done)


def mine(ctx: Context, _rest: str) -> Reply:
    """What her unit owes."""
    today = ctx.local.date()
    owed = service.owed_by(ctx.session, ctx.speaker.unit_id, today + AHEAD, today)
    if not owed:
        return Reply(texts.MINE_NONE)
    ctx.state["owed"] = [assignment.id for assignment, _ in owed]
    lines = [
        texts.MINE_LINE.format(
            index=i,
            title=duty.title,
            rests_on=service.basis_words(duty.rests_on, duty.amended_by),
            when=when_due(assignment.due_on, today),
            progress=texts.PROGRESS.format(got=assignment.got, left=max(1, assignment.needs - assignment.got))
            if assignment.got
            else "",
        )
        for i, (assignment, duty) in enumerate(owed[:SHOWN], 1)
    ]
    if len(owed) > SHOWN:
        lines.append(texts.MINE_MORE.format(count=len(owed) - SHOWN))
    offered = tuple(Choice(texts.DONE_CHOICE.format(index=i)) for i in range(1, min(len(owed), 4) + 1))
    return Reply("\n".join([texts.MINE_HEAD.format(count=len(owed)), *lines, texts.MINE_FOOT]), offered)


def mine_in_other_words(ctx: Context, rest: str) -> Reply | None:
    """「我还要交什么」「这个月要报啥」「还有啥任务」."""
    if not ctx.speaker.is_known or len(ctx.text) > 16 or not _MINE_MUST.search(ctx.text):
        return None
    return mine(ctx, rest)


def when_due(due_on: date | None, today: date) -> str:
    """The deadline in words."""
    if due_on is None:
        return ""
    shown = texts.DATE.format(month=due_on.month, day=due_on.day)
    if due_on == today:
        return texts.DUE_TODAY
    return (
        texts.DUE_IN.format(date=shown, days=(due_on - today).days)
        if due_on > today
        else texts.OVERDUE.format(date=shown)
    )


def done(ctx: Context, rest: str) -> Reply | None:
    """「八防排查做完了」「办好了」「办好了 1」「办好了 1 甲、乙、丙」."""
    if not ctx.speaker.is_known:
        return None
    today = ctx.local.date()
    owed = service.owed_by(ctx.session, ctx.speaker.unit_id, today + AHEAD, today)
    said = rest.strip(" ，,：:。")
    number = re.match(r"(?:第)?(\d{1,2}|[一二三四五六七八九])(?:件|个|条)?(?:任务)?(?:$|[ ，,：:\n]+)", said)
    if number is not None:
        index = int(number[1]) if number[1].isdigit() else "一二三四五六七八九".index(number[1]) + 1
        return _by_index(ctx, owed, index, said[number.end() :])
    subject = re.sub(r"^(?:我们?村?|俺|咱|村里|任务|那个|这个|上次)+(?:的)?|(?:的)?(?:事情?|任务|工作|活动)$", "", said)
    if not subject:
        return _unnamed(ctx, owed)
    found = [(a, d) for a, d in owed if _speaks_of(subject, d)]
    if not found or _TELLING.search(said):  # with a day or a number it is a report
        return None
    if len({d.id for _, d in found}) > 1:
        return _which(ctx, found)
    return _say(ctx, *found[0], index=owed.index(found[0]) + 1)


def _by_index(ctx: Context, owed: list[tuple[Assignment, Duty]], index: int, names: str) -> Reply:
    ids = ctx.state.get("owed") or [assignment.id for assignment, _ in owed]
    assignment = ctx.session.get(Assignment, ids[index - 1]) if 1 <= index <= len(ids) else None
    if assignment is not None and assignment.state != OPEN and index <= len(owed):  # the list she saw is an old one
        assignment = owed[index - 1][0]
    if assignment is None or assignment.unit_id != ctx.speaker.unit_id:
        return Reply(texts.NO_SUCH_OWED.format(index=index))
    duty = ctx.session.get_one(Duty, assignment.duty_id)
    return _say(ctx, assignment, duty, index=index, names=tuple(quotas.listed(names)))


def _unnamed(ctx: Context, owed: list[tuple[Assignment, Duty]]) -> Reply | None:
    soon = [(a, d) for a, d in owed if a.due_on is not None and a.due_on <= ctx.local.date() + timedelta(days=7)]
    if len(owed) == 1 or len(soon) == 1:
        only = owed[0] if len(owed) == 1 else soon[0]
        return _say(ctx, *only, index=owed.index(only) + 1) if len(owed) == 1 else _which(ctx, owed)
    return _which(ctx, owed) if owed else None


def _which(ctx: Context, owed: list[tuple[Assignment, Duty]]) -> Reply:
    ctx.state["owed"] = [assignment.id for assignment, _ in owed]
    lines = [f"{i}. {duty.title}" for i, (_, duty) in enumerate(owed[:SHOWN], 1)]
    offered = tuple(Choice(texts.DONE_CHOICE.format(index=i)) for i in range(1, min(len(owed), SHOWN) + 1))
    return Reply("\n".join([texts.WHICH_DONE, *lines]), offered)


def _speaks_of(subject: str, duty: Duty) -> bool:
    """Whether her few words name the duty: most of their pairs of characters stand in its title or sentence."""
    title = normalise(duty.title)
    subject = normalise(subject)
    if subject in title:
        return True
    pairs = [subject[i : i + 2] for i in range(len(subject) - 1)]
    known = sum(pair in title for pair in pairs)
    return len(pairs) >= 2 and known >= max(2, 0.6 * len(pairs))


def _say(ctx: Context, assignment: Assignment, duty: Duty, *, index: int, names: tuple[str, ...] = ()) -> Reply:
    if assignment.state != OPEN and not names:
        return Reply(texts.SAID_ALREADY.format(title=duty.title))
    said = service.say_done(ctx.session, assignment, duty, by=ctx.speaker, now=ctx.now, names=names)
    lines = [texts.SAID_OLD.format(name=name, old=old) for name, old in said.old]
    missing = booking.gap_words(said.missing)
    if said.needs_names:
        shown = duty.quota.get("shown") or card.quota_words(duty.quota)
        lines.append(texts.NEEDS_NAMES.format(title=duty.title, shown=shown, missing=missing, index=index))
    elif said.done:
        shape = texts.SAID_ALL if names else texts.SAID_DONE
        lines.append(
            shape.format(title=duty.title, count=assignment.got)
            + (texts.BRACKETS.format(inside=missing) if missing else "")
        )
    else:
        shape = texts.SAID_SOME if said.taken else texts.STILL_LACKS
        lines.append(shape.format(taken="、".join(f"“{n}”" for n in said.taken), title=duty.title, missing=missing))
    return Reply("\n".join(lines))


def not_done(ctx: Context, rest: str) -> Reply:
    """「没办好 1」: she had said so by mistake."""
    index = re.match(r"\d{1,2}", rest)
    ids = ctx.state.get("owed") or []
    at = int(index[0]) if index else 1 if len(ids) == 1 else 0
    assignment = ctx.session.get(Assignment, ids[at - 1]) if 1 <= at <= len(ids) else None
    if assignment is None or assignment.unit_id != ctx.speaker.unit_id:
        return Reply(texts.NO_SUCH_OWED.format(index=at or ""))
    duty = ctx.session.get_one(Duty, assignment.duty_id)
    booking.take_back(ctx.session, assignment, duty, by=ctx.speaker, now=ctx.now)
    return Reply(texts.TAKEN_BACK.format(title=duty.title))


__all__ = ["mine", "register", "when_due"]
