"""Reads messages in a process of its own while the dispatcher commits those before them.

Understanding is pure and costs more than storing; in one process the two would take turns for one core. What has not
been read ahead (the helper is starting, has died, the text is short) is read when it is needed: nothing depends on it.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Collection, Iterable
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from bot.memory import settle_memory
from bot.words import OwnWords
from knowledge.messages import Understanding, Vocabulary, is_crisis, may_be_danger, prepare, understand

log = logging.getLogger(__name__)

#: Shorter texts are mostly words of an open dialog ("对", "36人"), and quick to read anyway.
SHORTEST = 8
LONGEST = 1_500
#: So many texts at most are with the helper: what is longer in line is read where it is needed. Together they are
#: shorter than what the line between the processes holds, so that asking never waits.
MOST = 32
#: Seconds to wait for a helper that does not answer; then there is none.
PATIENCE = 3.0

#: A text and when it came, in local time.
Asked = tuple[str, datetime]


class ReadAhead:
    """Asks a helper process to read texts, and gives what it has read."""

    def __init__(self, words: OwnWords | None = None) -> None:
        self._words = words or OwnWords()
        self._vocabulary: Vocabulary = self._words.vocabulary()
        self._known: dict[Asked, _Read] = {}
        #: What was asked for and has not come back, in the order of asking, and how many texts that is.
        self._asked: deque[list[Asked]] = deque()
        self._count = 0
        self._asking = threading.RLock()
        #: What has come back and was not taken yet.
        self._held: dict[Asked, _Read] = {}
        self._ready = False
        self._helper: Any = None
        self._line: Connection[Any, Any] | None = None

    def start(self) -> None:
        """Start the helper; it is used from when it says that it is ready."""
        context = multiprocessing.get_context("spawn")  # a fork would take our locks and threads' state along
        self._line, theirs = context.Pipe()
        self._helper = context.Process(target=_serve, args=(theirs, self._words), name="niangjia-reader", daemon=True)
        self._helper.start()
        theirs.close()  # so that the helper's end shows as the end of the line

    def stop(self) -> None:
        """End the helper."""
        line, self._line = self._line, None
        if line is not None:
            line.close()
        if self._helper is not None:
            self._helper.join(timeout=2)
            if self._helper.is_alive():
                self._helper.terminate()
            self._helper = None

    def ask(self, texts: Iterable[Asked]) -> None:
        """Have these read; from any thread, and again before what was asked for is taken."""
        wanted = [asked for asked in texts if SHORTEST <= len(asked[0]) <= LONGEST]
        if not wanted or not self._is_ready():
            return
        with self._asking:
            if self._line is None or self._count + len(wanted) > MOST:
                return
            try:
                self._line.send_bytes(_ENCODER.encode(wanted))
            except OSError as error:
                self._give_up(error)
                return
            self._asked.append(wanted)
            self._count += len(wanted)

    def take(self, texts: Collection[Asked]) -> None:
        """Wait for those of these texts that were asked for; until the next `take`, `understand` knows them. From one thread."""
        self._known = {}
        missing = {one for one in texts if one not in self._held}
        while missing and self._line is not None and self._is_asked_for(missing):
            try:
                if not self._line.poll(PATIENCE):
                    raise TimeoutError
                read = _READ.decode(self._line.recv_bytes())
            except (OSError, EOFError, ValueError) as error:
                self._give_up(error)
                break
            with self._asking:
                if not self._asked:  # who asks has found the helper gone
                    break
                asked = self._asked.popleft()
                self._count -= len(asked)
            self._held |= {one: found for one, found in zip(asked, read, strict=True) if found is not None}
            missing.difference_update(asked)
        self._known = {one: self._held.pop(one) for one in dict.fromkeys(texts) if one in self._held}

    def _is_asked_for(self, texts: set[Asked]) -> bool:
        with self._asking:  # more is asked for meanwhile
            return any(texts.intersection(one) for one in self._asked)

    def known(self, text: str, ref: datetime) -> Understanding | None:
        """What has been read ahead of a text that came at `ref`."""
        known = self._known.get((text, ref))
        return known.meaning if known is not None else None

    def danger(self, text: str, ref: datetime) -> str | None:
        """The kind of danger that a text tells of, by `is_crisis`: as read ahead, or read now."""
        known = self._known.get((text, ref))
        return known.meaning.crisis_type if known is not None else is_crisis(text)

    def may_be_danger(self, text: str, ref: datetime) -> bool:
        """Whether a text that is no danger for sure may still hide one: as read ahead, or read now."""
        known = self._known.get((text, ref))
        return known.may_be_danger if known is not None else may_be_danger(text)

    def understand(self, text: str, ref: datetime) -> Understanding:
        """What a text says that came at `ref`, local time: as read ahead, or read now. Not to be asked before `danger`."""
        known = self._known.get((text, ref))
        if known is not None:
            return known.meaning
        return understand(text, ref=ref, vocabulary=self._vocabulary, safe=True)

    def _is_ready(self) -> bool:
        if not self._ready and self._line is not None:
            try:
                self._ready = self._line.poll() and self._line.recv_bytes() == _READY
            except (OSError, EOFError) as error:
                self._give_up(error)
        return self._ready and self._line is not None

    def _give_up(self, error: Exception) -> None:
        """Without the helper messages are read here, more slowly."""
        log.warning("the reader has ended: %s", type(error).__name__, extra={"action": "reader.ended"})
        self._ready, self._count = False, 0
        self._asked.clear()
        self._held.clear()
        if self._line is not None:
            self._line.close()
            self._line = None


class _Read(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the helper made of a text."""

    meaning: Understanding
    may_be_danger: bool


_READY = b"ready"
#: Not pickled: unpickling frozen records takes ten times as long.
_ENCODER = msgspec.msgpack.Encoder()
_ASKED = msgspec.msgpack.Decoder(list[Asked])
#: In the order of what was asked; nothing for a text that could not be read.
_READ = msgspec.msgpack.Decoder(list[_Read | None])


def _serve(line: Connection[Any, Any], words: OwnWords) -> None:
    """The helper: reads what it is asked until the line ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the line
    gc.disable()  # until all that stays is there
    vocabulary = words.vocabulary()
    warm_up(vocabulary)
    settle_memory()
    try:
        line.send_bytes(_READY)
        while True:
            line.send_bytes(_ENCODER.encode([_read(*asked, vocabulary) for asked in _ASKED.decode(line.recv_bytes())]))
    except (EOFError, OSError):
        return  # the parent has ended


def warm_up(vocabulary: Vocabulary) -> None:
    """Compile now what is compiled when it is first needed, so that no message waits for it."""
    prepare()
    local = datetime(2026, 1, 5, 9, 0)  # noqa: DTZ001  on her wall clock, as understanding reads it
    understand("昨天下午在村部办了讲座，来了30人，发了50份宣传单", ref=local, vocabulary=vocabulary)


def _read(text: str, ref: datetime, vocabulary: Vocabulary) -> _Read | None:
    try:
        return _Read(understand(text, ref=ref, vocabulary=vocabulary), may_be_danger(text))
    except Exception:  # left out: the dispatcher meets the same error where it is handled
        log.debug("not read ahead", exc_info=True)
        return None
