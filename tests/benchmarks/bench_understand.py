"""What it costs to understand a message (CPU time): median and p99 by kind of message, and the share of each stage."""

import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from knowledge.messages import is_crisis, passage, slots, understand, understanding, vocabulary  # noqa: E402  # after the path
from tests.benchmarks import reports_county  # noqa: E402  # after the path

OWN = ROOT / "tests" / "knowledge" / "messages" / "messages.jsonl"
SHORT = ("对", "收到", "帮助", "好的", "1", "菜单", "没有了", "36人", "谢谢", "改一下")
NOW = datetime(2026, 11, 22, 10)
ROUNDS = 7
Case = tuple[str, datetime, tuple[str, ...]]

#: the stages of understanding: where each is called from, and its name there
STAGES: tuple[tuple[Any, str, str], ...] = (
    (passage, "plain_text", "text put right"),
    (passage, "find_times", "times"),
    (passage, "find_numbers", "numbers"),
    (passage, "find_frames", "frames"),
    (vocabulary.Vocabulary, "find", "words"),
    (understanding, "is_crisis", "danger"),
    (understanding, "read_kind", "kind"),
    (understanding.intents, "decide", "intent"),
    (understanding, "activities", "activities told apart"),
    (slots, "read_moment", "moment"),
    (slots, "read_place", "place"),
    (slots, "read_things", "things"),
    (slots, "read_counts", "counts"),
    (slots, "read_partners", "partners"),
    (slots, "read_speaker", "speaker"),
    (slots, "read_topic", "topic"),
)


def main() -> None:
    """Read messages of several kinds, or those of a file if one is named, several times over; print the figures."""
    kinds = {"our own": in_file(OWN), "reports": reports(), "short": [(text, NOW, ()) for text in SHORT]}
    if len(sys.argv) > 1:
        kinds = {Path(sys.argv[1]).stem: in_file(Path(sys.argv[1]))}
    for name, cases in kinds.items():
        row(f"{name}: understand", cases, lambda text, ref, context: understand(text, ref=ref, context=context))
        row(f"{name}: danger asked", cases, lambda t, ref, c: understand(t, ref=ref, context=c, safe=True))
        row(f"{name}: is_crisis", cases, lambda text, ref, context: is_crisis(text))
    shares(reports())


def in_file(path: Path) -> list[Case]:
    """The messages of a file of JSON lines with `text`, `ref` and `context`."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(row["text"], datetime.fromisoformat(row["ref"]), tuple(row["context"])) for row in rows]


def reports() -> list[Case]:
    """The reports of the benchmark's county."""
    chance = random.Random(1)
    return [(reports_county.report(chance), NOW, ()) for _ in range(400)]


def row(name: str, cases: list[Case], read: Callable[[str, datetime, tuple[str, ...]], object]) -> None:
    """Print µs a message: each message at its best of several rounds, so that other work on the machine counts little."""
    best = [float("inf")] * len(cases)
    for _ in range(ROUNDS):
        for at, case in enumerate(cases):
            started = time.process_time_ns()
            read(*case)
            best[at] = min(best[at], (time.process_time_ns() - started) / 1e3)
    best.sort()
    mean = statistics.fmean(best)
    print(
        f"{name:24} mean {mean:6.1f} µs   p50 {statistics.median(best):6.1f} µs   p99 {best[int(len(best) * 0.99)]:6.1f} µs"
        f"   {1e6 / mean:8,.0f} messages/s"
    )


@contextmanager
def watched(spent: Counter[str]) -> Iterator[None]:
    """Count the time of each stage while it lasts."""
    kept = [(home, name, getattr(home, name)) for home, name, _ in STAGES]
    for home, name, title in STAGES:
        setattr(home, name, _timed(getattr(home, name), title, spent))
    try:
        yield
    finally:
        for home, name, function in kept:
            setattr(home, name, function)


def _timed(function: Callable[..., Any], title: str, spent: Counter[str]) -> Callable[..., Any]:
    def timed(*args: Any, **named: Any) -> Any:
        started = time.perf_counter_ns()
        try:
            return function(*args, **named)
        finally:
            spent[title] += time.perf_counter_ns() - started

    return timed


def shares(cases: list[Case]) -> None:
    """Print which part of the time each stage takes; watching makes all of them a little slower."""
    spent: Counter[str] = Counter()
    with watched(spent):
        started = time.perf_counter_ns()
        for _ in range(ROUNDS):
            for text, ref, context in cases:
                understand(text, ref=ref, context=context)
        whole = time.perf_counter_ns() - started
    told = "   ".join(f"{title} {100 * share / whole:.0f} %" for title, share in spent.most_common())
    print(f"share of each stage: {told}   the rest {100 * (whole - sum(spent.values())) / whole:.0f} %")


if __name__ == "__main__":
    main()
