"""What the sentences of a supplement change: the earlier day, the new one, the words, the part and the document."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.reading import read_text
from knowledge.reading.obligations import changed_documents, find_amendments

CIRCULAR = """岚水县妇女联合会
关于调整有关工作时间的补充通知

各乡镇（街道）妇联：
现对《关于开展夏季行动的通知》（岚妇〔2026〕12号）有关事项补充通知如下：
一、{sentence}

岚水县妇女联合会
2026年6月9日
"""


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (
            "活动总结的上报时间延长至7月15日。",
            {"kind": "moved", "what": "活动总结的上报时间", "start": None, "end": "2026-07-15"},
        ),
        (
            "原计划6月中旬召开的推进会，改期至7月上旬召开。",
            {
                "what": "推进会",
                "old_start": "2026-06-11",
                "old": "2026-06-20",
                "start": "2026-07-01",
                "end": "2026-07-10",
            },
        ),
        ("原定于6月15日至20日开展的督查工作顺延一周。", {"old": "2026-06-20", "end": "2026-06-27", "shift": 7}),
        ("“巾帼大讲堂”第三期推迟一周举行。", {"kind": "moved", "what": "巾帼大讲堂第三期", "end": None, "shift": 7}),
        (
            "原定6月18日召开的现场会推迟举行，具体时间另行通知。",
            {"kind": "moved", "what": "现场会", "old": "2026-06-18", "end": None},
        ),
        ("由5月28日延长至6月30日的报名工作，其他不变。", {"old": "2026-05-28", "end": "2026-06-30"}),
        ("第二条的报送时间改为11月30日。", {"item": ["二"], "end": "2026-11-30"}),
        (
            "每月25日前报送改为每月28日前报送。",
            {"rrule": "FREQ=MONTHLY;BYMONTHDAY=28", "old_rule": "FREQ=MONTHLY;BYMONTHDAY=25"},
        ),
        (
            "第三条第（二）款中的“2—3名”修改为“1名”。",
            {"kind": "reworded", "item": ["三", "二"], "quoted": "2—3名", "reads": "1名"},
        ),
        ("场次由2场调整为1场。", {"kind": "reworded", "quoted": "2场", "reads": "1场"}),
        (
            "“12月10日前报送总结”调整为“12月25日前报送”。",
            {
                "kind": "moved",
                "quoted": "12月10日前报送总结",
                "reads": "12月25日前报送",
                "old": "2026-12-10",
                "end": "2026-12-25",
            },
        ),
        ("取消“每场参加家长不少于50人”的要求。", {"kind": "dropped", "quoted": "每场参加家长不少于50人"}),
        ("因天气原因，6月18日的义诊活动取消。", {"kind": "dropped", "what": "义诊活动", "old": "2026-06-18"}),
        (
            "7月、8月的活动信息不再报送。",
            {"kind": "dropped", "what": "活动信息", "old_start": "2026-07-01", "old": "2026-08-31"},
        ),
        ("删去第二条第（二）款。", {"kind": "dropped", "item": ["二", "二"]}),
        ("岚妇〔2026〕8号文件停止执行。", {"kind": "dropped", "number": "岚妇〔2026〕8号", "old": None}),
        (
            "《关于做好2024年信息报送工作的通知》（岚妇〔2024〕3号）自即日起废止。",
            {"kind": "dropped", "number": "岚妇〔2024〕3号", "what": "", "old": None},
        ),
    ],
)
def test_a_sentence_and_what_it_changes(sentence: str, wanted: dict[str, Any]) -> None:
    """One sentence, one change."""
    [found] = find_amendments(read_text("x.txt", CIRCULAR.format(sentence=sentence)))
    shape = {key: list(value) if isinstance(value, tuple) else value for key, value in found.to_json().items()}
    assert {key: shape[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    "sentence",
    [
        "其他要求不变，仍按岚妇〔2026〕12号文件执行。",
        "联系人调整为小陈。",
        "活动地点由县委党校改为县融媒体中心。",
        "弄虚作假的，取消评选资格。",
        "如因故取消活动，请提前3天告知县妇联。",
        "各乡镇妇联6月30日前报送调整后的计划。",
    ],
)
def test_what_changes_no_day_and_no_number_is_none(sentence: str) -> None:
    """Places, persons, rules about who qualifies, and orders of its own."""
    assert find_amendments(read_text("x.txt", CIRCULAR.format(sentence=sentence))) == []


def test_which_documents_are_changed_as_a_whole() -> None:
    """The one named in the preamble, by number and title; a document that only cites another changes none."""
    document = read_text("x.txt", CIRCULAR.format(sentence="报送时间延长至7月15日。"))
    assert changed_documents(document) == (["岚妇〔2026〕12号"], ["关于开展夏季行动的通知"])
    other = CIRCULAR.replace("调整有关工作时间的补充通知", "做好有关工作的通知").replace(
        "有关事项补充通知如下", "精神，通知如下"
    )
    assert changed_documents(read_text("x.txt", other.format(sentence="请各村办1场讲座。"))) == ([], [])
