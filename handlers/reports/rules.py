"""What a report needs, how corrections are taken in, and which quantities it counts. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from storage.reports import Counted

Slots = dict[str, Any]

#: Asked for in this order, one at a time. `what` is the form, or failing that what it was about.
REQUIRED = ("date", "what", "place", "participants")

#: Activities that nobody attends: the number of attendants is not asked for.
_WITHOUT_ATTENDANTS = frozenset({"走访排查", "纠纷调解", "信访接待", "慰问", "捐赠救助"})
#: Activities without one place.
_WITHOUT_PLACE = frozenset({"走访排查", "慰问", "捐赠救助", "纠纷调解", "信访接待"})

#: More people than this do not fit what a unit of that level does; asked about, never taken silently.
LIKELY_MOST = {"village": 3_000, "township": 20_000, "county": 200_000, "city": 1_000_000, "province": 10_000_000}
#: The same for the rest, whatever the level.
_LIKELY_MOST_OF = {"sessions": 200, "cases": 1_000}
_LIKELY_YUAN, _LIKELY_THINGS = 10_000_000, 200_000
#: Nobody is older.
OLDEST = 120

_LISTS = ("speaker", "partners", "materials", "beneficiaries", "money")
_COUNTS = {"participants": "人", "women": "人", "children": "人", "sessions": "场次", "cases": "件"}
_NOTATION = re.compile(r"(~)?(<)?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?(\+)?")


def is_known(slots: Mapping[str, Any], slot: str) -> bool:
    """Whether the slot needs no question."""
    if slot == "what":
        return bool(slots.get("topic") or slots.get("title") or (slots.get("form") or "其他") != "其他")
    if slot == "participants":
        return any(slots.get(s) for s in ("participants", "women", "children", "beneficiaries", "cases")) or (
            slots.get("form") in _WITHOUT_ATTENDANTS
        )
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
    if news.get("category_guessed") and slots.get("category"):
        news = {slot: value for slot, value in news.items() if slot not in ("category", "category_guessed")}
    elif news.get("category"):
        merged.pop("category_guessed", None)
    for slot, value in news.items():
        if value in (None, [], "") or slot == "units":
            continue
        if slot in _LISTS and merged.get(slot):
            merged[slot] = _merge_list(slot, merged[slot], value, correcting)
        else:
            merged[slot] = value
    if "date" in news and "date_end" not in news:
        merged.pop("date_end", None)
    if units := {k: v for k, v in {**slots.get("units", {}), **news.get("units", {})}.items() if v and merged.get(k)}:
        merged["units"] = units
    else:
        merged.pop("units", None)
    if (
        "participants" in news
        and "women" not in news
        and slots.get("women") == slots.get("participants")
        and slots.get("women")
    ):
        merged["women"] = news["participants"]
    return merged


def _merge_list(slot: str, old: list[Any], new: list[Any], correcting: bool) -> list[Any]:
    key = {"materials": "item", "beneficiaries": "who"}.get(slot)
    if key is None:
        return new if correcting else old + [v for v in new if v not in old]
    kept = list(old)
    for value in new:
        same = [
            i
            for i, o in enumerate(kept)
            if o.get(key) == value.get(key) or not value.get(key) or (len(kept) == 1 and correcting)
        ]
        if same:
            kept[same[0]] = {**kept[same[0]], **{k: v for k, v in value.items() if v}}
        else:
            kept.append(value)
    return kept


@lru_cache(maxsize=4096)
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
        put(slot, unit_of(slots, slot) or unit, slots.get(slot))
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


def unit_of(slots: Mapping[str, Any], slot: str) -> str:
    """In what a slot is counted: 人 or 人次, 场次 or 期, as she said it."""
    return str((slots.get("units") or {}).get(slot) or _COUNTS.get(slot, ""))


def units_said(text: str, spans: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """人次 and 期, where she counted so; empty for a slot that she put back into 人 or 场. Read from where the numbers stand."""
    found: dict[str, str] = {}
    for slot, other, usual in (("participants", "人次", "人个名"), ("sessions", "期", "场次节")):
        if slot not in spans:
            continue
        first, last = spans[slot]
        said = text[first : last + len(other)]
        if re.search(rf"(?:\d|[零〇一二两三四五六七八九十百千万几多余来]){other}", said):
            found[slot] = other
        elif said[: last - first].rstrip("的了").endswith(tuple(usual)):
            found[slot] = ""
    return found


def doubt(slots: Mapping[str, Any], level: str, sure: Sequence[str]) -> str | None:
    """The first slot whose number cannot well be true, of those she has not confirmed."""
    said = {slot: str(slots[slot]) for slot in _COUNTS if slots.get(slot)}
    high = {slot: value[1] for slot, notation in said.items() if (value := amount(notation)) is not None}
    odd = [
        ("participants", high.get("participants", 0) > LIKELY_MOST.get(level, LIKELY_MOST["village"])),
        ("women", "participants" in high and high.get("women", 0) > high["participants"]),
        ("children", "participants" in high and high.get("children", 0) > high["participants"]),
        *((slot, high.get(slot, 0) > most) for slot, most in _LIKELY_MOST_OF.items()),
        ("materials", any(_is_over(one.get("n"), _LIKELY_THINGS) for one in slots.get("materials") or [])),
        ("money", any(_is_over(one.get("yuan"), _LIKELY_YUAN) for one in slots.get("money") or [])),
    ]
    return next((slot for slot, is_odd in odd if is_odd and slot not in sure), None)


def likely(earlier: Sequence[Mapping[str, Any]], slot: str, usual: Sequence[str], most: int = 3) -> tuple[str, ...]:
    """The commonest answers of earlier reports, the latest first among equals; filled up with what is usual everywhere."""
    counted = Counter(
        str(slots[slot])
        for slots in earlier
        if slots.get(slot) and slots[slot] != "其他" and len(str(slots[slot])) <= 12
    )
    found = [value for value, _ in counted.most_common(most)]
    return tuple(found + [value for value in usual if value not in found])[: max(most, len(usual))]


def _is_over(notation: Any, most: int) -> bool:
    value = amount(str(notation)) if notation not in (None, "") else None
    return value is not None and value[1] > most


def odd_age(text: str) -> str:
    """An age that nobody reaches, as she wrote it; empty if there is none."""
    return next((found[0] for found in _AGE.finditer(text) if int(found[1] or found[2]) > OLDEST), "")


_AGE = re.compile(r"(\d{3,4})\s*周?岁|年龄[是为：:\s]*(\d{3,4})")


def shared_activity(one: Mapping[str, Any], other: Mapping[str, Any], unit_name: str = "") -> bool:
    """Whether reports of two units, one above the other, may be of one event: same day and form, and the same subject or place."""
    if not same_activity({**one, "place": ""}, {**other, "place": ""}):
        return False
    if one.get("title") and one.get("title") == other.get("title"):
        return True
    about = [str(s.get("topic") or s.get("title") or "") for s in (one, other)]
    if all(about) and not (about[0] in about[1] or about[1] in about[0]):
        return False
    places = [str(s.get("place") or "") for s in (one, other)]
    if all(places) and (places[0] in places[1] or places[1] in places[0]):
        return True
    # 村部 and 石桥村村部 are one place if the other unit is that village; with no place, the number of people decides
    short = re.sub(r"(?:妇联|妇代会|妇女联合会|委员会)$", "", unit_name)
    if short and any(short in place for place in places):
        return True
    people = [s.get("participants") for s in (one, other)]
    return bool(all(about) and (not all(places) or (people[0] and people[0] == people[1])))


def same_date(one: str, other: str) -> bool:
    """Whether two days are one, or the day lies in the month that is all the other says."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]


