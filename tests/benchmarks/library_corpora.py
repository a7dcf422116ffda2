"""What the library's benchmarks read: the corpus, tenfold too, questions, and the same questions spoilt."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "retrieval"
QUESTIONS = ROOT / "tests" / "knowledge" / "questions"


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
