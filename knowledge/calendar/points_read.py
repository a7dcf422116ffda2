"""Everything that can be read as a point of the calendar."""

from __future__ import annotations

from knowledge.calendar.dates import Dates
from knowledge.calendar.near_days import NearDays
from knowledge.calendar.year_parts import YearParts


class PointReader(Dates, YearParts, NearDays):
    """Reads points out of one text for one moment of speaking; made anew for each text."""

    __slots__ = ()
