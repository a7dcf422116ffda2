"""加入、邀请、问好 — how people come in."""

from __future__ import annotations

import re

from handlers import access
from handlers.dialog import texts as dialog_texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Reply
from handlers.dialog.router import Router
from handlers.local import LOCAL
from handlers.people import service
from handlers.reports import examples
from handlers.start import texts
from knowledge.messages import Understanding
from storage import people

router = Router("start")


@router.command("加入", "绑定", "登记", allow=access.anyone)
def join(ctx: Context, rest: str) -> Reply:
    """She has a code from the unit above."""
    code = re.sub(r"[\s\-]", "", rest)
    if ctx.speaker.is_known and not code:
        return Reply(texts.ALREADY.format(name=ctx.speaker.name, unit=ctx.speaker.unit_name))
    if not code:
        return Reply(texts.NEED_CODE)
    person = service.join(
        ctx.session,
        code,
        platform=ctx.message.platform,
        account=ctx.message.account,
        external_id=ctx.message.sender,
        now=ctx.now,
    )
    if person is None:
        return Reply(texts.BAD_CODE)
    speaker = people.speaker_of(ctx.session, ctx.speaker.identity_id, ctx.now.astimezone(LOCAL).date())
    return Reply(
        texts.JOINED.format(name=speaker.name, unit=speaker.unit_name, title=speaker.title, help=_help(speaker))
    )


@router.command("邀请", allow=access.official)
def invite(ctx: Context, rest: str) -> Reply:
    """An official asks for a code for somebody below her."""
    words = rest.split()
    if not words:
        return Reply(texts.WHOM)
    name, unit_name = words[-1], "".join(words[:-1])
    found = service.find_below(ctx.session, ctx.speaker.unit_path, name, unit_name, ctx.now.astimezone(LOCAL).date())
    if not found:
        return Reply(texts.NO_SUCH_PERSON.format(name=name))
    if len(found) > 1:
        return Reply(texts.SEVERAL.format(name=name, count=len(found)))
    code = service.invite(ctx.session, found[0], now=ctx.now, by=ctx.speaker.person_id)
    return Reply(texts.INVITED.format(name=found[0].name, code=code, days=service.VALID_DAYS))


@router.intent("event")
def arrived(ctx: Context, _meaning: Understanding) -> Reply:
    """She follows the account or opens the chat."""
    if ctx.speaker.is_known:
        return Reply(dialog_texts.WELCOME_KNOWN.format(name=ctx.speaker.name, help=_help(ctx.speaker)))
    return Reply(dialog_texts.WELCOME_STRANGER.format(help=_help(ctx.speaker)))


@router.intent("chat")
def small_talk(ctx: Context, _meaning: Understanding) -> Reply | None:
    """Thanks and greetings are answered; anything else is somebody else's to answer."""
    text = ctx.text
    if re.search(r"谢谢|辛苦了|多谢|感谢", text) and len(text) <= 20:
        return Reply(texts.THANKS)
    if re.search(r"^(早上好|上午好|下午好|晚上好|早|你好|您好)", text) and len(text) <= 12:
        return Reply(texts.MORNING.format(name=ctx.speaker.name or ""))
    if ctx.speaker.is_known and examples.is_meant_as_report(text):
        return Reply(examples.fitting(text, ctx.local, ctx.world.vocabulary))
    return None


@router.intent("ack")
def nodded(ctx: Context, _meaning: Understanding) -> Reply:
    """嗯, 好, 1 with nothing open: taken as it is meant."""
    ctx.state["aside"] = True
    return Reply(texts.NODDED)


def _help(speaker: people.Speaker) -> str:
    if not speaker.is_known:
        return dialog_texts.HELP_STRANGER
    return dialog_texts.HELP_OFFICIAL if speaker.is_official else dialog_texts.HELP_WORKER
