"""The chat page's HTTP: talk as somebody of the example county, read back what reached others, send photos."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.kit import world
from tests.kit.clock import Clock

PHONE = {one.name: one.phone for one in world.PEOPLE}
HERS = "昨天下午在村部搞了场反家暴讲座，来了三十六个人"


@pytest.fixture
def client(site: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site, timeout=20) as opened:
        yield opened


def say(client: httpx.Client, name: str, text: str, **more: Any) -> list[dict[str, Any]]:
    response = client.post("/chat/messages", json={"person": PHONE[name], "text": text, **more})
    assert response.status_code == 200, response.text
    replies: list[dict[str, Any]] = response.json()["replies"]
    return replies


def heard(client: httpx.Client, name: str, after: int = 0) -> list[dict[str, Any]]:
    response = client.get("/chat/messages", params={"person": PHONE[name], "after": after})
    assert response.status_code == 200, response.text
    messages: list[dict[str, Any]] = response.json()["messages"]
    return messages


def picture(colour: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def test_everybody_with_a_post_can_be_picked(client: httpx.Client) -> None:
    """The list names her phone, name, post and unit, and the units above in reading order."""
    people = client.get("/chat/people").json()
    assert {one["phone"] for one in people} == set(PHONE.values())
    her = next(one for one in people if one["name"] == "王秀兰")
    assert her["post"] == "妇代会主任"
    assert her["unit"] == "柳溪村妇代会"
    assert her["unit_code"] == "990121101001"
    assert her["above"] == ["990121101", "990121", "990100"]
    assert her["official"] is False
    assert next(one for one in people if one["name"] == "赵玉梅")["official"] is True


def test_a_report_is_shown_back_and_filed_by_a_tap(client: httpx.Client) -> None:
    """What she says is answered with choices; a choice's label sent back is the tap."""
    [card] = say(client, "王秀兰", HERS)
    assert "36人" in card["text"]
    assert "对" in card["choices"]
    [receipt] = say(client, "王秀兰", "对")
    assert "编号" in receipt["text"]


def test_a_repeat_gets_the_same_answer_and_no_second_effect(client: httpx.Client) -> None:
    """The same id twice is one message; without an id each message is a new one."""
    first = say(client, "王秀兰", HERS, id="once")
    assert say(client, "王秀兰", HERS, id="once") == first
    assert len(heard(client, "王秀兰")) == 1
    say(client, "王秀兰", "帮助")
    say(client, "王秀兰", "帮助")
    assert len(heard(client, "王秀兰")) == 3


def test_two_people_may_use_the_same_id(client: httpx.Client) -> None:
    """An id tells the repeats of one person, not of all."""
    say(client, "王秀兰", "帮助", id="1")
    say(client, "李玉芬", "帮助", id="1")
    assert len(heard(client, "李玉芬")) == 1


def test_the_time_can_be_given_for_trying_things_out(client: httpx.Client) -> None:
    """`at` is when she says it; without a zone it is the example county's own time."""
    [card] = say(client, "王秀兰", HERS, at="2026-12-02T10:00:00")
    assert "12月1日" in card["text"]


def test_what_goes_to_others_is_read_back(client: httpx.Client) -> None:
    """A duty handed down reaches the villages' pages, and `after` asks only for what is new."""
    say(client, "赵玉梅", "下发任务 每村办1场反家暴讲座，11月25日前，依据澜妇〔2026〕36号")
    say(client, "赵玉梅", "下发")
    messages: list[dict[str, Any]] = []
    for _ in range(100):
        messages = heard(client, "王秀兰")
        if messages:
            break
        time.sleep(0.05)
    assert "反家暴讲座" in messages[0]["text"]
    assert heard(client, "王秀兰", after=messages[-1]["n"]) == []


def test_a_photo_is_kept_and_shown(client: httpx.Client) -> None:
    """A picture is uploaded, sent with words, and can be looked at again."""
    kept = client.post("/chat/photos", files={"photo": ("a.jpg", picture(), "image/jpeg")})
    assert kept.status_code == 200, kept.text
    sha256 = kept.json()["photo"]
    shown = client.get(f"/chat/photos/{sha256}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(shown.content)).size == (64, 48)
    say(client, "王秀兰", HERS)
    assert say(client, "王秀兰", "", photos=[sha256])
    raw = client.post("/chat/photos", content=picture("navy"), headers={"Content-Type": "image/jpeg"})
    assert raw.status_code == 200


WRONG = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b'"\xff"', 400),
    (b"{}", 400),
    (b'{"person": 1, "text": "x"}', 400),
    (b'{"person": "19900001007", "text": 5}', 400),
    (b'{"person": "19900001007", "text": "x", "id": ""}', 400),
    (b'{"person": "19900001007", "text": "x", "id": 7}', 400),
    (b'{"person": "19900001007", "text": "x", "at": "yesterday"}', 400),
    (b'{"person": "19900001007", "text": "x", "at": "0001-01-01T00:00:00+14:00"}', 400),
    (b'{"person": "19900001007", "text": "x", "at": 5}', 400),
    (b'{"person": "19900001007", "text": "x", "photos": ["../../etc"]}', 400),
    (b'{"person": "10000000000", "text": "x"}', 404),
    (b'{"person": "19900001007", "text": "' + b"x" * (1 << 20) + b'"}', 413),
]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_wrong_message_is_told_what_is_wrong(client: httpx.Client) -> None:
    """A status of 4xx and a Chinese sentence; nothing is said in her name."""
    for body, status in WRONG:
        response = client.post("/chat/messages", content=body)
        assert response.status_code == status, (body[:80], response.text)
        assert any("一" <= letter <= "龥" for letter in response.json()["error"])
    assert heard(client, "王秀兰") == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_other_wrong_requests_are_told_too(client: httpx.Client) -> None:
    """Unknown people and photos, numbers that are none, files that are no pictures."""
    assert client.get("/chat/messages").status_code == 400
    assert client.get("/chat/messages", params={"person": "1"}).status_code == 404
    for after in ("-1", "x", "9" * 30, "²"):
        wrong = client.get("/chat/messages", params={"person": PHONE["王秀兰"], "after": after})
        assert wrong.status_code == 400, after
    assert client.get("/chat/photos/" + "0" * 64).status_code == 404
    assert client.get("/chat/photos/..%2f..%2fsecret").status_code == 404
    for content in (b"", b"hello", picture()[:200]):
        assert client.post("/chat/photos", files={"photo": ("a.jpg", content, "image/jpeg")}).status_code == 400
    assert client.post("/chat/photos", content=b"x" * (13 << 20)).status_code == 413


ODD = ["", " ", "😀", "\x00\x01", "啊" * 4000, "​", "2", "取消", "？"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_odd_messages_get_a_helpful_sentence(client: httpx.Client) -> None:
    """Empty, blank, emoji, control characters, 4,000 characters: answered, never an error."""
    for text in ODD:
        replies = say(client, "王秀兰", text)
        assert replies, text
        assert len(replies[0]["text"]) > 5, text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_page_asks_only_its_own_server(client: httpx.Client) -> None:
    """The page, its style and its script come from here, and the policy allows nothing else."""
    page = client.get("/chat")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    for path in ("chat.css", "chat.js", "words.js", "niangjia.svg"):
        assert client.get(f"/chat/static/{path}").status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_time_stands_still_unless_moved(client: httpx.Client, now: Clock) -> None:
    """The server's clock is the test's clock."""
    [card] = say(client, "王秀兰", HERS)
    assert f"{world.START.month}月{world.START.day - 1}日" in card["text"]
    assert now.now() == world.START
