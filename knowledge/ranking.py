"""What is known of the documents beside their words: named, asked for, in force, at home; and whether one answers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from knowledge.answers import covered, subjects
from knowledge.catalogue import Catalogue, Held
from knowledge.retrieval.figures import closeness
from knowledge.retrieval.query import Plan
from knowledge.retrieval.references import Number, numeral
from knowledge.retrieval.scoring import Scores, best, promising
from knowledge.text import normalise
from storage import circulars as records

#: What a document's weight for the federation's work (0..1) adds to a passage's score, and what the weight learnt from
#: questions adds; the latter in full for a question of USUAL_LENGTH characters, less for the short ones of a chat.
ASKED_FOR, LEARNT, USUAL_LENGTH = 10.0, 12.0, 26
#: Shares of the best score: a document named by number, by title; a rule of the reader's region, of another one;
#: a circular of the year that is named.
NUMBERED, TITLED, AT_HOME, ELSEWHERE, OF_THE_YEAR = 3.0, 0.3, 0.3, 0.12, 0.2
#: The same for circulars when it is asked what was done (「办了几场」), which no law says.
REPORTED = 0.25
#: The same for a passage with all words of the question in one sentence, and how many passages are looked at for that.
TOGETHER, LOOKED_AT = 0.25, 24
#: The share of TOGETHER more when a figure is asked for, which stands in the clause or does not.
FIGURE = 1.0
#: Shares of the best score for an article to which the subject index points, and for each character of the question
#: that says so, PLAIN of them at most; what one has that was not among the best by its words; from which share on a
#: rule of the asker's own region says the same. In full when a WHOLLY-th of the question speaks for it, less in stories.
POINTED, POINTED_MORE, PLAIN, UNRANKED, BESIDE, WHOLLY = 0.3, 0.08, 9, 0.6, 0.75, 3
#: What takes a rule of somebody else's unit out of sight.
NEVER = -10.0
#: What a repealed or replaced document's score is multiplied with, unless its year was asked for.
NOT_IN_FORCE = 0.55
#: From this likelihood on the best passage is taken for an answer, else the bot says that it found nothing.
SUPPORT = 0.2
SUPPORTING = (-18.9, 6.0, -1.2, 1.3, -0.6)
#: How many of the hits are judged so; those behind are no likelier than the last of them.
JUDGED = 2
#: The same for `answering`, which also sees how much of the question's own subject the passage speaks of.
ANSWERING = (-15.1, 4.2, -2.2, 1.2, 2.8, 1.4, 1.8, 0.9, 2.1)
#: Added to the log odds in a library of a hundred passages; nothing is from sixty thousand on.
SMALL = 2.3
#: A pair in no more than one of this many passages is strange to the library.
STRANGE = 8_000


#: Asked of a document by its number: what it rests on, who gets a copy.
ASKS_BASIS = re.compile(r"依据|根据(?:什么|啥|哪|的是)|凭(?:什么|啥)|按(?:什么|啥|哪)")
ASKS_COPY = re.compile(r"抄送|抄给|抄报")

#: Everyday words with what the documents say for them.
Synonyms = Mapping[str, Sequence[str]]

#: Positions in a segment with their scores.
Weighed = tuple[npt.NDArray[np.intp], Scores]

#: How many passages are weighed at least.
ENOUGH = 300


def named(state: Catalogue, asked: Plan) -> dict[int, float]:
    """Documents named in the question (index in the catalogue), each with what that is worth."""
    found = {at: NUMBERED for number in asked.numbers for at in with_number(state, number)}
    for key, _ in state.titled(asked.names):
        for at in state.by_title[key]:
            found.setdefault(at, TITLED)
    return found


def weigh(
    state: Catalogue,
    asked: Plan,
    scores: Sequence[Scores],
    said: Mapping[int, float],
    place: str | None,
    region: str | None,
    today: date | None,
) -> list[Weighed]:
    """Scores of the promising passages with what is known of their documents.

    That is: how asked-for they are, named in the question, in force, of which region and unit.
    """
    factor = np.ones(len(state.held), dtype=np.float32)
    bonus = np.zeros(len(state.held), dtype=np.float32)
    for at in np.flatnonzero(~state.in_force).tolist():
        one = state.held[at]
        dated = {int(text[:4]) for text in (one.version, str(one.issued_on or "")) if text[:4].isdigit()}
        factor[at] = 1.0 if asked.years & dated else NOT_IN_FORCE
    if today is not None:
        factor[state.dates > today.toordinal()] = NOT_IN_FORCE
    here = next((name for name in state.regions if name in asked.text), region)
    for name, at_home in state.regions.items():
        bonus[at_home] += AT_HOME if here and (name in here or here in name) else -ELSEWHERE
    for at in state.scoped if place is not None else ():
        bonus[at] += AT_HOME if place and place.startswith(state.held[at].scope) else NEVER
    for at, one in enumerate(state.held) if asked.years else ():
        if one.kind == "circular" and one.issued_on and one.issued_on.year in asked.years:
            bonus[at] += OF_THE_YEAR
    for at, one in enumerate(state.held) if asked.reported else ():
        bonus[at] += REPORTED * (one.kind == "circular")
    for at, share in said.items():
        bonus[at] += share
    top = max((float(one.max()) for one in scores if len(one)), default=0.0)
    constant = (asked_for(state.weights, state.learnt, asked) + bonus * top) * factor
    weighed = []
    for values, view in zip(scores, state.segments, strict=True):
        positions = promising(values, ENOUGH)
        documents = view.documents[positions]
        weighed.append((positions, values[positions] * factor[documents] + constant[documents]))
    return weighed


def asked_for(weights: Scores, learnt: Scores, asked: Plan) -> Scores:
    """What being asked for often adds to the passages of each document."""
    share = min(1.0, len(asked.text) / USUAL_LENGTH) ** 2
    return weights * np.float32(ASKED_FOR) + learnt * np.float32(LEARNT * share)


def with_number(state: Catalogue, number: Number) -> list[int]:
    """Documents with a 文号, whose missing parts match anything; the newest first."""
    found = [
        (not number.code or number.code.endswith(code) or code.endswith(number.code), year, at)
        for code, year, at in state.by_serial.get(number.serial, ())
        if number.year is None or number.year == year
    ]
    exact = any(same for same, _, _ in found)  # 「泉州市妇联2010年2号」: the issuer instead of its code (泉妇支)
    return [at for same, _, at in sorted(found, reverse=True) if same or (not exact and number.year)]


def says(number_key: str, number: Number) -> bool:
    """Whether a 文号 as compared (泉妇|2013|81) is the one that was said, as far as it was said."""
    code, _, rest = number_key.partition("|")
    year, _, serial = rest.partition("|")
    if not serial or numeral(serial) != number.serial or (number.year and str(number.year) != year):
        return False
    return not number.code or number.code.endswith(code) or code.endswith(number.code)


#: A passage on its way to the asker: score, its id, its document.
Ranked = tuple[float, int, Held]


def best_of(state: Catalogue, weighed: Sequence[Weighed], count: int) -> list[Ranked]:
    """The best passages of all segments, best first."""
    found = [
        (float(scores[one]), int(view.passages[at[one]]), state.held[int(view.documents[at[one]])])
        for view, (at, scores) in zip(state.segments, weighed, strict=True)
        for one in best(scores, count)
        if scores[one] > 0
    ]
    return sorted(found, key=lambda one: -one[0])[:count]


def closest_first(
    ranked: Sequence[Ranked], texts: Mapping[int, records.PassageText], rarities: Mapping[str, float], asked: Plan
) -> list[Ranked]:
    """With what it is worth that the words of the question stand together in one sentence, best first.

    For circulars only: an article of a law is about one thing, and its length says so already.
    """
    top = ranked[0][0] if ranked else 0.0
    spoken = {term: value for term, value in rarities.items() if term in asked.spoken}
    worth = TOGETHER * top * (1.0 if asked.figure is None else 1.0 + FIGURE)
    closer = []
    for score, passage_id, held in ranked:
        found = texts.get(passage_id)
        near = 0.0
        if found is not None and held.kind != "law":
            near = closeness(normalise(found.text), spoken, asked.text, asked.figure)
        closer.append((score + worth * near, passage_id, held))
    return sorted(closer, key=lambda one: -one[0])


def pointed_first(
    ranked: Sequence[Ranked], pointed: Mapping[int, tuple[Held, int]], asked: Plan, home: str = ""
) -> list[Ranked]:
    """With what it is worth that the subject index points to an article, best first.

    `pointed`: passage → its document and how many of the question's characters speak for it. What is said nearly
    as well by a rule of the asker's own region (`home`) is lifted with it.
    """
    if not pointed:
        return list(ranked)
    top = ranked[0][0] if ranked else 1.0
    lifted = {}
    for key, (_, said) in pointed.items():
        lifted[key] = top * pointing(said, asked) * (POINTED + POINTED_MORE * min(said, PLAIN))
    most = max(lifted.values())
    found = [
        (score + (most if home and held.region == home and score >= BESIDE * top else lifted.get(key, 0.0)), key, held)
        for score, key, held in ranked
    ]
    known = {key for _, key, _ in ranked}
    found += [(lifted[key] + UNRANKED * top, key, held) for key, (held, _) in pointed.items() if key not in known]
    return sorted(found, key=lambda one: -one[0])


def newest_first(ranked: list[Ranked]) -> list[Ranked]:
    """Highest score first, but no replaced version of a document before the one in force."""
    ordered: list[Ranked] = []
    waiting: dict[str, list[Ranked]] = {}
    holds = {held.title_key for _, _, held in ranked if held.validity == records.IN_FORCE}
    for one in sorted(ranked, key=lambda one: -one[0]):
        held = one[2]
        if held.validity == records.IN_FORCE:
            ordered += [one, *waiting.pop(held.title_key, ())]
            holds.discard(held.title_key)
        elif held.title_key in holds:
            waiting.setdefault(held.title_key, []).append(one)
        else:
            ordered.append(one)
    return ordered


def smallness(passages: int) -> float:
    """What is added for a small library, where fewer passages compete and the same words score less."""
    return SMALL * (1 - min(1.0, max(0.0, (math.log10(max(passages, 1)) - 2) / 2.8)))


def support(
    asked: Plan, rarities: Mapping[str, float], strange: float, score: float, text: str, small: float = 0.0
) -> float:
    """How likely a passage answers, 0..1, from its score, what it holds of the question, and how strange that is.

    Coefficients: logistic regression on answerable and unanswerable questions (tests/benchmarks/calibrate_library.py).
    """
    signs = (1.0, *signs_of(asked, rarities, strange, score, text))
    return 1 / (1 + math.exp(-small - sum(a * b for a, b in zip(SUPPORTING, signs, strict=True))))


def signs_of(
    asked: Plan, rarities: Mapping[str, float], strange: float, score: float, text: str
) -> tuple[float, float, int, float]:
    plain = normalise(text)
    got = sum(rarities.get(term, 0.0) for term in asked.weights if len(term) > 1 and term in plain)
    return math.log1p(max(score, 0.0)), strange, min(asked.explained, 4), math.log1p(got)


@dataclass(frozen=True, slots=True)
class Sense:
    """What a question is to a library, whatever is found: `strange`, the share of its pairs that hardly any passage has;
    `familiar`, the share of its characters that everyday words and the subject index know; `small`, see `smallness`."""

    strange: float
    familiar: float
    small: float = 0.0


def answering(asked: Plan, sense: Sense, score: float, text: str, synonyms: Synonyms, plainly: float = 0.0) -> float:
    """How likely a passage answers, 0..1, in a library of any size.

    `plainly`: how plainly the subject index points to it (`pointing`). Coefficients: logistic regression over look-ups
    and everyday questions in a library of five circulars and in one of sixty thousand articles, with questions that
    neither answers (tests/benchmarks/calibrate_library.py).
    """
    signs = (1.0, *answering_signs(asked, sense, score, text, synonyms, plainly))
    return 1 / (1 + math.exp(-sum(a * b for a, b in zip(ANSWERING, signs, strict=True))))


def answering_signs(
    asked: Plan, sense: Sense, score: float, text: str, synonyms: Synonyms, plainly: float
) -> tuple[float, ...]:
    """Log score, strangeness, share of the subject spoken of, how plainly pointed to, smallness; then what tells more
    in one library than in the other: familiarity and explained words in a large one, the subject in a small one."""
    spoken = covered(asked.text, text, synonyms) if subjects(asked.text) else 0.0
    small = sense.small / SMALL
    known = float(min(asked.explained, 4))
    return (
        math.log1p(max(score, 0.0)), sense.strange, spoken, plainly, small,
        sense.familiar * (1 - small), known * (1 - small), spoken * small,
    )  # fmt: skip


def pointing(said: int, asked: Plan) -> float:
    """How plainly the subject index points to an article, 0..1: the share of the question that says so, times WHOLLY."""
    return min(1.0, WHOLLY * said / max(len(asked.text), 1))
