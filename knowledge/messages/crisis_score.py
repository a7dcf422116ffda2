"""How likely a message tells of danger: the sum of the weights of what is seen in it, each a row one can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from operator import add

from knowledge.messages.crisis_words import Span, lexicon, rows, stretches

#: Senses that say a message is *about* danger, or about nothing; seen elsewhere in the message they count as well.
CALM = ("宣讲", "统计", "没有", "虚构", "演练", "说笑", "问法", "假如", "了结")
#: Words further apart than this, in characters, are in no frame.
FRAME = 7
#: A message with an alert nowhere in it may still be a cry if it is at most so long and of one of these.
CRY, PEOPLE = 30, frozenset({"我", "他", "她", "亲属", "孩", "老"})
#: What a rule of crisis.tsv sees is one thing more; its name among the weights.
RULE = "规 中"
#: Where the sum starts; its name among the weights.
START = "始 处"
NOTHING = float("-inf")


def seen(text: str, spans: Sequence[Span], start: int, end: int) -> set[str]:
    """What is seen in the stretch `start:end` of a plain text whose words are `spans`.

    类 a sense; 词 a word; 序 two senses close by in this order; 境 a calm sense elsewhere in the message; 尾 how it begins
    and ends; without a mark before them: one to three characters.
    """
    here = [span for span in spans if span.start >= start and span.end <= end]
    found = {f"类 {sense}" for span in here for sense in span.senses}
    found.update(f"词 {span.word}" for span in here)
    found.update(_frames(here))
    if len(here) < len(spans):
        elsewhere = {sense for span in spans if span.start < start or span.end > end for sense in span.senses}
        found.update(f"境 {sense}" for sense in CALM if sense in elsewhere)
    part = text[start:end]
    pairs = list(map(add, part, part[1:]))
    found.update(part)
    found.update(pairs)
    found.update(map(add, pairs, part[2:]))
    if part.endswith(("?", "？", "吗", "呢")):
        found.add("尾 问")
    if part.startswith(("[", "【", "《", "“", "关于", "#")):
        found.add("尾 引")
    if len(text) < 12:
        found.add("尾 短")
    return found


def _frames(here: Sequence[Span]) -> Iterator[str]:
    for i, one in enumerate(here):
        for other in here[i + 1 : i + 4]:
            if other.start - one.end > FRAME:
                break
            yield from (f"序 {a}>{b}" for a in one.senses for b in other.senses)


def is_cry(text: str, spans: Sequence[Span]) -> bool:
    """Whether it is a few words about people and no figures: such a message is weighed even without an alert."""
    return len(text) <= CRY and "0" not in text and any(not PEOPLE.isdisjoint(span.senses) for span in spans)


def bags(text: str, spans: Sequence[Span]) -> list[set[str]]:
    """What is seen in each stretch of a plain text in which an alert stands, or in all of a short cry."""
    if is_cry(text, spans):
        return [seen(text, spans, start, end) for start, end in stretches(text)]
    alerts = lexicon().alerts
    places = [span for span in spans if span.word in alerts]
    return [
        seen(text, spans, start, end)
        for start, end in stretches(text)
        if any(span.start >= start and span.end <= end for span in places)
    ]


def score(text: str, spans: Sequence[Span]) -> tuple[float, set[str]]:
    """The highest sum of all stretches, in log odds without the rules, and what was seen there."""
    weights = _weights()
    best, there = NOTHING, set[str]()
    for bag in bags(text, spans):
        value = sum(weights[name] for name in bag if name in weights)
        if value > best:
            best, there = value, bag
    return best + weights[START], there


def kind_of(bag: set[str]) -> str:
    """The likeliest kind of danger, from what was seen where the danger is."""
    totals: dict[str, float] = {}
    for name in (*sorted(bag), START):  # sorted: a sum of floats, and the first of equals, depend on the order
        for kind, value in _kinds().get(name, {}).items():
            totals[kind] = totals.get(kind, 0.0) + value
    return max(totals, key=lambda kind: totals[kind])


def rule_weight() -> float:
    """What a rule adds to the sum."""
    return _weights()[RULE]


@cache
def _weights() -> Mapping[str, float]:
    return {name: float(value) for name, value in (row.split("\t") for row in rows("weights.tsv"))}


@cache
def _kinds() -> Mapping[str, Mapping[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row in rows("kinds.tsv"):
        name, kind, value = row.split("\t")
        found.setdefault(name, {})[kind] = float(value)
    return found
