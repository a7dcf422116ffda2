"""When: the time expressions of a clause that bind somebody, told apart from those that only describe."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from knowledge.calendar import find_times
from knowledge.calendar.workdays import add_workdays

NO_DATE = date(2000, 1, 1)
HINT = re.compile(r"[\d月日年周季旬节天点前后底末期]|每")
FILLER = "\u3000"
HIDDEN = re.compile(
    r"《[^《》\n]{2,60}》|〔\d{4}〕\s*\d+\s*号|(?<![调修更变][整改正更][为成])(?<!改为)(?<!改成)“(?!(?:六一|三八|七一|八一|十一|五一|五四|元旦|春节|国庆|中秋|端午|清明|重阳)”(?:节|前|期|当))[^”\n]{1,40}”"
)
WITHIN = re.compile(
    r"(?P<event>后|之日起|以后|之后)?(?P<n>\d+|[一二两三四五六七八九十]+)个?(?P<unit>小时|工作日|日|天|周|星期|月)(?:之)?内"
)
RECEIPT = re.compile(
    r"(?:(?:收到|接到|接)(?:本|此|该)?(?:通知|文件|函|来文|通报|方案)?|收文|印发|下发|发文|发布)(?:之日起|后|以后|之后)?$"
)
AFTER_EVENT = re.compile(
    r"(?:活动|会议|培训|检查|比赛|竞赛|评选|宣传|行动|督查|筛查|换届)(?:周|月|季|日|班)?[^，。；]{0,4}(?:(?:结束|完成|开展|举办|举行)?(?:后|之后)|结束)$"
)
UNDATED = re.compile(r"后|的[，,]?|情况|发现|案件|接报|遇|如有|重大|突发|起$|之日")
ELIGIBLE = re.compile(r"近|[\d一二两三四五六七八九十]+年(?:之)?内|年以来|连续|周岁|以来")
FORMER = re.compile(
    r"(?:原定|原计划|原拟|原要求|原(?:通知|文件|方案|定|计划)要求|原通知|原安排|原规定|原则?上?要求|原来的?|原|本定|原先)(?:时间)?(?:定)?(?:于|在|为)?$"
)
MOVED = re.compile(
    r"^(?:召开|举行|举办|开展|进行|的[^，。；]{0,10})?[^，。；\d]{0,6}?(?:推迟|延期|延后|延长|调整|变更|改|提前|顺延)(?:至|到|为|在)"
)
CLOSING = re.compile(
    r"(?:延长|现延|延)(?:至|到)$|截止(?:时间|日期)?(?:为|是|到|至|于)?[：:]?$|截至$|最迟(?:于|不超过|至)?$|不(?:得)?[迟晚]于$|截稿(?:时间|日期)?(?:为)?[：:]?$"
)
ATTRIBUTE = re.compile(
    r"^(?:度)?(?:的)?(?:全[省市县镇]|各|我[省市县镇]|妇联|妇女)?(?:重点)?(?:工作|总结|任务|目标|情况|数据|统计|报表|计划(?![组于在举开召])|安排|信息|走访台账|台账|信访|妇情|分析|报告|“|《|农村|妇女|度|考核|名单|活动(?:计划|安排|方案)|下乡|培训计划|以来|全[省市县镇乡]|先进|优秀|市级|省级|县级|最美|三八|重大|共)"
)
APART = re.compile(r"(?:份|前)?，?(?:要|应|将|需)?(?:分别|分[两二三四\d](?:批|次)|各)")
SINCE_PAST = re.compile(r"^(?:以来|至今|起至今|期?间?，?(?:共|已))")
ATTRIBUTE_BEFORE = re.compile(
    r"(?:做好|总结|开展好?|报送|上报|完成|填报|制定|印发|撰写|填写|关于|根据|全年|年度)[^，。；]{0,4}$"
)
CADENCE = re.compile(
    r"(?:按|逐|分|[一每])(?P<unit>日|天|周|月|季度?|半年|年)(?:一)?(?=报|通报|调度|总结|汇总|上报|统计|更新|检查|考核|梳理|小结|[一1]?次|召开|开展|撰写|调研|阅读|读书|组织|公布|排查)"
    r"|(?P<unit2>日|周|月|季|年)(?:报告|报|调度|通报|例会|分析)(?:告)?制度?(?=[，。；、”和]|$)"
)
RULES = {
    "日": "FREQ=DAILY", "天": "FREQ=DAILY", "周": "FREQ=WEEKLY", "月": "FREQ=MONTHLY", "季": "FREQ=MONTHLY;INTERVAL=3",
    "季度": "FREQ=MONTHLY;INTERVAL=3", "半年": "FREQ=MONTHLY;INTERVAL=6", "年": "FREQ=YEARLY",
}  # fmt: skip
PERIOD = re.compile(
    r"(?:活动|宣传|检查|评选|培训|维权|比赛|排查|行动|筛查|征集|服务|督查|展播|换届|创建|整治|攻坚)(?:季|月|周|日)?期间|期间(?=每)|在此期间"
)
TABLE_DATES = re.compile(
    r"按(?:照)?(?:上表|下表|附表|表中|附件\d?|以上|上述|安排表|日程)[^，。；]{0,6}(?:日期|时间|安排)|上述时间内?"
)
DIGITS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Moment:
    """A binding time. `first` and `last` are days, None where open; with `named` the days are those of a period.

    `named` is "period" (the campaign's), "table" (the dates of the table) or "event" (after an event without a date).
    """

    start: int
    end: int
    first: date | None
    last: date | None
    clock: str | None = None
    rule: str | None = None
    named: str = ""
    since: bool = False

    @property
    def dated(self) -> bool:
        """Whether it gives a day or a rhythm."""
        return self.first is not None or self.last is not None or self.rule is not None


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    if word == "两":
        return 2
    if word.startswith("十"):
        return 10 + (DIGITS.index(word[1]) if len(word) > 1 else 0)
    if "十" in word:
        tens, _, ones = word.partition("十")
        return 10 * DIGITS.index(tens) + (DIGITS.index(ones) if ones else 0)
    return DIGITS.index(word) if word in DIGITS else 1


def _hide(line: str) -> str:
    def fill(match: re.Match[str]) -> str:
        word = match[0]
        return word if word.count("每") > 1 else FILLER * len(word)

    return HIDDEN.sub(fill, line)


def moments_in(text: str, start: int, end: int, ref: date | None) -> list[Moment]:
    """The binding times in `text[start:end]` (one line), in order; offsets count the whole text."""
    line = _hide(text[start:end])
    found: list[Moment] = []
    taken: list[tuple[int, int]] = []
    for match in WITHIN.finditer(line):
        moment = _within(line, match, ref)
        taken.append(match.span())
        if moment is not None:
            found.append(moment)
    for match in TABLE_DATES.finditer(line):
        taken.append(match.span())
        found.append(Moment(*match.span(), None, None, named="table"))
    for moment in _one_by_one(line, _calendar(line, ref), ref):
        if not any(a < moment.end and moment.start < b for a, b in taken):
            taken.append((moment.start, moment.end))
            kept = _binding(line, moment, ref)
            if kept is not None:
                found.append(kept)
    for match in PERIOD.finditer(line):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            taken.append(match.span())
            found.append(Moment(*match.span(), None, None, named="period"))
    for match in CADENCE.finditer(line):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            found.append(Moment(*match.span(), None, None, rule=RULES[match["unit"] or match["unit2"]]))
    found.sort(key=lambda moment: moment.start)
    return [replace(moment, start=moment.start + start, end=moment.end + start) for moment in found]


def _calendar(line: str, ref: date | None) -> list[Moment]:
    """What the calendar finds; without a date of issue only rhythms and days with their year are believed."""
    if not HINT.search(line):
        return []
    found = []
    for said in find_times(line, datetime.combine(ref or NO_DATE, time()), mode="circular"):
        if said.rrule is not None and said.rrule.startswith("X-"):
            continue
        if ref is None and said.rrule is None and not re.search(r"(?:19|20)\d\d年", said.text):
            continue
        clock = said.clock
        first, last = said.first, said.last
        if not said.day_given and said.rrule is None:
            if clock is None:
                continue
            first = last = None
        if said.before:
            first = None
        if said.since and clock is not None:
            last = first
        found.append(Moment(said.start, said.end, first, last, clock, said.rrule, since=said.since and clock is None))
    return found


def _one_by_one(line: str, said: list[Moment], ref: date | None) -> list[Moment]:
    """7月和12月分别 is two dates, not the span from the one to the other."""
    found: list[Moment] = []
    for moment in said:
        words = line[moment.start : moment.end]
        parts = re.split(r"[、和及]", words)
        if len(parts) < 2 or moment.rule is not None or not APART.match(line[moment.end :]):
            found.append(moment)
            continue
        at = moment.start
        single: list[Moment] = []
        for part in parts:
            unit = "" if re.search(r"[月日号旬度]", part) else words[-1]
            single.extend(replace(m, start=at, end=at + len(part)) for m in _calendar(part + unit, ref)[:1])
            at += len(part) + 1
        found.extend(single if len(single) == len(parts) else [moment])
    return found


def _within(line: str, match: re.Match[str], ref: date | None) -> Moment | None:
    """5个工作日内 counts from the day after the circular; 24小时内 after an undated event has no window."""
    before = line[: match.start()] + (match["event"] or "")
    clause = re.split(r"[。；;]", before)[-1]
    if ELIGIBLE.search(match[0]) or clause.endswith("近"):
        return None
    unit, n = match["unit"], _number(match["n"])
    span = match.span()
    if AFTER_EVENT.search(clause):
        return Moment(*span, None, None, named=f"after:{n}{unit}")
    if unit == "小时" or ref is None:
        return Moment(*span, None, None, named="event")
    if not RECEIPT.search(clause) and UNDATED.search(clause):
        return Moment(*span, None, None, named="event")
    if unit == "工作日":
        return Moment(*span, None, add_workdays(ref, n))
    days = {"日": 1, "天": 1, "周": 7, "星期": 7, "月": 30}[unit] * n
    return Moment(*span, None, ref + timedelta(days=days))


def _binding(line: str, moment: Moment, ref: date | None) -> Moment | None:
    """The moment as it binds, or None where it only describes (去年, 上半年工作总结, 原定的日子)."""
    if line.startswith("前", moment.end) and moment.last is not None and not line.startswith("前后", moment.end):
        moment = replace(moment, first=None, end=moment.end + 1)
    before, after = line[: moment.start], line[moment.end :]
    words = line[moment.start : moment.end]
    if FORMER.search(before) or MOVED.search(after) or SINCE_PAST.search(after):
        return None
    if moment.rule is not None:
        return moment
    if ELIGIBLE.search(words) or re.search(r"(?:近|过去|连续)$", before):
        return None
    if moment.last is None and moment.first is None:
        return moment if moment.clock else None
    if CLOSING.search(before):
        return replace(moment, first=None)
    long = moment.first is not None and moment.last is not None and (moment.last - moment.first).days >= 27
    closed = re.search(r"[前内底末起止后间]$", words) is not None
    if long and re.search(r"(?:到|至|截至)$", before) and not re.search(r"[日号]至?$", before):
        return replace(moment, first=None)
    if long and not closed:
        assert moment.first is not None
        assert moment.last is not None
        if (moment.last - moment.first).days >= 360:
            return None
        if not re.search(r"[至到—\-－~～]", words) and ATTRIBUTE.search(after):
            return None
    if ref is not None and moment.last is not None and moment.last < ref:
        return None
    if after.startswith(("起", "开始")) or words.endswith(("起", "开始")):
        return replace(moment, last=None, since=True)
    return moment
