"""The chat page of the demo: pick a person of the example county, talk as her, and see the official beside her."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.web import chat_texts as texts
from handlers.dialog.reply import Reply
from knowledge.reading import Unreadable
from knowledge.reading.files import read_bytes

HERE = Path(__file__).parent
#: Times without a zone are what the people of the example county read on their clocks.
LOCAL = ZoneInfo("Asia/Shanghai")

MAX_BODY = 1 << 20
#: A photo as phones take it, before it is made smaller for keeping.
MAX_PHOTO = 12 << 20
MAX_PHOTOS = 9
#: A circular as offices send it around.
MAX_FILE = 12 << 20
MAX_ID = 128
#: Years in which something can be said: far from both ends, so that adding a deadline never leaves the calendar.
YEARS = range(2000, 2200)

#: Nothing but our own files, and pictures that she has just chosen.
POLICY = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


@dataclass(frozen=True, slots=True)
class ChatPerson:
    """Somebody one can talk as."""

    phone: str
    name: str
    #: As it is called on her door: 妇代会主任.
    post: str
    unit: str
    unit_code: str
    #: Whether she speaks for a federation above the village.
    official: bool
    #: Codes of the units above hers, the nearest first; and their names as one reads them.
    above: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reply as it went out: `n` grows with each message to this person, so that `after=n` asks for what is new."""

    n: int
    reply: Reply
    at: datetime


class NotStored(Exception):
    """The database did not take the message: nothing has happened, and it may be sent again."""


class ChatBackend(Protocol):
    """What the page needs from the program. All but `say` are plain functions, called in a worker thread."""

    def people(self) -> list[ChatPerson]:
        """Everybody with a post, heads of villages and officials, in the order of the tree."""

    async def say(
        self, person: str, text: str, external_id: str | None, at: datetime | None, photos: tuple[str, ...], /
    ) -> list[Spoken]:
        """Handle a message of the person with that phone; the replies to her.

        `external_id` tells a repeat; None makes each message a new one. `at` is when she says it, None for now.
        Raises KeyError(phone) for an unknown phone, NotStored when nothing could be written.
        """

    def since(self, person: str, after: int, /) -> list[Spoken]:
        """What was sent to her with a number above `after`, the oldest first. Raises KeyError for an unknown phone."""

    def store_photo(self, content: bytes, /) -> str:
        """Keep a picture; its id (SHA-256, hex). Raises ValueError if it is not a picture."""

    def photo(self, sha256: str, /) -> tuple[bytes, str] | None:
        """A kept picture and its media type."""


def routes(backend: ChatBackend) -> list[BaseRoute]:
    """`/chat` and what it calls."""
    bound = {
        "/chat/people": (_people, "GET"),
        "/chat/photos": (_keep_photo, "POST"),
        "/chat/photos/{sha256}": (_show_photo, "GET"),
        "/chat/files": (_read_file, "POST"),
    }
    return [
        Route("/chat", _page, methods=["GET"]),
        Route("/chat/messages", _answering(partial(_messages, backend)), methods=["GET", "POST"]),
        *(
            Route(path, _answering(partial(endpoint, backend)), methods=[method])
            for path, (endpoint, method) in bound.items()
        ),
        Mount("/chat/static", StaticFiles(directory=HERE / "static")),
    ]


class _Refused(Exception):
    """The request cannot be answered: an HTTP status and what to tell."""

    def __init__(self, status: int, error: str) -> None:
        self.status = status
        self.error = error


