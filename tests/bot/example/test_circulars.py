"""The example circulars are read as they were meant: numbers, titles, addressees, dates, contacts, table, articles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.example.load import circular_files
from bot.example.words import read_words
from knowledge.reading import read_file


@dataclass(frozen=True)
class Meant:
    """What a circular says of itself."""

    number: str
    title: str
    issuer: tuple[str, ...]
    addressees: tuple[str, ...]
    date: str
    contact: str | None


def _meant() -> dict[str, Meant]:
    rows = (Path(__file__).parent / "meant.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = {}
    for key, number, title, issuer, addressees, date, contact in (row.split("\t") for row in rows):
        found[key] = Meant(
            number, title, tuple(issuer.split()), tuple(addressees.split()), date, contact.removeprefix("-") or None
        )
    return found


MEANT = _meant()
FILES = {path.name[:2]: path for path in circular_files()}


def test_there_are_fifteen_circulars_two_rules_and_a_sheet_of_answers() -> None:
    """Each file is expected here, and each number is given once."""
    assert sorted(FILES) == sorted(MEANT)
    assert len({meant.number for meant in MEANT.values()}) == len(MEANT)


@pytest.mark.parametrize("key", sorted(MEANT))
def test_a_circular_is_read_as_it_was_meant(key: str) -> None:
    """Number, title over several lines, issuers, addressees, date and contact."""
    meant, meta = MEANT[key], read_file(FILES[key]).meta
    assert meta.doc_no == meant.number
    assert meta.title == meant.title
    assert meta.issuer == meant.issuer
    assert meta.addressees == meant.addressees
    assert meta.date == meant.date
    assert (meta.contacts[0].name if meta.contacts else None) == meant.contact


def test_the_list_of_projects_is_a_table_of_seven_rows() -> None:
    """Columns as headed, one row a project."""
    tables = read_file(FILES["08"]).tables
    assert [len(table.rows) for table in tables] == [7]
    assert tables[0].columns == ("序号", "项目名称", "目标任务", "责任单位", "联系部室", "完成时限")


@pytest.mark.parametrize(("key", "articles"), [("16", 11), ("17", 14)])
def test_local_rules_have_their_articles(key: str, articles: int) -> None:
    """Every 第X条 stands at the head of a paragraph, in order, none missing."""
    found = re.findall("^第[一二三四五六七八九十]+条", _text(FILES[key]), re.MULTILINE)
    assert len(found) == len(set(found)) == articles


def test_nobody_real_is_named() -> None:
    """Phones, mailboxes and places are invented: area code 0900, example.com, units of the example."""
    words = read_words()
    counties = {county.name for county in words.counties}
    for path in FILES.values():
        text = _text(path)
        assert set(re.findall(r"0\d{2,3}-\d{7,8}", text)) <= set(re.findall(r"0900-0000\d{3}", text))
        assert all(mail.endswith("@example.com") for mail in re.findall(r"[\w.-]+@[\w.-]+", text))
        assert set(re.findall(r"(?:栖|望|砚)\w[县区]", text)) <= counties


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
