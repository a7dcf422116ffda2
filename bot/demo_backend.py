"""What the chat page needs from the program: its people, talking as one of them, and what was sent to her."""

from __future__ import annotations

import asyncio
import uuid
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from bot.answers import AnyDesk, StoreUnavailable
from bot.clock import Clock
from bot.platforms.base import Payload
from bot.platforms.chat import ACCOUNT, NAME
from bot.web.chat import ChatPerson, NotStored, Spoken
from handlers.dialog.message import Attachment, Message
from handlers.dialog.reply import Reply
from handlers.local import LOCAL
from storage import people, photos, shown
from storage.conversations import Conversation
from storage.people import Identity, Person, Post
from storage.reports import Photo
from storage.shown import Shown
from storage.store import Store
from storage.units import Unit

#: The order of the tree is a good order of people; more than this no page can show.
MOST_PEOPLE = 5_000


def give_everyone_a_page(store: Store, now: datetime) -> int:
    """Bind every person with a phone to the chat page, so that messages reach people who have never written; how many were new."""
    with store.begin() as session:
        bound = select(Identity.person_id).where(Identity.platform == NAME, Identity.person_id.is_not(None))
        missing = session.execute(
            select(Person.id, Person.phone_sealed).where(Person.phone_sealed.is_not(None), Person.id.not_in(bound))
        ).all()
        if not missing:
            return 0
        session.execute(
            insert(Identity),
            [
                {
                    "platform": NAME,
                    "account": ACCOUNT,
                    "external_id": store.vault.open(sealed),
                    "person_id": person_id,
                    "bound_at": now,
                    "unreachable": "",
                }
                for person_id, sealed in missing
                if sealed
            ],
        )
        conversations = select(Conversation.identity_id)
        fresh = session.scalars(
            select(Identity.id).where(Identity.platform == NAME, Identity.id.not_in(conversations))
        ).all()
        session.execute(insert(Conversation), [{"identity_id": i, "state": {}, "version": 0} for i in fresh])
        return len(missing)


class DemoBackend:
    """Talks to the program as the people of the example county."""

    def __init__(self, store: Store, desk: AnyDesk, clock: Clock, data_dir: Path) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._data_dir = data_dir

    def people(self) -> list[ChatPerson]:
        """Everybody with a post, in the order of the tree."""
        with self._store.read() as session:
            rows = session.execute(
                select(
                    Identity.external_id,
                    Person.name,
                    Post.title,
                    Post.role,
                    Unit.name,
                    Unit.code,
                    Unit.path,
                    Unit.level,
                )
                .join(Person, Person.id == Identity.person_id)
                .join(Post, Post.person_id == Person.id)
                .join(Unit, Unit.id == Post.unit_id)
                .where(Identity.platform == NAME, people.post_valid_on(self._today()))
                .order_by(Unit.path, Post.id)
                .limit(MOST_PEOPLE)
            ).all()
            units = {u.id: u for u in session.scalars(select(Unit).where(Unit.level != "village"))}
        found = []
        for phone, name, title, role, unit, code, path, level in rows:
            above = [units[i] for i in map(int, reversed(path.strip("/").split("/")[:-1])) if i in units]
            found.append(
                ChatPerson(
                    phone=phone,
                    name=name,
                    post=title or role,
                    unit=unit,
                    unit_code=code,
                    official=role in people.OFFICIAL_ROLES and level != "village",
                    above=tuple(u.code for u in above),
                    place=" ".join(u.name for u in reversed(above)),
                )
            )
        return found

    def _today(self) -> date:
        return self._clock.now().astimezone(LOCAL).date()

    async def say(
        self, person: str, text: str, external_id: str | None, at: datetime | None, photo_ids: tuple[str, ...]
    ) -> list[Spoken]:
        """Handle a message of that person; photos are a message of their own, before the words."""
        identity_id = await asyncio.to_thread(_identity, self._store, person)
        key, now = external_id or str(uuid.uuid4()), at or self._clock.now()
        messages = []
        if photo_ids:
            pictures = tuple(Attachment("image", sha256=sha) for sha in photo_ids)
            messages.append(
                Message(NAME, ACCOUNT, person, f"{key}:photos"[:200], now, kind="image", attachments=pictures)
            )
        if text or not photo_ids:
            messages.append(Message(NAME, ACCOUNT, person, f"{person}:{key}"[:200], now, text=text))
        spoken: list[Spoken] = []
        for message in messages:
            try:
                answer = await self._desk.submit(message)
            except StoreUnavailable as error:
                raise NotStored from error
            rows = await asyncio.to_thread(self._show_replies, identity_id, answer.outbox_ids, answer.replies)
            spoken += [Spoken(row.id, Reply.from_json(row.shape), row.at) for row in rows]
            self._desk.written(answer)
        self._desk.wake()
        return spoken

    def _show_replies(self, identity_id: int, outbox_ids: list[int], replies: list[Reply]) -> list[Shown]:
        with self._store.begin() as session:
            for row_id, reply in zip(outbox_ids, replies, strict=True):
                shown.show(session, identity_id, reply.to_json(), self._clock.now(), reply_id=row_id)
            return shown.replies(session, outbox_ids)

    def since(self, person: str, after: int) -> list[Spoken]:
        """What appeared on her page after the message with that number."""
        identity_id = _identity(self._store, person)
        with self._store.read() as session:
            return [
                Spoken(row.id, Reply.from_json(row.shape), row.at) for row in shown.since(session, identity_id, after)
            ]

    def store_photo(self, content: bytes) -> str:
        """Keep a picture; raises ValueError if it is none."""
        picture = photos.read(content)
        try:
            with self._store.begin() as session:
                return photos.keep(session, self._data_dir, picture, self._clock.now())
        except DBAPIError as error:
            raise NotStored from error

    def photo(self, sha256: str) -> tuple[bytes, str] | None:
        """A kept picture and its media type."""
        with self._store.read() as session:
            row = session.get(Photo, sha256)
        path = photos.path_of(self._data_dir, sha256)
        return (path.read_bytes(), row.media_type) if row is not None and path.exists() else None


def show_pushed(store: Store, phone: str, payload: Payload, now: datetime) -> None:
    """Put what was sent to her by itself on her page."""
    identity_id = _identity(store, phone)
    with store.begin() as session:
        shown.show(session, identity_id, payload, now)


def _identity(store: Store, phone: str) -> int:
    with store.read() as session:
        found = people.identity_of(session, NAME, ACCOUNT, phone)
    if found is None or found.person_id is None:
        raise KeyError(phone)
    return found.id
