"""The doors read what a message says before they hand it over.

Understanding is pure and costs more than everything else that becomes of a message, so it is done by the process that
does not write. What the doors have not read (they are still warming up, the text is long, it could not be read) is read
at the desk when it is needed: nothing depends on it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from bot.words import OwnWords
from handlers.dialog.message import Message, Reading
from handlers.dialog.talk import clean
from handlers.local import LOCAL
from knowledge.messages import Vocabulary, may_be_danger, prepare, understand

log = logging.getLogger(__name__)

#: Shorter texts are mostly words of an open dialog ("对", "36人"), and quick to read anyway.
SHORTEST = 8
#: Whoever else is at the doors waits while a text is read: a longer one is left to the desk.
LONGEST = 400


class Reader:
    """Reads messages with the words of an installation."""

    def __init__(self, words: OwnWords) -> None:
        """Takes a second or two, to get ready what the first message would wait for."""
        self._vocabulary = words.vocabulary()
        warm_up(self._vocabulary)

    def read(self, message: Message) -> Message:
        """The message with what it says, if that is worth reading here; never raises."""
        if message.kind not in ("text", "voice"):
            return message
        text = clean(message.text)
        if not SHORTEST <= len(text) <= LONGEST:
            return message
        ref = message.received_at.astimezone(LOCAL).replace(tzinfo=None)
        try:
            reading = Reading(text, understand(text, ref=ref, vocabulary=self._vocabulary), may_be_danger(text))
        except Exception:  # left out: the desk meets the same error where it is handled
            log.debug("not read", exc_info=True)
            return message
        return replace(message, reading=reading)


def warm_up(vocabulary: Vocabulary) -> None:
    """Compile now what is compiled when it is first needed, so that no message waits for it."""
    prepare()
    local = datetime(2026, 1, 5, 9, 0)  # noqa: DTZ001  on her wall clock, as understanding reads it
    understand("昨天下午在村部办了讲座，来了30人，发了50份宣传单", ref=local, vocabulary=vocabulary)
