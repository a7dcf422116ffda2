"""From passage to answer: what frames is told from what answers."""

from __future__ import annotations

import pytest

from knowledge.answers import covered, fits, is_frame, subjects


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("培训什么时候报到", ("培训", "报到")),
        ("工资什么时候发", ("工资",)),
        ("你吃了没", ()),
        ("怎么养猪", ("养猪",)),
        ("12338是什么", ("12338",)),
    ],
)
def test_what_a_question_is_about_is_left_between_the_words_of_asking(question: str, found: tuple[str, ...]) -> None:
    """Question words are data; the rest is the subject."""
    assert subjects(question) == found


def test_a_passage_covers_a_subject_in_its_own_or_in_legal_words() -> None:
    """老公 is covered by 丈夫 when the words say so; 直升机 by nothing."""
    assert covered("老公打人咋办", "丈夫实施家庭暴力的", {"老公": ("丈夫",), "打人": ("家庭暴力",)}) == 1.0
    assert covered("能不能发直升机", "村规民约只能倡导", {}) == 0.0


def test_how_many_days_wants_days() -> None:
    """A passage with the kind of thing asked for is worth more than one without."""
    assert fits("产假多少天", "享受98天产假") > 1 > fits("产假多少天", "不得因产假辞退女职工")
    assert fits("产假怎么算", "不得因产假辞退女职工") == 1


@pytest.mark.parametrize(
    "text",
    [
        "为做好工作，现将有关事项通知如下：",
        "各县（区）妇联，市直各单位妇委会：",
        "附件：1.名额分配表\n2.报名回执",
        "某市妇女联合会\n2026年1月20日",
        "现将《办法》印发给你们，请遵照执行。",
        "联系人：某某，联系电话：0900-0000118",
    ],
)
def test_what_frames_a_circular_answers_nothing(text: str) -> None:
    """Salutation, introduction, list of annexes, contact, signature."""
    assert is_frame(text)


def test_an_article_with_items_and_a_contact_that_was_asked_for_are_answers() -> None:
    """A lead-in of a list is no frame, nor is the telephone number for who asks for it."""
    assert not is_frame("可以按照下列情形解释：")
    assert not is_frame("联系人：某某，联系电话：0900-0000118", "培训的联系电话是多少")
