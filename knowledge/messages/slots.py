"""Fills the slots of one activity from the words of a passage."""

import re
from typing import Any

from knowledge.messages.activity import Beneficiary, Span
from knowledge.messages.counts import Counts, read_counts
from knowledge.messages.kinds import Kind
from knowledge.messages.moments import Moment, read_moment
from knowledge.messages.partners import read_partners
from knowledge.messages.passage import Passage
from knowledge.messages.places import read_place, read_unit
from knowledge.messages.speakers import read_speaker
from knowledge.messages.things import read_things
from knowledge.messages.topics import read_title, read_topic
from knowledge.messages.vocabulary import Hit

_VISITED = re.compile(r"看|给|为|陪|慰问|帮|走访|送|照顾|到|去|替")
_OF_VISITS = frozenset({"慰问", "走访排查", "捐赠救助", "志愿服务"})


def read_slots(
    passage: Passage, kind: Kind, first: bool, adding: bool = False
) -> tuple[dict[str, Any], dict[str, Span]]:
    """Every slot the words of a passage fill; `adding` is for a message that only adds to an activity."""
    values: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    _when(read_moment(passage, today_by_default=first and not adding), values, spans)
    place = read_place(passage)
    if place:
        values["place"], spans["place"] = place
    form = kind.form
    if not adding or kind.weight >= 3:
        if form:
            values["form"] = form
            if kind.form_span:
                spans["form"] = kind.form_span
        if kind.category:
            values["category"] = kind.category
            if kind.category_span:
                spans["category"] = kind.category_span
    things, span, taken = read_things(passage)
    if things:
        values["materials"] = tuple(things)
        if span:
            spans["materials"] = span
    counts = read_counts(passage, form, taken)
    _counted(counts, values, spans)
    helped = counts.beneficiaries
    if helped:
        spans["beneficiaries"] = counts.spans["beneficiaries"]
    elif form in _OF_VISITS and (not counts.participants or form in ("慰问", "志愿服务")):
        found = _uncounted(passage, form)
        if found:
            helped = [Beneficiary(found.word)]
            spans["beneficiaries"] = (found.start, found.end)
    if helped:
        values["beneficiaries"] = tuple(helped)
    if counts.money:
        values["money"], spans["money"] = tuple(counts.money), counts.spans["money"]
    partners = read_partners(passage)
    if partners:
        values["partners"], spans["partners"] = tuple([p[0] for p in partners]), partners[0][1]
    speaker = read_speaker(passage, form)
    if speaker:
        values["speaker"], spans["speaker"] = (speaker[0],), speaker[1]
    if not adding:
        title = read_title(passage)
        if title:
            values["title"], spans["title"] = title
        who = next((b.who for b in helped if b.who), "") if helped else ""
        topic = read_topic(passage, form, title, who)
        if topic:
            values["topic"], spans["topic"] = topic
        unit = read_unit(passage)
        if unit:
            values["unit"], spans["unit"] = unit
    return values, spans


def _when(moment: Moment, values: dict[str, Any], spans: dict[str, Span]) -> None:
    """Put down the day and the hour."""
    day, hour = moment.span, moment.clock_span
    if moment.date:
        values["date"] = moment.date
        if day:
            spans["date"] = day
        if moment.date_end:
            values["date_end"] = moment.date_end
            if day:
                spans["date_end"] = day
    if moment.part:
        values["part"] = moment.part
        at = hour or day
        if at:
            spans["part"] = at
    if moment.time and hour:
        values["time"], spans["time"] = moment.time, hour
        if moment.time_end:
            values["time_end"], spans["time_end"] = moment.time_end, hour


def _counted(counts: Counts, values: dict[str, Any], spans: dict[str, Span]) -> None:
    """Put down who came, and how often."""
    where = counts.spans
    if counts.participants:
        values["participants"], spans["participants"] = counts.participants, where["participants"]
        values["participants_unit"] = counts.participants_unit
    if counts.women:
        values["women"], spans["women"] = counts.women, where["women"]
    if counts.children:
        values["children"], spans["children"] = counts.children, where["children"]
    if counts.sessions:
        values["sessions"], spans["sessions"] = counts.sessions, where["sessions"]
    if counts.cases:
        values["cases"], spans["cases"] = counts.cases, where["cases"]


def _uncounted(passage: Passage, form: str | None) -> Hit | None:
    """看孤寡老人: those visited without a figure."""
    for hit in passage.people:
        if "客" in hit.entry.person:
            after = passage.text[hit.end : hit.end + 2]
            before = passage.text[max(passage.start, hit.start - 6) : hit.start]
            if form != "慰问" and not _VISITED.search(before):
                continue
            if hit.word in ("先进", "家庭") or after.startswith(("之家", "节")):
                continue
            return hit
    return None
