"""WeChat's error codes as data: what each means for sending (platforms.md §1.13, official return code list)."""

from __future__ import annotations

from typing import Any

from bot.platforms.base import SendError

#: The access token is bad or expired: a new one is fetched once, then the account counts as blocked.
BAD_TOKEN = frozenset({40001, 40014, 42001})

_BUSY: dict[str, Any] = {"retryable": True, "retry_after": 5.0}
_GONE: dict[str, Any] = {"recipient_gone": True}
_CLOSED: dict[str, Any] = {"window_closed": True}
_BLOCKED: dict[str, Any] = {"account_blocked": True}

#: Codes not named here are final for the message: wrong data, to be shown to an operator.
_MEANING: dict[int, dict[str, Any]] = {
    -1: _BUSY,
    40003: _GONE, 46004: _GONE, 43004: _GONE, 43019: _GONE, 48002: _GONE, 50002: _GONE,
    45015: _CLOSED, 45047: _CLOSED, 43101: _CLOSED,
    45009: {"retryable": True, "retry_after": 3600.0, "account_blocked": True},  # the day's quota
    45011: {"retryable": True, "retry_after": 60.0},  # the minute's quota
    40007: {"retryable": True, "retry_after": 1.0},  # the upload has expired: `send` uploads again
    40013: _BLOCKED, 40125: _BLOCKED, 40164: _BLOCKED, 40243: _BLOCKED, 41002: _BLOCKED, 41004: _BLOCKED,
    48001: _BLOCKED, 48004: _BLOCKED, 50004: _BLOCKED, 50007: _BLOCKED,
    89503: _BLOCKED, 89506: _BLOCKED, 89507: _BLOCKED,
    **{code: {"retryable": True, "retry_after": 60.0, "account_blocked": True} for code in BAD_TOKEN},
}  # fmt: skip


def send_error(code: int, call: str) -> SendError:
    """The error that an answer's `errcode` stands for."""
    return SendError(str(code), call=call, **_MEANING.get(code, {}))
