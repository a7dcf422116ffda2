"""What holds for a whole circular: its date, its parties, where orders begin, the period of the campaign, the event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from knowledge.reading.document import Document, Section
from knowledge.reading.obligations.actors import level_of, split_parties, subject_at
from knowledge.reading.obligations.clauses import LABEL
from knowledge.reading.obligations.moments import Moment, moments_in
from knowledge.reading.obligations.vocabulary import any_of, either, words

ORDER = re.compile(
    r"(?:通知|公告|安排|部署|方案|计划|意见|要求|事项|办法|提示|说明)[^。\n]{0,12}如下|(?:通知|安排|要求)如下|遵照执行|制定(?:本|如下|此)|议定(?:事项)?如下|如下(?:几点|几项)?(?:工作)?(?:实施)?(?:方案|要求|意见|措施|部署)|抓好贯彻"
)
SUMMARY = re.compile(r"总结|回顾|述职|情况(?:的)?(?:报告|汇报|通报)")
ORDERING = re.compile(r"(?:通知|方案|要点|意见|函|办法|制度)[）)》]?$|^[^总回述]*(?:计划|要点|安排)$")
OUTLOOK = re.compile(
    r"下一步|下步|明年|今后|主要任务|工作思路|工作打算|工作计划|下一年|下半年(?:工作)?(?:打算|计划|安排)|\d{4}年(?:工作)?.{0,4}(?:任务|计划|打算|安排|要点|思路)"
)
PLAN_YEAR = re.compile(r"(?P<year>20\d\d)年度?[^，。；\n]{0,24}(?:计划|任务|要点|方案|一[览栏]表|安排|目标)")
CAMPAIGN = re.compile(
    r"(?:调查|申报|征集|投票|展示|筛查|服务|整治|行动|活动|宣传|评选|检查|督查|实施|排查|征集|开展)(?:起止)?时间"
)
APPOINTMENT = re.compile(r"会|培训|报到|赛|演出|展演|座谈|观摩|授牌|集中|集合|考试|上课|开班|讲座")
LEAFLET = re.compile(r"问答|[十百]问|答疑|手册")
FULL_DATE = re.compile(r"(20\d\d)年(1[0-2]|0?[1-9])月(0?[1-9]|[12]\d)日")
BARE_SPAN = re.compile(
    r"[\s　自从于]*[\d年月日—\-－~～至到、.（）()星期周一二三四五六日上中下旬底]+(?:期间|止|进行|开展|为期)?[\d天。\s]*"
)
SHORT = 15  # days; a longer span is a campaign, not an appointment
ANNOUNCED_SPAN = re.compile(r"(?:定于|拟于|将于|决定于|自|从)$")
CARRIED_OUT = re.compile(r"^[^。；]{0,24}(?:开展|举办|进行|举行|实施)")
CALLED = re.compile(
    r"[\s　]*(?:@|【[^】]{1,8}】@?)[\s　]*(?P<who>[各全所本][\u4e00-\u9fff（）、]{1,18}?)(?=[：:\s，,])"
)
CALL = re.compile(r"[\s　]*(?:@|【[^】]{1,8}】|通知[：:]|请)+")
ARRIVAL = re.compile(r"[，,（( ]*(?:前)?(?:集中)?报到")
SESSION = re.compile(r"第[一二三四五六七八\d](?:期|批|场)[：:，,]?[^，。；]{0,2}$")
TAKES_PLACE = re.compile(
    r"(?:检查|活动|宣传|培训|竞赛|比赛|评选|督查|排查|筛查|行动|体检)[^，。；]{0,6}(?:将于|定于|拟于|于|从|自)$"
)


@dataclass(frozen=True, slots=True)
class Appointment:
    """An event one has to be at, as its label lines tell it."""

    label: str
    moment: Moment
    line: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the clauses of one circular share. `order_from` is where background ends and orders begin."""

    ref: date | None
    level: str
    issuer: tuple[str, ...]
    addressees: tuple[str, ...]
    order_from: int
    background_until: int
    period: tuple[date | None, date | None] | None
    appointments: tuple[Appointment, ...]
    people: tuple[int, int, int] | None
    table_span: tuple[date, date] | None
    label_lines: frozenset[int]


def reference(document: Document) -> date | None:
    """The day from which the circular's words count: its date of issue, as far as it is known."""
    parts = [int(part) for part in (document.meta.date or "").split("-") if part.isdigit()]
    if parts and 1900 < parts[0] < 2200:
        try:
            return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
        except ValueError:
            return None
    dated = FULL_DATE.search(document.text, 0, 400)
    if dated is not None:
        return date(*(int(part) for part in dated.groups()))
    plan = PLAN_YEAR.search(f"{document.meta.title or ''}\n{document.text[:300]}")
    return date(int(plan["year"]), 1, 1) if plan else None


def lines(text: str) -> list[tuple[int, int]]:
    """The lines of a text as spans, blank ones left out."""
    found = []
    position = 0
    for line in text.split("\n"):
        if line.strip():
            found.append((position, position + len(line)))
        position += len(line) + 1
    return found


def _labelled(name: str) -> re.Pattern[str]:
    return re.compile(rf"[\s　]*(?P<label>{either(words(name))})[\s　]*(?:[：:。]|$|[\s　]+(?=\S))[\s　]*")


def chain(document: Document, position: int) -> list[Section]:
    """The sections that contain a position, outermost first."""
    return [section for section in document.sections if section.start <= position < section.end]


