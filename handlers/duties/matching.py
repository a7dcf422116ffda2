"""Which duties an amendment means: by the part of the circular it names, its words, its day, what it is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.reading import Document
from knowledge.reading.document import Section
from knowledge.reading.obligations import Amendment
from knowledge.retrieval.references import numeral
from knowledge.text import normalise

#: What a sentence of an amendment says besides its subject.
_EMPTY = re.compile(
    r"报送时间|截止时间|截止日期|完成时限|完成时间|活动时间|时间|日期|期限|时限|报送|上报|文件|通知|规定|要求|工作|活动|[的中里由将在]"
)
#: Of two duties that an amendment may mean the less likely one is left out if it is so much less likely.
_NEAR = 0.34
_LEAST = 0.34


@dataclass(frozen=True, slots=True)
class Candidate:
    """A duty that rests on the earlier circular. `days` are the days on which it is due, `at` its place in the original."""

    duty_id: int
    title: str
    evidence: str
    days: tuple[date, ...]
    recurrence: str = ""
    at: int | None = None


def span_of(document: Document, item: Sequence[str]) -> tuple[int, int] | None:
    """Where the part stands that 第三条第（二）款 names, in characters of the original; None if there is none."""
    found: Section | None = None
    for depth, name in enumerate(item):
        wanted = numeral(name)
        inside = [
            section
            for section in document.sections
            if (found is None or (found.start < section.start and section.end <= found.end))
            and numeral(re.sub(r"[^\d一二三四五六七八九十百]", "", section.label)) == wanted
        ]
        level = min((section.level for section in inside), default=None)
        if level is None:
            return None if depth == 0 else document.original_span(found.start, found.end) if found else None
        found = next(section for section in inside if section.level == level)
    return document.original_span(found.start, found.end) if found is not None else None


def meant(
    amendment: Amendment, candidates: Sequence[Candidate], *, part: tuple[int, int] | None, named: bool
) -> list[Candidate]:
    """The duties that the amendment means, the likeliest first; `named` says that the earlier document is named.

    Without a name the day and the subject both have to fit.
    """
    if named and _whole(amendment):
        return list(candidates)
    scored = [(_score(amendment, one, part, named, len(candidates)), one) for one in candidates]
    fitting = [(score, one) for score, one in scored if score > 0]
    best = max((score for score, _ in fitting), default=0.0)
    kept = [(score, one) for score, one in fitting if score >= best - _NEAR]
    return [one for _, one in sorted(kept, key=lambda pair: (-pair[0], pair[1].duty_id))]


def _whole(amendment: Amendment) -> bool:
    """Whether the whole earlier document is called off: 《…》（…号）同时废止."""
    said = amendment.number or amendment.title
    return (
        amendment.kind == "dropped"
        and bool(said)
        and not amendment.item
        and not amendment.quoted
        and amendment.old is None
        and len(_EMPTY.sub("", amendment.what)) < 3
    )


def _score(amendment: Amendment, one: Candidate, part: tuple[int, int] | None, named: bool, among: int) -> float:
    """How well it fits; 0 if it cannot be meant."""
    score = 0.0
    if amendment.quoted:
        if normalise(amendment.quoted) not in normalise(one.evidence + "\n" + one.title):
            return 0.0
        score += 3.0
    if amendment.item and part is not None:
        if one.at is None or not part[0] <= one.at < part[1]:
            return 0.0
        score += 2.0
    fits = fitting_days(amendment, one.days)
    if amendment.old is not None:
        if not fits and not score:
            return 0.0
        score += 2.0 if fits else 0.0
    if amendment.old_rule is not None and one.recurrence:
        score += 2.0 if _same_rule(amendment.old_rule, one.recurrence) else 0.0
    like = likeness(amendment.what, one)
    if not named and not (like >= 0.5 and (score or amendment.old is None) and amendment.former):
        return 0.0
    subject = _EMPTY.sub("", amendment.what)
    if not score and like < 0.5:
        if not (named and among == 1 and len(subject) < 2):
            return 0.0
        score += 0.1
    if score and len(subject) >= 4 and like < 0.2 and not amendment.quoted and not amendment.item:
        return 0.0
    return score + like


def fitting_days(amendment: Amendment, days: Sequence[date]) -> list[date]:
    """The days due that the amendment's earlier day or month means."""
    if amendment.old is None:
        return []
    return [day for day in days if (amendment.old_start or amendment.old) <= day <= amendment.old]


def _same_rule(one: str, other: str) -> bool:
    def parts(rule: str) -> set[str]:
        return set(rule.split(";"))

    return parts(one) == parts(other) or one.split(";")[0] == other.split(";")[0]


def likeness(what: str, one: Candidate) -> float:
    """Of the pairs of characters in what an amendment speaks of, how many the duty's sentence has."""
    subject = normalise(_EMPTY.sub("", what))
    pairs = {subject[i : i + 2] for i in range(len(subject) - 1)}
    if not pairs:
        return 0.0
    said = normalise(one.evidence + "\n" + one.title)
    return sum(pair in said for pair in pairs) / len(pairs)


__all__ = ["Candidate", "fitting_days", "likeness", "meant", "span_of"]
