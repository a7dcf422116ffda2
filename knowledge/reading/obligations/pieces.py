"""What stands in one chunk of a sentence: its party, its times, its counts, its acts."""

from __future__ import annotations

import re

from knowledge.reading.obligations.actors import LEAD, subject_at
from knowledge.reading.obligations.amounts import amounts
from knowledge.reading.obligations.grouping import Piece
from knowledge.reading.obligations.judging import IN_FORCE, REPEALED
from knowledge.reading.obligations.moments import Moment
from knowledge.reading.obligations.vocabulary import acts, pairs

GATHERING = re.compile(r"开(?![展放通设办])[^，。；]{0,8}会|(?<=[县区乡镇村组])查(?=[\u4e00-\u9fff])")
EXEMPT = re.compile(r"不需|无需|不必|不再|毋须|免于|可不|不用")
UNIT_OF_MANY = re.compile(r"(?:妇联|妇工委|妇委会|单位|部门|乡镇|街道|社区|村)$")
#: What may stand between a party and the time it is followed by, or before a time with which a chunk begins.
BEFORE_A_TIME = ("", "第", "于第", "在第", "“", "于", "在", "从", "自", "到", "每")


def piece_at(text: str, marks: bytearray, start: int, end: int, line_moments: list[Moment], earlier: int) -> Piece:
    """The chunk `start:end` of a sentence that begins at `earlier`, with those of the line's times that stand in it."""
    words = text[start:end]
    moments = [moment for moment in line_moments if start <= moment.start < end]
    who = _subject(text, start, end, moments)
    floor = who[1] if who else start
    counts = amounts(text, start, end, [(m.start, m.end) for m in moments], marks, earlier)
    verbs = [
        (match.start(), match.end(), pairs("acts.tsv")[match[0]])
        for match in acts().finditer(text, floor, end)
        if pairs("acts.tsv")[match[0]] != "noun" and not _in_title(text, marks, match.start())
    ]
    gathering = GATHERING.search(text, floor, end)
    if gathering is not None and not verbs:
        verbs.append((*gathering.span(), "hold"))
    void = EXEMPT.search(words) or IN_FORCE.search(words) or (REPEALED.search(words) and "资格" not in words)
    return Piece(start, end, words, moments, counts, who, verbs, bool(void))


def _in_title(text: str, marks: bytearray, start: int) -> bool:
    """Whether the act is inside a title or quotation (“送法进家庭”宣传)."""
    return bool(marks[start]) and text[start - 1 : start] not in ("（", "(")


def _subject(text: str, start: int, end: int, moments: list[Moment]) -> tuple[int, int] | None:
    position = start
    if text.startswith("其中", start):
        named = subject_at(text, start + 2 + text.startswith(("，", "："), start + 2), end)
        return named if named and UNIT_OF_MANY.search(text[slice(*named)]) else None
    for _ in range(4):
        lead = LEAD.match(text, position, end)
        if lead is not None:
            position = lead.end()
        moved = False
        for moment in moments:
            at = moment.start
            if position <= at <= position + 2 and text[position:at] in BEFORE_A_TIME:
                position = moment.end
                while position < end and text[position] in "，, 前）)":
                    position += 1
                moved = True
        if not moved:
            break
    found = subject_at(text, position, end)
    if found is None:
        for match in re.finditer(r"请|要求|由|督促|组织(?=各)|指导|[：:]", text[start:end]):
            found = subject_at(text, start + match.end(), end)
            if found is not None:
                break
    return found
