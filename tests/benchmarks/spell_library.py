"""Write knowledge/data/retrieval/spelling.tsv: common words with their pinyin and how likely they are in a question.

    python tests/benchmarks/spell_library.py [CORPUS.jsonl.gz]

Likelihood is the natural logarithm of a word's share, half from jieba's general dictionary, half from the corpus (words
of the synonym tables count as frequent). Pinyin has no tones; ü is v.
"""

from __future__ import annotations

import gzip
import json
import logging
import math
import re
import sys
from collections import Counter
from pathlib import Path

import jieba
from pypinyin import Style, lazy_pinyin, pinyin

from knowledge.retrieval.vocabulary import standard
from knowledge.text import normalise

HAN = re.compile(r"[\u4e00-\u9fff]{1,6}")
WORDS = 45_000
CHARACTERS = 5_000
OUT = Path(__file__).parents[2] / "knowledge" / "data" / "retrieval" / "spelling.tsv"


def main() -> None:
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    general = Counter({word: n for word, n in tokenizer.FREQ.items() if n and HAN.fullmatch(word) and len(word) <= 5})
    legal: Counter[str] = Counter()
    if len(sys.argv) > 1:
        with gzip.open(sys.argv[1], "rt", encoding="utf-8") as lines:
            for line in lines:
                legal.update(word for word in tokenizer.cut(normalise(json.loads(line)["text"])) if HAN.fullmatch(word))
    vocabulary = standard()
    spoken = Counter(word for word in vocabulary.synonyms if HAN.fullmatch(word))
    spoken.update(word for word in vocabulary.padding if HAN.fullmatch(word))
    written = {target for targets in vocabulary.synonyms.values() for target in targets if HAN.fullmatch(target)}
    totals = sum(general.values()), max(1, sum(legal.values()))
    share = {
        word: 0.5 * general[word] / totals[0] + 0.5 * legal[word] / totals[1] + (3e-5 if word in spoken else 0) + (
            1e-5 if word in written else 0)
        for word in {*general, *legal, *spoken, *written}
    }
    words = sorted((word for word in share if len(word) > 1), key=lambda word: -share[word])[:WORDS]
    letters = sorted((word for word in share if len(word) == 1), key=lambda word: -share[word])[:CHARACTERS]
    lines = []
    for word in sorted({*words, *letters, *spoken}, key=lambda word: (-share[word], word)):
        if len(word) == 1:
            readings = pinyin(word, style=Style.NORMAL, heteronym=True, v_to_u=False)[0][:3]
        else:
            readings = [" ".join(lazy_pinyin(word, v_to_u=False))]
        lines.append(f"{word}\t{'/'.join(dict.fromkeys(readings))}\t{math.log(share[word]):.1f}")
    head = "# 由 tests/benchmarks/spell_library.py 写成：词、拼音（无声调）、在问题里出现的可能（对数）。"
    OUT.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    print(len(lines), OUT.stat().st_size)


if __name__ == "__main__":
    main()
