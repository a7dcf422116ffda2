"""What an obligation says once it is recognised: its window, its words, its evidence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from knowledge.calendar.workdays import add_workdays
from knowledge.reading.obligations.frame import Frame
from knowledge.reading.obligations.grouping import Clause
from knowledge.reading.obligations.judging import ATTENDS
from knowledge.reading.obligations.moments import Moment
from knowledge.reading.obligations.obligation import Obligation

LONGEST_EVIDENCE = 110  # characters; a longer clause is cut down to what carries its times and counts

_LATER = r"(?:推迟|延期|延后|延长|提前|调整|改|顺延)(?:至|到|为|在)"
GATHERING_MOVED = re.compile(
    rf"^(?:原定|原计划|原)?于?[^，。]{{0,18}}?(?P<was>召开|举办|举行|开展|进行)的(?P<what>[^，。]{{2,24}}?)，?(?:因[^，]{{1,8}}，?)?{_LATER}"
    r"(?P<act>召开|举办|举行|开展|进行)?"
)
PAPER_MOVED = re.compile(
    rf"^(?:《[^》]*》(?:（[^）]*）)?[中的]*)?(?P<what>[^，。《》]{{2,24}}?)的?报送的?(?:截止)?(?:时间|日期|期限|时限)(?:由[^，。]*?)?{_LATER}"
)
NAMES = re.compile(r"推荐|选送|申报|上报|报送|名额|确定|指定|明确")  # quotas are named before the campaign, not in it
#: A party's share of what is then due by one rule: 街道不少于5篇，乡镇不少于3篇，每月25日前报送.
SHARE = re.compile(r"\d[篇条份期件]$")
PROPOSES = re.compile(r"推荐|推报|选送|推选|申报|选报|评选|遴选")
PROPOSAL = re.compile(r"推荐|申报|事迹|材料|名单|登记表|审批表|汇总表|评选表|报送表")
BEFORE_TIME = "于在从自到将、和及："  # what falls away together with the time it leads to


def window(frame: Frame, moments: list[Moment], words: str) -> tuple[date | None, date | None, str | None]:
    start = end = None
    clock = None
    period = frame.period
    for moment in moments:
        if moment.since:
            start = start or moment.first
            continue
        if moment.rule is not None:
            clock = clock or moment.clock
            alone = not any(m.dated and m.rule is None for m in moments)
            if period is not None and alone and re.search(r"DAILY|WEEKLY", moment.rule):
                start, end = start or period[0], end or period[1]
            continue
        if moment.named == "period" and period is not None:
            start, end = start or period[0], end or period[1]
        elif moment.named == "table" and frame.table_span is not None:
            start, end = start or frame.table_span[0], end or frame.table_span[1]
        elif moment.named.startswith("after:") and period is not None and period[1] is not None:
            end = end or _after(period[1], moment.named.removeprefix("after:"))
        elif moment.dated:
            if start is None and end is None:
                start, end = moment.first, moment.last
            clock = clock or moment.clock
    if not moments and period is not None and frame.period != (None, None):
        if ATTENDS.search(words) and frame.appointments:
            moment = frame.appointments[0].moment
            return moment.first, moment.last, moment.clock
        long = period[0] is not None and period[1] is not None and (period[1] - period[0]).days >= 6
        if (
            long
            and not frame.appointments
            and not NAMES.search(words)
            and re.search(r"(?<!提前)\d|(?<!提前)[一二两三四五六七八九十]", words)
        ):
            start, end = period
    return start, end, clock


def narrowed(text: str, marks: bytearray, clause: Clause) -> Clause:
    """A long clause cut down to what carries its times and counts: a bracket, or the items of a list around them."""
    if clause.end - clause.start <= LONGEST_EVIDENCE:
        return clause
    carried = [(m.start, m.end) for m in clause.moments] + [(c.start, c.end) for c in clause.counts]
    if not carried:
        return clause
    first, last = min(a for a, _ in carried), max(b for _, b in carried)
    opening = max(text.rfind("（", clause.start, first), text.rfind("(", clause.start, first))
    if opening >= 0 and not re.search(r"[）)]", text[opening:first]):
        closing = re.compile(r"[）)]").search(text, last, clause.end)
        if closing is not None and not re.search(r"[（(]", text[first:last]):
            inner = clause.pieces[0]
            return Clause([replace(inner, start=opening + 1, end=closing.start())])
    pieces = [p for p in clause.pieces if p.end > first and p.start < last]
    start, end = pieces[0].start, pieces[-1].end
    for position in range(first - 1, start, -1):
        if text[position] in "、，," and not marks[position] and first - position > 12:
            start = position + 1
            break
    for position in range(last, end):
        if text[position] in "、，," and not marks[position] and position - start > 20:
            end = position
            break
    return Clause([replace(pieces[0], start=start, end=end)])


def paraphrase(text: str, clause: Clause) -> str:
    """The clause without its party, its time and its modal words."""
    cut: list[tuple[int, int]] = []
    for moment in clause.moments:
        first = moment.start
        while first > clause.start and text[first - 1] in BEFORE_TIME:
            first -= 1
        cut.append((first, moment.end))
    if clause.who is not None:
        cut.append(clause.who)
    kept = "".join(
        character
        for position, character in enumerate(text[clause.start : clause.end], clause.start)
        if not any(a <= position < b for a, b in cut)
    )
    kept = re.sub(r"^[，,、：:\s]*(?:请|要|应|须|需|于|在|从|自|将|并)*[，,]?", "", kept.replace("\n", ""))
    kept = re.sub(r"[，,]{2,}", "，", kept).strip("，, 　")
    moved = GATHERING_MOVED.match(kept)
    if moved is not None:
        return (moved["act"] or moved["was"]) + moved["what"]
    paper = PAPER_MOVED.match(kept)
    return ("报送" + paper["what"] if paper is not None else kept)[:40]


def date_proposals(found: list[Obligation], already: int) -> None:
    """每个乡镇推荐3户，推荐表7月25日前报送: who is proposed is due when the papers are."""
    for index in reversed(range(already, len(found))):
        one = found[index]
        if one.start or one.end or one.recurrence or not one.quantity:
            continue
        after = next(iter(found[index + 1 :]), None)
        if after and after.recurrence and SHARE.search(one.evidence) and after.offset[0] - one.offset[1] <= 2:
            found[index] = replace(one, recurrence=after.recurrence)
            continue
        for later in found[index + 1 :]:
            if not PROPOSES.search(one.evidence):
                break
            if later.end and not later.start and not later.recurrence and PROPOSAL.search(later.evidence):
                found[index] = replace(one, end=later.end)
                break


def _after(day: date, amount: str) -> date:
    """So long after an event's last day."""
    n, unit = int(re.sub(r"\D", "", amount) or 1), re.sub(r"\d", "", amount)
    if unit == "工作日":
        return add_workdays(day, n)
    return day + timedelta(days={"周": 7, "星期": 7, "月": 30}.get(unit, 1) * n)
