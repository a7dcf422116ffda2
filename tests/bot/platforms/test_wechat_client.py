"""What is sent to WeChat's API, and what each of its failures means. The API is a real server on this machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.platforms import wechat_client
from bot.platforms.base import SendError
from bot.platforms.wechat import WeChat
from bot.platforms.wechat_client import TokenSource
from handlers.dialog.reply import Reply
from tests.kit.fake_wechat import FakeWeChat

TEXT = {"msgtype": "text", "text": {"content": "收到 <a href='x'>&</a>"}}
SEND = "message/custom/send"


@pytest.fixture
def api() -> Iterator[FakeWeChat]:
    """The API, with one follower who has just written."""
    with FakeWeChat() as fake:
        fake.acted("o1", "message")
        yield fake


def account(api: FakeWeChat, photos: dict[str, bytes] | None = None) -> WeChat:
    """Our side."""

    def open_photo(sha256: str) -> bytes:
        if sha256 not in (photos or {}):
            raise FileNotFoundError(sha256)
        return (photos or {})[sha256]

    return WeChat(
        appid=api.appid, token="niangjia", secret=api.secret, api_base=api.base, now=lambda: datetime.now(UTC),
        open_photo=open_photo,
    )  # fmt: skip


def run(wechat: WeChat, *sends: Coroutine[Any, Any, Any]) -> list[Any]:
    """Run the sends together; their results or exceptions."""

    async def together() -> list[Any]:
        try:
            return await asyncio.gather(*sends, return_exceptions=True)
        finally:
            await wechat.close()

    return asyncio.run(together())


def failure(api: FakeWeChat, *faults: int | str, payload: dict[str, Any] = TEXT, to: str = "o1") -> SendError:
    """What sending raises when these faults stand in its way."""
    api.fail("message/template/send" if "template_id" in payload else SEND, *faults)
    wechat = account(api)
    [error] = run(wechat, wechat.send(to, payload))
    assert isinstance(error, SendError)
    assert api.secret not in f"{error!r} {error} {error.__context__!r}"
    assert not api.token or api.token not in f"{error!r} {error}"
    return error


def test_a_text_arrives_as_written(api: FakeWeChat) -> None:
    """Chinese, quotes and links are not escaped on the way."""
    wechat = account(api)
    assert run(wechat, wechat.send("o1", TEXT)) == [""]
    assert api.texts("o1") == ["收到 <a href='x'>&</a>"]


def test_sixty_senders_fetch_one_token(api: FakeWeChat) -> None:
    """The token is fetched by one caller and shared; when it is refused, one of them replaces it."""
    api.followers["o1"].left = 1000
    wechat = account(api)

    async def twice() -> list[Any]:
        first = await asyncio.gather(*(wechat.send("o1", TEXT) for _ in range(60)))
        api.expire_token()
        return [*first, *await asyncio.gather(*(wechat.send("o1", TEXT) for _ in range(60)))]

    assert run(wechat, twice())[0] == [""] * 120
    assert api.tokens_issued == 2
    assert len(api.named("stable_token")) == 2
    assert len(api.texts("o1")) == 120


def test_a_token_that_stays_bad_is_tried_twice_and_no_more(api: FakeWeChat) -> None:
    """Then the account counts as blocked; nothing recurses."""
    error = failure(api, 40001, 40001, 40001, 40001)
    assert (error.code, error.account_blocked, error.retryable) == ("40001", True, True)
    assert len(api.named(SEND)) == 2


def test_a_wrong_secret_is_an_operators_matter(api: FakeWeChat) -> None:
    """Whoever waits for the token is told without another attempt each, and no text holds the secret."""
    wechat = WeChat(appid=api.appid, token="t", secret="wrong-one", api_base=api.base, now=lambda: datetime.now(UTC))
    errors = run(wechat, *(wechat.send("o1", TEXT) for _ in range(20)))
    assert {(e.code, e.account_blocked) for e in errors} == {("40125", True)}
    assert "wrong-one" not in repr(errors)
    assert len(api.named("stable_token")) == 1


@pytest.mark.parametrize(
    ("fault", "flags"),
    [
        (-1, {"retryable"}),
        (45011, {"retryable"}),
        (45009, {"retryable", "account_blocked"}),
        (40003, {"recipient_gone"}),
        (45015, {"window_closed"}),
        (45047, {"window_closed"}),
        (48001, {"account_blocked"}),
        (45002, set()),
        ("drop", {"ambiguous"}),
        ("drop-after", {"ambiguous"}),
        ("500", {"ambiguous"}),
        ("garbage", {"ambiguous"}),
        ("429", {"retryable"}),
    ],
)
def test_each_failure_says_what_to_do(api: FakeWeChat, fault: int | str, flags: set[str]) -> None:
    """An error in a 200, a lost answer and a refused person are told apart."""
    error = failure(api, fault)
    names = ("retryable", "ambiguous", "recipient_gone", "window_closed", "account_blocked")
    assert {name for name in names if getattr(error, name)} == flags


def test_a_time_out_after_sending_is_ambiguous(api: FakeWeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has arrived, and we cannot know."""
    monkeypatch.setattr(wechat_client, "TIMEOUT", httpx.Timeout(0.4))
    error = failure(api, "hang")
    assert (error.code, error.ambiguous, error.retryable) == ("time-out", True, False)
    assert len(api.texts("o1")) == 1


