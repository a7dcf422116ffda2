"""The whole example from one seed: the same seed and day give the same bytes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.example.county import ExamplePerson, ExampleUnit, make_people, make_units
from bot.example.duties import ExampleDuty, make_duties
from bot.example.reports import ExampleReport, Reporter, two_years
from bot.example.slots import quota_of, slots_of
from bot.example.words import Words, read_words
from handlers.duties import rules

#: What `niangjia demo` takes when nothing else is said.
SEED = 12338


@dataclass(frozen=True, slots=True)
class ExampleCity:
    """Everything invented: units parents first, people, reports in the order they were filed, open duties."""

    units: tuple[ExampleUnit, ...]
    people: tuple[ExamplePerson, ...]
    reports: tuple[ExampleReport, ...]
    duties: tuple[ExampleDuty, ...]


def make_city(today: date, seed: int = SEED, words: Words | None = None) -> ExampleCity:
    """The example as it stands on the morning of `today`; no report is younger than the evening before."""
    words = words or read_words()
    rng = random.Random(seed)
    units = make_units(rng, words)
    people = make_people(rng, words, units)
    reporter = Reporter(rng, words, units, people, today)
    duties, answers = make_duties(reporter)
    background = [report for report in two_years(reporter) if not _would_answer(report, duties)]
    reports = sorted([*background, *answers], key=lambda report: (report.filed_at, report.key))
    return ExampleCity(tuple(units), tuple(people), tuple(reports), tuple(duties))


def _would_answer(report: ExampleReport, duties: Sequence[ExampleDuty]) -> bool:
    """Whether it does what its unit owes: those come from the duties alone, else the missing list would be a lie."""
    return any(
        report.event_on >= duty.starts_on
        and report.unit_code in duty.periods[-1].owed_by
        and rules.answers(quota_of(duty), slots_of(report))
        for duty in duties
    )
