"""How an official account's callbacks are read, answered and rendered."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
import xmltodict

from bot.platforms.base import Inbound, Malformed
from bot.platforms.wechat import SUCCESS, Callback, WeChat
from handlers.dialog.message import Attachment, Message
from handlers.dialog.reply import Choice, Reply, choices
from tests.kit.wechat_phone import Line

NOW = datetime(2026, 3, 8, 6, 0, tzinfo=UTC)
LINE = Line("", clock=NOW.timestamp)
COMMON = {"ToUserName": "gh_0123456789ab", "FromUserName": "oVillage", "CreateTime": "1772949600"}
BODY = "<xml>{}</xml>"


@pytest.fixture
def wechat() -> WeChat:
    """The account of the tests, in safe mode."""
    return WeChat(appid=LINE.appid, token=LINE.token, aes_key=LINE.aes_key, now=lambda: NOW)


def inbound(fields: dict[str, object]) -> Inbound:
    """A callback with these fields."""
    query, body = LINE.seal(xmltodict.unparse({"xml": COMMON | fields}, full_document=False))
    return Inbound(dict(parse_qsl(query)), body)


def read(wechat: WeChat, **fields: object) -> Message:
    """The message in a callback with these fields."""
    message = wechat.read(inbound(fields))
    assert message is not None
    return message


def test_a_text_is_a_message_with_its_own_id(wechat: WeChat) -> None:
    """Sender, text and MsgId are taken over; the time is ours."""
    assert read(wechat, MsgType="text", Content=" 昨天搞了场讲座 \x07", MsgId="24105") == Message(
        platform="wechat", account=LINE.appid, sender="oVillage", external_id="24105", received_at=NOW,
        text="昨天搞了场讲座",
    )  # fmt: skip


def test_a_tapped_link_brings_its_id_and_a_blank_text_is_empty(wechat: WeChat) -> None:
    """The menu id comes along where WeChat gives it back."""
    assert read(wechat, MsgType="text", Content="提交", MsgId="1", bizmsgmenuid="1").choice_id == "1"
    assert read(wechat, MsgType="text", Content="", MsgId="2").text == ""


def test_dictation_is_text(wechat: WeChat) -> None:
    """What WeChat recognised is what she said; without recognition the voice is still there."""
    heard = read(wechat, MsgType="voice", MediaId="V1", Format="amr", Recognition="来了三十六个人。", MsgId="3")
    assert (heard.kind, heard.text) == ("voice", "来了三十六个人。")
    assert heard.attachments == (Attachment("voice", media_id="V1"),)
    assert read(wechat, MsgType="voice", MediaId="V1", Format="amr", MsgId="4").text == ""


def test_pictures_files_places_and_links_keep_what_they_carry(wechat: WeChat) -> None:
    """Pictures by media id (never by address), files by name and key, places and links in words."""
    photo = read(wechat, MsgType="image", PicUrl="http://10.0.0.1/x", MediaId="P1", MsgId="5")
    assert photo.attachments == (Attachment("image", media_id="P1"),)
    assert read(wechat, MsgType="shortvideo", MediaId="S1", MsgId="6").attachments[0].kind == "video"
    file = read(wechat, MsgType="file", Title="总结.docx", FileKey="K", FileTotalLen="123", MsgId="7")
    assert (file.kind, file.attachments) == ("file", (Attachment("file", "总结.docx", "K", size=123),))
    place = read(wechat, MsgType="location", Location_X="30.1", Location_Y="104.2", Label="柳河村村部", MsgId="8")
    assert (place.kind, place.text) == ("location", "柳河村村部 (30.1,104.2)")
    link = read(wechat, MsgType="link", Title="题", Description="述", Url="https://example.org", MsgId="9")
    assert link.text == "题\n述\nhttps://example.org"
    assert read(wechat, MsgType="new_kind", MsgId="10").kind == "other"


@pytest.mark.parametrize(
    ("fields", "event", "text"),
    [
        ({"Event": "subscribe", "EventKey": "qrscene_b:abc", "Ticket": "TK"}, "subscribe", "b:abc"),
        ({"Event": "subscribe", "EventKey": ""}, "subscribe", ""),
        ({"Event": "unsubscribe"}, "unsubscribe", ""),
        ({"Event": "SCAN", "EventKey": "b:abc", "Ticket": "TK"}, "scan", "b:abc"),
        ({"Event": "CLICK", "EventKey": "待办"}, "click", "待办"),
        ({"Event": "scancode_waitmsg", "ScanCodeInfo": {"ScanResult": "42"}}, "scancode_waitmsg", "42"),
        ({"Event": "TEMPLATESENDJOBFINISH", "MsgID": "2002", "Status": "success"}, "templatesendjobfinish", "success"),
    ],
)
def test_an_event_is_a_message_of_its_own_kind(wechat: WeChat, fields: dict[str, str], event: str, text: str) -> None:
    """Its name is in lower case, its key or scene is the text."""
    message = read(wechat, MsgType="event", **fields)
    assert (message.kind, message.event, message.text) == ("event", event, text)


def test_events_are_told_apart_without_a_message_id(wechat: WeChat) -> None:
    """Two different events of one second are two, the same one delivered again is one, a long key is no problem."""
    first = read(wechat, MsgType="event", Event="CLICK", EventKey="a").external_id
    assert first == "oVillage:1772949600:click:a"
    assert read(wechat, MsgType="event", Event="CLICK", EventKey="a").external_id == first
    assert read(wechat, MsgType="event", Event="CLICK", EventKey="b").external_id != first
    assert len(read(wechat, MsgType="event", Event="CLICK", EventKey="b" * 900).external_id) <= 200
    finished = [read(wechat, MsgType="event", Event="TEMPLATESENDJOBFINISH", MsgID=i, Status="success") for i in "12"]
    assert finished[0].external_id != finished[1].external_id


def test_events_that_mean_nothing_are_not_kept(wechat: WeChat) -> None:
    """Opening a link of the menu, or where she is, is nothing to talk about."""
    assert wechat.read(inbound({"MsgType": "event", "Event": "VIEW", "EventKey": "https://example.org"})) is None
    assert wechat.read(inbound({"MsgType": "event", "Event": "LOCATION", "Latitude": "1", "Longitude": "2"})) is None


@pytest.mark.parametrize("missing", ["MsgType", "FromUserName", "ToUserName", "CreateTime"])
def test_a_message_without_its_head_is_unreadable(wechat: WeChat, missing: str) -> None:
    """A sealed and signed body that lacks what every message has is refused."""
    fields = COMMON | {"MsgType": "text", "Content": "x", "MsgId": "1"}
    del fields[missing]
    query, body = LINE.seal(xmltodict.unparse({"xml": fields}, full_document=False))
    with pytest.raises(Malformed):
        wechat.read(Inbound(dict(parse_qsl(query)), body))


def test_choices_are_links_and_numbers(wechat: WeChat) -> None:
    """A tap says the choice's words; where links are not shown, the number does."""
    [payload] = wechat.render(Reply("提交吗？", choices=(Choice("是", 'a"&<b'), Choice("不"))), "oVillage")
    assert payload == {"msgtype": "text", "text": {"content": (
        '提交吗？\n\n1. <a href="weixin://bizmsgmenu?msgmenucontent=a%22%26%3Cb&msgmenuid=1">是</a>\n'
        '2. <a href="weixin://bizmsgmenu?msgmenucontent=不&msgmenuid=2">不</a>\n（点一下，或回复数字）'
    )}}  # fmt: skip


