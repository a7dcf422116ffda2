"""The example's reports and duties in the words the product understands: slots and quotas."""

from __future__ import annotations

from typing import Any

from bot.example.duties import ExampleDuty
from bot.example.reports import ExampleReport, Item


def slots_of(report: ExampleReport, participants: int | None = None) -> dict[str, Any]:
    """The report in the scheme of message understanding; `participants` as she first wrote it, if another."""
    n = report.participants if participants is None else participants
    slots: dict[str, Any] = {
        "date": report.event_on.isoformat(), "part": report.part, "place": report.place, "form": report.form,
        "category": report.category, "topic": report.topic, "participants": str(n),
        "women": _count(n if report.women == report.participants else report.women),
        "children": _count(n if report.children is not None else None),
        "sessions": _count(report.sessions), "cases": _count(report.cases),
        "materials": [_thing("item", item) for item in report.materials],
        "beneficiaries": [_thing("who", item) for item in report.helped],
        "partners": list(report.partners), "speaker": [report.speaker] if report.speaker else [],
    }  # fmt: skip
    return {slot: value for slot, value in slots.items() if value not in (None, "", [])}


def quota_of(duty: ExampleDuty) -> dict[str, Any]:
    """What fulfils the duty, as `handlers.duties.rules` reads it."""
    return {"forms": list(duty.forms), "words": list(duty.words), "min": 1}


def _count(n: int | None) -> str | None:
    return None if n is None else str(n)


def _thing(name: str, item: Item) -> dict[str, str]:
    return {name: item.item, "n": str(item.n), "unit": item.unit}
