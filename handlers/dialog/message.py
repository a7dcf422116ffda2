"""What somebody said, the same for every platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from msgspec import Struct

from knowledge.messages import Understanding

Kind = Literal["text", "voice", "image", "file", "video", "location", "link", "event", "other"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or file that came with a message: where to get it, or its bytes if they are here already."""

    kind: Literal["image", "file", "voice", "video"]
    name: str = ""
    #: The platform's id for fetching it later (WeChat `MediaId`, Telegram `file_id`).
    media_id: str = ""
    #: SHA-256 (hex) of the content, once it is stored on disk.
    sha256: str = ""
    size: int = 0


class Reading(Struct, frozen=True, gc=False, array_like=True):
    """What a text says that came at its message's time. A pure function of both, so it does not matter who has read it."""

    #: Cleaned, as it is handled.
    text: str
    meaning: Understanding
    #: Whether a text that is no danger for sure may still hide one.
    may_be_danger: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One inbound message. (platform, account, external_id) is unique: a retry carries the same three."""

    platform: str
    account: str
    #: Who wrote it, in the platform's words (openid, userid, chat id, or a phone number on the chat page).
    sender: str
    external_id: str
    received_at: datetime
    kind: Kind = "text"
    text: str = ""
    #: The id behind a tapped button, if the platform gives it back.
    choice_id: str = ""
    #: For events: subscribe, unsubscribe, scan, click …; the key or scene in `text`.
    event: str = ""
    attachments: tuple[Attachment, ...] = field(default=())
    #: What it says, if somebody has read it already.
    reading: Reading | None = field(default=None, compare=False, repr=False)
