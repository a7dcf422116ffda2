"""The subject index: meanings said together point to an article, and its table can be read by people and program."""

import pytest

from knowledge.topics import Index, Topic, pointed, read_topics, standard


def made(*lines: str) -> Index:
    return Index(read_topics(lines))


def test_meanings_said_together_point_to_an_article() -> None:
    """All meanings of a line must be said, in any of their ways; the plainest article comes first."""
    index = made("@久=多久/几天", "[反家庭暴力法]", "28\t保护令 @久 下来/批", "30\t保护令 管@久/延期")
    assert [one.article for one in pointed("保护令几天能批", index)] == ["第二十八条"]
    assert pointed("保护令能批吗", index) == []
    assert pointed("几天能批", index) == []


def test_a_word_may_rule_a_topic_out() -> None:
    """What stands behind ! must not be said."""
    index = made("[反家庭暴力法]", "23\t保护令 申请 !几天")
    assert pointed("保护令申请", index)
    assert not pointed("保护令申请几天", index)


def test_a_line_that_is_no_topic_is_named() -> None:
    """A slip in the table says which line it is in."""
    with pytest.raises(ValueError, match="二十八条"):
        list(read_topics(["[反家庭暴力法]", "二十八条 保护令"]))


def test_the_table_is_in_order() -> None:
    """Every topic wants at least one meaning, none that no word can say, and reading it takes no time worth naming."""
    topics: tuple[Topic, ...] = standard().topics
    assert len(topics) > 300
    assert all(one.wanted and all(one.wanted) for one in topics)
    assert all(way.strip() == way and way for one in topics for ways in one.wanted for way in ways)
