"""`/wechat` from the socket to the dispatcher and back, with a phone at the other end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from bot.platforms.wechat import WeChat
from bot.web.wechat import MAX_BODY, WeChatEndpoint
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply, choices
from tests.kit.fake_wechat import FakeWeChat
from tests.kit.wechat_phone import Line, Phone, sign


@dataclass
class Answered:
    """What the dispatcher gives back."""

    replies: list[Reply]


@dataclass
class House:
    """An endpoint with a small dispatcher behind it that notes what it was given."""

    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    replies: list[Reply] = field(default_factory=lambda: [Reply("记下了。")])
    seconds: list[float] = field(default_factory=list)
    error: Exception | None = None
    seen: list[Message] = field(default_factory=list)
    work: dict[str, asyncio.Task[Answered]] = field(default_factory=dict)
    written: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line = Line("http://test/wechat", aes_key=self.aes_key, deliver=self.deliver)
        platform = WeChat(
            appid=self.line.appid, token=self.line.token, aes_key=self.aes_key, now=lambda: datetime.now(UTC)
        )
        self.endpoint = WeChatEndpoint(
            platform, self.submit, left_over=lambda _, carried: self.written.append(carried), patience=0.2
        )

    async def submit(self, message: Message) -> Answered:
        """Like the dispatcher: works on when nobody waits any more, and knows a retry by its id."""
        if message.external_id not in self.work:
            self.work[message.external_id] = asyncio.ensure_future(self.handle(message))
        return await asyncio.shield(self.work[message.external_id])

    async def handle(self, message: Message) -> Answered:
        self.seen.append(message)
        if self.seconds:
            await asyncio.sleep(self.seconds.pop(0))
        if self.error:
            del self.work[message.external_id]
            raise self.error
        return Answered(self.replies)

    def deliver(self, query: str, body: bytes, _seconds: float) -> tuple[int, bytes]:
        return asyncio.run(self.request("POST", query, [body]))

    async def request(
        self, method: str, query: str, chunks: list[bytes], length: int | None = None
    ) -> tuple[int, bytes]:
        """One request, as an ASGI server makes it."""
        sent: list[dict[str, object]] = []
        waiting = list(chunks) or [b""]

        async def receive() -> dict[str, object]:
            body = waiting.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(waiting)}

        async def send(event: dict[str, object]) -> None:
            sent.append(event)

        headers = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {"type": "http", "method": method, "query_string": query.encode(), "headers": headers}
        await self.endpoint(scope, receive, send)
        return int(sent[0]["status"]), sent[1]["body"]


def phone(house: House) -> Phone:
    """A follower of the house."""
    return Phone(FakeWeChat(), house.line, "oVillage")


@pytest.mark.parametrize("aes_key", ["", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"])
def test_a_message_is_answered_in_plain_and_in_safe_mode(aes_key: str) -> None:
    """She writes and reads the answer; the reply counts as written."""
    house = House(aes_key=aes_key)
    assert phone(house).says("昨天搞了场讲座").text == "记下了。"
    assert (house.seen[0].text, house.written) == ("昨天搞了场讲座", [1])


def test_a_tapped_choice_says_its_words() -> None:
    """The links of the answer work on the phone, and an event that means nothing is acknowledged."""
    house = House(replies=[Reply("提交吗？", choices=choices("提交", "再改改"))])
    somebody = phone(house)
    somebody.follows("b:abc")
    somebody.taps(2)
    assert [(m.kind, m.text, m.choice_id) for m in house.seen] == [("event", "b:abc", ""), ("text", "再改改", "2")]
    assert somebody._event("VIEW", "menu", "https://example.org").statuses == [200]
    assert len(house.seen) == 2


def test_no_answer_is_success_and_long_ones_wait_for_pushing() -> None:
    """An empty answer is `success`; what does not fit is not carried."""
    house = House(replies=[])
    assert phone(house).says("嗯").statuses == [200]
    house.replies = [Reply("长" * 800)]
    outcome = phone(house).says("嗯")
    assert (outcome.text, outcome.fault, house.written) == ("", False, [0, 0])


def test_a_slow_answer_is_given_to_the_retry() -> None:
    """Nothing is acknowledged before it is stored: the second delivery waits for the same work and gets its answer."""
    house = House(seconds=[0.3])

    async def deliveries() -> list[tuple[int, bytes]]:
        xml = "<xml><ToUserName>gh_0123456789ab</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime>"
        xml += "<MsgType>text</MsgType><Content>x</Content><MsgId>77</MsgId></xml>"
        return [await house.request("POST", query, [body]) for query, body in (house.line.seal(xml) for _ in "12")]

    (first, _), (second, body) = asyncio.run(deliveries())
    assert (first, second) == (503, 200)
    assert house.line.unseal(body)["Content"] == "记下了。"
    assert len(house.seen) == 1


def test_what_was_not_stored_is_not_acknowledged(caplog: pytest.LogCaptureFixture) -> None:
    """A failing store gives 503 three times, and the log has neither her words nor her id."""
    house = House(error=RuntimeError("row of 王秀兰"))
    with caplog.at_level(logging.DEBUG):
        outcome = phone(house).says("秘密的话")
    assert (outcome.statuses, outcome.fault) == ([503, 503, 503], True)
    assert not any(word in caplog.text for word in ("秘密", "oVillage", "王秀兰"))


def test_bad_requests_do_nothing() -> None:
    """Wrong signature 403, unreadable body 400, too long 413 before or while it is read, other methods 405."""
    house = House()
    query, body = house.line.seal("<xml><A>1</A></xml>")

    def ask(method: str = "POST", query: str = query, chunks: tuple[bytes, ...] = (body,), length: int = 0) -> int:
        return asyncio.run(house.request(method, query, list(chunks), length or None))[0]

    assert ask(query=query.replace("nonce=", "nonce=1")) == 403
    assert ask(query="") == 403
    assert ask(query="&".join(f"a{i}=1" for i in range(500))) == 403
    assert ask(chunks=(b"not xml",)) == 400
    assert ask() == 400
    assert ask(chunks=(b"",)) == 400
    assert ask(length=MAX_BODY + 1) == 413
    assert ask(chunks=(b"x" * (MAX_BODY // 2),) * 3) == 413
    assert ask(chunks=(b"x" * (MAX_BODY + 1),)) == 413
    assert ask("PUT") == 405
    assert house.seen == []


def test_the_address_is_verified_with_the_echo_exactly() -> None:
    """WeChat's console gets its own bytes back, and nobody else does."""
    house = House()
    query = {"timestamp": "1700000000", "nonce": "n0nce", "echostr": "43751 &<é"}
    signed = urlencode(query | {"signature": sign("niangjia", "1700000000", "n0nce")})
    assert asyncio.run(house.request("GET", signed, [])) == (200, "43751 &<é".encode())
    assert asyncio.run(house.request("GET", urlencode(query | {"signature": "0" * 40}), []))[0] == 403
    assert asyncio.run(house.request("GET", "", []))[0] == 403
