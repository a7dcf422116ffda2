"""What kind of figure a question asks for, and how closely a sentence answers."""

import pytest

from knowledge.retrieval.figures import closeness, figure_asked
from knowledge.retrieval.parts import HEAD, SIGNATURE, part_term, parts_asked


@pytest.mark.parametrize(
    ("question", "fits", "fails"),
    [
        ("招聘会办了几场", "举办招聘会12场", "举办招聘会"),
        ("募了多少钱", "募集资金3.5万元", "第三届夏令营"),
        ("几月份检查", "将于5-6月开展", "每乡镇2个点"),
        ("婴儿假休多久", "休十五天", "可以休假"),
        ("办结率多少", "办结率达98%", "全部办结"),
    ],
)
def test_a_figure_of_the_kind_asked_for(question: str, fits: str, fails: str) -> None:
    """场 wants a number of 场, 多少钱 wants money, 几月 a month."""
    figure = figure_asked(question)
    assert figure is not None
    assert figure.search(fits)
    assert not figure.search(fails)


def test_no_figure_is_asked_for() -> None:
    """A question without 几 and 多少 wants none."""
    assert figure_asked("谁来登记志愿者") is None


def test_words_together_count_more() -> None:
    """The clause that holds all words and the figure is closer than words spread over sentences."""
    rarities = {"志愿": 5.0, "愿者": 5.0, "培训": 5.0}
    figure = figure_asked("志愿者培训几场")
    together = closeness("志愿者培训6场，登记表另发。", rarities, "志愿者培训几场", figure)
    spread = closeness("志愿者要登记。培训另行通知。", rarities, "志愿者培训几场", figure)
    assert together > spread > 0


def test_parts_are_asked_for_with_their_document() -> None:
    """谁发的 means the signature where a document is named, and nothing where none is."""
    assert parts_asked("12号文谁发的", numbered=True) == [SIGNATURE]
    assert parts_asked("这个通知发给哪些单位", numbered=False) == [HEAD]
    assert parts_asked("奖金谁发的", numbered=False) == []
    assert part_term("青山县妇联\n2024年3月18日", 7) == SIGNATURE
