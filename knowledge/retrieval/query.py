"""From what somebody typed to weighted terms: padding fades, everyday words bring their legal ones along."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from re import Pattern

from knowledge.retrieval.figures import figure_asked
from knowledge.retrieval.impacts import query_terms
from knowledge.retrieval.parts import HEAD, parts_asked
from knowledge.retrieval.references import Article, Number, articles, numbers, title_key, years
from knowledge.retrieval.spelling import Respelling, Speller
from knowledge.retrieval.vocabulary import Vocabulary
from knowledge.text import normalise

#: Longer questions are cut: what comes after is rarely the point, and time stays bounded.
LONGEST_QUESTION = 400

CHARACTER, PAIR = 1.0, 1.0
#: Words that have legal words beside them count less themselves; padding counts little.
EXPLAINED, PADDING = 0.6, 0.3
#: What all legal words of one everyday word together may add (shared by the square root of their number).
SYNONYM, SYNONYM_CHARACTER = 0.7, 0.2
#: A part of a circular that is asked for (谁发的).
PART = 1.5
#: Words as typed, when they were read as others, and others that sound the same.
AS_TYPED = 0.4

_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_SPACES = re.compile(r"\s+")
#: 「招聘会办了几场」: what was done stands in a report, not in a law
_REPORTED = re.compile(r"[\u4e00-\u9fff][了过](?:多少|几|哪些|哪几)|(?:去年|上年|前年).*(?:多少|几)")


@dataclass(slots=True)
class Plan:
    """What to look for: the normalised question, terms with weights, documents and articles named in it.

    `spoken` are the terms of the question's own words, without what synonyms added; `names` is the text in which
    titles are looked for: the question without brackets and spaces, then what short names stand for; `respelt`: it
    was read as other words than typed; `explained`: how many of its words have legal words beside them; `bare`: it asks
    for a document itself, by its number; `figure`: what a sentence with the kind of figure it asks for matches; `reported`: it
    asks for a figure of what has been done.
    """

    text: str
    weights: dict[str, float] = field(default_factory=dict)
    spoken: frozenset[str] = frozenset()
    names: str = ""
    years: frozenset[int] = frozenset()
    numbers: list[Number] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    respelt: bool = False
    explained: int = 0
    bare: bool = False
    figure: Pattern[str] | None = None
    reported: bool = False


def plan(question: str, vocabulary: Vocabulary, speller: Speller | None = None) -> Plan:
    """Read a question; never fails, an empty one has no terms. With a speller slips and pinyin are read as meant."""
    typed = _SPACES.sub(" ", normalise(question)).strip()[:LONGEST_QUESTION]
    meant = speller.respell(typed) if speller is not None else Respelling(typed)
    text = meant.text
    known = list(synonym_spans(text, vocabulary))
    emphasis = _emphasis(text, vocabulary)
    found = numbers(text)
    for number in found:  # digits of a 文号 stand everywhere; the document itself is found by number
        emphasis[number.start : number.end] = [PADDING] * (number.end - number.start)
    for start, end in known:
        for at in range(start, end):
            emphasis[at] *= EXPLAINED
    weights: dict[str, float] = {}
    for term, at in query_terms(text):
        weight = min(emphasis[at : at + len(term)] or [1.0]) * (CHARACTER if len(term) == 1 else PAIR)
        weight *= vocabulary.question_weights.get(term, 1.0)
        weights[term] = max(weights.get(term, 0.0), weight)
    spoken = frozenset(weights)
    added: dict[str, float] = {}
    for start, end in known:
        _add_targets(added, vocabulary.synonyms[text[start:end]])
    for term in spoken:
        for target, weight in vocabulary.translations.get(term, ()):
            added[target] = added.get(target, 0.0) + weight
    parts = parts_asked(text, bool(found))
    added |= dict.fromkeys(parts, PART)
    if text != typed:  # the guess may be wrong: what was typed counts too
        for term, _ in query_terms("\n".join([typed, *meant.also])):
            added[term] = max(added.get(term, 0.0), AS_TYPED)
    for term, weight in added.items():
        weights[term] = max(weights.get(term, 0.0), weight)
    expanded = [target for start, end in known for target in vocabulary.synonyms[text[start:end]]]
    names = "\n".join([title_key(typed), *([title_key(text)] if text != typed else ()), *expanded])
    return Plan(
        text, weights, spoken, names, frozenset(years(text)), found, articles(text), text != typed, len(known),
        bool(found) and (HEAD in parts or _bare(text, found, vocabulary)), figure_asked(text), bool(_REPORTED.search(text)),
    )  # fmt: skip


def _bare(text: str, found: Iterable[Number], vocabulary: Vocabulary) -> bool:
    for number in found:
        text = text[: number.start] + " " * (number.end - number.start) + text[number.end :]
    for word in (*vocabulary.padding, *vocabulary.question_words):
        text = text.replace(word, " ")
    return not _HAN_RUN.search(text)


def _add_targets(added: dict[str, float], targets: tuple[str, ...]) -> None:
    share = SYNONYM / len(targets) ** 0.5 if targets else 0.0
    for target in targets:
        for term, _ in query_terms(target):
            weight = share * (SYNONYM_CHARACTER if len(term) == 1 else 1.0)
            added[term] = max(added.get(term, 0.0), weight)


def synonym_spans(text: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int]]:
    """Spans of known everyday words, the longest at each place, none inside another."""
    spans = []
    for start in range(len(text)):
        for end in range(min(len(text), start + vocabulary.longest), start, -1):
            if text[start:end] in vocabulary.synonyms:
                spans.append((start, end))
                break
    reached = -1
    for start, end in spans:  # rising starts: inside an earlier one exactly when it ends no later
        if end > reached:
            reached = end
            yield start, end


def _emphasis(text: str, vocabulary: Vocabulary) -> list[float]:
    """A factor for each character: 1, or PADDING for how people talk around their question."""
    factors = [1.0] * len(text)
    left = text
    for phrase in vocabulary.padding:
        at = left.find(phrase)
        while at >= 0:
            factors[at : at + len(phrase)] = [PADDING] * len(phrase)
            left = left[:at] + "\0" * len(phrase) + left[at + len(phrase) :]
            at = left.find(phrase)
    return factors
