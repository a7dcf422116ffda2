"""Where in a text an expression of time can begin, and with which readers it is then worth trying.

Read off the patterns themselves (`knowledge.gates.starts`): the first two letters of everything a reader can match.
For figures, which begin most things that are no time, it is what follows the run of figures that tells.
"""

from __future__ import annotations

import re
from enum import IntFlag
from typing import Final

from knowledge.beginnings import ANY, skipping, starts
from knowledge.calendar import grammar as g
from knowledge.calendar import recurring
from knowledge.calendar.feasts import FEASTS

NUMERALS: Final = frozenset("0123456789一二三四五六七八九十廿卅零两")
DIGITS: Final = frozenset("0123456789")


class Reader(IntFlag):
    """The readers of expressions that begin with a word."""

    CALENDAR = 1
    QUARTER = 2
    YEAR = 4
    NEW_YEAR = 8
    FEAST = 16
    NEAR = 32
    WEEK = 64
    AROUND = 128
    NOW = 256
    PART = 512
    EVERY = 1024
    TIMES = 2048


FEAST_NAMES: Final = "|".join(map(re.escape, sorted(FEASTS, key=lambda w: (-len(w), w))))

# the letters a reader is asked at, and the patterns of which it tries one first
READERS: Final = (
    (Reader.CALENDAR, "早晚去今明前本上当来后大旧下次翌同这正腊冬闰农阴古夏初月", (g.CALENDAR_HEAD,)),
    (Reader.QUARTER, "早晚去今明前本上当来后大旧下首第季", (g.QUARTER.pattern, g.HALF.pattern)),
    (Reader.NEW_YEAR, "去今明前本上来后大旧下年岁全新过", (g.NEW_YEAR.pattern,)),
    (Reader.YEAR, "去今明前本上来后大旧下年岁全", (g.YEAR_ALONE.pattern, g.YEAR_EDGE.pattern)),
    (Reader.NEAR, "大前后昨今明作寻琴听夜", (g.RELATIVE.pattern,)),
    (Reader.WEEK, "上本这当下周星礼", (g.WEEK.pattern, g.WEEK_ALONE.pattern)),
    (Reader.AROUND, "前头过最近这后未今接再往半几", (g.AROUND.pattern, g.SPAN.pattern)),
    (Reader.NOW, "刚方才适即这", (g.NOW.pattern,)),
    (Reader.FEAST, "", (FEAST_NAMES,)),
    (Reader.PART, "", ("|".join(g.PART_WORDS), g.EARLY_LATE.pattern, "差")),
    (
        Reader.EVERY,
        "每逢隔按逐天周月年日双单",
        (recurring.DOUBLE.pattern, recurring.PARITY.pattern, recurring.EVERY.pattern, "逢"),
    ),
    (Reader.TIMES, "半", (recurring.TIMES_A.pattern,)),
)


def _tables() -> tuple[dict[str, int], dict[str, int]]:
    pairs: dict[str, int] = {}
    alone: dict[str, int] = {}
    for reader, letters, patterns in READERS:
        for pattern in patterns:
            for start in starts(pattern):
                first, second = start[0], start[1]
                if not letters or first in letters:
                    table, key = (alone, first) if second == ANY else (pairs, first + second)
                    table[key] = table.get(key, 0) | reader.value
    for pair in pairs:
        pairs[pair] |= alone.get(pair[0], 0)
    return pairs, alone


_PAIRS, _ALONE = _tables()


def readers_at(text: str, i: int) -> int:
    """The readers worth trying at `i`, which is no figure."""
    pair = text[i : i + 2]
    may = _PAIRS.get(pair)
    if may is None:
        may = _PAIRS.get(pair[0] + "0") if pair[1:].isdecimal() else _ALONE.get(pair[0])
    return may or 0


_UNIT: Final = r"[小工天日周星礼月季年分]"
_AFTER: Final = rf"(?:[\s年月日号点时:./·•、,和及与跟至到季天周星礼工小分-]|份[-至到、和]|个(?:{_UNIT}|半))"
#: figures after which a time may be meant: 5月, 10:, 3个月, 20250306, 119消防日
AFTER_DIGITS: Final = re.compile(
    rf"\d+{_AFTER}|20\d{{6}}(?!\d)|" + "|".join(re.escape(name) for name in FEASTS if name[0] in DIGITS)
)
_HAN: Final = "".join(sorted(NUMERALS - DIGITS))
_HAN_PAIRS: Final = "|".join(rf"{pair[0]}(?={pair[1]})" for pair in sorted(_PAIRS) if pair[0] in _HAN)
#: what follows the figures of the names that begin with figures: 119消防日
_NAMES: Final = "|".join(sorted({re.escape(name.lstrip("0123456789")) for name in FEASTS if name[0] in DIGITS}))
_FIGURES: Final = (
    rf"[0-9]+(?={_AFTER}|{_NAMES})|[0-9]{{8,}}|[{_HAN}](?=[{_HAN}]*{_AFTER})|{_HAN_PAIRS}|廿(?=[一二三四五六七八九])"
)


def _words() -> str:
    """The first letters of words, each with the letters it goes on with.

    A hundred and more alternatives are tried one after the other: so they stand in halves of halves, by their letters.
    """
    seconds: dict[str, list[str]] = {}
    for pair in sorted(_PAIRS):
        if pair[0] not in NUMERALS and pair[0] not in _ALONE:
            seconds.setdefault(pair[0], []).append(re.escape(pair[1]))
    return _halved([(first, rf"{first}(?=[{''.join(then)}\d])") for first, then in seconds.items()], 3)


def _halved(words: list[tuple[str, str]], times: int) -> str:
    if not times:
        return "|".join(word for _, word in words)
    middle = len(words) // 2
    halves = (words[:middle], words[middle:])
    return "|".join(rf"(?=[{half[0][0]}-{half[-1][0]}])(?:{_halved(half, times - 1)})" for half in halves)


#: where an expression of time may begin: at a run of figures, or at the first of two letters that stand first and second
#: in some word
BEGIN: Final = skipping(rf"{_FIGURES}|[{''.join(sorted(_ALONE))}]|{_words()}")
