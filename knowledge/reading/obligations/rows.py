"""Tables of quotas and duties: each row is one obligation."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from knowledge.reading.document import Document, Row, Table
from knowledge.reading.obligations.actors import level_of
from knowledge.reading.obligations.amounts import amounts
from knowledge.reading.obligations.clauses import shaded
from knowledge.reading.obligations.moments import Moment, moments_in
from knowledge.reading.obligations.obligation import Obligation

LONGEST_EVIDENCE = 110  # characters of a row that are quoted
PARTY = re.compile(
    r"责任(?:单位|部门|县|科室)|牵头|承办|村名|村[（(]|村（?社区|^村$|社区|乡镇|街道|县[（(市区]|单位|^镇|镇[（(]|责任人|带队人|接访|值班|带班|领导|负责人|主办|地区|县市区|督查组|组别"
)
FIRST_PARTY = re.compile(r"责任单位|接访|带班|承办单位|牵头单位|村名|乡镇|街道|村|社区|县|单位|地区")
COUNTED = re.compile(
    r"任务|名额|数量|指标|人数|场次|户数|份数|篇数|数（|数\(|目标数|期数|个数|家数|计划数|（[人户份场个名篇张家元万期次件条]+）|\([人户份场个名篇张家期次件条]+\)|\d+月.*数"
)
WHEN = re.compile(r"日期|时间|时限|期限|完成|节点|月份|进度")
DUTY = re.compile(r"内容|任务|目标|事项|措施|项目|工作|要求")
AGENDA = re.compile(
    r"议程|课程|主讲|授课|讲师|主持|得分|分值|评分|扣分|备注说明|联系电话|手机|电话|签名|身份证|性别|民族|籍贯"
)
RESULT = re.compile(r"完成情况|已完成|实际完成|去年|上年|完成率|占比|同比|报送情况|采用|得分|排名|名次")
TOTAL = re.compile(r"合\s*计|总\s*计|小\s*计|^计$|共计")
ITEM = re.compile(r"[（(](?P<unit>[^（）()]{1,4})[）)]")
UNCOUNTED = re.compile(r"号|码|年龄|电话|手机|金额|面积|年份|备注|邮编|人员|姓名|村名|单位|责任|日期|时间")
BRACKETS = re.compile(r"[（）()\s]")
NUMBER = re.compile(
    r"^\s*(?P<pre>≥|不少于|至少)?\s*(?P<n>\d+(?:[-—－~～]+\d+)?)\s*(?P<unit>[\u4e00-\u9fff%]{0,3})(?P<post>以上)?\s*$"
)


def is_duty_table(table: Table) -> bool:
    """Whether the rows oblige: somebody stands beside a quota, a date or a goal."""
    columns = table.columns
    if len(columns) < 2 or not table.rows or any(AGENDA.search(name) for name in columns):
        return False
    if any(RESULT.search(name) for name in columns) or RESULT.search(table.title):
        return False
    party = any(_party(name) for name in columns)
    asked = any(COUNTED.search(name) or WHEN.search(name) for name in columns)
    duty = any(re.search(r"责任|牵头|承办", name) for name in columns) and any(DUTY.search(name) for name in columns)
    return party and (asked or duty)


def _party(column: str) -> bool:
    """Whether a column names parties, brackets aside: 乡（镇）, 县（市、区）."""
    return (
        PARTY.search(column) is not None
        or re.fullmatch(r"[省市县区乡镇街道村居、/]{2,8}名?称?", BRACKETS.sub("", column)) is not None
    )


def table_span(document: Document, ref: date | None) -> tuple[date, date] | None:
    """The first and the last day that the date columns of the duty tables name."""
    days: list[date] = []
    for table in document.tables:
        if not is_duty_table(table):
            continue
        for index, name in enumerate(table.columns):
            if not WHEN.search(name):
                continue
            for row in table.rows:
                if index < len(row.cells):
                    for moment in _cell_moments(document, row, index, ref):
                        days.extend(day for day in (moment.first, moment.last) if day is not None)
    return (min(days), max(days)) if days else None


def _cell_moments(document: Document, row: Row, index: int, ref: date | None) -> list[Moment]:
    cell = row.cells[index]
    return moments_in(document.text, cell.start, cell.end, ref) if cell.end > cell.start else []


def _what(table: Table, row: Row) -> str:
    named = [
        cell.parts[0] if cell.parts else cell.text
        for name, cell in zip(table.columns, row.cells, strict=False)
        if cell.text and DUTY.search(name) and not COUNTED.fullmatch(name) and not cell.text.strip().isdigit()
    ]
    if named:
        return re.split(r"[，。；\n]", named[0].strip())[0][:40]
    return "、".join(cell.text.strip().replace("\n", "、") for cell in row.cells if cell.text.strip())[:40]


def row_obligations(document: Document, table: Table, ref: date | None, default_level: str) -> list[Obligation]:
    """One obligation for each row of a duty table that names a party; totals and empty forms give none."""
    if not is_duty_table(table):
        return []
    columns = table.columns
    order = sorted(range(len(columns)), key=lambda i: (not FIRST_PARTY.search(columns[i]), i))
    parties = [i for i in order if _party(columns[i]) and not COUNTED.search(columns[i])]
    found: list[Obligation] = []
    marks = shaded(document.text)
    for row in table.rows:
        cells = row.cells
        if not any(cell.text.strip() for cell in cells) or any(TOTAL.search(cell.text.strip()) for cell in cells[:2]):
            continue
        who: tuple[str, ...] = ()
        for i in parties:
            if i < len(cells) and cells[i].text.strip() and not cells[i].text.strip().isdigit():
                who = tuple(_parties(cells[i].parts or (cells[i].text,)))
                break
        if not who:
            continue
        quantity: list[tuple[str, str]] = []
        moments: list[Moment] = []
        for i, name in enumerate(columns[: len(cells)]):
            text = cells[i].text.strip()
            if not text:
                continue
            if WHEN.search(name) and not COUNTED.search(name):
                closing = re.search(r"时限|期限|完成|截止", name) is not None
                for moment in _cell_moments(document, row, i, ref):
                    moments.append(replace(moment, first=None) if closing else moment)
                continue
            number = NUMBER.match(text)
            if (
                number is not None
                and not re.search(r"序号|编号|^$", name)
                and (COUNTED.search(name) or number["unit"] or not UNCOUNTED.search(name))
            ):
                n = number["n"].replace("—", "-").replace("－", "-").replace("~", "-").replace("～", "-")
                n = re.sub(r"-+", "-", n)
                if number["pre"] or number["post"]:
                    n = f">={n}"
                if number["unit"] == "%":
                    n += "%"
                unit = ITEM.search(name)
                item = ITEM.sub("", name).strip() or "任务数"
                if unit and re.fullmatch(r"任务数?|数量|指标数?|目标数?|名额(?:分配)?", item):
                    item = unit["unit"]
                quantity.append((item, n))
            elif DUTY.search(name) and not PARTY.search(name):
                cell = cells[i]
                dated = [(m.start, m.end) for m in moments_in(document.text, cell.start, cell.end, ref)]
                quantity.extend(
                    (a.item, a.n) for a in amounts(document.text, cell.start, cell.end, dated, marks) if a.firm
                )
        if not quantity and not moments and not re.search(r"责任|牵头|承办", "".join(columns)):
            continue
        firsts = [m.first for m in moments if m.first]
        lasts = [m.last for m in moments if m.last]
        start, end = _evidence(document.text, row)
        original = document.original_span(start, end)
        found.append(
            Obligation(
                who=who,
                level=level_of(who[0], default_level),
                what=_what(table, row),
                start=min(firsts) if firsts and len(firsts) == len(moments) else None,
                end=max(lasts) if lasts else None,
                time=next((m.clock for m in moments if m.clock), None),
                deadline_text=document.text[moments[0].start : moments[0].end] if moments else None,
                tentative=False,
                quantity=tuple(quantity),
                recurrence=next((m.rule for m in moments if m.rule), None),
                evidence=document.original[original[0] : original[1]],
                offset=original,
            )
        )
    return found


def _evidence(text: str, row: Row) -> tuple[int, int]:
    """The row, or as much of a long one as ends at a mark of punctuation."""
    start, end = row.start, row.end
    while start < end and text[start] in " \t\n　":
        start += 1
    while end > start and text[end - 1] in " \t\n　":
        end -= 1
    if end - start <= LONGEST_EVIDENCE:
        return start, end
    cut = max(text.rfind(mark, start, start + LONGEST_EVIDENCE) for mark in "。；，、\n")
    return start, cut if cut > start + 20 else start + LONGEST_EVIDENCE


def _parties(parts: tuple[str, ...]) -> list[str]:
    named: list[str] = []
    for part in parts:
        named.extend(piece.strip() for piece in re.split(r"[\n、，；]", part) if piece.strip())
    return named
