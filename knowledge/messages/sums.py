"""Figures that count no people: money, sessions (场次) and cases (件数)."""

import re

from knowledge.gates import rule
from knowledge.messages.activity import Money
from knowledge.messages.figures import Counts, Figure
from knowledge.messages.passage import Passage

_SESSION_UNITS = frozenset({"场", "次", "期", "节", "场次", "堂", "课时", "轮"})
_CASE_UNITS = frozenset({"起", "件", "例", "宗", "桩"})
_A_SESSION = rule(
    r"(?:搞|办|开|做|上|举办|组织|开展|讲|弄|有|演|放|听)(?:了|过)?(?:这么|"
    r"那么)?([场期节])(?![地所面合间待末内次目]|日)"
)
_A_CASE = rule(
    r"(?:调解|化解|处理|接待|调处|受理|办理|代理|劝和|接)(?:了|好了|成功)?(?:(?:一|1)[起件桩宗](?!来|去)|一个(?:来访|纠纷|信访|案子|上访|投诉))"
)
_CASE_TALK = rule(
    r"隐患|苗头|线索|纠纷|来访|接访|接待|来信|信访|投诉|咨询|矛盾|调解|案|诉求|上访|解答|答疑|求助|维权|反映|调处|化解|吵架"
)
_MONEY_BEFORE = re.compile(
    r"(?:奖金|补助|补贴|慰问金|救助金|助学金|红包|资金|经费|花费|花|用|出|捐|捐款|善款|筹|筹款|筹集|每人|每户|"
    r"人均|一人|一户|各|奖励|奖|价值|现金|拨|给|赞助|收入|礼金|学费|款)(?:了|是|为|共|一共|总共|共计|合计|的|"
    r"现金|[:：])*$"
)
_PLANNED_MONEY = rule(r"预算|计划(?:投入|花)|预计(?:花|投入|费用)|打算花|准备花|大概要花|申请(?:了)?经费|没花|未花|贷")
_EACH = rule(r"(?:每|一)(人|户|家|名|位|个孩子|生|个人|个|对)[^，。；;]{0,30}$|人均[^，。；;]{0,6}$|各[^，。；;]{0,4}$")
TOTAL = rule(
    r"(?:共计|总共|一共|总计|合计|共有|加起来|全部|共|拢共|合共|统共|总人数)(?:有|来了|到了|去了|是|约|计|大概|"
    r"得有|参加|到场)*$"
)
_MONEY_UNITS = frozenset({"元", "块", "块钱"})
#: 一块牌匾 is a thing, 五元的票 a ticket
_IN_BLOCKS = re.compile(r"牌|匾|地|展板|毛巾|香皂|肥皂")
_SAID_AS_MONEY = re.compile(r"[钱元]|每|给|花|出|捐|奖|补|红包|慰问金|现金|资")
_A_PRICE = re.compile(r"的(?:度|票)")
_PER_HEAD = re.compile(r"(?:/|每|一)(人|户)")
_MORE_OF_IT = re.compile(r"^(?:还有|外加|另加|加上|和|及|以及|再加|另外|另有)?[^，。]{0,2}$")
_EACH_EARLIER = re.compile(r"[每一](?:人|户)")
_EACH_HOUSE = re.compile(r"[每一]户")
_NOT_SESSIONS = ("每", "每月", "每周", "每年", "每季", "这", "上", "头", "那", "首", "再", "又", "人手")
_TIMES_DONE = re.compile(r"[吃看问跑来去量测查洗]了?$")
_GOOD_DEEDS = re.compile(r"[事好]")


#: measures of which none of the readers here makes anything
NOT_SUMS = frozenset({"人", "名", "位", "个", "户", "份", "本"}) - _SESSION_UNITS - _CASE_UNITS - _MONEY_UNITS


def read_money(figure: Figure, counts: Counts) -> bool:
    """Take a figure that counts money, and say whether it does."""
    number, text, before, unit = figure.number, figure.text, figure.before, figure.unit
    if unit:
        if unit not in _MONEY_UNITS or _IN_BLOCKS.match(text, figure.end, figure.end + 2):
            return False
        if unit == "块" and (
            not _SAID_AS_MONEY.search(before + text[figure.end : figure.end + 4])
            or any(h.entry.item and h.end == number.start for h in figure.passage.hits)
        ):
            return False
    elif number.low < 100 or not _MONEY_BEFORE.search(before):
        return False
    if _A_PRICE.match(text, figure.end) or number.mark == "%" or _PLANNED_MONEY.search(before):
        return True
    counts.money.append(Money(float(number.low), _per(figure)))
    counts.spans.setdefault("money", figure.span)
    return True


def _per(figure: Figure) -> str:
    """Whether a sum was for each person or for each household; empty for a total."""
    text, passage, left = figure.text, figure.passage, figure.left
    each = _EACH.search(figure.before)
    if each:
        return "户" if each.group(1) in ("户", "家") else "人"
    head = _PER_HEAD.match(text, figure.end)
    if head:
        return head.group(1)
    if left > passage.start and _MORE_OF_IT.search(figure.before):
        earlier = text[max(passage.clause_bounds(left - 1)[0], left - 24) : left]
        if _EACH_EARLIER.search(earlier):
            return "户" if _EACH_HOUSE.search(earlier) else "人"
    return ""


def read_sessions(figure: Figure, counts: Counts) -> bool:
    """Take a figure that counts sessions, and say whether it does."""
    if figure.unit not in _SESSION_UNITS:
        return False
    before = figure.before[-3:]
    if before.endswith(_NOT_SESSIONS) or figure.text.startswith("性", figure.end):
        return True
    if figure.unit in ("次", "轮") and _TIMES_DONE.search(before):
        return True
    if counts.sessions is None or (not TOTAL.mask & figure.lacks and TOTAL.search(figure.before)):
        counts.sessions = figure.number.notation
        counts.spans["sessions"] = figure.span
    return True


def read_cases(figure: Figure, counts: Counts) -> bool:
    """Take a figure that counts disputes, visits or complaints, and say whether it does."""
    if figure.unit not in _CASE_UNITS:
        return False
    passage, text = figure.passage, figure.text
    if figure.unit == "件" and _GOOD_DEEDS.match(text, figure.end):
        return True
    if not _CASE_TALK.search(text, max(passage.start, figure.left - 10), min(figure.right + 12, passage.end)):
        return False
    if counts.cases is None:
        counts.cases = figure.number.notation
        counts.spans["cases"] = figure.span
    return True


def read_one_without_figure(passage: Passage, counts: Counts) -> None:
    """搞了场讲座, 调解一起: one session, one case, said without a number."""
    text, start, end, lacks = passage.text, passage.start, passage.end, passage.lacks
    if counts.sessions is None and not _A_SESSION.mask & lacks:
        session = _A_SESSION.search(text, start, end)
        if session and not text.startswith("节日", session.start(1)):
            counts.sessions = "1"
            counts.spans["sessions"] = session.span()
    if counts.cases is None and not _A_CASE.mask & lacks:
        case = _A_CASE.search(text, start, end)
        if case:
            counts.cases, counts.spans["cases"] = "1", case.span()
