"""`reports export` and `reports summary`: the files open, the sums add up, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from bot.cli import cli
from handlers.reports import export, service
from handlers.reports.figures import Asked
from storage import people, units
from storage.people import Speaker
from storage.store import Store
from storage.units import UnitRow
from tests.kit.stores import SECRET

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
TREE = (
    UnitRow("99", "某县妇联", "county", "county"),
    UnitRow("9901", "东镇妇联", "township", "township", "99"),
    UnitRow("9902", "西镇妇联", "township", "township", "99"),
    UnitRow("990101", "甲村妇代会", "village", "village", "9901"),
    UnitRow("990201", "乙村妇代会", "village", "village", "9902"),
)
EVIL = '=HYPERLINK("http://evil","点我")'


@pytest.fixture
def filed(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Three reports in two towns and one of the county itself; the numbers, and the settings point at them."""
    numbers = []
    with store.begin() as session:
        by_code = units.add_many(session, TREE)
        person = people.add(session, "李某", None)
        for code, day, count, topic in (
            ("990101", "2026-03-05", "36", EVIL),
            ("990101", "2026-03-06", "30+", "+家教"),
            ("990201", "2026-03-07", "20", "@健康"),
            ("99", "2026-04-01", "10", "年会"),
        ):
            unit = by_code[code]
            by = Speaker(0, person.id, "李某", "chair", "", unit.id, unit.name, unit.path, unit.level)
            slots = {
                "date": day,
                "form": "讲座",
                "category": "维权普法",
                "topic": topic,
                "place": "村部",
                "participants": count,
                "sessions": "1",
            }
            report, _ = service.file_report(session, by=by, slots=slots, now=NOW)
            numbers.append(report.number or "")
    monkeypatch.setenv("NIANGJIA_DATABASE_URL", store.url)
    monkeypatch.setenv("NIANGJIA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NIANGJIA_SECRET_KEY", SECRET)
    monkeypatch.setenv("NIANGJIA_LOG_LEVEL", "ERROR")
    monkeypatch.chdir(tmp_path)
    return numbers


def run(*args: str) -> str:
    """The command's stdout; it must succeed."""
    done = CliRunner().invoke(cli, ["reports", *args])
    assert done.exit_code == 0, done.output
    return done.stdout


YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")


def test_a_summary_adds_up_and_names_its_sources(filed: list[str]) -> None:
    """figures = own + children, figure by figure; behind each the report numbers."""
    shape = json.loads(run("summary", "--unit", "99", *YEAR, "--sources", "--json"))
    assert shape["unit"] == {"code": "99", "name": "某县妇联", "level": "county"}
    people_ = {f["unit"]: f for f in shape["figures"] if f["measure"] == "participants"}["人"]
    assert (people_["low"], people_["mark"], people_["text"]) == (96, "+", "96人以上")
    assert people_["sources"] == filed
    assert shape["sources"] == filed
    parts = [shape["own"], *shape["children"]]
    assert sum(part["reports"] for part in parts) == shape["reports"] == 4
    assert sum(f["low"] for part in parts for f in part["figures"] if f["measure"] == "participants") == 96
    assert [child["unit"]["name"] for child in shape["children"]] == ["东镇妇联", "西镇妇联"]


def test_a_summary_of_a_part_is_only_of_that_part(filed: list[str]) -> None:
    """A town, a period, a topic."""
    assert json.loads(run("summary", "--unit", "东镇妇联", *YEAR, "--json"))["reports"] == 2
    assert json.loads(run("summary", "--from", "2026-04-01", "--to", "2026-04-30", "--json"))["reports"] == 1
    assert json.loads(run("summary", *YEAR, "--topic", "健康", "--json"))["reports"] == 1
    assert "参加：96人以上" in run("summary", *YEAR)


