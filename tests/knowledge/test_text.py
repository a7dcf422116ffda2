"""Cleaning: the dirt goes, every character knows where it came from, clean text stays as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.text import clean, digits_meant, normalise


@pytest.mark.parametrize(
    ("dirty", "text"),
    [
        ("婦聯(lián)工作計(jì)劃來(lái)源于網(wǎng)友", "妇联工作计划来源于网友"),
        ("市政府?huà)D女兒童工作會(huì)議,婦女工作", "市政府妇女儿童工作会议,妇女工作"),
        ("推動(dòng)?jì)D女參政議政,為婦女", "推动妇女参政议政,为妇女"),
        ("泉 州 市 妇 联", "泉州市妇联"),
        ("通　知", "通知"),
        ("２０２５年５月，ＡＢＣ", "2025年5月，ABC"),
        ("⽂件⼯作", "文件工作"),
        ("20*年，XX县区建了XX个", "20*年，XX县区建了XX个"),
        ("工作方面。第8页 共8页", "工作方面。"),
        ("我们要把这一项工作做到村里 - 12 - 去，做到家里去。", "我们要把这一项工作做到村里去，做到家里去。"),
        ("各级妇联要把宣传工作做到每一\n— 3 —\n户人家，做到位。", "各级妇联要把宣传工作做到每一户人家，做到位。"),
        ("各级妇联要把宣传工作做到位。\n- 3 -\n二、组织领导", "各级妇联要把宣传工作做到位。\n二、组织领导"),
        ("著力推進婦聯組織建設，圍繞著目標，著名作家", "着力推进妇联组织建设，围绕着目标，著名作家"),
        ("一、总则\r\n\r\n\r\n  二、附则  ", "一、总则\n\n二、附则"),
    ],
)
def test_the_dirt_goes(dirty: str, text: str) -> None:
    """Pinyin, lost bytes, Traditional script, widths, page marks and stray blanks go; masked values stay."""
    assert clean(dirty).text == text


def test_page_numbers_inside_sentences_and_figures_go() -> None:
    """Lines numbered 1、 2、 3、 that break inside a figure are pages: 30 and 家 are put together again."""
    filler = "全县各级妇联组织认真贯彻会议精神，团结带领广大妇女，" * 6
    dirty = (
        f"1、2024年工作总结 {filler}选树示范点30\n2、家，表彰先进集体{filler}走访慰\n3、问困难妇女8户。{filler}全县妇女"
    )
    text = clean(dirty).text
    assert "示范点30家，表彰" in text
    assert "走访慰问困难妇女8户" in text
    assert text.startswith("2024年工作总结")


def test_numbered_points_are_not_pages() -> None:
    """A list 1、 2、 3、 whose lines are sentences keeps its numbers."""
    text = "1、加强领导。\n2、广泛宣传。\n3、及时报送。"
    assert clean(text).text == text


def test_hard_line_breaks_are_joined() -> None:
    """Lines broken at one width are one paragraph again, headings stay on their own."""
    sentence = "为进一步做好全县妇女儿童工作现将有关事项通知如下请各乡镇妇联认真抓好贯彻落实"
    lines = [sentence[:30]] * 7
    text = clean("\n".join([*lines, "一、总体要求", "坚持服务大局。"])).text
    assert text.count("\n") == 2
    assert text.endswith("\n一、总体要求\n坚持服务大局。")


def test_a_name_in_a_simplified_text_keeps_its_rare_form() -> None:
    """One Traditional letter in a Simplified document is a name's and is left alone; search still finds it."""
    text = "联系人：李昇。" + "各村妇联要认真组织妇女参加活动，按时报送材料。" * 4
    assert "李昇" in clean(text).text
    assert "李升" in normalise(text)


def test_a_quotation_leads_back_to_the_original() -> None:
    """The span of clean words covers exactly their dirty form."""
    dirty = "各級(jí)婦聯(lián)要開(kāi)展培訓(xùn)。"
    cleaned = clean(dirty)
    start = cleaned.text.index("开展")
    first, last = cleaned.original_span(start, start + 2)
    assert dirty[first:last] == "開(kāi)展" or dirty[first:last] == "開(kāi)展"[: last - first]
    assert dirty[first] == "開"


def test_search_form_is_one_for_all_spellings() -> None:
    """Width, case and script make no difference to search."""
    assert normalise("婦聯ＡＢＣ１２") == normalise("妇联abc12")


DIRTY = st.text(
    alphabet=st.sampled_from("妇联工作婦聯學習計1230、。，：；（）()?D ā-—页第共*X\n\t\r 　“”《》一二a\u200b\ufeff·/"),
    max_size=120,
)


def _check(original: str) -> None:
    cleaned = clean(original)
    text = cleaned.text
    at = 0
    ends = 0
    for place in range(len(text)):
        start, end = cleaned.original_span(place, place + 1)
        assert 0 <= start <= end <= len(original)
        assert start >= at
        assert end >= ends
        at, ends = start, end
    assert clean(text).text == text


@settings(max_examples=300, deadline=None)
@given(DIRTY)
def test_every_clean_character_has_a_place_in_dirty_text(original: str) -> None:
    """Spans lie in the original and never go back; cleaning twice is cleaning once."""
    _check(original)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_every_clean_character_has_a_place_in_any_text(original: str) -> None:
    """The same holds for any text at all."""
    _check(original)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("到了2o人", "到了20人"),
        ("到了1OO个人", "到了100个人"),
        ("来了l5个人", "来了15个人"),
        ("来了36各人", "来了36个人"),
        ("来了三十多各人", "来了三十多个人"),
        ("发了5l油", "发了5l油"),
        ("每各人发一份", "每各人发一份"),
        ("3other", "3other"),
    ],
)
def test_letters_typed_for_digits_are_digits(typed: str, meant: str) -> None:
    """2o is twenty, never two; litres stay litres, words stay words, and no character changes its place."""
    assert digits_meant(typed) == meant
    assert len(meant) == len(typed)
