"""Look-ups over the five documents of the field, through the command line: how often the answer comes first."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.library import library
from knowledge.reading import read_file
from knowledge.reading.document import Document

FOLDER = Path(__file__).parents[4] / "shared" / "circulars"
QUESTIONS = Path(__file__).parents[1] / "questions" / "lookups.tsv"

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the five documents are not here")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def clean(document: Document, span: str) -> str:
    """What the cleaned text has of a span of the original."""
    start, end = map(int, span.split("-"))
    starts, ends = document.cleaned.starts, document.cleaned.ends
    if starts is None or ends is None:
        return squeezed(document.text[start:end])
    kept = (c for at, c in enumerate(document.text) if starts[at] >= start and ends[at] <= end)
    return squeezed("".join(kept))


def lines_of(name: str) -> list[str]:
    text = (QUESTIONS.parent / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_what_nothing_answers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over five documents at least eight of ten questions they do not answer are refused, of the others one in twenty."""
    monkeypatch.setenv("NIANGJIA_DATA_DIR", str(tmp_path))
    unanswerable = lines_of("unanswerable_small.txt") + lines_of("unanswerable.txt")
    answerable = [line.split("\t")[1] for line in lines_of("lookups.tsv")]
    batch = tmp_path / "batch.jsonl"
    cases = ({"id": str(at), "query": one} for at, one in enumerate(unanswerable + answerable))
    batch.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases), encoding="utf-8")
    runner = CliRunner()
    assert runner.invoke(library, ["import", str(FOLDER), "--json"]).exit_code == 0
    said = runner.invoke(library, ["search", "--batch", str(batch), "--limit", "1"])
    found = [json.loads(line)["hits"] for line in said.stdout.splitlines() if line.startswith("{")]
    refused = [not hits or not hits[0]["answers"] for hits in found]
    assert sum(refused[: len(unanswerable)]) / len(unanswerable) >= 0.8
    assert sum(refused[len(unanswerable) :]) / len(answerable) <= 0.05


def test_the_answer_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MRR@10 is at least 0.85 and the right document is first for nine of ten, with every field of a hit in place."""
    monkeypatch.setenv("NIANGJIA_DATA_DIR", str(tmp_path))
    lines = [one.split("\t") for one in QUESTIONS.read_text(encoding="utf-8").splitlines() if not one.startswith("#")]
    batch = tmp_path / "batch.jsonl"
    cases = ({"id": str(at), "query": one[1]} for at, one in enumerate(lines))
    batch.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases), encoding="utf-8")
    runner = CliRunner()
    assert runner.invoke(library, ["import", str(FOLDER), "--json"]).exit_code == 0
    said = runner.invoke(library, ["search", "--batch", str(batch)])
    found = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    assert [one["id"] for one in found] == [str(at) for at in range(len(lines))]
    documents = {path.stem: read_file(path) for path in FOLDER.glob("*.txt")}
    ranks, first = [], []
    for (_, _, stem, spans), one in zip(lines, found, strict=True):
        answers = [clean(documents[stem], span) for span in spans.split()]
        hits = one["hits"]
        for hit in hits:
            assert {"source_id", "file", "doc_number", "title", "place", "text", "quote", "score"} <= set(hit)
            assert len(hit["text"]) <= 500
            assert hit["quote"] in hit["text"]
        right = [hit["file"] == f"{stem}.txt" and any(a in squeezed(hit["text"]) for a in answers) for hit in hits]
        ranks.append(1 / (right.index(True) + 1) if True in right else 0.0)
        first.append(bool(hits) and hits[0]["file"] == f"{stem}.txt")
    assert sum(ranks) / len(ranks) >= 0.85
    assert sum(first) / len(first) >= 0.9