def test_what_is_wrong_is_told(filed: list[str]) -> None:
    """An unknown unit is exit 1, a wrong day or order is usage: exit 2."""
    for args, code in (
        (("--unit", "没有这个单位"), 1),
        (("--from", "2026-13-01"), 2),
        (("--from", "2026-05-01", "--to", "2026-04-01"), 2),
    ):
        done = CliRunner().invoke(cli, ["reports", "summary", *args])
        assert done.exit_code == code
        assert done.stdout == ""
        assert done.stderr


def test_the_csv_opens_in_excel_and_holds_no_formula(filed: list[str], tmp_path: Path) -> None:
    """utf-8 with a mark, columns in the official order, an apostrophe before what would be a formula."""
    told = json.loads(run("export", *YEAR, "--output", "台账.csv", "--json"))
    assert told == {"path": "台账.csv", "rows": 4, "format": "csv"}
    raw = (tmp_path / "台账.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert lines[0] == [column.name for column in export.COLUMNS]
    topic = lines[0].index("主题内容")
    assert {line[topic] for line in lines[1:]} == {"'" + EVIL, "'+家教", "'@健康", "年会"}
    assert [line[0] for line in lines[1:]] == ["1", "2", "3", "4"]
    assert not list(tmp_path.glob(".*new"))


def test_the_csv_can_go_to_stdout(filed: list[str]) -> None:
    """`--output -`."""
    assert len(run("export", "--unit", "9902", *YEAR, "--output", "-").splitlines()) == 2


def test_the_xlsx_is_printable_and_holds_no_formula(filed: list[str], tmp_path: Path) -> None:
    """Merged heading, column names repeated on each page, A4 across, numbers as numbers, strings as strings."""
    run("export", *YEAR)
    [path] = tmp_path.glob("*.xlsx")
    sheet = openpyxl.load_workbook(path)["活动台账"]
    assert str(sheet["A1"].value).startswith("某县妇联活动上报台账（2026年1月1日")
    assert any(str(area).startswith("A1:") for area in sheet.merged_cells.ranges)
    assert [cell.value for cell in sheet[3]] == [column.name for column in export.COLUMNS]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$1:$3"
    cells = [cell for row in sheet.iter_rows(min_row=4) for cell in row]
    assert all(cell.data_type in ("s", "n") for cell in cells)
    assert EVIL in [cell.value for cell in cells]
    place = [column.name for column in export.COLUMNS].index("参加人数")
    assert [row[place].value for row in sheet.iter_rows(min_row=4)] == [10, 36, "30多", 20]
    assert [row[3].value for row in sheet.iter_rows(min_row=4)] == [None, "甲村妇代会", "甲村妇代会", "乙村妇代会"]


def test_an_export_holds_the_same_reports_as_the_summary(filed: list[str], store: Store) -> None:
    """Withdrawn reports are in neither, unless all are asked for."""
    with store.begin() as session:
        from sqlalchemy import select

        from storage.reports import Report

        report = session.scalars(select(Report).where(Report.number == filed[0])).one()
        unit = units.get(session, report.unit_id)
        by = Speaker(0, report.by_person_id, "", "congress_head", "", unit.id, unit.name, unit.path, unit.level)
        service.withdraw(session, report, by=by, now=NOW)
    assert json.loads(run("summary", *YEAR, "--json"))["reports"] == 3
    assert json.loads(run("export", *YEAR, "-o", "a.csv", "--json"))["rows"] == 3
    assert json.loads(run("export", *YEAR, "-o", "b.csv", "--all", "--json"))["rows"] == 4


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_what_begins_like_a_formula_is_made_safe(cell: str) -> None:
    """An apostrophe goes in front; other text and numbers stay."""
    assert export.safe(cell) == "'" + cell
    assert export.safe("村部") == "村部"
    assert export.safe(-3) == -3


def test_rows_are_scoped_by_the_unit(filed: list[str], store: Store) -> None:
    """A town's ledger holds nothing of the next town."""
    with store.read() as session:
        town = units.by_code(session, "9902")
        assert town is not None
        found = list(export.rows(session, town, Asked(date(2026, 1, 1), date(2026, 12, 31))))
    assert [row[3] for row in found] == ["乙村妇代会"]
