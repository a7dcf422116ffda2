"""文号, articles, titles and years as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.references import (
    article_label,
    article_number,
    articles,
    chinese,
    number_key,
    numbers,
    numeral,
    title_key,
    years,
)
from knowledge.text import normalise


@pytest.mark.parametrize(
    "said",
    [
        "青妇〔2021〕17号",
        "青妇[2021]17号",
        "青妇（2021）第17号",
        "青妇2021年17号",
        "青妇字【2021】17号",
        "青妇 2021 17号",
        "青妇〔2021〕17",
        "青妇二〇二一年十七号",
    ],
)
def test_one_number_in_all_spellings(said: str) -> None:
    """However a 文号 is spelt, its key is the same."""
    assert number_key(said) == "青妇|2021|17"


@pytest.mark.parametrize(("said", "serial"), [("17号文", 17), ("十七号文件", 17), ("第17号通知", 17), ("17号", 17)])
def test_half_a_number(said: str, serial: int) -> None:
    """A number without code and year is still one."""
    assert [one.serial for one in numbers(normalise(said))] == [serial]


@pytest.mark.parametrize("said", ["5月20号交", "住在302号房间里面的大姐", "12号那天去了没有"])
def test_days_and_rooms_are_no_numbers(said: str) -> None:
    """The day of a month and a room are not taken for a 文号."""
    assert numbers(normalise(said)) == []


@pytest.mark.parametrize(
    ("said", "number"),
    [("第七十条", (70, 0)), ("70条", (70, 0)), ("第一百二十条之一", (120, 1)), ("第1079条第二款", (1079, 0))],
)
def test_articles(said: str, number: tuple[int, int]) -> None:
    """条 is read in Chinese and Arabic numerals."""
    assert article_number(said) == number
    assert len(articles(said)) == 1


@given(st.integers(1, 99_999))
def test_numerals_there_and_back(number: int) -> None:
    """A numeral written is the numeral read."""
    assert numeral(chinese(number)) == number
    assert article_number(article_label(number)) == (number, 0)


def test_titles_are_compared_without_ornament() -> None:
    """The state's name, brackets and spaces make no difference."""
    assert title_key("《中华人民共和国 妇女权益保障法》") == title_key("妇女权益保障法")


def test_years() -> None:
    """Years are read from a question."""
    assert years("2018年的公司法和2023年的") == [2018, 2023]
