"""Automatic numbers of Word paragraphs: what Word shows as 一、 or （二） stands nowhere in the text."""

from __future__ import annotations

import re
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "chineseLegalSimplified",
    "ideographDigital",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "koreanCounting",
}


class Numbering:
    """Counts a document's numbered paragraphs in reading order."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._lists: dict[str, str] = {}
        self._styles: dict[str, tuple[str, int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        for abstract in root.iter(f"{_W}abstractNum"):
            for level in abstract.iter(f"{_W}lvl"):
                self._level(abstract.get(f"{_W}abstractNumId"), level)
        for number in root.iter(f"{_W}num"):
            target = number.find(f"{_W}abstractNumId")
            if target is not None:
                self._lists[number.get(f"{_W}numId")] = target.get(f"{_W}val")
        for style in document.styles.element.iter(f"{_W}style"):
            found = _reference(style.find(f"{_W}pPr"))
            if found:
                self._styles[style.get(f"{_W}styleId")] = found

    def _level(self, abstract: str, level: Any) -> None:
        def value(name: str, default: str) -> str:
            child = level.find(f"{_W}{name}")
            return (child.get(f"{_W}val") or default) if child is not None else default

        start = value("start", "1")
        depth = int(level.get(f"{_W}ilvl") or 0)
        self._levels[(abstract, depth)] = (
            value("numFmt", "decimal"),
            value("lvlText", ""),
            int(start) if start.isdigit() else 1,
        )

    def label(self, paragraph: Any) -> str:
        """The number Word shows before a paragraph, "" if it shows none; counts on."""
        properties = paragraph.find(f"{_W}pPr")
        reference = _reference(properties)
        if reference is None and properties is not None:
            style = properties.find(f"{_W}pStyle")
            reference = self._styles.get(style.get(f"{_W}val") or "") if style is not None else None
        if reference is None or reference[0] == "0" or reference[0] not in self._lists:
            return ""
        number, depth = reference
        abstract = self._lists[number]
        if (abstract, depth) not in self._levels:
            return ""
        form, pattern, start = self._levels[(abstract, depth)]
        self._counts[(number, depth)] = self._counts.get((number, depth), start - 1) + 1
        for other in [key for key in self._counts if key[0] == number and key[1] > depth]:
            del self._counts[other]
        if form in ("bullet", "none"):
            return ""

        def shown(match: re.Match[str]) -> str:
            level = int(match.group(1)) - 1
            own_form, _, own_start = self._levels.get((abstract, level), ("decimal", "", 1))
            return _figure(self._counts.get((number, level), own_start), own_form)

        label = re.sub(r"%(\d)", shown, pattern)
        return label if label.endswith(("、", "．", ".", "）", ")")) else f"{label} "


def _reference(properties: Any) -> tuple[str, int] | None:
    numbered = properties.find(f"{_W}numPr") if properties is not None else None
    if numbered is None:
        return None
    number, level = numbered.find(f"{_W}numId"), numbered.find(f"{_W}ilvl")
    if number is None:
        return None
    return number.get(f"{_W}val") or "0", int(level.get(f"{_W}val") or 0) if level is not None else 0


def _figure(value: int, form: str) -> str:
    if form in _CHINESE:
        return _chinese(value)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (value - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        roman = _roman(value)
        return roman if form == "upperRoman" else roman.lower()
    return str(value)


def _chinese(value: int) -> str:
    digits = "〇一二三四五六七八九"
    if value < 10 or value > 99:
        return "".join(digits[int(digit)] for digit in str(value))
    tens, ones = divmod(value, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def _roman(value: int) -> str:
    text = ""
    for size, mark in (
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        while value >= size:
            text, value = text + mark, value - size
    return text
