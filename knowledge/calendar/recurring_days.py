"""The days inside a period that recurs: 每周[一、三], 每月[15日前], 每季度[末月20日], 每年[3月、9月], 逢五."""

from __future__ import annotations

import re
from typing import Final

from knowledge.calendar import grammar as g
from knowledge.calendar.feasts import FEASTS

_D: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ON_DAY: Final = re.compile(
    r"逢(?P<d>[一二三四五六七八九十\d]+(?:[、逢]+[一二三四五六七八九十\d]+)*)(?P<day>[日号])?(?!年|月|周)"
)
_DAYS: Final = re.compile(
    rf"(?:的|份|内)?\s?(?P<days>(?:{g.N31}(?:[日号][、,和及与至到-]{{0,2}}|[、,和及与至到-]{{1,2}})){{0,4}}{g.N31}(?:[日号](?!人)))"
)
_WEEKDAYS: Final = re.compile(
    r"(?:的|里)?(?:周|星期|礼拜)?(?P<list>[一二三四五六日天末1-7](?:(?P<to>[至到-])?[、,和及与]?(?:周|星期|礼拜)?[一二三四五六日天](?![次场期天人个])){0,5})(?![次场期个天名人回遍小条篇份张幅户件])(?:(?<=[一二三四五六日天末])|(?!\d|\s?[-至到]\d+[次场期个篇条回遍]))"
)
_NTH: Final = re.compile(
    r"(?:的)?(?:第?(?P<n>[一二两三四五1-5])个?|(?P<first>首个?|头一?个?)|(?P<last>最后一?个?|末个?))(?P<u>工作日|(?:周|星期|礼拜)(?:的?(?:周|星期)?(?P<wd>[一二三四五六日天末]))?|天|日)"
)
_MONTH_EDGE: Final = re.compile(
    r"(?:的|份)?(?:月)?(?P<e>底|末|初(?![一二三四五六七八九十])|中旬|上旬|下旬|中(?![小午学]))"
)
_BEFORE_N: Final = re.compile(rf"(?:的|之)?前(?P<n>{g.NUM}|两)个?(?P<u>天|日|工作日|周|星期)")
_QUARTER_MONTH: Final = re.compile(
    r"(?:的)?(?:(?P<first>首月|(?:第一|头一?|首)个?月)|(?P<last>末月|(?:最后一?|第三|末)个?月|末的?月)|(?P<mid>第二个?月|中间月)"
    r"|(?P<next>(?:结束|终了)?后?的?(?:次月|下个?月|下一个?月|下季度?首月|首月|第一个?月)|(?:结束|终了)后?(?=\d|[一二三]?十|[一二三四五六七八九]))|(?P<end>末|底|终了)|(?P<begin>初))"
)
_AFTER_END: Final = re.compile(
    rf"(?:度|月)?(?:结束|终了|完)(?:之|以)?后的?(?P<n>{g.NUM})个?(?P<work>工作)?[日天]之?以?内"
)
_YEAR_MONTHS: Final = re.compile(
    rf"(?:的|公历)?\s?(?P<months>(?:{g.N12}月?(?:份)?[、,和及与至到-]){{0,5}}{g.N12})月(?:份)?"
)
_LUNAR: Final = re.compile(
    rf"(?:的)?(?:农历|阴历|旧历|古历)?(?P<m>正|腊|冬|{g.N12})月(?P<d>初[一二三四五六七八九十]|{g.N31})(?![日号\d])"
)
YEAR_EDGE: Final = re.compile(r"(?:的)?(?:年)?(?P<e>底|末|终|初|中)(?![小午])")
_QUARTER_OF_YEAR: Final = re.compile(r"(?:的)?第?(?P<q>[一二三四1-4])季度(?P<e>末|底|初)?")
_HALF_OF_YEAR: Final = re.compile(r"(?:的)?(?P<h>上|下)半年(?P<e>末|底)?")
_NTH_DAY_OF_WEEK: Final = re.compile(r"的?第[一二三四五1-5]天")
_FIRST_WORKDAY: Final = re.compile(r"的?(?:第一个|首个)工作日")
_LAST_WORKDAY: Final = re.compile(r"的?最后一?个?工作日")
_AFTER_QUARTER: Final = re.compile(rf"(?:结束)?(?:之|以)?后(?:的)?(?P<n>{g.NUM})(?:个?工作)?[日天]内?")


def _spread(words: str) -> list[int]:
    """The days of a list (5日、20日) or of a span (1日至5日 gives its last day, which is the due day)."""
    numbers = [g.small_number(word) for word in re.findall(g.N31, words)]
    if len(numbers) == 2 and re.search("[至到-]", words):
        return numbers[1:]
    return numbers


def comma_list(numbers: list[int]) -> str:
    """1,15,-1."""
    return ",".join(map(str, numbers))


