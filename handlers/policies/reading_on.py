"""From an answer on: the next article (下一条), the whole document (全文), the file's own words (原文), another answer.

What is open stands in the conversation as `hits`: `ids` of passages, `at` the one shown, with `quotes` and the number of
the `question` where it answered one, and `until` where a document is read screen by screen.
"""

from __future__ import annotations

import re
from typing import Any

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.policies import card, service, texts
from knowledge.library import Hit
from storage.circulars import Passage

#: How much of a document is shown at once.
_PAGE = 420


def register(router: Router) -> None:
    """Add these commands to the slice's router."""
    router.command(texts.OTHER, "下一个", allow=access.anyone, takes_rest=False)(another)
    router.command(allow=access.anyone, pattern=r"第(?P<rest>[2-8])个答案")(one_of)
    router.command(texts.USEFUL, "有用的", "有帮助", allow=access.known, takes_rest=False)(useful)
    router.command(texts.NEXT, "下一段", allow=access.anyone, takes_rest=False)(following)
    router.command(texts.WHOLE, allow=access.anyone, takes_rest=False)(whole)
    router.command(texts.ORIGINAL, allow=access.anyone, takes_rest=False)(original)


def open_at(ctx: Context, *passage_ids: int) -> None:
    """She has been shown the first of these passages, and may ask for the others: 「下一条」 goes on from here."""
    ctx.state["hits"] = {"ids": list(passage_ids), "at": 0}


def opened(ctx: Context) -> dict[str, Any] | None:
    """What is open; None before anything was looked up."""
    found: dict[str, Any] | None = ctx.state.get("hits")
    return found if found and found.get("ids") else None


def show(ctx: Context, hits: tuple[Hit, ...], question: int) -> Reply:
    """One hit as the answer, the next two as choices."""
    ctx.state["hits"] = {
        "ids": [hit.passage_id for hit in hits],
        "quotes": [hit.quote for hit in hits],
        "at": 0,
        "question": question,
    }
    return _shown(ctx, ctx.state["hits"])


def _shown(ctx: Context, state: dict[str, Any]) -> Reply:
    """The passage at which her answers stand, with everything that can be tapped."""
    at = state["at"]
    passage, circular = service.passage(ctx.session, state["ids"][at])
    quotes = state.get("quotes") or []
    entry = service.faq_of(ctx.session, passage.id) if passage.kind == "faq" else None
    if entry is not None:
        text = card.answered(ctx.session, *entry)
        labels = [Choice(texts.USEFUL)]
    else:
        quote = quotes[at] if at < len(quotes) else ""
        text = texts.ANSWER.format(
            quote=card.quotation(ctx.session, passage, quote), source=card.source(circular, passage)
        )
        labels = [Choice(texts.NEXT), Choice(texts.WHOLE), Choice(texts.ORIGINAL), Choice(texts.USEFUL)]
    if not state.get("question"):
        labels = [one for one in labels if one.label != texts.USEFUL]
    if len(state["ids"]) > at + 1:
        labels.append(Choice(texts.OTHER))
    return Reply(text, (*labels, *_others(ctx, state)))


def _others(ctx: Context, state: dict[str, Any]) -> list[Choice]:
    """The two next best, as something to tap; none that looks like one already there."""
    found: list[Choice] = []
    seen = {_label(ctx, state["ids"][state["at"]])}
    for at in range(state["at"] + 1, len(state["ids"])):
        label = _label(ctx, state["ids"][at])
        if label in seen:
            continue
        seen.add(label)
        found.append(Choice(label, texts.ALSO_SAYS.format(at=at + 1)))
        if len(found) == 2:
            break
    return found


def _label(ctx: Context, passage_id: int) -> str:
    passage, circular = service.passage(ctx.session, passage_id)
    if passage.kind == "faq":
        return passage.place[:24]
    return f"{card.title(card.short(circular.title))}{card.short_place(card.place(passage, circular.title))}"


def _at(ctx: Context, state: dict[str, Any], at: int) -> Reply:
    if at >= len(state["ids"]):
        return Reply(texts.NOTHING_MORE)
    state["at"] = at
    ctx.state["hits"] = state
    return _shown(ctx, state)


def another(ctx: Context, _rest: str) -> Reply:
    """The next best passage."""
    state = opened(ctx)
    return Reply(texts.NOTHING_OPEN) if state is None else _at(ctx, state, state["at"] + 1)


def one_of(ctx: Context, rest: str) -> Reply:
    """One of the next best, tapped."""
    state = opened(ctx)
    return Reply(texts.NOTHING_OPEN) if state is None else _at(ctx, state, int(rest) - 1)


def useful(ctx: Context, _rest: str) -> Reply | None:
    """She says that this was the answer."""
    state = opened(ctx)
    if state is None or not state.get("question"):
        return None
    return Reply(
        texts.USEFUL_THANKS
        if service.accept(ctx.session, state["question"], state["ids"][state["at"]], now=ctx.now)
        else texts.USEFUL_AGAIN
    )


def following(ctx: Context, _rest: str) -> Reply:
    """The passage after this one in its document."""
    state = opened(ctx)
    if state is None:
        return Reply(texts.NOTHING_OPEN)
    last = state.get("until") or state["ids"][state["at"]]
    found = ctx.world.library.next_passage(ctx.session, last)
    if found is None:
        return Reply(texts.LAST_ARTICLE)
    if state.get("until"):
        return _page(ctx, found.circular_id, found.ordinal)
    open_at(ctx, found.id)
    return _shown(ctx, ctx.state["hits"])


def whole(ctx: Context, _rest: str) -> Reply:
    """The document from its beginning, a screen at a time."""
    state = opened(ctx)
    if state is None:
        return Reply(texts.NOTHING_OPEN)
    passage, _ = service.passage(ctx.session, state["ids"][state["at"]])
    return _page(ctx, passage.circular_id, 0)


def _page(ctx: Context, circular_id: int, ordinal: int) -> Reply:
    found = [one for one in service.passages(ctx.session, circular_id, limit=ordinal + 12) if one.ordinal >= ordinal]
    taken: list[tuple[Passage, str]] = []
    size = 0
    for one in found:
        body = card.whole(one)
        if taken and size + len(body) > _PAGE:
            break
        taken.append((one, body))
        size += len(body)
    _, circular = service.passage(ctx.session, taken[0][0].id)
    last = taken[-1][0]
    count = service.passage_count(ctx.session, circular_id)
    ctx.state["hits"] = {"ids": [last.id], "at": 0, "until": last.id}
    text = "\n".join(body for _, body in taken)
    if ordinal == 0:
        text = texts.FULL.format(title=card.title(circular.title), number=card.number(circular.number), text=text)
    if last.ordinal + 1 >= count:
        return Reply(text)
    return Reply(text + "\n" + texts.FULL_MORE.format(count=count), (Choice(texts.NEXT),))


def original(ctx: Context, _rest: str) -> Reply:
    """The same place as it stands in the file that came in."""
    state = opened(ctx)
    if state is None:
        return Reply(texts.NOTHING_OPEN)
    text = service.original_of(ctx.session, state["ids"][state["at"]])
    return Reply(
        texts.ORIGINAL_IS.format(text=re.sub(r"\n{3,}", "\n\n", text)), (Choice(texts.NEXT), Choice(texts.WHOLE))
    )
