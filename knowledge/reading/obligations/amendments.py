"""What a circular changes about earlier ones: dates put off or brought forward, wording replaced, orders called off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from knowledge.calendar import TimeExpression, find_times
from knowledge.reading.document import Document
from knowledge.reading.numbers import find_doc_numbers
from knowledge.reading.obligations.clauses import sentences, shaded
from knowledge.reading.obligations.frame import LEAFLET, lines, reference
from knowledge.reading.obligations.moments import FILLER, NO_DATE
from knowledge.retrieval.references import numeral

MOVED = re.compile(r"(?:改期|推迟|延期|延后|延长|顺延|提前|调整|变更|修改|更改|更正|改|延)(?:至|到|为|成|在)")
SHIFTED = re.compile(
    r"(?P<way>推迟|延期|延后|延长|顺延|提前(?=[^，。；]{1,5}(?:举行|召开|举办|开展|进行)))"
    r"(?P<n>\d+|[一二两三四五六七八九十]+)(?P<unit>天|日|周|个?星期|个?月)(?!内)"
)
PUT_OFF = re.compile(r"(?:推迟|延期|延后|暂缓)(?:举行|举办|召开|开展|进行|报送)?[^。；]{0,12}?(?:另行通知|待定)")
DROPPED = re.compile(
    r"同时废止|予以废止|废止|停止执行|不再执行|自行失效|取消|停止|终止|删去|删除|不再(?=报|开展|举办|举行|进行|要求|组织|实行)"
    r"|免予?报送?|暂停(?=报|执行|开展|\d|[^，。；]{0,16}(?:报送|开展|报告))"
)
KEPT = re.compile(r"取消.{0,10}资格|停止供|终止.{0,4}合同|不得取消|(?:取消|停止|终止)(?:的|后|前|者)|如(?:因|遇)|确需")
#: What a document is called that changes an earlier one.
CHANGING = re.compile(r"调整|补充|更正|推迟|延期|延长|延后|提前|变更|取消|修改|修订|废止|暂停|顺延|更改")
TITLE = re.compile(r"《(?P<title>[^《》]{2,60})》")
NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[〔\[（(]\s*\d{4}\s*[〕\]）)]\s*\d+\s*号")
QUOTED = re.compile(r"[“「『\"](?P<words>[^”」』\"\n]{2,120})[”」』\"]")
STRUCK = re.compile(QUOTED.pattern + r"(?:的)?(?:要求|字样|内容|规定|表述|一句|等字)")
_N = r"[一二三四五六七八九十百\d]+"
ITEM = re.compile(
    rf"(?:第(?P<first>{_N})(?:条|部分|项|点|款)|(?<![第\d])(?P<plain>[一二三四五六七八九十]+)、)"
    rf"(?:第?[（(]?(?P<second>{_N})[)）]?(?:款|项|点|条|目))?(?:第?[（(]?(?P<third>{_N})[)）]?(?:款|项|点|目))?"
)
NAMES = re.compile(rf"{TITLE.pattern.replace('?P<title>', '')}|{NUMBER.pattern}")
AMOUNT = re.compile(
    r"(?P<n>(?:至少|不少于|不低于)?[\d一二三四五六七八九十两百]+(?:[-—－~～至][\d一二三四五六七八九十]+)?[场次期个条篇项件家所处支份例户名人])"
)
AT_ONCE = re.compile(r"即日起?|之日|起$|本通知")
ASIDE = re.compile(
    r"经(?:研究|报)[^，]{0,12}|(?:从|自)?(?:即日|本?通知(?:印发|下发)之日|发布之日|印发之日)起?|(?:从|自)起|同时|自行"
)
HELD = re.compile(r"^(?:[^，。；]{0,12}(?:召开|举办|举行|开展)的|召开|举办|举行|原定|原计划)+")
LEAD = re.compile(r"^(?:原定|原计划|原|本定|将|把|于|由|的|在|因故|，|、|：)+|(?:由|从|于|在|的|因故|，|、)+$")
CLOSING = re.compile(r"截止|延长|期限|时限|报送|上报|前$")
FORMER = re.compile(
    r"原定|原计划|原(?:通知|文件|方案|要求|安排|规定|来)|由[^，。；]{2,20}(?:延长|调整|改|变更|推迟|提前)"
)


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change that a sentence makes.

    `kind`: moved (another day or rhythm; without one where it is to be told later), reworded (other words or another
    number), dropped (called off: the whole document, an item, one period or, with `quoted`, some words of it).
    `what` is what it concerns, `old_start`..`old` the earlier days, `old_rule` the earlier rhythm, `start`..`end` and
    `rrule` the new ones; `number` and `title` name the earlier document if the sentence does, `item` its part
    (第三条第（三）款 → 三, 三), `quoted` the earlier words and `reads` the new ones. `former` says that the sentence itself
    speaks of something earlier. `shift` is by how many days it is put off, where that is said.
    `offset` counts characters of the original.
    """

    kind: Literal["moved", "dropped", "reworded"]
    what: str
    old: date | None
    start: date | None
    end: date | None
    number: str | None
    title: str | None
    evidence: str
    offset: tuple[int, int]
    old_start: date | None = None
    rrule: str | None = None
    old_rule: str | None = None
    deadline_text: str = ""
    item: tuple[str, ...] = ()
    quoted: str = ""
    reads: str = ""
    former: bool = False
    shift: int = 0

    def to_json(self) -> dict[str, Any]:
        """The amendment with ISO dates."""
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(self).items()}


