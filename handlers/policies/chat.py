"""问政策 — a question in her own words, the clause as the answer."""

from __future__ import annotations

import re

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.policies import documents, finding, reading_on, service, teaching, texts
from knowledge import answers
from knowledge.messages import Understanding

router = Router("policies")

#: A whole story that ends in a question is a question, even when it tells of meetings and money like a report.
_STORY = 30
_ASKS_AT_END = re.compile(
    r"(?:[？?]|吗|呢|怎么办|咋办|咋弄|怎么弄|合不合法|合法不|去哪里?告|找谁|有没有(?:什么)?(?:规定|政策|法律)|能不能|可不可以|行不行|对不对|该怎么\S{0,8}|"
    r"管不管|算不算)[啊呀呢了]*[。！!？?]*$"
)
_ABOUT_REPORTING = re.compile(r"上报|报上去|这样报|登记|记一下|帮我记|改成|改为")

#: Intents that may turn out to be questions; whatever else has its own slice.
_MAYBE = ("question", "chat", "other", "report", "command", "notice")
#: Asked, though it was not taken for a question: 退不退, 有没有, 是啥, 能…吗.
_ASKS = re.compile(
    r"(.)不\1|有没有|没有吗|是啥|是什么|什么意思|怎么|咋|多少|几[个次天号人]|哪[里儿个些天]|谁|为什么|为啥|能不能|可不可以|[吗呢][？?]?$|[？?]$"
)
_MAY_I = re.compile(r"(?:能|可以|要不要|该不该|算|合法|有没有|会不会)[^，。]{0,16}(?:吗|不|呢)?[？?]?$")
#: 「治安管理处罚法第四十三条」, and what may stand behind it.
_ARTICLE = re.compile(
    r"《?[\u4e00-\u9fff（）()]{2,24}[法典例定则释]》?\s*第?[\d一二三四五六七八九十百千零]{1,8}条(?:[说讲]?的?(?:是)?(?:什么|啥)|规定|内容|原文)?[？?。]?"
)
#: What is asked in a few words that might as well begin a report: 「春蕾夏令营第几届」, 「读书会是哪年办的」.
_WHICH = re.compile(r"第?几[届期轮批次][的了呀啊？?]*$|是?哪[一]?[年届](?:办|搞|开|举办)?的?[呀啊？?]*$")
_ABOUT_DUTIES = re.compile(r"任务|上报|报了|报过|报没|收到|提醒|群发|汇总|审核|谁没报|登记|编号|撤回")
_THANKS = re.compile(r"(?:多谢|谢谢|感谢|辛苦)[了啦你您们大家啊哈呀！!。~ ]*")
_FINE = re.compile(r"(?:好的?|嗯+|哦+|行|可以|明白|知道|晓得|没事|不用)[了啦的吧啊哈呢！!。~ ]*")
_HERE = re.compile(r"(?:你|您)?(?:还)?(?:在不在|在吗|在么|在没在|有人吗|有人在吗)[啊呀呢？?]*")
_ABOUT_OWN = re.compile(r"我的?(?:任务|上报)|任务.{0,6}(?:完成|做完|没做)|我.{0,6}(?:报了|报过|报没报|交了|还欠|欠)")
_WHO = re.compile(
    r"(?:你|您)(?:是谁|叫什么(?:名字)?|会(?:干|做)?(?:什么|啥)|能(?:干|做)(?:什么|啥)|是机器人吗?)[啊呀呢？?]*"
)


def glance(ctx: Context) -> Reply | None:
    """A long story that ends in a question, or a short 「我能…吗」 that the library answers, while no form is open."""
    if len(ctx.text) > 400 or "\n" in ctx.text.strip():
        return None
    if _ARTICLE.fullmatch(ctx.text.strip()):  # a law by name and article is asked for, whatever form is open
        return answer(ctx, "question")
    if ctx.state.get("asking"):
        return None
    if len(ctx.text) > _STORY:
        if not _ASKS_AT_END.search(ctx.text) or _ABOUT_REPORTING.search(ctx.text):
            return None
        return answer(ctx, "question")
    if _WHICH.search(ctx.text) and not _ABOUT_DUTIES.search(ctx.text):
        return answer(ctx, "question", only_sure=True)
    if not _MAY_I.search(ctx.text) or _ABOUT_DUTIES.search(ctx.text) or not re.search(r"吗|[？?]|不$", ctx.text):
        return None
    return answer(ctx, "question", only_sure=True)


