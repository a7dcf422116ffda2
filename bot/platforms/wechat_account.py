"""The rare calls of a WeChat account, through wechatpy: menu, QR codes, media up and down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.platforms.base import SendError
from bot.platforms.wechat_client import API_BASE, TokenSource
from bot.platforms.wechat_errors import BAD_TOKEN, send_error

#: Seconds to connect, and to wait for an answer.
_TIMEOUT = (3, 8)
#: Largest picture WeChat takes or gives (platforms.md §1.10).
MAX_IMAGE_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Media:
    """A downloaded picture, voice or file."""

    content: bytes
    content_type: str = ""


class Account:
    """The account's own settings and media. Every call runs in a thread, for wechatpy blocks."""

    def __init__(self, appid: str, secret: str, tokens: TokenSource, base: str = API_BASE) -> None:
        self._appid, self._secret, self._tokens, self._base = appid, secret, tokens, base.rstrip("/")
        self._client: Any = None

    async def create_menu(self, buttons: list[dict[str, Any]]) -> None:
        """Put up the menu: at most 3 × 5 buttons, {"type","name","key"|"url"} or {"name","sub_button":[…]}."""
        await self._call("menu/create", lambda client: client.menu.create({"button": buttons}))

    async def create_qrcode(self, scene: str, seconds: int) -> str:
        """The address a QR code of this scene holds; scanning it gives a subscribe or scan event with the scene."""
        info = {"scene": {"scene_str": scene}}
        shape = {"expire_seconds": seconds, "action_name": "QR_STR_SCENE", "action_info": info}
        answer = await self._call("qrcode/create", lambda client: client.qrcode.create(shape))
        return str(answer["url"])

    async def upload_image(self, content: bytes, content_type: str = "image/jpeg") -> str:
        """The media id of a picture, good for three days."""
        if not 0 < len(content) <= MAX_IMAGE_BYTES:
            raise SendError("size", call="media/upload")
        suffix = content_type.rpartition("/")[2]
        # bytes, not a file object: that would be sent empty after a token refresh
        file = (f"photo.{suffix}", content, content_type)
        answer = await self._call("media/upload", lambda client: client.media.upload("image", file))
        return str(answer["media_id"])

    async def download(self, media_id: str, limit: int = MAX_IMAGE_BYTES) -> Media:
        """What a media id stands for, fetched from the API's own host only."""

        def fetch(client: Any) -> Media:
            answer = client.get("media/get", params={"media_id": media_id})
            if not hasattr(answer, "content"):
                raise SendError("answer", call="media/get")
            if len(answer.content) > limit:
                raise SendError("size", call="media/get")
            return Media(answer.content, answer.headers.get("content-type", ""))

        media: Media = await self._call("media/get", fetch)
        return media

    async def _call(self, call: str, action: Any) -> Any:
        return await asyncio.to_thread(self._blocking, call, action)

    def _blocking(self, call: str, action: Any) -> Any:
        """Run an action; a refused token is replaced once; errors become SendError, without the URL and its secrets."""
        import requests
        from wechatpy.exceptions import WeChatClientException

        for attempt in (1, 2):
            token = self._tokens.get()
            try:
                return action(self._wechatpy())
            except WeChatClientException as error:
                if error.errcode is None:
                    raise SendError("http", ambiguous=True, call=call) from None
                if attempt == 2 or error.errcode not in BAD_TOKEN:
                    raise send_error(error.errcode, call) from None
                self._tokens.get(bad=token)
            except requests.RequestException as error:
                raise SendError("connect", retryable=True, call=f"{call} {type(error).__name__}") from None
            except (KeyError, TypeError, ValueError):
                raise SendError("answer", ambiguous=True, call=call) from None
        raise AssertionError("unreachable")

    def _wechatpy(self) -> Any:
        """wechatpy's client, made when first needed: importing it takes a quarter of a second."""
        if self._client is None:
            from wechatpy import WeChatClient

            tokens, api = self._tokens, f"{self._base}/cgi-bin/"

            class Client(WeChatClient):  # type: ignore[misc]  # wechatpy ships no types
                API_BASE_URL = api

                @property
                def access_token(self) -> str:
                    return tokens.current()  # fetched before every call; asked for even before __init__

            self._client = Client(self._appid, self._secret, timeout=_TIMEOUT, auto_retry=False)
            self._client._http.trust_env = False
        return self._client
