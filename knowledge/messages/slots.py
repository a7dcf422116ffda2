"""Fills the slots of one activity from the words of a passage."""

import re
from typing import Any

from knowledge.messages.activity import Beneficiary, Span
from knowledge.messages.counts import read_counts
from knowledge.messages.kinds import Kind
from knowledge.messages.moments import read_moment
from knowledge.messages.partners import read_partners
from knowledge.messages.passage import Passage
from knowledge.messages.places import read_place, read_unit
from knowledge.messages.speakers import read_speaker
from knowledge.messages.things import read_things
from knowledge.messages.topics import read_title, read_topic

_VISITED = re.compile(r"看|给|为|陪|慰问|帮|走访|送|照顾|到|去|替")
_OF_VISITS = frozenset({"慰问", "走访排查", "捐赠救助", "志愿服务"})


def read_slots(
    passage: Passage, kind: Kind, first: bool, adding: bool = False
) -> tuple[dict[str, Any], dict[str, Span]]:
    """Every slot the words of a passage fill; `adding` is for a message that only adds to an activity."""
    values: dict[str, Any] = {}
    spans: dict[str, Span] = {}

    def put(slot: str, value: Any, span: Span | None) -> None:
        values[slot] = value
        if span is not None:
            spans[slot] = span

    moment = read_moment(passage, today_by_default=first and not adding)
    if moment.date:
        put("date", moment.date, moment.span)
    if moment.date_end:
        put("date_end", moment.date_end, moment.span)
    if moment.part:
        put("part", moment.part, moment.clock_span or moment.span)
    if moment.time:
        put("time", moment.time, moment.clock_span)
    if moment.time_end:
        put("time_end", moment.time_end, moment.clock_span)
    place = read_place(passage)
    if place:
        values["place"], spans["place"] = place
    if not adding or kind.weight >= 3:
        if kind.form:
            put("form", kind.form, kind.form_span)
        if kind.category:
            put("category", kind.category, kind.category_span)
    things, span, taken = read_things(passage)
    if things:
        put("materials", tuple(things), span)
    counts = read_counts(passage, kind.form, taken)
    where = counts.spans
    if counts.participants:
        put("participants", counts.participants, where.get("participants"))
    if counts.women:
        put("women", counts.women, where.get("women"))
    if counts.children:
        put("children", counts.children, where.get("children"))
    if counts.sessions:
        put("sessions", counts.sessions, where.get("sessions"))
    if counts.cases:
        put("cases", counts.cases, where.get("cases"))
    if counts.participants:
        values["participants_unit"] = counts.participants_unit
    if (
        not counts.beneficiaries
        and kind.form in _OF_VISITS
        and (not counts.participants or kind.form in ("慰问", "志愿服务"))
    ):
        _uncounted(passage, kind, put)
    if counts.beneficiaries:
        put("beneficiaries", tuple(counts.beneficiaries), where.get("beneficiaries"))
    if counts.money:
        put("money", tuple(counts.money), where.get("money"))
    partners = read_partners(passage)
    if partners:
        values["partners"], spans["partners"] = tuple([p[0] for p in partners]), partners[0][1]
    speaker = read_speaker(passage, kind.form)
    if speaker:
        values["speaker"], spans["speaker"] = (speaker[0],), speaker[1]
    if not adding:
        title = read_title(passage)
        if title:
            values["title"], spans["title"] = title
        helped = values.get("beneficiaries")
        who = next((b.who for b in helped if b.who), "") if helped else ""
        topic = read_topic(passage, kind.form, title, who)
        if topic:
            values["topic"], spans["topic"] = topic
        unit = read_unit(passage)
        if unit:
            values["unit"], spans["unit"] = unit
    return values, spans


def _uncounted(passage: Passage, kind: Kind, put: Any) -> None:
    """看孤寡老人: those visited without a figure."""
    for hit in passage.hits:
        if "客" in hit.entry.person:
            after = passage.text[hit.end : hit.end + 2]
            before = passage.text[max(passage.start, hit.start - 6) : hit.start]
            if kind.form != "慰问" and not _VISITED.search(before):
                continue
            if hit.word in ("先进", "家庭") or after.startswith(("之家", "节")):
                continue
            put("beneficiaries", (Beneficiary(hit.word),), (hit.start, hit.end))
            return