def changed_documents(document: Document) -> tuple[list[str], list[str]]:
    """Numbers and titles of the earlier documents that a document as a whole is there to change; both empty if none."""
    own = (document.meta.doc_no or "").replace(" ", "")
    title = document.meta.title or ""
    head = document.text[: document.body_start + 400]
    changing = CHANGING.search(title) is not None or re.search(r"(?:补充|调整|更正|修改)(?:通知|说明)?如下", head)
    named = [title[one.start : one.end] for one in find_doc_numbers(title)] if CHANGING.search(title) else []
    numbers = [re.sub(rf"^(?:{CHANGING.pattern}|关于|对)+", "", number) for number in named]
    titles: list[str] = []
    for cited in document.citations:
        if changing or cited.relation in ("repeals", "replaces", "amends", "postpones"):
            numbers += [cited.number] if cited.number else []
            titles += [cited.title] if cited.title else []
    return [n for n in dict.fromkeys(numbers) if n.replace(" ", "") != own], list(dict.fromkeys(titles))


def find_amendments(document: Document) -> list[Amendment]:
    """The changes a document makes to earlier orders, in the order in which they stand."""
    text = document.text
    marks = shaded(text)
    found: list[Amendment] = []
    if LEAFLET.search(document.meta.title or "") or document.secrecy:
        return found
    for start, end in lines(text):
        if start < document.body_start or not any(
            p.search(text, start, end) for p in (MOVED, DROPPED, PUT_OFF, SHIFTED)
        ):
            continue
        item: tuple[str, ...] = ()
        for sentence in sentences(text, start, end, marks):
            amendment = _read(document, sentence.start, sentence.end, item)
            named = ITEM.search(text, sentence.start, sentence.end)
            item = _item(named) or item
            if amendment is not None:
                found.append(amendment)
    return found


def _item(found: re.Match[str] | None) -> tuple[str, ...]:
    if found is None:
        return ()
    return tuple(part for part in (found["first"] or found["plain"], found["second"], found["third"]) if part)


def _read(document: Document, start: int, end: int, item: tuple[str, ...]) -> Amendment | None:
    words = document.text[start:end]
    moved, put_off, dropped = MOVED.search(words), PUT_OFF.search(words), DROPPED.search(words)
    shifted = SHIFTED.search(words)
    ref = reference(document)
    own_item = _item(ITEM.search(words))
    title, number = TITLE.search(words), NUMBER.search(words)
    made: dict[str, Any] | None = None
    if moved is not None:
        made = _moved(words, moved, ref)
    elif shifted is not None:
        made = _shifted(words, shifted, ref)
    elif put_off is not None:
        made = {"kind": "moved", "at": put_off.start()} | _earlier(_times(words[: put_off.start()], ref), None, ref)
    elif dropped is not None and not KEPT.search(words):
        days = [t for t in _times(words, ref) if not t.since and not AT_ONCE.search(words[t.start : t.end + 1])]
        made = {"kind": "dropped", "at": dropped.start()} | _earlier(days, None, ref)
        struck = STRUCK.search(words)
        made["quoted"] = struck["words"] if struck is not None else ""
    if made is None:
        return None
    span = document.original_span(start, end)
    at = made.pop("at")
    return Amendment(
        **{"old": None, "start": None, "end": None} | made,
        what=_what(words, at, made["kind"], ref),
        number=number[0] if number else None,
        title=title["title"] if title else None,
        item=own_item or item,
        former=FORMER.search(words) is not None or bool(own_item),
        evidence=document.original[span[0] : span[1]],
        offset=span,
    )


def _shifted(words: str, shifted: re.Match[str], ref: date | None) -> dict[str, Any]:
    """推迟一周: so many days from the earlier ones, where those are said; else from what the duty has."""
    number = int(shifted["n"]) if shifted["n"].isdigit() else (numeral(shifted["n"]) or 1)
    days = number * (30 if "月" in shifted["unit"] else 7 if shifted["unit"][-1] in "周期" else 1)
    days = -days if shifted["way"] == "提前" else days
    before = _earlier([t for t in _times(words, ref) if t.end <= shifted.start()], ref, ref)
    made: dict[str, Any] = {"kind": "moved", "at": shifted.start(), "shift": days, **before}
    if "old" in before:
        made["end"] = before["old"] + timedelta(days=days)
        if "old_start" in before:
            made["start"] = before["old_start"] + timedelta(days=days)
    return made


