"""Pinyin and slips of the pen."""

import pytest

from knowledge.retrieval.spelling import Speller, standard_speller


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chanjia duoshao tian", "产假多少天"),
        ("chan jia duo shao tian", "产假多少天"),
        ("lihun caili tui ma", "离婚彩礼退吗"),
        ("jiabao怎么办", "家暴怎么办"),
        ("彩里能退吗", "彩礼能退吗"),
        ("人身保户令", "人身保护令"),
        ("妇连管不管", "妇联管不管"),
    ],
)
def test_what_was_meant(typed: str, meant: str) -> None:
    """Pinyin becomes words, and a character of the same sound becomes the one that makes a word."""
    assert standard_speller().respell(typed).text == meant


@pytest.mark.parametrize(
    "typed", ["", "产假多少天", "ktv能进吗", "wifi密码", "12338", "村里征地款不给妇女分", "n+1怎么算"]
)
def test_what_is_right_stays(typed: str) -> None:
    """A question without slips is left as it is; letters that are no pinyin too."""
    found = standard_speller().respell(typed)
    assert found.text == typed
    assert not found.changed


def test_changes_are_told() -> None:
    """The offsets of changed characters are given, so that they can count less."""
    assert standard_speller().respell("彩里能退吗").changed == {1}


def test_a_table_of_ones_own() -> None:
    """A speller knows the words of its table and no others."""
    speller = Speller(["台账\ttai zhang\t-5", "台\ttai\t-7", "张\tzhang\t-7", "账\tzhang\t-8"])
    assert speller.respell("taizhang").text == "台账"
    assert speller.respell("taiwan").text == "taiwan"
