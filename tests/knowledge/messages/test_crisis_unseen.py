"""Danger in words that nobody has shown the recogniser."""

from operator import add
from pathlib import Path

import pytest

from knowledge.messages import about_another, before_danger, is_crisis, may_be_danger
from knowledge.messages.crisis import TYPES, danger
from knowledge.messages.crisis_score import seen
from knowledge.messages.crisis_words import lexicon, plain, read, rows, stretches

HERE = Path(__file__).parent
LEARN = HERE.parent.parent / "benchmarks" / "learn_crisis.py"


def told(name: str) -> list[tuple[str, str]]:
    """The rows of a table: kind and text."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [(k, t) for k, t in (line.split("\t") for line in lines if "\t" in line and not line.startswith("#"))]


def test_the_last_sets_are_not_learnt_from() -> None:
    """What measures the recogniser is not what it was fitted to."""
    assert not {"danger_last", "danger_final"} & set(
        LEARN.read_text(encoding="utf-8").replace(".", " ").replace(chr(34), " ").split()
    )


def test_most_unseen_danger_is_found_and_little_is_invented() -> None:
    """At least nine in ten are acted on, nearly all of the rest get the gentle line; one near miss in eight at most."""
    lines = told("danger_last.tsv") + told("danger_final.tsv")
    cries = [danger(text) for kind, text in lines if kind not in "-~"]
    calm = [danger(text) for kind, text in lines if kind == "-"]
    assert sum(d is not None and d.sure for d in cries) >= 0.9 * len(cries)
    assert sum(d is not None for d in cries) >= 0.93 * len(cries)
    assert sum(d is not None and d.sure for d in calm) <= 0.12 * len(calm)


def test_what_was_learnt_is_known() -> None:
    """On the lines it was fitted to, it errs rarely."""
    for name in ("danger_first.tsv", "danger_more.tsv", "danger_second.tsv", "danger_third.tsv"):
        lines = [(kind, text) for kind, text in told(name) if kind != "~"]
        wrong = [text for kind, text in lines if (is_crisis(text) is None) != (kind == "-")]
        assert len(wrong) <= 0.03 * len(lines), wrong


def test_every_alert_passes_the_gate() -> None:
    """No word that matters is stopped before it is looked at: after changing words.tsv, run learn_crisis.py --fit."""
    gate = {sign for row in rows("gate.txt") for sign in row.split()}
    assert [w for w in lexicon().alerts if gate.isdisjoint(w) and gate.isdisjoint(map(add, w, w[1:]))] == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("lao gong you da wo le", "老公又打我了"),
        ("jiuming", "救命"),
        ("我布想活了", "我不想活了"),
        ("他又動手打我", "他又动手打我"),
        ("在KTV唱歌", "在ktv唱歌"),
    ],
)
def test_slips_pinyin_and_traditional_script_are_read_as_meant(text: str, meant: str) -> None:
    """However it is written, it is the same words."""
    assert read(text)[0] == meant


def test_every_character_of_a_message_is_in_a_stretch() -> None:
    """Nothing falls between two stretches, with pauses or without, and the words of the message stand whole."""
    for text in ("他打我," * 40, "今天我说的话没有停顿" * 30, "短"):
        said = plain(text)
        covered = {i for start, end in stretches(said) for i in range(start, end)}
        assert covered == set(range(len(said)))


def test_a_frame_is_seen() -> None:
    """Who, does what, to whom: in this order and close by."""
    said, spans = read("老公动手打我")
    assert "序 亲属>狠" in seen(said, spans, 0, len(said))


def test_one_who_tells_of_another_is_told_from_one_who_cries() -> None:
    """In doubt it is she herself."""
    assert about_another("隔壁桂香脸上青一块紫一块 说是摔的")
    assert about_another("我妹被她男人打得住院了")
    assert about_another("有个姐妹跟我说 男人天天打她")
    assert not about_another("他又打我")
    assert not about_another("我和孩子都被他打了")
    assert not about_another("救命")


def test_of_a_report_with_danger_in_it_only_the_activity_is_kept() -> None:
    """What was told besides, and by whom, is not part of what goes up."""
    message = "今天上午在村部搞了反诈宣传，来了36人，散会后三组刘嫂拉着我，说她男人昨晚又打她"
    assert before_danger(message) == "今天上午在村部搞了反诈宣传，来了36人"
    assert before_danger("我老公打我，昨天讲座来了20人") == ""


def test_the_kinds_are_those_that_are_answered() -> None:
    """Every kind among the weights is one of `TYPES`."""
    assert {row.split("\t")[1] for row in rows("kinds.tsv")} <= set(TYPES)


def test_a_question_of_law_gets_its_answer() -> None:
    """Who asks about violence in general is not taken for one who suffers it."""
    for text in ("反家庭暴力法第二十三条怎么说", "家暴案件怎么归档", "孩子打伤同学家长要赔多少"):
        assert is_crisis(text) is None
    assert may_be_danger("") is False
