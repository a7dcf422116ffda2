"""Quarters, halves and ends of years: 去年四季度, 上半年, 年底, 全年, 2025-2027年."""

from __future__ import annotations

from datetime import date, timedelta

from knowledge.calendar import grammar as g
from knowledge.calendar.points import Chooser, Point, Window, lunar_window, month_window


class YearParts(Chooser):
    """Reads quarters, halves, years and their ends."""

    __slots__ = ()

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
            a = 1 if m["qf"] or m["qn"] else g.quarter_number(m["q1"])
            b = g.quarter_number(m["q2"]) if m["q2"] else a
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
                feast = self.choose(lambda y: lunar_window(y, 1, 1))
                if feast is None:
                    return None
                eve = feast[0] - timedelta(days=1)
                return Point(m.end(), eve - timedelta(days=14), eve, unit="span", vague=True)
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
