"""Messages of danger typed in pinyin, or with characters that only sound right, read as they were meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from knowledge.messages.crisis_words import lexicon

_LATIN = re.compile(r"[a-zü']{2,}(?:[ ,]*[a-zü']+)*")
#: what is said with one syllable in such a message; any other character of that sound is rarer
_ALONE = dict(
    re.findall(
        r"([a-z]+)(\S) ?",
        "wo我 ta他 ni你 da打 bei被 ba把 you又 le了 bu不 xiang想 yao要 sha杀 de的 lai来 dao刀 si死 jia家 li里 rang让 chu出 "
        "qu去 men门 guan关 suo锁 zai在 hai孩 shuo说 ma妈 na拿 xian现 mei没 hui回 pao跑 ren人 kuai快 jiu救 ku哭 zou揍 ti踢 "
        "tou头 lian脸 xue血 huo活 gan敢 hen很 pa怕 zi子 he喝",
    )
)
_LONGEST = 4


@cache
def _by_sound() -> dict[tuple[str, ...], str]:
    """The words of the list by their syllables; where two sound alike, an alert goes first."""
    from pypinyin import lazy_pinyin

    words = lexicon()
    found: dict[tuple[str, ...], str] = {}
    for word in sorted(words.senses, key=lambda word: (word in words.alerts, -len(word))):
        if 2 <= len(word) <= _LONGEST and word not in words.meant and "平常" not in words.senses[word]:
            found[tuple(lazy_pinyin(word))] = word
    return found


@cache
def _syllables() -> frozenset[str]:
    return frozenset(syllable for sounds in _by_sound() for syllable in sounds) | set(_ALONE)


def _divide(run: str) -> list[str] | None:
    """A run of letters as syllables, the longest first; None if they are no pinyin."""
    known = _syllables()
    found: list[str] = []
    at = 0
    while at < len(run):
        for end in range(min(len(run), at + 6), at, -1):
            if run[at:end] in known:
                found.append(run[at:end])
                at = end
                break
        else:
            return None
    return found


def _said(syllables: Sequence[str]) -> tuple[str, int]:
    """The characters meant, and how many syllables belong to a word of the list."""
    words, said, sure, at = _by_sound(), "", 0, 0
    while at < len(syllables):
        for size in range(min(_LONGEST, len(syllables) - at), 1, -1):
            word = words.get(tuple(syllables[at : at + size]))
            if word:
                said, sure, at = said + word, sure + size, at + size
                break
        else:
            said += _ALONE.get(syllables[at], syllables[at])
            at += 1
    return said, sure


def spoken(text: str) -> str:
    """`text` (plain, lower case) with pinyin of at least two syllables of one known word read as characters."""

    def read(match: re.Match[str]) -> str:
        syllables: list[str] = []
        for run in re.findall(r"[a-zü]+", match.group().replace("'", " ")):
            divided = _divide(run)
            if divided is None:
                return match.group()
            syllables += divided
        said, sure = _said(syllables)
        return said if sure >= 2 else match.group()

    return _LATIN.sub(read, text)