_BARE_DAY = re.compile(r"(?<![\d月])(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})[号日]")
_OTHER_MONTH = re.compile(r"月|今天|昨|前天|周|星期|礼拜")


def in_known_month(slots: Mapping[str, Any], news: Slots, text: str) -> Slots:
    """「12号」, where only the month was known, is the 12th of that month and not of this one."""
    month, day = str(slots.get("date") or ""), str(news.get("date") or "")
    if len(month) != 7 or len(day) != 10 or not _BARE_DAY.search(text) or _OTHER_MONTH.search(text):
        return news
    try:
        found = {"date": date.fromisoformat(f"{month}-{day[8:]}").isoformat()}
        if news.get("date_end"):
            found["date_end"] = date.fromisoformat(f"{month}-{news['date_end'][8:]}").isoformat()
    except ValueError:  # no 31st in that month
        return news
    return {**news, **found}


def same_activity(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two tellings may be of one event: no slot that says otherwise."""
    if one.get("date") and other.get("date") and not same_date(one["date"], other["date"]):
        return False
    for slot in ("form", "place"):
        if one.get(slot) and other.get(slot) and one[slot] != other[slot]:
            return False
    about = [str(s.get("topic") or s.get("title") or "") for s in (one, other)]
    if all(about) and one.get("category") != other.get("category") and not set(about[0]) & set(about[1]):
        return False  # 反家暴讲座 in the morning and 健康讲座 in the afternoon
    return bool(one.get("form") and one.get("form") == other.get("form"))
