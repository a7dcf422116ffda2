"""Dates of the calendar: 2025年3月5日, 上个月15号, 8-9月份, 17号 alone, and dates in figures (2025.3.5, 3/5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from knowledge.calendar import grammar as g
from knowledge.calendar.lunar_dates import LunarDates
from knowledge.calendar.points import Point, Window, month_window, on
from knowledge.calendar.workdays import is_workday

#: the days of a month that its parts run over
_PARTS: Final = {
    "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "上中旬": (1, 20), "中上旬": (1, 20), "中下旬": (11, 31),
    "上半月": (1, 15), "下半月": (16, 31), "底": (21, 31), "末": (21, 31), "初": (1, 10), "中": (11, 20),
}  # fmt: skip


class Dates(LunarDates):
    """Reads dates of the calendar."""

    __slots__ = ()

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
        low, high = _PARTS[name]

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
