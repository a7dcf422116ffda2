"""From a question to weighted terms."""

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.retrieval.query import EXPLAINED, PADDING, plan, synonym_spans
from knowledge.retrieval.spelling import standard_speller
from knowledge.retrieval.vocabulary import Vocabulary, read_synonyms, standard

WORDS = Vocabulary({"婆姨": ("妻子", "妇女"), "娃": ("子女",), "娃娃": ("儿童",)}, ("请问", "咋办"), longest=2)


def test_everyday_words_bring_legal_ones() -> None:
    """婆姨 is looked for as 妻子 too, and counts less itself."""
    weights = plan("婆姨", WORDS).weights
    assert weights["妻子"] > 0
    assert weights["婆姨"] == EXPLAINED


def test_the_longest_word_wins() -> None:
    """娃娃 is one word, not 娃 twice."""
    assert list(synonym_spans("娃娃", WORDS)) == [(0, 2)]


def test_padding_fades() -> None:
    """How people talk around a question counts little."""
    weights = plan("请问户口咋办", WORDS).weights
    assert weights["请问"] == PADDING
    assert weights["户口"] == 1.0


def test_officials_extend_the_words() -> None:
    """A word added beside those of the files is effective and keeps what the files say."""
    more = WORDS.with_synonyms([("婆姨", ["女性"]), ("碎娃", ["未成年人"])])
    assert more.synonyms["婆姨"] == ("女性", "妻子", "妇女")
    assert plan("碎娃", more).weights["成年"] > 0


def test_the_files_can_be_read() -> None:
    """Every entry of the shipped tables has a word and what is written for it; weights stay in their bounds."""
    words = standard()
    assert len(words.synonyms) > 900
    assert all(word and targets for word, targets in words.synonyms.items())
    assert all(0 <= weight <= 1 for weight in [*words.law_weights.values(), *words.learnt_laws.values()])
    assert all(0.5 < weight < 3 for weight in words.question_weights.values())


def test_entries_that_come_twice_are_joined() -> None:
    """A word in two files has the targets of both."""
    assert read_synonyms(["娃\t子女", "娃\t儿童 子女"]) == {"娃": ("子女", "儿童")}


@settings(deadline=None)  # the first call reads the tables
@given(st.text(max_size=600))
def test_any_text_has_a_plan(text: str) -> None:
    """Whatever is typed, the plan is made, bounded, and its weights are positive."""
    asked = plan(text, standard(), standard_speller())
    assert all(weight > 0 for weight in asked.weights.values())
    assert len(asked.text) <= 500
