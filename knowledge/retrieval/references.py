"""Documents named in a question or a heading: 文号 in any spelling, laws by name and article, years and regions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge.text import normalise

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "o": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = "[0-9〇○零一二三四五六七八九十百千两]"

_SAID_YEAR = r"(?:19|20)\d\d|[一二][九〇零○][〇零○一二三四五六七八九]{2}"
_SAID_SERIAL = rf"\d{{1,4}}|{_NUMERAL}{{1,6}}"
_FULL_NUMBER = re.compile(
    rf"(?P<code>[\u4e00-\u9fff]{{0,12}}?)\s*(?:"
    rf"[\[\(【〔<{{]\s*(?P<year>{_SAID_YEAR})\s*年?[\]\)】〕>}}]\s*第?\s*(?P<serial>{_SAID_SERIAL})\s*号?"
    rf"|(?P<bare_year>{_SAID_YEAR})\s*年?\s*第?\s*(?P<bare_serial>{_SAID_SERIAL})\s*号)"
)
_SERIAL = re.compile(rf"(?:第)?(?P<serial>\d{{1,4}}|{_NUMERAL}{{1,6}})号(?:文件|文|通知|令|件)?")
#: What is asked of a document and of no day: 「81号是哪天发的」, 「30号依据什么」.
_ABOUT_DOCUMENT = re.compile(
    r"\s*[的是里]{0,2}\s*(?:(?:谁|哪里|[哪那]天|[哪那]年|几号|几月|什么时候|啥时候|何时)(?:印?发|出|定)|依据|根据|抄送|主送|附件|落款|引用)"
)
_ARTICLE = re.compile(
    rf"第?(?P<number>{_NUMERAL}{{1,8}})条(?:之(?P<sub>[一二三四五六七八九十]))?(?:第?{_NUMERAL}{{1,4}}[款项])*"
)
_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)年?")
_STATE = re.compile(r"中华人民共和国|[《》〈〉<>\"'“”‘’\s()（）【】\[\]、,，:：·.-]")


@dataclass(frozen=True, slots=True)
class Number:
    """A 文号 as far as it was said; `code` (泉妇) and `year` may be missing."""

    code: str
    year: int | None
    serial: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """第七十条: number 70; 第一百二十条之一: number 120, sub 1."""

    number: int
    sub: int
    start: int
    end: int


def numeral(text: str) -> int | None:
    """The value of digits, of 二〇一三 and of 一百二十三; None for anything else."""
    if text.isdigit() and text.isascii():
        return int(text)
    if not text or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for character in text:
        if character in _UNITS:
            total += (digit or (1 if total == 0 or character == "十" else 0)) * _UNITS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def number_key(doc_number: str) -> str:
    """The form in which numbers are compared: `泉妇|2013|81`; empty when it is no 文号."""
    found = numbers(normalise(doc_number))
    if not found or found[0].year is None:
        return ""
    return f"{found[0].code}|{found[0].year}|{found[0].serial}"


def title_key(title: str) -> str:
    """The form in which titles are compared: without the state's name, brackets and spaces."""
    return _STATE.sub("", normalise(title))[:255]


def numbers(normalised: str) -> list[Number]:
    """Every 文号 in a text, most complete reading first at each place."""
    found: list[Number] = []
    for match in _FULL_NUMBER.finditer(normalised):
        year, serial = numeral(match["year"] or match["bare_year"]), numeral(match["serial"] or match["bare_serial"])
        if year and serial is not None:
            found.append(Number(match["code"].removesuffix("字"), year, serial, match.start(), match.end()))
    for match in _SERIAL.finditer(normalised):
        if any(one.start <= match.start() < one.end for one in found):
            continue
        serial = numeral(match["serial"])
        named = match.group().endswith(("文", "件", "知", "令"))
        day = re.search(r"[月日]\s*$", normalised[: match.start()])
        alone = len(normalised.strip()) <= len(match.group()) + 2
        asked = _ABOUT_DOCUMENT.match(normalised[match.end() :])
        if serial is not None and (named or alone or asked) and not day:
            found.append(Number("", None, serial, match.start(), match.end()))
    return found


def articles(normalised: str) -> list[Article]:
    """Every article (条) named in a text."""
    found = []
    for match in _ARTICLE.finditer(normalised):
        value = numeral(match["number"])
        if value:
            found.append(Article(value, numeral(match["sub"] or "") or 0, match.start(), match.end()))
    return found


@lru_cache(8_192)
def article_number(label: str) -> tuple[int, int]:
    """第七十条 → (70, 0); (0, 0) where there is none."""
    found = articles(normalise(label))
    return (found[0].number, found[0].sub) if found else (0, 0)


def chinese(number: int) -> str:
    """1079 → 一千零七十九, as articles are numbered; above 9,999, which no law reaches, as figures."""
    if number > 9_999:
        return str(number)
    digits = "零一二三四五六七八九"
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if zero and text else "") + ("" if unit == 10 and digit == 1 and not text else digits[digit])
            text += name
            zero = False
        else:
            zero = True
    return text


def article_label(number: int, sub: int = 0) -> str:
    """(120, 1) → 第一百二十条之一: how articles are labelled when they are stored."""
    return f"第{chinese(number)}条" + (f"之{chinese(sub)}" if sub else "")


def years(normalised: str) -> list[int]:
    """Years named in a text."""
    return [int(match["year"]) for match in _YEAR.finditer(normalised)]
