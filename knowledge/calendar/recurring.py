"""Recurrences as they are said (每季度末月20日, 每周五下午, 逢五, 按月) and as RFC 5545 writes them.

A day of the lunar year has no form in RFC 5545: it becomes `X-LUNAR=MMDD` (our own tag; 1230 is 除夕).
"""

from __future__ import annotations

import re
from typing import Final

from knowledge.calendar import grammar as g
from knowledge.calendar.recurring_days import (
    YEAR_EDGE,
    comma_list,
    feast_each_year,
    month_detail,
    on_days,
    quarter_detail,
    weekdays,
    year_detail,
)

FREQUENCIES: Final = {"天": "DAILY", "日": "DAILY", "周": "WEEKLY", "星期": "WEEKLY", "月": "MONTHLY", "年": "YEARLY"}
EVERY: Final = re.compile(
    rf"(?:每(?:间隔|隔)?(?:逢|到|一)?|(?P<gap>隔)|(?P<by>(?<![日历])[按逐](?=[月季周年旬日天半]))|逢(?P<by2>(?=周|星期|礼拜|双|单|[\d一二三五十]|每|年(?!过节)|月|季)))\s?"
    rf"(?P<n>{g.NUM}|半|双|单)?(?:个)?(?P<u>工作日|季度末|季度|学期|星期|礼拜|小时|周末|月度|年度|天|日|晚|早上|晚上|早|周|月|季|年|旬)"
    r"(?![份均]?[人家户]|刊|报表?纸|光)"
)
DOUBLE: Final = re.compile(r"天天(?!向)|周周|月月|年年(?!底|初|有余)|日日")
PARITY: Final = re.compile(r"(?P<p>双|单)(?P<u>月|周|日|数月)(?!刊|人)")
TIMES_A: Final = re.compile(
    r"(?P<n>一|两|二|三|\d|半)?个?(?P<u>天|日|周|星期|月|季度?|年)(?:开展|报送?|开|搞|组织)?(?:一|1|两|二|\d|三)(?:次|报|碰头|调度|通报|总结|评|查|上报|汇总|更新|结)"
)
_HALF_MONTH: Final = re.compile(r"的?(?:(?P<last>末月|最后一?个?月)|首月|第一个月)")
_TRAIL: Final = re.compile(
    r"(?:的)?(?:下班)?(?:之?前|以前|之内|以内|内)(?![一两三四五六七八九十\d]+个?[天日])(?![容部])"
)


def read_every(text: str, i: int) -> tuple[int, str] | None:
    """(end, rule) of the recurrence that begins at `i`, or None."""
    char = text[i]
    if char in "天周月年日":
        m = DOUBLE.match(text, i)
        if m:
            return m.end(), f"FREQ={FREQUENCIES[m[0][0]]}"
        return None
    if char in "双单":
        return _parity(text, i)
    if char == "逢" or text.startswith("每逢", i):
        j = i + 1 + (char == "每")
        if text[j : j + 1] in ("双", "单") and text[j + 1 : j + 2] == "日":
            return _parity(text, j)
        found = on_days(text, i + (char == "每"))
        if found:
            return found
        found = feast_each_year(text, i + 1 + (char == "每"))
        if found:
            return found
    m = EVERY.match(text, i)
    if m is None:
        return None
    end, rule = _of_unit(text, m)
    if end < 0:
        return None
    return end, rule


def _parity(text: str, i: int) -> tuple[int, str] | None:
    m = PARITY.match(text, i)
    if m is None or (i and text[i - 1] in "成一这那几"):
        return None
    if m["u"] == "周":
        end, days = weekdays(text, m.end())
        return end, "FREQ=WEEKLY;INTERVAL=2" + days
    if m["u"] == "日":
        return m.end(), "FREQ=MONTHLY;BYMONTHDAY=" + comma_list(list(range(1 if m["p"] == "单" else 2, 32, 2)))
    months = "2,4,6,8,10,12" if m["p"] == "双" else "1,3,5,7,9,11"
    end, day = month_detail(text, m.end())
    if not day:
        return end, "FREQ=MONTHLY;INTERVAL=2" if m["p"] == "双" else f"FREQ=YEARLY;BYMONTH={months}"
    return end, f"FREQ=YEARLY;BYMONTH={months}{day}"