def on_days(text: str, i: int) -> tuple[int, str] | None:
    """逢五 is 5, 15, 25; 逢十 is 10, 20, 30; 逢15日 is that day."""
    m = ON_DAY.match(text, i)
    if m is None:
        return None
    days: set[int] = set()
    for word in re.findall(r"[一二三四五六七八九十]+|\d+", m["d"]):
        n = g.small_number(word)
        if n > 31 and "十" not in word and not word.isascii():  # 逢三六九
            days |= {d for c in word for d in (g.small_number(c), g.small_number(c) + 10, g.small_number(c) + 20)}
            continue
        if n > 31:
            return None
        days |= {n} if (m["day"] and n > 10) or n > 10 else {d for d in (n, n + 10, n + 20) if d <= 30}
    return m.end(), "FREQ=MONTHLY;BYMONTHDAY=" + comma_list(sorted(days))


def weekdays(text: str, end: int) -> tuple[int, str]:
    """(end, rule part) of the weekdays that follow a week: 每周一、三, 每周的第一个工作日."""
    nth = _NTH_DAY_OF_WEEK.match(text, end)
    if nth:
        return nth.end(), ";BYDAY=" + _D[
            "一二三四五".find(nth[0][-2]) if nth[0][-2] in "一二三四五" else int(nth[0][-2]) - 1
        ]
    work = _FIRST_WORKDAY.match(text, end)
    if work:
        return work.end(), ";BYDAY=MO"
    last = _LAST_WORKDAY.match(text, end)
    if last:
        return last.end(), ";BYDAY=FR"
    m = _WEEKDAYS.match(text, end)
    if m is None:
        return end, ""
    indices = [5 if c == "末" else g.WEEKDAY_INDEX[c] for c in re.findall("[一二三四五六日天末1-7]", m["list"])]
    if "末" in m["list"]:
        indices = [5, 6]
    elif m["to"] and len(indices) == 2:
        indices = list(range(indices[0], indices[1] + 1))
    return m.end(), ";BYDAY=" + ",".join(_D[index] for index in dict.fromkeys(indices))


def _counted(m: re.Match[str]) -> str:
    """The n-th day or working day of the month that follows."""
    n = g.small_number(m["n"])
    return f";BYDAY=MO,TU,WE,TH,FR;BYSETPOS={n}" if m["work"] else f";BYMONTHDAY={n}"


def _nth_day(text: str, end: int) -> tuple[int, str] | None:
    m = _NTH.match(text, end)
    if m is None:
        return None
    n = (
        -1
        if m["last"]
        else 1
        if m["first"]
        else "一二三四五12345".replace("两", "二").index(m["n"].replace("两", "二")) % 5 + 1
    )
    unit = m["u"]
    if unit == "工作日":
        return m.end(), f";BYDAY=MO,TU,WE,TH,FR;BYSETPOS={n}"
    if unit in ("天", "日"):
        return m.end(), f";BYMONTHDAY={n}"
    if m["wd"] == "末":
        return m.end(), f";BYDAY={n}SA"
    if m["wd"]:
        return m.end(), f";BYDAY={n}{_D[g.WEEKDAY_INDEX[m['wd']]]}"
    return m.end(), f";BYMONTHDAY={n * 7 if n > 0 else -1}"


def month_detail(text: str, end: int) -> tuple[int, str]:
    """(end, rule part) of the days of a month: 15日, 逢五, 第一个周五, 月底前3天."""
    after = _AFTER_END.match(text, end)
    if after:
        return after.end(), _counted(after)
    m = _DAYS.match(text, end)
    if m:
        return m.end(), ";BYMONTHDAY=" + comma_list(_spread(m["days"]))
    if text.startswith(("逢", "的逢"), end):
        found = on_days(text, text.index("逢", end))
        if found:
            return found[0], ";" + found[1].partition(";")[2]
    nth = _nth_day(text, end)
    if nth:
        return nth
    m = _MONTH_EDGE.match(text, end)
    if m:
        before = _BEFORE_N.match(text, m.end())
        if before and m["e"] in "底末":
            return before.end(), f";BYMONTHDAY=-{g.small_number(before['n']) + 1}"
        day = {"底": "-1", "末": "-1", "下旬": "-1", "初": "1", "上旬": "10", "中旬": "20", "中": "15"}[m["e"]]
        return m.end(), f";BYMONTHDAY={day}"
    before = _BEFORE_N.match(text, end)
    if before and before["u"] in ("天", "日"):
        return before.end(), f";BYMONTHDAY={g.small_number(before['n'])}"
    if before and before["u"] == "工作日":
        return before.end(), f";BYDAY=MO,TU,WE,TH,FR;BYSETPOS={g.small_number(before['n'])}"
    return end, ""


