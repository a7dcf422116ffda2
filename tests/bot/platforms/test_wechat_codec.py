"""WeChat's envelope: the published vector, wechatpy both ways, and what is refused."""

from __future__ import annotations

import base64
import contextlib
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.base import Forged, Malformed, without_controls
from bot.platforms.wechat_codec import Codec, cdata, fields, signature
from tests.kit.wechat_phone import Line

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APPID = "wx1234567890abcdef"
AT = 1_700_000_000
ENCRYPTED = (
    "Q3stYC6hdFzMh9T8HCvyDABg/St6gyAQr9CXQpH3/rKUjJoJe8uR8izGnmx1dQL5p6NXsB9xaLbDbJ3Ku/EpKmsOPjqCmCqmvQ6fMkttCuYN"
    "P/BVLMPYXT9p6NLYcPnk"
)
PLAIN = b"<xml><MsgType>text</MsgType></xml>"
SIGNED = {"signature": "5ae26c8dd584c374885375ca61a5354a23070cfb", "timestamp": str(AT), "nonce": "n0nce"}
SAFE = SIGNED | {"encrypt_type": "aes", "msg_signature": "0651ed958cdc2607030f2bf37c66c17b27db2004"}
ENVELOPE = f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{ENCRYPTED}]]></Encrypt></xml>".encode()


def codec(**more: object) -> Codec:
    """The vector's account, at the vector's time."""
    options = {"token": "niangjia", "aes_key": KEY, "receiver": APPID, "clock": lambda: AT} | more
    return Codec(**options)


def test_the_vector_is_sealed_and_opened_as_others_do() -> None:
    """An independent implementation and wechatpy agree on these bytes, and so do we."""
    assert signature("niangjia", str(AT), "n0nce") == SIGNED["signature"]
    assert signature("niangjia", str(AT), "n0nce", ENCRYPTED) == SAFE["msg_signature"]
    assert codec().encrypt(PLAIN, random=b"0123456789abcdef") == ENCRYPTED
    assert codec().decrypt(ENCRYPTED) == PLAIN
    assert codec().open(SAFE, ENVELOPE) == {"MsgType": "text"}
    assert codec().echo(SIGNED | {"echostr": "4375"}) == "4375"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=600))
def test_wechatpy_and_we_understand_each_other(text: str) -> None:
    """What wechatpy seals we open, and what we seal wechatpy opens, for any text."""
    line = Line("", clock=lambda: AT)
    said = without_controls(text).replace("\r", "").strip()
    xml = f"<xml><FromUserName>o1</FromUserName><Content>{cdata(said)}</Content></xml>"
    query, body = line.seal(xml)
    assert codec().open(dict(parse_qsl(query)), body)["Content"] == said.replace("]]>", "]] >")
    assert (line.unseal(codec().seal(xml))["Content"] or "") == said.replace("]]>", "]] >")


def test_a_wrong_signature_is_forged_whatever_else_is_right() -> None:
    """Signature, nonce, timestamp and cipher text are covered; the check of the address is, too."""
    wrong = {"msg_signature": "0" * 40, "nonce": "other", "timestamp": str(AT + 1)}
    for name, value in [*wrong.items(), ("msg_signature", "")]:
        with pytest.raises(Forged):
            codec().open(SAFE | {name: value}, ENVELOPE)
    with pytest.raises(Forged):
        codec().open(SAFE | {"msg_signature": SIGNED["signature"]}, ENVELOPE)
    with pytest.raises(Forged):
        codec().echo(SIGNED | {"signature": "ä" * 40})
    with pytest.raises(Forged):
        codec().echo({})


def test_plain_messages_are_refused_once_a_key_is_set() -> None:
    """Whoever has seen one signed query cannot send a body of his own with it; in 兼容 mode only the cipher counts."""
    with pytest.raises(Forged):
        codec().open(SIGNED, PLAIN)
    both = ENVELOPE.replace(b"<Encrypt>", b"<MsgType>event</MsgType><Encrypt>")
    assert codec().open(SAFE, both) == {"MsgType": "text"}


