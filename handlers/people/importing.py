"""Imports units and people from tables: all or nothing, errors by line, the same table again changes nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy.orm import Session

from handlers.people import texts
from storage import audit, people, units
from storage.units import LEVELS, Unit, UnitRow

Row = dict[str, str]


class Refused(Exception):
    """The table was not imported; `problems` says why, line by line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(slots=True)
class Imported:
    """How many rows were new, changed, as before."""

    added: int = 0
    changed: int = 0
    same: int = 0
    problems: list[str] = field(default_factory=list)


def read_table(path: Path) -> list[list[str]]:
    """The cells of a csv (UTF-8 or GB18030) or xlsx file; raises Refused for anything else."""
    try:
        if path.suffix.lower() == ".xlsx":
            sheet = load_workbook(path, read_only=True, data_only=True).active
            assert sheet is not None
            return [["" if c is None else str(c).strip() for c in row] for row in sheet.iter_rows(values_only=True)]
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    except Exception as error:  # whatever a broken file makes a reader raise, the user is told that it cannot be read
        raise Refused([texts.NOT_A_TABLE.format(reason=type(error).__name__)]) from error


def rows_of(table: Sequence[Sequence[str]], columns: dict[str, str]) -> list[tuple[int, Row]]:
    """(line, values by English name) for each row that is not empty; headers in Chinese or English, in any order."""
    if not table:
        raise Refused([texts.NOTHING])
    header = [columns.get(name, name) for name in table[0]]
    missing = [zh for zh, en in columns.items() if en not in header and zh not in texts.OPTIONAL]
    if missing:
        raise Refused([texts.NO_COLUMN.format(column=name, columns="、".join(columns)) for name in missing])
    found = [(n, dict(zip(header, row, strict=False))) for n, row in enumerate(table[1:], 2) if any(row)]
    if not found:
        raise Refused([texts.NOTHING])
    return found


def import_units(session: Session, path: Path) -> Imported:
    """The tree of a table, by code. Raises Refused with every problem; nothing is imported then."""
    rows = rows_of(read_table(path), texts.UNIT_COLUMNS)
    done, parsed, lines = Imported(), [], {}
    known = units.by_codes(session, [r.get("code", "") for _, r in rows] + [r.get("parent_code", "") for _, r in rows])
    for line, row in rows:
        code, name, level = row.get("code", ""), row.get("name", ""), texts.LEVELS.get(row.get("level", ""), "")
        for value, column in ((code, "编码"), (name, "名称")):
            if not value:
                done.problems.append(_at(line, texts.EMPTY_VALUE.format(column=column)))
        if not level or level not in LEVELS:
            done.problems.append(_at(line, texts.BAD_LEVEL.format(value=row.get("level", ""))))
        if code in lines:
            done.problems.append(_at(line, texts.SAME_CODE.format(value=code)))
        lines[code] = line
        parsed.append((line, UnitRow(code, name, level, row.get("kind", ""), row.get("parent_code", ""))))
    for line, unit in parsed:
        if unit.parent_code and unit.parent_code not in lines and unit.parent_code not in known:
            done.problems.append(_at(line, texts.NO_PARENT.format(value=unit.parent_code)))
        if unit.parent_code == unit.code and unit.code:
            done.problems.append(_at(line, texts.CIRCLE.format(value=unit.code)))
    if done.problems:
        raise Refused(done.problems)
    for _, unit in parsed:
        old = known.get(unit.code)
        if old is None:
            done.added += 1
        elif old.name != unit.name:
            done.changed += 1
        else:
            done.same += 1
    try:
        units.add_many(session, [u for _, u in parsed])
    except KeyError as circle:
        raise Refused([texts.CIRCLE.format(value=circle.args[0])]) from None
    return done


def import_people(session: Session, path: Path, now: datetime) -> Imported:
    """Who holds which post, by phone. Raises Refused with every problem; nothing is imported then."""
    rows = rows_of(read_table(path), texts.PEOPLE_COLUMNS)
    done = Imported()
    known = units.by_codes(session, [r.get("unit_code", "") for _, r in rows])
    parsed: list[tuple[str, str, Unit, str, str]] = []
    for line, row in rows:
        phone = re.sub(r"[\s\-]|^\+?86(?=1)|\.0$", "", row.get("phone", ""))
        unit, role = known.get(row.get("unit_code", "")), texts.ROLES.get(row.get("role", ""), "")
        if not row.get("name"):
            done.problems.append(_at(line, texts.EMPTY_VALUE.format(column="姓名")))
        if not re.fullmatch(r"1\d{10}", phone):
            done.problems.append(_at(line, texts.BAD_PHONE.format(value=row.get("phone", ""))))
        if unit is None:
            done.problems.append(_at(line, texts.NO_UNIT.format(value=row.get("unit_code", ""))))
        if not role:
            done.problems.append(_at(line, texts.BAD_ROLE.format(value=row.get("role", ""))))
        if unit is not None and role:
            title = row.get("title") or (
                row["role"] if row["role"] in texts.ROLES and not row["role"].isascii() else ""
            )
            parsed.append((row.get("name", ""), phone, unit, role, title))
    if done.problems:
        raise Refused(done.problems)
    for name, phone, unit, role, title in parsed:
        person = people.by_phone(session, phone)
        if person is None:
            person = people.add(session, name, phone)
            done.added += 1
        elif person.name != name:
            person.name = name
            done.changed += 1
        else:
            done.same += 1
        people.appoint(session, person, unit, role, title)
    audit.note(
        session,
        at=now,
        person_id=None,
        action="people.imported",
        about="people",
        added=done.added,
        changed=done.changed,
    )
    return done


def _at(line: int, problem: str) -> str:
    return texts.LINE.format(line=line, problem=problem)
