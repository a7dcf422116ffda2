"""求助 — the answer to a message that says somebody is in danger; nothing echoed, nothing passed on unasked."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from handlers import access
from handlers.cases import service, texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.dialog.tell import tell
from handlers.local import LOCAL
from handlers.policies import card, reading_on
from knowledge.messages import Understanding, about_another, before_danger, may_be_danger
from knowledge.retrieval.references import numbers
from knowledge.text import normalise
from storage import outbox, units

router = Router("cases")

#: So long after a word of danger her next ones are heard as part of it.
STILL_WITH_HER = timedelta(hours=1)
#: So long a request for a call stands; asking again in that time does not open a second case.
CALL_STANDS = timedelta(hours=24)

#: She does not only tell, she asks what can be done.
_ASKS = re.compile(r"咋办|咋整|怎么办|怎么弄|如何|能不能|可以.{0,6}吗|吗[？?]?$|哪里|找谁|[？?]")

#: She speaks of people; and what only an activity is told with.
_OF_PEOPLE = re.compile(r"[我俺他她]|孩子|娃|妈|老公|婆婆|公公|男人")
_OF_A_REPORT = re.compile(
    r"\d|^我的|[一二三四五六七八九十百来多几](?:个?人|名|户|份|场)|讲座|活动|培训|宣传|村部|妇女之家"
)

#: Money is gone to a swindler; nobody has been taken or is held.
_DEFRAUDED = re.compile(r"(?:被|让人|遭|给|刷单).{0,8}骗(?:走|去)?了?[^，。]{0,8}(?:钱|款|元|块|[千万]|\d)")
_SOMEBODY_HELD = re.compile(r"骗[到去来](?!了?.{0,6}(?:钱|元|块))|不让|出不|身份证|失联|联系不|不见|人被?骗走")

_BY_KIND = {
    "自杀": texts.SUICIDE,
    "儿童侵害": texts.CHILD_HERSELF,
    "儿童遗弃": texts.CHILD,
    "失踪": texts.MISSING,
    "拐卖": texts.MISSING,
    "非法拘禁": texts.LOCKED_IN,
    "性侵": texts.SEXUAL,
}
_OF_ANOTHER = {
    "自杀": texts.SUICIDE_OF_ANOTHER,
    "儿童侵害": texts.CHILD,
    "儿童遗弃": texts.CHILD,
    "失踪": texts.MISSING,
    "拐卖": texts.MISSING,
}


@router.intent("crisis")
def in_danger(ctx: Context, meaning: Understanding) -> Reply:
    """110 and 12338 at once. An open form waits where it is, and so does an activity told in the same message."""
    kind = meaning.crisis_type or ""
    if kind == "拐卖" and _is_defrauded(ctx.text):
        return Reply(texts.DEFRAUDED)
    again = _with_her(ctx) and kind in (ctx.state.get("danger"), ctx.state.get("danger_of_call"))
    kept = _activity_before(ctx)
    ctx.state["danger_at"] = ctx.now.isoformat()
    if kept:
        ctx.state["kept"] = kept
    if (number := _call_asked(ctx)) is not None:
        ctx.state["danger_of_call"] = kind
        said = texts.AGAIN if again else _for(kind, ctx.text)
        return Reply(said + "\n" + texts.ON_ITS_WAY.format(number=number) + (texts.KEPT if kept else ""))
    ctx.state["danger"] = kind
    said = texts.AGAIN if again else _for(kind, ctx.text)
    said += (texts.KEPT if kept else "") + _clause(ctx) + texts.ASK_CALL
    return Reply(said, choices=(Choice(texts.CALL_ME), Choice(texts.NOT_NOW)))


def _for(kind: str, text: str) -> str:
    """What is said to one who tells of herself, or of somebody else."""
    if about_another(text):
        return _OF_ANOTHER.get(kind, texts.FOR_ANOTHER)
    return _BY_KIND.get(kind, texts.URGENT)


def _with_her(ctx: Context) -> bool:
    """Whether she has spoken of danger within the last hour."""
    at = ctx.state.get("danger_at")
    return at is not None and ctx.now - datetime.fromisoformat(at) <= STILL_WITH_HER


def _call_asked(ctx: Context) -> int | None:
    """The number of the case in which she is to be called, if she has asked for it within a day."""
    number, at = ctx.state.get("call") or (None, None)
    return number if at is not None and ctx.now - datetime.fromisoformat(at) <= CALL_STANDS else None


def _activity_before(ctx: Context) -> str:
    """What she has told of an activity before the words of danger; nothing of these goes into a report."""
    told = before_danger(ctx.text) if ctx.speaker.is_known else ""
    return told if told and ctx.world.read(told, ctx.local).intent == "report" else ""


def _is_defrauded(text: str) -> bool:
    return _DEFRAUDED.search(text) is not None and _SOMEBODY_HELD.search(text) is None


def glance(ctx: Context) -> Reply | None:
    """A swindle is answered at once; and until she has answered the offer, 「孩子才三岁」 is no answer to an open report's question."""
    if _is_defrauded(ctx.text) and ctx.meaning().intent in ("chat", "other", "question"):
        return Reply(texts.DEFRAUDED)
    if "danger" not in ctx.state or not ctx.state.get("asking") or not _with_her(ctx):
        return None
    if not _OF_PEOPLE.search(ctx.text) or _OF_A_REPORT.search(ctx.text):
        return None
    if any(command.match(ctx.text) is not None for command in router.commands):
        return None
    if ctx.meaning().intent in ("command", "question", "ack"):
        return None
    return Reply(texts.LISTENING, choices=(Choice(texts.CALL_ME), Choice(texts.NOT_NOW)))


