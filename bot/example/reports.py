"""Two years of reports of the example: seasonal, in the heads' own words, some late, some corrected, adding up."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.example import sayings
from bot.example.county import ExamplePerson, ExampleUnit
from bot.example.words import Activity, Thing, Words

SHANGHAI = ZoneInfo("Asia/Shanghai")

#: Reports a village files in a month of average season, and a township.
VILLAGE_RATE, TOWNSHIP_RATE = 0.56, 0.65

_SESSION = re.compile("了一?[场期次节]")
#: Days of the month for what hangs on a day: 8 March, 25 November.
_SPREAD = {("三八活动", 3): (2, 8), ("反家暴讲座", 11): (15, 30), ("赶集普法", 3): (1, 9)}
#: What a village calls otherwise than a community; in this order.
_URBAN = (("村部", "社区服务中心"), ("村道", "小区道路"), ("村委会", "居委会"), ("村", "社区"))
#: What may happen after supper.
_EVENING_FORMS = frozenset(("讲座", "会议", "文体活动", "培训", "妇女议事"))


@dataclass(frozen=True, slots=True)
class Item:
    """Something handed out or planted, or those helped: 宣传单, 50, 份."""

    item: str
    n: int
    unit: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What she wrote afterwards to put a number right."""

    at: datetime
    text: str
    was: int


