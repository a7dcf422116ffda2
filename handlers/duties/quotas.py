"""How many are owed, of what: read from a sentence, kept as written, and compared with what was handed in. Pure.

A quota is a plain mapping, stored with the duty:
`min` and `target` (how many are owed and hoped for), `max` (more are not meant), `unit`, `noun` and `shown` (as the
circular says it), `parts` (each `{"name", "words", "min", "max"}`: of these at least so many), `new_only`;
and by what a report is known to answer it: `forms`, `categories`, `words`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.numerals import Number, find_numbers
from knowledge.text import normalise

Quota = Mapping[str, Any]

#: Units of which reports, sessions or named things can be counted one by one.
COUNTED_UNITS = frozenset({"场", "次", "期", "场次", "个", "条", "篇", "项", "件", "家", "所", "处", "支", "份", "例"})
#: One event each: a report of two sessions counts for two.
SESSION_UNITS = frozenset({"场", "次", "期", "场次"})

_WHICH = re.compile(r"其中|(?<=[，,；;])(?:须|要|应)?(?:至少)?(?:包括|包含|含)")
_OF_ALL = re.compile(r"(?:全[市县省镇乡区]|共|总共|合计|累计)[^，,；;。]{0,12}$")
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,20})[”\"」』]")
_NEW = re.compile(r"新的|新(?:争创|创建|建|增|申报|培育)|未(?:曾)?(?:申报|命名|报送)过|不(?:得|能|可)(?:重复|再)")
_RANGE_ONLY = re.compile(r"至少|不少于|不低于|以上|起码|最少")
_NOUN_END = re.compile(r"[，,。；;：:、（(\n]|其中|或者?|以及|和(?!谐|睦|美)|及(?!时)|向|由|于|报|并|在(?=\d)")


def read(said: str) -> dict[str, Any]:
    """The quota a sentence names; empty if it names none. 「至少1－2次」 is min 1, target 2."""
    numbers = [
        n for n in find_numbers(said) if not n.is_ordinal and n.unit in COUNTED_UNITS and n.mark not in ("%", "/", "‰")
    ]
    which = _WHICH.search(said)
    whole = [n for n in numbers if (which is None or n.start < which.start()) and not _OF_ALL.search(said[: n.start])]
    if not whole:
        return {}
    main = whole[0]
    quota = _amount(said, main) | {"unit": main.unit or ""}
    quota["noun"] = _noun(said, main)
    quota["shown"] = _shown(said, main, quota["noun"])
    if _NEW.search(said[max(0, main.start - 6) : main.end + len(quota["noun"]) + 4]):
        quota["new_only"] = True
    parts = _parts(said, which.start(), numbers) if which is not None else _further(said, whole[1:])
    if parts:
        quota["parts"] = parts
        quota["separate"] = which is None
    return quota


def _amount(said: str, number: Number) -> dict[str, Any]:
    low, high = int(number.low), int(number.high)
    before = said[max(0, number.start - 4) : number.end + 2]
    found: dict[str, Any] = {"min": max(low, 1)}
    if re.search(r"不超过|最多|至多|以内|不多于", before):
        return {"min": 1, "max": high}
    if high > low:
        found["target"] = high
        if not _RANGE_ONLY.search(before):
            found["max"] = high
    return found


def _noun(said: str, number: Number) -> str:
    """What is counted: what follows the unit, up to the next mark."""
    rest = said[number.end :]
    rest = rest[len(number.unit) :] if number.unit and rest.startswith(number.unit) else rest
    rest = re.sub(
        r"^(?:以上|左右)?(?:(?:不少于|不低于|不超过|至少)[\d一二三四五六七八九十两百]+[一-龥]?的)?(?:的)?", "", rest
    )
    ends = _NOUN_END.search(rest)
    noun = rest[: ends.start() if ends else len(rest)].strip("《》 的")[:20]
    return noun[1:-1] if re.fullmatch(r"[“\"「][^”\"」]*[”\"」]", noun) else noun


def _shown(said: str, number: Number, noun: str) -> str:
    """The words in which the amount stands."""
    end = said.find(noun, number.end) + len(noun) if noun and noun in said[number.end :] else number.end
    text = said[number.start : end]
    if number.unit and not noun and not text.endswith(number.unit) and said[number.end :].startswith(number.unit):
        text += number.unit
    before = re.search(r"(?:至少|不少于|不低于)[一-龥]{0,4}$", said[: number.start])
    return ((before[0] if before else "") + text.strip('，,。；; “”"'))[:40]


def _parts(said: str, start: int, numbers: Sequence[Number]) -> list[dict[str, Any]]:
    """「其中至少1个家庭类」: of these at least so many of a kind."""
    found = []
    inside = [n for n in numbers if n.start >= start]
    for at, number in enumerate(inside):
        end = inside[at + 1].start if at + 1 < len(inside) else len(said)
        after = said[number.end : end]
        before = said[start if at == 0 else inside[at - 1].end : number.start]
        after = re.split(r"[，,。；;]", after.removeprefix(number.unit or ""))[0]
        before = before.removeprefix(inside[at - 1].unit or "") if at else before
        words = _QUOTED.findall(after) or _QUOTED.findall(before)
        name = _part_name(after) or _part_name(before)
        if not words and name:
            words = [_stem(name)]
        if words:
            found.append(
                _amount(said, number) | {"name": _family_name(words, name), "words": [_stem(w) for w in words]}
            )
    return found


def _further(said: str, numbers: Sequence[Number]) -> list[dict[str, Any]]:
    """「一次综合性工作检查和1-2次单项检查」: two amounts of their own; both become parts of one duty."""
    if not numbers or not re.search(r"[和及与、]\s*(?:至少|不少于)?\s*$", said[: numbers[0].start]):
        return []
    everything = [n for n in find_numbers(said) if not n.is_ordinal and n.unit in COUNTED_UNITS]
    first = next((n for n in everything if n.end <= numbers[0].start), None)
    found = []
    for number in ([first] if first is not None else []) + [numbers[0]]:
        noun = _noun(said, number)
        if not noun:
            return []
        amount = _amount(said, number)
        if not _RANGE_ONLY.search(said[max(0, number.start - 4) : number.end + 2]):
            amount.setdefault("max", int(number.high))
        found.append(amount | {"name": noun, "words": [_kind_word(noun)]})
    return found


def _kind_word(noun: str) -> str:
    """What tells one kind from the other: 综合性工作检查 is known by 综合."""
    return re.sub(r"[性类型].*$|(?:工作)?(?:检查|活动|培训|督查)$", "", noun) or noun


def _stem(word: str) -> str:
    return (
        re.sub(
            r"(?:类型?|型|活动|创建活动|文化)$", "", re.sub(r"^(?:是|为|有|的|属于|面向|针对|关于)+", "", word.strip())
        )
        or word
    )


def _part_name(text: str) -> str:
    text = re.sub(r"(?:至少|应|须|要|有|为|是|各|其中|不少于|不低于)", "", text.strip("，,。；;、 "))
    return re.sub(r"[，,。；;：:].*$", "", text, flags=re.DOTALL).strip('“”"「」 、的')[:12]


def _family_name(words: Sequence[str], name: str) -> str:
    """What the kind is called when it is short: the ending that its words share, else its own name."""
    if len(words) > 1:
        ending = ""
        for size in range(1, min(map(len, words)) + 1):
            if len({w[-size:] for w in words}) == 1:
                ending = words[0][-size:]
        if len(ending) >= 2:
            return ending + "类"
    return words[0] if len(words) == 1 and not name else (name or "、".join(words))


# -- what was handed in --


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing handed in: how it is called or described, and for how many it counts."""

    said: str
    count: int = 1


