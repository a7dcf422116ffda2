"""WeChat's API as a server on this machine: it speaks the wire format, keeps the rules, and remembers everything.

What it was asked and what reached whom is the witness of a test: `calls`, `screen`. Faults are ordered with `fail`.
The other half, somebody's phone, is `wechat_phone`.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

#: What an action of hers allows us: messages, and for how many seconds.
ALLOWANCE = {"message": (5, 48 * 3600), "menu": (3, 60), "follow": (3, 60), "scan": (3, 60)}
TEXT_BYTES = 2048
#: Longest value of a template field by the letters its name begins with.
FIELD_LIMITS = {"thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "name": 10, "phrase": 5}

Answer = dict[str, Any]


@dataclass
class Call:
    """One request as it came, and what was answered (None: nothing, the connection was cut)."""

    name: str
    query: dict[str, str]
    shape: Any
    answer: Any = None


@dataclass
class Follower:
    """Somebody who follows the account, or did."""

    follows: bool = True
    blocks: bool = False
    left: int = 0
    until: float = 0.0


@dataclass
class FakeWeChat:
    """Start it with `with FakeWeChat() as wechat:`; `base` is its address. `clock` gives Unix seconds."""

    appid: str = "wx1234567890abcdef"
    secret: str = "s3cret-of-the-account"
    clock: Callable[[], float] = time.time
    #: Seconds each call takes, as on a real network.
    delay: float = 0.0
    calls: list[Call] = field(default_factory=list)
    followers: dict[str, Follower] = field(default_factory=dict)
    #: What each person has been shown, in order.
    screen: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    templates: set[str] = field(default_factory=lambda: {"TEMPLATE1"})
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    menu: Answer | None = None
    tokens_issued: int = 0
    token: str = ""
    base: str = ""

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._faults: dict[str, deque[Any]] = defaultdict(deque)
        self._good_until = 0.0
        self._old_tokens: set[str] = set()
        self._template_keys: dict[tuple[str, str], tuple[float, int]] = {}
        self._ids = 200_000_000
        self._closing = threading.Event()

    # — the test's side —

    def __enter__(self) -> FakeWeChat:
        fake = self

        class Handler(_Handler):
            wechat = fake

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, call: str, *faults: int | str) -> None:
        """Have the next calls of this name (e.g. "message/custom/send") fail, one fault each.

        A number is answered as errcode with status 200. "drop" cuts the connection before anything is done,
        "drop-after" once it is done, "hang" does it and never answers, "500" and "429" are HTTP statuses,
        "garbage" is a page of HTML with status 200, "ok" is no fault.
        """
        self._faults[call].extend(faults)

    def expire_token(self) -> None:
        """The token in use is no longer good."""
        with self._lock:
            self._good_until = 0.0

    def acted(self, openid: str, action: str) -> None:
        """She did something: that opens a window for pushing, and closes the earlier one."""
        with self._lock:
            person = self.followers.setdefault(openid, Follower())
            count, seconds = ALLOWANCE[action]
            person.left, person.until = count, self.clock() + seconds

    def texts(self, openid: str) -> list[str]:
        """The texts she has been shown."""
        return [m["text"]["content"] for m in self.screen[openid] if m["msgtype"] == "text"]

    def named(self, name: str) -> list[Call]:
        """The calls of this name."""
        return [call for call in self.calls if call.name == name]

    # — the platform's side —

    def handle(self, name: str, query: dict[str, str], body: bytes, content_type: str) -> Any:
        """The answer to a call: a JSON object, or bytes."""
        if name in ("token", "stable_token"):
            return self._issue(name, query if name == "token" else _json(body))
        given = query.get("access_token", "")
        if not given:
            return _error(41001, "access_token missing")
        if given != self.token:
            return _error(42001 if given in self._old_tokens else 40001, "invalid credential, access_token is invalid")
        if self.clock() >= self._good_until:
            return _error(42001, "access_token expired")
        action = getattr(self, "_" + name.replace("/", "_"), None)
        if action is None:
            return _error(40066, "invalid url")
        if name == "media/upload":
            return self._media_upload(query, body, content_type)
        shape = _json(body) if body else {}
        if shape is None:
            return _error(47001, "data format error")
        return action(query, shape)

    def _issue(self, name: str, asked: Any) -> Answer:
        if not isinstance(asked, dict) or asked.get("appid") != self.appid:
            return _error(40013, "invalid appid")
        if asked.get("secret") != self.secret:
            return _error(40125, "invalid appsecret")
        left = self._good_until - self.clock()
        if name == "token" or left <= 0 or asked.get("force_refresh"):
            self._old_tokens.add(self.token)
            self.tokens_issued += 1
            self.token, left = f"T{self.tokens_issued}-" + "x" * 120, 7200.0
            self._good_until = self.clock() + left
        return {"access_token": self.token, "expires_in": int(left)}

    def _message_custom_send(self, _query: dict[str, str], shape: Answer) -> Answer:
        openid, kind = shape.get("touser", ""), shape.get("msgtype", "")
        person = self.followers.get(openid)
        if person is None:
            return _error(40003, "invalid openid")
        if not person.follows or person.blocks or self.clock() > person.until:
            return _error(45015, "response out of time limit or subscription is canceled")
        if person.left <= 0:
            return _error(45047, "out of response count limit")
        if kind == "text":
            content = shape.get("text", {}).get("content", "")
            if not content:
                return _error(44004, "empty content")
            if len(content.encode()) > TEXT_BYTES:
                return _error(45002, "content size out of limit")
        elif kind == "news" and len(shape["news"]["articles"]) > 1:
            return _error(45008, "article size out of limit")
        elif kind in ("image", "voice", "video") and shape.get(kind, {}).get("media_id") not in self.media:
            return _error(40007, "invalid media_id")
        elif kind not in ("news", "image", "voice", "video", "msgmenu"):
            return _error(40008, "invalid message type")
        person.left -= 1
        self.screen[openid].append({k: v for k, v in shape.items() if k != "touser"})
        return _OK

    def _message_custom_typing(self, _query: dict[str, str], shape: Answer) -> Answer:
        person = self.followers.get(shape.get("touser", ""))
        return _OK if person and self.clock() <= person.until else _error(45015, "response out of time limit")

    def _message_template_send(self, _query: dict[str, str], shape: Answer) -> Answer:
        openid, key = shape.get("touser", ""), shape.get("client_msg_id", "")
        person = self.followers.get(openid)
        if person is None:
            return _error(40003, "invalid openid")
        if shape.get("template_id") not in self.templates:
            return _error(40037, "invalid template_id")
        if not person.follows:
            return _error(43004, "require subscribe")
        for name, value in shape.get("data", {}).items():
            limit = FIELD_LIMITS.get(name.rstrip("0123456789"))
            if not value.get("value") or (limit and len(value["value"]) > limit):
                return _error(47003, f"argument invalid! data.{name}.value")
        sent_at, msgid = self._template_keys.get((openid, key), (0.0, 0))
        if not key or self.clock() - sent_at > 600:
            self._ids += 1
            msgid = self._ids
            if key:
                self._template_keys[openid, key] = (self.clock(), msgid)
            if not person.blocks:
                self.screen[openid].append({"msgtype": "template", **shape})
        return {**_OK, "msgid": msgid}

    def _template_get_all_private_template(self, _query: dict[str, str], _shape: Answer) -> Answer:
        return {"template_list": [
            {"template_id": t, "title": "任务提醒", "primary_industry": "", "deputy_industry": "",
             "content": "事项:{{thing1.DATA}}\n时间:{{time2.DATA}}", "example": ""} for t in sorted(self.templates)
        ]}  # fmt: skip

    def _media_upload(self, query: dict[str, str], body: bytes, content_type: str) -> Answer:
        parts = message_from_bytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + body)
        found = [p for p in parts.walk() if p.get_param("name", header="content-disposition") == "media"]
        if not found:
            return _error(41005, "media data missing")
        content = found[0].get_payload(decode=True)
        assert isinstance(content, bytes)
        if not content:
            return _error(44001, "empty media data")
        self._ids += 1
        self.media[f"M{self._ids}"] = (found[0].get_content_type(), content)
        return {"type": query.get("type", "image"), "media_id": f"M{self._ids}", "created_at": int(self.clock())}

    def _media_get(self, query: dict[str, str], _shape: Answer) -> Any:
        found = self.media.get(query.get("media_id", ""))
        return _error(40007, "invalid media_id") if found is None else found

    def _menu_create(self, _query: dict[str, str], shape: Answer) -> Answer:
        if not 1 <= len(shape.get("button", ())) <= 3:
            return _error(40017, "invalid button size")
        self.menu = shape
        return _OK

    def _menu_get(self, _query: dict[str, str], _shape: Answer) -> Answer:
        return {"menu": self.menu} if self.menu else _error(46003, "menu no exist")

    def _menu_delete(self, _query: dict[str, str], _shape: Answer) -> Answer:
        self.menu = None
        return _OK

    def _user_info(self, query: dict[str, str], _shape: Answer) -> Answer:
        openid = query.get("openid", "")
        person = self.followers.get(openid)
        if person is None:
            return _error(40003, "invalid openid")
        if not person.follows:
            return {"subscribe": 0, "openid": openid}
        return {"subscribe": 1, "openid": openid, "language": "zh_CN", "subscribe_time": int(self.clock())}

    def _user_get(self, query: dict[str, str], _shape: Answer) -> Answer:
        openids = sorted(o for o, f in self.followers.items() if f.follows and o > query.get("next_openid", ""))
        page: Answer = {"total": len(openids), "count": len(openids), "next_openid": openids[-1] if openids else ""}
        return page | ({"data": {"openid": openids}} if openids else {})

    def _qrcode_create(self, _query: dict[str, str], shape: Answer) -> Answer:
        scene = shape.get("action_info", {}).get("scene", {}).get("scene_str", "")
        if not 1 <= len(scene) <= 64:
            return _error(40053, "invalid action info")
        return {"ticket": f"TK-{scene}", "expire_seconds": shape.get("expire_seconds", 60), "url": f"http://weixin.qq.com/q/{scene}"}

    def _clear_quota(self, _query: dict[str, str], _shape: Answer) -> Answer:
        return _OK

    def _getcallbackip(self, _query: dict[str, str], _shape: Answer) -> Answer:
        return {"ip_list": ["127.0.0.1"]}


_OK: Answer = {"errcode": 0, "errmsg": "ok"}


def _error(code: int, text: str) -> Answer:
    return {"errcode": code, "errmsg": f"{text} rid: 65a1b2c3-0badcafe"}


def _json(body: bytes) -> Any:
    """The object in a body, or None. Escaped Chinese is refused as WeChat does (it would be shown as it stands)."""
    try:
        text = body.decode()
        return None if re.search(r"\\u[0-9a-fA-F]{4}", text) else json.loads(text)
    except ValueError:
        return None


class _Server(ThreadingHTTPServer):
    """Takes many connections at once."""

    request_queue_size = 512
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    """HTTP around `FakeWeChat.handle`, with the faults that were ordered."""

    wechat: FakeWeChat
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        wechat = self.wechat
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        name = url.path.removeprefix("/cgi-bin/")
        is_json = body[:1] in (b"{", b"[")
        call = Call(name, {k: v for k, v in query.items() if k != "access_token"}, _json(body) if is_json else body)
        with wechat._lock:
            faults = wechat._faults[name]
            fault = faults.popleft() if faults else "ok"
            wechat.calls.append(call)
            if fault == "drop":
                return self._cut()
            if isinstance(fault, int):
                call.answer = _error(fault, "as ordered by the test")
            elif fault == "garbage":
                call.answer = ("text/html", b"<html>502</html>")
            elif fault not in ("500", "429"):
                call.answer = wechat.handle(name, query, body, self.headers.get("content-type", ""))
        if wechat.delay:
            time.sleep(wechat.delay)
        if fault in ("500", "429"):
            self._write(int(fault), "text/plain", b"")
        elif fault in ("hang", "drop-after"):
            if fault == "hang":
                wechat._closing.wait(60)
            call.answer = None
            self._cut()
        elif isinstance(call.answer, tuple):
            self._write(200, *call.answer)
        else:
            self._write(200, "application/json; encoding=utf-8", json.dumps(call.answer, ensure_ascii=False).encode())

    do_POST = do_GET

    def _write(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """`calls` is the log."""
