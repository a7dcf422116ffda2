"""Exports reports as officials hand them in: xlsx or csv, row after row, with the memory of one page of rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.local import LOCAL
from handlers.reports import card, rules, texts
from handlers.reports.figures import Asked, matching
from storage import places, reports
from storage.people import Person
from storage.reports import Report, ReportPhoto
from storage.units import Unit

#: Rows that are in memory at one time.
PAGE = 500
#: A sheet of xlsx holds 1,048,576 rows; the rest goes on a further sheet.
SHEET_ROWS = 1_000_000

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the ledger, in the official order."""

    name: str
    width: int


COLUMNS = tuple(Column(name, width) for name, width in texts.EXPORT_COLUMNS)


def rows(session: Session, unit: Unit, asked: Asked, *, all_states: bool = False) -> Iterator[list[Cell]]:
    """One row a report, by unit, day and number; those that count, or all of them with their state."""
    tree = places.between(session, unit.path, asked.first, asked.last)
    photos = select(func.count()).where(ReportPhoto.report_id == Report.id).correlate(Report).scalar_subquery()
    query = (
        select(
            Unit.path,
            Unit.level,
            Unit.name,
            Report.number,
            Report.state,
            Report.version,
            Report.on_behalf,
            Report.filed_at,
            Report.event_on,
            Report.event_until,
            Report.month_only,
            Report.form,
            Report.category,
            Report.place,
            Report.topic,
            Report.title,
            Report.slots,
            Report.same_event_as_id,
            Person.name,
            photos,
            Report.id,
        )
        .select_from(Report)
        .join(Unit, Unit.id == Report.unit_id)
        .join(Person, Person.id == Report.by_person_id)
        .where(tree.within(Report.event_on), *matching(asked))
        .order_by(Unit.path, Report.event_on, Report.id)
    )
    if not all_states:
        query = query.where(reports.counts())
    names = _names(session)
    # a cursor of the server on PostgreSQL, rows as they are read on SQLite: never the whole result
    found = session.connection().execute(query, execution_options={"stream_results": True, "yield_per": PAGE})
    for index, row in enumerate(found, 1):
        yield _cells(index, row, names)


def _names(session: Session) -> dict[int, tuple[str, str]]:
    """Names and levels of all units above the villages: few."""
    found = session.execute(select(Unit.id, Unit.name, Unit.level).where(Unit.level != "village"))
    return {unit_id: (name, level) for unit_id, name, level in found}


def _cells(index: int, row: Any, names: dict[int, tuple[str, str]]) -> list[Cell]:
    path, level, name, number, state, version, on_behalf, filed_at, event_on, event_until = row[:10]
    month_only, form, category, place, topic, title, slots, same_as, person, photos, _ = row[10:]
    stands = {names[i][1]: names[i][0] for i in (int(part) for part in path.strip("/").split("/")) if i in names}
    stands[level] = name
    notes = []
    if on_behalf:
        notes.append(texts.NOTE_ON_BEHALF)
    if same_as is not None:
        notes.append(texts.NOTE_SAME_EVENT)
    if version > 1:
        notes.append(texts.NOTE_VERSION.format(version=version))
    return [
        index,
        stands.get("county", stands.get("city", "")),
        stands.get("township", ""),
        stands.get("village", ""),
        _day(event_on, event_until, month_only),
        form,
        category,
        title,
        topic,
        place,
        _count(slots.get("sessions")),
        rules.unit_of(slots, "sessions") if slots.get("sessions") else "",
        _count(slots.get("participants")),
        rules.unit_of(slots, "participants") if slots.get("participants") else "",
        _count(slots.get("women")),
        _count(slots.get("children")),
        _count(slots.get("cases")),
        texts.JOIN.join(card.beneficiary(b) for b in slots.get("beneficiaries") or []),
        texts.JOIN.join(card.thing(m) for m in slots.get("materials") or []),
        texts.JOIN.join(card.money(m) for m in slots.get("money") or []),
        texts.JOIN.join(slots.get("speaker") or []),
        texts.JOIN.join(slots.get("partners") or []),
        photos,
        person,
        _local(filed_at),
        number or "",
        texts.EXPORT_STATES[state],
        texts.SEMICOLON.join(notes),
    ]


