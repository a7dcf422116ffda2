"""Says whom a figure counts: the word for the people, how they stand to the rest, and whether they only stand aside."""

import re

from msgspec import Struct

from knowledge.gates import rule
from knowledge.messages.figures import Figure, number_end
from knowledge.messages.passage import Passage
from knowledge.messages.sums import TOTAL
from knowledge.messages.vocabulary import Hit
from knowledge.numerals import Number

_PEOPLE_UNITS = frozenset({"人", "个", "名", "位", "号", "口", "员", "人次", "口人", "号人", "个人", "名人", "代"})
_NOUN_UNITS = frozenset({"妇女", "姐妹", "孩子", "儿童", "学生", "老人"})
_ASIDE = rule(
    r"(?:咨询|意向|线上|直播间?|网上|牵手|谈好|成功|解答|答疑|其中|获奖|评委|工作人员|报名|当场|提问|发言|党员|"
    r"签约|上台|入党|就业|录用|达成|应到|应参加|应来|配对|抽到|中奖|转诊|复查|异常|疑似|缺席|请假|没来|未到|还差|"
    r"脱贫|回收|抽取|义诊|问诊)[^，。,；;]{0,9}$|(?:劝[离回返阻退走]|劝住|救起|护送|接回)[^，。；]{0,10}$"
)
#: 更换老旧插座9个: the word before the figure is a thing
_THING_BEFORE = rule(
    r"(?:更换|换|安装|装|修|修好|拆除|拆|清理|整改|发现|悬挂|挂|摆放|设置|设|制作|做|搭|建|"
    r"采集|收集)(?:了|好|出)?[一-龥]{1,8}$"
)
AIDED = rule(
    r"(?:惠及|受益|服务|帮助|救助|帮扶|资助|慰问|看望|探望|走访|发给|送给|给|为|帮|关爱|表彰|评出|选出|评选|评上|"
    r"颁给|评|奖励|捐给|送到|探访|入户|结对|收到|受助|获评|产生|推荐|覆盖|受惠)(?:了|出|过|到|全村|全镇|辖区|村里|"
    r"我村|村内|的|群众|困难|家|共|约|有|是)*[^，。,；;]{0,6}$"
)
_CAME = re.compile(
    r"(?:来|去|到|参加|到场|到会|出席|听|听课|在场|签到|学员|观众|参与|出动|派出|组织|派|现场|参训|参会|与会|受训|"
    r"培训|检查|筛查|体检|旁听|出勤|共|一共|总共|有|坐了|查了|量了|看了|领取|登记|召集|吸引|动员|发动|带|带领|"
    r"人数|实到|受教育|的人|的有)(?:了|到|会|课|的|人数|有|得有|约|是|为|共|大概|人员|妇女|群众|者|是|差不多|"
    r"[:：])*$"
)
_WOMEN_OF = rule(r"(?<!男)(?:女的|女性|女方)(?:有|共)?$|(?:其中|[，,、（( ])女$")
_NO_NOUN_BETWEEN = re.compile(r"[，。了在去来到给和、还]|参加|一起|每|都是|带|其中|里面|请")
_NOUN_THEN_FIGURE = re.compile(
    r"(?:们|代表|骨干|等|人数|的)?(?:也|就|都|又)?(?:共计|总共|一共|共有|共|有|来了|到了|去了|来|"
    r"去|达|约|到会|参加的?|参加人数|到场|得有|大概|差不多|是|[:：]|合计|送去|当场|里|出动|计|"
    r"[一-龥]{1,3}有|送了?|奖励了?)*(?:共|有|得有)?"
)
_HAN = re.compile(r"[一-龥]")
_MORE_THAN_A_SUM = re.compile(r"(?![共一总])[一-龥]")
_ALL_CAME = re.compile(r"(?:都)?(?:来了|到了|参加了?)$")
_LISTED_WITH = re.compile(r"(?:干部|两委|主席|执委|代表|群众|家长|党员|居民|村民|书记)[和及、与]$")
_AND = re.compile(r"[和及、与]")
_A_THING_AFTER = re.compile(
    r"(?:月|小时|钟头|村|社区|乡|镇|县|小组|组|班|点|问题|项目|部门|单位|环节|字|方面|阶段|多月|摊|"
    r"节目|品种|家庭|地方|支部|样|活动|典型|案例|[一-龥]?(?:包|袋|箱|桶|杯|盒|盆|奖|本|灯|球|垃圾|门|口号))"
)
_MADE_BEFORE = re.compile(r"[包做蒸煮剪编画写缝串扎捏修搓打建挂贴折](?:了|好)$")
_NO_HAN = re.compile(r"[，。,]?[^一-龥]*")
_STOPS = re.compile(r"[，。,；;!！人]")
_GOES_ON = re.compile(r"(?:吧|呢|的|左右|哈|听|参加|来|在)")
_MEASURE_AFTER = re.compile(r"[年月日号%度米斤亩岁]")
_EACH_OF = rule(r"每(?:村|组|个|户|家|队|班)?$")
_WERE_THERE = re.compile(r"实到|到会|到场|参加$|来了$")
_ASIDE_AFTER = re.compile(r"(?:获奖|报名|咨询|没来|请假|缺席|就业|签)")
_INCLUDING = rule(r"(?:含|包括)[^，。]{0,4}$")
_MEN_OF = rule(r"(?:男的?|男性|男方)(?:有|共)?$")


