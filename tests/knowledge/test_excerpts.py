"""What is shown of a passage: whole sentences around what answers, all of them from the source."""

from __future__ import annotations

from knowledge.excerpts import excerpt, unlabelled


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
