"""An index by subject, like the one behind a handbook: meanings that come together in a question point to an article."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.retrieval.references import article_label, title_key
from knowledge.text import normalise

_FILE = Path(__file__).parent / "data" / "retrieval" / "topics.tsv"

#: Everyday words looked for when it is asked how familiar a question is are no longer.
LONGEST_WORD = 8

#: Ways to say one meaning.
Meaning = frozenset[str]


@dataclass(frozen=True, slots=True)
class Topic:
    """An article (`law` as a title key, `article` as its label) and what must be said together to be pointed to it."""

    law: str
    article: str
    wanted: tuple[Meaning, ...]
    unwanted: tuple[Meaning, ...] = ()

    def said(self, heard: Meaning) -> int:
        """Characters of a question that speak for the topic, 0 if any meaning is missing. `heard`: its ways to say."""
        total = 0
        for ways in self.wanted:
            spoken = ways & heard
            if not spoken:
                return 0
            total += max(map(len, spoken))
        return 0 if any(not ways.isdisjoint(heard) for ways in self.unwanted) else total


@dataclass(frozen=True, slots=True)
class Pointed:
    """An article a question points to, and how many of its characters say so."""

    law: str
    article: str
    said: int


def read_topics(lines: Iterable[str]) -> Iterator[Topic]:
    """Topics of a table: `@name=way/way` names meanings, `[law]` begins a law, `28<TAB>meaning meaning` is a topic.

    ValueError with the line when it is none of these.
    """
    named: dict[str, Meaning] = {}
    law = ""

    def meaning(said: str) -> Meaning:
        ways = [way for one in said.split("/") for way in (named[one] if one.startswith("@") else (normalise(one),))]
        return frozenset(way for way in ways if way)

    for line in lines:
        line = line.strip()
        number, _, said = line.partition("\t")
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            name, _, ways = line.partition("=")
            named[name] = frozenset(map(normalise, ways.split("/")))
        elif line.startswith("[") and line.endswith("]"):
            law = title_key(line[1:-1])
        elif law and number.isdigit() and said:
            words = said.split()
            wanted = tuple(meaning(one) for one in words if not one.startswith("!"))
            unwanted = tuple(meaning(one[1:]) for one in words if one.startswith("!"))
            yield Topic(law, article_label(int(number)), wanted, unwanted)
        else:
            raise ValueError(f"not a topic: {line}")


class Index:
    """Topics with all of their ways to say things, so that a question is read once."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self.topics = tuple(topics)
        self._ways = frozenset(way for one in self.topics for ways in (*one.wanted, *one.unwanted) for way in ways)
        self._longest = max(map(len, self._ways), default=0)
        # each topic under one of its meanings, the one with the fewest ways to say it: the others are rarely looked at
        self._under: dict[str, list[int]] = {}
        for at, one in enumerate(self.topics):
            for way in min(one.wanted, key=len, default=()):
                self._under.setdefault(way, []).append(at)

    def heard(self, text: str) -> Meaning:
        """The known ways to say something that stand in a text."""
        lengths = range(1, self._longest + 1)
        return self._ways & {text[at : at + length] for at in range(len(text)) for length in lengths}

    def likely(self, heard: Meaning) -> Iterator[Topic]:
        """The topics that may be meant, in their order: at least one of their meanings was said."""
        return (self.topics[at] for at in sorted({at for way in heard for at in self._under.get(way, ())}))


@cache
def standard() -> Index:
    """The index of the files; read once a process."""
    return Index(read_topics(_FILE.read_text(encoding="utf-8").splitlines()))


def pointed(text: str, index: Index | None = None, *, most: int = 12) -> list[Pointed]:
    """The articles that a normalised question points to, the plainest first.

    >>> pointed("人身保护令法院几天能批下来")[0].article
    '第二十八条'
    """
    index = index or standard()
    heard = index.heard(text)
    found: dict[tuple[str, str], int] = {}
    for topic in index.likely(heard):
        said = topic.said(heard)
        if said > found.get((topic.law, topic.article), 0):
            found[topic.law, topic.article] = said
    ordered = sorted(found.items(), key=lambda one: -one[1])[:most]
    return [Pointed(law, article, said) for (law, article), said in ordered]


def familiar(text: str, words: Container[str], index: Index | None = None) -> float:
    """The share of a question's characters, 0..1, that ways to say something or known everyday `words` account for."""
    index = index or standard()
    known = [False] * len(text)
    for way in index.heard(text):
        at = text.find(way) if len(way) > 1 else -1
        while at >= 0:
            known[at : at + len(way)] = [True] * len(way)
            at = text.find(way, at + 1)
    for start in range(len(text)):
        for end in range(start + 2, min(len(text), start + LONGEST_WORD) + 1):
            if text[start:end] in words:
                known[start:end] = [True] * (end - start)
    return sum(known) / max(1, sum(not letter.isspace() for letter in text))