def stands_aside(figure: Figure) -> bool:
    """Whether those counted were not among those who came: 获奖, 咨询, 应到."""
    return not _ASIDE.mask & figure.lacks and _ASIDE.search(figure.before) is not None


class Group(Struct, gc=False, eq=False):
    """A figure that counts people, with the word for them if there is one and the marks of people.tsv."""

    figure: Figure
    number: Number
    notation: str
    noun: str
    marks: str
    total: bool
    aside: bool
    subset: bool


def counted_noun(figure: Figure) -> Hit | None:
    """The word for the people counted: after the measure (26位残疾朋友) or before the figure (老人有76个)."""
    passage, number, text, end, left = figure.passage, figure.number, figure.text, figure.end, figure.left
    people = [h for h in passage.people if h.word != "人"]
    for hit in people:
        if hit.end == number.start:  # 大人22个小孩13个
            if not number.unit or _counts_the_next(passage, end):
                return hit
            break
    if number.unit in _NOUN_UNITS:
        return next((h for h in passage.hits if h.start <= number.unit_start < h.end and h.entry.person), None)
    for hit in people:
        if end <= hit.start < figure.right:
            between = text[end : hit.start]
            if (
                len(between) <= 5
                and not _NO_NOUN_BETWEEN.search(between)
                and not any(end <= n.start < hit.start for n in passage.numbers)
            ):
                return _whole_noun(passage, hit)
            break
    best: Hit | None = None
    for hit in people:
        if left <= hit.start and hit.end <= number.start:
            if number.unit in ("人", "人次") and _has_its_own(passage, number, hit, left):
                continue
            between = text[hit.end : number.start]
            if _NOUN_THEN_FIGURE.fullmatch(between):
                aside = text[max(0, hit.start - 2) : hit.start] == "大人" or _last_of_list(passage, hit, between)
                best = None if aside else hit
    if best is None and number.start <= left + 4 and left > passage.start:
        best = _of_clause_before(figure)
    return best


def _has_its_own(passage: Passage, number: Number, hit: Hit, left: int) -> bool:
    """46个家庭130人: the word has a figure of its own."""
    return any(
        n is not number
        and n.unit in ("个", "户", "对", "家")
        and 0 <= hit.start - number_end(n) <= 1
        and n.start >= left
        for n in passage.numbers
    )


def _of_clause_before(figure: Figure) -> Hit | None:
    """老人都来了，四十六个: those of the clause before, where the figure begins its own."""
    passage, text, left = figure.passage, figure.text, figure.left
    if _MORE_THAN_A_SUM.search(text, left, figure.start):
        return None
    best = next((h for h in passage.hits if h.end == left - 1 and "客" in h.entry.person), None)
    if best is None and left - 1 > passage.start:
        begin = passage.clause_bounds(left - 2)[0]
        came = _ALL_CAME.search(text[begin : left - 1])
        if came:
            best = next((h for h in passage.hits if h.end == begin + came.start() and h.entry.person), None)
    return best


