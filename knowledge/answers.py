"""Which of the passages found is an answer: it speaks of what was asked, holds the kind of thing wanted, is no frame."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from knowledge.excerpts import LABEL
from knowledge.text import normalise

_WORDS = Path(__file__).parent / "data" / "retrieval" / "question_words.txt"
#: The parts of a circular that frame what it says: 现将…通知如下, lists of annexes, whom to call, who signed.
_FRAME = re.compile(
    r"(?:如下|以下)[^。；]{0,12}[：:。]?$|^附件[\s\d：:]|请(?:遵照|认真组织|认真贯彻|抓好|结合实际)[^。]{0,20}(?:执行|实施|落实)。?$|"
    r"^现将.{0,60}印发|已经.{0,30}通过，现印发|^抄送|^[^。]{0,80}文件(?:\n|$)|一览表$"
)
_CONTACT = re.compile(r"联系人|联系电话|咨询电话")
_SIGNED = re.compile(r"^[^。；：]{0,60}\n?\d{4}年\d{1,2}月\d{1,2}日$")

_SPAN = r"(?:\d+|[一二三四五六七八九十两]+)\s*(?:个)?"
#: What kind of thing is asked for, and how that looks in a passage.
_WANTED = tuple(
    (re.compile(asked), re.compile(found))
    for asked, found in (
        (r"多少天|几天|多久(?!.{0,3}次)|多长时间|几个月|多长", _SPAN + r"(?:天|日|月|年|小时|周)"),
        (
            r"多少钱|几块钱|要钱|花钱|收费|能贷多少|贷多少|多少彩礼|彩礼.{0,6}多少|补助|发多少|给多少",
            r"元|免费|两倍|倍|%|额度",
        ),
        (r"几次|几场|多少次|多少场|多久.{0,3}次", _SPAN + r"(?:次|场|期|篇|条)|每[月周季年半]"),
        (r"几个|多少个|多少人|几人|几户|多少户", _SPAN + r"(?:人|名|户|个|位|家)"),
        (
            r"什么时候|啥时候|哪天|几号|什么时间|截止|哪一天|几时|何时",
            r"\d+月|\d+日|[一二三四五六七八九十]月|每[月周季年]|之内|以内",
        ),
        (r"一个?月|每个?月|月报", r"每月|月度|每个月"),
        (r"一年|每年|年度", r"每年|年度|全年"),
        (r"电话|号码|手机号|怎么联系", r"\d{3,}|联系人|热线"),
        (
            r"哪里|在哪|哪儿|什么地方|地点",
            r"(?:到|在|去|向)[^，。；]{0,14}(?:院|所|中心|站|会|局|之家|窗口|学校|楼|室|号)|地点|地址",
        ),
        (r"带什么|带啥|要带|什么材料|什么手续|啥手续|什么证|证件", r"带|身份证|证明|材料|手续|证书|登记表"),
        (r"多大|几岁|年龄", r"岁"),
    )
)

_HOW = re.compile(r"(?:怎么|怎样|咋|如何)(?![办弄搞做样整回个么算说看])([\u4e00-\u9fff])[的啊呢]?[？?]?$")
#: Articles that say of a law what it is for, what its words mean and from when it holds.
_FORMAL = re.compile(r"(?:根据|依据|为了?)[^。]{4,200}制定本|用语的含义|自[^。]{4,24}起(?:施行|试行|实施)|负责解释")
#: The same for the heading over a passage.
_NAMED = tuple(
    (re.compile(asked), re.compile(found))
    for asked, found in (
        (r"什么时候|啥时候|哪天|几号|什么时间|哪一天|几时|何时", r"时间|日期|时限"),
        (r"哪里|在哪|哪儿|什么地方|地点", r"地点|地址"),
        (r"谁能|谁可以|哪些人|什么人|条件", r"谁可以|对象|范围|条件"),
        (r"多少钱|补助|费用|给多少", r"标准|费用|额度|经费|资金|奖励"),
    )
)


@cache
def _question_words() -> re.Pattern[str]:
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    words = sorted((normalise(one.strip()) for one in lines if one and not one.startswith("#")), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def subjects(question: str) -> tuple[str, ...]:
    """What a question is about: the runs of characters between the words with which people ask.

    >>> subjects("培训什么时候报到")
    ('培训', '报到')
    """
    left = _question_words().sub(" ", normalise(question))
    runs = re.findall(r"[\u4e00-\u9fff]+|[a-z]{2,}|\d{3,}", left)
    return tuple(dict.fromkeys(run for run in runs if len(run) > 1))


def covered(question: str, passage: str, synonyms: Mapping[str, Sequence[str]]) -> float:
    """The share of a question's subjects that a passage speaks of, 0..1; 1 for a question without any.

    A pair of characters counts when it stands in the passage, or when a known word around it has a legal word there.
    """
    runs = subjects(question)
    if not runs:
        return 1.0
    plain = normalise(passage)
    total = got = 0
    for run in runs:
        if run.isascii():
            total, got = total + 1, got + (run in plain)
            continue
        known = _explained(run, plain, synonyms)
        for at in range(len(run) - 1):
            total += 1
            got += run[at : at + 2] in plain or known[at] or known[at + 1]
    return got / total


def misses(question: str, passage: str, synonyms: Mapping[str, Sequence[str]]) -> bool:
    """Whether a passage does not touch one of a question's subjects at all (妇女之家的电费: no word of 电费)."""
    return any(covered(run, passage, synonyms) == 0 for run in subjects(question))


def _explained(run: str, plain: str, synonyms: Mapping[str, Sequence[str]]) -> list[bool]:
    found = [False] * len(run)
    for start in range(len(run)):
        for end in range(start + 2, min(len(run), start + 10) + 1):
            if any(target in plain for target in synonyms.get(run[start:end], ())):
                found[start:end] = [True] * (end - start)
    return found


def fits(question: str, body: str) -> float:
    """Whether a passage holds the kinds of thing asked for (a day, a sum, a number of times).

    1 when nothing of the kind is asked for; else 0.8 (none of them) to 1.25 (all).
    """
    wanted = [found for asked, found in _WANTED if asked.search(question)]
    how = _HOW.search(question)
    if how is not None:  # 「主任怎么选」 wants something about 选
        wanted.append(re.compile(how[1]))
    if not wanted:
        return 1.0
    head = body.partition("\n")[0] if "\n" in body else ""
    named = any(asked.search(question) and found.search(head) for asked, found in _NAMED)
    return 0.8 + 0.45 * sum(bool(found.search(body)) for found in wanted) / len(wanted) + 0.25 * named


def is_frame(body: str, question: str = "") -> bool:
    """Whether a passage only frames a circular (通知如下, 附件, 联系人, who signed) and answers nothing."""
    body = body.strip()
    if _SIGNED.match(body) or len(body) < 6 or (len(body) < 14 and not re.search(r"\d|[：:。]", body)):
        return True
    if (
        body.endswith(("：", ":"))
        and "。" not in body
        and not re.search(r"下列|以下|情形", body)
        and not LABEL.match(body)
    ):
        return True  # whom a circular is addressed to
    if _CONTACT.search(body) and not re.search(r"电话|联系|找谁|号码|谁负责", question):
        return len(body) < 120
    return bool(_FRAME.search(body))


def is_formal(body: str, question: str) -> bool:
    """Whether an article only says what its law is for, means by its words, or since when it holds, unasked."""
    return bool(_FORMAL.search(body)) and not re.search(r"什么意思|是什么|是啥|含义|定义|施行|生效|依据|根据", question)