def quarter_detail(text: str, end: int) -> tuple[int, str]:
    """(end, rule) of a recurrence in each quarter: 每季度末月20日, 每季度结束后5个工作日内."""
    after = _AFTER_END.match(text, end)
    if after:
        return after.end(), "FREQ=YEARLY;BYMONTH=1,4,7,10" + _counted(after)
    m = _QUARTER_MONTH.match(text, end)
    if m is None:
        nth = _nth_day(text, end)
        if nth:
            months = "3,6,9,12" if "-1" in nth[1] else "1,4,7,10"
            return nth[0], f"FREQ=YEARLY;BYMONTH={months}{nth[1]}"
        before = _BEFORE_N.match(text, end)
        if before and before["u"] in ("天", "日"):
            return before.end(), f"FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY={g.small_number(before['n'])}"
        days = _DAYS.match(text, end)
        if days:
            return days.end(), f"FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY={comma_list(_spread(days['days']))}"
        return end, "FREQ=MONTHLY;INTERVAL=3"
    end = m.end()
    if m["end"]:
        before = _BEFORE_N.match(text, end)
        if before:
            n = g.small_number(before["n"]) * (7 if before["u"] in ("周", "星期") else 1)
            return before.end(), f"FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-{n + 1}"
        after = _AFTER_QUARTER.match(text, end)
        if after:
            return after.end(), f"FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY={g.small_number(after['n'])}"
        return end, "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"
    months = "3,6,9,12" if m["last"] else "2,5,8,11" if m["mid"] else "1,4,7,10"
    end, day = month_detail(text, end)
    if m["begin"] and not day:
        day = ";BYMONTHDAY=1"
    return end, f"FREQ=YEARLY;BYMONTH={months}{day}"


def feast_each_year(text: str, end: int) -> tuple[int, str] | None:
    """(end, rule) of a feast named at `end`."""
    if text[end : end + 1] in ("“", '"', "「"):
        found = feast_each_year(text, end + 1)
        return (found[0] + (text[found[0] : found[0] + 1] in ("”", '"', "」")), found[1]) if found else None
    for size in range(9, 1, -1):
        feast = FEASTS.get(text[end : end + size])
        if feast and feast.rrule:
            return end + len(feast.name), feast.rrule
    return None


def year_detail(text: str, end: int, n: int) -> tuple[int, str]:
    """(end, rule) of a recurrence every `n` years: 每年3月、9月, 每年腊八, 每年第一季度末."""
    every = f"FREQ=YEARLY;INTERVAL={n}" if n > 1 else "FREQ=YEARLY"
    start = end + 1 if text.startswith("的", end) else end
    m = _LUNAR.match(text, start)
    if m:
        lunar = m["m"] in "正腊冬" or m["d"][0] in "初廿" or "历" in m[0] or not m["m"].isascii()
        if lunar:
            month = g.LUNAR_MONTHS.get(m["m"]) or g.small_number(m["m"])
            return m.end(), f"X-LUNAR={month:02}{g.small_number(m['d'].removeprefix('初')):02}"
    feast = feast_each_year(text, start)
    if feast:
        return feast
    m = _YEAR_MONTHS.match(text, start)
    if m:
        numbers = [g.small_number(word) for word in re.findall(g.N12, m["months"])]
        if len(numbers) == 2 and re.search("[至到-]", m["months"]) and numbers[0] < numbers[1]:
            numbers = list(range(numbers[0], numbers[1] + 1))
        months = comma_list(numbers)
        end, day = month_detail(text, m.end())
        more = _YEAR_MONTHS.match(text, end + 1) if day and text[end : end + 1] in ("、", "和", "及") else None
        if more:  # 每年6月30日和12月31日: the month's ends are one rule, other days are kept only if equal
            other_end, other_day = month_detail(text, more.end())
            both = f"{months},{comma_list([g.small_number(w) for w in re.findall(g.N12, more['months'])])}"
            if other_day == day:
                return other_end, f"{every};BYMONTH={both}{day}"
            if {day, other_day} <= {";BYMONTHDAY=30", ";BYMONTHDAY=31"}:
                return other_end, f"{every};BYMONTH={both};BYMONTHDAY=-1"
        return end, f"{every};BYMONTH={months}{day}"
    m = _QUARTER_OF_YEAR.match(text, start)
    if m:
        q = g.quarter_number(m["q"]) - 1
        if m["e"] in ("末", "底"):
            return m.end(), f"{every};BYMONTH={q * 3 + 3};BYMONTHDAY=-1"
        return m.end(), f"{every};BYMONTH={q * 3 + 1}" if m[
            "e"
        ] else f"{every};BYMONTH={q * 3 + 1},{q * 3 + 2},{q * 3 + 3}"
    m = _HALF_OF_YEAR.match(text, start)
    if m:
        month = 6 if m["h"] == "上" else 12
        return m.end(), f"{every};BYMONTH={month}"
    m = YEAR_EDGE.match(text, start)
    if m:
        month = {"底": 12, "末": 12, "终": 12, "初": 1, "中": 6}[m["e"]]
        return m.end(), f"{every};BYMONTH={month}"
    return end, every
