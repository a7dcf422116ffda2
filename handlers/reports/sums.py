"""How counted things are added up: exact, about, at least, less than, a range. Pure.

A sum keeps the two ends and remembers what its parts were like:

- only exact parts: 36 + 30 is 66;
- a range anywhere: 60–70 + 10 is 70到80;
- some 「多、余、以上」: at least, 36 + 30多 is 66以上;
- some 「不到」: at most, 36 + 不到50 is 不到86;
- some 「约、来、左右」, or both 以上 and 不到 in one sum: 约, because neither end is known.

Adding is associative and commutative, so that a township's sum is the sum of its villages' sums. Things of another
measure, unit or noun are other keys: 人 and 人次, 期 and 场次, 份宣传单 and 份手册 never meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from handlers.reports import texts


class Key(NamedTuple):
    """What is counted: measure, unit and noun."""

    measure: str
    unit: str
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of quantities of one key."""

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    about: bool = False
    more: bool = False
    less: bool = False

    def __add__(self, other: Total) -> Total:
        return Total(
            self.low + other.low,
            self.high + other.high,
            self.about or other.about,
            self.more or other.more,
            self.less or other.less,
        )

    @staticmethod
    def of(low: Decimal, high: Decimal, mark: str) -> Total:
        """One quantity as a sum."""
        return Total(low, high, mark == "~", mark == "+", mark == "<")

    @property
    def mark(self) -> str:
        """'' exact, '~' about, '+' at least, '<' at most."""
        if self.about or (self.more and self.less):
            return "~"
        return "+" if self.more else "<" if self.less else ""

    @property
    def words(self) -> str:
        """66, 66以上, 不到86, 约66, 70到80."""
        return self.words_in("")

    def words_in(self, unit: str) -> str:
        """66人, 66人以上, 不到86人, 约66人, 70到80人."""
        low, high = plain(self.low), plain(self.high)
        number = (
            low
            if self.low == self.high or self.mark == "+"
            else high
            if self.mark == "<"
            else texts.MARKS["-"].format(low=low, high=high)
        )
        return texts.SUM_MARKS[self.mark].format(n=number, unit=unit)


def plain(number: Decimal) -> str:
    """1200, 12.5: no zeros behind the point, no exponent."""
    text = f"{number:.2f}"
    return text.rstrip("0").rstrip(".")


@dataclass(slots=True)
class Figures:
    """The figures of a unit: how many reports, and the sums by key."""

    reports: int = 0
    totals: dict[Key, Total] = field(default_factory=dict)

    def count(self, key: Key, total: Total) -> None:
        """Add a sum under its key."""
        self.totals[key] = self.totals.get(key, Total()) + total

    def add(self, other: Figures) -> None:
        """Add all figures of another."""
        self.reports += other.reports
        for key, total in other.totals.items():
            self.count(key, total)

    def sorted(self) -> list[tuple[Key, Total]]:
        """In the order in which officials write them; within a measure the larger first."""
        order = {measure: place for place, measure in enumerate(MEASURES)}
        return sorted(
            self.totals.items(),
            key=lambda item: (order.get(item[0].measure, 99), item[0].unit, -item[1].high, item[0].noun),
        )

    def to_json(self, sources: Mapping[Key, Iterable[str]] | None = None) -> list[dict[str, Any]]:
        """One object a figure; with the report numbers behind it if they are given."""
        found = []
        for key, total in self.sorted():
            shape: dict[str, Any] = {
                "measure": key.measure,
                "unit": key.unit,
                "noun": key.noun,
                "low": _number(total.low),
                "high": _number(total.high),
                "mark": total.mark,
                "text": total.words_in(key.unit),
            }
            if sources is not None:
                shape["sources"] = list(sources.get(key, ()))
            found.append(shape)
        return found


MEASURES = ("sessions", "participants", "women", "children", "cases", "beneficiaries", "materials", "money")


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
