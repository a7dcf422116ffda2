"""WeChat's official account (公众号): reads callbacks, answers in them, and pushes by 客服消息 and 模板消息."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.platforms.base import Capabilities, Inbound, Malformed, Payload, SendError, without_controls
from bot.platforms.fit import fit, length
from bot.platforms.wechat_account import Account
from bot.platforms.wechat_client import API_BASE, TokenSource, WeChatClient
from bot.platforms.wechat_codec import Codec, cdata
from handlers.dialog.message import Attachment, Message
from handlers.dialog.reply import Choice, Reply

#: Answer to a callback that has no reply; never encrypted (platforms.md §1.1).
SUCCESS = b"success"

_ANCHOR = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)
_UNSAFE_IN_LINK = re.compile(r"[\s%&#+\"'<>]")


def clean(text: str) -> str:
    """The text without what would break it: control characters, `]]>`, and anchors that somebody has typed.

    WeChat makes links of `<a href>` in any text, so a report quoted to an official could carry a false one.
    """
    if "<" in text or "]]>" in text:
        text = _ANCHOR.sub("＜", text).replace("]]>", "]] >")
    return without_controls(text)


def menu_link(number: int, choice: Choice) -> str:
    """A choice as a link that says its words when tapped (菜单消息), numbered for clients that show no link."""
    says = _UNSAFE_IN_LINK.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), choice.words)
    label = choice.label.replace("<", "＜").replace(">", "＞")
    return f'{number}. <a href="weixin://bizmsgmenu?msgmenucontent={says}&msgmenuid={number}">{label}</a>'


CAPABILITIES = Capabilities(
    text_limit=2000,  # 2048 bytes are commonly cited (courier, LangBot); some room is left (platforms.md §1.3)
    text_unit="bytes",
    choice_line=menu_link,  # §1.5
    clean=clean,
    answers_callbacks=True,
    callback_patience=4.0,  # the platform drops the connection after 5 s and asks again (§1.4)
    push_window=48
    * 3600,  # https://developers.weixin.qq.com/doc/service/guide/product/message/Overview_of_Messages.html
    push_count=5,  # per 48 h after a message of hers; 3 in a minute after a menu click (§1.6)
    pace=50,  # 500,000 a day are allowed; two calls' worth of connections at 50 ms each (§1.14)
    duplicate_check=600,  # template messages with client_msg_id only (§1.7); 客服消息 have none
    sends_files=False,  # no file message outward (§0.3)
    max_file_bytes=10 * 1024 * 1024,  # pictures (§1.10)
)

#: MsgType → the kind of message.
_KINDS = {"text": "text", "image": "image", "voice": "voice", "video": "video", "shortvideo": "video",
          "location": "location", "link": "link", "file": "file"}  # fmt: skip

#: Events that mean something to us → where their word stands. Others (opening a menu link, her position while she
#: walks about) are acknowledged and not kept.
_EVENTS = {
    "subscribe": "EventKey", "unsubscribe": "EventKey", "scan": "EventKey", "click": "EventKey",
    "scancode_push": "ScanCodeInfo/ScanResult", "scancode_waitmsg": "ScanCodeInfo/ScanResult",
    "templatesendjobfinish": "Status",
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent/List/SubscribeStatusString",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent/List/SubscribeStatusString",
}  # fmt: skip
_EVENT_IDS = ("MsgID", "SubscribeMsgPopupEvent/List/TemplateId", "SubscribeMsgChangeEvent/List/TemplateId")


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback that has been opened: its message, if there is one to talk about, and who answers whom."""

    message: Message | None
    #: Her openid and our 原始 ID (gh_…), as the reply has to name them.
    openid: str
    us: str


