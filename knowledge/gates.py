"""Gates: what a text must hold before a pattern is worth trying, read off the pattern itself.

A message is read with some two hundred patterns, and nearly all of them find nothing in it. `rule` compiles a pattern
and works out, from its parse tree, letters and pairs of letters without which no match of it can be (a clause: one of
these must stand in the text). `missing` looks at a text once; a rule whose mask meets what is missing is not tried:

    if not RULE.mask & missing and RULE.search(text): ...

A mask of a longer text holds for every stretch of it. Nothing here changes what a pattern finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache, reduce
from itertools import chain
from operator import add, or_
from re import _constants as sre  # type: ignore[attr-defined]  # the standard library's own parser has no stubs
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any, Final

from knowledge.beginnings import CLASS_AT_MOST, letters_in, skipping

#: a set of letters and pairs of which one must stand in the text
Clause = frozenset[str]

#: letters that stand in most messages say little about what else does
_COMMON: Final = frozenset("了的在上下午村妇女人来去今天昨日月开会展动我们请发一二三十个名大家讲到有是和给，。、,")
_COMMON_PAIRS: Final = frozenset(
    ["妇女", "活动", "今天", "昨天", "开展", "组织", "上午", "下午", "我们", "参加", "宣传", "来了", "妇联"]
)
_WORDS_AT_MOST: Final = 400
_CLAUSES: Final = 3
_USELESS: Final = 0.9

_bits: dict[str, int] = {}  # letter or pair → the clauses it satisfies
_clauses: dict[Clause, int] = {}


class Rule:
    """A compiled pattern and the mask of what it needs (0: it may match anything, so it is always tried).

    `key` is the one bit of the mask that most texts lack.
    """

    __slots__ = ("finditer", "fullmatch", "key", "mask", "match", "pattern", "search", "sub")

    def __init__(self, pattern: re.Pattern[str], mask: int, key: int) -> None:
        self.pattern = pattern
        self.mask = mask
        self.key = key
        self.search = pattern.search
        self.match = pattern.match
        self.fullmatch = pattern.fullmatch
        self.finditer = pattern.finditer
        self.sub = pattern.sub

    def __repr__(self) -> str:
        return f"Rule({self.pattern.pattern!r})"


def rule(pattern: str, usual: Iterable[str] = ()) -> Rule:
    """Compile a pattern and give it its gate; called while modules are loaded.

    `usual` are words that often stand where the pattern finds nothing, and so say little for it.
    """
    bits = [one_of(clause) for clause in needs(pattern, usual)]
    return Rule(skipping(pattern), reduce(or_, bits, 0), bits[0] if bits else 0)


def one_of(clause: Clause) -> int:
    """The bit that `missing` sets for a text in which none of these letters and pairs stands."""
    bit = _clauses.get(clause)
    if bit is None:
        bit = _clauses[clause] = 1 << len(_clauses)
        for gram in clause:
            _bits[gram] = _bits.get(gram, 0) | bit
        missing.cache_clear()
    return bit


@lru_cache(maxsize=1)  # several readers of one message ask for them in turn
def letters_and_pairs(text: str) -> tuple[list[str], list[str]]:
    """The letters of a text, one by one and two by two as they stand; the answer is shared, nobody may change it."""
    letters = list(text)
    return letters, list(map(add, letters, letters[1:]))


@lru_cache(maxsize=1)  # asked of one message for danger, and then for all else
def missing(text: str) -> int:
    """The clauses that no letter and no pair of letters of a text satisfies, as bits."""
    there = filter(None, map(_bits.get, chain(*letters_and_pairs(text))))
    return ~reduce(or_, there, 0) & ((1 << len(_clauses)) - 1)


def needs(pattern: str, usual: Iterable[str] = ()) -> list[Clause]:
    """The few clauses of a pattern that shut out most texts; every match of it satisfies all of them."""
    tree = parser.parse(pattern)
    if tree.state.flags & re.IGNORECASE:
        return []
    return _Reading(usual).of_pattern(tree)


class _Reading:
    """Reads the clauses off parse trees."""

    def __init__(self, usual: Iterable[str]) -> None:
        self._usual = _COMMON_PAIRS.union(*(map(add, word, word[1:]) for word in usual))

    def of_pattern(self, tree: Iterable[Any]) -> list[Clause]:
        """The best clauses of a whole pattern."""
        found = sorted(set(self._of_sequence(tree)), key=lambda c: (self._chance(c), sorted(c)))
        return [clause for clause in found[:_CLAUSES] if self._chance(clause) < _USELESS]

    def _chance(self, clause: AbstractSet[str]) -> float:
        """About how likely a message satisfies a clause."""
        return sum(map(self._share, clause))

    def _share(self, gram: str) -> float:
        if len(gram) > 1:
            return 0.3 if gram in self._usual else 0.0015
        if gram.isascii():
            return 0.35 if gram.isdigit() else 0.1
        return 0.35 if gram in _COMMON else 0.05

    def _of_sequence(self, items: Iterable[Any]) -> list[Clause]:
        """The clauses of a run of nodes: those of each node, and those of the words that finite neighbours spell."""
        clauses: list[Clause] = []
        nodes = list(items)
        words = [_words(op, of) for op, of in nodes]
        for op, of in nodes:
            clauses.extend(self._of_node(op, of))
        for first in range(len(nodes)):
            spelt: set[str] | None = {""}
            for more in words[first:]:
                if spelt is None or more is None or len(spelt) * len(more) > _WORDS_AT_MOST:
                    break
                spelt = {a + b for a in spelt for b in more}
                if "" not in spelt:
                    clauses.append(frozenset(map(self._rarest, spelt)))
        return clauses

    def _rarest(self, word: str) -> str:
        """The pair of letters in a word that says most, or its only letter."""
        if len(word) == 1:
            return word
        pairs: list[str] = list(map(add, word, word[1:]))
        return min(pairs, key=self._share)

    def _of_node(self, op: Any, of: Any) -> list[Clause]:
        if op is sre.SUBPATTERN:
            return [] if of[1] & re.IGNORECASE else self._of_sequence(of[-1])
        if op is sre.ATOMIC_GROUP:
            return self._of_sequence(of)
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            return self._of_sequence(of[2]) if of[0] else []
        if op is sre.ASSERT:
            return self._of_sequence(of[1])
        if op is sre.BRANCH:
            best: set[str] = set()
            for branch in of[1]:
                clauses = self._of_sequence(branch)
                if not clauses:
                    return []
                best |= min(clauses, key=lambda c: (self._chance(c), sorted(c)))
            return [frozenset(best)]
        if op is sre.IN:
            members = letters_in(of)
            return [frozenset(members)] if members else []
        return []


def _words(op: Any, of: Any) -> set[str] | None:
    """Every text a node can stand for if they are few, else None; what looks around stands for nothing."""
    if op is sre.LITERAL:
        return {chr(of)}
    if op is sre.IN:
        members = letters_in(of)
        return members if members and len(members) <= CLASS_AT_MOST else None
    if op in (sre.ASSERT, sre.ASSERT_NOT, sre.AT):
        return {""}
    if op is sre.SUBPATTERN:
        return None if of[1] & re.IGNORECASE else _spelt(of[-1])
    if op is sre.BRANCH:
        found: set[str] = set()
        for branch in of[1]:
            words = _spelt(branch)
            if words is None or len(found) + len(words) > _WORDS_AT_MOST:
                return None
            found |= words
        return found
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and of[1] <= 2:
        once = _spelt(of[2])
        if once is None or len(once) > 20:
            return None
        found = {""} if of[0] == 0 else set()
        power = {""}
        for times in range(1, int(of[1]) + 1):
            power = {a + b for a in power for b in once}
            if times >= of[0]:
                found |= power
        return found
    return None


def _spelt(items: Iterable[Any]) -> set[str] | None:
    spelt = {""}
    for op, of in items:
        more = _words(op, of)
        if more is None or len(spelt) * len(more) > _WORDS_AT_MOST:
            return None
        spelt = {a + b for a in spelt for b in more}
    return spelt
