"""Open duties of the example about `today`: handed down from its circulars, answered by some, late by others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.example.reports import SHANGHAI, ExampleReport, Reporter


@dataclass(frozen=True, slots=True)
class Answer:
    """A unit's report for one period of a duty."""

    unit_code: str
    report_key: str
    at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class Period:
    """One due day of a duty, who owed it, and who has answered."""

    first: date
    due_on: date
    owed_by: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Codes of the units that have not answered, in the order of the tree."""
        done = {answer.unit_code for answer in self.answers}
        return tuple(code for code in self.owed_by if code not in done)


@dataclass(frozen=True, slots=True)
class ExampleDuty:
    """A duty made in `unit_code`; units of `level` below it owe it. `rests_on` is a 文号 or says there is none."""

    key: str
    unit_code: str
    title: str
    what: str
    rests_on: str
    evidence: str
    level: str
    #: What answers it: a report of one of these forms and with one of these words, where any are named.
    forms: tuple[str, ...]
    words: tuple[str, ...]
    starts_on: date
    due_on: date | None
    recurrence: str
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A duty to be made: windows in days from today, and what share of the units answered in time or late."""

    key: str
    unit: str
    title: str
    what: str
    rests_on: str
    evidence: str
    level: str
    activity: str
    words: tuple[str, ...]
    windows: tuple[tuple[date, date, float, float], ...]
    recurrence: str = ""
    forms: tuple[str, ...] = ()


def make_duties(reporter: Reporter) -> tuple[list[ExampleDuty], list[ExampleReport]]:
    """The duties, and the reports that answer them."""
    duties: list[ExampleDuty] = []
    reports: list[ExampleReport] = []
    for plan in _plans(reporter.today):
        top = next(code for code, unit in reporter.units.items() if unit.name == plan.unit)
        owed = _owed(reporter, top, plan.level)
        periods = []
        for first, due_on, on_time, late in plan.windows:
            answers: list[Answer] = []
            ranks = reporter.rng.sample(range(len(owed)), len(owed))
            for code, rank in zip(owed, ranks, strict=True):
                share = (rank + 0.5) / len(owed)
                report = _answer(reporter, plan, code, first, due_on, share, on_time, late)
                if report is not None:
                    reports.append(report)
                    answers.append(Answer(code, report.key, report.filed_at, report.filed_at.date() > due_on))
            periods.append(Period(first, due_on, owed, tuple(answers)))
        duties.append(ExampleDuty(
            key=plan.key, unit_code=top, title=plan.title, what=plan.what, rests_on=plan.rests_on,
            evidence=plan.evidence, level=plan.level, forms=plan.forms, words=plan.words, starts_on=plan.windows[0][0],
            due_on=None if plan.recurrence else plan.windows[-1][1], recurrence=plan.recurrence, periods=tuple(periods),
        ))  # fmt: skip
    return duties, reports


def made_at(duty: ExampleDuty) -> datetime:
    """When the official made it: the morning its first period begins."""
    return datetime.combine(duty.starts_on, time(9, 5), SHANGHAI)


def _owed(reporter: Reporter, top: str, level: str) -> tuple[str, ...]:
    parents = {code: unit.parent_code for code, unit in reporter.units.items()}

    def lies_below(code: str) -> bool:
        while code:
            if code == top:
                return True
            code = parents[code]
        return False

    return tuple(c for c, u in reporter.units.items() if u.level == level and u.kind != "organ" and lies_below(c))


def _answer(
    reporter: Reporter, plan: _Plan, code: str, first: date, due_on: date, share: float, on_time: float, late: float
) -> ExampleReport | None:
    """Her report for the period, in time or late, or nothing, by where she stands among those who owe it (0 to 1)."""
    rng, yesterday = reporter.rng, reporter.today - timedelta(days=1)
    activity = reporter.activities[plan.activity]
    if share < on_time:
        last = min(due_on, yesterday)
        filed_on = first + timedelta(days=rng.randint(0, max(0, (last - first).days)))
        event_on = max(first, filed_on - timedelta(days=rng.choice((0, 0, 1, 2))))
    elif share < on_time + late and due_on < yesterday:
        filed_on = min(yesterday, due_on + timedelta(days=rng.randint(1, 4)))
        event_on = due_on - timedelta(days=rng.randint(0, 2))
    else:
        return None
    report = reporter.report(code, activity, event_on, (filed_on - event_on).days)
    return replace(report, state="filed") if report is not None else None


def _plans(today: date) -> Sequence[_Plan]:
    """What is going on about today; with the example's circulars it agrees to the day in late November 2026."""
    month, ends = today.replace(day=1), (today.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    before = (month - timedelta(days=1)).replace(day=1)

    def day(days: int) -> date:
        return today + timedelta(days=days)

    return (
        _Plan(
            "反家暴宣传周", "澜汀市妇联", "反家暴宣传进村入户", "至少举办1场反家暴讲座或者院坝会", "澜妇〔2026〕36号",
            "每个村（社区）妇代会11月25日前至少举办1场反家暴讲座或者院坝会",
            "village", "反家暴讲座", ("反家暴",),
            ((day(-20), day(3), 0.46, 0.0),),
        ),
        _Plan(
            "八防排查", "澜汀市妇联", "“八防”入户排查", "完成一次“八防”入户排查", "澜妇〔2026〕38号",
            "各村（社区）妇代会11月20日前完成一次“八防”入户排查", "village", "八防排查", (),
            ((day(-12), day(-2), 0.78, 0.1),), forms=("走访排查",),
        ),
        _Plan(
            "暖冬服务", "栖梧县妇联", "“巾帼暖冬”每月集中服务", "每月至少开展1次集中志愿服务", "栖妇〔2026〕27号",
            "每个村（社区）组建1支不少于8人的巾帼志愿服务队，每月至少开展1次集中服务",
            "village", "暖冬行动", ("暖冬", "志愿"),
            ((before, month - timedelta(days=1), 0.9, 0.1), (month, ends, 0.5, 0.0)), "FREQ=MONTHLY;BYMONTHDAY=-1",
        ),
        _Plan(
            "月度信息", "澜汀市妇联", "每月25日前报送工作信息", "向县（区）妇联报送工作信息不少于1条",
            "澜妇〔2025〕16号",
            "每个乡镇（街道）妇联每月25日前向县（区）妇联报送工作信息不少于1条",
            "township", "妇联例会", (),
            ((before, before.replace(day=25), 0.85, 0.15), (before.replace(day=26), today.replace(day=25), 0.55, 0.0)),
            "FREQ=MONTHLY;BYMONTHDAY=25", ("会议", "培训", "宣传"),
        ),
        _Plan(
            "两癌统计", "栖梧县妇联", "全年“两癌”检查情况报送", "报送全年“两癌”检查情况统计表和工作小结",
            "栖妇〔2026〕11号",
            "各乡镇（街道）妇联12月10日前报送全年“两癌”检查情况统计表和工作小结",
            "township", "两癌进度", ("两癌",),
            ((day(-18), day(18), 0.2, 0.0),),
        ),
        _Plan(
            "妇女议事", "松陂镇妇联", "年底前开一次妇女议事会", "开一次妇女议事会，说说明年想办的事",
            "无文号，镇妇联会上布置",
            "", "village", "妇女议事", ("议事",),
            ((day(-10), day(5), 0.4, 0.0),),
        ),
    )  # fmt: skip
