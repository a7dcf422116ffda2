"""How many: counted results in a clause, each with the noun it counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from knowledge.reading.obligations.vocabulary import acts, either, pairs, words

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?万?(?!元|亿)|\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+"
LEAST = r"至少|不少于|不低于|不得少于|不得低于|不能少于|最少|≥|>=|少则"
MOST = r"不超过|不得超过|不多于|最多|至多|不高于|控制在|≤"


@dataclass(frozen=True, slots=True)
class Amount:
    """A count with its item; `start:end` covers number and classifier in the text."""

    item: str
    n: str
    start: int
    end: int
    firm: bool = True  # said with figures, a bound, or a unit that only counts results


@cache
def _count() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<pre>(?:{LEAST}|{MOST})\s*)?(?P<a>{NUMBER})\s*(?:(?:[-—–－~～至到]{{1,2}})\s*(?P<b>{NUMBER})\s*)?"
        rf"(?P<cl>{either(words('classifiers.txt'))})(?P<post>以上|及以上|（含）以上|左右|以内|以下)?"
    )


IDIOM = re.compile(
    r"件事|百家|百日|百姓|千家万户|[漏少落]一|一[人户村家事企乡镇校]一|一式|一次性|一项项|一件件|一对一|一条龙|一个[月年季周]|一条(?:主?线|心)|一张图|一本账|一批|两[癌纲新节法会]|一盘棋|[三五六]好"
)
COPIES = re.compile(r"一式(?P<n>[一二两三四五六七八九十\d]+)份")
BAD_BEFORE = re.compile(
    r"(?:第|届|附件|附表|表|前|每|近|统|唯|进|同|另|分|共分|其|逐|新|上|下|这|某|之|只|只报|〔|（|\(|No\.?)$"
)
LOOK_BACK = re.compile(rf"({LEAST})[^，。；\d一二两三四五六七八九十]{{0,16}}$")
LOOK_BACK_MOST = re.compile(rf"({MOST})[^，。；、\d一二两三四五六七八九十]{{0,6}}$")
TAIL = re.compile(
    rf"(?:[\s　：:，,、]|{LEAST}|{MOST}|各|共|共计|约|分别|仅|限报?|均|原则上|[人户]均|累计|合计|为|要|应|须|需|将|达到?|的|总数|数量|有)+$"
)
HEAD = re.compile(r"^(?:[\s　]|的|新的|以上|左右|高质量的?|优秀的?|有关|相关|具有代表性的|有代表性的)+")
STOPS = re.compile(
    r"[，。；、：:（）()\n“”\d]|^[和及与]|和(?=[\d一二两三])|准时|参加|参会|出席|并|或|以及|进行|报|用于|用作|作为|接受|到|在|于|给|至|每|，|组成|负责|担任|专门|专职|兼职|列席|分|予以|为|有"
)
GENERIC = re.compile(r"(?:工作)?(?:机制|活动|工作|任务|要求|标准|方式)")
EACH = re.compile(
    r"^.*(?:每个?|各)(?:行政)?(?:乡镇|镇街|街镇|村居|[村镇县乡批场期户人]|社区|街道|支部|单位)(?:（[^）]*）)?"
    r"(?:妇联|妇工委|妇委会|[干妇]部)?"
)
ACTIVITY = re.compile(r"(?:活动|讲座|培训|课堂|宣讲|巡讲|宣传|服务|走访|检查|座谈会?|会议|沙龙|分享会)$")
NOT_COUNTED = re.compile(r"工作日|自然日|学时|小时|阶段|方面|百分点|环节|步骤|层面|月|季度|星期|周")
NAMED_SET = re.compile(
    r"(?:重点|专项|主要|基础)?(?:工作|制度|行动|任务|措施|机制|计划|工程|活动|内容|目标|队伍|旗帜|方面|面|[\u4e00-\u9fff]岭)"
)
RESULT_UNITS = frozenset(
    {"场", "次", "期", "篇", "户", "名", "份", "节", "堂", "人", "场次", "人次", "幅", "张", "部", "家"}
)
HELD = frozenset({"场", "次", "期", "轮", "节", "堂", "场次"})
LEAD_IN = re.compile(rf"[\s　、]|{LEAST}|{MOST}|各|共")
HOURS = frozenset({"小时", "课时", "学时"})  # a length of time counts only with a bound: 不少于4小时
PEOPLE = frozenset({"人", "名", "户", "位", "人次"})
TOPIC = re.compile(r"[《“](?P<noun>[^》”]{2,20})[》”]")
PARTY_ONLY = re.compile(r"(?:妇联|妇工委|妇委会|妇代会|乡镇|街道|社区|单位|部门|部室|科室|股室)$|^并?自行$")
PROPOSING = re.compile(r"(?:择优|直接|分别)?(?:拟?推[荐报选]|[选报]送|上报|申报|报名|组织|选派|打印|各)$")
DESCRIBING = re.compile(r"^(?:当日|当天|当月|当季|本月|上月|相关|有关|典型的?(?=[照信]))")
HEAD_NOUNS = re.compile(r"(?:[）)]|妇联|单位|乡镇|街道|社区|村|县|市|区)(?=[^）)级直]{2,6}$)")


def _value(word: str) -> str:
    """A numeral as digits: 十二 → 12, 两 → 2, 1,200 → 1200."""
    if word.endswith("万"):
        return f"{float(word[:-1]) * 10000:.0f}"
    if word[0].isdigit():
        return word.replace(",", "")
    total = 0
    digit = 0
    for character in word:
        if character in DIGITS:
            digit = DIGITS[character]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
    return str(total + digit)


def _before(text: str, start: int, position: int) -> str:
    """The noun that ends right before a count: 张贴海报不少于|10张 → 海报."""
    stretch = text[start:position].rstrip("、")
    cut = max((stretch.rfind(mark) for mark in "、，,；：:"), default=-1)
    stretch = stretch[cut + 1 :]
    stretch = TAIL.sub("", stretch.rstrip("（("))
    for mark in ("把", "将"):
        if mark in stretch:
            stretch = stretch.rpartition(mark)[2]
    ends = [
        match.end()
        for match in acts().finditer(stretch)
        if match.end() < len(stretch) - 1
        and stretch[match.end()] not in "率面数"
        and not stretch.startswith(("对象", "人员", "典型"), match.end())
        and pairs("acts.tsv")[match[0]] != "noun"
    ]
    if ends:
        stretch = stretch[ends[-1] :]
    stretch = re.sub(rf"^(?:.*(?:{LEAST}|其中))", "", EACH.sub("", stretch))
    stretch = re.sub(r"\d+[\u4e00-\u9fff]$", "", stretch)
    cuts = [match.end() for match in HEAD_NOUNS.finditer(stretch)]
    if cuts:
        stretch = stretch[cuts[-1] :]
    stretch = re.sub(r"[（(][^（）()]*[)）]", "", stretch)
    stretch = re.sub(r"^(?:各|每个?|本|要|应|须|请|需|在|对|于|的|和|及|与|附)+", "", stretch)
    stretch = stretch.strip(" 　《》“”（）()")
    stretch = DESCRIBING.sub("", stretch)
    proposing = PROPOSING.search(stretch)
    if (
        (proposing and not proposing.start())
        or PARTY_ONLY.search(stretch[: proposing.start()] if proposing else stretch)
        or re.search(r"\d|调整|改为|实行", stretch)
    ):
        return ""
    whole = acts().fullmatch(stretch)
    return "" if len(stretch) < 2 or (whole and pairs("acts.tsv")[whole[0]] != "noun") else stretch


def _quoted(text: str, position: int) -> bool:
    """Whether a position stands inside quotation marks or a title (in brackets counts do bind)."""
    line = text.rfind("\n", 0, position) + 1
    before = text[line:position]
    return before.count("“") > before.count("”") or before.count("《") > before.count("》")


def _after(text: str, position: int, end: int, unit: str = "") -> str:
    """The noun that follows a count: 1场|法律知识讲座 → 法律知识讲座; "" if a verb follows."""
    stretch = re.sub(r"[（(][^（）()]{1,10}[)）](?=[\u4e00-\u9fff])", "", text[position:end])
    bound = re.match(rf"(?:{LEAST})\d+[^，。；]{{1,3}}的", stretch)
    if bound is not None:
        stretch = stretch[bound.end() :]
    lead = HEAD.match(stretch)
    if lead is not None:
        stretch = stretch[lead.end() :]
    quoted = re.match(r"(?:[国省市县区乡镇村]级)?[“《]([^”》]{2,20})[”》]([\u4e00-\u9fff]{0,8})", stretch)
    if quoted is not None:
        return quoted[1] + quoted[2]
    stop = STOPS.search(stretch)
    if stop is not None:
        stretch = stretch[: stop.start()]
    verb = acts().match(stretch)
    noun = verb is not None and pairs("acts.tsv")[verb[0]] == "noun"
    if verb is not None and not noun and stretch == verb[0] and unit not in ("次", "场", "期", "场次", "轮"):
        return ""
    if "的" in stretch:
        first, _, rest = stretch.rpartition("的")
        stretch = first if GENERIC.fullmatch(rest) else rest or first
    stretch = stretch.strip(" 　")
    return stretch if len(stretch) <= 14 else stretch[-6:]


def amounts(
    text: str,
    start: int,
    end: int,
    taken: list[tuple[int, int]],
    marks: bytearray | None = None,
    earlier: int | None = None,
) -> list[Amount]:
    """The counts in `text[start:end]`.

    `taken` are spans of time expressions, `marks` shades brackets and quotations, and a count without a noun of its own
    takes the one that stands last in `text[earlier:start]`.
    """
    base = earlier if earlier is not None else start
    offset, text = base, text[base:end]
    original = text
    start, end = start - base, end - base
    earlier = 0 if earlier is not None else None
    for first, last in taken:
        text = text[: first - base] + "、" * (last - first) + text[last - base :]
    found: list[Amount] = []
    for match in COPIES.finditer(text, start, end):
        item = _before(text, start, match.start())
        found.append(Amount(item or "份", _value(match["n"]), match.start() + offset, match.end() + offset))
    begin = start
    for match in _count().finditer(text, start, end):
        at, stop = match.start("a"), match.end("cl")
        if marks is not None and marks[at + offset] and _quoted(original, at):
            continue
        unit = match["cl"]
        if NOT_COUNTED.match(text, stop) or (
            unit in ("项", "支", "面", "个") and not match["a"][0].isdigit() and NAMED_SET.match(text, stop)
        ):
            continue
        if any(first.start < stop + offset and at + offset < first.end for first in found):
            continue
        if unit in HOURS and not (match["pre"] or match["post"]):
            continue
        idiom = IDIOM.search(text, max(start, at - 1), min(end, stop + 2))
        if BAD_BEFORE.search(text, max(start, at - 3), at):
            if not (text[at - 1 : at] in ("（", "(") and (match["post"] or text[stop : stop + 1] in ("）", ")"))):
                continue
        if idiom is not None and idiom.start() <= stop - 1:
            continue
        if unit == "份" and match["a"] in ("一", "1") and "一式" in original[max(0, at - 30) : at]:
            continue  # 一式两份，一份留存，一份报镇妇联: whose copy is whose
        low, high = _value(match["a"]), match["b"]
        back = text[max(start, at - 18) : at]
        n = low if high is None else f"{low}-{_value(high)}"
        if unit in "%％":
            n += "%"
        pre = match["pre"] or ""
        if re.match(LEAST, pre) or match["post"] in ("以上", "及以上", "（含）以上") or LOOK_BACK.search(back):
            n = n if high is not None else f">={n}"
        elif re.match(MOST, pre) or match["post"] in ("以内", "以下") or LOOK_BACK_MOST.search(back):
            n = n if high is not None else f"<={n}"
        firm = match["a"][0].isdigit() or n[0] in "><" or unit in RESULT_UNITS
        item = _after(text, match.end(), end, unit) or _before(text, begin, match.start())
        done = [verb for verb in acts().finditer(text, begin, at) if not LEAD_IN.sub("", text[verb.end() : at])]
        if not item and unit in HELD and earlier is not None and earlier < start:
            named = _before(original, earlier, start - 1)
            item = named if ACTIVITY.search(named) else ""
        if not item and unit in HELD and done:
            item = done[-1][0]
        if not item and unit not in PEOPLE and earlier is not None and earlier < start:
            item = _before(original, earlier, start - 1)
        if not item and unit not in PEOPLE:
            topic = TOPIC.match(text, start, at)
            item = topic["noun"] if topic else item
        if unit in ("元", "万元") and not item:
            continue
        found.append(Amount(item or unit, n, match.start() + offset, match.end() + offset, firm))
        begin = match.end()
    return sorted(found, key=lambda amount: amount.start)
