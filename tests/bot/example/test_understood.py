"""What the example's people write is understood as it was meant, so that the demo can be tried with their own words."""

from __future__ import annotations

import random
from datetime import date

from bot.example.city import make_city
from bot.example.slots import slots_of
from knowledge.messages import understand

SAMPLE = 300


def test_the_messages_of_the_example_are_understood() -> None:
    """Intent, day and number of people of most of a sample; the rest is what the bot asks about."""
    reports = random.Random(3).sample(make_city(date(2026, 11, 22)).reports, SAMPLE)
    right = dict.fromkeys(("intent", "date", "participants"), 0)
    for report in reports:
        meant = slots_of(report, report.corrections[0].was if report.corrections else None)
        found = understand(report.text, ref=report.filed_at.replace(tzinfo=None))
        right["intent"] += found.intent == "report"
        slots = found.reports[0] if found.reports else None
        for slot in ("date", "participants"):
            right[slot] += getattr(slots, slot, None) == meant[slot]
    assert right["intent"] >= 0.97 * SAMPLE
    assert right["date"] >= 0.95 * SAMPLE
    assert right["participants"] >= 0.85 * SAMPLE
