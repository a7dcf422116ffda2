"""Learn the weights by which danger is seen (knowledge/data/crisis/weights.tsv, kinds.tsv) from labelled lines.

    python tests/benchmarks/learn_crisis.py [--write] [--fit] [--errors] [MORE.tsv …]

Lines are `kind<TAB>text`; "-" is no danger, "~" a question that may hide one and is left out. A heading `## name` begins
another writer. Prints five-fold cross-validation in which no writer is both learnt from and measured on; --fit writes without that. Logistic
regression on the stretch of a message that looks worst; no random numbers but the folds.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import add
from pathlib import Path

import numpy as np

from knowledge.messages.crisis import DOUBT, SURE
from knowledge.messages.crisis_rules import by_rule
from knowledge.messages.crisis_score import RULE, START, bags
from knowledge.messages.crisis_words import lexicon, read

HERE = Path(__file__).resolve().parent.parent / "knowledge" / "messages"
TALKS = HERE.parent.parent / "conversations"
#: Golden conversations in which danger is told.
TOLD = re.compile("求助|出事")
SHIPPED = Path(__file__).resolve().parent.parent.parent / "knowledge" / "data" / "crisis"
#: The rules were written from this set: they may not bear witness on it.
RULES_CAME_FROM = "crisis.tsv"
#: What one thing seen of each sort may say beside the others; a smaller one is learnt more slowly.
SCALE = {"类": 1.0, "词": 0.8, "序": 0.6, "境": 1.0, "尾": 0.5, "规": 1.0}
#: … and one to three characters, which count only if they are in so many stretches.
LETTERS, RARE = 0.5, 3
#: Kinds that are answered like another one.
SAME = {"跟踪": "家暴", "强迫婚姻": "非法拘禁"}
RIDGE, STEPS, ROUNDS = 1.0, 200, 3
Weights = dict[str, float]


@dataclass(frozen=True)
class Line:
    """One labelled line: where it comes from, and what is seen in each of its stretches."""

    file: str
    writer: str
    kind: str
    text: str
    bags: tuple[frozenset[str], ...]
    ruled: bool


def lines(paths: Iterable[Path]) -> list[Line]:
    """The labelled lines of tables and of chat messages (.jsonl, no danger among them)."""
    found: list[Line] = []
    for path in paths:
        writer = ""
        for row in path.read_text(encoding="utf-8").splitlines():
            if row.startswith("## "):
                writer = row[3:]
            if path.suffix == ".jsonl":
                kind, text = "-", json.loads(row)["text"]
            elif path.suffix == ".txt":  # a golden conversation: what people say to the product
                if not row.startswith("> "):
                    continue
                kind, text = "-", row[2:]
            elif row.startswith("#") or "\t" not in row:
                continue
            else:
                kind, text = row.split("\t", 1)
            if kind != "~":
                seen = tuple(map(frozenset, bags(*read(text))))
                found.append(Line(path.name, writer, SAME.get(kind, kind), text, seen, by_rule(text) is not None))
    return found


def witnessed(line: Line, learning: bool) -> list[frozenset[str]]:
    """The stretches of a line with what a rule says of the whole line."""
    if line.ruled and not (learning and line.file == RULES_CAME_FROM):
        return [bag | {RULE} for bag in line.bags]
    return list(line.bags)


def sort(name: str) -> str:
    """The sort of thing seen; empty for mere characters."""
    return name[0] if name[1:2] == " " else ""


@dataclass(frozen=True)
class Table:
    """What is seen in which stretch: `value[i]` at (`row[i]`, `column[i]`), rows in order and none empty."""

    names: list[str]
    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    starts: np.ndarray

    def times(self, weights: np.ndarray) -> np.ndarray:
        """The sums of the rows; `weights` one for each name."""
        return np.add.reduceat(self.value * weights[self.column], self.starts)

    def gathered(self, error: np.ndarray) -> np.ndarray:
        """The sums of the columns; `error` one for each row."""
        return np.bincount(self.column, self.value * error[self.row], minlength=len(self.names))


def _table(stretches: Sequence[frozenset[str]]) -> Table:
    count = Counter(name for bag in stretches for name in bag)
    names = [name for name, times in sorted(count.items()) if times >= (2 if sort(name) in SCALE else RARE)]
    names.append(START)  # so that no row is empty
    place = {name: i for i, name in enumerate(names)}
    column: list[int] = []
    row: list[int] = []
    starts: list[int] = []
    for number, bag in enumerate(stretches):
        starts.append(len(column))
        here = [len(names) - 1, *sorted(place[name] for name in bag if name in place)]
        column += here
        row += [number] * len(here)
    scale = np.array([1.0 if name == START else SCALE.get(sort(name), LETTERS) for name in names])
    return Table(names, np.array(row), np.array(column), scale[column], np.array(starts))


def regress(table: Table, wanted: np.ndarray, care: np.ndarray) -> np.ndarray:
    """Softmax regression by Adam with a ridge. `wanted` n × k (rows sum to 1), `care` n; gives m × k, scaled as weights."""
    rows, kinds = wanted.shape
    weights = np.zeros((len(table.names), kinds))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    ridge = np.full((len(table.names), 1), RIDGE / rows)
    ridge[-1] = 0.0
    rate = 0.05
    for step in range(1, STEPS + 1):
        z = np.stack([table.times(weights[:, k]) for k in range(kinds)], axis=1)
        z = np.exp(z - z.max(axis=1, keepdims=True))
        error = (z / z.sum(axis=1, keepdims=True) - wanted) * (care / care.sum())[:, None]
        slope = np.stack([table.gathered(error[:, k]) for k in range(kinds)], axis=1) + ridge * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        rate *= 0.98 if step > 0.6 * STEPS else 1.0
    scale = np.array([1.0 if name == START else SCALE.get(sort(name), LETTERS) for name in table.names])
    return weights * scale[:, None]


def total(weights: Weights, bag: Iterable[str]) -> float:
    """Log odds of one stretch."""
    return weights[START] + sum(weights.get(name, 0.0) for name in bag)


def learn(known: Sequence[Line]) -> Weights:
    """Weights of danger. A dangerous line counts by its worst stretch, any other by all of its stretches."""
    weights: Weights | None = None
    for _ in range(ROUNDS):
        stretches: list[frozenset[str]] = []
        wanted: list[int] = []
        care: list[float] = []
        for line in known:
            bags_ = witnessed(line, learning=True)
            if line.kind != "-" and bags_ and weights is not None:
                now = weights
                bags_ = [max(bags_, key=lambda bag: total(now, bag))]
            share = 1.3 / max(1, len(bags_)) if line.kind != "-" else 1.0 / max(1, len(bags_)) ** 0.5
            stretches += bags_
            wanted += [line.kind != "-"] * len(bags_)
            care += [share] * len(bags_)
        table = _table(stretches)
        danger = np.array(wanted, float)
        fitted = regress(table, np.stack([1 - danger, danger], axis=1), np.array(care))
        weights = dict(zip(table.names, map(float, fitted[:, 1] - fitted[:, 0]), strict=True))
    assert weights is not None
    return weights


def learn_kinds(known: Sequence[Line], weights: Weights) -> dict[str, Weights]:
    """Weights of each kind of danger, from the worst stretches of dangerous lines."""
    dangers = [line for line in known if line.kind != "-" and line.bags]
    worst = [frozenset(max(line.bags, key=lambda bag: total(weights, bag))) for line in dangers]
    kinds = sorted({line.kind for line in dangers})
    table = _table(worst)
    wanted = np.array([[line.kind == kind for kind in kinds] for line in dangers], float)
    fitted = regress(table, wanted, np.ones(len(dangers)))
    return {
        kind: dict(zip(table.names, map(float, column), strict=True))
        for kind, column in zip(kinds, fitted.T, strict=True)
    }


def judged(weights: Weights, line: Line) -> float:
    """Log odds of a line as the product would give them."""
    return max((total(weights, bag) for bag in witnessed(line, learning=False)), default=-99.0)


def folds(known: Sequence[Line], parts: int = 5) -> list[int]:
    """The part each line is in: all lines of a writer in one; a set without writers is dealt out line by line."""
    dice = np.random.default_rng(5)
    writers = sorted({(line.file, line.writer) for line in known if line.writer})
    order = dice.permutation(len(writers))
    place = {writers[w]: i % parts for i, w in enumerate(order)}
    return [place[line.file, line.writer] if line.writer else int(dice.integers(parts)) for line in known]


def shares(judgements: Sequence[tuple[Line, float]], threshold: float) -> str:
    """Recall and false alarms of each set at a threshold."""
    said = []
    sets = {line.file if not line.file.endswith(".txt") else "conversations" for line, _ in judgements}
    for file in sorted(sets):
        here = [
            pair
            for pair in judgements
            if pair[0].file == file or (file == "conversations" and pair[0].file.endswith("txt"))
        ]
        danger = [z >= threshold for line, z in here if line.kind != "-"]
        calm = [z >= threshold for line, z in here if line.kind == "-"]
        said.append(f"{file} {sum(danger)}/{len(danger)} false {sum(calm)}/{len(calm)}")
    return "; ".join(said)


def main(arguments: Sequence[str]) -> None:
    """Cross-validate, then fit to all and write if asked to."""
    more = [Path(name) for name in arguments if not name.startswith("-")]
    own = [
        HERE / name
        for name in (
            "crisis.tsv",
            "danger_first.tsv",
            "danger_more.tsv",
            "danger_second.tsv",
            "danger_third.tsv",
            "danger_frames.tsv",
            "messages.jsonl",
        )
    ]
    own += [path for path in sorted(TALKS.rglob("*.txt")) if not TOLD.search(path.stem)]
    known = lines([path for path in [*own, *more] if path.exists()])
    if "--fit" in arguments:
        write(known)
        return
    part = folds(known)
    judgements: list[tuple[Line, float]] = []
    right = []
    for out in range(max(part) + 1):
        learnt = [line for line, p in zip(known, part, strict=True) if p != out]
        weights = learn(learnt)
        kinds = learn_kinds(learnt, weights)
        for line in (line for line, p in zip(known, part, strict=True) if p == out):
            judgements.append((line, judged(weights, line)))
            if line.kind != "-" and line.bags:
                worst = max(line.bags, key=lambda bag: total(weights, bag))
                right.append(line.kind == max(kinds, key=lambda kind: total(kinds[kind], worst)))
    for threshold in (DOUBT, -0.3, 0.0, SURE, 0.6):
        print(f"from {threshold}: {shares(judgements, threshold)}")
    print(f"kind right {sum(right)}/{len(right)}")
    if "--errors" in arguments:
        for line, z in sorted(judgements, key=lambda pair: pair[1]):
            if (z >= SURE) != (line.kind != "-"):
                print(f"{z:6.2f} {line.file} {line.writer} {line.kind} {line.text}")
    if "--write" in arguments:
        write(known)


def write(known: Sequence[Line]) -> None:
    """Fit to all lines and write what the product reads, smallest weights left out."""
    weights = learn(known)
    kinds = learn_kinds(known, weights)
    head = "# 由 tests/benchmarks/learn_crisis.py 学得,勿手改。\n"
    kept = sorted(((n, w) for n, w in weights.items() if abs(w) >= 0.01), key=lambda pair: (-abs(pair[1]), pair[0]))
    (SHIPPED / "weights.tsv").write_text(
        head + "# 看到什么<TAB>分量(对数几率)\n" + "".join(f"{n}\t{w:.3f}\n" for n, w in kept), encoding="utf-8"
    )
    each = sorted((n, k, w) for k, ws in kinds.items() for n, w in ws.items() if abs(w) >= 0.06)
    (SHIPPED / "kinds.tsv").write_text(
        head + "# 看到什么<TAB>哪一类<TAB>分量\n" + "".join(f"{n}\t{k}\t{w:.2f}\n" for n, k, w in each),
        encoding="utf-8",
    )
    talk = "\n".join(line.text for line in known if line.kind == "-")
    (SHIPPED / "gate.txt").write_text(
        head + "# 每个要紧的词里都有其中一个字或一对字;一个都没有的消息不再细看。\n" + " ".join(gate(talk)) + "\n",
        encoding="utf-8",
    )
    print(len(kept), "weights,", len(each), "weights of kinds")


def gate(talk: str) -> list[str]:
    """Characters and pairs of characters one of which every alert has, those rare in ordinary `talk` first."""
    words = lexicon()
    single = sorted(word for word in words.alerts if len(word) == 1)
    usual = Counter(map(add, talk, talk[1:]))
    chosen: set[str] = set()
    left = [word for word in words.alerts if set(single).isdisjoint(word)]
    while left:
        held = Counter(pair for word in left for pair in set(map(add, word, word[1:])))
        rarest = {word: min(map(add, word, word[1:]), key=lambda pair: (usual[pair], -held[pair])) for word in left}
        pair = max(rarest.values(), key=lambda pair: (-usual[pair], held[pair], pair))
        chosen.add(pair)
        left = [word for word in left if pair not in word]
    return single + sorted(chosen)


if __name__ == "__main__":
    main(sys.argv[1:])
