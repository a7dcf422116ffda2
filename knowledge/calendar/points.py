"""One point or span of the calendar read at an offset and resolved against the day of speaking."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from knowledge.calendar import grammar as g
from knowledge.calendar.feasts import FEASTS, Feast
from knowledge.calendar.lunar import lunar_to_solar, solar_to_lunar
from knowledge.calendar.workdays import add_workdays, is_workday, workday_source

Window = tuple[date, date]


@dataclass(slots=True)
class Point:
    """What was read: the window, where the text of it ends, and how it was named."""

    end: int
    first: date
    last: date
    unit: str = "day"  # day, span, month, year, week, quarter, half
    feast: Feast | None = None
    weekday: bool = False
    week_named: bool = False
    month_named: bool = True  # False for a bare 17号
    lunar: bool = False
    day_given: bool = True
    vague: bool = False
    within: bool = False
    since: bool = False
    open_first: bool = False
    several: bool = False  # already a span by itself: 14日至18日
    workdays: str | None = None
    part: str | None = None
    part_word: str = ""
    relative: bool = False
    year_named: bool = False

    @property
    def month_only(self) -> bool:
        """Whether a whole month was named and no day."""
        return self.unit == "month"


def month_window(year: int, month: int) -> Window:
    """First and last day of a month; `month` may run past 12 or below 1."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def shift_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    first, last = month_window(day.year, day.month + months)
    return first.replace(day=min(day.day, last.day))


def on(year: int, month: int, day: int) -> Window | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found, found


