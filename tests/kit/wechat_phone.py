"""Somebody's phone with WeChat on it, and WeChat's servers behind it: signs, encrypts and delivers callbacks, retries,
reads the answers. The crypto is wechatpy's, so that ours is never checked against itself."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode
from xml.sax.saxutils import escape

import httpx
import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.kit.fake_wechat import TEXT_BYTES, FakeWeChat, Follower

FAULT_TEXT = "该公众号暂时无法提供服务，请稍后再试"
_LINK = re.compile(r"""<a href=["']weixin://bizmsgmenu\?msgmenucontent=([^"'&]*)&msgmenuid=([^"']*)["']>(.*?)</a>""")
_ids = itertools.count(24_000_000_000_000_000)

#: (query, body, seconds) → (status, body); raises TimeoutError.
Deliver = Callable[[str, bytes, float], tuple[int, bytes]]


@dataclass
class Line:
    """The line between WeChat and our server: address, token and key. Without `aes_key` it is in plain mode."""

    url: str
    token: str = "niangjia"
    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    appid: str = "wx1234567890abcdef"
    #: Our 原始 ID.
    account: str = "gh_0123456789ab"
    clock: Callable[[], float] = time.time
    patience: float = 5.0
    tries: int = 3
    deliver: Deliver | None = None
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    def seal(self, xml: str) -> tuple[str, bytes]:
        """Query and body of a callback."""
        timestamp, nonce = str(int(self.clock())), secrets.token_hex(5)
        query = {"signature": sign(self.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
        if not self.aes_key:
            return urlencode(query), xml.encode()
        crypto = WeChatCrypto(self.token, self.aes_key, self.appid)
        sealed = xmltodict.parse(crypto.encrypt_message(xml, nonce, timestamp))["xml"]
        query |= {"encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]}
        encrypted = f"<Encrypt><![CDATA[{sealed['Encrypt']}]]></Encrypt>"
        return urlencode(query), f"<xml><ToUserName>{self.account}</ToUserName>{encrypted}</xml>".encode()

    def unseal(self, body: bytes) -> dict[str, str]:
        """The fields of an answer, after all that WeChat checks; ValueError where it would show the fault text."""
        outer = xmltodict.parse(body)["xml"]
        if self.aes_key:
            crypto = WeChatCrypto(self.token, self.aes_key, self.appid)
            inner = crypto.decrypt_message(outer, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
            outer = xmltodict.parse(inner)["xml"]
        if any(isinstance(value, list) for value in outer.values()):
            raise ValueError("a node stands twice in the answer")
        return dict(outer)

    def post(self, query: str, body: bytes) -> tuple[int, bytes]:
        """One delivery."""
        if self.deliver:
            return self.deliver(query, body, self.patience)
        try:
            answer = self.http.post(f"{self.url}?{query}", content=body, timeout=self.patience)
        except httpx.TimeoutException:
            raise TimeoutError from None
        return answer.status_code, answer.content

    def verify(self, echo: str = "4375120948345356249") -> tuple[int, str]:
        """What our server answers when the address is entered in WeChat's console."""
        timestamp, nonce = str(int(self.clock())), secrets.token_hex(5)
        signed = sign(self.token, timestamp, nonce)
        query = {"signature": signed, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
        answer = self.http.get(self.url, params=query)
        return answer.status_code, answer.text


@dataclass
class Outcome:
    """What became of one thing she did."""

    #: Status of each delivery; 0 = no answer in time.
    statuses: list[int]
    #: The text she was shown in answer, "" if none.
    text: str = ""
    #: Whether WeChat told her that the account does not work.
    fault: bool = False


class Phone:
    """One follower. What she is shown, answers and pushes alike, stands in `wechat.screen[openid]`."""

    def __init__(self, wechat: FakeWeChat, line: Line, openid: str) -> None:
        self.wechat, self.line, self.openid = wechat, line, openid

    def says(self, text: str, *, msg_id: str = "", menu_id: str = "") -> Outcome:
        """She writes a text; the same `msg_id` again is the same message delivered again."""
        self.wechat.acted(self.openid, "menu" if menu_id else "message")
        fields = {"MsgType": "text", "Content": text, "MsgId": msg_id or str(next(_ids))}
        return self._deliver(fields | ({"bizmsgmenuid": menu_id} if menu_id else {}))

    def dictates(self, recognition: str) -> Outcome:
        """She speaks, and WeChat has understood this."""
        return self._message({"MsgType": "voice", "MediaId": "V1", "Format": "amr", "Recognition": recognition})

    def sends_photo(self, content: bytes = b"\xff\xd8\xff\xe0photo") -> Outcome:
        """She sends a picture, which the API then gives for its media id."""
        media_id = f"IN{next(_ids)}"
        self.wechat.media[media_id] = ("image/jpeg", content)
        return self._message({"MsgType": "image", "PicUrl": "http://mmbiz.qpic.cn/x", "MediaId": media_id})

    def taps(self, number: int) -> Outcome:
        """She taps the n-th link of the last text on her screen: WeChat sends its words for her."""
        says, menu_id, _label = self.links()[number - 1]
        return self.says(says, menu_id=menu_id)

    def links(self) -> list[tuple[str, str, str]]:
        """Words, id and label of the links in the last text on her screen."""
        text = self.wechat.texts(self.openid)[-1]
        return [(unquote(says), menu_id, label) for says, menu_id, label in _LINK.findall(text)]

    def follows(self, scene: str = "") -> Outcome:
        """She follows the account, perhaps by a QR code."""
        self.wechat.followers[self.openid] = Follower()
        return self._event("subscribe", "follow", f"qrscene_{scene}" if scene else "")

    def scans(self, scene: str) -> Outcome:
        """She, a follower, scans a QR code."""
        return self._event("SCAN", "scan", scene)

    def clicks(self, key: str) -> Outcome:
        """She taps a button of the account's menu."""
        return self._event("CLICK", "menu", key)

    def unfollows(self) -> Outcome:
        """She leaves; nothing can be sent to her any more."""
        self.wechat.followers.setdefault(self.openid, Follower()).follows = False
        return self._deliver({"MsgType": "event", "Event": "unsubscribe", "EventKey": ""})

    def _message(self, fields: dict[str, str]) -> Outcome:
        self.wechat.acted(self.openid, "message")
        return self._deliver(fields | {"MsgId": str(next(_ids))})

    def _event(self, event: str, action: str, key: str) -> Outcome:
        self.wechat.acted(self.openid, action)
        return self._deliver({"MsgType": "event", "Event": event, "EventKey": key})

    def _deliver(self, fields: dict[str, str]) -> Outcome:
        """Deliver as WeChat does: up to three times, until it is answered within five seconds."""
        line = self.line
        common = {"ToUserName": line.account, "FromUserName": self.openid, "CreateTime": str(int(line.clock()))}
        xml = "<xml>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in (common | fields).items()) + "</xml>"
        outcome = Outcome([])
        for _ in range(line.tries):
            try:
                status, body = line.post(*line.seal(xml))
            except TimeoutError:
                outcome.statuses.append(0)
                continue
            except httpx.TransportError:
                outcome.statuses.append(-1)
                continue
            outcome.statuses.append(status)
            if status == 200:
                self._show(outcome, body)
                return outcome
        outcome.fault = True
        return outcome

    def _show(self, outcome: Outcome, body: bytes) -> None:
        if body in (b"", b"success"):
            return
        try:
            fields = self.line.unseal(body)
        except Exception:
            outcome.fault = True
            return
        right = fields["ToUserName"] == self.openid and fields["FromUserName"] == self.line.account
        if not right or not fields["CreateTime"].isdigit() or len(fields["Content"].encode()) > TEXT_BYTES:
            outcome.fault = True
            return
        outcome.text = fields["Content"]
        self.wechat.screen[self.openid].append({"msgtype": "text", "text": {"content": outcome.text}, "passive": True})


def sign(*parts: str) -> str:
    """WeChat's signature, by wechatpy."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)
