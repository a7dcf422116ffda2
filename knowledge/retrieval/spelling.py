"""Misspelt and pinyin questions: the likeliest words with the same sound, from one table of words and pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path

_TABLE = Path(__file__).parent.parent / "data" / "retrieval" / "spelling.tsv"

#: Costs in natural logarithms, beside a word's own: for each character changed, for a sound that is only alike
#: (zh and z, ng and n), for a character the table does not have, for a word across a gap between typed words.
CHANGED, ALIKE, UNKNOWN, ACROSS = 3.2, 1.5, 15.0, 3.0
#: Another word of the same sound is looked for too when it is at most this much less likely.
NEARLY = 2.5
#: A made-up word of more syllables than this is not in the table.
LONGEST = 6

_PINYIN = re.compile(r"[a-zü][a-zü' ]*[a-zü]")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_NO_PINYIN = frozenset({"ktv", "app", "wifi", "qq", "vip", "pdf", "word", "excel", "ppt", "wechat", "ok", "hpv", "ai"})


@dataclass(frozen=True, slots=True)
class Respelling:
    """A question as it was probably meant. `changed` are the offsets of other characters than typed; `also` are words
    of the same sound that were nearly as likely."""

    text: str
    changed: frozenset[int] = frozenset()
    also: tuple[str, ...] = ()


class Speller:
    """Finds what was meant; built once from lines `word<TAB>pin yin/other reading<TAB>log likelihood`."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._likely: dict[str, float] = {}
        self._by_letters: dict[str, list[str]] = {}
        self._by_sound: dict[str, list[str]] = {}
        self._sounds: dict[str, tuple[str, ...]] = {}
        self._alike: dict[str, str] = {}
        #: how words of more than one character begin: their first two, and the sounds of these
        self._begins: set[str] = set()
        self._sounds_begin: set[str] = set()
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            word, readings, value = line.rstrip("\n").split("\t")
            self.add(word, readings.split("/"), float(value))

    def add(self, word: str, readings: Sequence[str], likely: float) -> None:
        """One word with its readings, syllables divided by spaces."""
        self._likely[word] = likely
        if len(word) == 1:
            self._sounds[word] = (readings[0],)  # the usual one; 假 is hardly ever xia
            self._alike[word] = _alike(readings[0])
        else:
            self._begins.add(word[:2])
        for reading in readings:
            self._by_letters.setdefault(reading.replace(" ", ""), []).append(word)
            if len(word) > 1:
                sound = _alike(reading)
                self._by_sound.setdefault(sound, []).append(word)
                self._sounds_begin.add(" ".join(sound.split(" ", 2)[:2]))

    def respell(self, text: str) -> Respelling:
        """`text` (normalised) with pinyin read and likely slips mended."""
        also: list[str] = []
        pieces: list[str] = []
        at = 0
        for match in _PINYIN.finditer(text):
            words = self._read_pinyin(match.group())
            if words is None:
                continue
            pieces += [text[at : match.start()], "".join(words)]
            also += [other for word in words for other in self._rivals(word)]
            at = match.end()
        pieces.append(text[at:])
        read = "".join(pieces)
        mended = "".join(self._mend(run) if _HAN.match(run) else run for run in re.split(r"([\u3400-\u9fff]+)", read))
        changed = frozenset(i for i, (a, b) in enumerate(zip(read, mended, strict=True)) if a != b)
        if at:  # all of what was typed in letters is a guess
            changed |= {i for i, c in enumerate(mended) if c not in text}
        return Respelling(mended, changed, tuple(dict.fromkeys(also)))

    def _rivals(self, word: str) -> list[str]:
        if len(word) < 2:
            return []
        key = next((k for k in self._letters_of(word) if word in self._by_letters.get(k, ())), "")
        floor = self._likely[word] - NEARLY
        return [one for one in self._by_letters.get(key, ()) if one != word and self._likely[one] >= floor][:3]

    def _letters_of(self, word: str) -> list[str]:
        readings = [self._sounds.get(character, ()) for character in word]
        return ["".join(one) for one in product(*readings)][:16]

    # -- pinyin ------------------------------------------------------------------------------------------------------

    def _read_pinyin(self, typed: str) -> list[str] | None:
        """Words for letters, or None when they are no pinyin: likeliest path through all ways to divide them."""
        groups = [group for group in re.split(r"[' ]+", typed.replace("ü", "v")) if group]
        if any(group in _NO_PINYIN for group in groups) or sum(map(len, groups)) < 3:
            return None
        letters = "".join(groups)
        gaps, at = set(), 0
        for group in groups[:-1]:
            at += len(group)
            gaps.add(at)
        free = all(len(group) <= 6 for group in groups)  # single syllables: gaps mean nothing
        best: list[tuple[float, int, str] | None] = [(0.0, 0, "")] + [None] * len(letters)
        for start in range(len(letters)):
            here = best[start]
            if here is None:
                continue
            for end in range(start + 1, min(len(letters), start + 6 * LONGEST) + 1):
                words = self._by_letters.get(letters[start:end])
                if not words:
                    continue
                word = max(words, key=lambda one: self._likely[one])
                crossed = 0.0 if free else ACROSS * sum(1 for gap in gaps if start < gap < end)
                cost = here[0] - self._likely[word] + crossed
                known = best[end]
                if known is None or cost < known[0]:
                    best[end] = (cost, start, word)
        if best[-1] is None:
            return None
        found: list[str] = []
        at = len(letters)
        while at:
            step = best[at]
            assert step is not None
            found.append(step[2])
            at = step[1]
        return found[::-1]

    # -- slips -------------------------------------------------------------------------------------------------------

    def _mend(self, run: str) -> str:
        """A run of characters with the likeliest words of the same sound, at a price for every change."""
        best: list[tuple[float, int, str]] = [(0.0, 0, "")]
        sounds = [self._alike.get(character, "") for character in run]
        known = [run[at : at + 2] in self._begins for at in range(len(run) - 1)]
        heard = [f"{one} {other}" in self._sounds_begin for one, other in pairwise(sounds)]
        likely = self._likely
        for end in range(1, len(run) + 1):
            single = best[end - 1][0] + min(UNKNOWN, -likely.get(run[end - 1], -UNKNOWN))
            choice = (single, end - 1, run[end - 1])
            for start in range(max(0, end - LONGEST), end - 1):
                if not known[start] and not heard[start]:
                    continue
                typed, before = run[start:end], best[start][0]
                if known[start] and typed in likely and before - likely[typed] < choice[0]:
                    choice = (before - likely[typed], start, typed)
                for word in self._by_sound.get(" ".join(sounds[start:end]), ()) if heard[start] else ():
                    cost = before - likely[word]
                    if cost + CHANGED < choice[0] and (price := self._price(typed, word)):
                        cost += price
                        if cost < choice[0]:
                            choice = (cost, start, word)
            best.append(choice)
        found: list[str] = []
        at = len(run)
        while at:
            found.append(best[at][2])
            at = best[at][1]
        return "".join(reversed(found))

    def _price(self, typed: str, word: str) -> float:
        """What it costs to have meant a word of the same sound; 0 where it is the same word, or too far from it."""
        changes = [i for i, (a, b) in enumerate(zip(typed, word, strict=True)) if a != b]
        if not changes or len(changes) * 2 > len(typed) + 1:
            return 0.0
        inexact = sum(not set(self._sounds[typed[i]]) & set(self._sounds.get(word[i], ())) for i in changes)
        return CHANGED * len(changes) + ALIKE * inexact


_ALIKE: Mapping[str, str] = {"zh": "z", "ch": "c", "sh": "s"}


def _alike(reading: str) -> str:
    """Syllables with the distinctions many speakers do not make left out: zh ch sh ng."""
    return re.sub(r"ng\b", "n", re.sub(r"\b[zcs]h", lambda found: _ALIKE[found.group()], reading))


@cache
def standard_speller() -> Speller:
    """The speller of the shipped table; read once a process."""
    with _TABLE.open(encoding="utf-8") as lines:
        return Speller(lines)
