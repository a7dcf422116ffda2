"""Chinese expressions of time, working days, feasts, the lunar calendar and recurrence; pure and thread-safe."""

from knowledge.calendar.feasts import FEASTS, Feast, feast_day
from knowledge.calendar.lunar import lunar_to_solar, solar_term, solar_to_lunar
from knowledge.calendar.model import Mode, TimeExpression
from knowledge.calendar.occurrences import Period, occurrences, periods
from knowledge.calendar.reading import find_times, parse_time
from knowledge.calendar.workdays import add_workdays, is_workday, next_workday, workday_source

__all__ = [
    "FEASTS",
    "Feast",
    "Mode",
    "Period",
    "TimeExpression",
    "add_workdays",
    "feast_day",
    "find_times",
    "is_workday",
    "lunar_to_solar",
    "next_workday",
    "occurrences",
    "parse_time",
    "periods",
    "solar_term",
    "solar_to_lunar",
    "workday_source",
]
