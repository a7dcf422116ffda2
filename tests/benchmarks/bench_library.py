"""The library beside FTS5, bm25s and tantivy: import rate, time and memory of a look-up, and how often it is right.

    python tests/benchmarks/bench_library.py [--only sqlite,postgresql,fts5,bm25s,tantivy] [--tenfold]

With `../shared/retrieval` the corpus and questions there are used; without it 20,000 made-up articles and no quality.
Peers get the same stream of words (normalised, jieba for search, OR), as their users would give them. `--tenfold` also
measures ten times the articles.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import random
import re
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from knowledge.importing import import_records
from knowledge.library import Library
from knowledge.ranking import SUPPORT
from knowledge.text import normalise
from storage.schema import upgrade
from storage.store import Store
from tests.kit import postgres

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "retrieval"
QUESTIONS = ROOT / "tests" / "knowledge" / "questions"

Answer = Callable[[str], Sequence[str]]


def made_up(path: Path, articles: int = 20_000) -> Path:
    """Articles of random everyday words: enough to measure time, not to measure quality."""
    words = (ROOT / "knowledge" / "data" / "retrieval" / "spelling.tsv").read_text(encoding="utf-8").splitlines()
    vocabulary = [line.split("\t")[0] for line in words[1:20_000]]
    weights = 1 / np.arange(5, len(vocabulary) + 5)
    chosen = np.random.default_rng(1).choice(len(vocabulary), size=articles * 60, p=weights / weights.sum())
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for at in range(articles):
            text = "".join(vocabulary[one] for one in chosen[at * 60 : at * 60 + 60])
            record = {"id": f"m{at}", "title": f"第{at // 50}号办法", "article": f"第{at % 50 + 1}条", "text": text}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def tenfold(source: Path, path: Path) -> None:
    """The corpus, and nine articles of other words for each of its articles.

    Each of the nine begins like the article and ends like one of another law; every thirtieth character or so a word of
    everyday language stands in place of two; its law is that of a county nobody has heard of. So no two articles are
    alike, lists grow tenfold as they would, and there are more different pairs of characters: 1.3 times as many.
    """
    every = list(records(source))
    table = (ROOT / "knowledge" / "data" / "retrieval" / "spelling.tsv").read_text(encoding="utf-8").splitlines()[1:]
    words = [word for word, *_ in (line.split("\t") for line in table) if len(word) == 2]
    letters = [word for word, *_ in (line.split("\t") for line in table[:4_000]) if len(word) == 1]
    halves = []
    for record in every:
        parts = re.findall(r"[^。；\n]+[。；\n]?", record["text"])
        middle = (len(parts) + 1) // 2
        halves.append(("".join(parts[:middle]), "".join(parts[middle:]) or record["text"]))
    with path.open("w", encoding="utf-8") as file:
        for copy in range(10):
            chance = random.Random(copy)
            counties: dict[str, str] = {}
            for at, record in enumerate(every):
                if copy:
                    title = record.get("title") or record["id"]
                    county = counties.setdefault(title, "".join(chance.choices(letters, k=2)) + "县")
                    text = halves[at][0] + halves[(at * 7_919 + copy * 10_007) % len(every)][1]
                    pieces, done = [], 0
                    for place in range(chance.randrange(30), len(text) - 1, 30):
                        pieces += [text[done:place], words[int(chance.random() * len(words))]]
                        done = place + 2
                    law = record.get("law") or title
                    record = {
                        **record, "id": f"{record['id']}-{copy}", "title": county + title, "law": county + law,
                        "text": "".join(pieces) + text[done:],
                    }  # fmt: skip
                file.write(json.dumps(record, ensure_ascii=False) + "\n")


def records(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def questions(name: str) -> list[dict]:
    path = SHARED / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


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
            f"= {name}, {title}: {quality}p50 {p50:.2f} ms, p99 {p99:.2f} ms; CPU p50 {cpu50:.2f}, p99 {cpu99:.2f} ms"
        )


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if os.path.exists("/proc/self/statm") else 0
    return pages * resource.getpagesize() / 2**20


def ours(name: str, url: str, corpus: Path, sets: dict[str, list[dict]]) -> None:
    store = Store(url, secret="bench")
    upgrade(store)
    before, began = peak_mb(), time.perf_counter()
    *_, last = import_records(store, corpus, datetime.now(UTC))
    seconds, count = time.perf_counter() - began, last.records
    more = f"{peak_mb() - before:.0f} MB more at the peak"
    print(f"= {name}: {count} articles in {seconds:.0f} s, {count / seconds:.0f}/s, {more}")
    library, before = Library(), resident_mb()

    def answer(question: str) -> list[str]:
        with store.read() as session:
            return [hit.source_id for hit in library.search(session, question)]

    measure(name, answer, sets)
    print(f"= {name}: {resident_mb() - before:.0f} MB added by look-ups")
    if SHARED.exists() and count > 50_000:
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


def lines(name: str) -> list[str]:
    text = (QUESTIONS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def spoilt(asked: Sequence[dict]) -> dict[str, list[dict]]:
    """The same questions with a character dropped, a homophone, talk around them, in pinyin, in Traditional script."""
    import jieba
    import opencc
    from pypinyin import lazy_pinyin

    traditional, chance = opencc.OpenCC("s2t"), random.Random(1)
    table = (ROOT / "knowledge" / "data" / "retrieval" / "spelling.tsv").read_text(encoding="utf-8").splitlines()[1:]
    letters = [word for word, *_ in (line.split("\t") for line in table) if len(word) == 1][:3_000]
    sounds: dict[str, list[str]] = {}
    for letter in letters:
        sounds.setdefault(lazy_pinyin(letter)[0], []).append(letter)

    def dropped(text: str) -> str:
        at = chance.randrange(len(text))
        return text[:at] + text[at + 1 :]

    def homophone(text: str) -> str:
        at = chance.randrange(len(text))
        others = [one for one in sounds.get(lazy_pinyin(text[at])[0], []) if one != text[at]]
        return text[:at] + chance.choice(others) + text[at + 1 :] if others else text

    ways = {
        "a character dropped": dropped,
        "a homophone": homophone,
        "talk around it": lambda text: f"主任你好，我想问一下哦，{text}，麻烦了谢谢",
        "pinyin": lambda text: " ".join("".join(lazy_pinyin(word)) for word in jieba.cut(text)),
        "Traditional": traditional.convert,
    }
    return {name: [{**one, "query": way(one["query"])} for one in asked] for name, way in ways.items()}


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
        if "sqlite" in only:
            ours("SQLite", f"sqlite:///{folder}/library.sqlite3", corpus, more)
        if "postgresql" in only:
            server = postgres.start(os.getpid())
            postgres.create(server, "library")
            ours("PostgreSQL", postgres.url(server, "library"), corpus, sets)
        for name, peer in (("fts5", fts5), ("bm25s", bm25s), ("tantivy", tantivy)):
            if name in only:
                try:
                    peer(corpus, sets)
                except ImportError as missing:
                    print(f"{name} left out: {missing}")
        if chosen.tenfold:
            great = tenfold(corpus, Path(folder) / "tenfold.jsonl.gz")
            ours("SQLite tenfold", f"sqlite:///{folder}/tenfold.sqlite3", great, sets)


if __name__ == "__main__":
    sys.exit(main())
