"""Understands a message against what went before: an answer, an addition or a correction."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from knowledge.messages import following, intents
from knowledge.messages.activity import Activity, Beneficiary, Material, Span, Understanding
from knowledge.messages.following import BOT, Before
from knowledge.messages.kinds import Kind, read_kind
from knowledge.messages.passage import Passage, prepare
from knowledge.messages.slots import read_slots
from knowledge.messages.vocabulary import Vocabulary
from knowledge.numerals import find_numbers

_PICTURES_TOO = re.compile(r"照片|图片|补|忘|漏")
_WHOM = re.compile(
    r"(?:慰问|看望|走访|救助|帮扶|表彰|资助|服务)(?:了)?(?:多少|几)(?:名|个|户|位)?([一-龥]{2,6}?)[？?]?$"
)
_ASKING = re.compile(r"[？?]|请问|请")
#: what the bot puts around a record it shows
_FRAME = re.compile(r"^已记录[:：]?|回复.*$")


def in_context(
    passage: Passage, kind: Kind, context: Sequence[str], words: Vocabulary, ref: datetime
) -> Understanding | None:
    """An answer, addition or correction to what stands in `context`; None if the message stands alone."""
    text = passage.said.strip()
    before = _before(context, words, ref)
    if intents.is_ack(text) and not (before.asked and passage.numbers):
        return Understanding("ack")
    if before.asked and following.says_nothing(text):
        return Understanding("followup", reports=(Activity(),))
    deletes = following.deleted_slots(text, {}, before.activity) if before.activity else ()
    lacks = passage.lacks
    if intents.is_command(text, lacks) and not deletes and not following.corrects(text.replace("改", "")):
        return Understanding("command")
    if intents.is_notice(text, lacks):
        return None
    if before.activity is None and before.asked is None:
        return None
    corrects = following.corrects(text, lacks) or (following.labelled(text) and before.asked is None)
    if before.activity is None and kind.weight >= 2 and (passage.times or passage.numbers) and len(text) > 10:
        return None
    stands_alone = kind.weight >= 3 and any(t.day_given for t in passage.times) and len(text) > 12
    if stands_alone and not corrects and not following.adds(text) and not before.asked:
        return None
    if not corrects and not passage.numbers and not before.asked and intents.is_question(text, lacks):
        return None
    values, spans = read_slots(passage, kind, first=False, adding=True)
    return _follow(passage, kind, before, values, spans, corrects)


def _follow(
    passage: Passage, kind: Kind, before: Before, values: dict[str, Any], spans: dict[str, Span], corrects: bool
) -> Understanding | None:
    text = passage.said.strip()
    old = before.activity
    if corrects:
        deleted = following.deleted_slots(text, values, old)
        if deleted:
            return Understanding("correction", reports=(Activity(deleted=deleted),))
        values = _corrected(passage, values, old)
        return Understanding("correction", reports=(Activity(**values, spans=spans),))
    if before.asked:
        who = next((b.who for b in old.beneficiaries if b.who), "") if old else ""
        values = following.answer(passage, before, values, who or _asked_whom(before.question))
        if not values and intents.is_question(text):
            return Understanding("question")
        if not values and kind.weight == 0 and not passage.numbers:
            return Understanding("followup", reports=(Activity(),)) if len(text) <= 12 else None
        return Understanding("followup", reports=(Activity(**values, spans=spans),))
    if old is not None and following.conflict(values, old) and not following.adds(text):
        return Understanding("correction", reports=(Activity(**_changed(values, old), spans=spans),))
    if following.adds(text) or (values and kind.weight < 3 and not any(t.day_given for t in passage.times)):
        if not values and not _PICTURES_TOO.search(text):
            return None
        return Understanding("followup", reports=(Activity(**values, spans=spans),))
    return None


def _changed(values: dict[str, Any], old: Activity) -> dict[str, Any]:
    return {
        slot: value
        for slot, value in values.items()
        if getattr(old, slot) != value and slot not in ("form", "category")
    }


def _corrected(passage: Passage, values: dict[str, Any], old: Activity | None) -> dict[str, Any]:
    """Only what changes; a bare figure goes to the slot that held the figure it replaces."""
    changed = {k: v for k, v in values.items() if k not in ("form", "category")}
    number = passage.numbers[-1] if passage.numbers else None
    if "place" not in changed:
        place = next(
            (h for h in reversed(passage.hits) if h.entry.place and not passage.text[: h.start].endswith("不是")), None
        )
        if place is not None and not passage.numbers:
            changed["place"] = place.word
    if number is not None and old is not None:
        named = next((b for b in old.beneficiaries if b.who and b.who in passage.said), None)
        if named is not None and "beneficiaries" not in changed:
            kept = {k: v for k, v in changed.items() if k not in ("participants", "women", "children")}
            unit = number.unit if number.unit in ("户", "对", "人次") else named.unit
            return {**kept, "beneficiaries": (Beneficiary(named.who, number.notation, unit),)}
    counted = any(
        k in changed
        for k in ("participants", "women", "children", "sessions", "cases", "beneficiaries", "materials", "money")
    )
    if number is not None and old is not None and not counted:
        same = next((m for m in old.materials if m.unit and m.unit == number.unit), None)
        if same is not None:
            return {**changed, "materials": (Material(same.item, number.notation, number.unit),)}
        if number.unit in ("户", "对") and old.beneficiaries:
            return {**changed, "beneficiaries": (Beneficiary(old.beneficiaries[0].who, number.notation, number.unit),)}
    if number is not None and old is not None:
        slot = _slot_of_old_figure(passage, old)
        if (slot and slot not in changed and not number.unit) or (slot and not counted):
            for name in ("participants",):
                if slot != name:
                    changed.pop(name, None)
            changed[slot] = number.notation
        elif not counted and old.participants:
            changed["participants"] = number.notation
    if old is not None:
        changed = {k: v for k, v in changed.items() if getattr(old, k) != v}
    return changed


def _slot_of_old_figure(passage: Passage, old: Activity) -> str | None:
    """The count whose old value is named in 不是36是38."""
    said = {n.notation.strip("~+<") for n in find_numbers(passage.said)}
    for slot in ("participants", "women", "children", "sessions", "cases"):
        value = getattr(old, slot)
        if value and value.strip("~+<") in said:
            return slot
    return None


def _asked_whom(question: str) -> str:
    match = _WHOM.search(question)
    return match.group(1) if match else ""


def _before(context: Sequence[str], words: Vocabulary, ref: datetime) -> Before:
    """What the context leaves open."""
    question = ""
    if context and context[-1].startswith(BOT):
        question = context[-1][len(BOT) :]
        question = question if _ASKING.search(question) and "确认" not in question else ""
    own = [c for c in context if not c.startswith(BOT)]
    activity: Activity | None = None
    told = own[-1] if own else ""
    if not told and context:
        told = _FRAME.sub("", context[-1][len(BOT) :])
    if told:
        passage = prepare(told, ref, "report", words)
        kind = read_kind(passage)
        if kind.weight or kind.category or passage.numbers:
            values, spans = read_slots(passage, kind, first=True)
            activity = Activity(**values, spans=spans)
    return Before(question, following.asked_slot(question) if question else None, activity)