def _of_unit(text: str, m: re.Match[str]) -> tuple[int, str]:
    end, unit, word = m.end(), m["u"], m["n"]
    lead = m[0][: m.end() - m.start() - len(unit)]
    if word == "半":
        return _half(text, end, unit)
    if word in ("双", "单"):
        n = 2
    else:
        n = int(g.small_number(word)) if word else 1
    if "隔" in lead and n == 1:  # 隔一周 is every other week; 每隔三天 is said for every three days
        n = 2
    every = f";INTERVAL={n}" if n > 1 else ""
    if unit in ("天", "日", "晚", "早", "早上", "晚上"):
        return end, "FREQ=DAILY" + every
    if unit == "工作日":
        return end, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    if unit == "小时":
        return end, "FREQ=HOURLY" + every
    if unit == "周末":
        return end, "FREQ=WEEKLY;BYDAY=SA,SU"
    if unit in ("周", "星期", "礼拜"):
        end, days = weekdays(text, end)
        return end, "FREQ=WEEKLY" + every + days
    if unit == "旬":
        return end, "FREQ=MONTHLY;BYMONTHDAY=10,20,-1"
    if unit == "学期":
        return end, "FREQ=MONTHLY;INTERVAL=6"
    if unit in ("月", "月度"):
        if word in ("双", "单"):
            end, day = month_detail(text, end)
            months = "2,4,6,8,10,12" if word == "双" else "1,3,5,7,9,11"
            if day or word == "单":
                return end, f"FREQ=YEARLY;BYMONTH={months}{day}"
            return end, "FREQ=MONTHLY;INTERVAL=2"
        end, day = month_detail(text, end)
        return end, "FREQ=MONTHLY" + every + day
    if unit in ("季度", "季", "季度末"):
        if n > 1:
            return end, f"FREQ=MONTHLY;INTERVAL={3 * n}"
        return quarter_detail(text, end - (1 if unit == "季度末" else 0))
    return year_detail(text, end, n)


def _half(text: str, end: int, unit: str) -> tuple[int, str]:
    if unit in ("月", "月度"):
        return end, "FREQ=MONTHLY;BYMONTHDAY=1,15"
    if unit in ("年", "年度"):
        month = _HALF_MONTH.match(text, end)
        if month:
            end, day = month_detail(text, month.end())
            return end, f"FREQ=YEARLY;BYMONTH={'6,12' if month['last'] else '1,7'}{day}"
        m = YEAR_EDGE.match(text, end)
        if m and m["e"] in "底末":
            stop = _TRAIL.match(text, m.end())
            return (stop or m).end(), "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1"
        return end, "FREQ=MONTHLY;INTERVAL=6"
    if unit in ("天", "日"):
        return end, "FREQ=DAILY"
    return -1, ""


def read_so_often(text: str, i: int) -> tuple[int, str] | None:
    """(end, rule) of 一周三次 or 半年报一次 at `i`, or None."""
    m = TIMES_A.match(text, i)
    if m is None or not m["n"] or (i and text[i - 1] in "每第0123456789一二三四五六七八九十有了这近"):
        return None
    if m["n"] == "半":
        rule = {"月": "FREQ=MONTHLY;BYMONTHDAY=1,15", "年": "FREQ=MONTHLY;INTERVAL=6"}.get(m["u"])
        return (m.end(), rule) if rule else None
    n, unit = g.small_number(m["n"]), FREQUENCIES.get(m["u"])
    if n == 0:
        return None
    if unit is None:
        return m.end(), f"FREQ=MONTHLY;INTERVAL={3 * n}"
    return m.end(), f"FREQ={unit}" + (f";INTERVAL={n}" if n > 1 else "")


def trail(text: str, end: int) -> int:
    """The end of a recurrence with the 前, 之前 or 内 that follows it."""
    m = _TRAIL.match(text, end)
    return m.end() if m else end
