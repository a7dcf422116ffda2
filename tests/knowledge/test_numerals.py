"""Numerals, read against a readable table, cn2an as an oracle and the shared development set."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.numerals import find_numbers, parse_number

HERE = Path(__file__).parent


def rows(name):
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [([*line.split("\t"), "", ""])[:3] for line in lines if line.strip() and not line.startswith("#")]


def shown(number):
    return "-" if number is None else number.notation + ("#" if number.is_ordinal else "")


@pytest.mark.parametrize(("text", "wanted", "unit"), rows("numerals.tsv"))
def test_a_numeral_has_its_notation(text, wanted, unit):
    """Each line of the table is read as it says, with its measure word."""
    found = parse_number(text)
    assert shown(found) == wanted
    if found and not found.is_ordinal:
        assert found.unit == unit


@pytest.mark.parametrize(("text", "wanted", "_"), rows("number_sentences.tsv"))
def test_running_text_gives_its_counts_in_order(text, wanted, _):
    """A sentence gives every count with its unit, in order; ordinals and names are left to themselves."""
    found = find_numbers(text)
    assert " ".join(f"{n.notation}{n.unit}" for n in found if not n.is_ordinal) == ("" if wanted == "-" else wanted)
    for number in found:
        assert text[number.start : number.end] == number.text
        if number.unit_start >= 0:
            assert number.start <= number.unit_start < number.unit_end <= len(text)
    for before, after in itertools.pairwise(found):
        assert before.end <= after.start


@given(st.integers(0, 999_999_999))
def test_plain_integers_agree_with_cn2an(value):
    """A number written out in Chinese, small or capital, reads back as itself."""
    for style in ("low", "up"):
        text = cn2an.an2cn(value, style)
        found = parse_number(text + "元")
        assert found, text
        assert (found.low, found.high) == (value, value), text


@given(st.integers(1, 9_999), st.sampled_from(["人", "户", "份", "个"]))
def test_figures_read_as_themselves(value, unit):
    """Figures need no reading, with half-width and full-width digits alike."""
    wide = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for text in (f"{value}{unit}", f"{wide}{unit}"):
        found = parse_number(text)
        assert found, text
        assert (found.notation, found.unit) == (str(value), unit)


@given(st.text(alphabet="一二三十百千万两几来多余半0123456789.%/-个人户第约近不到以上左右，零成打点俩廿 ", max_size=30))
def test_any_text_is_survived(text):
    """No mixture of numeral words raises, and spans stay inside the text, in order."""
    at = 0
    for number in find_numbers(text):
        assert at <= number.start < number.end <= len(text)
        at = number.end
        assert number.notation


def test_eight_threads_read_what_one_reads():
    """The reader keeps no state between texts."""
    texts = [text for text, *_ in rows("numerals.tsv")]
    alone = [find_numbers(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(find_numbers, texts)) == alone


def test_the_shared_numerals_are_read():
    """Every numeral of the development set has its notation, mark included."""
    shared = HERE.parents[1].parent / "shared" / "extraction" / "number.dev.jsonl"
    if not shared.exists():
        pytest.skip("the shared development set is not here")
    for line in shared.read_text("utf-8").splitlines():
        case = json.loads(line)
        assert shown(parse_number(case["text"])) == case["n"], case["text"]
