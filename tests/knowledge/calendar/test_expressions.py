"""Expressions of time, read against the readable tables beside this file and the shared development set."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from knowledge.calendar import TimeExpression, find_times, parse_time

HERE = Path(__file__).parent
WHEN = {
    "报": (datetime(2025, 3, 12, 10), "report"),
    "秋": (datetime(2025, 10, 30, 9), "report"),
    "文": (datetime(2025, 6, 3), "circular"),
    "计": (datetime(2025, 3, 12, 10), "plan"),
}


def rows(name):
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]


def shown(found: TimeExpression | None) -> str:
    if found is None:
        return "-"
    if found.rrule:
        return found.rrule
    start, end = found.window
    text = start if start == end else f"{start or ''}..{end or ''}"
    return text + ("+" if found.since and found.last is None else "")


@pytest.mark.parametrize(("way", "text", "wanted"), rows("expressions.tsv"))
def test_an_expression_means_its_window(way, text, wanted):
    """Each line of the table is read as it says."""
    ref, mode = WHEN[way]
    assert shown(parse_time(text, ref, mode)) == wanted


@pytest.mark.parametrize(("way", "text", "wanted"), rows("sentences.tsv"))
def test_running_text_gives_its_expressions_in_order(way, text, wanted):
    """A sentence gives each expression with its own words, and nothing else."""
    ref, mode = WHEN[way]
    found = find_times(text, ref, mode)
    assert " ".join(f"{e.text}={shown(e)}" for e in found) == ("" if wanted == "-" else wanted)
    for expression in found:
        assert text[expression.start : expression.end] == expression.text


def test_eight_threads_read_what_one_reads():
    """The readers keep no state between texts."""
    cases = [(text, *WHEN[way]) for way, text, _ in rows("expressions.tsv")]
    alone = [parse_time(*case) for case in cases]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(lambda case: parse_time(*case), cases)) == alone


def test_the_shared_expressions_are_read():
    """Every expression of the development set is right in the scorer's sense: an accepted window or rule."""
    shared = HERE.parents[3] / "shared" / "extraction" / "time.dev.jsonl"
    if not shared.exists():
        pytest.skip("the shared development set is not here")
    for line in shared.read_text("utf-8").splitlines():
        case = json.loads(line)
        found = parse_time(case["text"], datetime.fromisoformat(case["ref"]), case["mode"])
        if case["kind"] == "none":
            assert found is None, case["text"]
        elif case["kind"] == "set":
            assert found, case["text"]
            assert found.rrule in case["rrule"], case["text"]
        else:
            assert found, case["text"]
            ends = [(a["start"] or found.window[0], a["end"]) for a in case["accept"]]
            assert found.window in ends, case["text"]