def test_nobody_can_put_a_link_into_what_others_read(wechat: WeChat) -> None:
    """A typed anchor is shown as it was typed and leads nowhere."""
    [payload] = wechat.render(Reply('报了：< A href="https://evil.example">点我</a> 3<5'), "oOfficial")
    assert payload["text"]["content"] == '报了：＜ A href="https://evil.example">点我＜/a> 3<5'


def test_pictures_follow_the_text(wechat: WeChat) -> None:
    """A picture is a message of its own, by its stored name until it is sent."""
    assert [p["msgtype"] for p in wechat.render(Reply("照片", photos=("a" * 64,)), "o")] == ["text", "image"]


def answered(wechat: WeChat, *replies: Reply) -> tuple[str, int]:
    """The text of the answer to a callback, and how many replies it carries."""
    body, carried = wechat.answer(Callback(None, "oVillage", "gh_0123456789ab"), replies)
    if body == SUCCESS:
        return "", carried
    fields = LINE.unseal(body)
    assert (fields["ToUserName"], fields["FromUserName"]) == ("oVillage", "gh_0123456789ab")
    return fields["Content"], carried


def test_an_answer_joins_replies_while_they_fit(wechat: WeChat) -> None:
    """One text is all a callback takes: choices end it, and what is too long or has pictures is left for pushing."""
    assert answered(wechat) == ("", 0)
    assert answered(wechat, Reply("甲"), Reply("乙")) == ("甲\n\n乙", 2)
    text, carried = answered(wechat, Reply("甲", choices=choices("是")), Reply("乙"))
    assert (text.count("\n"), carried) == (3, 1)
    assert answered(wechat, Reply("长" * 600), Reply("长" * 600)) == ("长" * 600, 1)
    assert answered(wechat, Reply("长" * 700)) == ("", 0)
    assert answered(wechat, Reply("甲"), Reply("图", photos=("a" * 64,))) == ("甲", 1)


def test_an_answer_cannot_be_broken_out_of(wechat: WeChat) -> None:
    """What she wrote comes back as text, whatever it contains."""
    assert answered(wechat, Reply("]]></Content><X>1</X>\x00"))[0] == "]] ></Content><X>1</X>"