@router.intent("question")
@router.intent("other")
def ask(ctx: Context, meaning: Understanding) -> Reply | None:
    """A question: what it names, else the best passage that supports an answer, else an honest no."""
    for pattern, said in ((_HERE, texts.HERE), (_THANKS, texts.THANKS), (_FINE, texts.FINE), (_WHO, texts.WHO)):
        if pattern.fullmatch(ctx.text):
            return Reply(said)
    if meaning.intent not in _MAYBE:
        return None
    named = documents.look_up(ctx)
    if named is not None:
        return named
    asks = meaning.intent in ("other", "chat", "command") and len(ctx.text) > 4 and _ASKS.search(ctx.text)
    return answer(ctx, "question" if asks else meaning.intent, honest_no=meaning.intent == "question")


def answer(ctx: Context, intent: str, *, honest_no: bool = True, only_sure: bool = False) -> Reply | None:
    """The best passage, or (when this surely was a question) the honest no; `only_sure`: no nearest one either."""
    found = finding.find(
        ctx.session,
        ctx.world.library,
        ctx.text,
        intent=intent,
        path=ctx.speaker.unit_path,
        region=service.region_of(ctx.session, ctx.speaker),
        today=ctx.local.date(),
    )
    if found.replaced:
        old, new = found.replaced
        return Reply(texts.REPLACED_LAW.format(old=old, new=new))
    if not found.supported:
        if _ABOUT_OWN.search(ctx.text) and ctx.speaker.is_known and not only_sure:
            return Reply(texts.OWN, (Choice(texts.MY_TASKS), Choice(texts.MY_REPORTS)))
        if only_sure or not (found.missing or (honest_no and answers.subjects(ctx.text))):
            return None
        return not_found(ctx, found.missing)
    best = found.hits[0]
    if only_sure and (found.nearest or finding.is_frame(best, ctx.text)):
        return None
    outcome = "refused" if found.nearest else "answered"
    number = service.log_question(
        ctx.session, ctx.text, ctx.speaker, outcome=outcome, now=ctx.now, score=best.support, passage_id=best.passage_id
    )
    if finding.is_frame(best, ctx.text):  # nothing but a document's frame: the document itself is the answer
        _, circular = service.passage(ctx.session, best.passage_id)
        return documents.document(ctx, circular)
    reply = reading_on.show(ctx, found.hits, number)
    if not found.nearest:
        return reply
    if not ctx.speaker.is_known:
        return Reply(texts.NEAREST + "\n" + reply.text, reply.choices)
    ctx.state["question"] = number
    buttons = [one for one in reply.choices if one.label != texts.ORIGINAL]
    return Reply(texts.NEAREST + "\n" + reply.text, (*buttons, Choice(texts.SEND_UP)))


def not_found(ctx: Context, missing: str = "") -> Reply:
    """Nothing supports an answer: say so, and offer to send the question up."""
    number = service.log_question(ctx.session, ctx.text, ctx.speaker, outcome="refused", now=ctx.now)
    if not ctx.speaker.is_known:
        return Reply(texts.NOT_FOUND_STRANGER)
    above = service.unit_above(ctx.session, ctx.speaker)
    ctx.state["question"] = number
    name = above.name if above else texts.ABOVE_DEFAULT
    text = texts.NO_ARTICLE.format(article=missing, above=name) if missing else texts.NOT_FOUND.format(above=name)
    if ctx.speaker.is_official and not service.has_laws(ctx.session, ctx.world.library):
        text += texts.NO_LAWS
    return Reply(text, (Choice(texts.SEND_UP),))


@router.command(texts.SEND_UP, allow=access.known, takes_rest=False)
def send_up(ctx: Context, _rest: str) -> Reply | None:
    """The unit above answers what the library cannot."""
    number = ctx.state.pop("question", None)
    if number is None:
        return None
    above = service.send_up(ctx.session, number, ctx.speaker, now=ctx.now)
    return Reply(texts.SENT_UP.format(above=above) if above else texts.SENT_UP_NOBODY)


@router.intent("kind:file")
def file(ctx: Context, _meaning: Understanding) -> Reply:
    """A file cannot be opened here: what to do instead."""
    return Reply(texts.FILE_OFFICIAL if ctx.speaker.is_official else texts.FILE_OTHERS)


router.glance = glance
reading_on.register(router)
teaching.register(router)
