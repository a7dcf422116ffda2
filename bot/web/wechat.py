"""`GET|POST /wechat`: WeChat's callbacks, from the socket to the dispatcher and back, without anything between.

It is plain ASGI: at a deadline every village reports within the same minutes, and a framework's request and response
objects would cost more than opening, reading and sealing the message together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qsl

from bot.platforms.base import Forged, Malformed
from bot.platforms.wechat import SUCCESS, WeChat
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply

log = logging.getLogger(__name__)

#: Bytes of a callback; WeChat's own are below 64 KB.
MAX_BODY = 1024 * 1024
#: Fields of a query; WeChat sends six.
_MOST_FIELDS = 50
_PLAIN = b"text/plain; charset=utf-8"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Answered(Protocol):
    """What the dispatcher gives back for a message: the replies that go in the answer to its callback."""

    @property
    def replies(self) -> Sequence[Reply]:
        """In order; those that the answer cannot carry have to be pushed."""


Submit = Callable[[Message], Awaitable[Answered]]


class WeChatEndpoint:
    """The ASGI application for one account.

    `submit` stores a message and decides on it; it returns only once that is committed, and may raise. When our
    patience ends it is cancelled, which must not undo its work: a retry with the same id gets the stored answer.
    `left_over` is told of every answer once its response is written, and how many of its replies stand there.
    """

    def __init__(
        self,
        platform: WeChat,
        submit: Submit,
        *,
        left_over: Callable[[Any, int], None] | None = None,
        patience: float | None = None,
    ) -> None:
        self._platform = platform
        self._submit = submit
        self._left_over = left_over
        self._patience = platform.capabilities.callback_patience if patience is None else patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        method = scope["method"]
        answered, carried = None, 0
        if method == "POST":
            status, body, kind, answered, carried = await self._post(scope, receive)
        elif method in ("GET", "HEAD"):
            status, body, kind = self._verify(scope)
        else:
            status, body, kind = 405, b"", _PLAIN
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        if status == 405:
            headers.append((b"allow", b"GET, POST"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
        if answered is not None and self._left_over:
            self._left_over(answered, carried)

    def _verify(self, scope: Scope) -> tuple[int, bytes, bytes]:
        """The platform asks whether this address is ours: the echo, exactly."""
        try:
            return 200, self._platform.codec.echo(_query(scope)).encode(), _PLAIN
        except Forged as error:
            log.warning("wechat verification refused", extra={"action": "wechat.verify", "reason": str(error)})
            return 403, b"", _PLAIN

    async def _post(self, scope: Scope, receive: Receive) -> tuple[int, bytes, bytes, Answered | None, int]:
        body = await _body(scope, receive)
        if body is None:
            return 413, b"", _PLAIN, None, 0
        try:
            callback = self._platform.open(_query(scope), body)
        except Forged as error:
            log.warning("wechat callback refused: %s", error, extra={"action": "wechat.callback"})
            return 403, b"", _PLAIN, None, 0
        except Malformed as error:
            log.warning("wechat callback unreadable: %s", error, extra={"action": "wechat.callback"})
            return 400, b"", _PLAIN, None, 0
        message = callback.message
        if message is None:
            return 200, SUCCESS, _PLAIN, None, 0
        try:
            async with asyncio.timeout(self._patience):
                answered = await self._submit(message)
        except TimeoutError:
            # not stored yet, so no 200: the work goes on, the platform asks again and gets the stored answer
            log.warning("wechat callback is taking long", extra={"action": "wechat.callback"})
            return 503, b"", _PLAIN, None, 0
        except Exception as error:  # whatever it was, nothing is stored: no 200, so the platform asks again
            log.error("wechat callback not stored: %s", type(error).__name__, extra={"action": "wechat.callback"})
            return 503, b"", _PLAIN, None, 0
        sealed, carried = self._platform.answer(callback, answered.replies)
        return 200, sealed, _PLAIN if sealed is SUCCESS else b"application/xml; charset=utf-8", answered, carried


def wechat_endpoint(platform: WeChat, submit: Submit, **options: Any) -> WeChatEndpoint:
    """The application to mount at /wechat."""
    return WeChatEndpoint(platform, submit, **options)


def _query(scope: Scope) -> dict[str, str]:
    """The query; the first of two equal names counts."""
    found: dict[str, str] = {}
    query = scope["query_string"].decode("latin-1")
    if (
        "%" not in query and "+" not in query and query.count("&") < _MOST_FIELDS
    ):  # as WeChat writes it, but for signs in base64
        for field in query.split("&"):
            name, _, value = field.partition("=")
            found.setdefault(name, value)
        return found
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return found  # signed by nobody
    for name, value in pairs:
        found.setdefault(name, value)
    return found


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, or None when it is too long (which is known before it is read, or as soon as it is)."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > MAX_BODY:
            return None
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body if len(body) <= MAX_BODY else None
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
