"""What a circular changes about earlier ones: dates put off or brought forward, orders repealed or cancelled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from knowledge.calendar import find_times
from knowledge.reading.document import Document
from knowledge.reading.obligations.clauses import sentences, shaded
from knowledge.reading.obligations.frame import LEAFLET, lines, reference
from knowledge.reading.obligations.moments import NO_DATE

MOVED = re.compile(r"(?:推迟|延期|延后|延长|顺延|提前|调整|变更|改|延)(?:至|到|为|在)")
DROPPED = re.compile(r"同时废止|予以废止|废止|停止执行|不再执行|自行失效|取消|停止|终止")
KEPT = re.compile(r"取消.{0,10}资格|停止供|终止.{0,4}合同|不得取消")
TITLE = re.compile(r"《(?P<title>[^《》]{2,60})》")
NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[〔\[（(]\s*\d{4}\s*[〕\]）)]\s*\d+\s*号")
HELD = re.compile(r"^(?:[^，。；]{0,12}(?:召开|举办|举行|开展)的|召开|举办|原定|原计划)+")
LEAD = re.compile(r"^(?:原定|原计划|原|本定|将|于|由|的|在|因故|，|、|：)+|(?:由|从|于|在|的|因故|，|、)+$")


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change: `kind` moved or dropped, `what` it concerns, the old day and the new window where they are said.

    `number` and `title` name the earlier document if the sentence does. `offset` counts characters of the original.
    """

    kind: Literal["moved", "dropped"]
    what: str
    old: date | None
    start: date | None
    end: date | None
    number: str | None
    title: str | None
    evidence: str
    offset: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        """The amendment with ISO dates."""
        return {
            "kind": self.kind,
            "what": self.what,
            "old": self.old.isoformat() if self.old else None,
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "number": self.number,
            "title": self.title,
            "evidence": self.evidence,
            "offset": list(self.offset),
        }


def find_amendments(document: Document) -> list[Amendment]:
    """The changes a document makes to earlier orders, in the order in which they stand."""
    text = document.text
    marks = shaded(text)
    found: list[Amendment] = []
    if LEAFLET.search(document.meta.title or ""):
        return found
    for start, end in lines(text):
        if start < document.body_start or not (MOVED.search(text, start, end) or DROPPED.search(text, start, end)):
            continue
        for sentence in sentences(text, start, end, marks):
            amendment = _read(document, sentence.start, sentence.end)
            if amendment is not None:
                found.append(amendment)
    return found


def _read(document: Document, start: int, end: int) -> Amendment | None:
    words = document.text[start:end]
    moved = MOVED.search(words)
    dropped = DROPPED.search(words)
    ref = datetime.combine(reference(document) or NO_DATE, time())
    first = last = old = None
    if moved is not None:
        said = find_times(words, ref, mode="circular")
        before = [t for t in said if t.end <= moved.start() and (t.first or t.last)]
        after = [t for t in said if t.start >= moved.start() and (t.first or t.last)]
        if not after:
            return None
        old = (before[0].last or before[0].first) if before else None
        closing = re.search(r"截止|延长|期限|时限|前$", words[: moved.end()]) is not None
        first, last = (None if closing else after[0].first), after[0].last or after[0].first
        what = words[: moved.start()]
        for spoken in reversed(before):
            what = what[: spoken.start] + what[spoken.end :]
    elif dropped is not None and not KEPT.search(words):
        what = words[: dropped.start()]
    else:
        return None
    title, number = TITLE.search(words), NUMBER.search(words)
    span = document.original_span(start, end)
    return Amendment(
        kind="moved" if moved is not None else "dropped",
        what=HELD.sub("", LEAD.sub("", LEAD.sub("", what).rpartition("，")[2])).strip()[:60],
        old=old,
        start=first,
        end=last,
        number=number[0] if number else None,
        title=title["title"] if title else None,
        evidence=document.original[span[0] : span[1]],
        offset=span,
    )
