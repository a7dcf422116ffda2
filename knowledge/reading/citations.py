"""Other documents named in a text: 《…》（文号）, what they are to it, and which article is meant."""

from __future__ import annotations

import re
from functools import cache

from knowledge.reading.document import Citation, Relation
from knowledge.reading.lines import DATE
from knowledge.reading.numbers import find_doc_numbers
from knowledge.reading.words import any_of

_ARTICLE = re.compile(
    r"\s*(第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十])?(?:第[一二三四五六七八九十\d]+款)?(?:第?[（(]?[一二三四五六七八九十\d]+[)）]?项)?)"
)
_BRACKET = re.compile(r"\s*[（(]([^（）()]{2,40}?)[)）](?=.|$)")
_ORDER = re.compile(r"[\u4e00-\u9fff]{0,20}(?:令|公告)\s*第\s*\d+\s*号|第\s*\d+\s*号\s*令")
_BASIS = re.compile(r"(?:根据|按照|依据|依照|遵照|对照|按|据)(?!说|悉|统计|了解)[^，,]*$")
_CARRIED_OUT = re.compile(r"(?:贯彻|落实|执行)[^，,]*$")
_SPIRIT = re.compile(r"[^，。；\n]{0,30}(?:精神|要求|部署)")
_ISSUES = re.compile(r"(?:印发|下发|转发|发布|颁布|公布)(?:了|给你们)?\s*$")
_ENDS = re.compile(r"^[^。；;\n]{0,60}?(?:同时|即行|予以|自行|一并)?\s*(?:废止|停止执行|不再执行|失效)")
_REPLACED = re.compile(r"(?:代替|取代|替代)\s*$|^[^。；;\n]{0,12}(?:被[^。；;\n]{0,20}(?:代替|取代|替代))")
_AMENDED = re.compile(r"(?:修改|修订|修正|调整)(?:了)?\s*$|^[^。；;\n]{0,20}(?:作如下修改|修改为|予以修改)")
_POSTPONED = re.compile(r"^[^。；;\n]{0,40}(?:延期|推迟|顺延|延长)")
_FORM = re.compile(r"(?:表|台账|回执|名单|申请书|登记卡)$")


def read_citations(
    text: str, own_number: str | None = None, own_title: str | None = None, own_span: tuple[int, int] = (0, 0)
) -> tuple[Citation, ...]:
    """The citations of a text, in order.

    A document's own number and title are none, nor are forms to fill in; `own_span` is its head, where it names itself.
    """
    found: list[Citation] = []
    taken: list[tuple[int, int]] = []
    for start, end in _titles(text):
        title = text[start + 1 : end - 1].replace("\n", "")
        if start < own_span[1] and not (own_title or "").count("《"):
            continue
        stop, number, article = _followers(text, end)
        if _FORM.search(title) and number is None:
            continue
        if own_title and title in (own_title,):
            continue
        taken.append((start, stop))
        found.append(
            Citation(
                text[start:stop].replace("\n", ""), number, title, article, start, stop, _relation(text, start, stop)
            )
        )
    for number_found in find_doc_numbers(text):
        if any(start <= number_found.start < end for start, end in taken):
            continue
        if number_found.start < own_span[1] or (own_number and number_found.key == _key(own_number)):
            continue
        written = text[number_found.start : number_found.end]
        found.append(
            Citation(
                written,
                number_found.key,
                None,
                None,
                number_found.start,
                number_found.end,
                _relation(text, number_found.start, number_found.end),
            )
        )
    found.extend(_bare_laws(text, [*taken, *_titles(text)]))
    return tuple(sorted(found, key=lambda citation: citation.start))


def _bare_laws(text: str, taken: list[tuple[int, int]]) -> list[Citation]:
    """Laws named without 《》 and with an article: 见反家庭暴力法第十三条."""
    found = []
    for match in _bare_law().finditer(text):
        article = _ARTICLE.match(text, match.end())
        if article is None or any(start <= match.start() < end for start, end in taken):
            continue
        start, end = match.start(), article.end()
        place = re.sub(r"\s", "", article.group(1))
        found.append(Citation(text[start:end], None, match.group(), place, start, end, _relation(text, start, end)))
    return found


@cache
def _bare_law() -> re.Pattern[str]:
    return re.compile("(?:中华人民共和国)?(?:" + any_of("law_names") + ")(?=\\s*第)")


def _key(number: str) -> str | None:
    numbers = find_doc_numbers(number)
    return numbers[0].key if numbers else None


def _titles(text: str) -> list[tuple[int, int]]:
    """The outermost 《…》, whose brackets may hold others (also 〈〉 and <>)."""
    spans = []
    depth = 0
    start = 0
    for match in re.finditer(r"[《》\n]", text):
        mark = match.group()
        if mark == "《":
            if depth == 0:
                start = match.start()
            depth += 1
        elif mark == "》" and depth:
            depth -= 1
            if depth == 0 and 1 < match.start() - start <= 160:
                spans.append((start, match.end()))
        elif mark == "\n" and depth and match.start() - start > 200:
            depth = 0
    return spans


def _followers(text: str, end: int) -> tuple[int, str | None, str | None]:
    """What follows a title: a number in brackets, an article."""
    number = article = None
    window = text[end : end + 60]
    numbers = find_doc_numbers(window)
    opened = re.match(r"\s*[（(]", window)
    if (
        numbers
        and opened
        and numbers[0].start <= opened.end() + 20
        and not re.search(r"[。《）)]", window[: numbers[0].start])
    ):
        closing = re.match(r"[^（）()。《\n]{0,20}[)）]", window[numbers[0].end :])
        number = numbers[0].key
        end += numbers[0].end + (closing.end() if closing else 0)
    else:
        bracket = _BRACKET.match(text, end)
        if bracket and _ORDER.search(bracket.group(1)):
            number = re.sub(r"\s", "", bracket.group(1))
            end = bracket.end()
        elif bracket and re.search(r"以下简称|简称", bracket.group(1)):
            end = bracket.end()
    found = _ARTICLE.match(text, end)
    if found:
        article = re.sub(r"\s", "", found.group(1))
        end = found.end()
    return end, number, article


def _relation(text: str, start: int, end: int) -> Relation:
    before = text[max(0, start - 400) : start]
    before = re.split(r"[。；;\n]", before)[-1]
    after = text[end : end + 80]
    if _ENDS.match(after):
        return "repeals"
    if _REPLACED.search(before) or _REPLACED.match(after):
        return "replaces"
    if _AMENDED.search(before) or _AMENDED.match(after):
        return "amends"
    if _POSTPONED.match(after) and not DATE.search(after[:20]):
        return "postpones"
    if _ISSUES.search(before) or re.match(r"[^。；\n]{0,4}(?:印发|转发)给", after):
        return "issues"
    # 根据《…》、《…》和《…》 holds for all that are named until a comma turns to what is to be done.
    plain = re.sub(r"《[^《》]*》|[（(][^（）()]*[)）]", "", before)
    based = _BASIS.search(plain) or (_CARRIED_OUT.search(plain) and _SPIRIT.match(after))
    return "basis" if based else "cites"
