"""名单 in chat: written while a report is being told or afterwards, shown whole to her who filed and masked to others."""

from __future__ import annotations

import re

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Reply
from handlers.dialog.router import Router
from handlers.reports import draft as drafts
from handlers.reports import filed, rosters, service, shown, texts
from handlers.reports.draft import Draft
from handlers.reports.rosters import Name
from storage.reports import COUNTED, RETURNED, Report

_WORDS = r"(?:参加人员|到场人员|人员)?(?:签到)?名单|签到表?"
_IN_DRAFT = re.compile(
    rf"(?:{_WORDS})(?:\s*(?:是|有|如下)\s*[：:，,]?|\s*[：:，,\s])\s*(?P<rest>(?!(?:编号)?\d{{3}})\S.*)", re.DOTALL
)
#: How many names are shown on one screen.
MOST_NAMES = 40


def register(router: Router) -> None:
    """Add these commands to the slice's router."""
    router.command(
        allow=access.known,
        pattern=rf"(?:{_WORDS})\s*(?:编号)?\s*(?P<rest>\d{{1,10}}(?!\d)(?:[\s：:，,、条号].*|\D.*)?)",
    )(roster)
    router.command(
        allow=access.known, pattern=r"(?:看|查)\s*(?:编号)?\s*(?P<rest>\d{1,10})\s*[条号]?的?\s*(?:签到)?名单"
    )(roster)
    router.command(allow=access.known, pattern=rf"(?:{_WORDS})\s*[：:\s]\s*(?P<rest>\D.*)")(roster_of_last)
    router.command(allow=access.known, pattern=rf"(?:{_WORDS})\s*[：:。]?")(of_last)
    router.command("人数不变", "名单不全", allow=access.known, takes_rest=False)(leave_count)


def roster(ctx: Context, rest: str) -> Reply:
    """名单 10017: who was there; 名单 10017 王秀兰 李玉芬: these too; 名单 10017 去掉 李玉芬."""
    found = re.match(r"(\d+)[\s：:，,、条号]*(.*)", rest, re.DOTALL)
    assert found is not None  # the command's pattern matched
    report = shown.find(ctx, found[1])
    if report is None:
        return shown.not_found(found[1])
    return _change(ctx, report, found[2]) if found[2] else _show(ctx, report)


def roster_of_last(ctx: Context, rest: str) -> Reply | None:
    """名单：王秀兰 李玉芬, with nothing open: of the report she filed last."""
    report = filed.meant(ctx)
    if report is None:
        return Reply(texts.ROSTER_HOW) if rosters.read(rest)[0] else None
    return _change(ctx, report, rest)


def of_last(ctx: Context, _rest: str) -> Reply:
    """名单 and nothing else: the roster of the report she filed last, or how to write one."""
    if drafts.load(ctx.state) is not None:
        return Reply(texts.ROSTER_HOW_IN_DRAFT)
    report = filed.meant(ctx)
    return _show(ctx, report) if report is not None else Reply(texts.ROSTER_HOW)


def parted(text: str) -> tuple[str, str]:
    """「昨天……来了2人，名单：王某某、李某某」: what was done, and the roster with its word; empty if there is none."""
    found = _TAIL.fullmatch(text)
    if found is None or not rosters.read(found["names"])[0]:
        return text, ""
    return found["said"], found["roster"]


_TAIL = re.compile(
    r"(?P<said>.{6,}?)[，,。；;\s]+(?P<roster>(?:参加人员|到场人员|人员)?(?:签到)?名单(?:如下)?[：:\n]\s*(?P<names>.+))",
    re.DOTALL,
)


def leave_count(ctx: Context, _rest: str) -> Reply | None:
    """The number of people stays, whatever the roster says; in a draft its own question takes the answer."""
    if drafts.load(ctx.state) is not None:
        return None
    return Reply(texts.ROSTER_LEFT)


def into_draft(ctx: Context, draft: Draft) -> str | None:
    """名单：… while the draft is open: what is said about it; None if it is no roster."""
    found = _IN_DRAFT.fullmatch(ctx.text)
    if found is None:
        return None
    names, unread = rosters.read(found["rest"])
    if not names:
        return None
    before = rosters.opened(ctx.session, draft.roster)
    every = list(dict.fromkeys([*before, *names]))
    draft.roster, draft.roster_count = rosters.sealed(ctx.session, every), len(every)
    draft.sure = [slot for slot in draft.sure if slot != "roster"]
    notes = _notes(len(before) + len(names) - len(every), unread)
    return "\n".join([texts.ROSTER_NOTED.format(count=len(every)), *notes])


def _change(ctx: Context, report: Report, what: str) -> Reply:
    if report.by_person_id != ctx.person_id and not filed.may_change(ctx, report):
        return Reply(texts.CHANGE_OTHERS.format(number=report.number))
    if report.state not in (*COUNTED, RETURNED):
        state = texts.STATES[report.state].strip("（）")
        return Reply(texts.CANNOT_CHANGE.format(number=report.number, state=state))
    gone = re.match(r"(?:去掉|删掉|删除|划掉|去除|不要)\s*[：:]?\s*(.+)", what, re.DOTALL)
    names, unread = rosters.read(gone[1] if gone else re.sub(r"^(?:补充?|加上?|添上?)\s*[：:]?\s*", "", what))
    if not names:
        return Reply(texts.ROSTER_HOW_TO.format(number=report.number))
    try:
        return _struck(ctx, report, names) if gone else _added(ctx, report, names, unread)
    except service.PeriodClosed as closed:
        return Reply(filed.closed_sentence(closed))


def _added(ctx: Context, report: Report, names: list[Name], unread: list[str]) -> Reply:
    new = rosters.put(ctx.session, report, names, by=ctx.speaker, now=ctx.now)
    said = [
        texts.ROSTER_ADDED.format(
            number=report.number, count=rosters.count_of(ctx.session, report.id), names=_names(ctx, report)
        ),
        *_notes(len(names) - new, unread),
    ]
    asked, choices = shown.roster_question(ctx, report)
    return Reply("\n".join([*said, *asked]), choices=choices)


def _struck(ctx: Context, report: Report, names: list[Name]) -> Reply:
    count = rosters.take_off(ctx.session, report, names, by=ctx.speaker, now=ctx.now)
    if not count:
        return Reply(texts.ROSTER_NOT_ON.format(number=report.number))
    left = rosters.count_of(ctx.session, report.id)
    asked, choices = shown.roster_question(ctx, report)
    return Reply(
        "\n".join([texts.ROSTER_STRUCK.format(number=report.number, count=count, left=left), *asked]), choices=choices
    )


def _notes(repeated: int, unread: list[str]) -> list[str]:
    notes = [texts.ROSTER_TWICE.format(count=repeated)] if repeated else []
    if unread:
        notes.append(texts.ROSTER_UNREAD.format(words=texts.JOIN.join(unread[:5])))
    return notes


def _show(ctx: Context, report: Report) -> Reply:
    count = rosters.count_of(ctx.session, report.id)
    if not count:
        return Reply(texts.ROSTER_NONE.format(number=report.number))
    return Reply(texts.ROSTER.format(number=report.number, count=count, names=_names(ctx, report)))


def _names(ctx: Context, report: Report) -> str:
    names = rosters.of(ctx.session, report.id)
    if report.by_person_id != ctx.person_id:
        names = [rosters.masked(name) for name in names]
    more = texts.ROSTER_MORE.format(count=len(names) - MOST_NAMES) if len(names) > MOST_NAMES else ""
    return texts.JOIN.join(names[:MOST_NAMES]) + more
