"""How many: counted results in a clause, each with the noun it counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from knowledge.reading.obligations.vocabulary import acts, either, words

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?|[一二两三四五六七八九十百千]+"
LEAST = r"至少|不少于|不低于|不得少于|不得低于|不能少于|最少|≥|>=|少则"
MOST = r"不超过|不得超过|不多于|最多|限报|至多|不高于|控制在|≤"


@dataclass(frozen=True, slots=True)
class Amount:
    """A count with its item; `start:end` covers number and classifier in the text."""

    item: str
    n: str
    start: int
    end: int


@cache
def _count() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<pre>(?:{LEAST}|{MOST})\s*)?(?P<a>{NUMBER})\s*(?:(?:[-—–－~～至到]{{1,2}})\s*(?P<b>{NUMBER})\s*)?"
        rf"(?P<cl>{either(words('classifiers.txt'))})(?P<post>以上|及以上|（含）以上|左右|以内|以下)?"
    )


IDIOM = re.compile(r"一[人户村家事企乡镇校]一|一式|一次性|一项项|一件件|一对一|一条龙|一个[月年季周]|一条(?:主?线|心)|一张图|一本账|一批|一名?名|两[癌纲新节法会]|一盘棋|[三五六]好")
COPIES = re.compile(r"一式(?P<n>[一二两三四五六七八九十\d]+)份")
BAD_BEFORE = re.compile(r"(?:第|附件|附表|表|前|每|近|统|唯|进|同|另|分|共分|其|逐|新|上|下|这|某|之|〔|（|\(|No\.?)$")
LOOK_BACK = re.compile(rf"({LEAST})[^，。；、\d一二两三四五六七八九十]{{0,14}}$")
LOOK_BACK_MOST = re.compile(rf"({MOST})[^，。；、\d一二两三四五六七八九十]{{0,6}}$")
TAIL = re.compile(rf"(?:[\s　：:，,]|{LEAST}|{MOST}|各|共|共计|约|分别|仅|限|均|为|达到|达|的|总数|数量|有|计|选派|配备|安排|派|确定|明确|指定|共选|选|推|抽|拍|写|建|发|报|出|种植?|印|贴|挂|提供|进行)+$")
HEAD = re.compile(r"^(?:[\s　]|的|新的|以上|左右|高质量的?|优秀的?|有关|相关|具有代表性的|有代表性的)+")
STOPS = re.compile(
    r"[，。；、：:（）()\n“”]|准时|参加|参会|出席|并|或|以及|进行|报|用于|用作|作为|接受|到|在|于|给|至|每|，|组成|负责|担任|专门|专职|兼职|列席|分|予以|为|有"
)
HEAD_NOUNS = re.compile(r"(?:[）)]|妇联|单位|乡镇|街道|社区|村|县|市|区)(?=[^）)]{2,6}$)")


def _value(word: str) -> str:
    """A numeral as digits: 十二 → 12, 两 → 2, 1,200 → 1200."""
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
    stretch = text[start:position]
    cut = max((stretch.rfind(mark) for mark in "、，,；：:"), default=-1)
    stretch = stretch[cut + 1 :]
    stretch = TAIL.sub("", stretch)
    for mark in ("把", "将"):
        if mark in stretch:
            stretch = stretch.rpartition(mark)[2]
    last = None
    for last in acts().finditer(stretch):
        pass
    if last is not None and last.end() < len(stretch):
        stretch = stretch[last.end() :]
    cut_at = None
    for cut_at in HEAD_NOUNS.finditer(stretch):
        pass
    if cut_at is not None:
        stretch = stretch[cut_at.end() :]
    stretch = re.sub(r"[（(][^（）()]*[)）]", "", stretch)
    stretch = re.sub(r"^(?:各|每个?|本|要|应|须|请|需|在|对|于|的)+", "", stretch)
    return stretch.strip(" 　《》“”（）()")


def _after(text: str, position: int, end: int) -> str:
    """The noun that follows a count: 1场|法律知识讲座 → 法律知识讲座; "" if a verb follows."""
    stretch = text[position:end]
    lead = HEAD.match(stretch)
    if lead is not None:
        stretch = stretch[lead.end() :]
    quoted = re.match(r"[“《]([^”》]{2,20})[”》]([\u4e00-\u9fff]{0,8})", stretch)
    if quoted is not None:
        return quoted[1] + quoted[2]
    stop = STOPS.search(stretch)
    if stop is not None:
        stretch = stretch[: stop.start()]
    verb = acts().match(stretch)
    if verb is not None and len(stretch) <= len(verb[0]) + 1:
        return ""
    if len(stretch) > 8 and "的" in stretch:
        stretch = stretch.rpartition("的")[2] or stretch
    return stretch.strip(" 　")[:18]


def amounts(text: str, start: int, end: int, taken: list[tuple[int, int]], floor: int | None = None) -> list[Amount]:
    """The counts in `text[start:end]`; `taken` are spans of time expressions, `floor` where a noun may begin at the earliest."""
    found: list[Amount] = []
    for match in COPIES.finditer(text, start, end):
        item = _before(text, floor or start, match.start())
        found.append(Amount(item or "份", _value(match["n"]), match.start(), match.end()))
    begin = start
    for match in _count().finditer(text, start, end):
        at, stop = match.start("a"), match.end("cl")
        if any(first < stop and at < last for first, last in taken):
            continue
        if any(first.start < stop and at < first.end for first in found):
            continue
        idiom = IDIOM.search(text, max(start, at - 1), min(end, stop + 2))
        if (idiom is not None and idiom.start() <= stop - 1) or BAD_BEFORE.search(text, max(start, at - 3), at):
            continue
        low, high, unit = _value(match["a"]), match["b"], match["cl"]
        back = text[max(start, at - 18) : at]
        n = low if high is None else f"{low}-{_value(high)}"
        if unit in "%％":
            n += "%"
        pre = match["pre"] or ""
        if re.match(LEAST, pre) or match["post"] in ("以上", "及以上", "（含）以上") or LOOK_BACK.search(back):
            n = n if high is not None else f">={n}"
        elif re.match(MOST, pre) or match["post"] in ("以内", "以下") or LOOK_BACK_MOST.search(back):
            n = n if high is not None else f"<={n}"
        item = _after(text, match.end(), end) or _before(text, begin, match.start())
        found.append(Amount(item or unit, n, match.start(), match.end()))
        begin = match.end()
    return sorted(found, key=lambda amount: amount.start)
