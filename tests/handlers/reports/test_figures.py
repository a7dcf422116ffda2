"""Whatever happens to reports and units, the figures are those of a recomputation from the rows."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.reports import figures, periods, rules, service
from handlers.reports.figures import Asked, roll_up, sources
from handlers.reports.sums import Figures, Key, Total
from storage import people, units
from storage.people import Speaker
from storage.reports import COUNTED, PASSED, RETURNED, UNUSED, Adjustment, Report
from storage.store import Store
from storage.units import Unit, UnitPlace, UnitRow
from tests.kit.stores import SECRET, Templates

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
FIRST = date(2026, 1, 1)
TREE = (
    UnitRow("C", "某县妇联", "county"),
    *(UnitRow(f"T{t}", f"第{t}镇妇联", "township", "township", "C") for t in range(3)),
    *(UnitRow(f"V{t}{v}", f"{t}镇{v}村妇代会", "village", "village", f"T{t}") for t in range(3) for v in range(2)),
)
FORMS = ("讲座", "培训", "走访排查")
COUNTS = ("36", "~30", "30+", "<50", "60-70", "1")


@dataclass
class Life:
    """A small county in which things happen, in one session."""

    session: Session
    units: dict[str, Unit]
    person: int
    day: date = FIRST
    reports: list[Report] = field(default_factory=list)

    def speaker(self, code: str) -> Speaker:
        unit = self.units[code]
        role = "congress_head" if unit.level == "village" else "chair"
        return Speaker(0, self.person, "某某", role, "", unit.id, unit.name, unit.path, unit.level)


@contextmanager
def county(store: Store) -> Iterator[Life]:
    with store.begin() as session:
        by_code = units.add_many(session, TREE)
        person = people.add(session, "某某", None)
        yield Life(session, by_code, person.id)


def slots(day: date, form: str, people_: str, things: str, *, by_times: bool) -> dict[str, object]:
    return {
        "date": day.isoformat(),
        "form": form,
        "category": "维权普法",
        "topic": "反家暴",
        "participants": people_,
        "sessions": "1",
        "materials": [{"item": "宣传单", "n": things, "unit": "份"}],
        "units": {"participants": "人次"} if by_times else {},
    }


steps = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "file",
                "file",
                "file",
                "same",
                "change",
                "withdraw",
                "return",
                "pass",
                "unused",
                "move",
                "merge",
                "close",
                "adjust",
            )
        ),
        st.integers(0, 999),
        st.integers(0, 999),
        st.sampled_from(COUNTS),
        st.sampled_from(FORMS),
    ),
    min_size=4,
    max_size=25,
)


def happen(life: Life, step: tuple[str, int, int, str, str]) -> None:
    """One thing happens on a day not before the one of the last."""
    what, one, other, notation, form = step
    life.day += timedelta(days=one % 9)
    codes = [code for code, unit in life.units.items() if unit.is_open(life.day)]
    code = codes[one % len(codes)]
    report = life.reports[other % len(life.reports)] if life.reports else None
    by_times = one % 3 == 0
    try:
        if what == "file" or (what == "same" and report is not None):
            said = slots(life.day - timedelta(days=other % 40), form, notation, "50", by_times=by_times)
            if date.fromisoformat(str(said["date"])) < FIRST:
                return
            filed, _ = service.file_report(
                life.session,
                by=life.speaker(code),
                slots=said,
                now=NOW,
                same_event_as=report.id if what == "same" and report is not None else None,
            )
            life.reports.append(filed)
        elif what == "move":
            villages = [c for c in codes if life.units[c].level == "village"]
            towns = [c for c in codes if life.units[c].level == "township"]
            unit, parent = life.units[villages[one % len(villages)]], life.units[towns[other % len(towns)]]
            already = select(UnitPlace.id).where(UnitPlace.unit_id == unit.id, UnitPlace.since == life.day)
            if unit.parent_id != parent.id and life.session.scalar(already) is None:
                units.move(life.session, unit, parent, life.day)
        elif what == "merge":
            villages = [c for c in codes if life.units[c].level == "village"]
            if len(villages) > 2:
                units.close(life.units[villages[0]], life.day, life.units[villages[1]])
        elif what == "close":
            periods.close_period(
                life.session,
                life.day.replace(day=1),
                life.day,
                by=life.speaker(["C", "T0", "T1", "T2"][other % 4]),
                now=NOW,
            )
        elif report is not None:
            change(life, what, report, notation, form)
    except (units.DayIsClosed, service.PeriodClosed, service.NotAbove, periods.Overlaps, periods.NotClosed):
        pass  # refused, and nothing has happened


def change(life: Life, what: str, report: Report, notation: str, form: str) -> None:
    by = life.speaker("C")
    if what == "change" and report.state in (*COUNTED, RETURNED):
        service.change(life.session, report, {**report.slots, "participants": notation, "form": form}, by=by, now=NOW)
    elif what == "withdraw" and report.state != "withdrawn":
        service.withdraw(life.session, report, by=by, now=NOW)
    elif what in ("return", "pass", "unused") and report.state in COUNTED:
        state = {"return": RETURNED, "pass": PASSED, "unused": UNUSED}[what]
        service.review(life.session, report, state, by=by, now=NOW, reason="某因")
    elif what == "adjust":
        periods.adjust(
            life.session,
            Key("participants", "人"),
            Decimal(-2),
            by=by,
            reason="重复",
            now=NOW,
            day=report.event_on,
            report=report,
        )


def standing(session: Session, unit_id: int, day: date) -> list[int]:
    """The unit and all above it on that day, from the rows of places."""
    line: list[int] = []
    here: int | None = unit_id
    while here is not None:
        line.append(here)
        rows = session.execute(
            select(UnitPlace.since, UnitPlace.parent_id).where(UnitPlace.unit_id == here).order_by(UnitPlace.since)
        ).all()
        past = [parent for since, parent in rows if since <= day]
        here = past[-1] if past else rows[0][1]
    return line


def recomputed(session: Session, asked: Asked) -> dict[int, tuple[Figures, Figures]]:
    """Unit → (all figures, own figures), from the raw rows with nothing but loops."""
    found: dict[int, tuple[Figures, Figures]] = defaultdict(lambda: (Figures(), Figures()))
    all_reports = session.scalars(select(Report).order_by(Report.id)).all()
    for report in all_reports:
        if report.state not in COUNTED or not asked.first <= report.event_on <= asked.last:
            continue
        if asked.form and report.form != asked.form:
            continue
        event = report.same_event_as_id
        earlier = [r for r in all_reports if r.id == event or (r.same_event_as_id == event and r.id < report.id)]
        if event is not None and any(r.state in COUNTED for r in earlier):
            continue
        line = standing(session, report.unit_id, report.event_on)
        for figures_ in (*(found[u][0] for u in line), found[report.unit_id][1]):
            figures_.reports += 1
            for q in rules.quantities(report.slots):
                figures_.count(Key(q.measure, q.unit, q.noun), Total.of(q.low, q.high, q.mark))
    if not asked.is_narrowed:
        for one in session.scalars(select(Adjustment).where(Adjustment.event_on.between(asked.first, asked.last))):
            for figures_ in (
                *(found[u][0] for u in standing(session, one.unit_id, one.event_on)),
                found[one.unit_id][1],
            ):
                figures_.count(Key(one.measure, one.unit, one.noun), Total(one.amount, one.amount))
    return found


def holds(life: Life, asked: Asked) -> None:
    """Every unit: equal to the recomputation, and parent = children + own."""
    life.session.flush()
    wanted = recomputed(life.session, asked)
    for unit in life.units.values():
        rolled = roll_up(life.session, unit, asked)
        whole, own = wanted.get(unit.id, (Figures(), Figures()))
        assert rolled.total.to_json() == whole.to_json()
        assert rolled.total.reports == whole.reports
        assert rolled.own.to_json() == own.to_json()
        added = Figures()
        added.add(rolled.own)
        for child in rolled.children:
            added.add(child.figures)
        assert added.to_json() == rolled.total.to_json()
        assert added.reports == rolled.total.reports
        all_ = Key("reports", "条")
        assert len(list(sources(life.session, unit, asked, all_))) == rolled.total.reports


PERIODS = (
    Asked(FIRST, date(2026, 12, 31)),
    Asked(date(2026, 1, 10), date(2026, 2, 20)),
    Asked(FIRST, date(2026, 12, 31), form="讲座"),
)
_numbers = count()


def _lives_through(store: Store, history: list[tuple[str, int, int, str, str]]) -> None:
    with county(store) as life:
        for step in history:
            happen(life, step)
        for asked in PERIODS:
            holds(life, asked)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=steps)
def test_random_histories_add_up_on_sqlite(
    history: list[tuple[str, int, int, str, str]], templates: Templates, tmp_path: Path
) -> None:
    """Filing, correcting, withdrawing, reviewing, moving, merging, closing and adjusting in any order."""
    store = Store(templates.sqlite(tmp_path / f"{next(_numbers)}.sqlite3"), secret=SECRET)
    try:
        _lives_through(store, history)
    finally:
        store.close()


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=steps)
def test_random_histories_add_up_on_postgresql(
    history: list[tuple[str, int, int, str, str]], templates: Templates
) -> None:
    """The same queries give the same sums there."""
    with templates.postgres() as url:
        store = Store(url, secret=SECRET)
        try:
            _lives_through(store, history)
        finally:
            store.close()


def test_a_moved_village_leaves_its_past_with_its_former_township(store: Store) -> None:
    """What was done before the move counts where the village stood on that day."""
    with county(store) as life:
        for day in (date(2026, 3, 1), date(2026, 5, 1)):
            service.file_report(
                life.session, by=life.speaker("V00"), slots=slots(day, "讲座", "10", "1", by_times=False), now=NOW
            )
        units.move(life.session, life.units["V00"], life.units["T1"], date(2026, 4, 1))
        year = Asked(FIRST, date(2026, 12, 31))
        assert [roll_up(life.session, life.units[code], year).total.reports for code in ("C", "T0", "T1")] == [2, 1, 1]
        march = Asked(date(2026, 3, 1), date(2026, 3, 31))
        assert [roll_up(life.session, life.units[code], march).total.reports for code in ("C", "T0", "T1")] == [1, 1, 0]


def test_one_event_reported_by_village_and_township_counts_once_and_falls_back(store: Store) -> None:
    """The second report adds nothing while the first counts, and counts once the first is withdrawn."""
    with county(store) as life:
        said = slots(date(2026, 3, 1), "讲座", "36", "50", by_times=False)
        first, _ = service.file_report(life.session, by=life.speaker("V00"), slots=said, now=NOW)
        service.file_report(life.session, by=life.speaker("T0"), slots=said, now=NOW, same_event_as=first.id)
        service.file_report(life.session, by=life.speaker("C"), slots=said, now=NOW, same_event_as=first.id)
        year = Asked(FIRST, date(2026, 12, 31))
        rolled = roll_up(life.session, life.units["C"], year)
        assert rolled.total.reports == 1
        assert rolled.same_event == 2
        service.withdraw(life.session, first, by=life.speaker("V00"), now=NOW)
        rolled = roll_up(life.session, life.units["C"], year)
        assert rolled.total.reports == 1
        assert roll_up(life.session, life.units["T0"], year).own.reports == 1


def test_people_and_attendances_never_add(store: Store) -> None:
    """人 and 人次, 期 and 场次 are different figures."""
    with county(store) as life:
        for by_times in (True, False):
            said = slots(date(2026, 3, 1 + by_times), "讲座", "30", "50", by_times=by_times)
            service.file_report(life.session, by=life.speaker("V00"), slots=said, now=NOW)
        totals = roll_up(life.session, life.units["C"], Asked(FIRST, date(2026, 12, 31))).total.totals
        assert totals[Key("participants", "人")].words == "30"
        assert totals[Key("participants", "人次")].words == "30"


def test_a_closed_period_refuses_every_change_but_an_adjustment(store: Store) -> None:
    """File, change, withdraw, review and moving a report into the period are refused; the adjustment shows."""
    with county(store) as life:
        march = Asked(date(2026, 3, 1), date(2026, 3, 31))
        said = slots(date(2026, 3, 5), "讲座", "36", "50", by_times=False)
        report, _ = service.file_report(life.session, by=life.speaker("V00"), slots=said, now=NOW)
        april, _ = service.file_report(
            life.session, by=life.speaker("V00"), slots={**said, "date": "2026-04-05"}, now=NOW
        )
        closed = periods.close_period(life.session, march.first, march.last, by=life.speaker("T0"), now=NOW)
        assert closed.figures["total"]["reports"] == 1
        village = life.speaker("V00")
        for refused in (
            lambda: service.file_report(life.session, by=village, slots=said, now=NOW),
            lambda: service.change(life.session, report, {**said, "participants": "99"}, by=village, now=NOW),
            lambda: service.change(life.session, april, said, by=village, now=NOW),
            lambda: service.withdraw(life.session, report, by=village, now=NOW),
            lambda: service.review(life.session, report, RETURNED, by=life.speaker("T0"), now=NOW, reason="x"),
        ):
            with pytest.raises(service.PeriodClosed):
                refused()
        with pytest.raises(periods.NotClosed):  # the county has not closed it
            periods.adjust(
                life.session,
                Key("participants", "人"),
                Decimal(2),
                by=life.speaker("C"),
                reason="x",
                now=NOW,
                day=report.event_on,
            )
        with pytest.raises(periods.Overlaps):
            periods.close_period(life.session, march.first, march.last, by=life.speaker("T0"), now=NOW)
        with pytest.raises(periods.NotOver):
            periods.close_period(life.session, date(2026, 11, 1), date(2026, 11, 30), by=life.speaker("T0"), now=NOW)
        periods.adjust(
            life.session,
            Key("participants", "人"),
            Decimal(2),
            by=life.speaker("T0"),
            reason="漏了两人",
            now=NOW,
            day=report.event_on,
            report=report,
        )
        rolled = roll_up(life.session, life.units["C"], march)
        assert rolled.total.totals[Key("participants", "人")].words == "38"
        assert [(a.amount, a.reason) for a in rolled.adjustments] == [(Decimal(2), "漏了两人")]


def test_topics_and_categories_narrow_the_figures(store: Store) -> None:
    """A word of the topic, a category, a form: each alone."""
    with county(store) as life:
        day = date(2026, 3, 5)
        said = slots(day, "讲座", "36", "50", by_times=False)
        service.file_report(life.session, by=life.speaker("V00"), slots=said, now=NOW)
        service.file_report(
            life.session, by=life.speaker("V00"), slots={**said, "topic": "禁毒 100%", "category": "平安建设"}, now=NOW
        )

        def reports_(**narrowed: str) -> int:
            return roll_up(life.session, life.units["C"], Asked(FIRST, date(2026, 12, 31), **narrowed)).total.reports

        assert (
            reports_(),
            reports_(topic="反家暴"),
            reports_(topic="%"),
            reports_(category="平安建设"),
            reports_(form="培训"),
        ) == (2, 1, 1, 1, 0)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("36", "30"), "66"),
        (("36", "30+"), "66以上"),
        (("36", "<50"), "不到86"),
        (("36", "~30"), "约66"),
        (("60-70", "10"), "70到80"),
        (("30+", "<50"), "约80"),
        (("60-70", "30+"), "90以上"),
        (("60-70", "<50"), "不到120"),
        (("60-70", "~5"), "约65到75"),
        (("0.5", "0.25"), "0.75"),
    ],
)
def test_sums_keep_what_their_parts_were_like(parts: tuple[str, str], words: str) -> None:
    """多, 不到, 约 and ranges add up by the rules of handlers.reports.sums, in any order."""
    totals = [Total.of(*value) for part in parts if (value := rules.amount(part)) is not None]
    assert (totals[0] + totals[1]).words == words
    assert (totals[1] + totals[0]).words == words


def test_figures_are_scoped_by_the_unit(store: Store) -> None:
    """A unit sees itself and what is below, never its neighbours."""
    with county(store) as life:
        service.file_report(
            life.session,
            by=life.speaker("V10"),
            slots=slots(date(2026, 3, 5), "讲座", "36", "50", by_times=False),
            now=NOW,
        )
        year = Asked(FIRST, date(2026, 12, 31))
        assert roll_up(life.session, life.units["T0"], year).total.reports == 0
        assert list(sources(life.session, life.units["T0"], year)) == []
        assert figures.roll_up(life.session, life.units["V10"], year).total.reports == 1


def test_nothing_slips_in_while_a_period_is_being_closed(store: Store) -> None:
    """Whoever files at that moment waits for the closing and is then refused: the frozen figures are the figures."""
    march = Asked(date(2026, 3, 1), date(2026, 3, 31))
    said = slots(date(2026, 3, 5), "讲座", "36", "50", by_times=False)
    with county(store) as life:
        village, town = life.speaker("V00"), life.speaker("T0")
    outcome: list[str] = []

    def file() -> None:
        try:
            with store.begin() as session:
                service.file_report(session, by=village, slots=said, now=NOW)
            outcome.append("filed")
        except service.PeriodClosed:
            outcome.append("refused")

    filing = threading.Thread(target=file)
    with store.begin() as session:
        periods.close_period(session, march.first, march.last, by=town, now=NOW)
        filing.start()
        filing.join(timeout=0.5)
        assert outcome == []
    filing.join(timeout=10)
    assert outcome == ["refused"]
    with store.read() as session:
        assert roll_up(session, units.get(session, town.unit_id), march).total.reports == 0


def test_no_unit_moves_or_ends_in_a_closed_period(store: Store) -> None:
    """Figures that were handed in would change: refused up to the last closed day, for both townships; the day after is free."""
    with county(store) as life:
        periods.close_period(life.session, date(2026, 3, 1), date(2026, 3, 31), by=life.speaker("T1"), now=NOW)
        village, town = life.units["V00"], life.units["T1"]
        for day in (date(2026, 2, 1), date(2026, 3, 31)):
            with pytest.raises(units.DayIsClosed):
                units.move(life.session, village, town, day)
            with pytest.raises(units.DayIsClosed):
                units.close(life.units["V10"], day)
        units.close(life.units["V01"], date(2026, 3, 15))  # its own township has closed nothing
        units.move(life.session, village, town, date(2026, 4, 1))
        assert village.parent_id == town.id
