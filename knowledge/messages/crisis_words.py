"""Words of danger and of everyday life, by sense: where they stand in a message, and the stretches it is judged in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import compress, count

from msgspec import Struct

from knowledge.text import normalise

#: A message longer than this is judged stretch by stretch, each of about `STRETCH` characters.
SHORT, STRETCH = 24, 16

_MARKS = str.maketrans("０１２３４５６７８９（）", "0123456789()") | str.maketrans(
    {"，": ",", "、": ",", "；": ",", ";": ",", "：": ",", ":": ",", "\t": ",", "\u3000": ","}
)
_GAPS = re.compile(r"[,\s。.!！…~～—]+")
_CLAUSE = re.compile(r"[^,?？]+[,?？]*")
_LATIN = re.compile(r"[a-z]{2}[a-z ,]*[a-z]")
_DIGITS = re.compile(r"\d+")


class Span(Struct, frozen=True, gc=False):
    """A word of the list where it stands in a text: `text[start:end]`."""

    start: int
    end: int
    word: str
    senses: tuple[str, ...]


class Lexicon:
    """Words by sense, longest first; built once from lines `sense<TAB>word word word`.

    A sense whose name ends in "!" is an alert: a message without any is not looked at further.
    """

    def __init__(self, lines: Iterable[str], slips: Iterable[str] = ()) -> None:
        self.senses: dict[str, tuple[str, ...]] = {}
        self.alerts: set[str] = set()
        #: what is often typed or heard for a word, and the word
        self.meant: dict[str, str] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        lengths: dict[str, set[int]] = {}
        for line in lines:
            name, words = line.split("\t")
            sense = name.rstrip("!")
            for word in words.split():
                self.senses[word] = (*self.senses.get(word, ()), sense)
                lengths.setdefault(word[0], set()).add(len(word))
                if name.endswith("!"):
                    self.alerts.add(word)
        for line in slips:
            word, wrong = line.split("\t")
            self.meant.update(dict.fromkeys(wrong.split(), word))
        for wrong in self.meant:
            self.senses[wrong] = ("错字",)
            self.alerts.add(wrong)
            lengths.setdefault(wrong[0], set()).add(len(wrong))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def spans(self, text: str) -> list[Span]:
        """The words in `text` from left to right, the longest at each place, none overlapping another."""
        found: list[Span] = []
        senses = self.senses
        lengths = list(map(self._lengths.get, text))
        reach = 0
        for at in compress(count(), lengths):
            if at < reach:
                continue
            for length in lengths[at] or ():
                word = text[at : at + length]
                if word in senses:
                    reach = at + len(word)
                    found.append(Span(at, reach, word, senses[word]))
                    break
        return found


def rows(name: str) -> list[str]:
    """The lines of a file of knowledge/data/crisis without remarks."""
    text = files("knowledge").joinpath("data", "crisis", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def lexicon() -> Lexicon:
    """The list of words."""
    return Lexicon(rows("words.tsv"), rows("slips.tsv"))


def is_ordinary(text: str) -> bool:
    """Whether it has nothing but what Simplified text on the mainland has: no Traditional script, Cantonese or emoji."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def plain(text: str) -> str:
    """One form for all ways of writing: Simplified, lower case, one mark for every pause, numbers as 0."""
    text = (text.lower() if is_ordinary(text) else normalise(text)).translate(_MARKS)
    return _DIGITS.sub("0", _GAPS.sub(",", text)).strip(",")


def read(text: str) -> tuple[str, list[Span]]:
    """A message in plain form, slips and pinyin read as meant, and its words."""
    from knowledge.messages.crisis_sounds import spoken

    said = plain(text)
    if _LATIN.search(said):
        said = spoken(said)
    words = lexicon()
    spans = words.spans(said)
    if any(span.word in words.meant for span in spans):
        for span in reversed(spans):
            if span.word in words.meant:
                said = said[: span.start] + words.meant[span.word] + said[span.end :]
        spans = words.spans(said)
    return said, spans


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """The parts (start, end) of a plain text that are judged each by itself; a short text is one."""
    if len(text) <= SHORT:
        yield 0, len(text)
        return
    cuts = [0]
    for match in _CLAUSE.finditer(text):
        start, end = match.span()
        while end - start > SHORT:  # dictated without a pause
            start += STRETCH // 2
            cuts.append(start)
        cuts.append(end)
    last = -1
    for i, start in enumerate(cuts[:-1]):
        end = start
        for cut in cuts[i + 1 :]:
            if end > start and cut - start > SHORT:
                break
            end = cut
            if end - start >= STRETCH:
                break
        if end > last:
            yield start, end
            last = end
