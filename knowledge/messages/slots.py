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
        if value:
            values[slot] = value
            if span is not None:
                spans[slot] = span

    moment = read_moment(passage, today_by_default=first and not adding)
    put("date", moment.date, moment.span)
    put("date_end", moment.date_end, moment.span)
    put("part", moment.part, moment.clock_span or moment.span)
    put("time", moment.time, moment.clock_span)
    put("time_end", moment.time_end, moment.clock_span)
    place = read_place(passage)
    if place:
        put("place", *place)
    if not adding or kind.weight >= 3:
        put("form", kind.form, kind.form_span)
        put("category", kind.category, kind.category_span)
    things, span, taken = read_things(passage)
    put("materials", tuple(things), span)
    counts = read_counts(passage, kind.form, taken)
    for slot, count in (
        ("participants", counts.participants),
        ("women", counts.women),
        ("children", counts.children),
        ("sessions", counts.sessions),
        ("cases", counts.cases),
    ):
        if count:
            put(slot, count, counts.spans.get(slot))
    if counts.participants:
        values["participants_unit"] = counts.participants_unit
    if (
        not counts.beneficiaries
        and kind.form in _OF_VISITS
        and (not counts.participants or kind.form in ("慰问", "志愿服务"))
    ):
        _uncounted(passage, kind, put)
    put("beneficiaries", tuple(counts.beneficiaries), counts.spans.get("beneficiaries"))
    put("money", tuple(counts.money), counts.spans.get("money"))
    partners = read_partners(passage)
    put("partners", tuple(p[0] for p in partners), partners[0][1] if partners else None)
    speaker = read_speaker(passage, kind.form)
    if speaker:
        put("speaker", (speaker[0],), speaker[1])
    if not adding:
        title = read_title(passage)
        if title:
            put("title", *title)
        who = next((b.who for b in values.get("beneficiaries", ()) if b.who), "")
        topic = read_topic(passage, kind.form, title, who)
        if topic:
            put("topic", *topic)
        unit = read_unit(passage)
        if unit:
            put("unit", *unit)
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
