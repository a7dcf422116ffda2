"""Words that help to find: everyday words with their legal ones, padding to ignore, how much asked-for each law is.

The tables are files under `knowledge/data/`, one entry a line, meant to be read and extended by officials.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from knowledge.text import normalise

_FILES = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All of it, in the form of `text.normalise`.

    `synonyms`: a word → what the documents say for it. `padding`: longest first. `law_weights`: name → 0..1, and
    `law_patterns`: the same for names that contain a word; `learnt_laws`: how often each law answered, 0..1.
    `question_weights`: term → factor learnt from questions and the articles that answer them. `question_words`: with
    which people ask and which say nothing of what about, longest first.
    """

    synonyms: Mapping[str, tuple[str, ...]]
    padding: tuple[str, ...] = ()
    law_weights: Mapping[str, float] = field(default_factory=dict)
    law_patterns: tuple[tuple[str, float], ...] = ()
    learnt_laws: Mapping[str, float] = field(default_factory=dict)
    question_weights: Mapping[str, float] = field(default_factory=dict)
    translations: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    question_words: tuple[str, ...] = ()
    longest: int = 0

    def law_weight(self, title_key: str) -> float:
        """How much asked-for a law is in the federation's work, 0 (not listed) to 1."""
        said = [value for word, value in self.law_patterns if word in title_key]
        return max([self.law_weights.get(title_key, 0.0), *said])

    def with_synonyms(self, more: Iterable[tuple[str, Sequence[str]]]) -> Vocabulary:
        """The vocabulary with the words officials added; theirs come first."""
        synonyms = dict(self.synonyms)
        for word, targets in more:
            key = normalise(word)
            synonyms[key] = tuple(dict.fromkeys([*map(normalise, targets), *synonyms.get(key, ())]))
        return _vocabulary(self, synonyms)

    def with_translations(self, more: Iterable[tuple[str, str, float]]) -> Vocabulary:
        """The vocabulary with (term, target, weight) learnt from accepted answers."""
        translations = dict(self.translations)
        for term, target, weight in more:
            translations[term] = (*translations.get(term, ()), (target, weight))
        return replace(self, translations=translations)


def _vocabulary(base: Vocabulary, synonyms: dict[str, tuple[str, ...]]) -> Vocabulary:
    return replace(base, synonyms=synonyms, longest=max(map(len, synonyms), default=0))


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.rstrip()


def read_synonyms(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Entries `word<TAB>target target …`; a word that comes twice has the targets of both."""
    found: dict[str, tuple[str, ...]] = {}
    for line in lines:
        word, _, targets = line.partition("\t")
        key = normalise(word.strip())
        found[key] = tuple(dict.fromkeys([*found.get(key, ()), *map(normalise, targets.split())]))
    return found


@cache
def standard() -> Vocabulary:
    """The vocabulary of the files; read once a process."""
    lines = [line for path in sorted((_FILES / "synonyms").glob("*.tsv")) for line in _lines(path)]
    padding = [normalise(line.strip()) for line in _lines(_FILES / "synonyms" / "filler.txt")]
    asking = [
        *_lines(_FILES / "retrieval" / "question_words.txt"),
        *_lines(_FILES / "retrieval" / "document_words.txt"),
    ]
    laws: dict[str, float] = {}
    patterns: list[tuple[str, float]] = []
    for line in _lines(_FILES / "retrieval" / "laws.tsv"):
        name, _, value = line.partition("\t")
        if name.startswith("*"):
            patterns.append((normalise(name[1:]), float(value)))
        else:
            laws[normalise(name)] = float(value)
    base = Vocabulary(
        {},
        tuple(sorted(padding, key=len, reverse=True)),
        laws,
        tuple(patterns),
        dict(_weights(_FILES / "retrieval" / "learnt_laws.tsv")),
        dict(_weights(_FILES / "retrieval" / "learnt_terms.tsv")),
        _translations(_FILES / "retrieval" / "learnt_translations.tsv"),
        tuple(sorted((normalise(one) for one in asking), key=len, reverse=True)),
    )
    return _vocabulary(base, read_synonyms(lines))


def _weights(path: Path) -> Iterator[tuple[str, float]]:
    if path.exists():
        for line in _lines(path):
            term, _, value = line.partition("\t")
            yield term, float(value)


def _translations(path: Path) -> dict[str, tuple[tuple[str, float], ...]]:
    found: dict[str, list[tuple[str, float]]] = {}
    if path.exists():
        for line in _lines(path):
            term, target, value = line.split("\t")[:3]
            found.setdefault(term, []).append((target, float(value)))
    return {term: tuple(targets) for term, targets in found.items()}
