"""Sees that somebody is, or may now be, in danger: the first question asked of every message.

Three steps, each for fewer messages: a gate of characters and pairs of them (a few µs); the weighted sum of what is seen
(`crisis_score`, fitted by tests/benchmarks/learn_crisis.py); and, where that is in doubt, the rules (`crisis_rules`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters

from knowledge.gates import missing, one_of
from knowledge.messages.crisis_rules import TYPES as RULED
from knowledge.messages.crisis_rules import by_rule
from knowledge.messages.crisis_score import CRY, kind_of, rule_weight, score
from knowledge.messages.crisis_words import is_ordinary, plain, read, rows

#: The kinds of danger.
TYPES = (*RULED, "性侵")
#: Log odds from which a message is danger, and from which it may be: then her answer ends with one gentle line. Where
#: they stand was chosen on lines held out by writer, see learn_crisis.py.
SURE, DOUBT = -0.3, -1.0
#: A longer message is read by its two ends: a tale of danger is at most this long, in characters.
LONGEST = 4_000

#: One of these is in every word for people.
_PEOPLE = frozenset(
    "我俺偶咱他她佢人己男女老公婆爸爹娘妈妇妻父母夫汉儿子孙孩娃伢细崽囡仔妹姐姑嫂婶姨嬢媳爷奶外弟兄哥叔伯舅亲学生朋友家师"
)
_DIGIT = re.compile(r"[0-9０-９]")
#: How a child speaks of who hurts her; a grown woman says 我爸, and of others.
_CHILD = re.compile(
    r"(?<!我)(?<!孩子)(?:爸爸|妈妈|老师|继父|继母|后妈|后爸|叔叔)[^，。,我妈]{0,5}(?:打|抽|掐|揍|吊|摸|亲|扎|烫|骂)我(?!妈|爸)"
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z]")
#: the bit of a text without Latin letters
_NO_LATIN = one_of(frozenset(ascii_letters))


@dataclass(frozen=True, slots=True)
class Danger:
    """What a message makes one fear: the kind (one of `TYPES`), and whether to act on it."""

    kind: str
    sure: bool


#: What `missing` says of a text with no character and no pair of characters of which every alert has one (gate.txt,
#: chosen to be rare in ordinary talk).
_GATE = one_of(frozenset(sign for row in rows("gate.txt") for sign in row.split()))


def _passes(text: str) -> bool:
    lacks = missing(text)
    if not _GATE & lacks:
        return True
    if len(text) <= CRY and not _PEOPLE.isdisjoint(text) and _DIGIT.search(text) is None:
        return True
    return not is_ordinary(text) or (not _NO_LATIN & lacks and _LATIN.search(text) is not None)


@lru_cache(maxsize=1)  # of one message it is asked whether it is a crisis, and then whether it may be one
def danger(text: str) -> Danger | None:
    """What a message makes one fear, if anything; under 15 µs for an ordinary one."""
    if not _passes(text):
        return None
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    value, there = score(*read(text))
    if value < DOUBT - rule_weight():
        return None
    if value < SURE and by_rule(text):
        value += rule_weight()
    if value < DOUBT:
        return None
    return Danger("儿童侵害" if _CHILD.search(text) else kind_of(there), value >= SURE)


def is_crisis(text: str) -> str | None:
    """The kind of danger a message tells of (one of `TYPES`), or None."""
    found = danger(text)
    return found.kind if found is not None and found.sure else None


def may_be_danger(text: str) -> bool:
    """Whether a message that is no crisis for sure may still hide one."""
    found = danger(text)
    return found is not None and not found.sure


def prepare() -> None:
    """Read and compile now what is read and compiled when it is first needed: the rules, the weights, pinyin."""
    for text in ("他打我", "lao gong da wo"):
        score(*read(text))
        by_rule(text)


#: Words of one who tells of somebody else, though 我 is among them.
_TELLING = re.compile(
    r"(?:跟|对|和|告诉|问|求|拉着|拉住|找|听|给)[我俺](?:们)?(?:说|讲|反映|看)?|[我俺](?:们)?(?:看|听|问|觉得|担心|怕她|怕他出|想问|这里|这儿|们?村|们?组)"
    r"|[我俺]的?(?:妈|娘|姐|妹|嫂|婶|姨|奶|外婆|婆婆|女儿|闺女|孙女|侄女|外甥女|儿子|孙子|弟|朋友|闺蜜|邻居|同学|同事|堂妹|表妹|表姐|家隔壁|家孩子|家娃)"
)
_HERSELF = re.compile(r"[我俺偶]|老子|妈妈用|爸爸用|^(?:他|老公|爸爸|妈妈)?又?打了?$|救命")
_SOMEBODY = re.compile(
    r"她|女的|妇女|姐妹|嫂|婶|媳妇|大姐|老婆|堂客|婆娘|妻|女方|孩子|娃|女孩|男孩|小孩|学生|老人|老太|奶奶|爷爷|邻居|隔壁|楼上|楼下|对门"
    r"|[一二三四五六七八九十]组|某|患者|女儿|闺女|同学|朋友|[我俺](?:妈|姐|妹)"
)


def about_another(text: str) -> bool:
    """Whether a message of danger tells of somebody else than her who writes it; in doubt it is herself."""
    said = plain(text)
    return _SOMEBODY.search(said) is not None and _HERSELF.search(_TELLING.sub("", said)) is None


#: Here a report turns to what somebody was told or saw besides; none of that belongs in it.
_TURN = re.compile(
    r"会后|散会|结束后|课后|下课|拉着|拉住|偷偷|悄悄|私下|其中一|有个|有一[个位户]|一个(?:姐妹|妇女|女的|孩子|媳妇|大姐)"
    r"|[到去]\S{1,4}家|走到|对了|另外|另有|顺便|听说|她|他"
)


def before_danger(text: str) -> str:
    """What a message of danger says before it comes to that, whole clauses only; empty if it begins with it."""
    calm = ""
    for match in re.finditer(r"[^，。！？；,!?;\n ]+[，。！？；,!?;\n ]*", text):
        longer = text[: match.end()]
        if _TURN.search(match.group()) or danger(longer) is not None or danger(match.group()) is not None:
            break
        calm = longer
    return calm.strip("，。；,; \n") if len(calm) < len(text) else ""
