"""Calls WeChat's API for everything that is sent often: one token for all, bounded retries, no secret in any error.

wechatpy's own client is not used here: it blocks, fetches the token without a time-out, retries without bound and
prints the secret in exceptions (platforms.md §5.2). It serves the rare calls, in `wechat_account`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from bot.platforms.base import SendError
from bot.platforms.wechat_errors import BAD_TOKEN, send_error

API_BASE = "https://api.weixin.qq.com"
#: Seconds to connect, and to wait for an answer.
TIMEOUT = httpx.Timeout(8.0, connect=3.0, pool=10.0)
#: Connections kept to the API; the sender's concurrency stays below it.
MAX_CONNECTIONS = 64
#: A token is replaced this long before it expires; the platform renews it in its last five minutes.
_RENEW_BEFORE = 300.0
#: `force_refresh` is allowed 20 times a day and every 30 seconds.
_FORCE_EVERY = 60.0

# both log every URL, and the token stands in the query
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class TokenSource:
    """The account's access token, fetched by one caller at a time and shared by all (`stable_token`)."""

    def __init__(
        self, appid: str, secret: str, base: str = API_BASE, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._appid, self._secret, self._base = appid, secret, base.rstrip("/")
        self._monotonic = monotonic
        self._one_at_a_time = threading.Lock()
        self._token = ""
        self._good_until = 0.0
        self._forced_at = -_FORCE_EVERY
        self._failed_until = 0.0
        self._failure: SendError | None = None

    def current(self) -> str:
        """The token if it is still good, else ""."""
        return self._token if self._monotonic() < self._good_until else ""

    def get(self, bad: str = "") -> str:
        """The token; another one than `bad` if that has just been refused. Blocks while it is fetched."""
        with self._one_at_a_time:
            token = self.current()
            if token and token != bad:
                return token
            now = self._monotonic()
            if self._failure and now < self._failed_until:
                raise self._failure  # a hundred waiting senders make one attempt, not a hundred
            try:
                token, seconds = self._fetch(force=False)
                if token == bad and now - self._forced_at >= _FORCE_EVERY:
                    self._forced_at = now
                    token, seconds = self._fetch(force=True)
            except SendError as error:
                self._failure, self._failed_until = error, now + 2.0
                raise
            self._failure = None
            # a token in its last five minutes is used, too: asking again gives the renewed one
            self._token, self._good_until = token, now + max(seconds - _RENEW_BEFORE, min(seconds, 5.0))
            return token

    async def aget(self, bad: str = "") -> str:
        """The same without blocking the event loop."""
        token = self.current()
        return token if token and token != bad else await asyncio.to_thread(self.get, bad)

    def _fetch(self, *, force: bool) -> tuple[str, float]:
        call = "stable_token"
        try:
            with httpx.Client(timeout=TIMEOUT, trust_env=_uses_proxies(self._base)) as http:
                answer = http.post(
                    f"{self._base}/cgi-bin/stable_token",
                    json={
                        "grant_type": "client_credential",
                        "appid": self._appid,
                        "secret": self._secret,
                        "force_refresh": force,
                    },
                )
        except httpx.HTTPError as error:
            # asking for a token has no effect, so every failure may be tried again
            raise SendError("connect", retryable=True, retry_after=5.0, call=f"{call} {type(error).__name__}") from None
        shape = _decode(answer, call)
        if shape.get("errcode"):
            raise send_error(int(shape["errcode"]), call)
        if not isinstance(shape.get("access_token"), str):
            raise SendError("answer", retryable=True, retry_after=5.0, call=call)
        return shape["access_token"], float(shape.get("expires_in", 7200))


class WeChatClient:
    """The API of one account over one pool of connections."""

    def __init__(self, tokens: TokenSource, base: str = API_BASE) -> None:
        self._tokens, self._base = tokens, base.rstrip("/")
        self._http: httpx.AsyncClient | None = None

    async def post(self, call: str, shape: dict[str, Any]) -> dict[str, Any]:
        """POST to /cgi-bin/<call>; the answer, whose errcode is 0. Raises SendError.

        A refused token is replaced once. Nothing else is repeated here: the sender knows what may be.
        """
        content = msgspec.json.encode(shape)  # leaves Chinese, & and < as they are, which links need
        token = await self._tokens.aget()
        for attempt in (1, 2):
            answer = await self._post(call, token, content)
            code = int(answer.get("errcode") or 0)
            if not code:
                return answer
            if attempt == 2 or code not in BAD_TOKEN:
                raise send_error(code, call)
            token = await self._tokens.aget(bad=token)
        raise AssertionError("unreachable")

    async def _post(self, call: str, token: str, content: bytes) -> dict[str, Any]:
        if self._http is None:
            limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS)
            self._http = httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=_uses_proxies(self._base))
        try:
            answer = await self._http.post(
                f"{self._base}/cgi-bin/{call}",
                params={"access_token": token},
                content=content,
                headers={"content-type": "application/json; charset=utf-8"},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise SendError("connect", retryable=True, retry_after=5.0, call=call) from None
        except httpx.HTTPError as error:
            code = "time-out" if isinstance(error, httpx.TimeoutException) else "dropped"
            raise SendError(code, ambiguous=True, call=call) from None
        return _decode(answer, call)

    async def close(self) -> None:
        """Give back the connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None


def _decode(answer: httpx.Response, call: str) -> dict[str, Any]:
    """The JSON object in an answer. Anything else leaves open whether the call took effect."""
    if answer.status_code == 429:
        raise SendError("http-429", retryable=True, retry_after=60.0, call=call)
    if answer.status_code >= 300:
        raise SendError(f"http-{answer.status_code}", ambiguous=answer.status_code >= 500, call=call)
    try:
        shape = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        shape = None
    if not isinstance(shape, dict):
        raise SendError("answer", ambiguous=True, call=call)
    return shape


def _uses_proxies(base: str) -> bool:
    """Whether the environment's proxy counts: not on the way to this machine."""
    return urlsplit(base).hostname not in ("127.0.0.1", "localhost", "::1")
