"""Laws in chat: the article that is named, the next one, the version in force, the rule of her own province first."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from handlers.policies import finding, texts
from knowledge.importing_records import import_records
from knowledge.library import Library
from storage.store import Store
from tests.handlers.policies.phone import Phone
from tests.kit import world

NUMBERS = "一二三四五六七八九"


def law(title: str, version: str, texts_: list[str], region: str = "") -> list[dict[str, str]]:
    """A law as a file of records has it."""
    return [
        {
            "id": f"{title}{version}{at}", "law": title, "title": title, "version": version, "region": region,
            "article": f"第{NUMBERS[at]}条", "chapter": "第一章 总则", "text": text, "scope": "local" if region else "national",
        }
        for at, text in enumerate(texts_)
    ]  # fmt: skip


@pytest.fixture
def phone(settled: Store, tmp_path: Path) -> Phone:
    """A library with a law in two versions, its articles in no order, and a local rule."""
    old = ["灯会由乡镇举办。", "灯会补助每场二百元。", "灯会期间禁止放炮。", "灯会结束应当清扫。"]
    new = [
        "灯会由乡镇或者村举办。",
        "灯会补助每场五百元。",
        "灯会期间禁止放炮和放飞孔明灯。",
        "灯会结束应当在当天清扫。",
    ]
    local = ["本市灯会由社区举办。", "本市灯会补助每场八百元。"]
    random.seed(7)
    for name, rows in (
        ("new", law("花灯管理条例", "2024-05-01", new)),
        ("old", law("花灯管理条例", "2012-05-01", old)),
        ("local", law("澜汀市花灯管理办法", "2020-01-01", local, region="澜汀")),
    ):
        random.shuffle(rows)
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        list(import_records(settled, path, world.START))
    return Phone(settled, tmp_path)


def test_the_article_that_is_named_and_the_next_one(phone: Phone) -> None:
    """「花灯管理条例第三条」 is that article, whatever the order of the file; 下一条 is the fourth."""
    said = phone.says("花灯管理条例第三条").text
    assert "孔明灯" in said
    assert "第三条" in said
    assert "在当天清扫" in phone.says("下一条", anew=False).text
    assert phone.says("下一条", anew=False).text == texts.LAST_ARTICLE


def test_the_version_in_force_comes_first_and_says_so(phone: Phone) -> None:
    """An older version is never shown before it."""
    said = phone.says("花灯管理条例第二条").text
    assert "五百元" in said
    assert texts.VALIDITY["in_force"] in said


def test_an_article_that_is_not_there_is_not_made_up(phone: Phone) -> None:
    """No other article is shown in its place."""
    said = phone.says("花灯管理条例第八十八条").text
    assert "第八十八条" in said
    assert "——" not in said


def test_a_local_rule_comes_before_the_national_one_for_who_is_there(phone: Phone) -> None:
    """She is in 澜汀."""
    assert "八百元" in phone.says("灯会补助每场多少钱").text


def test_a_law_by_its_name_is_shown_as_a_document(phone: Phone) -> None:
    """The one in force, with its version."""
    said = phone.says("花灯管理条例").text
    assert said.startswith("《花灯管理条例》")
    assert "2024-05-01" in said


def test_the_article_of_a_law_that_is_gone_is_not_taken_from_the_one_that_replaced_it() -> None:
    """婚姻法第三十二条 is no article of 民法典; the one who asks is told which law holds now."""
    assert finding.replaced_law("婚姻法第三十二条") == ("婚姻法", "民法典")
    assert finding.replaced_law("劳动合同法第三十八条") is None
    assert finding.replaced_law("中华人民共和国继承法10条") == ("继承法", "民法典")


def test_the_rule_of_her_own_region_goes_first(phone: Phone) -> None:
    """Where both answer, the national law stands behind it; elsewhere the national law is the answer, and no old one ever."""
    library = Library()
    with phone.store.read() as session:
        question = "灯会补助每场多少钱"
        here, elsewhere = (
            finding.find(session, library, question, region=one).hits for one in ("某省澜汀市", "某省别的市")
        )
    assert [hit.text for hit in here[:2]] == ["本市灯会补助每场八百元。", "灯会补助每场五百元。"]
    assert elsewhere[0].text == "灯会补助每场五百元。"
