"""The clock that all the people we talk to live by."""

from __future__ import annotations

from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
