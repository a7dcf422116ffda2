"""Days told from the day of speaking: 昨天, 上周五, 三天前, 10个工作日内, 这两天; and feasts."""

from __future__ import annotations

import re
from datetime import date, timedelta

from knowledge.calendar import grammar as g
from knowledge.calendar.feasts import FEASTS
from knowledge.calendar.points import Chooser, Point, Window, shift_months
from knowledge.calendar.workdays import add_workdays, workday_source

_WEEKDAYS = re.compile("[一二三四五六日天]")


class NearDays(Chooser):
    """Reads days that are told from the day of speaking, and resolves feasts."""

    __slots__ = ()

    def relative(self, i: int) -> Point | None:
        """今天, 昨儿, 前儿个, 大前天, 明后天, 昨晚."""
        m = g.RELATIVE.match(self.text, i)
        if m is None:
            return None
        how = m.lastgroup
        if how == "two":
            a, b = {"今明": (0, 1), "明后": (1, 2), "昨今": (-1, 0), "前昨": (-2, -1), "昨前": (-2, -1)}[m["two"]]
            days = [self.ref + timedelta(days=step) for step in (a, b)]
            return Point(m.end(), days[0], days[1], several=True, relative=True)
        word = "今" if how == "dawn" else m[m.lastindex or 0]
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
        days += [g.WEEKDAY_INDEX[c] for c in _WEEKDAYS.findall(m["more"] or "")]
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
        return Point(m.end(), first, last, weekday=True, several=last != first)

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
        day, source = _step(self.ref, n if ahead else -n, unit)
        if m["dir"].endswith("内"):
            if not self.future and unit != "工作日" and self.text[max(0, i - 1) : i] in ("近", "去"):
                back, _ = _step(self.ref, -n, unit)
                return Point(m.end(), back, self.ref, unit="span", within=True)
            return Point(m.end(), self.ref, day, unit="span", within=True, workdays=source)
        return Point(m.end(), day, day, relative=True, workdays=source)

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
            day, source = _step(self.ref, n, unit)
            return Point(m.end(), day, day, relative=True, workdays=source, vague=vague)
        if word == "后" or (word == "这" and unit not in ("天", "日")):
            return None
        if m["back"] and not m["back"].endswith("内"):
            return None
        one = timedelta(days=1)
        if word in ("未来", "今后", "接下来", "往后"):
            last, source = _step(self.ref, n, unit)
            return Point(m.end(), self.ref + one, last, unit="span", workdays=source)
        if word in ("前", "头"):
            if unit in ("月", "年", "工作日"):
                return None
            first, _ = _step(self.ref, -n, unit)
            return Point(m.end(), first, self.ref - one, unit="span", vague=True)
        if word == "这" and self.future:
            return Point(m.end(), self.ref, self.ref + timedelta(days=int(n) - 1), unit="span", vague=True)
        first, _ = _step(self.ref, -n, unit)
        if unit in ("天", "日"):
            first += one
        return Point(m.end(), first, self.ref, unit="span", vague=vague)

    def feast(self, name: str, end: int, year: int | None, left: Point | None) -> Point | None:
        """The feast in the named year, else in the year that is meant."""
        feast = FEASTS[name]

        def make(y: int) -> Window | None:
            day = feast.on(y)
            return (day, day) if day else None

        window = self.pick(year, make, left)
        return Point(end, *window, feast=feast, year_named=year is not None) if window else None


def _step(day: date, n: float, unit: str) -> tuple[date, str | None]:
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
