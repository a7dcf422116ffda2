"""What the chat says about policies: only what stands in the source, and nothing to small talk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.dialog.reply import Reply
from handlers.policies import texts
from knowledge.importing import import_document
from knowledge.reading import read_file
from storage.circulars import Circular, Passage, Question
from storage.store import Store
from tests.handlers.policies.phone import Phone
from tests.kit import world

QUESTIONS = """两癌检查谁能做
两爱检查要钱不
lian gai jian cha
兩癌篩查在哪裡做
彩礼最高多少
彩礼给了分手能要回来不
贴息贷款怎么弄
最美家庭怎么报名
最美家庭啥时候截止
美丽庭院怎么评
信息报送多久一次
暑期留守儿童活动有啥要求
妇女之家示范点怎么评
妇女之家要多大地方
培训什么时候报到
督查查什么
督查什么时候来
家暴告诫书有什么用
离婚冷静期多少天
怀孕能不能辞退
志愿服务一年要搞几次
三八活动搞什么
反家暴宣传周是哪天
妇女求助接待要注意什么
来访的人能不能录音
重点项目电商直播间谁负责
外嫁女还有没有地
邻居家孩子没人管我能不能管
评上最美家庭有奖励吗
保护令怎么申请
平安家庭示范户怎么评定
儿童之家多久开一次
救助金多少钱
小店没本钱怎么办
土地证能不能写我的名字
求助的登记本保存多久""".splitlines()

SMALL_TALK = [
    "今天真热",
    "你吃了没",
    "在不在",
    "哈哈哈",
    "我今天累死了",
    "啊",
    "嗯嗯",
    "好的",
    "下雨了",
    "早点睡",
    "笑死我了",
    "1+1等于几",
]


def quoted(reply: Reply) -> list[str]:
    """The lines of a reply that claim to stand in a source."""
    body, mark, _ = reply.text.rpartition("\n——")
    body = body.removeprefix(texts.NEAREST + "\n")
    return [line for line in re.sub("[【】]", "", body).split("\n") if line.strip()] if mark else []


def test_every_line_of_every_quotation_stands_in_the_clean_text(settled: Store, tmp_path: Path) -> None:
    """Over all example circulars and many questions: not one word that is not in the source."""
    phone = Phone(settled, tmp_path)
    answered = 0
    for question in QUESTIONS:
        reply = phone.says(question)
        lines = quoted(reply)
        if not lines:
            continue
        answered += 1
        if "有这样的规定：" in reply.text:  # somebody in danger: numbers first, the clause in brief below them
            with settled.read() as session:
                every = "\n".join(one.text for one in session.scalars(select(Circular)))
            said = re.sub(r"^.*?有这样的规定：", "", reply.text.partition("\n——")[0], flags=re.DOTALL)
            assert said in every, (question, said)
            assert not re.match(r"\d+[.、]", said)
            continue
        with settled.read() as session:
            passage = session.get_one(Passage, phone.state["hits"]["ids"][0])
            text = session.get_one(Circular, passage.circular_id).text
        for line in lines:
            pieces = line.split("：") if passage.kind == "row" else [line]
            for piece in pieces:
                assert piece.strip() in text or piece.strip() in re.sub(r"\s", "", text), (question, piece)
    assert answered >= len(QUESTIONS) * 0.7


def test_an_answer_fits_on_a_phone_screen(settled: Store, tmp_path: Path) -> None:
    """No quotation is longer than a list behind its introduction may be, and none begins with a stray number."""
    phone = Phone(settled, tmp_path)
    for question in QUESTIONS:
        lines = quoted(phone.says(question))
        assert sum(map(len, lines)) <= 400, question
        if lines:
            assert not re.match(r"\d+[.、]|[一二三四五六七八九十]+、", lines[0]), question


@pytest.mark.parametrize("said", SMALL_TALK)
def test_small_talk_gets_no_policy(said: str, settled: Store, tmp_path: Path) -> None:
    """「今天真热」 is no question, whatever words it shares with a circular."""
    reply = Phone(settled, tmp_path).says(said)
    assert "——" not in reply.text
    assert "《" not in reply.text


def test_the_choices_lead_where_they_say(settled: Store, tmp_path: Path) -> None:
    """A tap on one of the next best shows that one."""
    phone = Phone(settled, tmp_path)
    reply = phone.says("妇女之家示范点要建几个")
    other = next(choice for choice in reply.choices if choice.label.startswith("《"))
    shown = phone.says(other.label, anew=False)
    assert "——《" in shown.text
    assert shown.text != reply.text


@pytest.mark.parametrize("said", ["澜妇〔2026〕5号", "澜妇2026 5号", "[2026]5号", "澜妇（2026）5号", "五号文"])
def test_a_document_is_found_by_its_number_in_all_its_spellings(said: str, settled: Store, tmp_path: Path) -> None:
    """文号 as people type them."""
    assert "重点项目一览表" in Phone(settled, tmp_path).says(said).text


def test_a_question_is_kept_without_names_and_numbers(settled: Store, tmp_path: Path) -> None:
    """The log has what was asked, not who it was about."""
    Phone(settled, tmp_path).says("王秀兰家的空调坏了找谁修，电话13800001111")
    with settled.read() as session:
        kept = session.scalars(select(Question.text)).all()
    assert kept
    assert not any("王秀兰" in text or "1380000" in text for text in kept)


REAL = Path(__file__).resolve().parents[4] / "shared" / "circulars"


@pytest.fixture
def real(settled: Store, tmp_path: Path) -> Phone:
    """An official's phone in a library with the real documents."""
    if not REAL.is_dir():
        pytest.skip("the real documents are not here")
    with settled.begin() as session:
        for path in sorted(REAL.glob("*.txt")):
            import_document(session, read_file(path), world.START)
    return Phone(settled, tmp_path, "郭建英")


def test_the_real_documents_answer_what_officials_ask(real: Phone) -> None:
    """Numbers, basis, table rows, who is missing, what a level has to do."""
    for said in ("81号文", "[2013]81", "泉妇2013年81号"):
        assert "泉妇〔2013〕81号" in real.says(said).text.split("\n")[0]
    basis = real.says("30号文依据什么").text
    assert "39号" in basis
    assert "81号" in basis
    missing = real.says("谁没有特色项目").text.split("\n")[0]
    assert "泉州开发区" in missing
    assert "、" not in missing.split("：")[-1]
    rows = real.says("晋江有哪些项目").text
    assert [line.split(" ")[0] for line in rows.split("\n")[1:]] == ["2", "3", "7"]
    assert "流动妇女平安之家" in real.says("石狮有哪些项目").text
    duty = real.says("81号文里镇村要做什么").text
    assert "镇村一级，要不断增强履职观念" in duty
    assert "市一级要统筹" not in duty
