"""汇总: figures on a phone screen, each with the reports behind it, and the way down to the units below."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.reports import figures, texts
from handlers.reports.figures import Asked, RollUp
from handlers.reports.sums import Figures, Key, plain
from knowledge.calendar import find_times
from knowledge.messages.vocabulary import CATEGORIES, FORMS
from storage import units
from storage.units import Unit

#: Lines of figures, of units, and report numbers on one screen.
MOST_FIGURES, MOST_UNITS, MOST_SOURCES = 9, 15, 20
ALL = Key("reports", texts.REPORTS_UNIT)


def register(router: Router) -> None:
    """Add these commands to the slice's router."""
    router.command("汇总", "统计", "合计", "看汇总", "汇总数字", allow=access.known, help="汇总 11月 — 看辖区数字")(
        summarise
    )
    router.command(
        allow=access.known,
        pattern=r"(?:看看?|查查?|查一下|帮我)?(?P<rest>(?:本|这个?|上个?|今|去|前|第|[一二三四]季|\d{1,4}年|\d{1,2}月)[^？?]{0,14}?)的?"
        r"(?:汇总|合计|统计|数字|数据|总数)(?:一下|表)?",
    )(summarise)
    router.command(
        allow=access.known,
        # what has been done, not 「今年要搞多少场」: that is asked of the circulars
        pattern=r"(?!.*(?:要|应当?|须|需|该)(?:搞|办|开展?|组织|举办|报|做|培训))(?P<rest>(?=.*(?:[本这上今去前第]|\d[年月]|[全各我咱][们省市县区镇乡村])).{0,20}(?:搞|办|开展?|组织|举办|报|做|培训)(?:了|过)?(?:一?共|总共)?"
        r"(?:了|过)?(?:多少|几)(?:[场期次条人]|人次|个活动|[名个]?妇女).{0,12}|(?:看看?|查查?)?各[省市县区镇乡村].{0,4}(?:报得|情况).{0,6})",
    )(summarise)
    router.command("导出", "导出台账", "导出表格", "导出Excel", allow=access.official)(export_how)
    router.command(allow=access.known, pattern=r"(?:看)?来源\s*(?P<rest>\d{1,3}(?:\s+\d{1,3})?)")(show_sources)


@dataclass(slots=True)
class Wanted:
    """What she asks for; `unknown` is what was not understood."""

    first: date
    last: date
    unit: Unit
    form: str = ""
    category: str = ""
    topic: str = ""
    unknown: list[str] = field(default_factory=list)

    @property
    def asked(self) -> Asked:
        """The same for the roll-up."""
        return Asked(self.first, self.last, self.form, self.category, self.topic)


def summarise(ctx: Context, rest: str) -> Reply:
    """汇总, 汇总 11月, 汇总 第三季度 反家暴, 汇总 今年 松陂镇."""
    wanted = read(ctx, rest)
    if isinstance(wanted, Reply):
        return wanted
    if wanted.first > ctx.local.date():
        return Reply(texts.SUMMARY_TO_COME)
    rolled = figures.roll_up(ctx.session, wanted.unit, wanted.asked)
    return _show(ctx, wanted, rolled)


def read(ctx: Context, rest: str) -> Wanted | Reply:
    """Period, unit, form, category and topic, in any order; the current month if no time is named."""
    today = ctx.local.date()
    first, last, left = period(ctx, rest)
    left = _FILLERS.sub(" ", left)
    wanted = Wanted(
        first or today.replace(day=1), last or _month_end(today), units.get(ctx.session, ctx.speaker.unit_id)
    )
    forms, categories = _known_words()
    for word in (w.strip("的") for w in re.split(r"[\s，,、：:]+", left)):
        if not word or word in texts.SUMMARY_FILLERS:
            continue
        if word in forms:
            wanted.form = word
        elif word in categories:
            wanted.category = word
        elif (named := units.by_name(ctx.session, word, ctx.speaker.unit_path)) and word[-1:] in "村镇乡道区县会联社":
            wanted.unit = named[0]
        elif word[-1:] in "村镇乡县" and len(word) <= 8:
            return Reply(texts.SUMMARY_NOT_BELOW.format(name=word, unit=ctx.speaker.unit_name))
        elif form := next((form for form in forms if word.endswith(form)), ""):
            wanted.form, wanted.topic = form, word.removesuffix(form)
        else:
            wanted.topic = word
    return wanted


