"""How many, of what: read from sentences and compared with what was handed in."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.duties import quotas
from handlers.duties.quotas import Gap, Thing

POINTS = quotas.read("上报3个新的示范点，其中至少有1个“书香家庭”文化或“清廉家庭”创建活动示范点")
CHECKS = quotas.read("每年开展一次综合性检查和1-2次单项检查")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("每村办1场防溺水讲座", {"min": 1, "unit": "场", "noun": "防溺水讲座", "shown": "1场防溺水讲座"}),
        ("至少1－2次", {"min": 1, "target": 2, "unit": "次", "shown": "至少1－2次"}),
        ("每村至少开展1－2次读书活动", {"min": 1, "target": 2, "noun": "读书活动", "shown": "至少开展1－2次读书活动"}),
        ("互助小组试点至少2个", {"min": 2, "unit": "个"}),
        ("向县里报送不少于3条", {"min": 3, "unit": "条"}),
        ("两场以上", {"min": 2}),
        ("全县新建妇女微家24个，每个乡镇2个", {"min": 2}),
        ("不超过10个", {"min": 1, "max": 10}),
    ],
)
def test_an_amount_is_read_and_kept_as_written(said: str, expected: dict[str, Any]) -> None:
    """「至少1－2次」 needs one, hopes for two and is shown as it was written; what the whole county builds is not each one's."""
    found = quotas.read(said)
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize("said", ["报送统计表", "11月25日前完成", "走访困难户30户", "第3期培训", "", "12338"])
def test_a_sentence_without_an_amount_has_no_quota(said: str) -> None:
    """Dates, ordinals, telephone numbers and households are no number of reports."""
    assert quotas.read(said) == {}


def test_a_kind_within_the_amount_is_read() -> None:
    """「3个，其中至少1个…」 gives the whole, the kind with its words, and that they must be new."""
    assert (POINTS["min"], POINTS["new_only"]) == (3, True)
    assert POINTS["parts"] == [{"min": 1, "name": "家庭类", "words": ["书香家庭", "清廉家庭"]}]
    assert quotas.read("3个, 其中至少1个家庭类")["parts"] == [{"min": 1, "name": "家庭类", "words": ["家庭"]}]
    two = quotas.read("每县8个，其中城市社区不少于2个，安置点不少于1个")
    assert [(part["name"], part["min"]) for part in two["parts"]] == [("城市社区", 2), ("安置点", 1)]


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["甲村普法点", "乙村普法点"], [Gap("", 1), Gap("家庭类", 1)]),
        (["甲村普法点", "乙村普法点", "丙村普法点"], [Gap("家庭类", 1)]),
        (["甲村书香家庭点", "乙村普法点"], [Gap("", 1)]),
        (["甲村书香家庭点", "乙村普法点", "丙村普法点"], []),
        ([], [Gap("", 3), Gap("家庭类", 1)]),
    ],
)
def test_what_is_missing_is_told_for_the_whole_and_for_the_kind(names: list[str], missing: list[Gap]) -> None:
    """Two of three lack one; three without the kind lack the kind."""
    assert quotas.gaps(POINTS, [Thing(name) for name in names]) == missing


@pytest.mark.parametrize(
    ("checks", "missing"),
    [
        (["综合检查", "单项检查"], []),
        (["综合检查", "单项检查", "单项检查"], []),
        (["单项检查"], [Gap("综合性检查", 1)]),
        (["综合检查", "单项检查", "单项检查", "单项检查"], [Gap("单项检查", -1)]),
    ],
)
def test_two_amounts_side_by_side_are_checked_each(checks: list[str], missing: list[Gap]) -> None:
    """A year without the general check, or with three single ones where one or two were meant, is told."""
    assert quotas.gaps(CHECKS, [Thing(one) for one in checks]) == missing


def test_a_report_of_two_sessions_counts_for_two() -> None:
    """Things may stand for several."""
    assert quotas.gaps({"min": 2, "unit": "场"}, [Thing("讲座", 2)]) == []
    assert (quotas.needed({"min": 1, "target": 2}), quotas.hoped({"min": 1, "target": 2})) == (1, 2)
    assert (quotas.needed(CHECKS), quotas.hoped(CHECKS)) == (2, 3)


def test_names_are_compared_without_what_all_of_them_share() -> None:
    """The same point under a slightly other name is the same point."""
    assert quotas.name_key("柳溪村“书香家庭”示范点", POINTS) == quotas.name_key("柳溪村书香家庭（新）示范点2026年".replace("（新）", ""), POINTS)
    assert quotas.name_key("柳溪村书香家庭示范点", POINTS) != quotas.name_key("石桥村书香家庭示范点", POINTS)
    assert quotas.listed("1.甲村示范点；2、乙村示范点\n丙村示范点、和丁村示范点。") == ["甲村示范点", "乙村示范点", "丙村示范点", "丁村示范点"]
