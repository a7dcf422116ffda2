"""WeChat's envelope: signatures, AES and XML, read strictly and written safely; the same scheme serves WeCom.

Measured against wechatpy's own `WeChatCrypto` (which the tests hold it to, both ways) it costs a fifth: one cipher
object for all messages and expat without a dictionary library between. Facts: platforms.md §1.1 and §6 in the issue's
material; https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
import time
from collections.abc import Callable, Mapping
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.platforms.base import Forged, Malformed, without_controls

#: Seconds a request's timestamp may be off: a retry may carry the first one's, and small servers have poor clocks.
TIMESTAMP_WINDOW = 600
#: PKCS#7 is padded to 32 here, not to AES' 16.
_BLOCK = 32
#: A message is two levels deep, lists in events four; more is an attack on the parser.
_MAX_DEPTH = 12
_MAX_FIELDS = 2_000


def signature(*parts: str) -> str:
    """SHA-1 (hex) of the byte-sorted parts joined with nothing."""
    return hashlib.sha1(b"".join(sorted(p.encode() for p in parts)), usedforsecurity=False).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    """Whether `given` is the parts' signature, compared in constant time."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


class Codec:
    """Opens and seals the messages of one account. `clock` gives Unix seconds.

    Without an AES key the account talks plainly; with one, plain messages are refused: whoever has seen one signed
    query could otherwise send any body with it, for the plain signature does not cover the body.
    """

    def __init__(
        self, *, token: str, aes_key: str = "", receiver: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        if not token:
            raise ValueError("an empty token would let anybody sign")
        self._token = token
        self._receiver = receiver.encode()
        self._clock = clock
        self._cipher: Cipher[CBC] | None = None
        if aes_key:
            try:
                key = base64.b64decode(aes_key + "=", validate=True)
            except binascii.Error:
                key = b""
            if len(aes_key) != 43 or len(key) != 32:
                raise ValueError("EncodingAESKey has 43 characters of A-Z a-z 0-9")
            if not receiver:
                raise ValueError("the receiver's id is needed to check whom a message is for")
            self._cipher = Cipher(AES256(key), CBC(key[:16]))

    @property
    def is_safe(self) -> bool:
        """Whether messages are encrypted."""
        return self._cipher is not None

    def echo(self, query: Mapping[str, str]) -> str:
        """The answer to the platform's verification of our address. Its age does not matter: it changes nothing."""
        given = query.get("signature", "")
        if not given or not is_signed(given, self._token, query.get("timestamp", ""), query.get("nonce", "")):
            raise Forged("wrong signature")
        return query.get("echostr", "")

    def open(self, query: Mapping[str, str], body: bytes) -> dict[str, str]:
        """The fields of a message, after everything about its envelope has been checked. Raises Forged or Malformed."""
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if self._cipher is None:
            given = query.get("signature", "")
            if not given or not is_signed(given, self._token, timestamp, nonce):
                raise Forged("wrong signature")
            self._check_age(timestamp)
            if query.get("encrypt_type") == "aes":
                raise Malformed("encrypted, but no EncodingAESKey is set")
            return fields(body)
        given = query.get("msg_signature", "")
        if not given:
            raise Forged("not encrypted, but an EncodingAESKey is set")
        encrypted = fields(body).get("Encrypt", "")
        if not encrypted:
            raise Malformed("nothing encrypted in it")
        if not is_signed(given, self._token, timestamp, nonce, encrypted):
            raise Forged("wrong signature")
        self._check_age(timestamp)
        return fields(self.decrypt(encrypted))

    def seal(self, xml: str) -> bytes:
        """A reply as it goes back: as it is, or in an encrypted and signed envelope."""
        if self._cipher is None:
            return xml.encode()
        encrypted = self.encrypt(xml.encode())
        timestamp, nonce = str(int(self._clock())), os.urandom(8).hex()
        signed = signature(self._token, timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signed}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        ).encode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message in a base64 cipher text: 16 random bytes, its length, itself, the receiver's id, padding."""
        if self._cipher is None:
            raise Malformed("no EncodingAESKey is set")
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("not base64") from None
        if len(sealed) < _BLOCK or len(sealed) % 16:
            raise Malformed("not whole AES blocks")
        plain = self._cipher.decryptor().update(sealed)
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes((pad,)) * pad or len(plain) - pad < 20:
            raise Malformed("wrong padding")
        (size,) = struct.unpack_from(">I", plain, 16)
        end = 20 + size
        if end > len(plain) - pad:
            raise Malformed("wrong length")
        if not hmac.compare_digest(plain[end : len(plain) - pad], self._receiver):
            raise Forged("meant for another receiver")
        return plain[20:end]

    def encrypt(self, message: bytes, *, random: bytes | None = None) -> str:
        """The base64 cipher text of a message. `random` (16 bytes) is given only by tests."""
        if self._cipher is None:
            raise ValueError("no EncodingAESKey is set")
        plain = b"".join((random or os.urandom(16), struct.pack(">I", len(message)), message, self._receiver))
        pad = _BLOCK - len(plain) % _BLOCK
        return base64.b64encode(self._cipher.encryptor().update(plain + bytes((pad,)) * pad)).decode()

    def _check_age(self, timestamp: str) -> None:
        """A captured request may not be played back later."""
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            raise Forged("no timestamp")
        if abs(self._clock() - int(timestamp)) > TIMESTAMP_WINDOW:
            raise Forged("timestamp too far from our clock")


def fields(xml: bytes) -> dict[str, str]:
    """The leaves of a message by name, nested ones by path ("ScanCodeInfo/ScanResult"); the first one counts.

    Document types and entities are refused: none of them has a place in a message.
    """
    try:
        return _parse(xml)
    except expat.ExpatError as error:
        # a phone can send control characters, which XML cannot hold: what she wrote around them still counts
        shown = without_controls(xml.decode("utf-8", "replace")).encode()
        if shown == xml:
            raise Malformed(f"not XML: {expat.ErrorString(error.code)}") from None
    try:
        return _parse(shown)
    except expat.ExpatError as error:
        raise Malformed(f"not XML: {expat.ErrorString(error.code)}") from None


def _parse(xml: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    path: list[str] = []
    text: list[str] = []

    def start(name: str, _attributes: object) -> None:
        if len(path) > _MAX_DEPTH or len(found) > _MAX_FIELDS:
            raise Malformed("too much XML")
        path.append(name)
        text.clear()

    def end(_name: str) -> None:
        if len(path) == 2:
            found.setdefault(path[1], "".join(text))
        elif len(path) > 2 and text:
            found.setdefault("/".join(path[1:]), "".join(text))
        path.pop()
        text.clear()

    def refuse(*_declaration: object) -> None:
        raise Malformed("document type in a message")

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.Parse(xml, True)
    return found


def cdata(text: str) -> str:
    """A text as XML character data: control characters gone, and no `]]>` that would end it early."""
    return f"<![CDATA[{without_controls(text).replace(']]>', ']] >')}]]>"
