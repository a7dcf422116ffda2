"""求助 — the answer to a message that says somebody is in danger; nothing echoed, nothing passed on unasked."""

from __future__ import annotations

import re

from handlers import access
from handlers.cases import service, texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.dialog.tell import tell
from handlers.local import LOCAL
from handlers.policies import card
from knowledge.messages import Understanding
from storage import outbox, units

router = Router("cases")

#: She does not only tell, she asks what can be done.
_ASKS = re.compile(r"咋办|咋整|怎么办|怎么弄|如何|能不能|可以.{0,6}吗|吗[？?]?$|哪里|找谁|[？?]")

_BY_KIND = {
    "自杀": texts.SUICIDE,
    "儿童侵害": texts.CHILD,
    "儿童遗弃": texts.CHILD,
    "失踪": texts.MISSING,
    "拐卖": texts.MISSING,
}


@router.intent("crisis")
def in_danger(ctx: Context, meaning: Understanding) -> Reply:
    """110 and 12338 at once. An open form waits where it is."""
    kind = meaning.crisis_type or ""
    ctx.state["danger"] = kind
    said = _BY_KIND.get(kind, texts.URGENT) + _clause(ctx) + texts.ASK_CALL
    return Reply(said, choices=(Choice(texts.CALL_ME), Choice(texts.NOT_NOW)))


def _clause(ctx: Context) -> str:
    """The clause that protects her, if she has asked what to do."""
    if not _ASKS.search(ctx.text):
        return ""
    clause = card.protecting(
        ctx.session, ctx.world.library, ctx.text, path=ctx.speaker.unit_path, today=ctx.local.date()
    )
    return texts.CLAUSE.format(**clause) if clause else ""


@router.command(texts.CALL_ME, allow=access.anyone, takes_rest=False)
def call_me(ctx: Context, _rest: str) -> Reply:
    """She wants to be called: a restricted case, and a word without content to its officers."""
    kind = ctx.state.pop("danger", None)
    ctx.state["aside"] = False  # not the moment to ask for a report
    if kind is None:
        return Reply(texts.NOTHING_OPEN)
    case = service.open_case(ctx.session, ctx.speaker, kind, now=ctx.now)
    for officer in service.officers(ctx.session, case, ctx.now):
        tell(
            ctx.session,
            officer.id,
            Reply(texts.TO_OFFICER.format(number=case.id)),
            ctx.now,
            klass=outbox.CASE,
            key=f"case:{case.id}:{officer.id}",
            about=f"case:{case.id}",
        )
    if ctx.speaker.is_known and case.unit_id:
        return Reply(texts.ASKED.format(unit=units.get(ctx.session, case.unit_id).name, number=case.id))
    return Reply(texts.ASKED_STRANGER.format(number=case.id))


@router.command(texts.NOT_NOW, allow=access.anyone, takes_rest=False)
def not_now(ctx: Context, _rest: str) -> Reply | None:
    """She does not want to be called."""
    if ctx.state.pop("danger", None) is None:
        return None
    ctx.state["aside"] = False
    return Reply(texts.DECLINED)


@router.command(allow=access.official, pattern=r"求助\s*(?P<rest>\d{1,9})")
def read_case(ctx: Context, rest: str) -> Reply:
    """An officer opens a case; audited."""
    found = service.take(ctx.session, int(rest), ctx.speaker, now=ctx.now)
    if found is None:
        return Reply(texts.NOBODY)
    case, person, phone = found
    when = case.opened_at.astimezone(LOCAL).strftime("%m月%d日 %H:%M")
    who = person.name if person else texts.UNKNOWN_CALLER
    return Reply(texts.SHOWN.format(number=case.id, kind=case.kind, when=when, who=who, phone=phone))


@router.command(allow=access.official, pattern=r"求助办结\s*(?P<rest>\d{1,9})")
def close_case(ctx: Context, rest: str) -> Reply:
    """An officer says that a case is done."""
    done = service.close(ctx.session, int(rest), ctx.speaker, now=ctx.now)
    return Reply(texts.CLOSED.format(number=rest) if done else texts.NOBODY)
