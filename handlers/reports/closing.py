"""封存 and 调整: figures that were handed in stay as they are; what changes them afterwards is said aloud, with its reason."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.reports import card, figures, periods, rules, summary, texts
from handlers.reports.figures import Asked
from handlers.reports.sums import Key, plain
from storage import reports, units
from storage.reports import Report


def register(router: Router) -> None:
    """Add these commands to the slice's router."""
    router.command("封存", "封账", "锁定数字", allow=access.official, help="封存 10月 — 数字报上去以后不再变")(close)
    router.command(allow=access.official, pattern=r"确认封存\s*(?P<rest>\d{4}-\d\d-\d\d \d{4}-\d\d-\d\d)")(closed)
    router.command("调整", allow=access.official, help="调整 10月 人数 +3 原因 — 改已封存的数字，留记录")(adjust)


def close(ctx: Context, rest: str) -> Reply:
    """封存 10月: shows what will be frozen and asks."""
    first, last, _ = summary.period(ctx, rest)
    if first is None or last is None:
        return Reply(texts.CLOSE_WHICH)
    named = summary.period_name(first, last)
    if last >= ctx.local.date():
        return Reply(texts.CLOSE_NOT_OVER.format(period=named))
    before = periods.overlapping(ctx.session, ctx.speaker.unit_id, first, last)
    if before is not None:
        return Reply(texts.CLOSE_OVERLAPS.format(period=summary.period_name(before.first, before.last)))
    rolled = figures.roll_up(ctx.session, units.get(ctx.session, ctx.speaker.unit_id), Asked(first, last))
    lines = [texts.FIGURE_NAMES["reports"] + f"{rolled.total.reports}{texts.REPORTS_UNIT}"]
    lines += [
        texts.FIGURE_NAMES[key.measure] + key.noun + total.words_in(key.unit)
        for key, total in rolled.total.sorted()[:6]
    ]
    says = f"确认封存 {first.isoformat()} {last.isoformat()}"
    return Reply(
        texts.CLOSE_ASK.format(unit=ctx.speaker.unit_name, period=named, figures=texts.JOIN_LONG.join(lines)),
        choices=(Choice(texts.CLOSE_CONFIRM, says=says), Choice(texts.CANCEL_CHOICE)),
    )


def closed(ctx: Context, rest: str) -> Reply:
    """She has confirmed."""
    first, last = (date.fromisoformat(day) for day in rest.split())
    named = summary.period_name(first, last)
    try:
        periods.close_period(ctx.session, first, last, by=ctx.speaker, now=ctx.now)
    except periods.NotOver:
        return Reply(texts.CLOSE_NOT_OVER.format(period=named))
    except periods.Overlaps as before:
        return Reply(texts.CLOSE_OVERLAPS.format(period=summary.period_name(before.first, before.last)))
    return Reply(texts.CLOSED.format(unit=ctx.speaker.unit_name, period=named))


#: How the measures are called when figures are adjusted.
_MEASURES = {
    "人数": Key("participants", "人"),
    "参加人数": Key("participants", "人"),
    "人次": Key("participants", "人次"),
    "妇女": Key("women", "人"),
    "儿童": Key("children", "人"),
    "场次": Key("sessions", "场次"),
    "场数": Key("sessions", "场次"),
    "期数": Key("sessions", "期"),
    "件数": Key("cases", "件"),
    "条数": Key("reports", texts.REPORTS_UNIT),
    "上报": Key("reports", texts.REPORTS_UNIT),
}
_NAMES = "|".join(sorted(_MEASURES, key=len, reverse=True))
_BY = re.compile(
    rf"(?P<before>.*?)(?P<name>{_NAMES})\s*(?P<sign>[+＋\-－−]|加|减|多加|少)\s*(?P<n>\d+(?:\.\d+)?)\s*(?:人次|人|场次?|期|件|条)?"
    r"[\s，,；;：:]*(?:原因是?|因为|理由是?)?[\s：:，,]*(?P<reason>.*)",
    re.DOTALL,
)
_OF_REPORT = re.compile(
    rf"(?P<number>\d{{4,12}})\s*(?P<name>{_NAMES})\s*(?:改为|改成|为|是|到)?\s*(?P<n>\d+(?:\.\d+)?)\s*(?:人次|人|场次?|期|件)?"
    r"[\s，,；;：:]*(?:原因是?|因为|理由是?)?[\s：:，,]*(?P<reason>.*)",
    re.DOTALL,
)


