"""Says which of those counted were helped, visited or honoured (受益对象), and how they are named."""

import re
from itertools import pairwise

from knowledge.gates import rule
from knowledge.messages.activity import Beneficiary
from knowledge.messages.counted import AIDED, Group, counted_noun, stands_aside
from knowledge.messages.figures import Counts, Figure
from knowledge.messages.passage import Passage

_SERVING = frozenset({"慰问", "走访排查", "志愿服务", "捐赠救助", "评选表彰"})
GIVING = frozenset({"慰问", "走访排查", "捐赠救助", "评选表彰"})
_SERVED = re.compile(
    r"(?:剪|理|剃|服务|照顾|陪|帮|接送|送|看|走|修|洗|理发|量|测|查|磨|擦)了?(?:一共|总共|共|有|得有)?$"
)
_SERVED_END = re.compile(r"[，。,；;！!\s]|头|人|老")
_EACH_GOT = re.compile(r"[一-龥]{0,5}(?:每人|一人|人手|各)[一两发送各]")
_TIMES_SERVED = re.compile(r"(?:惠及|受益|服务|覆盖|解答|咨询)")
_GAINED = rule(r"(?:惠及|受益|受惠|覆盖|受助)")
_GAIN = re.compile(r"受益|受惠")
_HONOURED = rule(r"(?:评出|选出|表彰|评选|评上|评了|评|推荐|授予|颁给)[^，。,；;]{0,14}$")
_ATTENDED = re.compile(r"(?:参加|来了|到会|到场)")
_FOR_GUESTS = re.compile(r"(?:给|为|帮|替|慰问|看望|服务)[^，。,；;]{0,4}$")
_FOR_CHILDREN = re.compile(r"(?:给|为|帮|替|辅导|服务)[^，。,；;]{0,6}$")
_LED = re.compile(r"(?:组织|发动|带)")
_VISITED = re.compile(r"(?:慰问|看望|探望|走访|救助|资助|发给|发放|送给|我村|本村|帮扶|帮助)(?:了|过|共|的|到)*$")
_SERVICE = re.compile(r"(?:服务|帮助|给|为)(?:了|过|群众|居民|村民|共)*$")
_CALLED_ON = re.compile(r"(?:走|访|慰问|入户|看|去|到|评|表彰)(?:了|访|望|问|过)*$")
_TOOK_PART = re.compile(r"(?:人家|家庭)?(?:都|也)?(?:参加|来|到场|一起|报名|参与)")
_JUDGES = re.compile(r"每$|打分|评委")
_FIRMS = re.compile(r"企业|单位|公司|超市|商户|店")
_RATED = re.compile(r"访|打分|看|走")
_CHILDREN = frozenset({"孩子", "儿童", "学生", "娃", "小朋友", "小孩", "孩子们", "娃娃"})
_JOINED = frozenset({"和", "、", "及", "与"})


def read_served(figure: Figure, counts: Counts, form: str | None) -> bool:
    """给村里老人剪头，剪了29个: take a figure whose people are named before it, and say whether it is one."""
    if form != "志愿服务" or figure.unit not in ("个", "位", "人", "名") or not _SERVED.search(figure.before):
        return False
    if figure.end < len(figure.text) and not _SERVED_END.match(figure.text, figure.end):
        return False
    served = [h.word for h in figure.passage.people if set("客童") & set(h.entry.person) and h.end <= figure.start]
    if not served:
        return False
    add_benefit(counts, figure, served[-1], "人")
    return True


def is_helped(group: Group, form: str | None) -> bool:
    """Whether these people were served or honoured rather than there to take part."""
    figure, marks = group.figure, group.marks
    before, text, end, lacks = figure.before, figure.text, figure.end, figure.lacks
    if form in GIVING and _EACH_GOT.match(text, end, end + 9):
        return True
    if "队" in marks:
        return form == "评选表彰" and AIDED.search(before) is not None
    if figure.unit == "人次" and _TIMES_SERVED.search(before):
        return True
    if not _GAINED.mask & lacks and (_GAINED.search(before) or _GAIN.match(text, end)):
        return True
    if not _HONOURED.mask & lacks and _HONOURED.search(before) and not _ATTENDED.search(before):
        return True
    if "客" in marks:
        return form in _SERVING or _FOR_GUESTS.search(before) is not None
    if "童" in marks:
        return form in GIVING or (form == "志愿服务" and _FOR_CHILDREN.search(before) is not None)
    if "女" in marks and form in GIVING:
        return AIDED.search(before) is not None and not _LED.search(before)
    if not marks:
        if form in ("慰问", "捐赠救助", "走访排查"):
            return _VISITED.search(before) is not None
        return form == "志愿服务" and _SERVICE.search(before) is not None
    if form in ("慰问", "捐赠救助") and group.noun in ("学生", "群众", "居民", "村民", "家庭"):
        return AIDED.search(before) is not None
    return False


def read_households(figure: Figure, counts: Counts, form: str | None) -> None:
    """Take a figure that counts households, couples or homes, if they were helped, visited or honoured."""
    passage, before, text, end = figure.passage, figure.before, figure.text, figure.end
    noun = counted_noun(figure)
    if figure.unit == "家" and noun is None and not _CALLED_ON.search(before):
        return
    if (
        stands_aside(figure)
        or _TOOK_PART.match(text, end, end + 8)
        or _JUDGES.search(before[-3:])
        or _FIRMS.match(text, end, end + 4)
    ):
        return
    who = whom(passage, noun.word if noun else "")
    if not who and (form in ("慰问", "捐赠救助", "走访排查") or (form == "评选表彰" and not _RATED.search(before))):
        who = named_before(figure)
    add_benefit(counts, figure, who, "户" if figure.unit in ("家", "户次") else figure.unit)


def named_before(figure: Figure) -> str:
    """给烈士家属送了慰问品，走了4户: those named before are those counted."""
    text = figure.text
    served = [h for h in figure.passage.people if "客" in h.entry.person and h.end <= figure.start]
    if len(served) > 1 and text[served[-2].end : served[-1].start] in _JOINED:
        return text[served[-2].start : served[-1].end]
    return served[-1].word if served else ""


def listed(passage: Passage, who: str) -> str:
    """快递小哥和外卖骑手，26人: the whole list is meant."""
    served = [h for h in passage.people if "客" in h.entry.person]
    for first, last in pairwise(served):
        if last.word == who and passage.text[first.end : last.start] in _JOINED:
            return passage.text[first.start : last.end]
    return who


def whom(passage: Passage, noun: str) -> str:
    """The word for those helped; 一共23个孩子 after 慰问留守儿童 are the 留守儿童."""
    if noun in _CHILDREN:
        return next((h.word for h in passage.people if h.entry.person == "童客"), noun)
    if noun in ("老人", "老人家", ""):
        return next(
            (h.word for h in passage.people if h.entry.person == "客" and h.word.endswith("老人") and len(h.word) > 2),
            noun,
        )
    return "" if noun in ("人", "家庭", "农户", "群众") else noun


def add_benefit(counts: Counts, figure: Figure, who: str, unit: str) -> None:
    """Put down those helped, once."""
    if who and any(b.who == who and b.unit == unit for b in counts.beneficiaries):
        return
    counts.beneficiaries.append(Beneficiary(who, figure.number.notation, unit))
    counts.spans.setdefault("beneficiaries", figure.span)