def test_plain_mode_reads_plain_messages_and_no_others() -> None:
    """Without a key the plain signature is checked; an encrypted message cannot be read."""
    plain = codec(aes_key="")
    assert plain.open(SIGNED, PLAIN) == {"MsgType": "text"}
    assert plain.seal("<xml/>") == b"<xml/>"
    with pytest.raises(Malformed):
        plain.open(SAFE, ENVELOPE)
    with pytest.raises(Forged):
        plain.open(SIGNED | {"signature": ""}, PLAIN)


def test_a_message_from_another_time_is_refused() -> None:
    """Ten minutes either way are allowed, for a retry carries the first delivery's time."""
    assert codec(clock=lambda: AT + 599).open(SAFE, ENVELOPE)
    for off in (601, -601):
        with pytest.raises(Forged):
            codec(clock=lambda off=off: AT + off).open(SAFE, ENVELOPE)


def test_a_message_for_another_account_is_refused() -> None:
    """The receiver's id inside the cipher text must be ours."""
    with pytest.raises(Forged):
        codec(receiver="wx_other").open(SAFE, ENVELOPE)


@given(st.binary(max_size=200), st.booleans())
def test_any_cipher_text_is_read_or_refused(garbage: bytes, whole: bool) -> None:
    """Signed garbage raises Malformed or Forged and nothing else."""
    sealed = garbage + bytes(-len(garbage) % 16) if whole else garbage
    with pytest.raises((Malformed, Forged)):
        codec().decrypt(base64.b64encode(sealed).decode())
    with pytest.raises((Malformed, Forged)):
        codec().decrypt(garbage.decode("latin-1"))


@given(st.one_of(st.binary(max_size=300), st.text("<>/!xml[]CDATA&; \"'=?", max_size=200).map(str.encode)))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """The XML reader gives fields or raises Malformed."""
    with contextlib.suppress(Malformed):
        assert isinstance(fields(body), dict)


def test_document_types_entities_and_deep_nesting_are_refused() -> None:
    """No external file, no billion laughs, no pile of elements."""
    for body in (
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><A>1</A></xml>',
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><A>&a;</A></xml>',
        b"<xml>" + b"<a>" * 100_000,
        b"<xml><A>&undefined;</A></xml>",
    ):
        with pytest.raises(Malformed):
            fields(body)


def test_control_characters_do_not_lose_a_message() -> None:
    """What a phone can send and XML cannot hold is left out, the rest is read."""
    assert fields(b"<xml><A><![CDATA[a\x07b\x00c\xff]]></A></xml>") == {"A": "abc\N{REPLACEMENT CHARACTER}"}


def test_fields_are_leaves_by_name_and_nested_ones_by_path() -> None:
    """The first of two equal names counts."""
    body = b"<xml><A><![CDATA[1]]>2</A><A>3</A><B><C>4</C><D><E>5</E></D></B></xml>"
    assert fields(body) == {"A": "12", "B/C": "4", "B/D/E": "5", "B": ""}


def test_nobody_can_leave_a_text_field() -> None:
    """A `]]>` in what she wrote ends nothing, and control characters do not break the answer."""
    xml = f"<xml><A>{cdata(']]></A><B>1</B>' + chr(8) + chr(0))}</A></xml>"
    assert fields(xml.encode()) == {"A": "]] ></A><B>1</B>"}


def test_unsafe_settings_are_refused() -> None:
    """An empty token, a short key or a missing receiver would make signatures worthless."""
    for bad in ({"token": ""}, {"aes_key": "short"}, {"aes_key": "*" * 43}, {"receiver": ""}):
        with pytest.raises(ValueError):
            codec(**bad)


def test_the_random_bytes_differ() -> None:
    """The same message is never sealed to the same bytes."""
    assert codec().encrypt(PLAIN) != codec().encrypt(PLAIN)