def count(things: Sequence[Thing]) -> int:
    """How many there are."""
    return sum(thing.count for thing in things)


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing (`by` > 0) or too much (`by` < 0); `name` is empty for the whole."""

    name: str
    by: int


def gaps(quota: Quota, things: Sequence[Thing]) -> list[Gap]:
    """What is still missing or too much, the whole first."""
    found = []
    parts = quota.get("parts") or []
    if not quota.get("separate"):
        total = count(things)
        if total < needed(quota):
            found.append(Gap("", needed(quota) - total))
        elif quota.get("max") and total > quota["max"]:
            found.append(Gap("", quota["max"] - total))
    for part in parts:
        got = sum(thing.count for thing in things if any(named(word, thing.said) for word in part["words"]))
        if got < part["min"]:
            found.append(Gap(part["name"], part["min"] - got))
        elif part.get("max") and got > part["max"]:
            found.append(Gap(part["name"], part["max"] - got))
    return found


def needed(quota: Quota) -> int:
    """How many fulfil one period."""
    if quota.get("separate"):
        return sum(int(part["min"]) for part in quota["parts"])
    return max(1, int(quota.get("min") or 1))


def hoped(quota: Quota) -> int:
    """How many are booked at most."""
    if quota.get("separate"):
        return sum(int(part.get("target") or part["min"]) for part in quota["parts"])
    return max(needed(quota), int(quota.get("target") or 0), int(quota.get("max") or 0))


def named(word: str, said: str) -> bool:
    """Whether `said` speaks of `word`: it stands there, or most of a longer word's pairs of characters do."""
    word, said = normalise(word), normalise(said)
    if word in said:
        return True
    pairs = {word[i : i + 2] for i in range(len(word) - 1)}
    return len(word) >= 4 and sum(pair in said for pair in pairs) >= 0.6 * len(pairs)


def name_key(name: str, quota: Quota) -> str:
    """A name as compared: without marks, the noun that all of them share, years and 「新」."""
    key = normalise(name)
    for common in (normalise(quota.get("noun") or ""), "验证点", "示范点", "创建活动", "活动", "新的", "争创"):
        if common and key != common:
            key = key.replace(common, "")
    return re.sub(r"[\W_]|20\d\d年?|^\d+", "", key)[:100] or normalise(name)[:100]


def listed(said: str) -> list[str]:
    """The names in a list as people write it: lines, 、 or ； between them, numbered or not."""
    parts = re.split(r"[\n；;、，,]+|(?<!\d)\s+(?=\d+[.、)）])", said)
    cleaned = (
        re.sub(r"^\s*(?:\d+|[一二三四五六七八九十])[.、)）：:]\s*|^(?:和|及|还有)", "", part).strip(" 。.!！")
        for part in parts
    )
    return [part for part in cleaned if len(part) >= 2]
