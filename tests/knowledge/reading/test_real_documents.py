"""The five documents of the field and the annotated circulars, where they are at hand."""

import json
from pathlib import Path

import pytest

from knowledge.reading import read_file

SHARED = Path(__file__).parents[4] / "shared"
CIRCULARS = SHARED / "circulars"
ANNOTATED = SHARED / "extraction" / "circulars.dev"

pytestmark = pytest.mark.skipif(not CIRCULARS.is_dir(), reason="the shared documents are not here")


def _named(number: str) -> Path:
    return next(CIRCULARS.glob(f"{number}_*.txt"))


def test_the_annex_of_001_is_whole() -> None:
    """Ten projects, 29 unit links, 12 department links, over a page break with another header."""
    (table,) = read_file(_named("001")).tables
    assert [row.cells[0].text for row in table.rows] == [str(number) for number in range(1, 11)]
    assert sum(len(row.cells[3].parts) for row in table.rows) == 29
    assert sum(len(row.cells[4].parts) for row in table.rows) == 12


def test_what_000_and_003_rest_on() -> None:
    """000 rests on 39 and 81, 003 on three documents."""
    for number, keys in (
        ("000", {"泉妇〔2012〕39号", "泉妇〔2013〕81号"}),
        ("003", {"泉委〔2010〕52号", "泉委工〔2010〕6号", "泉妇组〔2010〕11号"}),
    ):
        document = read_file(_named(number))
        assert {one.number for one in document.citations if one.relation == "basis"} == keys


def test_004_comes_out_simplified_and_002_without_page_marks() -> None:
    """Neither pinyin nor page marks are left; masked years and counties are."""
    text = read_file(_named("004")).text
    assert text.startswith("妇联工作计划")
    assert "市政府妇女儿童工作会议" in text
    assert "20*年" in text
    assert "在本职岗位上积极参与" in text
    text = read_file(_named("002")).text
    assert "首批30家市优秀" in text
    assert "页" not in text
    assert "XX县区" in text


def test_offsets_lead_into_the_file() -> None:
    """A clean quotation of the dirtiest document leads to its place in the file."""
    document = read_file(_named("004"))
    at = document.text.index("建立妇女典型电子档案")
    start, end = document.original_span(at, at + 10)
    assert document.original[start:end].startswith("建立婦女典型電子")


@pytest.mark.parametrize("name", ["c1", "c2", "c3"])
def test_elements_of_the_annotated_circulars(name: str) -> None:
    """Every element is as annotated, and every clause annotated is found at its offset."""
    lines = (ANNOTATED / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    gold = next(record for record in map(json.loads, lines) if record["doc"] == name)
    document = read_file(ANNOTATED / f"{name}.txt")
    got = document.meta.to_json()
    assert got == gold["meta"]
    for obligation in gold["obligations"]:
        start, end = obligation["offset"]
        assert document.original[start:end] == obligation["evidence"]