#: Words around the figure in a question such as 「全镇今年一共搞了多少场讲座」.
_FILLERS = re.compile(
    r"(?:我们|咱们?)(?:[市县区镇乡村](?!部))?|全[省市县区镇乡村]|各[省市县区镇乡村](?:社区)?|本[县区镇乡村]|一共|总共|(?:搞|办|开展|组织|举办|上报|报|做)(?:了|过|得)|(?:多少|几)(?:人次|[场期次条人]|个活动|[名个]?妇女)"
    r"|(?<=培训)(?:了|过)|看看|怎么样|情况|[吗呢？?]"
)


def export_how(ctx: Context, _rest: str) -> Reply:
    """导出: the ledger is written by the command line; how it is called for her unit."""
    return Reply(texts.EXPORT_HOW.format(code=units.get(ctx.session, ctx.speaker.unit_id).code, year=ctx.local.year))


def period(ctx: Context, text: str) -> tuple[date | None, date | None, str]:
    """The first and last day that a text names, and what is left of it."""
    today = ctx.local.date()
    text = re.sub(r"以来|至今|到现在", " ", text)
    quarter = re.search(r"[本这]个?季度?", text)
    if quarter:
        first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        return first, _month_end(date(today.year, first.month + 2, 1)), text.replace(quarter[0], " ")
    for found in find_times(text, ctx.local, "report"):
        if found.first is not None:
            return found.first, found.last or found.first, text.replace(found.text, " ", 1)
    return None, None, text


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@cache
def _known_words() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(FORMS), frozenset(CATEGORIES)


