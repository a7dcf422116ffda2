"""问政策 — a question in her own words, the clause as the answer."""

from __future__ import annotations

import re
from typing import Any

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.policies import service, texts
from knowledge.library import Hit
from knowledge.messages import Understanding
from knowledge.reading import find_doc_numbers
from storage.circulars import Circular

router = Router("policies")

#: What fits on a phone screen without scrolling, with the source and the choices under it.
SCREEN = 280


@router.intent("question")
@router.intent("other")
def ask(ctx: Context, meaning: Understanding) -> Reply | None:
    """A question: the best passage that supports an answer."""
    if meaning.intent not in ("question", "chat", "other", "report", "command", "notice"):
        return None
    numbered = by_number(ctx)
    if numbered is not None:
        return numbered
    hits = ctx.world.library.search(
        ctx.session, ctx.text, limit=6, place=ctx.speaker.unit_path or None, today=ctx.local.date())
    if not ctx.world.library.is_supported(hits):
        if meaning.intent != "question":
            return None
        return not_found(ctx)
    return show(ctx, hits, 0)


def by_number(ctx: Context) -> Reply | None:
    """「81号文」 alone names a document."""
    if not find_doc_numbers(ctx.text, loose=True) or len(ctx.text) > 24:
        return None
    if re.search(r"依据|怎么|什么|多少|哪|谁|几", ctx.text):
        return None
    found = ctx.world.library.by_number(ctx.session, ctx.text)
    if not found:
        return Reply(texts.NO_DOCUMENT.format(number=ctx.text)) if re.search(r"号", ctx.text) else None
    return document(ctx, found[0])


def document(ctx: Context, circular: Circular) -> Reply:
    """A whole document: its head, and its first passages by name."""
    passages = service.passages(ctx.session, circular.id, limit=12)
    ctx.state["hits"] = {"ids": [p.id for p in passages[:1]], "at": 0}
    issued = circular.issued_on
    date = texts.DATE.format(year=issued.year, month=issued.month, day=issued.day) if issued else ""
    head = texts.DOCUMENT.format(
        title=circular.title, number=_number(circular.number), issuer=circular.issuer, date=date,
        validity=texts.NOT_IN_FORCE.get(circular.validity, ""))
    places = list(dict.fromkeys(p.place for p in passages if p.place))[:8]
    if places:
        head += "\n" + texts.DOCUMENT_PARTS.format(parts="\n".join(places))
    return Reply(head, (Choice(texts.WHOLE),))


def show(ctx: Context, hits: list[Hit], at: int) -> Reply:
    """One hit as the answer, the next two as choices."""
    hit = hits[at]
    ctx.state["hits"] = {"ids": [h.passage_id for h in hits], "at": at}
    others = [h for i, h in enumerate(hits) if i != at and h.title != hit.title][:2]
    labels = [Choice(texts.NEXT), Choice(texts.WHOLE), Choice(texts.ORIGINAL)]
    if len(hits) > at + 1:
        labels.append(Choice(texts.OTHER))
    text = texts.ANSWER.format(quote=_quoted(hit), source=_source(hit.title, hit.doc_number, hit.place), validity=texts.NOT_IN_FORCE.get(hit.validity, ""))
    if others:
        text += "\n" + texts.ALSO.format(titles="、".join(f"《{o.title}》" for o in others))
    return Reply(text, tuple(labels))


def _quoted(hit: Hit) -> str:
    """The passage if it fits on the screen with the answering part marked, else that part."""
    if len(hit.text) <= SCREEN and hit.quote and hit.quote in hit.text and len(hit.quote) < len(hit.text):
        return hit.text.replace(hit.quote, f"【{hit.quote}】", 1)
    return hit.quote or hit.text[:SCREEN]


def _number(number: str) -> str:
    return texts.NUMBER.format(number=number) if number else ""


def _source(title: str, number: str, place: str) -> str:
    return texts.SOURCE.format(title=title, number=_number(number), place=place)


def not_found(ctx: Context) -> Reply:
    """Nothing supports an answer: say so, and offer to send the question up."""
    number = service.log_question(ctx.session, ctx.text, person_id=ctx.speaker.person_id, path=ctx.speaker.unit_path, now=ctx.now)
    if not ctx.speaker.is_known:
        return Reply(texts.NOT_FOUND_STRANGER)
    above = service.unit_above(ctx.session, ctx.speaker)
    ctx.state["question"] = number
    return Reply(texts.NOT_FOUND.format(above=above.name if above else texts.ABOVE_DEFAULT), (Choice(texts.SEND_UP),))


