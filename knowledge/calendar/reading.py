"""Expressions of time in running text: `find_times` and `parse_time`.

`mode` says which side is meant when a year or month is not named: 'report' the past, 'circular' and 'plan' the time to
come; `ref` is the moment of speaking or the document's date, in local time. Windows follow the reports' scheme: X前 ends
on X, before a feast on the day before it; 旬 are 1-10, 11-20, 21-end, and so are 初, 中, 底; 年底 is December; 前后 is the
day itself; 这周 in a report is Monday to today. A bare 一点 is "a bit", 三八红旗手 an honour, 302 a room: they give nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from knowledge.calendar import grammar as g
from knowledge.calendar import starts
from knowledge.calendar.feasts import FEASTS
from knowledge.calendar.model import Kind, Mode, TimeExpression
from knowledge.calendar.points import Point, on
from knowledge.calendar.points import Reader as Points
from knowledge.calendar.recurring import TIMES_A, read_every, trail
from knowledge.calendar.starts import DIGITS, FEAST_NAMES, NUMERALS, Reader
from knowledge.calendar.workdays import add_workdays, workday_source

_FEAST: Final = re.compile(FEAST_NAMES)
_WIDE: Final = re.compile("[" + re.escape("".join(map(chr, g.HALF_WIDTH))) + "]")
_FEAST_DOT: Final = re.compile(
    r"(?P<m>1[0-2]|0?[1-9])[·•.](?P<d>[12]\d|3[01]|0?[1-9])(?P<tail>国际|妇女节|儿童节|节|日(?=宣传|活动|到|,|，|$))"
)
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
_FEAST_HEADS: Final = frozenset(name[0] for name in FEASTS)
_PART_HEADS: Final = frozenset(word[0] for word in g.PART_WORDS)
_TIMES_UNITS: Final = {
    "天": "DAILY", "日": "DAILY", "周": "WEEKLY", "星期": "WEEKLY", "月": "MONTHLY", "年": "YEARLY"
}  # fmt: skip
_CALENDAR, _QUARTER, _YEAR, _NEW_YEAR = (
    int(r) for r in (Reader.CALENDAR, Reader.QUARTER, Reader.YEAR, Reader.NEW_YEAR)
)
_FEAST_AT, _NEAR, _WEEK, _AROUND, _NOW = (
    int(r) for r in (Reader.FEAST, Reader.NEAR, Reader.WEEK, Reader.AROUND, Reader.NOW)
)
_PART, _EVERY, _TIMES = (int(r) for r in (Reader.PART, Reader.EVERY, Reader.TIMES))


@dataclass(slots=True)
class _Clock:
    hour: int
    minute: int
    end: int
    exact: bool  # written 24-hour style or with a leading zero


class _Scan:
    """One pass over one text; holds nothing but that text and the moment of speaking."""

    __slots__ = ("future", "mode", "raw", "reader", "ref", "text")

    def __init__(self, raw: str, ref: datetime, mode: Mode) -> None:
        self.raw = raw
        self.text = raw.translate(g.HALF_WIDTH) if _WIDE.search(raw) else raw
        self.ref = ref.date()
        self.mode = mode
        self.future = mode != "report"
        self.reader = Points(self.text, self.ref, self.future)

    def all(self) -> list[TimeExpression]:
        text = self.text
        found: list[TimeExpression] = []
        floor = 0
        begin = starts.BEGIN.search
        head = begin(text)
        while head is not None:
            i = at = head.start()
            expression = self.at(i, floor)
            if expression is not None:
                found.append(expression)
                at = floor = max(expression.end, i + 1)
            elif text[i] in DIGITS:  # never inside a run of figures
                while at < len(text) and text[at] in DIGITS:
                    at += 1
            else:
                at += 1
            head = begin(text, at)
        return found

    # -- one expression ----------------------------------------------------------------------------------------------
    def at(self, i: int, floor: int) -> TimeExpression | None:
        """The expression that begins at `i`, a place `starts.BEGIN` has pointed to."""
        char = self.text[i]
        if char in DIGITS:
            if not starts.AFTER_DIGITS.match(self.text, i):
                return None
            found = self._so_often(i) if char == "1" else None
            if found:
                return found
            may = _PART
        elif char in NUMERALS:
            found = self._so_often(i) if char in "一两二三" else None
            if found:
                return found
            may = _PART
        else:
            may = starts.readers_at(self.text, i)
            found = self._recurrence(i) if may & _EVERY else self._so_often(i) if may & _TIMES else None
            if found:
                return found
        point = self.point(i, None)
        if point is not None:
            return self._build(i, point, floor)
        return self._part_or_clock(i) if may & _PART else None

    def _so_often(self, i: int) -> TimeExpression | None:
        """一周三次, 半年报一次."""
        text = self.text
        m = TIMES_A.match(text, i)
        if m is None or not m["n"] or (i and text[i - 1] in "每第0123456789一二三四五六七八九十有了这近"):
            return None
        unit = _TIMES_UNITS.get(m["u"])
        n = 0 if m["n"] == "半" else g.small_number(m["n"])
        if n == 0:
            rule = {"月": "FREQ=MONTHLY;BYMONTHDAY=1,15", "年": "FREQ=MONTHLY;INTERVAL=6"}.get(m["u"], "")
        elif unit:
            rule = f"FREQ={unit}" + (f";INTERVAL={n}" if n > 1 else "")
        else:
            rule = f"FREQ=MONTHLY;INTERVAL={3 * n}"
        return TimeExpression(i, m.end(), self.raw[i : m.end()], "set", rrule=rule) if rule else None

    def point(self, i: int, left: Point | None) -> Point | None:
        """The point that begins at `i`, with no part of the day yet."""
        text, char = self.text, self.text[i]
        reader = self.reader
        if char in NUMERALS:
            return self._figures(i, left)
        may = starts.readers_at(text, i)
        if not may:
            return None
        found = None
        if may & _CALENDAR:
            found = reader.calendar_date(i, left)
        if found is None and may & _QUARTER:
            found = reader.quarter(i, left) or reader.half(i, left)
        if found is None and may & (_YEAR | _NEW_YEAR | _FEAST_AT) and char in "去今明前本上来后大旧下年岁全":
            found = (
                reader.new_year(i, left)
                or self._year_feast(i, left)
                or self._feast(i, left)
                or reader.year_edge(i, left)
            )
        if found is None and may & _NEAR:
            found = reader.relative(i)
        if found is None and may & _WEEK:
            found = reader.week(i, left)
        if found is None and may & _NEW_YEAR and char in "新过":
            found = reader.new_year(i, left)
        if found is None and may & _AROUND:
            found = reader.around(i)
        if found is None and may & _FEAST_AT:
            found = self._feast(i, left)
        if found is None and may & _NOW:
            m = g.NOW.match(text, i)
            if m:
                since = m[0] in ("即日", "即刻起")
                return Point(m.end(), self.ref, self.ref, day_given=since, relative=True)
        return found

    def _figures(self, i: int, left: Point | None) -> Point | None:
        """The point that begins with a figure at `i`."""
        text, reader = self.text, self.reader
        if text[i] in DIGITS:
            found = self._dotted_feast(i) or reader.numeric(i, left)
            if found:
                return found
            if i and text[i - 1] in DIGITS:
                return None
        elif i and text[i - 1] in "第百千万零一二三四五六七八九十" and left is None:
            return self._feast(i, left) if text[i - 1] in "第" else None
        return (
            reader.around(i)
            or self._feast(i, left)
            or reader.calendar_date(i, left)
            or reader.quarter(i, left)
            or self._year_feast(i, left)
            or reader.year_edge(i, left)
        )

    def _year_feast(self, i: int, left: Point | None) -> Point | None:
        """去年春节, 2025年国庆节, 今年的三八节."""
        m = g.YEAR_ALONE.match(self.text, i)
        if m is None or m["y2"]:
            return None
        year = self.reader.year_of(m)
        j = m.end() + (1 if self.text.startswith(("的", " "), m.end()) else 0)
        if year is None:
            return None
        f = self._feast_match(j, after_year=True)
        if f:
            return self.reader.feast(f[0], f[1], year, left)
        for part in (self.reader.half, self.reader.quarter):
            found = part(i, left)
            if found:
                return found
        return None

    def _dotted_feast(self, i: int) -> Point | None:
        m = _FEAST_DOT.match(self.text, i)
        if m is None or (i and self.text[i - 1] in DIGITS):
            return None
        day = self.reader.choose(lambda y: on(y, int(m["m"]), int(m["d"])))
        end = m.end()
        f = _FEAST.match(self.text, m.start("tail"))
        if f:
            end = f.end()
        return Point(end, *day, feast=FEASTS["元旦"]) if day else None

    def _feast_match(self, i: int, after_year: bool = False) -> tuple[str, int] | None:
        """(name, end) of a feast at `i` if it is meant as a day there."""
        m = _FEAST.match(self.text, i)
        if m is None:
            return None
        name, end, text = m[0], m.end(), self.text
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
            tail = re.compile(r"[”\"』」]?(?:国际(?:劳动)?(?:妇女|儿童)?节?|节)?").match(text, end)
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

    def _feast(self, i: int, left: Point | None) -> Point | None:
        found = self._feast_match(i)
        return self.reader.feast(found[0], found[1], None, left) if found else None

    # -- parts of the day and the clock ------------------------------------------------------------------------------
    def _clock(self, i: int, part_word: str, bare: bool) -> _Clock | None:
        """A clock time at `i`; `bare` if neither a day nor a part of the day stands before it."""
        m = g.CLOCK.match(self.text, i)
        if m is None:
            return None
        after = self.text[m.end() : m.end() + 4]
        if m["h"]:
            hour, minute = int(m["h"]), int(m["mi"])
            exact = len(m["h"]) == 2 or hour > 12
        elif m["lh"]:
            word = m["lack"].rstrip("钟").rstrip("分")
            lack = 15 if "刻" in word else g.small_number(word)
            hour, minute, exact = g.small_number(m["lh"]) - 1, 60 - lack, False
        else:
            word = m["h2"]
            hour = g.small_number(word)
            exact = m["pt"] == "时" or hour > 12
            minute = 30 if m["half"] else 0
            if m["quarter"]:
                minute = 15 * (3 if m["quarter"] in "三3" else 1)
            elif m["m2"]:
                minute = g.small_number(m["m2"])
            plain = m.end() - m.end("pt") == 0
            if bare and plain:
                if m["pt"] == "时" and not word.isascii():
                    return None
                until = g.CONNECT.match(self.text, m.end())
                sure = until and g.CLOCK.match(self.text, until.end())
                before = self.text[i - 1 : i]
                if not word.isascii() and word in ("一", "两", "二", "三", "四") and not sure and (before or after):
                    if not re.match(r"[开到散在准出集前钟之]|以前", after) or before in (
                        "有",
                        "快",
                        "早",
                        "晚",
                        "多",
                        "大",
                        "小",
                        "好",
                        "差",
                        "点",
                        "给",
                    ):
                        return None
                if g.POINTS_AT_ISSUE.match(after):
                    return None
                if before and before in "第每":
                    return None
            elif plain and g.POINTS_AT_ISSUE.match(after) and not after.startswith(("都", "也", "不")):
                return None
        if bare and i and (self.text[i - 1].isascii() and self.text[i - 1].isalnum()):
            return None
        if hour > 24 or minute > 59:
            return None
        hour = self._of_part(hour, part_word, exact)
        return _Clock(hour, minute, m.end(), exact)

    @staticmethod
    def _of_part(hour: int, part_word: str, exact: bool) -> int:
        part = g.PART_WORDS.get(part_word) or g.PART_SHORT.get(part_word)
        if part_word in g.NIGHTFALL:
            return hour % 12 if hour == 12 or part_word in ("凌晨", "后半夜") else hour + 12 if 8 <= hour < 12 else hour
        if part == "下午":
            return hour + 12 if hour < 12 else hour
        if part == "晚上":
            return hour + 12 if 5 <= hour < 12 else 24 if hour == 12 else hour
        if part == "中午":
            return hour + 12 if hour in (1, 2, 3) else hour
        if part is None and not exact and 1 <= hour <= 5:
            return hour + 12
        return hour

    def _clocks(self, i: int, part_word: str, bare: bool) -> tuple[int, str | None, str | None, int]:
        """(end, clock, clock_end, days over midnight) of a clock time or a span of them at `i`."""
        first = self._clock(i, part_word, bare)
        if first is None:
            return i, None, None, 0
        over, hour = divmod(first.hour, 24) if first.hour >= 24 else (0, first.hour)
        clock = f"{hour:02}:{first.minute:02}"
        m = g.CONNECT.match(self.text, first.end)
        if m:
            j = m.end()
            between = g.AFTER_DAY_PART.match(self.text, j)
            word = between["p"] if between else ("下午" if m[0].strip().startswith("下午") else part_word)
            second = self._clock(between.end() if between else j, word, False)
            if second:
                end_hour = second.hour
                if end_hour * 60 + second.minute <= hour * 60 + first.minute and end_hour < 12:
                    end_hour += 12
                return second.end, clock, f"{end_hour % 24:02}:{second.minute:02}", over
        return first.end, clock, None, over

    def _part_or_clock(self, i: int) -> TimeExpression | None:
        text = self.text
        part, part_word, end = None, "", i
        if text[i] in _PART_HEADS:
            m = g.PART.match(text, i)
            if m is None and text[i] in "早晚" and g.EARLY_LATE.match(text, i):
                part, part_word, end = g.PART_SHORT[text[i]], text[i], i + 1
            if m and m.start("p") == i and not self._no_part(m["p"], m.end(), i):
                part, part_word, end = g.PART_WORDS[m["p"]], m["p"], m.end()
        if part is None and text[i] not in NUMERALS and text[i] != "差":
            return None
        if part is None and i and text[i - 1] in NUMERALS and text[i] not in DIGITS:
            return None
        j = end + 1 if part and text[end : end + 1] in ("的", " ") else end
        clock_end, clock, until, over = self._clocks(j, part_word, part is None)
        if clock:
            end = clock_end
        if part is None and clock is None:
            return None
        point = Point(end, self.ref, self.ref, day_given=False, part=part, part_word=part_word)
        return self._finish(i, point, end, clock, until, over)

    def _no_part(self, word: str, end: int, i: int) -> bool:
        after = self.text[end : end + 1]
        before = self.text[i - 1 : i]
        if word in ("一早", "早间", "晨间", "晚间", "半夜", "日中", "全天", "整天") and after in (
            "操",
            "新",
            "饭",
            "候",
        ):
            return True
        return (before == "每" and word != "晚上") or (word == "整天" and before in ("成", "一"))

    # -- putting it together -----------------------------------------------------------------------------------------
    def _build(self, i: int, point: Point, floor: int) -> TimeExpression | None:
        text = self.text
        if point.feast and text[i - 1 : i] in ("“", '"') and text[point.end : point.end + 1] in ("”", '"'):
            point.end += 1
        if point.unit == "month":
            self.reader.nth_of_month(point)
        end = self._absorb(point)
        end, clock, until, over = self._day_clock(point, end)
        joined = self._join(point, end, clock)
        if joined is not None:
            end, clock2 = joined
            if clock2 and clock:
                until = clock2
            elif clock2 and not clock:
                clock = clock2
        return self._finish(i, point, end, clock, until, over, floor)

    def _absorb(self, point: Point) -> int:
        """Past （星期三）, 那天, and a feast of the same day."""
        text, end = self.text, point.end
        for _ in range(3):
            m = g.NOTE.match(text, end) if point.unit == "day" and not point.weekday else None
            if m:
                end = m.end()
                if m["np"]:
                    point.part = point.part_word = m["np"]
                continue
            m = g.THAT_DAY.match(text, end) if point.unit == "day" else None
            if m:
                if "晚" in m[0]:
                    point.part = point.part_word = "晚上"
                end = m.end()
                continue
            if point.unit == "day" and end < len(text):
                j = end + (text[end] in " 是,")
                f = self._feast_match(j) if j < len(text) and text[j] in _FEAST_HEADS else None
                if f and FEASTS[f[0]].on(point.first.year) == point.first:
                    end = f[1]
                    continue
            break
        return end

    def _day_clock(self, point: Point, end: int) -> tuple[int, str | None, str | None, int]:
        """The part of the day and the clock time that follow a day."""
        text = self.text
        if point.unit not in ("day",) or point.within:
            return end, None, None, 0
        m = g.AFTER_DAY_PART.match(text, end)
        if m and not (
            m["p"] in g.PART_SHORT and not point.relative and len(m["p"]) == 1 and not self._short_ok(m.end())
        ):
            point.part_word = m["p"]
            point.part = g.PART_WORDS.get(m["p"]) or g.PART_SHORT[m["p"]]
            end = m.end()
            again = g.AFTER_DAY_PART.match(text, end)
            if again and again["p"] in g.PART_WORDS and g.PART_WORDS[again["p"]] == point.part:
                end = again.end()
        j = end
        while j < len(text) and j - end < 2 and text[j] in " 的,，约于(大":
            j += 1
        clock_end, clock, until, over = self._clocks(j, point.part_word, False)
        if clock and j > end and text[j - 1] == "(":
            close = text.find(")", clock_end, clock_end + 2)
            clock_end = close + 1 if close >= 0 else clock_end
        return (clock_end if clock else end), clock, until, over

    def _short_ok(self, end: int) -> bool:
        return end >= len(self.text) or self.text[end] in NUMERALS or self.text[end] in "上间,，。我们在到"

    def _join(self, point: Point, end: int, clock: str | None) -> tuple[int, str | None] | None:
        """Extend `point` by the other end of a range or by the rest of a list."""
        text = self.text
        m = g.CONNECT.match(text, end)
        now = g.UNTIL_NOW.match(text, end)
        if now and point.first <= self.ref:
            point.last, point.several = self.ref, True
            return now.end(), None
        if m and m.end() < len(text):
            right = self._right(m.end(), point)
            if right is not None and right.last >= point.first and right.day_given:
                after = self._absorb(right)
                after, clock2, _, _ = self._day_clock(right, after)
                point.last, point.several, point.end = right.last, True, after
                if (point.unit == "month" and right.unit == "month") or point.unit in ("month",):
                    point.unit = "span"
                return after, clock2 or None
        if point.unit != "day" or clock:
            return None
        m = g.LIST.match(text, end)
        if m and m.end() < len(text) and not point.several:
            right = self._right(m.end(), point)
            if right is None and point.relative:
                right = self.point(m.end(), None)
                if right and right.relative and right.unit == "day" and right.first == point.first - timedelta(days=1):
                    point.first, point.several = right.first, True  # 昨天和前天
                    return right.end, None
                return None
            if right is None or right.unit != "day" or not right.day_given or right.last <= point.last:
                return None
            near = (right.last - point.last).days
            if right.feast or point.feast or near > (7 if right.weekday or not right.month_named else 1):
                return None
            after = self._absorb(right)
            after, _, _, _ = self._day_clock(right, after)
            if right.part and not point.part:
                point.part, point.part_word = right.part, right.part_word
            point.last, point.several, point.end = right.last, True, after
            return after, None
        return None

    def _right(self, i: int, left: Point) -> Point | None:
        if self.text[i] not in NUMERALS and not starts.readers_at(self.text, i):
            return None
        if left.unit == "day" and not left.relative and self.text[i] in "今明昨前后":
            return self.point(i, None)
        if left.lunar or (left.feast and left.feast.rule.startswith("农")):
            right = self.reader.lunar_day_after(i, left)
            if right:
                return right
        if left.relative:
            right = self.point(i, None)
            return right if right and right.last >= left.first else None
        return self.point(i, left)

    def _finish(
        self, i: int, point: Point, end: int, clock: str | None, until: str | None, over: int, floor: int = 0
    ) -> TimeExpression | None:
        """Read what follows (前, 后, 起, 前后, 期间) and what stands before (截至), and build the expression."""
        text = self.text
        first: date | None = point.first + timedelta(days=over)
        last: date | None = max(point.last, point.first + timedelta(days=over))
        before = since = False
        vague = point.vague
        source = point.workdays
        named_last = None
        start = i
        m = g.OFFSET.match(text, end) if point.day_given and not point.within else None
        if m and self._offset_fits(m, point):
            if point.feast and not self.future and not point.year_named and m["way"] == "前":
                self._coming(point)
            first, last, vague, source = self._offset(point, m)
            end = m.end()
            tail = g.AFTER_DAY_PART.match(text, end)
            if tail and first == last:
                point.part_word, point.part = tail["p"], g.PART_WORDS.get(tail["p"]) or g.PART_SHORT[tail["p"]]
                end = tail.end()
            end, clock, until, _ = self._after_offset(end, point, clock, until)
        eve = g.EVE.match(text, end) if point.feast else None
        if point.feast and not self.future and not point.year_named and (eve or g.BEFORE.match(text, end)):
            self._coming(point)
        near = g.AROUND_DAY.match(text, end)
        if eve:
            first = last = point.first - timedelta(days=1)
            end, vague = eve.end(), True
        elif near:
            end = near.end()
            vague = True
        elif (m := g.BEFORE.match(text, end)) and not self._is_ago(point, m):
            before, end = True, m.end()
            if over and clock == "00:00":  # 24时前 is the end of that very day
                first, last, clock = point.first, point.last, "23:59"
            if point.feast and not point.several:
                last = point.first - timedelta(days=1)
            if not point.several:
                first = None
        elif m := g.SINCE.match(text, end):
            end, since = m.end(), True
            joined = g.CONNECT.match(text, end)
            right = self._right(joined.end(), point) if joined and joined.end() < len(text) else None
            if right and right.last >= point.first:
                after = self._absorb(right)
                after, clock2, _, _ = self._day_clock(right, after)
                last, since, end = right.last, False, after
                point.several = True
                until = clock2 if clock else until
                stop = g.BEFORE.match(text, end)
                end = stop.end() if stop else end
            else:
                if m[0].strip().startswith("以来") and first and first > self.ref and last:
                    first, last = first.replace(day=1, year=first.year - 1), last  # 以来 looks back
                named_last, last = last, None
        elif (m := g.AFTER.match(text, end)) and point.day_given and not point.within:
            end = m.end()
            if point.feast:
                first = point.last + timedelta(days=1)
            since, vague, named_last, last = True, True, first if point.feast else last, None
        elif m := g.DURING.match(text, end):
            end = m.end()
            if point.feast and not point.several:
                last = self._holiday_end(point)
        prefix = g.DUE_PREFIX.search(text, max(floor, i - 5), i)
        if prefix:
            start = prefix.start()
            if not before and not point.several and self.future:
                before, first = True, None
        elif p := g.FROM_PREFIX.search(text, max(floor, i - 2), i):
            start = p.start() if point.several or since else start
        if point.within and not before and not clock:
            pass
        return self._expression(start, end, point, first, last, clock, until, before, since, vague, source, named_last)

    def _offset_fits(self, m: re.Match[str], point: Point) -> bool:
        if m["n"] == "几" or point.unit not in ("day", "span", "quarter", "month", "year"):
            return False
        if (m["next"] or m["prev"]) and point.unit != "day":
            return False
        return not (m["way"] and point.relative)

    def _after_offset(
        self, end: int, point: Point, clock: str | None, until: str | None
    ) -> tuple[int, str | None, str | None, int]:
        if clock:
            return end, clock, until, 0
        clock_end, clock, until, over = self._clocks(end, point.part_word, False)
        return (clock_end if clock else end), clock, until, over

    def _offset(self, point: Point, m: re.Match[str]) -> tuple[date, date, bool, str | None]:
        """国庆前一天, 春节后第一个工作日, 月底前三天."""
        if m["next"]:
            day = point.last + timedelta(days=1)
            return day, day, False, None
        if m["prev"]:
            day = point.first - timedelta(days=1)
            return day, day, False, None
        n = g.small_number(m["nth"] or m["n"])
        ahead = m["way"] == "后"
        base = point.last if ahead or point.unit != "day" else point.first
        if ahead and point.feast and m["nth"] and m["u"] == "工作日":
            if workday_source(point.last.year) == "weekdays":
                base = self._holiday_end(point)
        if m["u"] == "工作日":
            day = add_workdays(base, n if ahead else -n)
            return day, day, False, workday_source(day.year)
        size = {"天": 1, "日": 1, "周": 7, "星期": 7}.get(m["u"])
        if size is None:
            return base, base, True, None
        day = base + timedelta(days=n * size if ahead else -n * size)
        if m["nth"] or n == 1 or (m[0].endswith("内") is False and self.mode == "plan"):
            return day, day, False, None
        if m[0].endswith("内"):
            return base + timedelta(days=1), day, False, None
        return day, day, False, None

    def _coming(self, point: Point) -> None:
        """Before a feast can be said of the one that is about to come."""
        day = point.feast.on(point.first.year + 1) if point.feast else None
        if day and (day - self.ref).days <= 20:
            point.first = point.last = day

    def _is_ago(self, point: Point, m: re.Match[str]) -> bool:
        return point.relative and not point.day_given and m[0].strip() == "前"

    def _holiday_end(self, point: Point) -> date:
        """The last day off of the holiday that begins at or around the feast; the feast itself if it is none."""
        if point.feast is None:
            return point.last
        length = {"农0101": 7, "1001": 7, "0501": 5}.get(point.feast.rule)
        if length:
            return point.first + timedelta(days=length - 1)
        if point.feast.rule in ("农0505", "农0815", "清明", "0101"):
            return point.first + timedelta(days=2 if point.feast.rule == "0101" else 0)
        return point.last

    def _expression(
        self, start: int, end: int, point: Point, first: date | None, last: date | None, clock: str | None, until: str | None,
        before: bool, since: bool, vague: bool, source: str | None, named_last: date | None,
    ) -> TimeExpression | None:  # fmt: skip
        text = self.raw
        if start and text[start - 1] in '“"『「‘' and re.search('[”"』」’]', text[start:end]):
            start -= 1
        while end > start and text[end - 1] in " ，,的":
            end -= 1
        several = first != last or point.unit in ("month", "year", "span", "week", "quarter", "half")
        kind: Kind
        if clock:
            kind = "datetimerange" if until else "datetime"
        else:
            kind = "daterange" if several else "date"
        return TimeExpression(
            start, end, text[start:end], kind, first, last, clock, until, point.part, None, point.month_only and not before,
            point.day_given, before, since, point.within, vague, source, named_last, point.feast.name if point.feast else None,
        )  # fmt: skip

    def _recurrence(self, i: int) -> TimeExpression | None:
        found = read_every(self.text, i)
        if found is None:
            return None
        end, rule = found
        part_word, part, clock, until = "", None, None, None
        m = g.AFTER_DAY_PART.match(self.text, end)
        if m is None and self.text[end - 1] in "早晚" and rule.startswith("FREQ=DAILY"):
            part_word = self.text[end - 1]
            part = g.PART_SHORT[part_word]
        if m:
            part_word, end = m["p"], m.end()
            part = g.PART_WORDS.get(part_word) or g.PART_SHORT[part_word]
        j = end + 1 if self.text[end : end + 1] in ("的", " ") else end
        clock_end, clock, until, _ = self._clocks(j, part_word, False)
        end = clock_end if clock else end
        stop = trail(self.text, end)
        return TimeExpression(
            i, stop, self.raw[i:stop], "set", clock=clock, clock_end=until, part=part, rrule=rule, before=stop > end
        )


def find_times(text: str, ref: datetime, mode: Mode = "report") -> list[TimeExpression]:
    """The expressions of time in `text`, in order and without overlap; offsets are those of `text` as given."""
    return _Scan(text, ref, mode).all()


def parse_time(text: str, ref: datetime, mode: Mode = "report") -> TimeExpression | None:
    """The expression a text is about: a recurrence, else the longest one, the first of equals; None if there is none."""
    found = find_times(text.strip(), ref, mode)
    return max(found, key=lambda e: (e.kind == "set", e.end - e.start, -e.start), default=None)