class WeChat:
    """One official account. `now` gives the time, `open_photo` the bytes of a stored picture by its SHA-256."""

    name = "wechat"
    capabilities = CAPABILITIES

    def __init__(
        self,
        *,
        appid: str,
        token: str,
        now: Callable[[], datetime],
        aes_key: str = "",
        secret: str = "",
        api_base: str = "",
        open_photo: Callable[[str], bytes] | None = None,
    ) -> None:
        self.account = appid
        self.codec = Codec(token=token, aes_key=aes_key, receiver=appid, clock=lambda: now().timestamp())
        tokens = TokenSource(appid, secret, api_base or API_BASE)
        self.client = WeChatClient(tokens, api_base or API_BASE)
        #: Menu, QR codes, media.
        self.official_account = Account(appid, secret, tokens, api_base or API_BASE)
        self._now = now
        self._open_photo = open_photo

    def read(self, inbound: Inbound) -> Message | None:
        """The message in a callback; None for events that mean nothing to us. Raises Forged or Malformed."""
        return self.open(inbound.query, inbound.body).message

    def open(self, query: Mapping[str, str], body: bytes) -> Callback:
        """A callback, checked, decrypted and read. Raises Forged or Malformed."""
        xml = self.codec.open(query, body)
        openid, us, created = xml.get("FromUserName", ""), xml.get("ToUserName", ""), xml.get("CreateTime", "")
        if not (0 < len(openid) <= 128 and 0 < len(us) <= 128 and created.isdigit() and len(created) <= 12):
            raise Malformed("sender, receiver or time is missing")
        kind = xml.get("MsgType", "")
        if kind == "event":
            return Callback(self._event(xml, openid, created), openid, us)
        if not kind:
            raise Malformed("no MsgType")
        content_id = _short(xml.get("FileKey") or xml.get("MediaId", ""))
        external_id = xml.get("MsgId") or f"{openid}:{created}:{kind}:{content_id}"
        message = Message(
            platform=self.name,
            account=self.account,
            sender=openid,
            external_id=_short(external_id, 200),
            received_at=self._now(),
            kind=_KINDS.get(kind, "other"),  # type: ignore[arg-type]  # the table holds only kinds
            text=_text(kind, xml),
            choice_id=xml.get("bizmsgmenuid", "")[:64],
            attachments=_attachments(kind, xml),
        )
        return Callback(message, openid, us)

    def _event(self, xml: dict[str, str], openid: str, created: str) -> Message | None:
        event = xml.get("Event", "").lower()
        if event not in _EVENTS:
            return None
        key = xml.get(_EVENTS[event], "")
        choice_id = next((xml[name] for name in _EVENT_IDS if name in xml), "")
        # events have no MsgId; two different ones of one second must stay two (§1.4)
        external_id = f"{openid}:{created}:{event}:{_short(xml.get('EventKey') or choice_id)}"
        return Message(
            platform=self.name,
            account=self.account,
            sender=openid,
            external_id=_short(external_id, 200),
            received_at=self._now(),
            kind="event",
            event=event,
            text=without_controls(key.removeprefix("qrscene_")).strip()[:512],
            choice_id=choice_id[:64],
        )

    def answer(self, callback: Callback, replies: Sequence[Reply]) -> tuple[bytes, int]:
        """The body that answers a callback, and how many of the replies it carries (the others are to be pushed).

        One text is all a callback can be answered with: replies are joined as long as they fit and as long as
        choices stand at the end. A reply that is too long for one text, or has pictures, is not carried.
        """
        text, carried = "", 0
        for reply in replies:
            parts = fit(reply, CAPABILITIES)
            if len(parts) != 1 or reply.photos:
                break
            joined = f"{text}\n\n{parts[0].text}" if carried else parts[0].text
            if length(joined, "bytes") > CAPABILITIES.text_limit:
                break
            text, carried = joined, carried + 1
            if reply.choices:
                break
        if not text:
            return SUCCESS, carried
        return self.codec.seal(
            f"<xml><ToUserName>{cdata(callback.openid)}</ToUserName><FromUserName>{cdata(callback.us)}</FromUserName>"
            f"<CreateTime>{int(self._now().timestamp())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content>{cdata(text)}</Content></xml>"
        ), carried

    def render(self, reply: Reply, address: str) -> list[Payload]:
        """客服消息, in order: texts, then pictures by their stored name. Each costs one of the five in 48 hours."""
        payloads: list[Payload] = []
        for part in fit(reply, CAPABILITIES):
            if part.text:
                payloads.append({"msgtype": "text", "text": {"content": part.text}})
            payloads += [{"msgtype": "image", "photo": sha256} for sha256 in part.photos]
        return payloads

    @staticmethod
    def template(template_id: str, fields: Mapping[str, str], *, key: str, url: str = "") -> Payload:
        """A 模板消息: needs no open window. The same `key` to the same person is delivered once in ten minutes."""
        payload: Payload = {
            "template_id": template_id,
            "client_msg_id": key[:64],
            "data": {name: {"value": without_controls(value)} for name, value in fields.items()},
        }
        return payload | ({"url": url} if url else {})

    async def send(self, address: str, payload: Payload, *, key: str = "") -> str:
        """Send one payload to an openid. 客服消息 have no id: the answer is "" for them."""
        if "template_id" in payload:
            answer = await self._send_template({"touser": address, **payload})
            return str(answer.get("msgid", ""))
        if payload["msgtype"] == "image":
            payload = {"msgtype": "image", "image": {"media_id": await self._upload(payload["photo"])}}
        await self.client.post("message/custom/send", {"touser": address, **payload})
        return ""

    async def _send_template(self, shape: dict[str, Any]) -> dict[str, Any]:
        """A template message; the platform checks for repeats, so that a time-out may be tried again."""
        try:
            return await self.client.post("message/template/send", shape)
        except SendError as error:
            if error.ambiguous:
                raise SendError(error.code, retryable=True, retry_after=5.0, call=error.call) from None
            raise

    async def _upload(self, sha256: str) -> str:
        if self._open_photo is None:
            raise SendError("no-photo-store", call="media/upload")
        try:
            content = self._open_photo(sha256)
        except OSError:
            raise SendError("photo-missing", call="media/upload") from None
        return await self.official_account.upload_image(content)

    async def close(self) -> None:
        """Give back the connections."""
        await self.client.close()


