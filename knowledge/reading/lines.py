"""Lines of the clean text with their places, and small questions asked of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from knowledge.reading.words import any_of

HAN = "\u3400-\u4dbf\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not empty: `text[start:end]`; `gap` when a blank line stands before it."""

    text: str
    start: int
    end: int
    gap: bool


def split_lines(text: str) -> list[Line]:
    """The lines of a text that are not empty, without the blanks around them (tabs stay)."""
    lines: list[Line] = []
    blank = False
    for match in re.finditer(r"[^\n]*", text):
        raw = match.group()
        stripped = raw.strip(" \u3000")
        if not stripped.strip():
            blank = blank or (bool(lines) and text[match.start() : match.start() + 1] == "\n")
            continue
        start = match.start() + raw.index(stripped)
        gap = bool(lines) and text.count("\n", lines[-1].end, start) > 1
        lines.append(Line(stripped, start, start + len(stripped), gap))
    return lines


@cache
def _organisation() -> re.Pattern[str]:
    return re.compile(any_of("organisations") + r"(?:[（(][^（）()]{1,20}[)）])?$")


def is_organisation(text: str) -> bool:
    """Whether a few words name a unit or the holders of a post: 各村妇联, 县委办, 市直机关妇工委."""
    return bool(_organisation().search(text)) and not re.search(r"[。！？；]|常委$", text)


_STANDS_ALONE = re.compile(
    r"\s*(?:各|全|县|市|省|区|镇|乡|州|本|驻|机关|直属|高校|企业|有关|相关|团|[^、，,；;]{2,}(?:县|市|区|镇|乡))"
)


def split_parties(text: str) -> tuple[str, ...]:
    """The parties of 主送 or 抄送, one each.

    「泉州开发区、台商投资区妇工委」 stays one: what stands before 、 is no unit by itself; so does
    「各县妇联、教育局」, whose 各县 holds for both.
    """
    pieces: list[str] = []
    current = ""
    depth = 0
    text = text.strip(" \n：:。.")
    for place, letter in enumerate(text):
        depth += (letter in "（(") - (letter in "）)")
        if letter in "，,；;、\n" and depth <= 0:
            shared = letter == "、" and current.strip().startswith("各") and not _STANDS_ALONE.match(text[place + 1 :])
            if letter in "，,；;\n" or (is_organisation(current.strip()) and not shared):
                pieces.append(current)
                current = ""
                continue
            if letter == "\n":
                continue
        current += letter
    pieces.append(current)
    return tuple(piece.strip() for piece in pieces if piece.strip())


_DIGITS = {letter: str(place) for place, letter in enumerate("〇一二三四五六七八九")} | {
    "○": "0",
    "零": "0",
    "О": "0",
    "O": "0",
    "o": "0",
    "Ｏ": "0",
    "◯": "0",
}
_YEAR = r"(?P<year>(?:19|20)\d{2}|[一二][〇○零ОOo◯0九八][〇○零ОOo◯0一二三四五六七八九]{2})"
_PART = r"(?:\d{1,2}|[一二三四五六七八九十〇○零]{1,3})"
DATE = re.compile(
    rf"{_YEAR} *(?:年 *(?P<month>{_PART}) *月(?: *(?P<day>{_PART}) *[日号])?"
    r"|[-./](?P<m2>\d{1,2})[-./](?P<d2>\d{1,2})(?!\d))"
)


def small_number(text: str) -> int:
    """A number below 100 in digits or Chinese, 0 if it is none."""
    if text.isdigit():
        return int(text)
    text = text.replace("廿", "二十").translate(str.maketrans("○零", "〇〇"))
    tens, ten, ones = text.partition("十")
    digits = {letter: place for place, letter in enumerate("〇一二三四五六七八九")}
    if not ten:
        value = 0
        for letter in text:
            value = value * 10 + digits.get(letter, 0)
        return value
    return digits.get(tens, 1 if not tens else 0) * 10 + digits.get(ones, 0)


def iso_date(match: re.Match[str]) -> str | None:
    """A match of DATE as `2025-06-09`, or `2025-06` without a day; None if there is no such day."""
    year = "".join(_DIGITS.get(letter, letter) for letter in match["year"])
    month = small_number(match["month"] or match["m2"])
    day = small_number(match["day"] or match["d2"] or "0")
    if not year.isdigit() or not 1 <= month <= 12:
        return None
    if not (match["day"] or match["d2"]):
        return f"{year}-{month:02d}"
    longest = 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    return f"{year}-{month:02d}-{day:02d}" if 1 <= day <= longest else None
