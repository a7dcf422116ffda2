"""The head of a document: red head, number, title over several lines, addressees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from knowledge.reading.lines import DATE, Line, is_organisation, iso_date, split_parties
from knowledge.reading.numbers import find_doc_numbers
from knowledge.reading.words import any_of

_REACH = 40  # how many lines from the top a head can take, web page furniture included
_NOISE = re.compile(
    r"(?:时间|发布时间|发布日期|来源|作者|浏览|阅读|点击|字体|字号|导语|摘要|责任编辑|编辑|首页|当前位置|您的位置|打印|分享|索引号|主题分类|主题词|"
    r"有效性|信息分类|公开方式|公开范围|分类|体裁|生成日期)\s*[:：（(]|(?:特急|加急|急件|平急|特提)$|首页\s*[>＞]|签发人\s*[:：]|份号"
)
_FIELD = re.compile(
    r"(?P<key>发文机关|发布机构|发布机关|发文单位|制发机关|公开机构|标题|公文标题|文件标题|文件名称|名称|发文字号|文号|文件编号|成文日期|成文时间|发文日期|印发日期)"
    r"\s*[:：]\s*(?P<value>[^\n\t]*?)(?=\s{2,}|\t|$)"
)
_LABEL = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[、.．](?!\d)|第[一二三四五六七八九十百]+[章节条编])"
)
_BODY = re.compile(r"(?:为|根据|按照|依据|遵照|经|现将|现就|近日|今年|去年|自|在|近年来|兹)")


@dataclass(frozen=True, slots=True)
class Head:
    """What the head says. `body` is the index of the first line after it."""

    doc_no: str | None
    title: str | None
    title_start: int
    addressees: tuple[str, ...]
    issuer: tuple[str, ...]
    date: str | None
    body: int
    body_start: int


@cache
def _title_end() -> re.Pattern[str]:
    return re.compile(any_of("title_nouns") + r"(?:》|”)?(?:[（(][^（）()]{1,20}[)）])?$")


def ends_like_title(text: str) -> bool:
    """Whether a line ends as titles do: …的通知, …实施方案, …（试行）."""
    return bool(_title_end().search(text))


def read_head(lines: list[Line]) -> Head:
    """Read number, title and addressees from the first lines of a document."""
    fields, top = _fields(lines[:_REACH])
    addressed, addressees, body_start = _addressees(lines, top)
    end = addressed if addressed is not None else _body_line(lines, top)
    number_line, doc_no = _number(lines[: end if addressed is not None else min(end + 1, len(lines))])
    doc_no = fields.get("number") or doc_no
    first, last, title = _title(lines, top, number_line, end)
    issuer = _red_head(lines[:end], first)
    date = _date_under_title(lines[last:end])
    body = addressed + 1 if addressed is not None else last
    while (
        addressed is None
        and body < len(lines)
        and body < last + 8
        and (_furniture(lines[body].text) or body == number_line)
    ):
        body += 1
    if body_start < 0:
        body_start = lines[body].start if body < len(lines) else (lines[-1].end if lines else 0)
    else:
        body = addressed if addressed is not None else body
    return Head(
        doc_no,
        fields.get("title") or title,
        lines[first].start if title and first < len(lines) else 0,
        addressees,
        (fields["issuer"],) if fields.get("issuer") else issuer,
        fields.get("date") or date,
        body,
        body_start,
    )


def _fields(lines: list[Line]) -> tuple[dict[str, str], int]:
    """What a web page's table of elements says (发文字号：…), and the line after it."""
    found: dict[str, str] = {}
    top = 0
    names = {
        "题": "title",
        "称": "title",
        "号": "number",
        "关": "issuer",
        "构": "issuer",
        "位": "issuer",
        "期": "date",
        "间": "date",
    }
    for place, line in enumerate(lines[:20]):
        for match in _FIELD.finditer(line.text):
            key = names.get(match["key"][-1], "number")
            value = match["value"].strip()
            if key == "date":
                date = DATE.search(value)
                value = (iso_date(date) or "") if date else ""
            if key == "number":
                numbers = find_doc_numbers(value)
                value = value[numbers[0].start : numbers[0].end] if numbers else ""
            if value and value not in ("无", "-", "—"):
                found.setdefault(key, value)
            top = place + 1
    return found, top if len(found) >= 2 else 0


def _addressees(lines: list[Line], top: int) -> tuple[int | None, tuple[str, ...], int]:
    """The line of the addressees, who they are, and where the body begins if on the same line (else -1)."""
    for place, line in enumerate(lines[top : top + _REACH], top):
        text, start = line.text, line.start
        if _LABEL.match(text) or "\t" in text or _NOISE.match(text) or text.startswith("附"):
            if _LABEL.match(text):
                break
            continue
        if text.endswith(("：", ":")):
            first = place
            while (
                first > top
                and not lines[first].gap
                and lines[first - 1].text.endswith(("、", "，", ","))
                and place - first < 4
            ):
                first -= 1
            whole = "".join(other.text for other in lines[first : place + 1])
            parties = _parties(whole)
            if parties:
                return place, parties, -1
        match = re.match(
            r"(?:【[^】]{2,12}】)?([^：:。【】]{2,80})[：:](?=\s*(?:现|为|根据|按|经|你|请|兹|今|接))", text
        )
        if match and (parties := _parties(match.group(1))):
            return place, parties, start + match.end()
        if "。" in text and len(text) > 60:
            break
    return None, (), -1


