"""What every platform has in common: what it can do, how it reads and sends, and how its errors are told apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from handlers.dialog.message import Message
from handlers.dialog.reply import Choice, Reply

Unit = Literal["bytes", "utf16", "chars"]
Payload = dict[str, Any]

#: What XML 1.0 forbids and no client can show: control characters except tab and line ends, lone surrogates, U+FFFE/F.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def without_controls(text: str) -> str:
    """The text without characters that no platform can carry."""
    return _UNSHOWABLE.sub("", text)


def numbered(number: int, choice: Choice) -> str:
    """A choice as a line to be answered with its number."""
    return f"{number}. {choice.label}"


@dataclass(frozen=True, slots=True, eq=False)  # each platform has its own; told apart by being another
class Capabilities:
    """What a platform can do, as figures. Each platform gives the source of its figures where it states them."""

    text_limit: int
    text_unit: Unit
    #: How many choices can be shown as buttons; 0 where there are none. More than that become numbered lines.
    max_buttons: int = 0
    #: Longest label and longest `says` of a button, in bytes of UTF-8; 0 = no limit.
    button_bytes: int = 0
    #: How a choice is written when it is a line of the text.
    choice_line: Callable[[int, Choice], str] = numbered
    #: What is done to every text before it is measured.
    clean: Callable[[str], str] = without_controls
    #: Whether the first reply can go back in the answer to the callback, and how long the platform waits, in seconds.
    answers_callbacks: bool = False
    callback_patience: float = 0.0
    #: How long after her last message she can be written to, in seconds; None = any time.
    push_window: float | None = None
    #: How many messages that window holds; None = any number.
    push_count: int | None = None
    #: Messages per second for the whole account, and to one person.
    pace: float = 20.0
    pace_per_person: float | None = None
    #: For how many seconds the platform itself drops a repeat that carries the same key; 0 = it never does.
    duplicate_check: float = 0.0
    sends_files: bool = False
    max_file_bytes: int = 0


@dataclass(eq=False)
class SendError(Exception):
    """Sending failed; the fields say what that means. The text never holds a token, a secret or the message."""

    #: The platform's error code, or one of "connect", "time-out", "http-<status>", "answer".
    code: str
    #: Nothing reached her: the same payload may be sent again.
    retryable: bool = False
    #: Not before so many seconds.
    retry_after: float | None = None
    #: It may have reached her (a time-out after sending): whether to repeat is for the kind of message to decide.
    ambiguous: bool = False
    #: She cannot be written to any more at this address (unfollowed, blocked, unknown).
    recipient_gone: bool = False
    #: She can be written to again once she has written: keep it for then.
    window_closed: bool = False
    #: Nothing can be sent by this account until an operator has put it right.
    account_blocked: bool = False
    #: The call that failed, without its query.
    call: str = ""

    def __post_init__(self) -> None:
        Exception.__init__(self, str(self))

    def __str__(self) -> str:
        flags = ("retryable", "ambiguous", "recipient_gone", "window_closed", "account_blocked")
        said = ", ".join(name for name in flags if getattr(self, name)) or "final"
        return f"{self.call or 'send'} failed with {self.code} ({said})"


class Forged(Exception):
    """The request does not come from the platform: wrong signature, wrong receiver, too old. Answered with 403."""


class Malformed(Exception):
    """The request comes from the platform but cannot be read. Answered with 400."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message the platform has accepted, and the platform's id for it, if it gives one."""

    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """An HTTP request as a platform sees it: query and headers decoded, the body untouched."""

    query: Mapping[str, str]
    body: bytes = b""
    #: Names in lower case.
    headers: Mapping[str, str] = field(default_factory=dict)


class Platform(Protocol):
    """A place where people talk. `read` and `render` are pure; `send` is the only thing that goes out."""

    @property
    def name(self) -> str:
        """What `Message.platform` says: "wechat", "wecom", "telegram" …"""

    @property
    def account(self) -> str:
        """Our own id there: AppID, CorpID and agent, bot id."""

    @property
    def capabilities(self) -> Capabilities:
        """What this platform can do."""

    def read(self, inbound: Inbound) -> Message | None:
        """The message in a request, or None when there is nothing to talk about. Raises Forged or Malformed."""

    def render(self, reply: Reply, address: str) -> list[Payload]:
        """The messages that carry a reply to an address, in order, each ready for `send` and for JSON."""

    async def send(self, address: str, payload: Payload, *, key: str = "") -> str:
        """Send one payload; the platform's id of it, or "" where it gives none. Raises SendError.

        `key` is the same for every attempt at the same message: for platforms that check for repeats.
        """
