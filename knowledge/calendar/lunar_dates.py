"""Days and months of the lunar calendar: 农历二月初十, 腊月底, 初八, 大年初六, 年二十八."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from knowledge.calendar import grammar as g
from knowledge.calendar.lunar import lunar_to_solar, solar_to_lunar
from knowledge.calendar.points import Chooser, Point, Window, lunar_window


class LunarDates(Chooser):
    """Reads days and months of the lunar calendar."""

    __slots__ = ()

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
        month = g.LUNAR_MONTHS.get(m["ml"] or "") or (g.small_number(month_word) if month_word else None)
        if month is None:
            return False
        if m["leap"] or m["leap2"]:
            month = -month
        if m["xun"] or m["edge"] or not word:
            return self._lunar_month(m, month, year, left, end)
        if not re.fullmatch(g.N31, word.removeprefix("初")):
            return None
        day = g.small_number(word.removeprefix("初"))
        window = self._lunar_year(year, left, lambda y: lunar_window(y, month, day))
        return Point(end, *window, lunar=True) if window else None

    def _lunar_year(self, year: int | None, left: Point | None, make: Callable[[int], Window | None]) -> Window | None:
        if year is None:
            return self.choose(make, left)
        window = make(year)
        if window and not self.future and left is None and window[0] > self.ref and year == self.ref.year:
            return make(year - 1)  # 今年腊月 said in January is the lunar year still running
        return window

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
            tries += [w for month in range(1, 13) if (w := lunar_window(year, month, day))]
        good = [w for w in tries if (w[0] >= base if left or self.future else w[0] <= base)]
        if not good:
            return None
        return Point(end, *(good[0] if left or self.future else good[-1]), lunar=True)

    def lunar_day_after(self, i: int, left: Point) -> Point | None:
        """The 十五 of 正月初一到十五."""
        m = g.LUNAR_DAY.match(self.text, i)
        if m is None:
            return None
        year, month, _ = solar_to_lunar(left.first)
        window = lunar_window(year, month, g.small_number(m["d"].removeprefix("初")))
        return Point(m.end(), *window, lunar=True) if window and window[0] > left.first else None

    def new_year(self, i: int, left: Point | None) -> Point | None:
        """年初八, 大年初六, 年二十八: the first days of the lunar year or the last ones of the year before."""
        m = g.NEW_YEAR.match(self.text, i)
        if m is None:
            return None
        if m["after"]:
            day = g.small_number(m["after"])
            window = self.choose(lambda y: lunar_window(y, 1, day), left)
        else:
            day = g.small_number(m["eve"])
            window = self.choose(lambda y: lunar_window(y - 1, 12, day), left)
        return Point(m.end(), *window, lunar=True) if window else None