def _answering(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, with what it cannot do told as JSON."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except _Refused as refused:
            return _json({"error": refused.error}, refused.status)
        except KeyError as unknown:
            return _json({"error": texts.UNKNOWN_PERSON.format(phone=unknown.args[0])}, 404)
        except NotStored:
            return _json({"error": texts.NOT_STORED}, 503)

    return answer


async def _page(_request: Request) -> Response:
    page = (HERE / "templates" / "chat.html").read_text(encoding="utf-8")
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


async def _people(backend: ChatBackend, _request: Request) -> Response:
    return _json(await run_sync(backend.people))


async def _messages(backend: ChatBackend, request: Request) -> Response:
    if request.method == "POST":
        return await _say(backend, request)
    person = request.query_params.get("person", "")
    after = request.query_params.get("after", "0")
    if not person:
        raise _Refused(400, texts.NO_PERSON)
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise _Refused(400, texts.BAD_AFTER)
    found = await run_sync(backend.since, person, int(after))
    return _json({"messages": [_shown(spoken) for spoken in found]})


async def _say(backend: ChatBackend, request: Request) -> Response:
    try:
        said = msgspec.json.decode(await _body(request, MAX_BODY))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _Refused(400, texts.NOT_JSON.format()) from None
    if not isinstance(said, dict):
        raise _Refused(400, texts.NOT_JSON.format())
    person = said.get("person")
    if not isinstance(person, str) or not person.strip():
        raise _Refused(400, texts.NO_PERSON)
    text = said.get("text", "")
    if not isinstance(text, str):
        raise _Refused(400, texts.NO_TEXT)
    external_id = said.get("id")
    if external_id is not None and not (isinstance(external_id, str) and 0 < len(external_id) <= MAX_ID):
        raise _Refused(400, texts.BAD_ID.format(limit=MAX_ID))
    photos = said.get("photos", [])
    if not isinstance(photos, list) or len(photos) > MAX_PHOTOS or not all(_is_photo_id(photo) for photo in photos):
        raise _Refused(400, texts.BAD_PHOTOS.format(limit=MAX_PHOTOS))
    spoken = await backend.say(person.strip(), text, external_id, _time(said.get("at")), tuple(photos))
    return _json({"replies": [_shown(one) for one in spoken]})


async def _keep_photo(backend: ChatBackend, request: Request) -> Response:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        if int(request.headers.get("content-length") or 0) > MAX_PHOTO + 4096:
            raise _Refused(413, texts.TOO_LARGE)
        try:
            async with request.form(max_files=1, max_fields=1) as form:
                sent = form.get("photo")
                content = await sent.read() if sent is not None and not isinstance(sent, str) else b""
        except (MultiPartException, HTTPException):  # Starlette turns the one into the other inside an application
            raise _Refused(400, texts.NO_PHOTO_SENT) from None
    else:
        content = await _body(request, MAX_PHOTO)
    if not content:
        raise _Refused(400, texts.NO_PHOTO_SENT)
    if len(content) > MAX_PHOTO:
        raise _Refused(413, texts.TOO_LARGE)
    try:
        return _json({"photo": await run_sync(backend.store_photo, content)})
    except ValueError:
        raise _Refused(400, texts.NOT_A_PHOTO) from None


async def _read_file(_backend: ChatBackend, request: Request) -> Response:
    """The text of a document, for the page to say as if it had been pasted; nothing is kept here."""
    if int(request.headers.get("content-length") or 0) > MAX_FILE + 4096:
        raise _Refused(413, texts.TOO_LARGE)
    try:
        async with request.form(max_files=1, max_fields=1) as form:
            sent = form.get("file")
            if sent is None or isinstance(sent, str):
                raise _Refused(400, texts.NO_FILE_SENT)
            name, content = sent.filename or "", await sent.read()
    except (MultiPartException, HTTPException):
        raise _Refused(400, texts.NO_FILE_SENT) from None
    if len(content) > MAX_FILE:
        raise _Refused(413, texts.TOO_LARGE)
    try:
        document = await run_sync(read_bytes, Path(name).name or texts.FILE, content)
    except Unreadable as problem:
        raise _Refused(400, texts.UNREADABLE.format(place=problem.place, reason=problem.reason)) from None
    return _json({"name": document.name, "text": document.original.strip()})


async def _show_photo(backend: ChatBackend, request: Request) -> Response:
    sha256 = request.path_params["sha256"]
    found = await run_sync(backend.photo, sha256) if _is_photo_id(sha256) else None
    if found is None:
        raise _Refused(404, texts.NO_SUCH_PHOTO)
    content, media_type = found
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=media_type, headers=headers)


async def _body(request: Request, limit: int) -> bytes:
    """The whole body; refused as soon as it is over the limit, told or untold."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _Refused(413, texts.TOO_LARGE)
    return bytes(body)


def _time(at: object) -> datetime | None:
    if at is None or at == "":
        return None
    try:
        time = datetime.fromisoformat(at)  # type: ignore[arg-type]  # anything but a string is a TypeError
    except (TypeError, ValueError):
        raise _Refused(400, texts.BAD_TIME) from None
    if time.year not in YEARS:
        raise _Refused(400, texts.BAD_TIME)
    return time if time.tzinfo else time.replace(tzinfo=LOCAL)


def _is_photo_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(c in "0123456789abcdef" for c in value)


def _shown(spoken: Spoken) -> dict[str, Any]:
    """A reply as the page gets it: a tap sends the label back, and the dispatcher knows what it stands for."""
    reply = spoken.reply
    shape: dict[str, Any] = {
        "n": spoken.n,
        "at": spoken.at.isoformat(),
        "text": reply.text,
        "choices": [choice.label for choice in reply.choices],
    }
    if reply.photos:
        shape["photos"] = list(reply.photos)
    if reply.link:
        shape["link"] = reply.link
    return shape


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