def period_name(first: date, last: date) -> str:
    """2026年11月, 2026年第三季度, 2026年, or the two days."""
    if first.day == 1 and last == _month_end(last) and first.year == last.year:
        months = last.month - first.month + 1
        if months == 1:
            return texts.MONTH.format(year=first.year, month=first.month)
        if months == 12:
            return texts.YEAR.format(year=first.year)
        if months == 3 and first.month % 3 == 1:
            return texts.QUARTER.format(year=first.year, quarter="一二三四"[first.month // 3])
        if months == 6 and first.month in (1, 7):
            return texts.HALF.format(year=first.year, half="上" if first.month == 1 else "下")
    one = [texts.EXPORT_DAY.format(d=day) for day in (first, last)]
    return one[0] if first == last else texts.UNTIL.format(first=one[0], last=one[1])


def _show(ctx: Context, wanted: Wanted, rolled: RollUp) -> Reply:
    named = period_name(wanted.first, wanted.last)
    narrowed = "".join(f"“{word}”" for word in (wanted.form, wanted.category, wanted.topic) if word)
    head = texts.SUMMARY_HEAD.format(unit=wanted.unit.name, period=named, narrowed=narrowed)
    if rolled.is_closed:
        head += texts.SUMMARY_CLOSED
    elif wanted.last >= ctx.local.date():
        head += texts.SUMMARY_SO_FAR
    keys = [ALL, *_phone(rolled.total)]
    figures_shown = len(keys)
    if rolled.attended.times:
        keys += [figures.ROSTER_PEOPLE, figures.ROSTER_TIMES]
    ctx.state["summary"] = {
        "first": wanted.first.isoformat(),
        "last": wanted.last.isoformat(),
        "unit": wanted.unit.id,
        "form": wanted.form,
        "category": wanted.category,
        "topic": wanted.topic,
        "keys": [list(key) for key in keys],
    }
    if not rolled.total.reports and not rolled.total.totals:
        return Reply(head + "\n" + texts.SUMMARY_NOTHING, choices=_children(wanted, rolled))
    lines = [head] + [
        texts.SUMMARY_LINE.format(index=i, name=_name(key), value=_value(rolled, key)) for i, key in enumerate(keys, 1)
    ]
    if len(rolled.total.totals) + 1 > figures_shown:
        lines.append(texts.SUMMARY_MORE.format(count=len(rolled.total.totals) + 1 - figures_shown))
    if rolled.children:
        lines.append(texts.SUMMARY_OWN.format(text=_short(rolled.own)))
        lines += [texts.SUMMARY_CHILD.format(name=c.name, text=_short(c.figures)) for c in rolled.children[:MOST_UNITS]]
        if len(rolled.children) > MOST_UNITS:
            lines.append(texts.SUMMARY_MORE_UNITS.format(count=len(rolled.children) - MOST_UNITS))
    if rolled.same_event:
        lines.append(texts.SUMMARY_SAME_EVENT.format(count=rolled.same_event))
    for one in rolled.adjustments[-3:]:
        sign = "+" if one.amount > 0 else ""
        lines.append(
            texts.SUMMARY_ADJUSTED.format(
                unit=one.unit,
                name=_name(one.key),
                amount=f"{sign}{plain(one.amount)}{one.key.unit}",
                reason=one.reason,
                by=one.by,
            )
        )
    lines.append(texts.SUMMARY_FOOT)
    # in the order of the lines: a typed 2 is where the second figure comes from
    behind = [Choice(texts.SOURCES_OF.format(index=i)) for i in range(1, min(len(keys), 5) + 1)]
    return Reply("\n".join(lines), choices=(*behind, *_children(wanted, rolled)))


def _children(wanted: Wanted, rolled: RollUp) -> tuple[Choice, ...]:
    """The way down: units below that have something to show, in the order of the tree."""
    words = " ".join(filter(None, (wanted.form, wanted.category, wanted.topic)))
    shown = [child for child in rolled.children if child.figures.reports][:4]
    span = f"{wanted.first:%Y年%m月%d日}到{wanted.last:%Y年%m月%d日}"
    named = period_name(wanted.first, wanted.last)
    span = named if "到" not in named else span
    return tuple(Choice(child.name, says=f"汇总 {span} {child.name} {words}".strip()) for child in shown)


def _phone(total: Figures) -> list[Key]:
    """The figures that fit a screen: of each measure the largest."""
    kept: list[Key] = []
    for key, _ in total.sorted():
        same = [k for k in kept if k.measure == key.measure]
        if len(same) < (2 if key.noun else 3):
            kept.append(key)
    return kept[:MOST_FIGURES]


def _name(key: Key) -> str:
    return texts.FIGURE_NAMES.get(key.measure, key.measure) + key.noun


def _value(rolled: RollUp, key: Key) -> str:
    if key.measure == "roster":
        return f"{rolled.attended.count(key)}{key.unit}"
    total = rolled.total
    return f"{total.reports}{texts.REPORTS_UNIT}" if key == ALL else total.totals[key].words_in(key.unit)


def _short(one: Figures) -> str:
    people = [total.words_in(key.unit) for key, total in one.sorted() if key.measure == "participants"]
    return texts.JOIN_LONG.join([f"{one.reports}{texts.REPORTS_UNIT}", *people])


def show_sources(ctx: Context, rest: str) -> Reply:
    """看来源 1: the numbers of the reports behind that figure, a page at a time."""
    stored = ctx.state.get("summary")
    if stored is None:
        return Reply(texts.SOURCES_FIRST)
    index, page = ([int(n) for n in rest.split()] + [1])[:2]
    keys = [Key(*key) for key in stored["keys"]]
    if not 1 <= index <= len(keys):
        return Reply(texts.SOURCES_NO_INDEX.format(index=index, count=len(keys)))
    asked = Asked(
        date.fromisoformat(stored["first"]),
        date.fromisoformat(stored["last"]),
        stored["form"],
        stored["category"],
        stored["topic"],
    )
    unit = units.get(ctx.session, stored["unit"])
    if not units.is_within(unit.path, ctx.speaker.unit_path):
        return Reply(texts.SOURCES_FIRST)
    found = [
        n
        for _, n in figures.sources(
            ctx.session, unit, asked, keys[index - 1], limit=MOST_SOURCES + 1, after=max(0, page - 1) * MOST_SOURCES
        )
    ]
    if not found:
        return Reply(texts.SOURCES_NONE)
    more = len(found) > MOST_SOURCES
    shown = found[:MOST_SOURCES]
    said = texts.SOURCES.format(name=_name(keys[index - 1]), numbers=" ".join(shown))
    choices = [Choice(texts.SHOW_ONE.format(number=shown[0]))]
    if more:
        choices.append(Choice(texts.SOURCES_NEXT, says=f"看来源 {index} {page + 1}"))
    return Reply(said, choices=tuple(choices))
