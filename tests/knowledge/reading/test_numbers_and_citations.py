"""Document numbers in all spellings, citations and what they mean."""

import pytest

from knowledge.reading import doc_number_key, find_doc_numbers, read_text, same_number


@pytest.mark.parametrize(
    "spelling",
    [
        "云妇[2013]81号",
        "云妇〔2013〕81号",
        "云妇（2013）81号",
        "云妇(2013)第81号",
        "云妇【2013】81号",
        "云妇 〔 2013 〕 81 号",
    ],
)
def test_all_brackets_are_one_number(spelling: str) -> None:
    """Brackets, blanks and 第 make no difference."""
    assert doc_number_key(spelling) == "云妇〔2013〕81号"


@pytest.mark.parametrize(
    "asked", ["[2013]81", "〔2013〕81号", "2013年81号", "81号文", "81号文件", "云妇2013年81号", "81号", "第81号"]
)
def test_half_a_number_finds_the_whole(asked: str) -> None:
    """What people type names the document, whatever they leave out."""
    assert same_number(asked, "云妇〔2013〕81号")
    assert not same_number(asked, "云妇〔2013〕18号")


def test_another_year_or_issuer_is_another_document() -> None:
    """Year and issuer, where given, must agree."""
    assert not same_number("[2014]81", "云妇〔2013〕81号")
    assert not same_number("白妇〔2013〕81号", "云妇〔2013〕81号")


@pytest.mark.parametrize("text", ["3月8号前报送", "东街81号楼", "2025年3月8号", "5号那天", "今年8号前"])
def test_days_and_houses_are_no_numbers(text: str) -> None:
    """8号 is a day and 81号楼 a house."""
    assert find_doc_numbers(text, loose=True) == []


def test_numbers_in_running_text_lose_the_words_before_them() -> None:
    """根据 and 转发 are no part of a number."""
    text = "根据云妇〔2013〕81号和转发白妇办〔2014〕3号文件的要求"
    assert [number.key for number in find_doc_numbers(text)] == ["云妇〔2013〕81号", "白妇办〔2014〕3号"]


def _citations(sentence: str) -> list[tuple[str, str | None, str | None, str | None]]:
    document = read_text("x", f"云妇〔2025〕9号\n关于工作的通知\n\n各村妇联：\n{sentence}\n")
    return [(one.relation, one.number, one.title, one.article) for one in document.citations]


def test_what_a_circular_rests_on() -> None:
    """根据 holds for all documents named up to the comma."""
    found = _citations(
        "根据《关于甲的通知》（云妇〔2012〕39号）、《关于印发<乙方案>的通知》（云妇〔2013〕81号)精神，学习《丙》。"
    )
    assert found == [
        ("basis", "云妇〔2012〕39号", "关于甲的通知", None),
        ("basis", "云妇〔2013〕81号", "关于印发<乙方案>的通知", None),
        ("cites", None, "丙", None),
    ]


def test_what_a_circular_ends_and_issues() -> None:
    """同时废止 repeals, 印发 issues; articles are kept."""
    assert _citations("《关于丁的通知》（云妇办〔2024〕3号）同时废止。") == [
        ("repeals", "云妇办〔2024〕3号", "关于丁的通知", None)
    ]
    assert _citations("现将《戊方案》印发给你们。") == [("issues", None, "戊方案", None)]
    assert _citations("依照《中华人民共和国妇女权益保障法》第七十条第二款办理。") == [
        ("basis", None, "中华人民共和国妇女权益保障法", "第七十条第二款")
    ]


def test_forms_and_its_own_number_are_no_citations() -> None:
    """A form to fill in and the number in the head are not other documents."""
    assert _citations("报送《活动情况统计表》（附件1），文号为云妇〔2025〕9号。") == []
