"""Heads (人) and attendances (人次) stay apart: they are never added."""

from datetime import datetime

import pytest

from knowledge.messages import understand


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("昨天在村部开了家风讲座，来了36人", "36", "人"),
        ("三月份搞活动4场：普法1场，健康2场，联欢1场，总共参加180人次", "180", "人次"),
        ("昨天下午在村部搞普法讲座，参加50余人次", "50+", "人次"),
    ],
)
def test_attendances_are_told_from_heads(text: str, count: str, unit: str) -> None:
    """What was counted is known beside the count, and the scheme stays as it was."""
    (report,) = understand(text, ref=datetime(2025, 3, 31, 18, 0)).reports
    assert (report.participants, report.extra()) == (count, {"participants_unit": unit})
    assert "participants_unit" not in report.to_json()


def test_no_count_has_no_unit() -> None:
    """A report without people says nothing of how they are counted."""
    (report,) = understand("昨天慰问了五保户8户", ref=datetime(2025, 3, 31, 18, 0)).reports
    assert report.extra() == {}