def _counts_the_next(passage: Passage, end: int) -> bool:
    """Whether the word after a figure has a figure of its own."""
    follows = next((h for h in passage.hits if h.start == end and h.entry.person), None)
    return follows is not None and any(n.start == follows.end for n in passage.numbers)


def _last_of_list(passage: Passage, hit: Hit, between: str) -> bool:
    """家长和小孩共三十四人: the figure is that of the whole list."""
    if _LISTED_WITH.search(passage.text[max(passage.start, hit.start - 4) : hit.start]):
        return True
    if "共" not in between and "计" not in between:
        return False
    return _AND.search(passage.text, max(passage.start, hit.start - 12), hit.start) is not None


def _whole_noun(passage: Passage, hit: Hit) -> Hit:
    """妇女代表, 学生家长: the last of words that touch is the one counted."""
    for other in passage.hits:
        if other.start == hit.end and other.entry.person and other.word != "人":
            return _whole_noun(passage, other)
    return hit


def read_group(figure: Figure) -> Group | None:
    """The people a figure counts, or None if it counts something else."""
    number, before, lacks = figure.number, figure.before, figure.lacks
    if number.mark in ("%", "/", "‰"):
        return None
    noun = counted_noun(figure)
    if not _may_count_people(figure, noun) or (not _EACH_OF.mask & lacks and _EACH_OF.search(before)):
        return None
    after = figure.text[figure.end : figure.end + 3]
    total = not TOTAL.mask & lacks and TOTAL.search(before) is not None
    aside = _ASIDE_AFTER.match(after) is not None or (stands_aside(figure) and _WERE_THERE.search(before[-3:]) is None)
    subset = (
        "其中" in before
        or (not _INCLUDING.mask & lacks and _INCLUDING.search(before) is not None)
        or _in_brackets(figure)
    )
    marks = noun.entry.person if noun else ""
    if noun is None and not _WOMEN_OF.mask & lacks and _WOMEN_OF.search(before):
        marks = "女"
    elif noun is None and not _MEN_OF.mask & lacks and _MEN_OF.search(before):
        marks = "众"
    return Group(figure, number, number.notation, noun.word if noun else "", marks, total, aside, subset)


def _may_count_people(figure: Figure, noun: Hit | None) -> bool:
    number, before, unit = figure.number, figure.before, figure.unit
    if unit in _NOUN_UNITS:
        return True
    after = figure.text[figure.end : figure.end + 3]
    if unit in _PEOPLE_UNITS:
        if unit == "个" and noun is None:
            return _bare_measure_of_people(figure, after)
        return not (
            unit in ("号", "口", "代") and noun is None and not after.startswith("人") and not _CAME.search(before)
        )
    if unit:
        return False
    if noun is None and not _CAME.search(before) and not _WOMEN_OF.search(before):
        return False
    if noun is None and _HAN.match(after) and not _GOES_ON.match(after):
        return False
    return number.low < 100000 and not _MEASURE_AFTER.match(after)


def _bare_measure_of_people(figure: Figure, after: str) -> bool:
    """来了36个: 个 with no word for what is counted."""
    number, before, lacks = figure.number, figure.before, figure.lacks
    if _A_THING_AFTER.match(after) or (not _THING_BEFORE.mask & lacks and _THING_BEFORE.search(before)):
        return False
    if (number.low == 1 and not number.mark) or _MADE_BEFORE.search(before):
        return False
    return bool(
        _NO_HAN.fullmatch(after)
        or _STOPS.match(after)
        or _CAME.search(before)
        or (not AIDED.mask & lacks and AIDED.search(before))
        or (not TOTAL.mask & lacks and TOTAL.search(before))
    )


def _in_brackets(figure: Figure) -> bool:
    """来了居民26人（妇女20人）: what stands in brackets is part of what stands before them."""
    left = figure.left
    return left > 0 and figure.text[left - 1] in "（(" and any(n.end < left for n in figure.passage.numbers)
