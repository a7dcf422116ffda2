"""Says who came: the total if one is given, else the groups added up; women and children as counted."""

import re

from knowledge.gates import rule
from knowledge.messages.counted import Group
from knowledge.messages.figures import Counts
from knowledge.messages.passage import Passage

#: counted aside, yet those who came where nobody else is counted: 我们村报名14个妇女
_STILL_CAME = re.compile(r"(?:报名|党员|工作人员|义诊|问诊|咨询|登记)[^，。,；;]{0,9}$")
_ATTENDED = re.compile(
    r"(?:参会|到会|与会|出席|实到|到场|参加人员|参会人员)(?:了|的)?(?:代表|人员|人数|妇女|群众|党员|共|有)*$"
)
_ALL_WOMEN = re.compile(
    r"(?:给|为|组织|带领|带着?|召集|面向|针对|邀请|请|叫|都是|全是|清一色|教|发动|对|集中|把|是|来了|来的|"
    r"动员|喊|约|领着|叫上|让)[^，。,；;0-9]{0,10}$"
)
_MEN = rule(r"男|老公|丈夫|爸|夫妻|两口子|夫妇|居民|村民|群众代表|家庭|党员干部|大人小孩|男女")
_NO_ATTENDANCE = frozenset({"信访接待", "纠纷调解", "慰问", "走访排查", "捐赠救助"})
_AS_A_WORD = tuple("之节联代儿工病")
_WOMEN_AS_A_WORD = re.compile(r"小组|主任|议事|干部|维权|健康|节|之家|儿童|创业|就业|手工|能力|工作")
_A_TEAM = re.compile(r"[一-龥]{0,5}队[一-龥]{0,2}[0-9一二三四五六七八九十]")
_THEY_CAME = re.compile(r"(?:们)?(?:来了|到了|参加|去了|听|到|观看|收看|栽|种|自发|轮流|一起|学)")
_WERE_HELPED = re.compile(r"(?:慰问|看望|走访|给予|受|送|发给|帮|为了|关爱)")
_EVERYBODY = frozenset({"", "众", "师众"})


def read_attendance(passage: Passage, groups: list[Group], counts: Counts, form: str | None) -> None:
    """Fill in participants, women and children from the groups of people counted."""
    proper = [g for g in groups if not g.aside and not g.subset]
    if groups and not proper and form not in _NO_ATTENDANCE:
        proper = [g for g in groups if not g.subset and _STILL_CAME.search(g.figure.before)][:1]
        for group in proper:
            group.aside = False
    total = _total(passage, proper)
    if total is None and form in ("信访接待", "纠纷调解"):
        return
    if total is not None:
        counts.participants = total.notation
        counts.participants_unit = "人次" if total.number.unit == "人次" else "人"
        counts.spans["participants"] = total.figure.span
    else:
        named = [g for g in proper if g.marks]
        if named:
            counts.participants = _sum(named)
            counts.participants_unit = "人次" if any(g.number.unit == "人次" for g in named) else "人"
            counts.spans["participants"] = (named[0].figure.start, named[-1].figure.end)
    for group in groups:
        if group.aside and not group.subset:
            continue
        marks = group.marks
        if counts.children is None and "童" in marks:
            counts.children, counts.spans["children"] = group.notation, group.figure.span
        if counts.women is None and "女" in marks and "?" not in marks and "队" not in marks:
            counts.women, counts.spans["women"] = group.notation, group.figure.span
    if (
        counts.women is None
        and counts.participants is not None
        and all(g.subset or g.marks in _EVERYBODY for g in groups)
        and _all_women(passage)
    ):
        counts.women, counts.spans["women"] = counts.participants, counts.spans["participants"]


def _total(passage: Passage, proper: list[Group]) -> Group | None:
    """The group that counts everybody: said to, or of no kind and as large as any or before all others."""
    if len(proper) == 1 and not proper[0].marks:
        return proper[0]
    for group in proper:
        if group.total:
            return group
    for group in proper:
        if _ATTENDED.search(group.figure.before):
            return group
    generic = [g for g in proper if not g.marks]
    if not generic:
        return None
    marked = [g.number for g in proper if g.marks]
    largest = max((n.low for n in marked), default=0)
    earliest = min((n.start for n in marked), default=passage.end)
    return next((g for g in generic if g.number.low >= largest or g.number.start < earliest), None)


def _sum(groups: list[Group]) -> str:
    if len(groups) == 1 or any(g.number.mark not in ("", "~", "+") for g in groups):
        return groups[0].notation
    added = sum(int(g.number.low) for g in groups)
    marks = [g.number.mark for g in groups if g.number.mark]
    return f"{added}+" if "+" in marks else f"~{added}" if marks else str(added)


def _all_women(passage: Passage) -> bool:
    """给婆姨们讲, 组织妇女群众旁听, 都是带孩子的妈妈: everyone there is said to be a woman."""
    if not _MEN.mask & passage.lacks and _MEN.search(passage.said):
        return False
    text = passage.text
    for hit in passage.people:
        marks = hit.entry.person
        if "女" not in marks or "?" in marks or "队" in marks:
            continue
        end = hit.end
        if text.startswith(_AS_A_WORD, end) or text.startswith("权益", end):
            continue
        if hit.word == "妇女" and _WOMEN_AS_A_WORD.match(text, end, end + 3):
            continue
        if _A_TEAM.match(text, end, end + 10):
            return True
        left, _ = passage.clause_bounds(hit.start)
        before = text[max(left, hit.start - 14) : hit.start]
        if (_ALL_WOMEN.search(before) or _THEY_CAME.match(text, end, end + 4)) and not _WERE_HELPED.search(before):
            return True
    return False