def _moved(words: str, moved: re.Match[str], ref: date | None) -> dict[str, Any] | None:
    """What stands after 推迟至, 调整为, 改为: a day, a rhythm, other words, another number."""
    said = _times(words, ref)
    before = [t for t in said if t.end <= moved.start()]
    after = [t for t in said if t.start >= moved.start()]
    old_words = [match for match in QUOTED.finditer(words) if match.end() <= moved.start()]
    new_words = [match for match in QUOTED.finditer(words) if match.start() >= moved.start()]
    texts = {"quoted": old_words[-1]["words"], "reads": new_words[0]["words"]} if old_words and new_words else {}
    if after and (after[0].rrule or after[0].last or after[0].first):
        new = _soon(after[0], ref)
        closing = new.before or CLOSING.search(words[: moved.end()]) is not None
        return {
            "kind": "moved",
            "at": before[0].start if before and not texts and before[0].start > 6 else moved.start(),
            "start": None if closing or new.rrule else new.first,
            "end": None if new.rrule else new.last or new.first,
            "rrule": new.rrule,
            "deadline_text": new.text,
            **_earlier(before, new.last or new.first, ref),
            **texts,
        }
    amount = AMOUNT.match(words[moved.end() :])
    if not texts and amount is not None:
        old = [match["n"] for match in AMOUNT.finditer(words[: moved.start()])]
        if not old:
            return None
        texts = {"quoted": old[-1], "reads": amount["n"]}
    return {"kind": "reworded", "at": moved.start(), **_earlier(before, None, ref), **texts} if texts else None


def _soon(said: TimeExpression, ref: date | None) -> TimeExpression:
    """「延长至11月10日」 said on 13 November is a slip, not next November."""
    last = said.last or said.first
    if last is None or ref is None or (last - ref).days <= 270 or re.search(r"年|明|次", said.text):
        return said
    first = _in_year(said.first, said.first.year - 1) if said.first else None
    return said._replace(first=first, last=_in_year(said.last, said.last.year - 1) if said.last else None)


def _times(words: str, ref: date | None) -> list[TimeExpression]:
    hidden = NAMES.sub(lambda match: FILLER * len(match[0]), words)
    said = find_times(hidden, datetime.combine(ref or NO_DATE, time()), mode="circular")
    return [t for t in said if t.rrule or ((t.first or t.last) and t.day_given)]


def _earlier(before: Sequence[TimeExpression], new: date | None, ref: date | None) -> dict[str, Any]:
    """The earlier days, in the year that is nearest to the new ones: what is put off may have gone by."""
    dated = [t for t in before if t.last or t.first]
    if len(dated) > 1 and all(t.first and t.last for t in dated) and new is None:  # 7月、8月
        first, last = dated[0].first, dated[-1].last
        assert first is not None
        assert last is not None
        dated = [dated[-1]._replace(first=first, last=last)] if first < last else dated
    if not dated:
        return {"old_rule": before[-1].rrule} if before else {}
    old, first = dated[-1].last or dated[-1].first, dated[-1].first
    assert old is not None
    around = new or ref or old
    years = [_in_year(old, old.year + by) for by in (0, -1)]
    nearest = min(years, key=lambda day: abs((day - around).days))
    if first is not None and first < old:
        return {"old": nearest, "old_start": _in_year(first, first.year + nearest.year - old.year)}
    return {"old": nearest}


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def _what(words: str, at: int, kind: str, ref: date | None) -> str:
    """What the sentence speaks of, without days, numbers, titles and the words of changing."""
    part = words[:at] if at > 1 else re.sub(DROPPED, "", words, count=1)
    for spoken in reversed(_times(part, ref)):
        part = part[: spoken.start] + part[spoken.end :]
    part = TITLE.sub("", NUMBER.sub("", ITEM.sub("", QUOTED.sub("" if kind == "reworded" else r"\g<words>", part))))
    part = re.sub(
        r"[（(]\s*[)）]|原(?:通知|文件|方案)|以下简称[^）]*|(?:中|规定)?的?(?:内容|要求)$|^(?:中|里)", "", part
    )
    part = ASIDE.sub("", part)
    part = re.sub(r"(?:^|(?<=[，：]))(?:因|由于|鉴于|为了?|根据|按照|经)[^，：]*[，：]", "", part)
    pieces = [HELD.sub("", LEAD.sub("", LEAD.sub("", piece))).strip() for piece in re.split(r"[，：]", part)]
    return max(pieces, key=len)[:60]


__all__ = ["CHANGING", "Amendment", "changed_documents", "find_amendments"]