def adjust(ctx: Context, rest: str) -> Reply:
    """调整 10月 人数 +3 漏报; 调整 10月 石桥村 人数 -2 重复; 调整 10017 人数 38 写错了."""
    of_report = _OF_REPORT.fullmatch(rest)
    if of_report is not None:
        return _adjust_report(ctx, of_report)
    found = _BY.fullmatch(rest)
    if found is None:
        return Reply(texts.ADJUST_HOW)
    first, last, left = summary.period(ctx, found["before"])
    if first is None or last is None:
        return Reply(texts.ADJUST_HOW)
    if not found["reason"].strip():
        return Reply(texts.ADJUST_WHY)
    unit, name = units.get(ctx.session, ctx.speaker.unit_id), left.strip(" ，,的")
    if name:
        named = units.by_name(ctx.session, name, ctx.speaker.unit_path)
        if not named:
            return Reply(texts.SUMMARY_NOT_BELOW.format(name=name, unit=ctx.speaker.unit_name))
        unit = named[0]
    period = periods.closed_by(ctx.session, ctx.speaker.unit_id, first, last)
    if period is None:
        return Reply(texts.ADJUST_NOT_CLOSED.format(period=summary.period_name(first, last)))
    amount = Decimal(found["n"]) * (-1 if found["sign"] in "-－−减少" else 1)
    key = _MEASURES[found["name"]]
    periods.adjust(
        ctx.session,
        key,
        amount,
        by=ctx.speaker,
        reason=found["reason"].strip(),
        now=ctx.now,
        day=min(last, period.last),
        unit=unit,
    )
    return _adjusted(key, amount, unit.name, summary.period_name(first, last), found["reason"].strip())


def _adjust_report(ctx: Context, found: re.Match[str]) -> Reply:
    report = reports.by_number(ctx.session, found["number"], ctx.speaker.unit_path)
    if report is None:
        return Reply(texts.NO_SUCH_BELOW.format(number=found["number"]))
    if not found["reason"].strip():
        return Reply(texts.ADJUST_WHY)
    key = _MEASURES[found["name"]]
    if key.measure == "reports":
        return Reply(texts.ADJUST_HOW)
    now = _present(ctx, report, key)
    amount = Decimal(found["n"]) - now
    unit = units.get(ctx.session, report.unit_id)
    try:
        if not amount:
            return Reply(texts.ADJUST_SAME.format(number=report.number))
        periods.adjust(
            ctx.session,
            key,
            amount,
            by=ctx.speaker,
            reason=found["reason"].strip(),
            now=ctx.now,
            day=report.event_on,
            report=report,
        )
    except periods.NotClosed:
        return Reply(texts.ADJUST_NOT_CLOSED.format(period=card.day(report.event_on.isoformat(), ctx.local.date())))
    return _adjusted(key, amount, unit.name, card.day(report.slots["date"], ctx.local.date()), found["reason"].strip())


def _present(ctx: Context, report: Report, key: Key) -> Decimal:
    """What the report counts for now, earlier adjustments included."""
    counted = sum(
        (q.low for q in rules.quantities(report.slots) if (q.measure, q.unit) == (key.measure, key.unit)), Decimal(0)
    )
    earlier = periods.adjustments_of(ctx.session, report.id)
    return counted + sum((a.amount for a in earlier if (a.measure, a.unit) == (key.measure, key.unit)), Decimal(0))


def _adjusted(key: Key, amount: Decimal, unit: str, period: str, reason: str) -> Reply:
    sign = "+" if amount > 0 else ""
    return Reply(
        texts.ADJUSTED.format(
            unit=unit,
            period=period,
            name=texts.FIGURE_NAMES[key.measure],
            amount=f"{sign}{plain(amount)}{key.unit}",
            reason=reason,
        )
    )
