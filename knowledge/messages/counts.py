"""Says what each figure counts: who came, who was helped, sessions, cases, money; nothing unsaid is added."""

import re

from knowledge.messages.attendance import read_attendance
from knowledge.messages.counted import Group, read_group
from knowledge.messages.figures import HOUSE_UNITS, Counts, Figure
from knowledge.messages.helped import (
    GIVING,
    add_benefit,
    is_helped,
    listed,
    named_before,
    read_households,
    read_served,
    whom,
)
from knowledge.messages.passage import Passage
from knowledge.messages.sums import NOT_SUMS, read_cases, read_money, read_one_without_figure, read_sessions

__all__ = ["Counts", "read_counts"]

_TO_EACH = re.compile(r"[一每1](?:人|户|家|个人)(?:[一二两三四五六七八九十\d送发给各奖领捐])")
_ELECTED = re.compile(r"选出|当选|选举产生|选了|补选")
_HOMES = frozenset({"敬老院", "养老院", "福利院", "幸福院", "光荣院", "颐养之家"})


def read_counts(passage: Passage, form: str | None, taken: set[int]) -> Counts:
    """Assign every figure of the passage not already `taken` (by its start) by things handed out."""
    counts = Counts()
    groups: list[Group] = []
    text = passage.text
    for number in passage.numbers:
        start = number.start
        if start in taken or _TO_EACH.match(text, start, start + 4):
            continue
        figure = Figure(passage, number)
        if number.unit not in NOT_SUMS and (
            read_money(figure, counts) or read_sessions(figure, counts) or read_cases(figure, counts)
        ):
            continue
        if number.unit in HOUSE_UNITS:
            read_households(figure, counts, form)
            continue
        if read_served(figure, counts, form):
            continue
        group = read_group(figure)
        if group is None or (form == "会议" and _ELECTED.search(text, figure.left, start)):
            continue
        if group.noun in ("家庭", "农户", "夫妻"):
            if form in GIVING:
                read_households(figure, counts, form)
            continue
        if is_helped(group, form) or ("客" in group.marks and _there_to_serve(passage)):
            who = listed(passage, whom(passage, group.noun)) or named_before(figure)
            add_benefit(counts, figure, who, "人次" if number.unit == "人次" else "人")
        else:
            groups.append(group)
    read_one_without_figure(passage, counts)
    read_attendance(passage, groups, counts, form)
    return counts


def _there_to_serve(passage: Passage) -> bool:
    """Volunteers beside old people, or a home for them: the old are those helped, whatever the form."""
    return any("队" in h.entry.person or h.word in _HOMES for h in passage.hits)
