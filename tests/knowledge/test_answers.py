"""From passage to answer: what is shown is a piece of it, and what frames is told from what answers."""

from __future__ import annotations

import pytest

from knowledge.answers import covered, excerpt, fits, is_frame, subjects, unlabelled


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


def test_numbers_and_headings_go_to_the_source_line() -> None:
    """「三、怎么用⏎…」 and 「14.…」 do not begin a quotation."""
    assert unlabelled("三、怎么用\n信息每季度通报一次。") == ("三、怎么用", "信息每季度通报一次。")
    assert unlabelled("14.谁能做？35周岁以上的。") == ("14", "谁能做？35周岁以上的。")
    assert unlabelled("3.5万元的贷款可以申请。") == ("", "3.5万元的贷款可以申请。")


def test_behind_a_question_in_the_source_stands_its_answer() -> None:
    """The marks are around the answer, not around the question."""
    body = "离婚冷静期是多久？自收到申请之日起30天内任何一方可以撤回。到法院起诉没有冷静期。"
    assert excerpt(body, "离婚冷静期是多久？").marked.startswith("自收到申请")


def test_a_long_passage_is_cut_to_whole_sentences_around_what_answers() -> None:
    """What is shown is a piece of the passage and holds the marked part."""
    body = "".join(f"第{n}件事要在本月底以前由各村办好并且报给乡镇。" for n in "一二三四五六七八九十") + "奖金是500元。"
    shown = excerpt(body, "奖金是500元。")
    assert shown.text in body
    assert "【奖金是500元。】" in shown.shown()
    assert len(shown.text) <= 240


def test_a_lead_in_takes_its_items_along_and_nothing_of_the_next_article() -> None:
    """「下列情形：」 answers nothing alone."""
    found = excerpt(
        "有下列情形的可以申请：", "有下列情形的可以申请：", after=["（一）患病；", "（二）失业。", "第七条  另一件事。"]
    )
    assert found.text == "有下列情形的可以申请：\n（一）患病；\n（二）失业。"
