"""One message in, one transaction, replies out.

Messages that wait at the same moment are handled one after the other in one transaction and committed together: a commit
costs milliseconds, a message a fraction of one. Each message still has all of its effects or none. When anything fails
inside a batch the whole batch is rolled back and its messages are handled again, each in a transaction of its own; the
one that fails there is stored with an apology and a reference code, and its conversation stays where it stood.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot.answers import Answer, StoreUnavailable
from bot.clock import Clock
from handlers.dialog import texts
from handlers.dialog.context import Context
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply
from handlers.dialog.talk import Talk, clean
from handlers.dialog.world import World
from handlers.local import LOCAL
from storage import conversations, inbox, outbox
from storage.conversations import OpenConversation
from storage.prepared import Later
from storage.store import Store

log = logging.getLogger(__name__)

#: No letters or digits that sound alike on the phone.
_CODE_LETTERS = "ACEFHJKMNPRTXY346789"
#: PostgreSQL has ended one of two transactions that waited for each other, or could not put them in a row.
_TANGLED = ("40P01", "40001")


@dataclass(frozen=True, slots=True)
class _Handled:
    """What messages of one account have got; the rows of the replies are known once it is committed."""

    messages: Sequence[tuple[int, Message]]
    #: Inbox ids and replies of those that had not been here before.
    fresh: Mapping[str, int]
    said: Mapping[str, list[Reply]]
    stored: Later
    #: The answers of those that had.
    before: dict[int, Answer]

    def answers(self) -> dict[int, Answer]:
        """The answers to all, by the messages' places."""
        found, rows, answered = dict(self.before), outbox.by_inbox(self.stored), set[str]()
        for index, message in self.messages:
            if index not in found:
                key = message.external_id
                found[index] = Answer(self.said[key], rows.get(self.fresh[key], []), repeated=key in answered)
                answered.add(key)
        return found


