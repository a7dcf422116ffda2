"""A clock that tests move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

#: A working Thursday morning, 2026-03-12 09:00 in Shanghai: after the holidays, before a quarter's end.
START = datetime(2026, 3, 12, 9, 0, tzinfo=SHANGHAI)


class Clock:
    """Stands still until it is moved. Times are aware, in UTC."""

    def __init__(self, at: datetime = START) -> None:
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        """What time it is."""
        return self._now

    __call__ = now

    def move(self, by: timedelta = timedelta(), /, **more: float) -> datetime:
        """Let time pass, `move(days=2, hours=1)` in timedelta's words; what time it is then."""
        self._now += by + timedelta(**more)
        return self._now

    def to(self, at: datetime) -> datetime:
        """Set the clock to an aware time, past or future."""
        if at.tzinfo is None:
            raise ValueError("a clock is set to an aware time")
        self._now = at.astimezone(UTC)
        return self._now