@router.command(texts.SEND_UP, allow=access.known, takes_rest=False)
def send_up(ctx: Context, _rest: str) -> Reply | None:
    """The unit above answers what the library cannot."""
    number = ctx.state.pop("question", None)
    if number is None:
        return None
    above = service.send_up(ctx.session, number, ctx.speaker, now=ctx.now)
    return Reply(texts.SENT_UP.format(above=above or texts.ABOVE_DEFAULT))


@router.command(allow=access.official, pattern=r"答复\s*(?P<rest>\d{1,9}.*)")
def answer_question(ctx: Context, rest: str) -> Reply:
    """An official answers once for all."""
    number, said = re.match(r"(\d+)\s*[:：]?\s*(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]  # the pattern matched
    if len(said) < 4:
        return Reply(texts.ANSWER_HOW.format(number=number))
    done = service.answer_question(ctx.session, ctx.world.library, int(number), said, by=ctx.speaker, now=ctx.now)
    return Reply(texts.THANKS_ANSWER if done else texts.NO_SUCH_QUESTION.format(number=number))


def _open(ctx: Context) -> dict[str, Any] | None:
    found: dict[str, Any] | None = ctx.state.get("hits")
    return found if found and found.get("ids") else None


@router.command(texts.OTHER, "下一个", allow=access.anyone, takes_rest=False)
def another(ctx: Context, _rest: str) -> Reply:
    """The next best passage."""
    state = _open(ctx)
    if state is None:
        return Reply(texts.NOTHING_OPEN)
    if state["at"] + 1 >= len(state["ids"]):
        return Reply(texts.NOTHING_MORE)
    return _passage(ctx, state["ids"][state["at"] + 1], {**state, "at": state["at"] + 1})


@router.command(texts.NEXT, "下一段", allow=access.anyone, takes_rest=False)
def following(ctx: Context, _rest: str) -> Reply:
    """The passage after this one in its document."""
    state = _open(ctx)
    if state is None:
        return Reply(texts.NOTHING_OPEN)
    found = ctx.world.library.next_passage(ctx.session, state["ids"][state["at"]])
    if found is None:
        return Reply(texts.LAST_ARTICLE)
    return _passage(ctx, found.id, {"ids": [found.id], "at": 0})


def _passage(ctx: Context, passage_id: int, state: dict[str, Any]) -> Reply:
    passage, circular = service.passage(ctx.session, passage_id)
    ctx.state["hits"] = state
    source = _source(circular.title, circular.number, passage.place)
    labels = [Choice(texts.NEXT), Choice(texts.WHOLE), Choice(texts.ORIGINAL)]
    if state["at"] + 1 < len(state["ids"]):
        labels.append(Choice(texts.OTHER))
    validity = texts.NOT_IN_FORCE.get(circular.validity, "")
    return Reply(texts.ANSWER.format(quote=passage.text, source=source, validity=validity), tuple(labels))


@router.command(texts.WHOLE, allow=access.anyone, takes_rest=False)
def whole(ctx: Context, _rest: str) -> Reply:
    """The document from its beginning."""
    state = _open(ctx)
    if state is None:
        return Reply(texts.NOTHING_OPEN)
    _, circular = service.passage(ctx.session, state["ids"][state["at"]])
    found = service.passages(ctx.session, circular.id, limit=4)
    ctx.state["hits"] = {"ids": [found[-1].id], "at": 0}
    text = "\n".join(p.text for p in found)
    count = service.passage_count(ctx.session, circular.id)
    head = texts.FULL.format(title=circular.title, number=_number(circular.number), count=count, text=text)
    return Reply(head + ("\n" + texts.FULL_MORE if count > len(found) else ""), (Choice(texts.NEXT),) if count > len(found) else ())


@router.command(texts.ORIGINAL, allow=access.anyone, takes_rest=False)
def original(ctx: Context, _rest: str) -> Reply:
    """The same place as it stands in the file that came in."""
    state = _open(ctx)
    if state is None:
        return Reply(texts.NOTHING_OPEN)
    return Reply(texts.ORIGINAL_IS.format(text=service.original_of(ctx.session, state["ids"][state["at"]])), (Choice(texts.NEXT), Choice(texts.WHOLE)))