class Handling:
    """Handles messages in the thread that asks; several threads may, each for other people.

    `step` is called with a name between any two steps; tests use it to crash there.
    """

    def __init__(
        self, store: Store, talk: Talk, world: World, clock: Clock, *, step: Callable[[str], None] = lambda _: None
    ) -> None:
        self.store = store
        self.talk = talk
        self.world = world
        self.clock = clock
        self._step = step
        self._written: list[int] = []
        self._written_lock = threading.Lock()

    def written(self, outbox_ids: Sequence[int]) -> None:
        """These replies stand in their responses; they are marked so with the next batch. From any thread."""
        with self._written_lock:
            self._written.extend(outbox_ids)

    def handle(self, messages: Sequence[Message]) -> list[Answer | Exception]:
        """Handle messages in this thread, now; an answer or StoreUnavailable for each, in order."""
        try:
            return list(self._together(messages))
        except (OperationalError, PoolTimeout) as error:
            if len(messages) > 1 and getattr(getattr(error, "orig", None), "sqlstate", None) in _TANGLED:
                return [
                    answer for message in messages for answer in self.handle([message])
                ]  # alone it waits for nobody
            _log_unavailable(error)
            return [StoreUnavailable(type(error).__name__) for _ in messages]
        except Exception as error:  # one message's bug is not the others': each alone, and only hers gets an apology
            if len(messages) > 1:
                return [answer for message in messages for answer in self.handle([message])]
            return [self._apologise(messages[0], error)]

    def confirm_written(self) -> None:
        """Mark written replies when no message has come along to do it."""
        ids = self._take_written()
        if not ids:
            return
        try:
            with self.store.begin() as session:
                outbox.confirm(session, ids, self.clock.now())
        except DBAPIError:
            with self._written_lock:  # they are marked with the next batch, at worst pushed once more
                self._written.extend(ids)

    def _take_written(self) -> list[int]:
        with self._written_lock:
            ids, self._written = self._written, []
        return ids

    # -- one transaction --

    def _together(self, messages: Sequence[Message]) -> list[Answer]:
        started = time.perf_counter()
        now = self.clock.now()
        handled: list[_Handled] = []
        ids = self._take_written()
        try:
            with self.store.begin() as session:
                self._step("begun")
                for (platform, account), indexes in _by_account(messages).items():
                    part = [(i, messages[i]) for i in indexes]
                    handled.append(self._for_account(session, platform, account, part, now))
                if ids:
                    outbox.confirm(session, ids, now)
                self._step("before-commit")
            self._step("committed")
        except BaseException:  # whatever stops it, what was written out is confirmed by the next batch
            with self._written_lock:
                self._written.extend(ids)
            raise
        log.debug(
            "handled", extra={"action": "dispatch", "count": len(messages), "seconds": time.perf_counter() - started}
        )
        answers = {index: answer for one in handled for index, answer in one.answers().items()}
        return [answers[i] for i in range(len(messages))]

    def _for_account(
        self, session: Session, platform: str, account: str, messages: list[tuple[int, Message]], now: datetime
    ) -> _Handled:
        held = conversations.open_all(
            session, platform, account, [m.sender for _, m in messages], now.astimezone(LOCAL).date()
        )
        self._step("conversations-locked")
        fresh = inbox.accept(
            session,
            platform,
            account,
            [
                inbox.Arrival(m.external_id, held[m.sender].speaker.identity_id, m.kind, m.received_at, m.text)
                for m in {m.external_id: m for _, m in messages}.values()
            ],
        )
        self._step("inbox-stored")
        told: dict[str, Context] = {}
        before: dict[int, Answer] = {}
        for index, message in messages:
            if message.external_id not in fresh:
                before[index] = _stored_answer(session, message)
            elif message.external_id not in told:
                told[message.external_id] = self._context(session, held[message.sender], message, fresh)
        self.talk.foresee(list(told.values()))
        said: dict[str, list[Reply]] = {}
        outgoing: list[outbox.Outgoing] = []
        for external_id, ctx in told.items():
            replies = said[external_id] = self._reply(held[ctx.message.sender], ctx)
            outgoing += [
                outbox.Outgoing(
                    identity_id=ctx.speaker.identity_id,
                    klass=outbox.REPLY,
                    shape=reply.to_json(),
                    state="passive",
                    inbox_id=ctx.inbox_id,
                )
                for reply in replies
            ]
        self._step("handled")
        heard = [c for c in held.values() if c.changed]
        self._note_reachable(session, heard, [m for _, m in messages])
        # nothing after this needs to see it: it goes to the server with the end of the transaction
        stored = outbox.put_last(session, outgoing, now)
        conversations.save_all(session, heard, now)
        outbox.wake_held(session, [c.speaker.identity_id for c in heard], now)
        return _Handled(messages, fresh, said, stored, before)

    @staticmethod
    def _note_reachable(session: Session, heard: Sequence[OpenConversation], messages: Sequence[Message]) -> None:
        """Who writes can be written to again; who leaves cannot, until she comes back."""
        left = {m.sender for m in messages if m.event == "unsubscribe"}
        if left:
            gone = [c.speaker.identity_id for c in heard if c.external_id in left]
            conversations.set_reachable(session, gone, "unfollowed")
        back = [c.speaker.identity_id for c in heard if c.unreachable and c.external_id not in left]
        if back:
            conversations.set_reachable(session, back)

    def _context(
        self, session: Session, conversation: OpenConversation, message: Message, inbox_ids: Mapping[str, int]
    ) -> Context:
        return Context(
            message=message,
            speaker=conversation.speaker,
            session=session,
            now=message.received_at,
            world=self.world,
            state=conversation.state,
            inbox_id=inbox_ids[message.external_id],
            text=clean(message.text),
        )

    def _reply(self, conversation: OpenConversation, ctx: Context) -> list[Reply]:
        reply = self.talk.respond(ctx)
        conversation.changed = True
        conversation.heard_at = ctx.message.received_at
        return [reply] if reply is not None else []

    def _apologise(self, message: Message, error: Exception) -> Answer | Exception:
        """Store the message with an apology; the rollback has left the conversation where it stood."""
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(6))
        log.error(
            "handler failed: %s",
            type(error).__name__,
            extra={"action": "dispatch.failed", "code": code, "place": _place_of(error)},
        )
        now = self.clock.now()
        reply = Reply(texts.APOLOGY.format(code=code))
        try:
            with self.store.begin() as session:
                held = conversations.open_all(
                    session, message.platform, message.account, [message.sender], now.astimezone(LOCAL).date()
                )
                speaker = held[message.sender].speaker
                stored = inbox.accept(
                    session,
                    message.platform,
                    message.account,
                    [
                        inbox.Arrival(
                            message.external_id,
                            speaker.identity_id,
                            message.kind,
                            message.received_at,
                            message.text,
                            code,
                        )
                    ],
                )
                if message.external_id not in stored:
                    return _stored_answer(session, message)
                row = stored[message.external_id]
                ids = outbox.put(
                    session,
                    [
                        outbox.Outgoing(
                            identity_id=speaker.identity_id,
                            klass=outbox.REPLY,
                            shape=reply.to_json(),
                            state="passive",
                            inbox_id=row,
                        )
                    ],
                    now,
                )
                return Answer([reply], ids.get(row, []))
        except (DBAPIError, PoolTimeout) as unavailable:
            _log_unavailable(unavailable)
            return StoreUnavailable(type(unavailable).__name__)


def _by_account(messages: Sequence[Message]) -> dict[tuple[str, str], list[int]]:
    groups: dict[tuple[str, str], list[int]] = {}
    for index, message in enumerate(messages):
        groups.setdefault((message.platform, message.account), []).append(index)
    return groups


def _stored_answer(session: Session, message: Message) -> Answer:
    """What the same message got the first time."""
    row = inbox.row_id(session, message.platform, message.account, message.external_id)
    found = outbox.replies_to(session, row) if row is not None else []
    return Answer([Reply.from_json(shape) for _, shape in found], [row_id for row_id, _ in found], repeated=True)


def _log_unavailable(error: Exception) -> None:
    log.error("the database did not take a message: %s", type(error).__name__, extra={"action": "dispatch.unavailable"})


def _place_of(error: BaseException) -> str:
    """Where it failed, as file and line: no values, because they may be what she wrote."""
    trace: Any = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
    return place
