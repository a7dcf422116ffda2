"""To be at what the label lines announce: 会议时间, 参会人员."""

from __future__ import annotations

import re

from knowledge.reading.document import Document
from knowledge.reading.obligations.actors import level_of
from knowledge.reading.obligations.amounts import amounts
from knowledge.reading.obligations.clauses import LABEL
from knowledge.reading.obligations.frame import Appointment, Frame
from knowledge.reading.obligations.obligation import Obligation

LONGEST = 118  # characters; label lines that stand closer together are quoted as one


def attendance(document: Document, frame: Frame) -> list[Obligation]:
    """One obligation an appointment; the evidence runs from 时间 to 参加人员 where they stand close."""
    main = next((a for a in frame.appointments if a.label != "报到"), None)
    return [_attend(document, frame, a, a is main) for a in frame.appointments]


def _attend(document: Document, frame: Frame, appointment: Appointment, main: bool) -> Obligation:
    start, end = appointment.line
    who: tuple[str, ...] = frame.addressees or frame.issuer
    quantity: tuple[tuple[str, str], ...] = ()
    people = frame.people
    if people is not None and main:
        _, first, stop = people
        label = LABEL.match(document.text, first, stop)
        first = label.end() if label else first
        quantity = tuple((count.item, count.n) for count in amounts(document.text, first, stop, []))
        listed = re.sub(
            r"[（(][^（）()]*\d[^（）()]*[)）]|[，,]?各?共?\d+[人名].*|[。；].*", "", document.text[first:stop]
        ).strip()
        named = [part for part in re.split(r"[，、]", listed) if 2 <= len(part) <= 20]
        who = tuple(named) or who
        if max(end, stop) - min(start, people[0]) <= LONGEST:
            start, end = min(start, people[0]), max(end, stop)
    moment = appointment.moment
    label = LABEL.match(document.text, start, end)
    start = label.end() if label else start
    span = document.original_span(start, end)
    return Obligation(
        who=who,
        level=level_of(who[0], frame.level) if who else frame.level,
        what=re.split(r"[、和及]", appointment.label)[0].replace("时间", "") or "参加",
        start=moment.first,
        end=moment.last,
        time=moment.clock,
        deadline_text=document.text[moment.start : moment.end],
        tentative=False,
        quantity=quantity,
        recurrence=None,
        evidence=document.original[span[0] : span[1]],
        offset=span,
    )
