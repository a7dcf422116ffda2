"""One message in, one reply out: safety words, choices, cancelling, open questions, commands, meaning — in this order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.dialog import choices, texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import AnyCommand, Command, Router, check
from knowledge.messages import Understanding
from knowledge.text import digits_meant
from storage.people import Speaker

#: Longer messages are not read as chat; officials may paste circulars up to the other limit.
LONGEST_CHAT = 1_500
LONGEST_PASTE = 60_000

#: At most so often the gentle line is said.
_GENTLE_EVERY = timedelta(hours=12)
#: What a quiet cry may look like.
_MAY_HIDE = frozenset({"chat", "question", "report"})

_CANCEL = frozenset({"取消", "算了", "不报了", "退出", "不弄了", "取消上报"})
_HELP = frozenset({"帮助", "菜单", "help", "?", "？", "怎么用", "你好", "您好", "在吗", "start", "/start"})
#: She does not know how to go on. 「不知道」 alone is an answer; this is not.
_DO = "(?:弄|用|报|填|搞|写|操作)"
_LOST = re.compile(
    r"(?:这个?|我|真的?|都|还|也|[，, ])*+"
    rf"(?:(?:不会|弄不来|搞不来|搞不懂|弄不懂|看不懂|不懂)(?:怎么|咋)?{_DO}?|(?:不知道|不晓得)?(?:怎么|咋){_DO}|教教我|教我(?:一下)?|教一下我?)"
    r"(?:这个|它|这东西)?[啊呀呢吗嘛吧了的]*[？?。！!]*"
)


def clean(text: str) -> str:
    """What she typed without control and invisible characters, digits as meant; runs of blanks kept short, line ends kept."""
    if len(text) <= LONGEST_CHAT:  # a pasted document is not ours to put right
        text = digits_meant(text)
    if text.isprintable() and "  " not in text and "\u3000" not in text:
        return text.strip()  # as nearly always
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    return re.sub(r"[ \u3000]{2,}", " ", kept).strip()


def has_words(text: str) -> bool:
    """Whether there is any letter or digit in it."""
    return any(unicodedata.category(c)[0] in "LN" for c in text)


class Talk:
    """The whole conversation, put together from the routers of all slices."""

    def __init__(self, routers: Sequence[Router]) -> None:
        check(list(routers))
        self.routers = {router.name: router for router in routers}
        self.commands: list[Command] = [c for r in routers for c in r.commands]
        self.by_word = {word: c for c in self.commands for word in c.words}
        self._any_command = AnyCommand(self.commands)
        self.intents = {intent: handler for r in routers for intent, handler in r.intents.items()}
        self._foresee = [r.foresee for r in routers if r.foresee is not None]
        self.glances = [r.glance for r in routers if r.glance is not None]

    def foresee(self, batch: Sequence[Context]) -> None:
        """Before the messages of one transaction are answered, one after the other."""
        for foresee in self._foresee:
            foresee(batch)

    def respond(self, ctx: Context) -> Reply | None:
        """The answer to one message; None where silence is the answer (an unfollow)."""
        before = ctx.state.get("asking")
        ctx.state.pop("aside", None)
        reply = self._respond(ctx if ctx.text else replace(ctx, text=clean(ctx.message.text)), before)
        if reply is None:
            return None
        if before and ctx.state.get("asking") == before and ctx.state.pop("aside", False):
            reply = self._with_reminder(ctx, before, reply)
        choices.offer(ctx.state, reply)
        return reply

    def _respond(self, ctx: Context, asking: str | None) -> Reply | None:
        if ctx.message.kind == "event":
            return self._event(ctx)
        if ctx.message.kind in ("image", "file"):
            return self._attachment(ctx)
        if not ctx.text:
            return Reply(texts.EMPTY if ctx.message.kind in ("text", "voice") else texts.NOT_TEXT)
        lost = _LOST.fullmatch(ctx.text) is not None  # nothing else is said: there is no room for danger in it
        kind = ctx.danger() if not lost else None
        if kind is not None:
            return self._answer_by("crisis", ctx, Understanding(intent="crisis", crisis_type=kind))
        said = choices.chosen(ctx.state, ctx.text)
        if said is not None:
            ctx = replace(ctx, text=said)
        if ctx.text in _CANCEL:
            return self._cancel(ctx, asking)
        if lost or ctx.text.lower() in _HELP:
            ctx.state["aside"] = True
            return Reply(self.help_for(ctx.speaker))
        for glance in self.glances:
            reply = glance(ctx)
            if reply is not None:
                return reply
        if len(ctx.text) > LONGEST_CHAT:
            return Reply(texts.TOO_LONG.format(length=len(ctx.text), limit=LONGEST_CHAT))
        return self._converse(ctx, asking)

    def _converse(self, ctx: Context, asking: str | None) -> Reply:
        ctx.state["aside"] = True
        reply = self._command(ctx, exact=True)  # a command's own words mean the command, whatever question is open
        if reply is not None:
            return reply
        ctx.state["aside"] = False
        router = self.routers.get(asking or "")
        if router is not None and router.answer is not None:
            reply = router.answer(ctx)
            if reply is not None:
                return reply
            ctx.state["aside"] = True
        reply = self._command(ctx, exact=False)
        if reply is not None:
            return reply
        if not has_words(ctx.text):
            return Reply(texts.ONLY_EMOJI)
        meaning = ctx.meaning()
        heard = self.intents.get("heard on")  # after a word of danger
        reply = heard(ctx, meaning) if heard is not None else None
        if reply is not None:
            return reply
        reply = self._answer_by(meaning.intent, ctx, meaning) or Reply(texts.UNKNOWN)
        return self._with_gentle_line(ctx, reply) if meaning.intent in _MAY_HIDE else reply

    def _command(self, ctx: Context, *, exact: bool) -> Reply | None:
        """The answer of the first command that knows these words; with `exact` only of one that is nothing but its words."""
        if exact:
            commands = [self.by_word[ctx.text]] if ctx.text in self.by_word else []
        else:  # a report is no command, and asking each of them would cost as much as storing it
            commands = self.commands if self._any_command.matches(ctx.text) else []
        for command in commands:
            rest = command.match(ctx.text)
            if rest is None:
                continue
            if not command.allow(ctx.speaker):
                return Reply(texts.NOT_ALLOWED.format(who=texts.ABOVE) if ctx.speaker.is_known else texts.HELP_STRANGER)
            reply = command.handler(ctx, rest)
            if reply is not None:
                return reply
        return None

    def _answer_by(self, intent: str, ctx: Context, meaning: Understanding) -> Reply | None:
        handler = self.intents.get(intent)
        if handler is not None:
            reply = handler(ctx, meaning)
            if reply is not None:
                return reply
        fallback = self.intents.get("other")
        return fallback(ctx, meaning) if fallback is not None and intent != "crisis" else None

    def _event(self, ctx: Context) -> Reply | None:
        if ctx.message.event == "unsubscribe":
            return None
        handler = self.intents.get(f"event:{ctx.message.event}") or self.intents.get("event")
        return handler(ctx, Understanding(intent="event")) if handler else Reply(self.help_for(ctx.speaker))

    def _attachment(self, ctx: Context) -> Reply | None:
        handler = self.intents.get(f"kind:{ctx.message.kind}")
        return handler(ctx, Understanding(intent=ctx.message.kind)) if handler else Reply(texts.NOT_TEXT)

    def _cancel(self, ctx: Context, asking: str | None) -> Reply:
        order = [self.routers[asking]] if asking in self.routers else []
        order += [r for r in self.routers.values() if r not in order]
        for router in order:
            reply = router.cancel(ctx) if router.cancel is not None else None
            if reply is not None:
                return reply
        return Reply(texts.NOTHING_TO_CANCEL)

    def _with_reminder(self, ctx: Context, asking: str, reply: Reply) -> Reply:
        router = self.routers[asking]
        if router.still_open is None:
            return reply
        return Reply(reply.text + "\n" + router.still_open(ctx), reply.choices, reply.photos, reply.link)

    def _with_gentle_line(self, ctx: Context, reply: Reply) -> Reply:
        """Where her words may hide something, she is told once in a while whom she can turn to; no more is made of it."""
        if texts.HOTLINE in reply.text or not ctx.may_be_danger():
            return reply
        last = ctx.state.get("gentle_at")
        if last is not None and ctx.now - datetime.fromisoformat(last) < _GENTLE_EVERY:
            return reply
        ctx.state["gentle_at"] = ctx.now.isoformat()
        return Reply(reply.text + "\n" + texts.GENTLE, reply.choices, reply.photos, reply.link)

    def help_for(self, speaker: Speaker) -> str:
        """What she can do, by who she is."""
        if not speaker.is_known:
            return texts.HELP_STRANGER
        return texts.HELP_HEAD + "\n" + (texts.HELP_OFFICIAL if speaker.is_official else texts.HELP_WORKER)


def menu() -> tuple[Choice, ...]:
    """The two things most people want next."""
    return (Choice("我的任务"), Choice("我的上报"))