def _parties(text: str) -> tuple[str, ...]:
    text = re.sub(r"^(?:【[^】]{2,12}】|@|主\s*送\s*(?:机关)?\s*[:：])\s*", "", text).strip("：: ")
    if re.match(r"(?:尊敬|亲爱)的[^，。]{2,30}$", text):
        return (text[3:],)
    if not text or len(text) > 240 or re.search(r"[。！？]|如下|通知|有关事项|联系人|电话|附件", text):
        return ()
    parties = split_parties(text)
    named = sum(is_organisation(party) or party.startswith(("各", "全体", "全市", "全县")) for party in parties)
    return parties if named * 2 >= len(parties) and named else ()


def _body_line(lines: list[Line], top: int) -> int:
    """The line at which the text begins in a document without addressees."""
    for place, line in enumerate(lines[top : top + _REACH], top):
        if _NOISE.match(line.text) and place:
            continue
        ended = re.search(r"[。；！？]", line.text) or len(line.text) > 70
        if _LABEL.match(line.text) or "\t" in line.text or ended:
            return place
        if place > top and line.text.endswith(("：", ":")):
            return place
    return min(len(lines), top + _REACH)


def _number(lines: list[Line]) -> tuple[int | None, str | None]:
    """The last line that is (or ends in) a document number, and the number as written."""
    for place in range(len(lines) - 1, -1, -1):
        text = lines[place].text
        numbers = find_doc_numbers(text)
        if not numbers or "《" in text or "。" in text:
            continue
        number = numbers[-1]
        rest = re.sub(r"签发人.*|[（()）\s]|文件$", "", text[: number.start] + text[number.end :])
        written = re.sub(r"\s", "", text[number.start : number.end])
        if not rest or (is_organisation(rest) and len(rest) < 30) or text[: number.start].rstrip().endswith("文件"):
            return place, written
        if number.end >= len(text.rstrip("）) ")) and len(rest) > 8:  # 关于…的通知（泉妇〔2013〕81号）
            return None, written
    return None, None


def _title(lines: list[Line], top: int, number_line: int | None, end: int) -> tuple[int, int, str | None]:
    """First line of the title, the line after it, and the title on one line."""
    for begin, stop in (
        (number_line + 1 if number_line is not None else top, end),
        (top, number_line if number_line is not None else end),
    ):
        first = begin
        while first < stop and _skipped(lines, first, stop):
            first += 1
        if first >= stop:
            continue
        last = first
        parts: list[str] = []
        while last < stop and len(parts) < 6:
            text = lines[last].text
            if _furniture(text) or (parts and DATE.fullmatch(text.strip("（）() "))):
                break
            parts.append(text)
            last += 1
            after = lines[last].text if last < stop else ""
            if ends_like_title("".join(parts)) and not re.match(r"[》”的（(]|.{0,12}》", after):
                break
            if last < stop and is_organisation(after) and lines[last].gap and not ends_like_title("".join(parts)):
                break
        title = _joined(parts)
        if not ends_like_title(title):
            # No known ending: only the first line is safe, unless the lines visibly belong together.
            bound = len(parts) > 1 and (len(parts[0]) >= 14 or parts[0].startswith("关于"))
            last, title = (last, title) if bound and len(parts) <= 3 else (first + 1, parts[0] if parts else "")
        title = _without_number(title)
        if title and len(title) <= 150:
            return first, last, title
    return top, top, None


def _joined(parts: list[str]) -> str:
    """Lines of a title on one line; a blank only between Latin words."""
    title = ""
    for part in parts:
        blank = (
            " "
            if title and title[-1].isascii() and title[-1].isalpha() and part[0].isascii() and part[0].isalpha()
            else ""
        )
        title += blank + part
    return re.sub(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])", "", title)


def _without_number(title: str) -> str:
    numbers = find_doc_numbers(title)
    if numbers and title[numbers[-1].end :].strip("）) ") == "" and title[: numbers[-1].start].endswith(("（", "(")):
        return title[: numbers[-1].start].rstrip("（( ")
    return title


def _furniture(text: str) -> bool:
    return bool(_NOISE.match(text)) or bool(re.fullmatch(r"[（(]?\s*" + DATE.pattern + r".{0,14}[)）]?", text))


def _skipped(lines: list[Line], place: int, stop: int) -> bool:
    """Whether a line of the head stands before the title: red head, secrecy, number, the issuer alone on its line."""
    text = lines[place].text
    if (
        _NOISE.match(text)
        or re.match(r"(?:绝密|机密|秘密|内部)", text)
        or text.endswith("文件")
        or re.fullmatch(r"[\d\s★*—\-－_=]+", text)
    ):
        return True
    if (
        find_doc_numbers(text)
        and "《" not in text
        and len(text) < 40
        and not ends_like_title(re.sub(r"[（(].*", "", text))
    ):
        return True
    if not (is_organisation(text.split()[-1]) and len(text) <= 40 and "关于" not in text) or ends_like_title(text):
        return False
    return place + 1 < stop and any(ends_like_title(line.text) for line in lines[place + 1 : min(stop, place + 6)])


def _red_head(lines: list[Line], first: int) -> tuple[str, ...]:
    """The issuer named above the title: 青岭县妇女联合会文件, or on a line of its own."""
    names: list[str] = []
    for line in lines[:first]:
        text = re.sub(r"[（(][^（）()]*[〔\[].*$", "", line.text).strip()
        numbers = find_doc_numbers(text)
        if numbers:
            text = (text[: numbers[0].start]).strip()
        bare = re.sub(r"\s*文件$", "", text)
        if bare and len(bare) <= 40 and (bare != text or is_organisation(bare)) and not re.match(r"签发人|抄送", bare):
            parts = bare.split()
            names += parts if all(map(is_organisation, parts)) else [bare]
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def _date_under_title(lines: list[Line]) -> str | None:
    for line in lines[:3]:
        match = DATE.search(line.text)
        if match and _furniture(line.text) and not _NOISE.match(line.text):
            return iso_date(match)
    return None
