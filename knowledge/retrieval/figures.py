"""What kind of figure a question asks for (几场, 多少钱, 什么时候), and how closely a sentence answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from re import Pattern

_NUMERAL = r"(?:\d[\d.,:-]*|[〇一二三四五六七八九十百千两半]+)\s*[余多]?\s*"
_MEASURES = "场次期届人名户份家所条篇岁项棵株位支件笔个天年月日元小分倍类种批轮组对处座间亩万亿号"
_ASKED = re.compile(
    rf"(?:几|多少)\s*(?P<money>钱|元|资金|经费|款)|(?:几|多少)\s*个?(?P<day>月|号|日)"
    rf"|(?P<when>什么时候|啥时候|啥时|何时|哪天|哪月|哪个月|什么时间|几时|截止|期限)"
    rf"|(?P<long>多久|多长时间|几年|几天|几个月)|(?P<share>率|百分之|比例|占比)"
    rf"|(?:几|多少)\s*(?P<measure>[{_MEASURES}])|(?P<any>多少|几)"
)
_WHEN = re.compile(
    rf"(?:{_NUMERAL}(?:月|日|号|季度|年|点)|季度|[上中下]旬|月底|年底|年初|年中|年末|[每当][年月季周]|今后|之前|期间)"
)
_LONG = re.compile(rf"{_NUMERAL}(?:个月|个工作日|工作日|年|月|天|日|小时|周)")
_MONEY = re.compile(rf"{_NUMERAL}[百千万亿]*\s*元|\d[\d.]*\s*[万亿]")
_SHARE = re.compile(rf"%|百分之|{_NUMERAL}成")
_ANY = re.compile(rf"\d|{_NUMERAL}[{_MEASURES}]")

#: A clause without the figure that is asked for counts this much.
WITHOUT = 0.6
#: What 「1+X」 is worth, whose parts are too short to be terms.
LITERAL = 8.0
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_CLAUSE = re.compile(r"[^，,：:。！？!?；;\n]+")
_LITERAL = re.compile(r"[a-z0-9]+(?:[+&/-][a-z0-9]+)+")


def figure_asked(question: str) -> Pattern[str] | None:
    """What a sentence must match to hold the kind of figure a (normalised) question asks for; None if it asks none."""
    found = _ASKED.search(question)
    if found is None:
        return None
    if found["money"]:
        return _MONEY
    if found["day"] or found["when"]:
        return _WHEN
    if found["long"]:
        return _LONG
    if found["share"]:
        return _SHARE
    if found["measure"] and found["measure"] != "个":
        return re.compile(rf"{_NUMERAL}[万亿]?\s*个?{found['measure']}")
    return _ANY


def closeness(passage: str, rarities: Mapping[str, float], question: str, figure: Pattern[str] | None) -> float:
    """How much of a question stands together in one sentence, and in one clause, of a (normalised) passage, 0..1.

    `rarities` are per term; only pairs and runs of letters or digits count. With a `figure` the clause has to hold it.
    """
    wanted = [(term, value) for term, value in rarities.items() if len(term) > 1 and value > 0]
    wanted += [(found, LITERAL) for found in _LITERAL.findall(question)]
    total = sum(value for _, value in wanted)
    present = [(term, value) for term, value in wanted if term in passage]
    if not present:
        return 0.0
    near = _most(_SENTENCE.findall(passage), present, None)
    return (near + _most(_CLAUSE.findall(passage), present, figure)) / (2 * total)


def _most(pieces: Sequence[str], present: Sequence[tuple[str, float]], figure: Pattern[str] | None) -> float:
    best = 0.0
    for piece in pieces:
        held = sum(value for term, value in present if term in piece)
        if held > best and figure is not None and not figure.search(piece):
            held *= WITHOUT
        best = max(best, held)
    return best