class Reader:
    """Reads points out of one text for one moment of speaking; made anew for each text."""

    __slots__ = ("future", "ref", "text")

    def __init__(self, text: str, ref: date, future: bool) -> None:
        self.text = text
        self.ref = ref
        self.future = future

    # -- which year, which month -------------------------------------------------------------------------------------
    def choose(self, make: Callable[[int], Window | None], left: Point | None = None) -> Window | None:
        """The year's window that is meant: the latest begun, or the earliest not over; after `left` in a range."""
        year = self.ref.year
        if left is not None:
            tries = [make(y) for y in (left.first.year - 1, left.first.year, left.first.year + 1)]
            return next((w for w in tries if w and w[1] >= left.first), None)
        if self.future:
            tries = [make(y) for y in (year - 1, year, year + 1, year + 2, year + 4)]
            return next((w for w in tries if w and w[1] >= self.ref), None)
        tries = [make(y) for y in (year, year - 1, year - 2, year - 4)]
        return next((w for w in tries if w and w[0] <= self.ref), None)

    def year_of(self, m: re.Match[str], left: Point | None = None) -> int | None:
        """The year named by a match of a pattern with YEAR in it; 次年 is the year after that of `left`."""
        if m["y4"]:
            return g.small_number(m["y4"])
        if m["y2"]:
            return 2000 + int(m["y2"])
        if m["yr"]:
            if m["yr"] in ("次年", "翌年", "同年", "当年"):
                base = left.first.year if left else self.ref.year
                return base + (m["yr"] in ("次年", "翌年"))
            word = m["yr"].rstrip("度").removesuffix("年").removesuffix("一")
            return self.ref.year + g.YEAR_STEP[word]
        return None

    def pick(self, year: int | None, make: Callable[[int], Window | None], left: Point | None) -> Window | None:
        """The window in the named year, else in the year that is meant."""
        return make(year) if year is not None else self.choose(make, left)

    # -- dates of the calendar ---------------------------------------------------------------------------------------
    def calendar_date(self, i: int, left: Point | None) -> Point | None:
        """2025年3月5日, 上个月15号, 8-9月份, 农历二月初十, 年… with month or day; 17号 alone."""
        m = g.CALENDAR.match(self.text, i)
        if m is None or not (m["mr"] or m["m"] or m["ml"] or m["m1"] or m["mpair"] or m["days"] or m["ld"] or m["xun"]):
            return None
        has_month = bool(m["mr"] or m["m"] or m["ml"] or m["m1"] or m["mpair"])
        if m["edge"] and not has_month:
            return None
        year = self.year_of(m, left)
        end = m.end()
        while self.text[end - 1] in " 的":
            end -= 1
        if year is not None and not has_month:
            return None
        lunar = self._lunar(m, year, left, end)
        if lunar is not False:
            return lunar
        if m["m1"] or m["mpair"]:
            return self._months(m, year, left, end)
        months = self._month_maker(m, year, left)
        if m["days"]:
            return self._days(m, months, has_month, left, end)
        if m["bare"] and has_month:
            if m["mr"] or (not m["m"].isascii() and len(m["bare"]) == 1 and end < len(self.text)):
                end = m.start("bare")
            else:
                day = g.small_number(m["bare"])
                window = self.pick(year, lambda y: on(y, g.small_number(m["m"]), day), left)
                return Point(end, *window) if window else None
        edge = m["xun"] or m["edge"]
        if edge:
            return self._edge(edge, months, has_month, left, end)
        if m["ld"] or not has_month:
            return None
        while self.text[end - 1] in " 的":
            end -= 1
        window = months(None)
        return Point(end, *window, unit="month") if window else None

    def _month_maker(
        self, m: re.Match[str], year: int | None, left: Point | None
    ) -> Callable[[int | None], Window | None]:
        """A function day → window of the named month (None: of the whole month)."""
        if m["mr"]:
            word = m["mr"].replace("个", "").replace("一", "").removesuffix("月")
            step = {"上上": -2, "上": -1, "下": 1, "下下": 2, "次": 1}.get(word, 0)
            first, last = month_window(self.ref.year, self.ref.month + step)
            return lambda day: (first, last) if day is None else on(first.year, first.month, day)
        if not m["m"]:
            return lambda day: self._bare_day(day, left) if day else None
        month = g.small_number(m["m"])

        def make(day: int | None) -> Window | None:
            if day is None:
                return self.pick(year, lambda y: month_window(y, month), left)
            return self.pick(year, lambda y: on(y, month, day), left)

        return make

    def _bare_day(self, day: int, left: Point | None) -> Window | None:
        """17号: this month or the nearest month on the side that is meant; after `left` in a range."""
        base = left.first if left else self.ref
        steps = range(0, 13) if left or self.future else range(0, -13, -1)
        for step in steps:
            first, _ = month_window(base.year, base.month + step)
            window = on(first.year, first.month, day)
            if window and (window[0] >= base if left or self.future else window[0] <= base):
                return window
        return None

    def nth_of_month(self, point: Point) -> None:
        """Narrow a month to what follows it: 最后一天, 最后一个周五, 第一周, 第一个工作日."""
        m = g.NTH_OF_MONTH.match(self.text, point.end)
        if m is None:
            return
        first, last = point.first, point.last
        n = -1 if m["last"] else 1 if m["first"] else g.small_number(m["n"])
        days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
        unit = m["u"]
        if unit == "工作日":
            days = [day for day in days if is_workday(day)]
        elif m["wd"]:
            days = [day for day in days if day.weekday() == g.WEEKDAY_INDEX[m["wd"]]]
        elif unit not in ("天", "日"):
            weeks = [days[at : at + 7] for at in range(0, 28, 7)]
            week = days[-7:] if n < 0 else weeks[min(n, 4) - 1]
            point.first, point.last, point.unit, point.end = week[0], week[-1], "span", m.end()
            return
        if len(days) >= abs(n):
            point.first = point.last = days[n if n < 0 else n - 1]
            point.unit, point.end = "day", m.end()

    def lunar_day_after(self, i: int, left: Point) -> Point | None:
        """The 十五 of 正月初一到十五."""
        m = g.LUNAR_DAY.match(self.text, i)
        if m is None:
            return None
        year, month, _ = solar_to_lunar(left.first)
        window = self._lunar_on(year, month, g.small_number(m["d"].removeprefix("初")))
        return Point(m.end(), *window, lunar=True) if window and window[0] > left.first else None

    def _days(
        self,
        m: re.Match[str],
        months: Callable[[int | None], Window | None],
        has_month: bool,
        left: Point | None,
        end: int,
    ) -> Point | None:
        found = re.findall(g.N31, m["days"])
        numbers = [g.small_number(word) for word in found]
        if (
            not has_month
            and left is None
            and len(numbers) == 1
            and m["days"] in ("一日", "两日", "三日", "二日", "十日")
        ):
            return None
        if not has_month and self.future and left is None and re.search("[-至到]", m["days"]):
            final = months(numbers[-1])  # a span that has begun is still meant
            window = on(final[0].year, final[0].month, numbers[0]) if final else None
        else:
            window = months(numbers[0])
        if window is None:
            return None
        first = last = window[0]
        if len(numbers) > 1:
            if "、" in m["days"] and not re.search("[-至到]", m["days"]) and numbers != sorted(numbers):
                return None
            following = on(first.year, first.month, numbers[-1])
            if numbers[-1] < numbers[0]:
                nxt = month_window(first.year, first.month + 1)[0]
                following = on(nxt.year, nxt.month, numbers[-1])
            if following is None:
                return None
            last = following[0]
        return Point(end, first, last, several=last != first, month_named=has_month)

    def _months(self, m: re.Match[str], year: int | None, left: Point | None, end: int) -> Point | None:
        words = m["mpair"] or (m["m1"], m["m2"])
        a, b = g.small_number(words[0]), g.small_number(words[1])
        span = b if b >= a else b + 12
        window = self.pick(year, lambda y: (month_window(y, a)[0], month_window(y, span)[1]), left)
        return Point(end, *window, unit="span", several=True) if window else None

    def _edge(
        self, edge: str, months: Callable[[int | None], Window | None], has_month: bool, left: Point | None, end: int
    ) -> Point | None:
        name = edge.removeprefix("月")
        low, high = {
            "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "上中旬": (1, 20), "中上旬": (1, 20), "中下旬": (11, 31),
            "上半月": (1, 15), "下半月": (16, 31), "底": (21, 31), "末": (21, 31), "初": (1, 10), "中": (11, 20),
        }[name]  # fmt: skip

        def within(first: date, last: date) -> Window:
            return first.replace(day=low), first.replace(day=min(high, last.day))

        if has_month:
            whole = months(None)
            window = within(*whole) if whole else None
        else:
            base = left.first if left else self.ref
            tries = [within(*month_window(base.year, base.month + s)) for s in (0, 1 if self.future or left else -1)]
            good = [w for w in tries if (w[1] >= base if self.future or left else w[0] <= base)]
            window = good[0] if good else None
        return Point(end, *window, unit="span") if window else None

    # -- the lunar calendar ------------------------------------------------------------------------------------------
    def _lunar(self, m: re.Match[str], year: int | None, left: Point | None, end: int) -> Point | Literal[False] | None:
        """A lunar day, None for something that is no date after all, False if the match is of the solar calendar."""
        named = bool(m["lun"] or m["lun2"] or m["ml"] or m["leap"] or m["leap2"])
        word = m["ld"] or (m["days"] or "").rstrip("日号") or m["bare"] or ""
        month_word = m["m"] or ""
        if m["ld"] and not (m["m"] or m["ml"] or m["mr"]):
            return self._lunar_day_alone(g.small_number(word.removeprefix("初")), left, end)
        plain = bool(month_word) and not month_word.isascii() and not m["days"]
        if not named and not m["ld"]:
            same = plain and m["bare"] == month_word and len(month_word) == 1
            full = plain and (month_word, m["bare"]) in (("八", "十五"), ("七", "十五"))
            if not (same or full):
                return False
        month = {"正": 1, "冬": 11, "腊": 12}.get(m["ml"] or "") or (g.small_number(month_word) if month_word else None)
        if month is None:
            return False
        if m["leap"] or m["leap2"]:
            month = -month
        if m["xun"] or m["edge"] or not word:
            return self._lunar_month(m, month, year, left, end)
        if not re.fullmatch(g.N31, word.removeprefix("初")):
            return None
        day = g.small_number(word.removeprefix("初"))
        window = self._lunar_year(year, left, lambda y: self._lunar_on(y, month, day))
        return Point(end, *window, lunar=True) if window else None

    def _lunar_year(self, year: int | None, left: Point | None, make: Callable[[int], Window | None]) -> Window | None:
        if year is None:
            return self.choose(make, left)
        window = make(year)
        if window and not self.future and left is None and window[0] > self.ref and year == self.ref.year:
            return make(year - 1)  # 今年腊月 said in January is the lunar year still running
        return window

    @staticmethod
    def _lunar_on(year: int, month: int, day: int) -> Window | None:
        found = lunar_to_solar(year, month, day)
        return (found, found) if found else None

    def _lunar_month(
        self, m: re.Match[str], month: int, year: int | None, left: Point | None, end: int
    ) -> Point | None:
        low, high = {
            "上旬": (1, 10),
            "中旬": (11, 20),
            "下旬": (21, 30),
            "初": (1, 10),
            "底": (21, 30),
            "末": (21, 30),
        }.get((m["xun"] or m["edge"] or "").removeprefix("月"), (1, 30))

        def make(y: int) -> Window | None:
            first, last = lunar_to_solar(y, month, low), lunar_to_solar(y, month, high)
            return (first, last) if first and last else None

        window = self._lunar_year(year, left, make)
        return Point(end, *window, unit="span", lunar=True) if window else None

    def _lunar_day_alone(self, day: int, left: Point | None, end: int) -> Point | None:
        base = left.first if left else self.ref
        tries = []
        for year in (base.year - 1, base.year, base.year + 1):
            tries += [w for month in range(1, 13) if (w := self._lunar_on(year, month, day))]
        good = [w for w in tries if (w[0] >= base if left or self.future else w[0] <= base)]
        if not good:
            return None
        return Point(end, *(good[0] if left or self.future else good[-1]), lunar=True)

    # -- written in figures ------------------------------------------------------------------------------------------
    def numeric(self, i: int, left: Point | None) -> Point | None:
        """2025-03-06, 2025.3, 20250306, 5.4, 3/5; a bare 6 after 2025.3.5-."""
        m = g.NUMERIC.match(self.text, i)
        if m is None:
            tail = g.NUMERIC_TAIL.match(self.text, i) if left and left.unit == "day" and not left.lunar else None
            if tail is None:
                return None
            window = self._bare_day(int(tail["d"]), left)
            return Point(tail.end(), *window) if window else None
        if m["c8"]:
            window = on(int(m["c8"][:4]), int(m["c8"][4:6]), int(m["c8"][6:]))
            return Point(m.end(), *window) if window else None
        if m["Y"]:
            year, month = int(m["Y"]), int(m["M"])
            if not m["D"]:
                if m["sep"] != "." and len(m["M"]) < 2:
                    return None
                return Point(m.end(), *month_window(year, month), unit="month")
            window = on(year, month, int(m["D"]))
            return Point(m.end(), *window) if window else None
        if m["s2"] == "-" and self.text.strip() != m[0]:
            return None
        before, after = self.text[max(0, i - 1) : i], self.text[m.end() : m.end() + 1]
        whole = i == 0 and not after.strip()
        if before and ((before.isascii() and before.isalnum()) or before in "第约近共达为￥¥是-:"):
            if not (left and before == "-"):
                return None
        if (
            self.future
            and not whole
            and left is None
            and not re.match(r"[日号]|前|-|至|到|之前|上午|下午|晚上", self.text[m.end(2 + 1) :][:2] + after)
        ):
            if (
                not re.match(r"\s?(?:前|之前|-|至|到|上午|下午|晚上|[日号])", self.text[m.end() :])
                and self.text[m.end() - 1] not in "日号"
            ):
                return None
        month, day = int(m["m"]), int(m["d"])
        if m["s2"] == "." and m["d"].startswith("0") and not whole and len(m["m"]) == 1:
            return None
        window = self.choose(lambda y: on(y, month, day), left)
        return Point(m.end(), *window) if window else None

    # -- quarters, halves, years -------------------------------------------------------------------------------------
    def quarter(self, i: int, left: Point | None) -> Point | None:
        """一季度, 本季度, 去年四季度, 季度末."""
        m = g.QUARTER.match(self.text, i)
        if m is None or not (m["qr"] or m["q1"] or m["qn"] or m["qf"] or m["qe"]):
            return None
        if i and self.text[i - 1] in "每个" and not m["qr"]:
            return None
        year = self.year_of(m, left)
        current = (self.ref.month - 1) // 3
        if m["qr"] or m["qe"]:
            step = current + {"上": -1, "下": 1}.get(m["qr"] or "", 0)
            window: Window | None = (
                month_window(self.ref.year, step * 3 + 1)[0],
                month_window(self.ref.year, step * 3 + 3)[1],
            )
        else:
            a = 1 if m["qf"] or m["qn"] else "一二三四1234".index(m["q1"]) % 4 + 1
            b = "一二三四1234".index(m["q2"]) % 4 + 1 if m["q2"] else a
            if m["qn"]:
                b = 3 if m["qn"] == "三" else 2
            window = self.pick(year, lambda y: (month_window(y, a * 3 - 2)[0], month_window(y, b * 3)[1]), left)
        if window is None:
            return None
        edge = "末" if m["qe"] else m["qedge"]
        end = m.end()
        while self.text[end - 1] in " 的":
            end -= 1
        if edge:
            first = window[0]
            offset = 0 if edge[0] in "首初头" or edge.startswith("第一") else 1 if "二" in edge else 2
            return Point(end, *month_window(first.year, first.month + offset), unit="month" if "月" in edge else "span")
        return Point(end, *window, unit="quarter")

    def half(self, i: int, left: Point | None) -> Point | None:
        """去年下半年, 上半年."""
        m = g.HALF.match(self.text, i)
        if m is None:
            return None
        start = 1 if m["half"][0] == "上" else 7
        window = self.pick(
            self.year_of(m, left), lambda y: (month_window(y, start)[0], month_window(y, start + 5)[1]), left
        )
        if window and m["hedge"]:
            month = {"初": start, "底": start + 5, "末": start + 5}[m["hedge"]]
            return Point(m.end(), *month_window(window[0].year, month), unit="span")
        return Point(m.end(), *window, unit="half") if window else None

    def year_edge(self, i: int, left: Point | None) -> Point | None:
        """今年底, 年初, 年内; a year alone, 2025-2027年."""
        several = g.YEARS.match(self.text, i)
        if several and int(several["a"]) < int(several["b"]):
            return Point(
                several.end(), date(int(several["a"]), 1, 1), date(int(several["b"]), 12, 31), unit="year", several=True
            )
        m = g.YEAR_EDGE.match(self.text, i)
        if m:
            if not (m["e1"] or m["y4"]) and i and self.text[i - 1] in "每一半全同近两三五十":
                return None
            edge = (m["e1"] or m["e2"]).removeprefix("年")
            year = self.year_of(m, left)
            if edge in ("内", "年内"):
                y = year or self.ref.year
                return Point(
                    m.end(),
                    self.ref if y == self.ref.year else date(y, 1, 1),
                    date(y, 12, 31),
                    unit="year",
                    within=True,
                )
            if edge in ("前", "年前", "关"):
                feast = self.choose(lambda y: self._lunar_on(y, 1, 1))
                if feast is None:
                    return None
                eve = feast[0] - timedelta(days=1)
                return Point(m.end(), eve - timedelta(days=14), eve, unit="span", vague=True, open_first=self.future)
            if edge == "全年" or m[0].endswith("全年"):
                y = year or self.ref.year
                return Point(m.end(), date(y, 1, 1), date(y, 12, 31), unit="year")
            month = {"底": 12, "末": 12, "终": 12, "岁末": 12, "岁尾": 12, "初": 1, "中": 6}[edge]
            window = self.pick(year, lambda y: month_window(y, month), left)
            return Point(m.end(), *window, unit="span") if window else None
        m = g.YEAR_ALONE.match(self.text, i)
        if m is None or m["y2"]:
            return None
        if m[0] in ("上年", "下年") or (m["yr"] and i and self.text[i - 1] in "历往"):
            return None
        year = self.year_of(m, left)
        if year is None:
            return None
        return Point(m.end(), date(year, 1, 1), date(year, 12, 31), unit="year")

    # -- days near today ---------------------------------------------------------------------------------------------
    def relative(self, i: int) -> Point | None:
        """今天, 昨儿, 前儿个, 大前天, 明后天, 昨晚."""
        m = g.RELATIVE.match(self.text, i)
        if m is None:
            return None
        if m["two"]:
            a, b = {"今明": (0, 1), "明后": (1, 2), "昨今": (-1, 0), "前昨": (-2, -1), "昨前": (-2, -1)}[m["two"]]
            days = [self.ref + timedelta(days=step) for step in (a, b)]
            return Point(m.end(), days[0], days[1], several=True, relative=True)
        word = m["rel"] or m["typo"] or m["dial"] or m["night"] or m["short"] or "今"
        if word in ("前", "后") and i and self.text[i - 1] in "两三四五六七八九十几半天日周月年点时会饭课以之先":
            if not (word == "前" and self.text[i - 1] == "天"):
                return None
        day = self.ref + timedelta(days=g.DAY_STEP[word])
        return Point(m.end(), day, day, relative=True)

    def week(self, i: int, left: Point | None) -> Point | None:
        """上上周五, 周三, 礼拜天, 上周末, 下周; 上周一、周三 is a span."""
        m = g.WEEK.match(self.text, i)
        monday = self.ref - timedelta(days=self.ref.weekday())
        if m is None:
            m = g.WEEK_ALONE.match(self.text, i)
            if m is None:
                return None
            start = monday + timedelta(weeks=g.WEEK_OFFSET[m["wo"]])
            last = start + timedelta(days=6)
            if m["wo"] in ("这", "本") and not self.future:
                last = min(last, self.ref)
            return Point(m.end(), start, last, unit="week")
        named = bool(m["wo"])
        if m["end"]:
            if named:
                start = monday + timedelta(weeks=g.WEEK_OFFSET[m["wo"]], days=5)
            else:
                start = monday + timedelta(days=5)
                if not self.future and start > self.ref:
                    start -= timedelta(days=7)
            return Point(m.end(), start, start + timedelta(days=1), unit="span")
        days = [g.WEEKDAY_INDEX[m["wd"]]]
        days += [g.WEEKDAY_INDEX[c] for c in re.findall("[一二三四五六日天]", m["more"] or "")]
        if named:
            week = monday + timedelta(weeks=g.WEEK_OFFSET[m["wo"]])
            first = week + timedelta(days=days[0])
        elif left:
            first = left.first + timedelta(days=(days[0] - left.first.weekday()) % 7)
        else:
            first = monday + timedelta(days=days[0])
            if self.future and first < self.ref:
                first += timedelta(days=7)
            elif not self.future and first > self.ref:
                first -= timedelta(days=7)
        last = first + timedelta(days=(days[-1] - days[0]) % 7)
        if not self.future and not named and left is None and last > self.ref:
            first, last = first - timedelta(days=7), last - timedelta(days=7)
        return Point(m.end(), first, last, weekday=True, week_named=named, several=last != first)

    def around(self, i: int) -> Point | None:
        """一周内, 三天前, 10个工作日内, 前两天, 这两天, 过三天."""
        m = g.AROUND.match(self.text, i)
        if m:
            return self._around(m)
        m = g.SPAN.match(self.text, i)
        if m is None or (i and (self.text[i - 1] in "第每月年." or self.text[i - 1].isdigit())):
            return None
        if m["u"] == "日" and m["dir"] not in ("内", "之内", "以内"):
            return None
        if m["n"] == "几":
            return None
        n = 0.5 if m["n"] == "半" else float(g.small_number(m["n"])) + (0.5 if m["half"] else 0)
        ahead = "前" not in m["dir"]
        unit = m["u"]
        if unit in ("分钟", "小时"):
            if not m["dir"].endswith("内"):
                return None if unit == "分钟" else Point(m.end(), self.ref, self.ref, day_given=False)
            day = self.ref + timedelta(days=-(-int(n) // 24) if unit == "小时" else 0)
            return Point(m.end(), self.ref, day, unit="span", within=True, vague=True)
        day, source = self._step(self.ref, n if ahead else -n, unit)
        if m["dir"].endswith("内"):
            if not self.future and unit != "工作日" and self.text[max(0, i - 1) : i] in ("近", "去"):
                back, _ = self._step(self.ref, -n, unit)
                return Point(m.end(), back, self.ref, unit="span", within=True)
            return Point(m.end(), self.ref, day, unit="span", within=True, workdays=source)
        return Point(m.end(), day, day, relative=True, workdays=source)

    def _step(self, day: date, n: float, unit: str) -> tuple[date, str | None]:
        """`n` days, weeks, working days, months or years on; half a month is 15 days."""
        if unit == "工作日":
            end = add_workdays(day, int(n))
            return end, "official" if {workday_source(y) for y in range(day.year, end.year + 1)} == {
                "official"
            } else "weekdays"
        if unit in ("周", "星期", "礼拜"):
            return day + timedelta(days=int(n * 7)), None
        if unit in ("月", "季度", "年"):
            months = n * {"月": 1, "季度": 3, "年": 12}[unit]
            whole = int(months)
            return shift_months(day, whole) + timedelta(days=round((months - whole) * 30)), None
        return day + timedelta(days=int(n)), None

    def _around(self, m: re.Match[str]) -> Point | None:
        word, unit = m["w"], m["u"]
        if m["n"] == "半" and unit not in ("月", "年"):
            return None
        if m["n"] == "几" and unit not in ("天", "日"):
            return None
        n = 3.0 if m["n"] == "几" else 0.5 if m["n"] == "半" else float(g.small_number(m["n"]))
        vague = m["n"] in ("几", "两")
        if word in ("近", "这", "最近", "过去") and unit in ("年", "月") and n > 1 and word != "最近":
            return None
        if word in ("再过", "过"):
            day, source = self._step(self.ref, n, unit)
            return Point(m.end(), day, day, relative=True, workdays=source, vague=vague)
        if word == "后" or (word == "这" and unit not in ("天", "日")):
            return None
        if m["back"] and not m["back"].endswith("内"):
            return None
        one = timedelta(days=1)
        if word in ("未来", "今后", "接下来", "往后"):
            last, source = self._step(self.ref, n, unit)
            return Point(m.end(), self.ref + one, last, unit="span", workdays=source)
        if word in ("前", "头"):
            if unit in ("月", "年", "工作日"):
                return None
            first, _ = self._step(self.ref, -n, unit)
            return Point(m.end(), first, self.ref - one, unit="span", vague=True)
        if word == "这" and self.future:
            return Point(m.end(), self.ref, self.ref + timedelta(days=int(n) - 1), unit="span", vague=True)
        first, _ = self._step(self.ref, -n, unit)
        if unit in ("天", "日"):
            first += one
        return Point(m.end(), first, self.ref, unit="span", vague=vague)

    def new_year(self, i: int, left: Point | None) -> Point | None:
        """年初八, 大年初六, 年二十八: the first days of the lunar year or the last ones of the year before."""
        m = g.NEW_YEAR.match(self.text, i)
        if m is None:
            return None
        if m["after"]:
            day = g.small_number(m["after"])
            window = self.choose(lambda y: self._lunar_on(y, 1, day), left)
        else:
            day = g.small_number(m["eve"])
            window = self.choose(lambda y: self._lunar_on(y - 1, 12, day), left)
        return Point(m.end(), *window, lunar=True) if window else None

    def feast(self, name: str, end: int, year: int | None, left: Point | None) -> Point | None:
        """The feast in the named year, else in the year that is meant."""
        feast = FEASTS[name]

        def make(y: int) -> Window | None:
            day = feast.on(y)
            return (day, day) if day else None

        window = self.pick(year, make, left)
        return Point(end, *window, feast=feast, year_named=year is not None) if window else None
