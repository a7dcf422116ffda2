"""A time expression as it was said, and the window of days it means."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

Mode = Literal["report", "circular", "plan"]
Kind = Literal["date", "daterange", "datetime", "datetimerange", "set"]


class TimeExpression(Struct, frozen=True, gc=False):
    """One expression of time: `text` is what stands between `start` and `end` (character offsets).

    `first`..`last` is the window of days, both inclusive; None where it is open (X前 has no first, X起 has no last).
    """

    start: int
    end: int
    text: str
    kind: Kind
    first: date | None = None
    last: date | None = None
    clock: str | None = None  # HH:MM, 24 hours
    clock_end: str | None = None
    part: str | None = None  # 上午 中午 下午 晚上 全天, if it was said
    rrule: str | None = None  # RFC 5545, or X-LUNAR=MMDD for a day of the lunar year
    month_only: bool = False  # one month and no day was named
    day_given: bool = True  # False for 上午, 三点半, 刚才 alone: the day is the day of speaking
    before: bool = False  # a deadline: 前, 之前, 截至
    since: bool = False  # 起, 之后: open towards the future
    within: bool = False  # X内: counted from the day of speaking
    vague: bool = False  # 前夕, 这两天, 过后: a day near the one named
    workdays: str | None = None  # where the working days came from: 'official' or 'weekdays'
    named_last: date | None = None  # of X起: the last day of X itself
    feast: str | None = None  # the feast or solar term by which the day was named

    def _replace(self, **changed: Any) -> TimeExpression:
        """The expression with other values in these fields."""
        return replace(self, **changed)

    @property
    def window(self) -> tuple[str | None, str | None]:
        """(start, end) as ISO dates, or `YYYY-MM-DD HH:MM` where a clock time was said."""
        last = self.last or (self.named_last if self.since else None)
        first_text = self.first.isoformat() if self.first else None
        last_text = last.isoformat() if last else None
        if self.clock and first_text:
            first_text = f"{first_text} {self.clock}"
        if last_text and (self.clock_end or self.clock):
            last_text = f"{last_text} {self.clock_end or self.clock}"
        return first_text, last_text

    @property
    def date_text(self) -> str | None:
        """The day as reports write it: `YYYY-MM-DD`, or `YYYY-MM` where only the month is known."""
        day = self.first or self.last
        if day is None:
            return None
        return day.isoformat()[:7] if self.month_only else day.isoformat()