def _text(kind: str, xml: dict[str, str]) -> str:
    """What she said, in words: the text, the dictation as recognised, a place, a link's title and address."""
    if kind == "text":
        said = xml.get("Content", "")
    elif kind == "voice":
        said = xml.get("Recognition", "")
    elif kind == "location":
        said = f"{xml.get('Label', '')} ({xml.get('Location_X', '')},{xml.get('Location_Y', '')})"
    elif kind == "link":
        said = "\n".join(filter(None, (xml.get("Title"), xml.get("Description"), xml.get("Url"))))
    elif kind == "file":
        said = xml.get("Title", "")
    else:
        said = ""
    return without_controls(said).strip()


def _attachments(kind: str, xml: dict[str, str]) -> tuple[Attachment, ...]:
    """What came with the message. Pictures are fetched by their media id from the API, never from a given address."""
    media_id = xml.get("MediaId", "")
    if kind in ("image", "voice") and media_id:
        return (Attachment("image" if kind == "image" else "voice", media_id=media_id),)
    if kind in ("video", "shortvideo") and media_id:
        return (Attachment("video", media_id=media_id),)
    if kind == "file":
        name, size = without_controls(xml.get("Title", "")).strip(), xml.get("FileTotalLen", "")
        return (Attachment("file", name, xml.get("FileKey", ""), size=int(size) if size.isdecimal() else 0),)
    return ()


def _short(text: str, longest: int = 64) -> str:
    """The text, or its fingerprint where it is too long for a key."""
    return text if len(text) <= longest else hashlib.sha256(text.encode()).hexdigest()