def test_nobody_at_home_may_be_tried_again() -> None:
    """A refused connection has sent nothing."""
    with FakeWeChat() as gone:
        pass
    wechat = account(gone)
    [error] = run(wechat, wechat.send("o1", TEXT))
    assert (error.code, error.retryable, error.ambiguous) == ("connect", True, False)


def test_the_window_holds_five_messages_and_three_after_a_tap(api: FakeWeChat) -> None:
    """The fake account keeps WeChat's rules, and our errors say that the rest has to wait."""
    wechat = account(api)

    async def sends(count: int) -> list[Any]:
        return [await asyncio.gather(wechat.send("o1", TEXT), return_exceptions=True) for _ in range(count)]

    async def both() -> tuple[list[Any], list[Any]]:
        first = await sends(6)
        api.acted("o1", "menu")
        return first, await sends(4)

    [(first, second)] = run(wechat, both())
    assert [r[0] if r[0] == "" else r[0].code for r in first] == [""] * 5 + ["45047"]
    assert [r[0] if r[0] == "" else r[0].code for r in second] == [""] * 3 + ["45047"]


def test_a_template_message_is_delivered_once_however_often_it_is_tried(api: FakeWeChat) -> None:
    """The key makes the platform drop the repeat, so that a lost answer may be tried again."""
    payload = WeChat.template("TEMPLATE1", {"thing1": "季度报表"}, key="R-17")
    error = failure(api, "drop-after", payload=payload)
    assert (error.retryable, error.ambiguous) == (True, False)
    wechat = account(api)
    [first, second] = [run(wechat, wechat.send("o1", payload))[0] for _ in range(2)]
    assert first == second != ""
    assert len(api.screen["o1"]) == 1


def test_a_template_field_that_is_too_long_is_final(api: FakeWeChat) -> None:
    """Wrong data is for an operator to see, not for a retry."""
    error = failure(api, payload=WeChat.template("TEMPLATE1", {"thing1": "长" * 21}, key="R-18"))
    assert (error.code, error.retryable, error.recipient_gone) == ("47003", False, False)


def test_a_picture_is_uploaded_and_sent(api: FakeWeChat) -> None:
    """The bytes arrive whole, also when the token expires on the way."""
    wechat = account(api, {"ab": b"\xff\xd8photo"})
    [payload] = wechat.render(Reply("", photos=("ab",)), "o1")
    api.fail("media/upload", 42001)
    assert run(wechat, wechat.send("o1", payload)) == [""]
    media_id = api.screen["o1"][0]["image"]["media_id"]
    assert api.media[media_id] == ("image/jpeg", b"\xff\xd8photo")
    [error] = run(wechat, wechat.send("o1", {"msgtype": "image", "photo": "gone"}))
    assert error.code == "photo-missing"


def test_the_rare_calls_go_through_wechatpy(api: FakeWeChat) -> None:
    """Menu, QR code and download work, and a missing medium is an error without the token in it."""
    wechat = account(api)
    api.media["M1"] = ("image/jpeg", b"\xff\xd8in")
    buttons = [{"type": "click", "name": "今日任务", "key": "待办"}]
    office = wechat.official_account
    calls = office.create_menu(buttons), office.create_qrcode("b:1", 600), office.download("M1"), office.download("M0")
    menu, url, media, missing = run(wechat, *calls)
    assert (menu, url, media.content) == (None, "http://weixin.qq.com/q/b:1", b"\xff\xd8in")
    assert api.menu == {"button": buttons}
    assert isinstance(missing, SendError)
    assert missing.code == "40007"
    assert api.token not in repr(missing)


def test_a_refused_token_is_forced_only_once_a_minute(api: FakeWeChat) -> None:
    """WeChat allows twenty forced refreshes a day."""
    source = TokenSource(api.appid, api.secret, api.base)
    token = source.get()
    fresh = source.get(bad=token)
    assert fresh != token
    assert source.get(bad=fresh) == fresh
    forced = [call for call in api.named("stable_token") if call.shape["force_refresh"]]
    assert len(forced) == 1
    assert threading.active_count() < 50
