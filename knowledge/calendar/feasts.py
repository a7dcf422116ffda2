"""Feasts and commemorative days: their names, and the day each falls on in a year (`data/calendar/feasts.tsv`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Final

from knowledge.calendar.lunar import TERMS, lunar_to_solar, new_years_eve, solar_term

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Feast:
    """A feast by one of its names; `rule` as in the table, `numeric` if the name is a numeral (六一)."""

    name: str
    rule: str
    numeric: bool = False

    def on(self, year: int) -> date | None:
        """The day in `year`, which is the lunar year of a lunar feast."""
        return feast_day(self.rule, year)

    @property
    def rrule(self) -> str | None:
        """The yearly rule; lunar days as `X-LUNAR=MMDD`, solar terms have none."""
        rule = self.rule
        if rule.startswith("农"):
            return f"X-LUNAR={rule[1:]}"
        if rule == "除夕":
            return "X-LUNAR=1230"
        if "-" in rule and rule[0].isdigit():
            month, nth, weekday = rule.split("-")
            return f"FREQ=YEARLY;BYMONTH={int(month)};BYDAY={nth}{_DAYS[int(weekday) - 1]}"
        if rule.isdigit():
            return f"FREQ=YEARLY;BYMONTH={int(rule[:2])};BYMONTHDAY={int(rule[2:])}"
        return None


@lru_cache(maxsize=4096)
def feast_day(rule: str, year: int) -> date | None:
    """The day a rule of the table gives in `year`."""
    if rule.startswith("农"):
        return lunar_to_solar(year, int(rule[1:3]), int(rule[3:]))
    if rule == "除夕":
        return new_years_eve(year)
    if rule.isdigit():
        return date(year, int(rule[:2]), int(rule[2:]))
    if rule[0].isdigit():
        month, nth, weekday = map(int, rule.split("-"))
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - 1 - first.weekday()) % 7 + 7 * (nth - 1))
    name, _, back = rule.partition("-")
    day = solar_term(year, name)
    return day - timedelta(days=int(back or 0)) if day else None


def _load() -> dict[str, Feast]:
    found: dict[str, Feast] = {name: Feast(name, name) for name in TERMS}
    for line in files("knowledge").joinpath("data", "calendar", "feasts.tsv").read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        names, rule, *usage = line.split("\t")
        for name in names.split("|"):
            found[name] = Feast(name, rule, bool(usage and usage[0] == "数"))
    return found


FEASTS: Final = _load()
