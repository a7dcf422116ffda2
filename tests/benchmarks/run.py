"""Runs the benchmarks one after another and repeats their results at the end, to compare figures in one place.

A benchmark is a script `bench_*.py` beside this file. What it prints is shown as it comes; its lines that begin
with "= " are its results and are repeated in the summary.
    make bench                      all of them
    make bench ARGS="callback"     those with this word in their name
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULT = "= "


def run(script: Path) -> tuple[int, float, list[str]]:
    """Run one script to its end: its exit code, its seconds, its result lines."""
    began = time.perf_counter()
    results: list[str] = []
    environment = os.environ | {"PYTHONPATH": str(HERE.parents[1]), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment, cwd=HERE.parents[1]
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith(RESULT):
                results.append(line.removeprefix(RESULT).rstrip())
    return process.returncode, time.perf_counter() - began, results


def main() -> int:
    """Run what was asked for; 1 if any failed, 2 if nothing has that name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="run only benchmarks with one of these words in their name")
    words: list[str] = parser.parse_args().words
    scripts = [s for s in sorted(HERE.glob("bench_*.py")) if not words or any(word in s.stem for word in words)]
    if not scripts:
        there = [script.stem for script in sorted(HERE.glob("bench_*.py"))]
        print("no benchmark of that name; there are:", *there, file=sys.stderr)
        return 2
    finished = []
    for script in scripts:
        print(f"\n── {script.stem} " + "─" * max(0, 100 - len(script.stem)), flush=True)
        finished.append((script.stem, *run(script)))
    print("\n══ summary " + "═" * 92)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    for name, code, seconds, results in finished:
        print(f"\n{name}: {'done' if code == 0 else f'FAILED with {code}'} in {seconds:.0f} s")
        for line in results:
            print(f"  {line}")
    return int(any(code for _, code, _, _ in finished))


if __name__ == "__main__":
    sys.exit(main())
