"""How a report reads back to her: a few lines, nothing that was guessed."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from handlers.reports import texts
from handlers.reports.rules import unit_of

Slots = dict[str, Any]

_NOTATION = re.compile(r"(?P<about>~)?(?P<less><)?(?P<low>\d+(?:\.\d+)?)(?:-(?P<high>\d+(?:\.\d+)?))?(?P<more>\+)?%?")


@lru_cache(maxsize=4096, typed=True)  # 1 and 1.0 read differently
def count(notation: str | int | None, unit: str = "") -> str:
    """`36` → 36人, `~30` → 约30人, `30+` → 30多人, `<50` → 不到50人, `60-70` → 60到70人."""
    text = str(notation or "")
    found = _NOTATION.fullmatch(text)
    if found is None:
        return text + unit
    if found["high"]:
        words = texts.MARKS["-"].format(low=_round(found["low"]), high=_round(found["high"]))
    else:
        mark = "~" if found["about"] else "<" if found["less"] else "+" if found["more"] else ""
        words = texts.MARKS[mark].format(n=_round(found["low"]))
    return words + unit


def _round(number: str) -> str:
    """500000 → 50万; what is not whole thousands stays to the last digit."""
    if not number.isdigit() or int(number) < 10_000 or int(number) % 1_000:
        return number
    return texts.TEN_THOUSANDS.format(n=f"{int(number) / 10_000:g}")


@lru_cache(maxsize=1024)
def day(value: str, today: date) -> str:
    """A date as she says it, with its weekday; the year only if it is not this one."""
    if len(value) == 7:
        return texts.MONTH.format(year=value[:4], month=int(value[5:]))
    when = date.fromisoformat(value)
    shape = texts.DATE if when.year == today.year else texts.DATE_WITH_YEAR
    return shape.format(year=when.year, month=when.month, day=when.day, weekday=texts.WEEKDAYS[when.weekday()])


def _when(slots: Slots, today: date) -> str:
    if not slots.get("date"):
        return ""
    text = day(slots["date"], today)
    if slots.get("date_end") and slots["date_end"] != slots["date"]:
        text = texts.UNTIL.format(first=text, last=day(slots["date_end"], today))
    text += slots.get("part") or ""
    if slots.get("time"):
        text += " " + slots["time"] + (f"–{slots['time_end']}" if slots.get("time_end") else "")
    return text


def lines(slots: Slots, today: date) -> list[str]:
    """One line for each thing that is known."""
    found: list[tuple[str, str]] = [("date", _when(slots, today)), ("place", slots.get("place") or "")]
    form = slots.get("form") or ""
    if form and slots.get("category"):
        shape = texts.CATEGORY_GUESSED if slots.get("category_guessed") else texts.CATEGORY
        form += shape.format(category=slots["category"])
    found.append(("form", form))
    found += [("title", slots.get("title") or ""), ("topic", slots.get("topic") or "")]
    people = count(slots.get("participants"), unit_of(slots, "participants")) if slots.get("participants") else ""
    if people and slots.get("women") and slots["women"] != slots["participants"]:
        people += f"，其中{texts.SLOT_NAMES['women']}{count(slots['women'], '人')}"
    elif slots.get("women") and not people:
        found.append(("women", count(slots["women"], "人")))
    found.append(("participants", people))
    sessions = unit_of(slots, "sessions").replace("场次", "场")
    for slot, unit in (("children", "人"), ("sessions", sessions), ("cases", "件")):
        if slots.get(slot):
            found.append((slot, count(slots[slot], unit)))
    found.append(("beneficiaries", texts.JOIN.join(beneficiary(b) for b in slots.get("beneficiaries") or [])))
    found.append(("materials", texts.JOIN.join(thing(m) for m in slots.get("materials") or [])))
    found.append(("money", texts.JOIN.join(money(m) for m in slots.get("money") or [])))
    found.append(("speaker", texts.JOIN.join(slots.get("speaker") or [])))
    found.append(("partners", texts.JOIN.join(slots.get("partners") or [])))
    return [texts.CARD_LINE.format(name=texts.SLOT_NAMES[slot], value=value) for slot, value in found if value]


def value_of(slots: Slots, slot: str) -> str:
    """One slot as it reads on the card."""
    if slot == "materials":
        return texts.JOIN.join(thing(one) for one in slots.get(slot) or [])
    if slot == "money":
        return texts.JOIN.join(money(one) for one in slots.get(slot) or [])
    return count(slots.get(slot), unit_of(slots, slot)) if slots.get(slot) else ""


def beneficiary(one: dict[str, Any]) -> str:
    """留守儿童12人."""
    who = one.get("who") or ""
    return f"{who}{count(one['n'], one.get('unit') or '人')}" if one.get("n") else who


def thing(one: dict[str, Any]) -> str:
    """宣传单50份."""
    return (
        f"{one.get('item') or ''}{count(one['n'], one.get('unit') or '')}"
        if one.get("n")
        else str(one.get("item") or "")
    )


def money(one: dict[str, Any]) -> str:
    """每户200元."""
    yuan = one.get("yuan")
    yuan = int(yuan) if isinstance(yuan, float) and yuan.is_integer() else yuan
    return texts.PER_HEAD.format(per=one["per"], yuan=yuan) if one.get("per") else texts.YUAN.format(yuan=yuan)


def summary(slots: Slots, today: date) -> str:
    """A report in one short line."""
    what = slots.get("title") or slots.get("topic") or ""
    form = slots.get("form") or ""
    if form and form not in what and form != "其他":
        what = what + form[2:] if len(form) == 4 and what.endswith(form[:2]) else what + form  # 邻里纠纷 + 纠纷调解
    when = day(slots["date"], today) if slots.get("date") else ""
    people = count(slots["participants"], unit_of(slots, "participants")) if slots.get("participants") else ""
    return texts.SUMMARY.format(date=when, place=slots.get("place") or "", what=what or form, people=people)