router.glance = glance


@router.intent("heard on")
def heard_on(ctx: Context, meaning: Understanding) -> Reply | None:
    """What she goes on telling after a word of danger is part of it; a command, a report, a circular's number is what it is."""
    if not _with_her(ctx) or numbers(normalise(ctx.text)):
        return None
    if may_be_danger(ctx.text):
        return in_danger(ctx, Understanding("crisis", crisis_type=ctx.state.get("danger") or ""))
    if meaning.intent != "chat":
        return None
    return Reply(
        texts.LISTENING, choices=(Choice(texts.CALL_ME), Choice(texts.NOT_NOW)) if "danger" in ctx.state else ()
    )


def _clause(ctx: Context) -> str:
    """The clause that protects her, if she has asked what to do; 「下一条」 reads on from it."""
    if not _ASKS.search(ctx.text):
        return ""
    clause = card.protecting(
        ctx.session, ctx.world.library, ctx.text, path=ctx.speaker.unit_path, today=ctx.local.date()
    )
    if clause is None:
        return ""
    reading_on.open_at(ctx, clause.passage_id)
    return texts.CLAUSE.format(quote=clause.quote, title=clause.title, number=clause.number, place=clause.place)


@router.command(texts.CALL_ME, allow=access.anyone, takes_rest=False)
def call_me(ctx: Context, _rest: str) -> Reply:
    """She wants to be called: a restricted case, and a word without content to its officers."""
    ctx.state["aside"] = False  # not the moment to ask for a report
    if (number := _call_asked(ctx)) is not None:
        return Reply(texts.ASKED_ALREADY.format(number=number))
    kind = ctx.state.pop("danger", None)
    if kind is None:
        return Reply(texts.NOTHING_OPEN)
    case = service.open_case(ctx.session, ctx.speaker, kind, now=ctx.now)
    ctx.state["call"], ctx.state["danger_of_call"] = [case.id, ctx.now.isoformat()], kind
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
        asked = texts.ASKED.format(unit=units.get(ctx.session, case.unit_id).name, number=case.id)
        return Reply(asked, choices=_kept(ctx))
    return Reply(texts.ASKED_STRANGER.format(number=case.id))


@router.command(texts.NOT_NOW, allow=access.anyone, takes_rest=False)
def not_now(ctx: Context, _rest: str) -> Reply | None:
    """She does not want to be called."""
    if ctx.state.pop("danger", None) is None:
        return None
    ctx.state["aside"] = False
    return Reply(texts.DECLINED, choices=_kept(ctx))


def _kept(ctx: Context) -> tuple[Choice, ...]:
    return (Choice(texts.GO_ON),) if ctx.state.get("kept") else ()


@router.command(texts.GO_ON, allow=access.anyone, takes_rest=False)
def go_on(ctx: Context, _rest: str) -> Reply | None:
    """The activity she told of before the words of danger, as a choice whose words are what she said."""
    told = ctx.state.pop("kept", None)
    if not told:
        return None
    return Reply(texts.SO_YOU_SAID, choices=(Choice(texts.REPORT_IT, says=told),))


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
