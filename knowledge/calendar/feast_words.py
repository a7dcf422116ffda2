"""Feasts named in running text, and what those words mean when they are no day: 大雪, 元宵, 三八红旗手, 国庆同志."""

from __future__ import annotations

import re
from typing import Final

from knowledge.calendar.feasts import FEASTS
from knowledge.calendar.starts import DIGITS, FEAST_NAMES

FEAST: Final = re.compile(FEAST_NAMES)
_HEADS: Final = frozenset(name[:2] for name in FEASTS)
_NUMERIC_TAIL: Final = re.compile(r"[”\"』」]?(?:国际(?:劳动)?(?:妇女|儿童)?节?|节)?")
_NUMERIC_OK: Final = re.compile(
    r"[”\"』」’]?(?:国际|节|这?那?(?:当|一)?[天日](?![报常])|那晚|前|后(?![勤备])|期间|假期|长假|黄金周|小长假|之[前后]|以[前后]|上午|下午|晚上|早上|中午|将至|来临|临近|到来|$)"
)
_NUMERIC_CLAUSE: Final = re.compile(r"(?:[,，。；;、！!\s]|[在我俺咱]|$)")
_WEATHER: Final = frozenset(
    {
        "大雪",
        "小雪",
        "雨水",
        "大寒",
        "小寒",
        "大暑",
        "小暑",
        "白露",
        "小满",
        "霜降",
        "谷雨",
        "立春",
        "立夏",
        "立秋",
        "立冬",
        "处暑",
        "惊蛰",
    }
)
_FALLING: Final = frozenset({"大雪", "小雪", "雨水", "大寒", "大暑", "小暑", "小寒"})
_TERM_OK: Final = re.compile(r"当天|那天|这天|当日|节气|前|后|时节|节|期间|$|[,，。；]|上午|下午|晚上|早上|中午")
_OTHER_WORD: Final = {
    "腊八": re.compile(r"粥|蒜|豆|饭"),
    "元宵": re.compile(r"丸|馅|[\d一二三四五六七八九十两几个]"),
    "清明": re.compile(r"上河|粿|果|[村路镇乡]"),
    "小年": re.compile(r"轻|青|级|龄|糕|人"),
    "重阳": re.compile(r"糕|木|[村路镇乡]"),
    "端午": re.compile(r"粽子?[\d一二三四五六七八九十两几]"),
    "春节": re.compile(r"联欢晚会"),
    "国庆": re.compile(r"同志|主任|书记|老师|[村路镇乡]"),
    "除夕": re.compile(r"夜饭"),
}
_EATEN: Final = re.compile(r"[包吃煮搓做下]$")
_SURNAME: Final = re.compile(
    r"[李王张刘陈杨赵吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史陶贺顾毛郝龚邵万钱严赖覃洪武莫孔卫建爱]$"
)
_HONOUR: Final = re.compile(r"红旗|标兵|先进|先锋|集体|巾帼")


def feast_at(text: str, i: int, after_year: bool = False) -> tuple[str, int] | None:
    """(name, end) of a feast at `i` if it is meant as a day there."""
    m = FEAST.match(text, i) if text[i : i + 2] in _HEADS else None
    if m is None:
        return None
    name, end = m[0], m.end()
    before, after = text[max(0, i - 1) : i], text[end : end + 2]
    feast = FEASTS[name]
    if feast.numeric:
        if before and (before in "第百千万零一二三四五六七八九十两" or before in DIGITS):
            return None
        ok = _NUMERIC_OK.match(text, end)
        if not ok and name not in ("三八", "十一") and not (before and before in '“"『「‘'):
            ok = _NUMERIC_CLAUSE.match(text, end)
        if not ok or (not ok[0].strip('”"') and before in ("来", "共", "有", "了", "到", "计") and before):
            return None
        if after[:1] in '”"』」' and after and not (ok[0].strip('”"』」') or end + 1 >= len(text)):
            return None
        tail = _NUMERIC_TAIL.match(text, end)
        end = tail.end() if tail else end
        if ok[0].strip('”"').startswith("节") and text[end : end + 2] in ("能", "约"):
            return None
    elif name in _FALLING:
        if not (
            (_TERM_OK.match(text, end) and (before == "" or before in "，。,今"))
            or after in ("当天", "那天", "节气", "这天")
        ):
            return None
    elif name in _WEATHER:
        if not (_TERM_OK.match(text, end) or before in ("", "，", "。")):
            return None
    elif (
        (name in _OTHER_WORD and _OTHER_WORD[name].match(text, end))
        or (name == "元宵" and _EATEN.search(before))
        or (name == "国庆" and _SURNAME.search(before))
        or (name in ("小年", "重阳", "清明", "中秋", "端午", "元宵") and before and before in "李王张刘陈")
    ):
        return None
    if name == "三八节" and _HONOUR.match(text, end):
        return None
    if not after_year and before == "双" and name == "十一":
        return None
    return name, end
