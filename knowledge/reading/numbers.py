"""Document numbers (文号) in all their spellings: 泉妇〔2013〕81号, [2013]81, 2013年81号, 81号文."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPEN, _CLOSE = r"[〔\[【（(［〈<「{﹝]", r"[〕\]】）)］〉>」}﹞]"
_FULL = re.compile(
    rf"(?P<prefix>[\u4e00-\u9fff]{{0,14}}) *{_OPEN} *(?P<year>(?:19|20)\d{{2}}|(?:19|20)[\d*×X]{{1,2}}) *年? *{_CLOSE}"
    r" *(?:第 *)?(?P<serial>\d{1,5}) *(?P<end>号)?"
)
_YEAR = re.compile(
    r"(?P<prefix>[\u4e00-\u9fff]{0,14}?)(?<!\d)(?P<year>(?:19|20)\d{2}) *年? *第? *(?P<serial>\d{1,5}) *号"
    r"(?!楼|线|院|房|室|台|门)"
)
_BARE = re.compile(
    r"(?<![\d〕\]）)年月第-])第? ?(?P<serial>\d{1,5}) *号(?:文件|文|通知|函)?"
    r"(?!楼|线|院|房|室|台|门|[前后之至到晚早上下中那这当、，,]|以[前后])"
)

# Words that stand before a number and are no part of it.
_BEFORE = re.compile(
    r".*(?:根据|按照|依据|依照|遵照|对照|参照|结合|贯彻|落实|执行|转发|印发|下发|发布|详见|参见|文件|通知|关于|以及|意见|方案|办法|"
    r"发文字号|文号|编号|我会|我市|我县|同意|废止|精神|请按|将|按|据|见|附|与|和|及|或|以|的|为|由|在|从|至|查|看|找|问|是|对|就|原|调整|补充|修改|变更|更正|延长|推迟|取消|暂停)(?=[\u4e00-\u9fff]{2,})"
)


@dataclass(frozen=True, slots=True)
class DocNumber:
    """A document number found at `start:end`; `prefix` is "" and `year` None where the text leaves them out."""

    prefix: str
    year: str | None
    serial: int
    start: int
    end: int

    @property
    def key(self) -> str:
        """The one spelling in which numbers are compared: 泉妇〔2013〕81号, 〔2013〕81号, 81号."""
        return f"{self.prefix}〔{self.year}〕{self.serial}号" if self.year else f"{self.prefix}{self.serial}号"


def find_doc_numbers(text: str, *, loose: bool = False) -> list[DocNumber]:
    """The document numbers in a text, in order.

    With `loose` also what people type in a question: 2013年81号, 81号文. In a document these would mean other things.
    """
    found: list[DocNumber] = []
    for match in _FULL.finditer(text):
        prefix = _trimmed(match["prefix"])
        if not (prefix or loose):
            continue
        if not match["end"] and not loose:
            continue
        found.append(
            DocNumber(prefix, match["year"], int(match["serial"]), match.start() + _cut(match, prefix), match.end())
        )
    for pattern in (_YEAR, _BARE) if loose else ():
        for match in pattern.finditer(text):
            if any(other.start < match.end() and match.start() < other.end for other in found):
                continue
            parts = match.groupdict()
            prefix = _trimmed(parts.get("prefix") or "")
            found.append(
                DocNumber(
                    prefix, parts.get("year"), int(match["serial"]), match.start() + _cut(match, prefix), match.end()
                )
            )
    return sorted(found, key=lambda number: number.start)


def doc_number_key(text: str) -> str | None:
    """The key of the first document number in `text`, in any spelling; None if there is none."""
    found = find_doc_numbers(text, loose=True)
    return found[0].key if found else None


def same_number(asked: str, number: str) -> bool:
    """Whether a number as asked for (perhaps without prefix or year) can mean a document's full number."""
    left, right = find_doc_numbers(asked, loose=True), find_doc_numbers(number, loose=True)
    if not left or not right:
        return False
    one, other = left[0], right[0]
    return (
        one.serial == other.serial
        and (not one.year or not other.year or one.year == other.year)
        and (not one.prefix or not other.prefix or one.prefix == other.prefix)
    )


def _trimmed(prefix: str) -> str:
    match = _BEFORE.match(prefix)
    return prefix[match.end() :] if match else prefix


def _cut(match: re.Match[str], prefix: str) -> int:
    """How many characters of the match stand before the number itself."""
    parts = match.groupdict()
    return len(parts.get("prefix") or "") - len(prefix)
