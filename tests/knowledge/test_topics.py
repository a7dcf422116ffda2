"""The subject index: meanings said together point to an article, and its table can be read by people and program."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.importing_records import import_records
from knowledge.library import Library
from knowledge.topics import Index, Topic, familiar, pointed, read_topics, standard
from storage.store import Store


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


def test_a_library_gives_the_article_it_is_pointed_to(store: Store, tmp_path: Path) -> None:
    """Where no word of the question stands in the article that answers, the index finds it; an old version stays behind."""
    texts = {
        "第二十六条": "保护令由法院以裁定作出，法院几天内寄给双方。",
        "第二十八条": "受理以后七十二小时之内作出，紧急的二十四小时之内。",
        "第三十条": "有效期不超过六个月。",
    }
    records = [
        {"id": f"{version}{label}", "title": "反家庭暴力法", "article": label, "text": text, "version": version}
        for version in ("2010-01-01", "2016-03-01")
        for label, text in texts.items()
    ]
    path = tmp_path / "laws.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    list(import_records(store, path, datetime(2026, 3, 1, tzinfo=UTC)))
    with store.read() as session:
        hits = Library().search(session, "人身保护令法院几天能批下来")
    assert (hits[0].article, hits[0].version) == ("第二十八条", "2016-03-01")
    assert Library().is_supported(hits)


def test_what_people_of_the_village_ask_about_is_familiar() -> None:
    """Questions of the federation's matters are made of known words, those about the weather are not."""
    assert familiar("老公打孩子离婚归谁", {"归谁"}) > 0.8
    assert familiar("红烧肉怎么做", set()) < 0.4
