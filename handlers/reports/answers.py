"""Reads her answer to one question, and changes that name their slot (「改 人数 38」, 「地点在文化礼堂」)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.reports import card, service, texts
from handlers.reports import draft as drafts
from handlers.reports.draft import Draft
from knowledge.calendar import find_times
from knowledge.messages import Vocabulary, understand
from knowledge.numerals import find_numbers, parse_number
from storage.reports import Report

Slots = dict[str, Any]

_COUNTED = ("participants", "women", "children", "sessions", "cases")
_NAMED = re.compile(
    r"(?:把?改(?:一下)?|修改|更正)?\s*(?P<name>" + "|".join(sorted(texts.SLOT_WORDS, key=len, reverse=True))
    + r")\s*(?:改成|改为|应该是|应为|是|在|为|：|:|，)?\s*(?P<value>\S.*)", re.DOTALL)
_QUESTION = re.compile(r"[?？]|吗$|什么|怎么|咋|哪些|多少钱|能不能|可以.*吗|几岁")
_NOT_A_PLACE = re.compile(r"不|没|取消|人数|上报|帮助|查|谢|收到|好的")


def read(slot: str, text: str, local: datetime, vocabulary: Vocabulary) -> Slots | None:
    """What the answer says about the slot that was asked for; None if it is no answer to that."""
    if _QUESTION.search(text):
        return None
    if slot == "date":
        return read_date(text, local)
    if slot == "participants":
        return read_count("participants", text)
    if slot == "place":
        plain = re.sub(r"^(就)?(是)?在|[。！!，,]$|(里|那里|那边)?(办|搞|开|弄)的$", "", text.strip())
        return {"place": plain} if 2 <= len(plain) <= 20 and not _NOT_A_PLACE.search(plain) else None
    if slot == "what":
        meaning = understand(text, ref=local, vocabulary=vocabulary)
        slots = meaning.reports[0].to_json() if meaning.reports else {}
        if slots.get("form") or slots.get("topic"):
            return slots
        return {"topic": text.strip("。！!")} if 2 <= len(text) <= 20 and meaning.intent in ("report", "chat", "followup") else None
    return None


def read_date(text: str, local: datetime) -> Slots | None:
    """The day that she names; the past is meant."""
    for found in find_times(text, local, "report"):
        if found.first is None:
            continue
        slots: Slots = {"date": found.first.isoformat()[:7] if found.month_only else found.first.isoformat()}
        if found.last is not None and found.last != found.first and not found.month_only:
            slots["date_end"] = found.last.isoformat()
        if found.part:
            slots["part"] = found.part
        if found.clock:
            slots["time"] = found.clock
        return slots
    return None


def read_count(slot: str, text: str) -> Slots | None:
    """The number that she says, with its 来, 多, 不到."""
    number = parse_number(text)
    if number is None:
        counted = [n for n in find_numbers(text) if not n.is_ordinal]
        if len(counted) != 1 or len(text) > 20:
            return None
        number = counted[0]
    return {slot: number.notation} if number.notation else None


def named_change(text: str, local: datetime, vocabulary: Vocabulary) -> Slots | None:
    """A change that begins with the slot's name; None if the text is not one."""
    found = _NAMED.fullmatch(text.strip())
    if found is None or len(text) > 40 or _QUESTION.search(text):
        return None
    slot, value = texts.SLOT_WORDS[found["name"]], found["value"].strip("。！! ")
    value = re.sub(r"^.*(改成|改为|应该是|应为)", "", value).strip()
    if not value:
        return None
    if slot == "date":
        return read_date(value, local)
    if slot in _COUNTED:
        return read_count(slot, value)
    if slot in ("form", "category"):
        meaning = understand(value, ref=local, vocabulary=vocabulary)
        slots = meaning.reports[0].to_json() if meaning.reports else {}
        return {slot: slots[slot]} if slots.get(slot) else None
    if slot in ("partners", "speaker"):
        return {slot: [value]}
    return {slot: value}


def ask_same_event(other: Report, today: date) -> Reply:
    """There is a report of that day already: is it the same event? Never merged or counted twice silently."""
    return Reply(
        texts.SAME_EVENT.format(
            date=card.day(other.slots["date"], today), form=other.form, number=other.number, summary=card.summary(other.slots, today)),
        choices=(Choice(texts.SAME_CHOICE), Choice(texts.OTHER_CHOICE), Choice(texts.ADD_CHOICE)),
    )


def about_same_event(ctx: Context, draft: Draft) -> Reply | bool | None:
    """Her answer to that: a reply, True to go on with the draft, None if it was no answer."""
    if not draft.asked.startswith("same:"):
        return None
    other = ctx.session.get_one(Report, int(draft.asked[5:]))
    text = ctx.text
    if text == texts.SAME_CHOICE or re.fullmatch(r"是|是的|对|同一[件个次场].*", text):
        drafts.drop(ctx.state)
        if draft.photos:
            service.attach(ctx.session, other, tuple(draft.photos))
        return Reply(texts.KEPT_ONE.format(number=other.number))
    if text == texts.OTHER_CHOICE or re.match(r"不是|不同|另|两[件次场]", text):
        draft.not_same_as = other.id
        return True
    if text == texts.ADD_CHOICE or text.startswith("补"):
        from handlers.reports.rules import merge

        draft.slots = merge(other.slots, draft.slots)
        draft.report_id = other.id
        return True
    return None
