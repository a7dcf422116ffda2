"""`reports export`, `reports summary`: the ledger as xlsx or csv, and the roll-up with the reports behind each figure."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import cli_texts, logs, settings
from bot.opening import open_store
from handlers.local import LOCAL
from handlers.reports import export, figures, texts
from handlers.reports.figures import Asked
from handlers.reports.sums import Key
from storage import audit, units
from storage.store import Store
from storage.units import Unit

_ALL = Key("reports", texts.REPORTS_UNIT)


@click.group(help=cli_texts.REPORTS)
def reports() -> None:
    """The group of the two commands."""


def _day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(texts.CLI_BAD_DATE.format(value=value)) from None


def _options(command: Any) -> Any:
    """What both commands are asked with."""
    for option in reversed(
        (
            click.option("--unit", default="", help=texts.CLI_UNIT),
            click.option("--from", "first", default=None, callback=_day, help=texts.CLI_FROM),
            click.option("--to", "last", default=None, callback=_day, help=texts.CLI_TO),
            click.option("--form", default="", help=texts.CLI_FORM),
            click.option("--category", default="", help=texts.CLI_CATEGORY),
            click.option("--topic", default="", help=texts.CLI_TOPIC),
        )
    ):
        command = option(command)
    return command


def _asked(first: date | None, last: date | None, form: str, category: str, topic: str) -> Asked:
    today = datetime.now(UTC).astimezone(LOCAL).date()
    until = last or today
    since = first or date(until.year, 1, 1)
    if since > until:
        raise click.BadParameter(texts.CLI_BAD_ORDER.format(first=since, last=until))
    return Asked(since, until, form, category, topic)


def _store() -> Store:
    logs.configure(settings.load().log_level)
    return open_store()


def _unit(session: Session, wanted: str) -> Unit:
    """By code or by name; without either the top of the tree."""
    if not wanted:
        top = session.scalar(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.path).limit(1))
        if top is None:
            _fail(texts.CLI_NO_DATA)
        return top
    found = units.by_code(session, wanted)
    if found is not None:
        return found
    named = units.by_name(session, wanted, "/")
    exact = [unit for unit in named if unit.name == wanted] or named
    if not exact:
        _fail(texts.CLI_NO_UNIT.format(value=wanted))
    if len(exact) > 1:
        _fail(texts.CLI_MANY_UNITS.format(count=len(exact), value=wanted, codes="、".join(unit.code for unit in exact)))
    return exact[0]


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


@reports.command("export", help=texts.CLI_EXPORT)
@_options
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv"]), default=None, help=texts.CLI_FORMAT)
@click.option("--output", "--out", "-o", "target", default="", help=texts.CLI_OUT)
@click.option("--all", "all_states", is_flag=True, help=texts.CLI_ALL)
@click.option("--json", "as_json", is_flag=True, help=texts.CLI_JSON)
def export_(
    unit: str,
    first: date | None,
    last: date | None,
    form: str,
    category: str,
    topic: str,
    kind: str | None,
    target: str,
    all_states: bool,
    as_json: bool,
) -> None:
    """Write the ledger row after row; the file appears whole or not at all."""
    asked = _asked(first, last, form, category, topic)
    kind = kind or ("csv" if target == "-" or target.endswith(".csv") else "xlsx")
    store, now = _store(), datetime.now(UTC)
    with store.read() as session:
        top = _unit(session, unit)
        path = Path(target) if target not in ("", "-") else Path(f"{top.name}-{asked.first}-{asked.last}.{kind}")
        found = export.rows(session, top, asked, all_states=all_states)
        if target == "-":
            count = _to_stdout(found, kind, export.heading(top, asked), now)
        else:
            with _whole(path) as fresh:
                count = _write(found, kind, fresh, export.heading(top, asked), now)
    with store.begin() as session:
        audit.note(session, at=now, person_id=None, action="reports.exported", about=f"unit:{top.id}", count=count)
    if target != "-":
        shown = {"path": str(path), "rows": count, "format": kind}
        click.echo(
            msgspec.json.encode(shown).decode() if as_json else texts.CLI_EXPORTED.format(count=count, path=path)
        )


def _write(found: Iterator[list[export.Cell]], kind: str, path: Path, title: str, now: datetime) -> int:
    if kind == "xlsx":
        return export.write_xlsx(path, title, found, made_on=_made_on(now))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        return export.write_csv(file, found)


def _to_stdout(found: Iterator[list[export.Cell]], kind: str, title: str, now: datetime) -> int:
    if kind == "xlsx":
        whole = io.BytesIO()
        count = export.write_xlsx(whole, title, found, made_on=_made_on(now))
        sys.stdout.buffer.write(whole.getvalue())
        return count
    file = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8-sig", newline="", write_through=True)
    count = export.write_csv(file, found)
    file.detach()
    return count


def _made_on(now: datetime) -> str:
    return texts.EXPORT_MADE.format(now=f"{now.astimezone(LOCAL):%Y-%m-%d %H:%M}")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside the one wanted, put in its place when it is complete."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield fresh
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


@reports.command("summary", help=texts.CLI_SUMMARY)
@_options
@click.option("--sources", "with_sources", is_flag=True, help=texts.CLI_SOURCES)
@click.option("--json", "as_json", is_flag=True, help=texts.CLI_JSON)
def summary(
    unit: str,
    first: date | None,
    last: date | None,
    form: str,
    category: str,
    topic: str,
    with_sources: bool,
    as_json: bool,
) -> None:
    """The figures of the unit, its own and those of each unit right below."""
    asked = _asked(first, last, form, category, topic)
    with _store().read() as session:
        top = _unit(session, unit)
        rolled = figures.roll_up(session, top, asked)
        behind: dict[Key, list[str]] | None = None
        if with_sources:
            behind = {}
            for key, number in figures.sources(session, top, asked):
                behind.setdefault(key, []).append(number)
            for key in (_ALL, figures.ROSTER_PEOPLE):
                behind[key] = [number for _, number in figures.sources(session, top, asked, key)]
    if as_json:
        click.echo(msgspec.json.encode(to_json(rolled, behind)).decode())
    else:
        click.echo("\n".join(_shown(rolled, behind)))


def to_json(rolled: figures.RollUp, behind: dict[Key, list[str]] | None) -> dict[str, Any]:
    """The roll-up as one object: `figures` of the whole, then `own` and `children`, which add up to it."""
    asked = rolled.asked
    shape: dict[str, Any] = {
        "unit": _named(rolled.unit),
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "form": asked.form or None,
        "category": asked.category or None,
        "topic": asked.topic or None,
        "closed": rolled.is_closed,
        "reports": rolled.total.reports,
        "figures": rolled.total.to_json(behind),
        "attended": rolled.attended.to_json(),
        "own": {
            "reports": rolled.own.reports,
            "figures": rolled.own.to_json(),
            "attended": rolled.unit.attended.to_json(),
        },
        "children": [
            {
                "unit": _named(child),
                "reports": child.figures.reports,
                "figures": child.figures.to_json(),
                "attended": child.attended.to_json(),
            }
            for child in rolled.children
        ],
        "not_added_same_event": rolled.same_event,
        "adjustments": [
            {
                "unit": a.unit,
                "measure": a.key.measure,
                "in": a.key.unit,
                "noun": a.key.noun,
                "amount": float(a.amount),
                "reason": a.reason,
                "by": a.by,
                "on": a.on.isoformat(),
            }
            for a in rolled.adjustments
        ],
    }
    if behind is not None:
        shape["sources"] = behind[_ALL]
        shape["attended"]["sources"] = behind[figures.ROSTER_PEOPLE]
    return shape


def _named(part: figures.Part) -> dict[str, Any]:
    return {"code": part.code, "name": part.name, "level": part.level}


def _shown(rolled: figures.RollUp, behind: dict[Key, list[str]] | None) -> list[str]:
    lines = [texts.CLI_LINE.format(name=rolled.unit.name, text=f"{rolled.asked.first} — {rolled.asked.last}")]
    lines.append(
        texts.CLI_LINE.format(name=texts.FIGURE_NAMES["reports"], text=f"{rolled.total.reports}{texts.REPORTS_UNIT}")
    )
    for key, total in rolled.total.sorted():
        numbers = f"  [{' '.join(behind[key])}]" if behind is not None else ""
        lines.append(
            texts.CLI_LINE.format(name=texts.FIGURE_NAMES[key.measure] + key.noun, text=total.words_in(key.unit))
            + numbers
        )
    for key in (figures.ROSTER_PEOPLE, figures.ROSTER_TIMES) if rolled.attended.times else ():
        numbers = f"  [{' '.join(behind[figures.ROSTER_PEOPLE])}]" if behind is not None else ""
        value = f"{rolled.attended.count(key)}{key.unit}"
        lines.append(texts.CLI_LINE.format(name=texts.FIGURE_NAMES["roster"], text=value) + numbers)
    for child in rolled.children:
        lines.append("  " + texts.CLI_LINE.format(name=child.name, text=f"{child.figures.reports}{texts.REPORTS_UNIT}"))
    return lines
