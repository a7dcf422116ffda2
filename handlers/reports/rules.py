"""What a report needs, how corrections are taken in, and which quantities it counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from storage.reports import Counted

Slots = dict[str, Any]

#: Asked for in this order, one at a time. `what` is the form, or failing that what it was about.
REQUIRED = ("date", "what", "place", "participants")

#: Activities that nobody attends: the number of attendants is not asked for.
_WITHOUT_ATTENDANTS = frozenset({"走访排查", "纠纷调解", "信访接待", "慰问", "捐赠救助"})
#: Activities without one place.
_WITHOUT_PLACE = frozenset({"走访排查", "慰问", "捐赠救助", "纠纷调解", "信访接待"})

#: More people than this do not fit what a village does; asked about, never taken silently.
LIKELY_MOST = 3000

_LISTS = ("speaker", "partners", "materials", "beneficiaries", "money")
_COUNTS = {"participants": "人", "women": "人", "children": "人", "sessions": "场次", "cases": "件"}
_NOTATION = re.compile(r"(~)?(<)?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?(\+)?")


def is_known(slots: Mapping[str, Any], slot: str) -> bool:
    """Whether the slot needs no question."""
    if slot == "what":
        return bool(slots.get("topic") or slots.get("title") or (slots.get("form") or "其他") != "其他")
    if slot == "participants":
        return any(slots.get(s) for s in ("participants", "women", "children", "beneficiaries", "cases")) or (
            slots.get("form") in _WITHOUT_ATTENDANTS)
    if slot == "place":
        return bool(slots.get("place")) or slots.get("form") in _WITHOUT_PLACE
    return bool(slots.get(slot))


def next_question(slots: Mapping[str, Any], skipped: list[str]) -> str | None:
    """What to ask next; None if everything needed is there or was skipped. The day cannot be skipped."""
    for slot in REQUIRED:
        if not is_known(slots, slot) and (slot not in skipped or slot == "date"):
            return slot
    return None


def merge(slots: Slots, news: Mapping[str, Any], *, deleted: tuple[str, ...] = (), correcting: bool = False) -> Slots:
    """The report with what she has added or corrected. List slots grow, unless she corrects: then the same item is replaced."""
    merged = dict(slots)
    for slot in deleted:
        merged.pop(slot, None)
    for slot, value in news.items():
        if value in (None, [], ""):
            continue
        if slot in _LISTS and merged.get(slot):
            merged[slot] = _merge_list(slot, merged[slot], value, correcting)
        else:
            merged[slot] = value
    if "date" in news and "date_end" not in news:
        merged.pop("date_end", None)
    if "participants" in news and "women" not in news and slots.get("women") == slots.get("participants") and slots.get("women"):
        merged["women"] = news["participants"]
    return merged


def _merge_list(slot: str, old: list[Any], new: list[Any], correcting: bool) -> list[Any]:
    key = {"materials": "item", "beneficiaries": "who"}.get(slot)
    if key is None:
        return new if correcting else old + [v for v in new if v not in old]
    kept = list(old)
    for value in new:
        same = [i for i, o in enumerate(kept) if o.get(key) == value.get(key) or not value.get(key) or len(kept) == 1 and correcting]
        if same:
            kept[same[0]] = {**kept[same[0]], **{k: v for k, v in value.items() if v}}
        else:
            kept.append(value)
    return kept


def amount(notation: str) -> tuple[Decimal, Decimal, str] | None:
    """`~30` → (30, 30, "~"), `60-70` → (60, 70, "-"); None if it is not a count."""
    found = _NOTATION.fullmatch(str(notation))
    if found is None:
        return None
    about, less, low, high, more = found.groups()
    if high:
        return Decimal(low), Decimal(high), "-"
    return Decimal(low), Decimal(low), "~" if about else "<" if less else "+" if more else ""


def quantities(slots: Mapping[str, Any]) -> list[Counted]:
    """What the report counts, typed: 人 and 人次, 户, 份 and 元 stay apart."""
    found: list[Counted] = []

    def put(measure: str, unit: str, notation: Any, noun: str = "") -> None:
        value = amount(str(notation)) if notation not in (None, "") else None
        if value is not None:
            found.append(Counted(measure, unit[:10], *value[:2], mark=value[2], noun=noun[:60]))

    for slot, unit in _COUNTS.items():
        put(slot, unit, slots.get(slot))
    for one in slots.get("beneficiaries") or []:
        put("beneficiaries", one.get("unit") or "人", one.get("n"), one.get("who") or "")
    for one in slots.get("materials") or []:
        put("materials", one.get("unit") or "件", one.get("n"), one.get("item") or "")
    for one in slots.get("money") or []:
        put("money", f"元/{one['per']}" if one.get("per") else "元", one.get("yuan"))
    return found


def is_to_come(slots: Mapping[str, Any], today: date) -> bool:
    """Whether the day of the activity lies ahead."""
    value = slots.get("date") or ""
    return bool(value) and value[: len(value)] > today.isoformat()[: len(value)]


def is_unlikely(slots: Mapping[str, Any]) -> bool:
    """Whether the number of people cannot well be true of a village."""
    value = amount(str(slots.get("participants") or ""))
    return value is not None and value[1] > LIKELY_MOST


def same_activity(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two tellings may be of one event: no slot that says otherwise."""
    for slot in ("date", "form", "place"):
        if one.get(slot) and other.get(slot) and one[slot] != other[slot]:
            return False
    return bool(one.get("form") and one.get("form") == other.get("form"))
