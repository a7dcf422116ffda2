"""Says what each figure counts: who came, who was helped, sessions, cases, money; nothing unsaid is added."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge.messages.activity import Beneficiary, Money, Span
from knowledge.messages.passage import Passage
from knowledge.messages.vocabulary import Hit
from knowledge.numerals import Number

_PEOPLE_UNITS = frozenset({"人", "个", "名", "位", "号", "口", "员", "人次", "口人", "号人", "个人", "名人", "代"})
_NOUN_UNITS = frozenset({"妇女", "姐妹", "孩子", "儿童", "学生", "老人"})
_HOUSE_UNITS = frozenset({"户", "户次", "对", "家"})
_SESSION_UNITS = frozenset({"场", "次", "期", "节", "场次", "堂", "课时", "轮"})
_CASE_UNITS = frozenset({"起", "件", "例", "宗", "桩"})
_SERVING = frozenset({"慰问", "走访排查", "志愿服务", "捐赠救助", "评选表彰"})
_GIVING = frozenset({"慰问", "走访排查", "捐赠救助", "评选表彰"})

_A_SESSION = re.compile(
    r"(?:搞|办|开|做|上|举办|组织|开展|讲|弄|有|演|放|听)(?:了|过)?(?:这么|"
    r"那么)?([场期节])(?![地所面合间待末内次目]|日)"
)
_A_CASE = re.compile(
    r"(?:调解|化解|处理|接待|调处|受理|办理|代理|劝和|接)(?:了|好了|成功)?(?:(?:一|1)[起件桩宗](?!来|去)|一个(?:来访|纠纷|信访|案子|上访|投诉))"
)
_CASE_TALK = re.compile(
    r"隐患|苗头|线索|纠纷|来访|接访|接待|来信|信访|投诉|咨询|矛盾|调解|案|诉求|上访|解答|答疑|求助|维权|反映|调处|化解|吵架"
)
_MONEY_BEFORE = re.compile(
    r"(?:奖金|补助|补贴|慰问金|救助金|助学金|红包|资金|经费|花费|花|用|出|捐|捐款|善款|筹|筹款|筹集|每人|每户|"
    r"人均|一人|一户|各|奖励|奖|价值|现金|拨|给|赞助|收入|礼金|学费|款)(?:了|是|为|共|一共|总共|共计|合计|的|"
    r"现金|[:：])*$"
)
_PLANNED_MONEY = re.compile(
    r"预算|计划(?:投入|花)|预计(?:花|投入|费用)|打算花|准备花|大概要花|申请(?:了)?经费|没花|未花|贷"
)
_EACH = re.compile(
    r"(?:每|一)(人|户|家|名|位|个孩子|生|个人|个|对)[^，。；;]{0,30}$|人均[^，。；;]{0,6}$|各[^，。；;]{0,4}$"
)
_TOTAL = re.compile(
    r"(?:共计|总共|一共|总计|合计|共有|加起来|全部|共|拢共|合共|统共|总人数)(?:有|来了|到了|去了|是|约|计|大概|"
    r"得有|参加|到场)*$"
)
_ASIDE = re.compile(
    r"(?:咨询|意向|线上|直播间?|网上|牵手|谈好|成功|解答|答疑|其中|获奖|评委|工作人员|报名|当场|提问|发言|党员|"
    r"签约|上台|入党|就业|录用|达成|应到|应参加|应来|配对|抽到|中奖|转诊|复查|异常|疑似|缺席|请假|没来|未到|还差|"
    r"脱贫|回收|抽取|义诊|问诊)[^，。,；;]{0,9}$|(?:劝[离回返阻退走]|劝住|救起|护送|接回)[^，。；]{0,10}$"
)
#: counted aside, yet those who came where nobody else is counted: 我们村报名14个妇女
_STILL_CAME = re.compile(r"(?:报名|党员|工作人员|义诊|问诊|咨询|登记)[^，。,；;]{0,9}$")
#: 更换老旧插座9个: the word before the figure is a thing
_THING_BEFORE = re.compile(
    r"(?:更换|换|安装|装|修|修好|拆除|拆|清理|整改|发现|悬挂|挂|摆放|设置|设|制作|做|搭|建|"
    r"采集|收集)(?:了|好|出)?[一-龥]{1,8}$"
)
_ATTENDED = re.compile(
    r"(?:参会|到会|与会|出席|实到|到场|参加人员|参会人员)(?:了|的)?(?:代表|人员|人数|妇女|群众|党员|共|有)*$"
)
_SERVED = re.compile(
    r"(?:剪|理|剃|服务|照顾|陪|帮|接送|送|看|走|修|洗|理发|量|测|查|磨|擦)了?(?:一共|总共|共|有|得有)?$"
)
_AIDED = re.compile(
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
_ALL_WOMEN = re.compile(
    r"(?:给|为|组织|带领|带着?|召集|面向|针对|邀请|请|叫|都是|全是|清一色|教|发动|对|集中|把|是|来了|来的|"
    r"动员|喊|约|领着|叫上|让)[^，。,；;0-9]{0,10}$"
)
_WOMEN_OF = re.compile(r"(?<!男)(?:女的|女性|女方)(?:有|共)?$|(?:其中|[，,、（( ])女$")
_MEN = re.compile(r"男|老公|丈夫|爸|夫妻|两口子|夫妇|居民|村民|群众代表|家庭|党员干部|大人小孩|男女")


@dataclass(slots=True)
class _Group:
    """A figure that counts people, with the word for them if there is one."""

    number: Number
    noun: str
    marks: str
    total: bool
    aside: bool
    subset: bool


@dataclass(slots=True)
class Counts:
    """Everything counted in one activity."""

    participants: str | None = None
    participants_unit: str = "人"
    women: str | None = None
    children: str | None = None
    sessions: str | None = None
    cases: str | None = None
    beneficiaries: list[Beneficiary] = field(default_factory=list)
    money: list[Money] = field(default_factory=list)
    spans: dict[str, Span] = field(default_factory=dict)


def read_counts(passage: Passage, form: str | None, taken: set[int]) -> Counts:
    """Assign every figure of the passage not already `taken` (by its start) by things handed out."""
    counts = Counts()
    groups: list[_Group] = []
    serving = _there_to_serve(passage)
    for number in passage.numbers:
        if number.start in taken or re.match(
            r"[一每1](?:人|户|家|个人)(?:[一二两三四五六七八九十\d送发给各奖领捐])",
            passage.text[number.start : number.start + 4],
        ):
            continue
        if _money(passage, number, counts) or _sessions(passage, number, counts) or _cases(passage, number, counts):
            continue
        if number.unit in _HOUSE_UNITS:
            _households(passage, number, counts, form)
            continue
        if _served(passage, number, counts, form):
            continue
        group = _group(passage, number)
        if group is None:
            continue
        if form == "会议" and re.search(
            r"选出|当选|选举产生|选了|补选", passage.text[passage.clause_bounds(number.start)[0] : number.start]
        ):
            continue
        if group.noun in ("家庭", "农户", "夫妻"):
            if form in _GIVING:
                _households(passage, number, counts, form)
            continue
        if _is_helped(passage, group, form) or (serving and "客" in group.marks):
            unit = "人次" if number.unit == "人次" else "人"
            who = _listed(passage, _whom(passage, group.noun)) or _named_before(passage, number)
            _benefit(counts, number, who, unit)
        else:
            groups.append(group)
    _a_session_without_figure(passage, counts)
    _attendance(passage, groups, counts, form)
    if counts.cases is None:
        match = _A_CASE.search(passage.text, passage.start, passage.end)
        if match:
            counts.cases, counts.spans["cases"] = "1", match.span()
    return counts


def _served(passage: Passage, number: Number, counts: Counts, form: str | None) -> bool:
    """给村里老人剪头，剪了29个: those served are named before their figure."""
    if (
        form != "志愿服务"
        or number.unit not in ("个", "位", "人", "名")
        or not _SERVED.search(_before(passage, number))
    ):
        return False
    after = passage.text[_number_end(number) :][:2]
    if after and not re.match(r"[，。,；;！!\s]|头|人|老", after):
        return False
    served = [h.word for h in passage.hits if set("客童") & set(h.entry.person) and h.end <= number.start]
    if not served:
        return False
    _benefit(counts, number, served[-1], "人")
    return True


def _before(passage: Passage, number: Number, reach: int = 32) -> str:
    left, _ = passage.clause_bounds(number.start)
    if left > passage.start and passage.text[left - 1] in ":： ":  # 人数：52
        left = passage.clause_bounds(left - 2)[0]
    return passage.text[max(left, number.start - reach) : number.start]


def _there_to_serve(passage: Passage) -> bool:
    """Volunteers beside old people, or a home for them: the old are those helped, whatever the form."""
    marks = [h.entry.person for h in passage.hits]
    return any("队" in m for m in marks) or any(
        h.word in ("敬老院", "养老院", "福利院", "幸福院", "光荣院", "颐养之家") for h in passage.hits
    )


def _number_end(number: Number) -> int:
    return max(number.end, number.unit_end)


def _money(passage: Passage, number: Number, counts: Counts) -> bool:
    text = passage.text
    explicit = number.unit in ("元", "块", "块钱") and not re.match(
        r"牌|匾|地|展板|毛巾|香皂|肥皂", text[_number_end(number) :][:2]
    )
    before = _before(passage, number)
    if number.unit == "块" and not re.search(
        r"[钱元]|每|给|花|出|捐|奖|补|红包|慰问金|现金|资", before + text[_number_end(number) : _number_end(number) + 4]
    ):
        explicit = False
    if number.unit == "块" and any(h.entry.item and h.end == number.start for h in passage.hits):
        explicit = False
    bare = not number.unit and number.low >= 100 and _MONEY_BEFORE.search(before) is not None
    if not explicit and not bare:
        return False
    if text[_number_end(number) :][:1] == "的" and re.match(r"的(?:度|票)", text[_number_end(number) :]):
        return True
    if _PLANNED_MONEY.search(before) or number.mark == "%":
        return True
    per = ""
    each = _EACH.search(before)
    if each:
        per = "户" if each.group(1) in ("户", "家") else "人"
    elif re.match(r"(?:/|每|一)(人|户)", text[_number_end(number) :]):
        per = text[_number_end(number) + 1]
    else:
        left, _ = passage.clause_bounds(number.start)
        earlier = text[max(passage.clause_bounds(left - 1)[0], left - 24) : left] if left > passage.start else ""
        if re.search(r"^(?:还有|外加|另加|加上|和|及|以及|再加|另外|另有)?[^，。]{0,2}$", before) and re.search(
            r"[每一](?:人|户)", earlier
        ):
            per = "户" if re.search(r"[每一]户", earlier) else "人"
    counts.money.append(Money(float(number.low), per))
    counts.spans.setdefault("money", (number.start, _number_end(number)))
    return True


def _sessions(passage: Passage, number: Number, counts: Counts) -> bool:
    if number.unit not in _SESSION_UNITS:
        return False
    before = _before(passage, number, 3)
    after = passage.text[_number_end(number) : _number_end(number) + 2]
    if before.endswith(
        ("每", "每月", "每周", "每年", "每季", "这", "上", "头", "那", "首", "再", "又", "人手")
    ) or after.startswith("性"):
        return True
    if number.unit in ("次", "轮") and re.search(r"[吃看问跑来去量测查洗]了?$", before):
        return True
    if counts.sessions is None or _TOTAL.search(_before(passage, number)):
        counts.sessions = number.notation
        counts.spans["sessions"] = (number.start, _number_end(number))
    return True


def _a_session_without_figure(passage: Passage, counts: Counts) -> None:
    if counts.sessions is None:
        match = _A_SESSION.search(passage.text, passage.start, passage.end)
        if match and not re.match(r"[节]日", passage.text[match.start(1) :][:2]):
            counts.sessions = "1"
            counts.spans["sessions"] = match.span()


def _cases(passage: Passage, number: Number, counts: Counts) -> bool:
    if number.unit not in _CASE_UNITS:
        return False
    left, right = passage.clause_bounds(number.start)
    near = passage.text[max(passage.start, left - 10) : min(right + 12, passage.end)]
    if number.unit == "件" and (
        re.match(r"[事好]", passage.text[_number_end(number) :][:1]) or not _CASE_TALK.search(near)
    ):
        return re.match(r"[事好]", passage.text[_number_end(number) :][:1]) is not None
    if not _CASE_TALK.search(near):
        return False
    if counts.cases is None:
        counts.cases = number.notation
        counts.spans["cases"] = (number.start, _number_end(number))
    return True


def _noun(passage: Passage, number: Number) -> Hit | None:
    """The word for the people counted: after the measure (26位残疾朋友) or before the figure (老人有76个)."""
    end = _number_end(number)
    text = passage.text
    touching = next((h for h in passage.hits if h.end == number.start and h.entry.person and h.word != "人"), None)
    if touching is not None and (not number.unit or _counts_the_next(passage, end)):  # 大人22个小孩13个
        return touching
    if number.unit in _NOUN_UNITS:
        return next((h for h in passage.hits if h.start <= number.unit_start < h.end and h.entry.person), None)
    left, right = passage.clause_bounds(number.start)
    for hit in passage.hits:
        if hit.entry.person and hit.word != "人" and end <= hit.start < right:
            between = text[end : hit.start]
            if (
                len(between) <= 5
                and not re.search(r"[，。了在去来到给和、还]|参加|一起|每|都是|带|其中|里面|请", between)
                and not any(end <= n.start < hit.start for n in passage.numbers)
            ):
                return _whole_noun(passage, hit)
            break
    best: Hit | None = None
    for hit in passage.hits:
        if hit.entry.person and hit.word != "人" and left <= hit.start and hit.end <= number.start:
            between = text[hit.end : number.start]
            if number.unit in ("人", "人次") and any(
                n is not number
                and n.unit in ("个", "户", "对", "家")
                and 0 <= hit.start - _number_end(n) <= 1
                and n.start >= left
                for n in passage.numbers
            ):
                continue  # 46个家庭130人: the word has a figure of its own
            if re.fullmatch(
                (
                    r"(?:们|代表|骨干|等|人数|的)?(?:也|就|都|又)?(?:共计|总共|一共|共有|共|有|来了|到了|去了|来|"
                    r"去|达|约|到会|参加的?|参加人数|到场|得有|大概|差不多|是|[:：]|合计|送去|当场|里|出动|计|"
                    r"[一-龥]{1,3}有|送了?|奖励了?)*(?:共|有|得有)?"
                ),
                between,
            ):
                best = (
                    None
                    if text[max(0, hit.start - 2) : hit.start] == "大人" or _last_of_list(passage, hit, between)
                    else hit
                )
    if (
        best is None
        and number.start <= left + 4
        and left > passage.start
        and not re.search(r"[一-龥]", text[left : number.start].replace("共", "").replace("一", "").replace("总", ""))
    ):
        best = next((h for h in passage.hits if h.end == left - 1 and "客" in h.entry.person), None)
        if best is None and left - 1 > passage.start:  # 老人都来了，四十六个
            begin = passage.clause_bounds(left - 2)[0]
            came = re.search(r"(?:都)?(?:来了|到了|参加了?)$", text[begin : left - 1])
            if came:
                best = next((h for h in passage.hits if h.end == begin + came.start() and h.entry.person), None)
    return best


def _counts_the_next(passage: Passage, end: int) -> bool:
    """Whether the word after a figure has a figure of its own."""
    follows = next((h for h in passage.hits if h.start == end and h.entry.person), None)
    return follows is not None and any(n.start == follows.end for n in passage.numbers)


def _last_of_list(passage: Passage, hit: Hit, between: str) -> bool:
    """家长和小孩共三十四人: the figure is that of the whole list."""
    lead = passage.text[max(passage.start, hit.start - 4) : hit.start]
    if re.search(r"(?:干部|两委|主席|执委|代表|群众|家长|党员|居民|村民|书记)[和及、与]$", lead):
        return True
    if "共" not in between and "计" not in between:
        return False
    before = passage.text[max(passage.start, hit.start - 12) : hit.start]
    return re.search(r"[和及、与]", before) is not None


def _whole_noun(passage: Passage, hit: Hit) -> Hit:
    """妇女代表, 学生家长: the last of words that touch is the one counted."""
    for other in passage.hits:
        if other.start == hit.end and other.entry.person and other.word != "人":
            return _whole_noun(passage, other)
    return hit


def _group(passage: Passage, number: Number) -> _Group | None:
    if number.mark in ("%", "/", "‰"):
        return None
    before = _before(passage, number)
    after = passage.text[_number_end(number) : _number_end(number) + 3]
    noun = _noun(passage, number)
    if number.unit in _PEOPLE_UNITS:
        if number.unit == "个" and noun is None:
            if re.match(
                (
                    r"(?:月|小时|钟头|村|社区|乡|镇|县|小组|组|班|点|问题|项目|部门|单位|环节|字|方面|阶段|多月|摊|"
                    r"节目|品种|家庭|地方|支部|样|活动|典型|案例|[一-龥]?(?:包|袋|箱|桶|杯|盒|盆|奖|本|灯|球|垃圾|门|"
                    r"口号))"
                ),
                after,
            ):
                return None
            if _THING_BEFORE.search(before):
                return None
            if (number.low == 1 and not number.mark) or re.search(
                r"[包做蒸煮剪编画写缝串扎捏修搓打建挂贴折](?:了|好)$", before
            ):
                return None
            if not (
                _CAME.search(before)
                or _AIDED.search(before)
                or _TOTAL.search(before)
                or re.fullmatch(r"[，。,]?[^一-龥]*", after)
                or re.match(r"[，。,；;!！人]", after)
                or after == ""
            ):
                return None
        if (
            number.unit in ("号", "口", "代")
            and not after.startswith("人")
            and noun is None
            and not _CAME.search(before)
        ):
            return None
    elif number.unit in _NOUN_UNITS:
        pass
    elif not number.unit:
        if noun is None and not _CAME.search(before) and not _WOMEN_OF.search(before):
            return None
        if re.match(r"[一-龥]", after) and noun is None and not re.match(r"(?:吧|呢|的|左右|哈|听|参加|来|在)", after):
            return None
        if number.low >= 100000 or re.match(r"[年月日%度米斤亩岁]", after):
            return None
    else:
        return None
    if re.search(r"每(?:村|组|个|户|家|队|班)?$", before):
        return None
    total = _TOTAL.search(before) is not None
    aside = (
        _ASIDE.search(before) is not None and re.search(r"实到|到会|到场|参加$|来了$", before[-3:]) is None
    ) or re.match(r"(?:获奖|报名|咨询|没来|请假|缺席|就业|签)", after) is not None
    subset = (
        "其中" in before or re.search(r"(?:含|包括)[^，。]{0,4}$", before) is not None or _in_brackets(passage, number)
    )
    marks = noun.entry.person if noun else ""
    if noun is None and _WOMEN_OF.search(before):
        marks = "女"
    elif noun is None and re.search(r"(?:男的?|男性|男方)(?:有|共)?$", before):
        marks = "众"
    return _Group(number, noun.word if noun else "", marks, total, aside, subset)


def _in_brackets(passage: Passage, number: Number) -> bool:
    """来了居民26人（妇女20人）: what stands in brackets is part of what stands before them."""
    left, _ = passage.clause_bounds(number.start)
    return left > 0 and passage.text[left - 1] in "（(" and any(n.end < left for n in passage.numbers)


def _is_helped(passage: Passage, group: _Group, form: str | None) -> bool:
    """Whether these people were served or honoured rather than there to take part."""
    before = _before(passage, group.number)
    number_after = passage.text[_number_end(group.number) : _number_end(group.number) + 6]
    if form in _GIVING and re.match(
        r"[一-龥]{0,5}(?:每人|一人|人手|各)[一两发送各]", passage.text[_number_end(group.number) :][:9]
    ):
        return True
    if "队" in group.marks:
        return form == "评选表彰" and _AIDED.search(before) is not None
    if group.number.unit == "人次" and re.search(r"(?:惠及|受益|服务|覆盖|解答|咨询)", before):
        return True
    if re.search(r"(?:惠及|受益|受惠|覆盖|受助)", before) or re.match(r"受益|受惠", number_after):
        return True
    if re.search(r"(?:评出|选出|表彰|评选|评上|评了|评|推荐|授予|颁给)[^，。,；;]{0,14}$", before) and not re.search(
        r"(?:参加|来了|到会|到场)", before
    ):
        return True
    if "客" in group.marks:
        if form in _SERVING:
            return True
        return re.search(r"(?:给|为|帮|替|慰问|看望|服务)[^，。,；;]{0,4}$", before) is not None
    if "童" in group.marks:
        return form in _GIVING or (
            form == "志愿服务" and re.search(r"(?:给|为|帮|替|辅导|服务)[^，。,；;]{0,6}$", before) is not None
        )
    if "女" in group.marks and form in _GIVING:
        return _AIDED.search(before) is not None and not re.search(r"(?:组织|发动|带)", before)
    if not group.marks and form in ("慰问", "捐赠救助", "走访排查"):
        return (
            re.search(
                r"(?:慰问|看望|探望|走访|救助|资助|发给|发放|送给|我村|本村|帮扶|帮助)(?:了|过|共|的|到)*$", before
            )
            is not None
        )
    if not group.marks and form == "志愿服务":
        return re.search(r"(?:服务|帮助|给|为)(?:了|过|群众|居民|村民|共)*$", before) is not None
    if group.marks and form in ("慰问", "捐赠救助") and group.noun in ("学生", "群众", "居民", "村民", "家庭"):
        return _AIDED.search(before) is not None
    return False


def _households(passage: Passage, number: Number, counts: Counts, form: str | None) -> None:
    before = _before(passage, number)
    after = passage.text[_number_end(number) : _number_end(number) + 4]
    noun = _noun(passage, number)
    if (
        number.unit == "家"
        and noun is None
        and not re.search(r"(?:走|访|慰问|入户|看|去|到|评|表彰)(?:了|访|望|问|过)*$", before)
    ):
        return
    if (
        _ASIDE.search(before)
        or re.match(r"(?:人家|家庭)?(?:都|也)?(?:参加|来|到场|一起|报名|参与)", passage.text[_number_end(number) :][:8])
        or re.search(r"每$|打分|评委", before[-3:])
        or re.match(r"企业|单位|公司|超市|商户|店", after)
    ):
        return
    unit = "户" if number.unit in ("家", "户次") else number.unit
    who = _whom(passage, noun.word if noun else "")
    if not who and (
        form in ("慰问", "捐赠救助", "走访排查") or (form == "评选表彰" and not re.search(r"访|打分|看|走", before))
    ):
        who = _named_before(passage, number)
    _benefit(counts, number, who, unit)


def _named_before(passage: Passage, number: Number) -> str:
    """给烈士家属送了慰问品，走了4户: those named before are those counted."""
    served = [h for h in passage.hits if "客" in h.entry.person and h.end <= number.start]
    if len(served) > 1 and passage.text[served[-2].end : served[-1].start] in ("和", "、", "及", "与"):
        return passage.text[served[-2].start : served[-1].end]
    return served[-1].word if served else ""


def _listed(passage: Passage, who: str) -> str:
    """快递小哥和外卖骑手，26人: the whole list is meant."""
    served = [h for h in passage.hits if "客" in h.entry.person]
    for first, last in pairwise(served):
        if last.word == who and passage.text[first.end : last.start] in ("和", "、", "及", "与"):
            return passage.text[first.start : last.end]
    return who


def _whom(passage: Passage, noun: str) -> str:
    """The word for those helped; 一共23个孩子 after 慰问留守儿童 are the 留守儿童."""
    if noun in ("孩子", "儿童", "学生", "娃", "小朋友", "小孩", "孩子们", "娃娃"):
        return next((h.word for h in passage.hits if h.entry.person == "童客"), noun)
    if noun in ("老人", "老人家", ""):
        return next(
            (h.word for h in passage.hits if h.entry.person == "客" and h.word.endswith("老人") and len(h.word) > 2),
            noun,
        )
    if not noun and not passage_has_people(passage):
        named = _OF_HONOUR.search(passage.said)
        return named.group(1) if named else ""
    return "" if noun in ("人", "家庭", "农户", "群众") else noun


def passage_has_people(passage: Passage) -> bool:
    """Whether those served are named by a known word."""
    return any("客" in h.entry.person for h in passage.hits)


_OF_HONOUR = re.compile(
    r"([一-龥]{0,4}(?:最美|星级|文明|示范|清洁|美丽|平安|五好|绿色|先进|优秀|好)[一-龥]{0,4}"
    r"(?:户|家庭|庭院|媳妇|婆婆|妯娌|邻居|个人))"
)


def _benefit(counts: Counts, number: Number, who: str, unit: str) -> None:
    same = next((i for i, b in enumerate(counts.beneficiaries) if b.who == who and b.unit == unit), None)
    if same is not None and who:
        return
    counts.beneficiaries.append(Beneficiary(who, number.notation, unit))
    counts.spans.setdefault("beneficiaries", (number.start, _number_end(number)))


def _attendance(passage: Passage, groups: list[_Group], counts: Counts, form: str | None) -> None:
    """Who came: the total if one is given, else the groups added up; women and children as counted."""
    proper = [g for g in groups if not g.aside and not g.subset]
    if not proper and form not in ("信访接待", "纠纷调解", "慰问", "走访排查", "捐赠救助"):
        proper = [g for g in groups if not g.subset and _STILL_CAME.search(_before(passage, g.number))][:1]
        for group in proper:
            group.aside = False
    generic = [g for g in proper if not g.marks]
    total = next((g for g in proper if g.total), None)
    if total is None:
        total = next((g for g in proper if _ATTENDED.search(_before(passage, g.number))), None)
    if total is None and generic:
        largest = max((g.number.low for g in proper if g.marks), default=0)
        earliest = min((g.number.start for g in proper if g.marks), default=passage.end)
        total = next((g for g in generic if g.number.low >= largest or g.number.start < earliest), None)
    named = [g for g in proper if g.marks and g is not total]
    if total is None and form in ("信访接待", "纠纷调解"):
        return
    if total is not None:
        counts.participants = total.number.notation
        counts.participants_unit = "人次" if total.number.unit == "人次" else "人"
        counts.spans["participants"] = (total.number.start, _number_end(total.number))
    elif named:
        counts.participants = _sum(named)
        counts.participants_unit = "人次" if any(g.number.unit == "人次" for g in named) else "人"
        counts.spans["participants"] = (named[0].number.start, _number_end(named[-1].number))
    for group in [*groups]:
        if group.aside and not group.subset:
            continue
        span = (group.number.start, _number_end(group.number))
        if "童" in group.marks and counts.children is None:
            counts.children, counts.spans["children"] = group.number.notation, span
        if "女" in group.marks and "?" not in group.marks and "队" not in group.marks and counts.women is None:
            counts.women, counts.spans["women"] = group.number.notation, span
    sole = counts.participants is not None and all(g.marks in ("", "众", "师众") or g.subset for g in groups)
    if counts.women is None and sole and _all_women(passage):
        counts.women, counts.spans["women"] = counts.participants, counts.spans["participants"]


def _sum(groups: list[_Group]) -> str:
    if len(groups) == 1 or any(g.number.mark not in ("", "~", "+") for g in groups):
        return groups[0].number.notation
    added = sum(int(g.number.low) for g in groups)
    marks = [g.number.mark for g in groups if g.number.mark]
    return f"{added}+" if "+" in marks else f"~{added}" if marks else str(added)


def _all_women(passage: Passage) -> bool:
    """给婆姨们讲, 组织妇女群众旁听, 都是带孩子的妈妈: everyone there is said to be a woman."""
    if _MEN.search(passage.said):
        return False
    for hit in passage.hits:
        marks = hit.entry.person
        if "女" not in marks or "?" in marks or "队" in marks:
            continue
        after = passage.text[hit.end : hit.end + 2]
        if (
            after.startswith(tuple("之节联代儿工病"))
            or after == "权益"
            or (
                hit.word == "妇女"
                and re.match(
                    r"小组|主任|议事|干部|维权|健康|节|之家|儿童|创业|就业|手工|能力|工作",
                    passage.text[hit.end : hit.end + 3],
                )
            )
        ):
            continue
        if re.match(r"[一-龥]{0,5}队[一-龥]{0,2}[0-9一二三四五六七八九十]", passage.text[hit.end : hit.end + 10]):
            return True
        left, _ = passage.clause_bounds(hit.start)
        before = passage.text[max(left, hit.start - 14) : hit.start]
        if _ALL_WOMEN.search(before) or re.match(
            r"(?:们)?(?:来了|到了|参加|去了|听|到|观看|收看|栽|种|自发|轮流|一起|学)",
            passage.text[hit.end : hit.end + 4],
        ):
            if not re.search(r"(?:慰问|看望|走访|给予|受|送|发给|帮|为了|关爱)", before):
                return True
    return False
