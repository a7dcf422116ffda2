"""Photos before, during and after the words: hung on the right report, and one that was used before is pointed out."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Reply
from handlers.dialog.router import Router
from handlers.reports import album, card, filed, service, texts
from handlers.reports import draft as drafts
from knowledge.messages import Understanding
from storage.reports import COUNTED, RETURNED, Report

#: Photos that come so long after the words still belong to them.
FOLLOWS = timedelta(hours=6)
#: So many photos of one event are enough.
MOST = 30


def register(router: Router) -> None:
    """Add these to the slice's router."""
    router.intent("kind:image")(photos)
    router.command("照片不是这条", "不是这条的照片", "照片放错了", "照片错了", allow=access.known, takes_rest=False)(
        not_this_one
    )


def photos(ctx: Context, _meaning: Understanding) -> Reply | None:
    """Photos before, during or after the words go to the right report."""
    if not ctx.speaker.is_known:
        return Reply(texts.STRANGER)
    shas = [a.sha256 for a in ctx.message.attachments if a.sha256]
    draft = drafts.load(ctx.state)
    returned = filed.sent_back(ctx) if draft is None else None
    if returned is not None and not re.search(r"照片|图|拍", returned.review_note):
        returned = None  # sent back for something else
    last = returned or _just_filed(ctx)
    used = _used(ctx, shas, last if draft is None else None)
    wanted = [a.media_id for a in ctx.message.attachments if a.media_id and not a.sha256]
    shas += album.want_media(ctx.session, ctx.speaker.identity_id, wanted, ctx.now)
    warning = "\n" + texts.PHOTO_USED.format(number=used.number) if used is not None else ""
    if draft is not None:
        fresh = [sha for sha in shas if sha not in draft.photos][: max(0, MOST - len(draft.photos))]
        draft.photos += fresh
        drafts.save(ctx.state, draft)
        ctx.state["aside"] = True
        return Reply((texts.PHOTO_KEPT.format(count=len(fresh)) if fresh else texts.PHOTO_AGAIN) + warning)
    if last is not None:
        added = album.attach(ctx.session, last, tuple(shas))
        ctx.state["last_photos"] = [last.id, *shas]
        if not added and not wanted:
            return Reply(texts.PHOTO_AGAIN)
        summary = card.summary(last.slots, ctx.local.date())
        if returned is not None and (refused := _again(ctx, returned)) is not None:
            return refused
        if returned is not None:
            return Reply(
                texts.PHOTO_FOR_RETURNED.format(count=len(shas), number=last.number, summary=summary) + warning
            )
        return Reply(texts.PHOTO_ADDED.format(count=len(shas), number=last.number, summary=summary) + warning)
    waiting = ctx.state.setdefault("photos_waiting", [])
    waiting += [sha for sha in shas if sha not in waiting][: max(0, MOST - len(waiting))]
    return Reply(texts.PHOTO_WAITING.format(count=len(waiting)) + warning)


def _again(ctx: Context, report: Report) -> Reply | None:
    """What was sent back is handed in again with its photo; why not, if it cannot be."""
    try:
        service.change(ctx.session, report, report.slots, by=ctx.speaker, now=ctx.now)
    except service.PeriodClosed as closed:
        return Reply(filed.closed_sentence(closed))
    return None


def _used(ctx: Context, shas: list[str], here: Report | None) -> Report | None:
    other_than = here.id if here is not None else None
    return next((r for sha in shas if (r := album.used_in(ctx.session, sha, other_than=other_than)) is not None), None)


def _just_filed(ctx: Context) -> Report | None:
    """The report she filed within the last hours: photos that follow the words belong to it."""
    when = ctx.state.get("last_filed_at")
    if not when or not timedelta(0) <= ctx.now - datetime.fromisoformat(when) <= FOLLOWS:
        return None
    found = ctx.session.get(Report, ctx.state["last_report"])
    return found if found is not None and found.state in (*COUNTED, RETURNED) else None


def not_this_one(ctx: Context, _rest: str) -> Reply:
    """The photos that were hung on the last report wait for the next one instead."""
    last = ctx.state.pop("last_photos", None)
    draft = drafts.load(ctx.state)
    if last is not None:
        report_id, *shas = last
        album.detach(ctx.session, report_id, tuple(shas))
    elif draft is not None and draft.photos:
        shas, draft.photos = draft.photos, []
        drafts.save(ctx.state, draft)
    else:
        return Reply(texts.PHOTO_NONE)
    if draft is None:
        ctx.state.pop("last_filed_at", None)  # what follows is of something else, too
    waiting = ctx.state.setdefault("photos_waiting", [])
    waiting += [sha for sha in shas if sha not in waiting]
    return Reply(texts.PHOTO_TAKEN_OFF.format(count=len(shas)))
