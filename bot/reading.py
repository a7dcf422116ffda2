"""Reads what messages say before they are handled, outside of every transaction, by whichever process has time for it.

Understanding is pure and costs more than everything else that becomes of a message. What has not been read here (the
text is long or could not be read) is read when it is needed: nothing depends on it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from handlers.dialog.message import Message, Reading
from handlers.dialog.talk import clean
from handlers.local import LOCAL
from knowledge.messages import Vocabulary, may_be_danger, prepare, understand

log = logging.getLogger(__name__)

#: Shorter texts are mostly words of an open dialog ("对", "36人"), and quick to read anyway.
SHORTEST = 8
#: Everybody else waits while a text is read: a longer one is read when it is needed, if it is.
LONGEST = 400


class Reader:
    """Reads messages with the words of an installation."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def warm_up(self) -> None:
        """Compile now what is compiled when it is first needed, so that no message waits for it. Takes a second."""
        prepare()
        local = datetime(2026, 1, 5, 9, 0)  # noqa: DTZ001  on her wall clock, as understanding reads it
        understand("昨天下午在村部办了讲座，来了30人，发了50份宣传单", ref=local, vocabulary=self._vocabulary)

    def read(self, message: Message) -> Message:
        """The message with what it says, if it has not been read and that is worth it; never raises."""
        if message.reading is not None or message.kind not in ("text", "voice"):
            return message
        text = clean(message.text)
        if not SHORTEST <= len(text) <= LONGEST:
            return message
        ref = message.received_at.astimezone(LOCAL).replace(tzinfo=None)
        try:
            reading = Reading(text, understand(text, ref=ref, vocabulary=self._vocabulary), may_be_danger(text))
        except Exception:  # left out: whoever handles it meets the same error, and has an apology for it
            log.debug("not read", exc_info=True)
            return message
        return replace(message, reading=reading)
