"""The sentence that answers."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.quote import LONGEST_QUOTE, quote

TEXT = (
    "村民委员会应当定期公布村务。每季度第一个月公布上一季度的收支明细和集体资产的变动情况。"
    "妇女小组长由本组妇女推选，任期与村妇联相同；小组长出缺的，应当在三十日内补选。"
    "其他事项由村民会议讨论决定，决定应当张榜公布，接受全体村民监督。"
)


def test_the_sentence_with_the_words_is_quoted() -> None:
    """Of a passage the sentence with most of what was asked for is quoted."""
    assert quote(TEXT, {"小组": 5.0, "补选": 5.0, "三十": 1.0}).endswith("应当在三十日内补选。")


def test_a_long_sentence_gives_its_clauses() -> None:
    """Of a sentence longer than a screen only the clauses with the words are quoted."""
    text = "，".join(["甲方乙方应当共同遵守"] * 20 + ["彩礼应当返还"] + ["其他约定照协议处理"] * 20) + "。"
    text = "前言是另外一句话。" + text
    found = quote(text, {"彩礼": 9.0})
    assert "彩礼应当返还" in found
    assert len(found) <= LONGEST_QUOTE


@given(st.text(max_size=800), st.dictionaries(st.text(min_size=1, max_size=2), st.floats(0, 10), max_size=5))
def test_a_quotation_stands_in_the_text(text: str, weights: dict[str, float]) -> None:
    """A quotation is a piece of the text, never longer than a screen."""
    found = quote(text, weights)
    assert found in text
    assert len(found) <= LONGEST_QUOTE