def frame_of(document: Document, table_span: tuple[date, date] | None) -> Frame:
    """Read what a circular's clauses share."""
    text = document.text
    ref = reference(document)
    spans = lines(text)
    appointments: list[Appointment] = []
    label_lines: set[int] = set()
    period: tuple[date | None, date | None] | None = None
    people: tuple[int, int, int] | None = None
    time_label, people_label = _labelled("event_labels.txt"), _labelled("people_labels.txt")
    for index, (start, end) in enumerate(spans):
        if end - start > 200:
            continue
        label_end = LABEL.match(text, start, end)
        at = label_end.end() if label_end else start
        match = time_label.match(text, at, end)
        if match is not None and ref is not None:
            where = [(match.end(), end)] if match.end() < end else []
            if index + 1 < len(spans) and (match.end() >= end - 1):
                where.append(spans[index + 1])
            for first, last in where:
                if re.search(r"[要请须]|完成|报送|上报", text[first:last]):
                    continue
                if match["label"] in ("时间安排", "进度安排", "时间步骤") and not BARE_SPAN.fullmatch(text[first:last]):
                    continue
                found = [m for m in moments_in(text, first, last, ref) if m.last is not None and not m.rule]
                if not found:
                    continue
                moment = found[0]
                if match["label"].startswith("时间") and moment.last is not None and moment.last <= ref:
                    label_lines.update((start, first))  # when it was sent off
                    break
                days = (moment.last - moment.first).days if moment.first and moment.last else 0
                label = match["label"]
                label_lines.update((start, first))
                if (CAMPAIGN.search(label) and days > 0) or days > SHORT:
                    period = period or (moment.first, moment.last)
                elif APPOINTMENT.search(label) or moment.clock or label.startswith("时间") or days == 0:
                    appointments.append(Appointment(label, moment, (start, last)))
                    period = period or (moment.first, moment.last)
                    for other in found[1:]:
                        arrival = ARRIVAL.match(text, other.end, last)
                        session = SESSION.search(text, max(first, other.start - 8), other.start)
                        if arrival is not None or session is not None:
                            name = "报到" if arrival else label
                            stop = arrival.end() if arrival else other.end
                            appointments.append(Appointment(name, other, (other.start, stop)))
                break
        match = people_label.match(text, at, end)
        if match is not None and people is None:
            if match.end() < end:
                people = (start, match.end(), end)
            elif index + 1 < len(spans):
                people = (start, *spans[index + 1])
            if people is not None:
                label_lines.update((start, people[1]))
    title = document.meta.title or text[:60]
    order = ORDER.search(text, 0, max(len(text) // 2, min(len(text), 1500)))
    first_section = min((section.start for section in document.sections), default=0)
    order_from = order.end() if order else (0 if document.meta.addressees else first_section)
    if period is None and ref is not None:
        limit = document.body_start + 200
        if first_section > document.body_start:  # what an item announces is its own matter
            limit = min(limit, first_section)
        preamble = [span for span in spans[:14] if span[0] < max(order_from, limit)]
        period = _announced(text, preamble, ref)
    background_until = 0
    reviews = re.search(r"总结|述职", title) or not document.meta.addressees
    if SUMMARY.search(title) and not ORDERING.search(title) and reviews:
        background_until = len(text)
        for section in document.sections:
            if OUTLOOK.search(section.heading or "") or (section.level == 0 and OUTLOOK.search(section.label)):
                background_until = section.start
                break
    issuer = document.meta.issuer
    return Frame(
        ref=ref,
        level=level_of(issuer[0]) if issuer else "",
        issuer=issuer,
        addressees=document.meta.addressees or _called(text, spans),
        order_from=order_from,
        background_until=background_until,
        period=period,
        appointments=tuple(appointments),
        people=people,
        table_span=table_span,
        label_lines=frozenset(label_lines),
    )


def _called(text: str, spans: list[tuple[int, int]]) -> tuple[str, ...]:
    """Whom an informal notice calls at its beginning: @各镇街妇联 …, 【通知】各村妇联主席：…"""
    for start, end in spans[:3]:
        called = CALLED.match(text, start, end)
        if called is not None:
            return split_parties(called["who"])
        lead = CALL.match(text, start, end)
        at = lead.end() if lead else start
        found = subject_at(text, at, end)
        if found is not None and found[0] == at and (lead or text[found[1] : found[1] + 1] in "：:"):
            return split_parties(text[slice(*found)])
    return ()


def _announced(text: str, spans: list[tuple[int, int]], ref: date) -> tuple[date | None, date | None] | None:
    """The period a preamble gives: 检查将于某日至某日进行."""
    for start, end in spans:
        found = moments_in(text, start, end, ref)
        for moment, later in zip_longest(found, found[1:]):
            before = text[max(start, moment.start - 16) : moment.start]
            if moment.since and moment.first and later is not None and later.last and later.first is None:
                return moment.first, later.last
            if moment.first and moment.last and moment.first < moment.last and not moment.rule:
                if TAKES_PLACE.search(before):
                    return moment.first, moment.last
                if ANNOUNCED_SPAN.search(before) and CARRIED_OUT.search(text[moment.end : end]):
                    return moment.first, moment.last
    return None


def _closes(heading: str, position: int) -> bool:
    """Whether a word ends its part of a heading: 活动主题, 评选条件和名额, but not 主题活动."""
    return position == len(heading) or heading[position] in "和与及、（(：: 。"


def aside(document: Document, position: int) -> bool:
    """Whether a position stands under a heading where nothing is ordered (评选条件, 指导思想)."""
    wanted = any_of("aside_headings.txt")
    return any(
        len(section.heading) <= 16
        and any(_closes(section.heading, match.end()) for match in wanted.finditer(section.heading))
        and "任务" not in section.heading
        for section in chain(document, position)
        if section.heading
    )
