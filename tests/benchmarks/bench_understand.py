"""How long a message takes to be understood: median, p99 and messages a second on one core (CPU time)."""

import json
import statistics
import sys
import time
from datetime import datetime
from pathlib import Path

from knowledge.messages import is_crisis, understand

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "knowledge" / "messages" / "messages.jsonl"
ROUNDS = 5


def main() -> None:
    """Read the messages of a file (our own if none is named) several times over and print the figures."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else OWN
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    cases = [(row["text"], datetime.fromisoformat(row["ref"]), tuple(row["context"])) for row in rows]
    for text, ref, context in cases:
        understand(text, ref=ref, context=context)
    for name, read in (
        ("understand", lambda text, ref, context: understand(text, ref=ref, context=context)),
        ("is_crisis", lambda text, ref, context: is_crisis(text)),
    ):
        times = []
        for _ in range(ROUNDS):
            for case in cases:
                started = time.process_time_ns()
                read(*case)
                times.append((time.process_time_ns() - started) / 1e6)
        times.sort()
        print(
            f"{name:11} median {statistics.median(times):.3f} ms   p99 {times[int(len(times) * 0.99)]:.3f} ms   "
            f"worst {times[-1]:.3f} ms   {1000 / statistics.fmean(times):,.0f} messages/s"
        )


if __name__ == "__main__":
    main()
