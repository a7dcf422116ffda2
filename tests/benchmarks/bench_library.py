"""The library beside FTS5, bm25s and tantivy: import rate, time and memory of a look-up, and how often it is right.

    python tests/benchmarks/bench_library.py [--only sqlite,postgresql,fts5,bm25s,tantivy] [--tenfold] [--rounds 3]

With `../shared/retrieval` the corpus and questions there are used; without it 20,000 made-up articles and no quality.
Peers get the same stream of words (normalised, jieba for search, OR), as their users would give them. `--tenfold` also
measures ten times the articles, on SQLite and PostgreSQL; what they are says `tenfold`. Everything is measured in
processes of its own; with rounds, in as many.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import resource
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.importing_records import import_records
from knowledge.library import Library
from knowledge.ranking import SUPPORT
from knowledge.text import normalise
from storage.schema import upgrade
from storage.store import Store
from tests.benchmarks.library_corpora import SHARED, lines, made_up, questions, records, spoilt, tenfold
from tests.kit import postgres

Answer = Callable[[str], Sequence[str]]


def measure(name: str, answer: Answer, sets: dict[str, list[dict]]) -> None:
    """Time and, where answers are known, MRR@10 of every set of questions."""
    for title, asked in sets.items():
        for question in asked[:50]:
            answer(question["query"])
        times, spent, ranks = [], [], []
        for question in asked:
            began, busy = time.perf_counter(), time.thread_time()
            found = answer(question["query"])
            times.append((time.perf_counter() - began) * 1000)
            spent.append((time.thread_time() - busy) * 1000)
            right = question.get("rel", {})
            ranks.append(next((1 / (at + 1) for at, one in enumerate(found[:10]) if one in right), 0.0))
        p50, p99 = np.percentile(times, [50, 99])
        cpu50, cpu99 = np.percentile(spent, [50, 99])  # what a loaded machine leaves as it is
        quality = f"MRR@10 {np.mean(ranks):.3f}, " if any("rel" in one for one in asked) else ""
        print(
            f"= {name}, {title}: {quality}p50 {p50:.2f} ms, p99 {p99:.2f} ms; CPU p50 {cpu50:.2f}, p99 {cpu99:.2f} ms",
            flush=True,
        )


def side_by_side(name: str, url: str, tenfold_url: str, sets: dict[str, list[dict]]) -> None:
    """How many times the time ten times the articles take: each question to both in turn, so that both are measured
    on the same machine, whatever else it does."""
    both = [(Store(one, secret="bench"), Library()) for one in (url, tenfold_url)]

    def timed(store: Store, library: Library, question: str) -> tuple[float, float]:
        began, busy = time.perf_counter(), time.thread_time()
        with store.read() as session:
            library.search(session, question)
        return time.perf_counter() - began, time.thread_time() - busy

    for title, asked in sets.items():
        for question in asked[:50]:
            for one in both:
                timed(*one, question["query"])
        times = np.array([[timed(*one, question["query"]) for one in both] for question in asked]) * 1000
        shares = np.percentile(times[:, 1], [50, 99], axis=0) / np.percentile(times[:, 0], [50, 99], axis=0)
        (wall50, cpu50), (wall99, cpu99) = shares
        print(
            f"= {name}, {title}: ten times the articles take {wall50:.2f} × the time at p50, {wall99:.2f} × at p99; "
            f"of CPU {cpu50:.2f} × and {cpu99:.2f} ×",
            flush=True,
        )
    for store, _ in both:
        store.close()


def apart(work: Callable[[], Any]) -> Any:
    """Do something in a process of its own, so that memory is its own; what it gives back, through JSON."""
    sys.stdout.flush()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            with os.fdopen(writer, "w") as pipe:
                json.dump(work(), pipe)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    if os.waitpid(child, 0)[1]:
        raise SystemExit(1)
    return json.loads(said)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if os.path.exists("/proc/self/statm") else 0
    return pages * resource.getpagesize() / 2**20


def ours(name: str, url: str, corpus: Path, sets: dict[str, list[dict]], rounds: int) -> None:
    """Import, then look up as a process does that has just begun, as often as there are rounds."""
    count = apart(partial(taken_in, name, url, corpus))
    for at in range(rounds):
        apart(partial(looked_up, name, url, sets, count, at == 0))


def taken_in(name: str, url: str, corpus: Path) -> int:
    """Import into an empty database; how many articles."""
    store = Store(url, secret="bench")
    upgrade(store)
    before, began, busy = peak_mb(), time.perf_counter(), time.process_time()
    *_, last = import_records(store, corpus, datetime.now(UTC))
    seconds, count = time.perf_counter() - began, last.records
    more = f"{time.process_time() - busy:.0f} s of CPU, {peak_mb() - before:.0f} MB more at the peak"
    print(f"= {name}: {count} articles in {seconds:.0f} s, {count / seconds:.0f}/s, {more}", flush=True)
    store.close()
    return count


def looked_up(name: str, url: str, sets: dict[str, list[dict]], count: int, quality: bool) -> None:
    """The times of one process; what memory it has more than before it had a library, its tables of words included."""
    before = resident_mb()
    store, library = Store(url, secret="bench"), Library()

    def answer(question: str) -> list[str]:
        with store.read() as session:
            return [hit.source_id for hit in library.search(session, question)]

    measure(name, answer, sets)
    print(f"= {name}: {resident_mb() - before:.0f} MB added by look-ups", flush=True)
    if quality and SHARED.exists() and 50_000 < count < 100_000:
        refusals(name, store, library, sets)
    store.close()


def refusals(name: str, store: Store, library: Library, sets: dict[str, list[dict]]) -> None:
    """Shares refused of questions with and without an answer; how our own everyday questions fare."""

    def hits(question: str) -> list:
        with store.read() as session:
            return library.search(session, question)

    def refused(asked: Sequence[str]) -> float:
        return float(np.mean([not (found := hits(one)) or found[0].likely < SUPPORT for one in asked]))

    own = [line.split("\t") for line in lines("answerable.tsv")]
    ranks = []
    for question, right in own:
        places = [f"{hit.title.replace('中华人民共和国', '')}{hit.article}" for hit in hits(question)]
        ranks.append(next((1 / (at + 1) for at, one in enumerate(places) if re.search(right, one)), 0.0))
    print(f"= {name}, our everyday questions: MRR@10 {np.mean(ranks):.3f}")
    shares = {title: refused([one["query"] for one in asked]) for title, asked in sets.items()}
    shares |= {"ours": refused([question for question, _ in own]), "no answer": refused(lines("unanswerable.txt"))}
    print(f"= {name}, refused: " + ", ".join(f"{title} {share:.0%}" for title, share in shares.items()))


def words(text: str) -> list[str]:
    import jieba

    return [word for word in jieba.lcut_for_search(normalise(text)) if word.strip() and any(c.isalnum() for c in word)]


def stream(record: dict[str, str]) -> list[str]:
    return words(" ".join(str(record.get(key, "")) for key in ("title", "chapter", "text")))


def fts5(corpus: Path, sets: dict[str, list[dict]]) -> None:
    tokens = [(one["id"], " ".join(stream(one))) for one in records(corpus)]
    database = sqlite3.connect(":memory:")
    began = time.perf_counter()
    database.execute("CREATE VIRTUAL TABLE article USING fts5(id UNINDEXED, body, tokenize='unicode61')")
    database.executemany("INSERT INTO article VALUES (?, ?)", tokens)
    print(f"= FTS5: {len(tokens) / (time.perf_counter() - began):.0f} articles/s once cut into words")

    def answer(question: str) -> list[str]:
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words(question)))
        sql = "SELECT id FROM article WHERE body MATCH ? ORDER BY bm25(article) LIMIT 10"
        return [row[0] for row in database.execute(sql, (query,))] if query else []

    measure("FTS5", answer, sets)


def bm25s(corpus: Path, sets: dict[str, list[dict]]) -> None:
    import bm25s as peer

    ids, tokens = zip(*((one["id"], stream(one)) for one in records(corpus)), strict=True)
    began = time.perf_counter()
    index = peer.BM25()
    index.index(list(tokens), show_progress=False)
    print(f"= bm25s: {len(ids) / (time.perf_counter() - began):.0f} articles/s once cut into words")

    def answer(question: str) -> list[str]:
        known = [word for word in words(question) if word in index.vocab_dict]
        if not known:
            return []
        found, _ = index.retrieve([known], k=10, show_progress=False)
        return [ids[one] for one in found[0]]

    measure("bm25s", answer, sets)


def tantivy(corpus: Path, sets: dict[str, list[dict]]) -> None:
    import tantivy as peer

    schema = peer.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
    schema = schema.add_text_field("body", tokenizer_name="whitespace").build()
    index = peer.Index(schema)
    tokens = [(one["id"], " ".join(stream(one))) for one in records(corpus)]
    began = time.perf_counter()
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    for key, body in tokens:
        writer.add_document(peer.Document(id=key, body=body))
    writer.commit()
    index.reload()
    print(f"= tantivy: {len(tokens) / (time.perf_counter() - began):.0f} articles/s once cut into words")
    searcher = index.searcher()

    def answer(question: str) -> list[str]:
        parts = [
            (peer.Occur.Should, peer.Query.term_query(schema, "body", word)) for word in dict.fromkeys(words(question))
        ]
        if not parts:
            return []
        hits = searcher.search(peer.Query.boolean_query(parts), 10).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    measure("tantivy", answer, sets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="sqlite,postgresql,fts5,bm25s,tantivy")
    parser.add_argument("--tenfold", action="store_true")
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    only = chosen.only.split(",")
    logging.getLogger("jieba").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        corpus = SHARED / "corpus.jsonl.gz"
        sets = {"lay questions": questions("queries.dev.jsonl"), "village head's": questions("queries.cadre.dev.jsonl")}
        if not corpus.exists():
            print("no ../shared/retrieval: made-up articles, times only")
            corpus = made_up(Path(folder) / "made-up.jsonl.gz")
            sets = {"everyday questions": [{"query": line.split("\t")[0]} for line in lines("answerable.tsv")]}
        more = sets | (spoilt(sets["village head's"]) if "village head's" in sets else {})
        great = Path(folder) / "tenfold.jsonl"
        if chosen.tenfold:
            apart(partial(tenfold, corpus, great))
        server = postgres.start(os.getpid()) if "postgresql" in only else ""
        for name in ("SQLite", "PostgreSQL"):
            if name.lower() not in only:
                continue

            def url(database: str, name: str = name) -> str:
                if name == "SQLite":
                    return f"sqlite:///{folder}/{database}.sqlite3"
                postgres.create(server, database)
                return postgres.url(server, database)

            asked = more if name == "SQLite" else sets
            here = url("library")
            ours(name, here, corpus, asked, chosen.rounds)
            if chosen.tenfold:
                there = url("tenfold")
                ours(f"{name} tenfold", there, great, sets, chosen.rounds)
                apart(partial(side_by_side, name, here, there, sets))
        for name, peer in (("fts5", fts5), ("bm25s", bm25s), ("tantivy", tantivy)):
            if name in only:
                try:
                    peer(corpus, sets)
                except ImportError as missing:
                    print(f"{name} left out: {missing}")


if __name__ == "__main__":
    sys.exit(main())
