"""Which slice answers: commands by their words, open questions by who asked, everything else by what it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from handlers.dialog.context import Context
from handlers.dialog.reply import Reply
from knowledge.messages import Understanding
from storage.people import Speaker

#: Answers a command; `rest` is what follows its words.
CommandHandler = Callable[[Context, str], Reply | None]
#: Answers a message of an intent; None passes it on.
IntentHandler = Callable[[Context, Understanding], Reply | None]
#: Reads an answer to the slice's own open question; None says that this was no answer.
AnswerHandler = Callable[[Context], Reply | None]
Allow = Callable[[Speaker], bool]


@dataclass(frozen=True, slots=True)
class Command:
    """A fixed phrase that starts something: `words` at the start of the message, or `pattern` over all of it."""

    words: tuple[str, ...]
    handler: CommandHandler
    allow: Allow
    help: str = ""
    pattern: re.Pattern[str] | None = None
    #: Whether anything may follow the words.
    takes_rest: bool = True

    def match(self, text: str) -> str | None:
        """What follows the command's words in `text`; None if this is not it."""
        if self.pattern is not None:
            found = self.pattern.fullmatch(text)
            if found is not None:
                return found.groupdict().get("rest") or ""
        for word in self.words:
            if text == word:
                return ""
            if self.takes_rest and text.startswith(word) and text[len(word)] in _AFTER:
                return text[len(word) + 1 :].strip()
        return None


class AnyCommand:
    """Whether any of these commands may match a message: asked of every message, where each of them need not be."""

    def __init__(self, commands: Sequence[Command]) -> None:
        patterns = [_GROUP_NAME.sub("(?:", c.pattern.pattern) for c in commands if c.pattern is not None]
        self._pattern = re.compile("|".join(f"(?:{p})" for p in patterns) or r"(?!)", re.DOTALL)
        self._takes_rest = {word: c.takes_rest for c in commands for word in c.words}
        self._lengths = sorted({len(word) for word in self._takes_rest})

    def matches(self, text: str) -> bool:
        """As some command's `match` would."""
        for length in self._lengths:
            takes_rest = self._takes_rest.get(text[:length])
            if takes_rest is not None and (len(text) == length or (takes_rest and text[length] in _AFTER)):
                return True
        return self._pattern.fullmatch(text) is not None


_GROUP_NAME = re.compile(r"\(\?P<\w+>")
#: What may stand between a command's words and what follows them.
_AFTER = " ，,：:\u3000\n"


@dataclass(slots=True)
class Router:
    """What one slice can say. `chat.py` ends in one of these, and the program collects them at start."""

    name: str
    commands: list[Command] = field(default_factory=list)
    intents: dict[str, IntentHandler] = field(default_factory=dict)
    #: Reads the answer while `state["asking"]` names this slice.
    answer: AnswerHandler | None = None
    #: Says in a few words what is still open, for when something else came in between.
    still_open: Callable[[Context], str] | None = None
    #: Gives up what is open; its reply, or None if nothing was.
    cancel: Callable[[Context], Reply | None] | None = None
    #: Reads at once what each of a batch's messages will ask the store for, so that they need not one by one.
    foresee: Callable[[Sequence[Context]], None] | None = None
    #: Looks at every known person's text before its meaning is read (收到, a pasted circular); None passes it on.
    glance: AnswerHandler | None = None

    def command(
        self, *words: str, allow: Allow, help: str = "", pattern: str | None = None, takes_rest: bool = True
    ) -> Callable[[CommandHandler], CommandHandler]:
        """Register a command."""

        def register(handler: CommandHandler) -> CommandHandler:
            compiled = re.compile(pattern, re.DOTALL) if pattern else None
            self.commands.append(Command(words, handler, allow, help, compiled, takes_rest))
            return handler

        return register

    def intent(self, name: str) -> Callable[[IntentHandler], IntentHandler]:
        """Register who answers messages of that intent."""

        def register(handler: IntentHandler) -> IntentHandler:
            self.intents[name] = handler
            return handler

        return register


class Clash(RuntimeError):
    """Two slices claim the same words."""


def check(routers: list[Router]) -> None:
    """Stop the program at start if two commands claim one word or two slices one intent."""
    words: dict[str, str] = {}
    intents: dict[str, str] = {}
    for router in routers:
        for command in router.commands:
            for word in command.words:
                if word in words:
                    raise Clash(f"{word!r} is a command of both {words[word]} and {router.name}")
                words[word] = router.name
        for intent in router.intents:
            if intent in intents:
                raise Clash(f"intent {intent!r} is answered by both {intents[intent]} and {router.name}")
            intents[intent] = router.name
