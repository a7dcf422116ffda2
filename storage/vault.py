"""Seals what is personal: encrypted columns and keyed hashes for exact look-up (PIPL art. 51: encryption, de-identification)."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session


class SealBroken(ValueError):
    """A sealed value cannot be opened: it was sealed under another secret key, or it was changed."""


class Vault:
    """Seals text with AES-256-GCM and makes keyed hashes, both from one secret."""

    def __init__(self, secret: str | bytes) -> None:
        raw = secret.encode() if isinstance(secret, str) else secret
        if not raw:
            raise ValueError("the secret key must not be empty")
        self._cipher = AESGCM(hashlib.sha256(b"niangjia seal" + raw).digest())
        self._hash_key = hashlib.sha256(b"niangjia look-up" + raw).digest()

    def seal(self, text: str) -> bytes:
        """Encrypt `text`: 12 bytes of nonce, then the ciphertext with its tag."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """The text that was sealed; raises SealBroken if the key or the bytes are not the same."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], None).decode()
        except InvalidTag as error:
            raise SealBroken("a sealed value cannot be opened with this SECRET_KEY") from error

    def key(self, text: str) -> bytes:
        """A keyed hash of `text`, 16 bytes: equal texts have equal keys, and nothing else can be read from it."""
        return hmac.digest(self._hash_key, text.encode(), "sha256")[:16]

    @staticmethod
    def of(session: Session) -> Vault:
        """The vault of the store that began this session."""
        vault = session.info["vault"]
        assert isinstance(vault, Vault)
        return vault