@dataclass(frozen=True, slots=True)
class ExampleReport:
    """One activity of one unit with its final figures; `text` is her first message, `corrections` what followed."""

    key: str
    unit_code: str
    phone: str
    filed_at: datetime
    text: str
    event_on: date
    part: str
    activity: str
    form: str
    category: str
    topic: str
    place: str
    participants: int
    women: int | None
    children: int | None
    sessions: int | None
    cases: int | None
    materials: tuple[Item, ...]
    helped: tuple[Item, ...]
    partners: tuple[str, ...]
    speaker: str
    corrections: tuple[Correction, ...]
    state: str

    @property
    def counts(self) -> bool:
        """Whether it is part of the figures: filed or passed, not returned or withdrawn."""
        return self.state in ("filed", "passed")


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over reports that count."""

    reports: int = 0
    sessions: int = 0
    participants: int = 0
    women: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.reports + other.reports, self.sessions + other.sessions,
            self.participants + other.participants, self.women + other.women,
        )  # fmt: skip


class Reporter:
    """Lets people of the example report; everything drawn comes from one random source."""

    def __init__(
        self,
        rng: random.Random,
        words: Words,
        units: Sequence[ExampleUnit],
        people: Sequence[ExamplePerson],
        today: date,
    ) -> None:
        self.rng = rng
        self.words = words
        self.today = today
        self.units = {unit.code: unit for unit in units}
        self.speakers = {p.unit_code: p for p in reversed(people) if p.role in ("congress_head", "chair")}
        self.manners = {unit.code: sayings.draw_manner(rng) for unit in units}
        self.activities = {activity.code: activity for activity in words.activities}
        self._last: dict[str, int] = {}

    def report(self, unit_code: str, activity: Activity, event_on: date, days_after: int) -> ExampleReport | None:
        """What she files `days_after` the event; nothing if that is not yet in the past."""
        filed_on = event_on + timedelta(days=days_after)
        if filed_on >= self.today:
            return None
        rng, unit, manner = self.rng, self.units[unit_code], self.manners[unit_code]
        part = sayings.draw_part(rng, evening=activity.form in _EVENING_FORMS and "孩子" not in activity.crowds)
        begins = sayings.hour_of(part)
        hour = min(21, begins + 2 + rng.randrange(3)) if days_after == 0 else rng.randrange(8, 21)
        filed_at = datetime(filed_on.year, filed_on.month, filed_on.day, hour, rng.randrange(60), tzinfo=SHANGHAI)
        said_when = sayings.when(rng, event_on, filed_on, part)
        crowd, n = rng.choice(activity.crowds), rng.randint(activity.low, activity.high)
        pattern = rng.choice([
            pattern for pattern in (self.words.visits if activity.is_visit else self.words.gatherings)
            if activity.places or "【地点】" not in pattern
        ])  # fmt: skip
        women = _women(rng, crowd, n, said="【其中】" in pattern)
        helped = _amount(rng, activity.helped, None)
        things = _amount(rng, rng.choice(activity.things), helped)
        guest = rng.choice(activity.guests)
        speaker, partner = (self._local(guest.speaker, unit), self._local(guest.partner, unit)) if guest else ("", "")
        topic, phrase = (self._local(text, unit) for text in _subject(rng, activity))
        place = self._local(rng.choice(activity.places), unit) if activity.places else ""
        corrections, first = self._correction(filed_at, manner, n)
        text = sayings.fill(pattern, {
            "时间": said_when,
            "地点": place,
            "做了": phrase,
            "人数": _people(rng, crowd, sayings.count(manner, first)),
            "其中": f"其中妇女{sayings.count(manner, women)}人" if women is not None and crowd == "群众" else "",
            "请了": f"请了{speaker}" if speaker else "",
            "发了": "".join(f"{_verb(activity)}{sayings.count(manner, t.n)}{t.unit}{t.item}" for t in things),
            "对象": "".join(f"{sayings.count(manner, h.n)}{_measure(h)}{h.item}" for h in helped),
        }, manner)  # fmt: skip
        return ExampleReport(
            key=self._key(unit_code, event_on), unit_code=unit_code, phone=self.speakers[unit_code].phone,
            filed_at=filed_at, text=text, event_on=event_on,
            part=part if part in said_when or "晚" in said_when else "",
            activity=activity.code, form=activity.form, category=activity.category,
            topic=topic, place=place if place and place in text else "",
            participants=n, women=women, children=n if crowd == "孩子" else None,
            sessions=1 if _SESSION.search(phrase) else None, cases=1 if activity.form == "纠纷调解" else None,
            materials=tuple(t for t in things if t.item in text), helped=tuple(h for h in helped if h.item in text),
            partners=(partner,) if partner and speaker in text else (), speaker=speaker if speaker in text else "",
            corrections=corrections, state=self._state(filed_on),
        )  # fmt: skip

    def days_after(self, unit_code: str) -> int:
        """How long after an event this unit usually files; weeks now and then."""
        if self.rng.random() < self.manners[unit_code].lateness:
            return self.rng.randint(10, 32)
        return self.rng.choice((0, 0, 0, 0, 1, 1, 1, 2, 3, 5))

    def _key(self, unit_code: str, event_on: date) -> str:
        number = self._last[unit_code] = self._last.get(unit_code, 0) + 1
        return f"{unit_code}-{event_on:%Y%m%d}-{number:03d}"

    def _correction(self, filed_at: datetime, manner: sayings.Manner, n: int) -> tuple[tuple[Correction, ...], int]:
        """Now and then she wrote another number first."""
        if self.rng.random() >= 0.05:
            return (), n
        first = max(1, n + self.rng.choice((-3, -2, -1, 1, 2, 5)))
        if first == n:
            return (), n
        was, now = sayings.count(manner, first), sayings.count(manner, n)
        text = self.rng.choice((f"不是{was}是{now}人", f"写错了，是{now}个人", f"改 人数 {n}"))
        return (Correction(filed_at + timedelta(minutes=self.rng.randint(2, 90)), text, first),), first

    def _state(self, filed_on: date) -> str:
        """The township passes reports within some weeks; a few are sent back or taken back."""
        drawn = self.rng.random()
        if drawn < 0.006:
            return "withdrawn"
        if (self.today - filed_on).days > 14:
            return "passed" if drawn < 0.97 else "filed"
        return "returned" if drawn < 0.02 else "filed"

    def _local(self, text: str, unit: ExampleUnit) -> str:
        """A place or organisation as it is called there: {镇} by the kind of township, 村部 by that of the village."""
        township = unit if unit.level == "township" else self.units[unit.parent_code]
        text = text.replace("{镇}", township.place[-2:] if township.kind == "subdistrict" else township.place[-1])
        if unit.kind != "community":
            return text
        for rural, urban in _URBAN:
            text = text.replace(rural, urban)
        return text


def two_years(reporter: Reporter) -> list[ExampleReport]:
    """Reports of every village and township in the 24 months before today, in the order they were filed."""
    first = reporter.today.replace(year=reporter.today.year - 2, day=1)
    made: list[ExampleReport] = []
    for unit in list(reporter.units.values()):
        if unit.level not in ("village", "township"):
            continue
        activities = [a for a in reporter.words.activities if a.of_township == (unit.level == "township")]
        year = [sum(a.months.get(month, 0) for a in activities) for month in range(1, 13)]
        rate = (VILLAGE_RATE if unit.level == "village" else TOWNSHIP_RATE) * reporter.manners[unit.code].diligence
        for month in _months(first, reporter.today):
            expected = rate * year[month.month - 1] * 12 / sum(year)
            for _ in range(_occurrences(reporter.rng, expected)):
                activity = reporter.rng.choices(activities, [a.months.get(month.month, 0) for a in activities])[0]
                event_on = _day(reporter.rng, activity, month)
                report = reporter.report(unit.code, activity, event_on, reporter.days_after(unit.code))
                if report is not None:
                    made.append(report)
    return sorted(made, key=lambda report: (report.filed_at, report.key))


def rolled_up(units: Sequence[ExampleUnit], reports: Iterable[ExampleReport]) -> dict[str, Figures]:
    """Figures by unit code, each unit with all below it."""
    parents = {unit.code: unit.parent_code for unit in units}
    sums = dict.fromkeys(parents, Figures())
    for report in reports:
        if not report.counts:
            continue
        own = Figures(1, report.sessions or 0, report.participants, report.women or 0)
        code = report.unit_code
        while code:
            sums[code] += own
            code = parents[code]
    return sums


def _months(first: date, last: date) -> list[date]:
    months = []
    while first <= last:
        months.append(first)
        first = (first + timedelta(days=32)).replace(day=1)
    return months


def _occurrences(rng: random.Random, expected: float) -> int:
    """A whole number whose mean is `expected`: the whole part, and one more by chance, spread by one."""
    drawn = expected * rng.uniform(0.3, 1.7)
    return int(drawn) + (rng.random() < drawn % 1)


def _day(rng: random.Random, activity: Activity, month: date) -> date:
    low, high = _SPREAD.get((activity.code, month.month), (1, 28 if month.month == 2 else 30))
    return month.replace(day=rng.randint(low, high))


def _women(rng: random.Random, crowd: str, n: int, *, said: bool) -> int | None:
    """All of them where the crowd is women; of a mixed crowd only where she says so."""
    if crowd == "妇女":
        return n
    if crowd == "群众" and said and rng.random() < 0.7:
        return max(1, round(n * rng.uniform(0.5, 0.85)))
    return None


def _people(rng: random.Random, crowd: str, n: str) -> str:
    nouns = {
        "妇女": ("名妇女", "个妇女", "个姐妹", "位姐妹"),
        "群众": ("个人", "名群众", "人"), "家长": ("名家长", "个家长"), "志愿者": ("名志愿者", "个志愿者"),
        "孩子": ("个孩子", "名儿童", "个娃"), "去的人": ("个人", "人"),
    }  # fmt: skip
    return n + rng.choice(nouns[crowd])


def _amount(rng: random.Random, thing: Thing | None, like: tuple[Item, ...] | None) -> tuple[Item, ...]:
    """How many this time; as many as those helped where both come in the same range (a bag each)."""
    if thing is None:
        return ()
    n = rng.randint(thing.low, thing.high)
    if like and thing.low <= like[0].n <= thing.high:
        n = like[0].n
    return (Item(thing.item, n, thing.unit),)


def _measure(helped: Item) -> str:
    return "个" if helped.unit == "人" else helped.unit


def _verb(activity: Activity) -> str:
    if activity.form == "植树":
        return "栽了"
    return "送了" if activity.form == "慰问" else "发了"


def _subject(rng: random.Random, activity: Activity) -> tuple[str, str]:
    """What it was about, and a phrase that says so."""
    topic, phrase = rng.choice(activity.topics), rng.choice(activity.phrases)
    return topic, phrase.replace("【题】", topic)