def _day(first: date, last: date | None, month_only: bool) -> str:
    if month_only:
        return f"{first:%Y-%m}"
    return f"{first:%Y-%m-%d}至{last:%Y-%m-%d}" if last is not None and last != first else f"{first:%Y-%m-%d}"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}"


def _count(notation: Any) -> Cell:
    """A number where it is exact, words where it is not: 36, 30多."""
    text = str(notation or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else card.count(notation)


def heading(unit: Unit, asked: Asked) -> str:
    """The merged line above the table."""
    return texts.EXPORT_HEADING.format(
        unit=unit.name, first=texts.EXPORT_DAY.format(d=asked.first), last=texts.EXPORT_DAY.format(d=asked.last)
    )


def safe(value: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe in front."""
    if isinstance(value, str) and value.lstrip(" \u3000\t\r\n")[:1] in _FORMULA:
        return "'" + value
    return value


_FORMULA = frozenset("=+-@＝＋－＠\t\r")


def write_csv(file: TextIO, found: Iterator[Sequence[Cell]]) -> int:
    """Write the ledger as csv; how many rows. The file is opened with utf-8-sig, so that Excel reads Chinese."""
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([column.name for column in COLUMNS])
    count = 0
    for row in found:
        writer.writerow([safe(cell) for cell in row])
        count += 1
    return count


def write_xlsx(path: Path | io.BytesIO, title: str, found: Iterator[Sequence[Cell]], *, made_on: str) -> int:
    """Write the ledger as xlsx, to be printed on A4 across: merged heading, column names on every page; how many rows."""
    book = xlsxwriter.Workbook(
        path,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent) if isinstance(path, Path) else None,
        },
    )
    styles = {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "made": book.add_format({"align": "right", "font_color": "#555555"}),
        "head": book.add_format(
            {
                "bold": True,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
                "border": 1,
                "bg_color": "#F2F2F2",
            }
        ),
        "text": book.add_format({"valign": "vcenter", "text_wrap": True, "border": 1}),
        "number": book.add_format({"valign": "vcenter", "border": 1, "num_format": "0"}),
    }
    count = 0
    sheet = _sheet(book, 1, title, made_on, styles)
    line = 3
    for row in found:
        if line - 3 == SHEET_ROWS:
            sheet.autofilter(2, 0, line - 1, len(COLUMNS) - 1)
            sheet, line = _sheet(book, count // SHEET_ROWS + 1, title, made_on, styles), 3
        for place, cell in enumerate(row):
            if cell == "":
                sheet.write_blank(line, place, None, styles["text"])
            elif isinstance(cell, str):
                sheet.write_string(line, place, cell[:32_000], styles["text"])
            else:
                sheet.write_number(line, place, cell, styles["number"])
        line += 1
        count += 1
    sheet.autofilter(2, 0, max(line - 1, 2), len(COLUMNS) - 1)
    book.close()
    return count


def _sheet(book: Any, number: int, title: str, made_on: str, styles: dict[str, Any]) -> Any:
    sheet = book.add_worksheet(texts.EXPORT_SHEET if number == 1 else f"{texts.EXPORT_SHEET}{number}")
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(0, 2)
    sheet.freeze_panes(3, 4)
    sheet.set_footer(texts.EXPORT_FOOTER)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)
    last = len(COLUMNS) - 1
    sheet.set_row(0, 30)
    sheet.merge_range(0, 0, 0, last, title, styles["title"])
    sheet.merge_range(1, 0, 1, last, made_on, styles["made"])
    for place, column in enumerate(COLUMNS):
        sheet.write_string(2, place, column.name, styles["head"])
    return sheet
