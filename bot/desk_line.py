"""What the doors and a desk in a process of its own tell each other, over a socket between the two.

A frame is its length (four bytes, the highest first) and that many bytes of MessagePack. The first frame to the desk
holds the settings as JSON; all others are `ToDesk`, all from it `FromDesk`, the first of them when it takes messages.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

from bot.answers import Answer
from bot.words import OwnWords
from handlers.dialog.message import Message

_LENGTH = struct.Struct("!I")


class ToDesk(msgspec.Struct, array_like=True):
    """What has come up in one turn of the doors' loop."""

    #: Messages, each with a number of the doors' own, and with what they say if the doors have read it.
    messages: list[tuple[int, Message]] = []
    #: Rows of replies that stand in their responses, and of those that have to be pushed.
    written: list[int] = []
    left: list[int] = []
    #: Something may be due to be sent.
    wake: bool = False


class FromDesk(msgspec.Struct, array_like=True):
    """Answers to messages by their number; instead of an answer, why the store has not taken the message."""

    answers: list[tuple[int, Answer | str]] = []
    #: With the first frame: what the doors need to read messages as the desk does.
    words: OwnWords | None = None


_encode = msgspec.msgpack.Encoder().encode
to_desk = msgspec.msgpack.Decoder(ToDesk).decode
from_desk = msgspec.msgpack.Decoder(FromDesk).decode


def frame(said: Any) -> bytes:
    """The bytes of a frame: a ToDesk, a FromDesk, or bytes as they are."""
    content = said if isinstance(said, bytes) else _encode(said)
    return _LENGTH.pack(len(content)) + content


class Frames:
    """Takes bytes as they arrive and gives the contents of the frames that are whole."""

    def __init__(self) -> None:
        self._held = b""

    def take(self, data: bytes) -> list[bytes]:
        """The frames that are whole now, in order."""
        held = self._held + data if self._held else data
        whole: list[bytes] = []
        at = 0
        while len(held) - at >= 4:
            end = at + 4 + _LENGTH.unpack_from(held, at)[0]
            if end > len(held):
                break
            whole.append(held[at + 4 : end])
            at = end
        self._held = held[at:]
        return whole
