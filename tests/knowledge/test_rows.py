"""Questions to a table: rows by unit, who is missing, units under any length of their name."""

from __future__ import annotations

import pytest

from knowledge.rows import listed, names, read_rows, without

COLUMNS = ("序号", "项目名称", "责任单位", "联系部室")
ROWS = read_rows(
    COLUMNS,
    [
        ["1", "夜校", ["青山县妇联", "白水区妇联"], "组织部"],
        ["2", "书屋", "青山县妇联、红石镇妇联", ["组织部", "权益部"]],
        ["3", "驿站", "各县（区）妇联", "市直机关妇工委"],
    ],
)


@pytest.mark.parametrize(
    ("subject", "labels"),
    [
        ("青山县", ["1 夜校", "2 书屋"]),
        ("青山", ["1 夜校", "2 书屋"]),
        ("红石", ["2 书屋"]),
        ("权益部", ["2 书屋"]),
        ("黄土县", []),
    ],
)
def test_rows_are_found_by_unit_and_by_department(subject: str, labels: list[str]) -> None:
    """In whatever column, several in a cell, with or without 妇联."""
    assert [row.label for row in ROWS if row.naming(subject) is not None] == labels


def test_who_is_in_no_cell_is_missing_and_cells_for_all_are_told() -> None:
    """A unit named in any column is there."""
    units = ["青山县妇联", "白水区妇联", "开发区妇工委", "市直机关妇工委"]
    assert without(ROWS, units) == (["开发区妇工委"], ["各县（区）妇联"])


def test_addressees_are_told_apart_by_name_and_by_kind() -> None:
    """「甲、乙妇工委」 are two by name; 各县 is a kind."""
    assert listed(["各县（市、区）妇联", "台地、新港妇工委", "市直机关妇工委"]) == (
        ["台地", "新港妇工委", "市直机关妇工委"],
        ["各县（市、区）妇联"],
    )


def test_a_kind_of_unit_is_nobody_by_name() -> None:
    """各县（区）妇联 is not 青山县."""
    assert not names("各县（区）妇联", "县妇联")
