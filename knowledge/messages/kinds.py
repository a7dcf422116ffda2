"""Decides what kind of activity is told of: its form (形式) and category (类别)."""

import re

from msgspec import Struct

from knowledge.gates import rule
from knowledge.messages.passage import Passage
from knowledge.messages.vocabulary import Hit

#: the category a form points to when the words name no subject, and how strongly
_BY_FORM = {
    "慰问": ("关爱帮扶", 5.5),
    "走访排查": ("关爱帮扶", 2.5),
    "会议": ("组织建设", 2.5),
    "文体活动": ("文体活动", 3.5),
    "志愿服务": ("志愿环境", 2.0),
    "评选表彰": ("家庭建设", 1.5),
    "纠纷调解": ("维权普法", 6.0),
    "信访接待": ("维权普法", 6.0),
    "义诊体检": ("妇女健康", 5.0),
    "招聘会": ("创业就业", 6.0),
    "植树": ("志愿环境", 6.0),
    "妇女议事": ("组织建设", 7.0),
    "亲子活动": ("家庭建设", 3.0),
    "捐赠救助": ("关爱帮扶", 4.5),
    "参观学习": ("思想引领", 2.0),
    "培训": ("创业就业", 2.0),
    "讲座": ("家庭建设", 0.6),
    "宣传": ("维权普法", 0.6),
    "座谈会": ("组织建设", 2.0),
}
_SEVERAL = rule(
    r"(?:共|累计|总共|一共)?(?:开展|举办|组织|搞)(?:了)?(?:各类|各种)?(?:妇女|"
    r"妇联)?活动\S{0,3}\d*[一二三四五六七八九十]*\s*(?:余|多)?(?:场|次)"
)
_QUOTED = rule(r"[“「『][^”」』]{3,30}[”」』]")
_GAVE = rule(r"(?:发|发放|送|派|贴|张贴|散发)(?:了|出)?[^，。,;；]{0,8}(?:传单|宣传|资料|折页|手册|明白纸)")


_TAUGHT = rule(
    r"(?:给|为|跟|对)[^，。；]{1,10}讲|讲的是|来讲|(?<=[一-龥])(?:律师|医生|大夫|老师|专家|主任|法官|警官|教授|书记|"
    r"师傅)[一-龥]{0,3}讲(?!座|堂|台|好)|(?<![听宣主])讲(?:了)?(?=反|防|家|民法|婚姻|宪法|健康|两癌|妇女|法|彩礼|"
    r"安全|贷款|禁毒|育儿)"
)


_PLANTED = rule(r"(?:种|栽|植)(?:了|下|上)?[^，。种栽]{0,8}(?:树|苗|棵|株)(?!技术|管理|培训)")
_HELPED = rule(r"(?:志愿|义工|帮|姐妹)[^，。]{0,12}(?:收|摘|插秧|割(?:稻|麦)|种地|干农活|挑水|买菜|送饭|做饭|搬家|修)")


_TAUGHT_THIS = ("讲", "讲了", "讲解")
_SENT = rule(r"(?:给|为|向)[^，。]{0,10}(?:送|发)|送给|发给")
_LEARNT = rule(
    r"学(?:咋个|怎么|做|种|养|剪|编|绣|习)?[^，。]{1,8}(?:技术|果树|手艺|养殖|种植)|(?:师傅|技术员|老\S|农技站[^，。]{0,4})教的?"
)


#: the verbs whose object is the activity itself
_HEAD = rule(r"开展|举办|举行|召开|组织(?!了?[一-龥]{0,6}(?:去|到|参加))")
_CARE_HOME = rule(r"敬老院|福利院|养老院|幸福院|光荣院|颐养|(?:孤寡|独居|空巢|五保)老人家")
_BY_CATEGORY = {
    "妇女健康": "讲座", "维权普法": "宣传", "平安建设": "宣传", "志愿环境": "志愿服务", "创业就业": "培训",
    "家庭建设": "文体活动", "关爱帮扶": "慰问", "思想引领": "会议", "组织建设": "会议", "文体活动": "文体活动",
}  # fmt: skip
_ONLY_A_PLACE = frozenset("在到去于往")
_AMONG = rule(r"其中|包括|分别")
_PROPAGATED = re.compile(r"发|宣传|传单|资料|日")
_HELD = re.compile(r"活动|搞了|办了|开展")
_AT = re.compile(r"[在到]")
_NAME = re.compile(r"[“《][^”》]*[”》]")
_STOPPED = re.compile(r"[，,。；;]")
_TALKED_OF = rule(r"布置|部署|安排|讨论|准备")
_MADE_OF = frozenset({"宣传", "调解", "培训", "志愿服务", "讲解", "慰问", "救助", "表彰", "招聘", "选举", "巡逻"})
_MADE_INTO = tuple("员单册品栏车部队室站")
#: What a meeting may speak of without doing it: twenty who heard of the screening are not twenty screened.
_ALSO_SPOKEN_OF = frozenset({"义诊体检", "走访排查", "慰问"})
_SPOKEN_OF = (
    "布置", "布置了", "部署", "部署了", "研究", "研究了", "商量", "商量了", "讨论", "讨论了", "通报了", "传达了",
    "说了", "讲了", "说的是", "讲的是", "主要说", "主要讲", "会讲", "会上讲", "会上说",
)  # fmt: skip
_NOT_HELD = ("没有", "不用", "没搞", "取消")
_TO_PEOPLE = frozenset({"慰问", "走访排查", "捐赠救助", "志愿服务", "评选表彰"})
_OFFICES = frozenset({"主席", "主任", "书记", "老师", "律师", "队长", "院长"})
_SESSIONS = frozenset({"场", "次", "场次", "期"})


class Kind(Struct, frozen=True, gc=False):
    """Form and category with the places they were read from, and how sure the form is (0 none … 5 named)."""

    form: str | None
    category: str | None
    form_span: tuple[int, int] | None
    category_span: tuple[int, int] | None
    weight: float


def read_kind(passage: Passage) -> Kind:
    """The form and category of one activity."""
    said, lacks, numbers = passage.said, passage.lacks, passage.numbers
    form, span, weight = _form(passage)
    if len(numbers) >= 3 and len({n.start for n in numbers if n.unit in _SESSIONS}) >= 3:
        return Kind("其他", "组织建设", span, None, 3)
    if not (_SEVERAL.mask | _AMONG.mask) & lacks and _SEVERAL.search(said) and _AMONG.search(said):
        return Kind("其他", "组织建设", span, None, 3)
    category, category_span = _category(passage, form)
    if form is None and category is not None:
        if category in ("平安建设", "维权普法") and _PROPAGATED.search(said):
            form = "宣传"
        elif weight == 0 and _HELD.search(said):
            form = "其他"
        elif numbers or passage.times:
            form = _BY_CATEGORY[category]
    return Kind(form, category, span, category_span, weight)


def _form(passage: Passage) -> tuple[str | None, tuple[int, int] | None, float]:
    said, lacks, text, start = passage.said, passage.lacks, passage.text, passage.start
    scores: dict[str, float] = {}
    where: dict[str, Hit] = {}
    for hit in passage.hits:
        entry = hit.entry
        form = entry.form
        if not form or _is_other_use(passage, hit):
            continue
        if entry.place and entry.form_weight < 3 and _at_a_place(passage, hit):
            continue
        weight = float(entry.form_weight)
        if form not in scores:
            where[form] = hit
            scores[form] = weight
        else:
            held = scores[form]
            if weight >= held:
                where[form] = hit
                held = weight
            scores[form] = held + 0.3
    headed = None if _HEAD.mask & lacks else _headed(passage)
    if headed is not None:
        scores[headed.entry.form] = scores.get(headed.entry.form, 0) + 1.2
    for frame in passage.frames:
        form, weight = frame.form, frame.weight
        scores[form] = max(scores[form] + 0.2, weight) if form in scores else weight
    if not _PLANTED.mask & lacks and _PLANTED.search(said):
        scores["植树"] = max(scores.get("植树", 0), 3.5)
    if not _HELPED.mask & lacks and _HELPED.search(said):
        scores["志愿服务"] = max(scores.get("志愿服务", 0), 2.4)
    taught = "讲" in said
    if taught or (not _SENT.mask & lacks and _SENT.search(text)):
        for hit in passage.hits:
            entry = hit.entry
            if entry.topical and taught and text.endswith(_TAUGHT_THIS, max(start, hit.start - 2), hit.start):
                scores["讲座"] = max(scores.get("讲座", 0), 2.4)
            if "客" in entry.person and _SENT.search(text[max(start, hit.start - 6) : hit.end + 5]):
                scores["慰问"] = max(scores.get("慰问", 0), 1.5)
    if not scores and not _LEARNT.mask & lacks and _LEARNT.search(said):
        scores["培训"] = 2
    if taught and _TAUGHT.search(said):
        scores["讲座"] = max(scores.get("讲座", 0), 2.3)
    if not _GAVE.mask & lacks and _GAVE.search(said):
        scores["宣传"] = max(scores.get("宣传", 0), 2.2)
    if not scores:
        return None, None, 0
    return _best_form(passage, scores, where)


def _best_form(
    passage: Passage, scores: dict[str, float], where: dict[str, Hit]
) -> tuple[str, tuple[int, int] | None, float]:
    if "慰问" in scores and "走访排查" in scores:
        scores["慰问"] += 1
    if (
        not _CARE_HOME.mask & passage.lacks
        and _CARE_HOME.search(passage.said)
        and max(scores, key=lambda f: scores[f]) == "文体活动"
        and scores["文体活动"] < 3.5
    ):
        scores["志愿服务"] = scores["文体活动"] + 0.5
    best, most, first = "", -1.0, 0
    for form, score in scores.items():
        if score >= most:
            at = -where[form].start if form in where else 0
            if score > most or at > first:
                best, most, first = form, score, at
    hit = where.get(best)
    return best, (hit.start, hit.end) if hit else None, most


def _at_a_place(passage: Passage, hit: Hit) -> bool:
    """社区夜校 as a clause of its own or after 在 is where it was, not what."""
    left, right = passage.clause_bounds(hit.start)
    return hit.end == right or _AT.search(passage.text, left, hit.start) is not None


def _headed(passage: Passage) -> Hit | None:
    """The word for the form that 开展, 举办 or 召开 governs: 开展“守护乳房”健康讲座, whatever was done beside it."""
    text = passage.text
    strong = [h for h in passage.hits if h.entry.form_weight >= 3]
    if not strong:
        return None
    for match in _HEAD.finditer(text, passage.start, passage.end):
        end = match.end()
        for hit in reversed(strong):
            if hit.start < end:
                break
            if hit.end - end <= 30 and not _STOPPED.search(_NAME.sub("", text[end : hit.start])):
                return hit
    return None


def _is_other_use(passage: Passage, hit: Hit) -> bool:
    """A form's word that is part of another thing: 培训学校, 调解员, 宣传单, 讲座资料."""
    text, word, start, end = passage.text, hit.word, hit.start, hit.end
    if word in _MADE_OF:
        if text.startswith(_MADE_INTO, end):
            return True
        if word == "宣传" and text[end : end + 2] in ("资料", "折页", "手册", "画", "页"):
            return True
    if text.endswith(_NOT_HELD, 0, start):
        return True
    if hit.entry.form in _ALSO_SPOKEN_OF and text.endswith(_SPOKEN_OF, 0, start):
        return True
    return word in ("走了", "上课", "拜年") and text.startswith(("吧", "啦", "了"), end)


def _category(passage: Passage, form: str | None) -> tuple[str | None, tuple[int, int] | None]:
    text, start, lacks = passage.text, passage.start, passage.lacks
    scores: dict[str, float] = {}
    where: dict[str, tuple[int, int]] = {}
    quoted = None if _QUOTED.mask & lacks else _QUOTED.search(text, start, passage.end)
    title = quoted.span() if quoted else None
    talked_of = not _TALKED_OF.mask & lacks
    for hit in passage.hits:
        entry = hit.entry
        category = entry.category
        if not category:
            continue
        at, end = hit.start, hit.end
        if at > 1 and text[at - 2 : at] in _OFFICES:
            continue
        weight = entry.category_weight + 0.01 * (end - at) + (1.5 if title and title[0] <= at < title[1] else 0)
        if entry.person and form not in _TO_PEOPLE:
            weight -= 2
        if entry.place and at > start and text[at - 1] in _ONLY_A_PLACE:
            weight -= 3
        if (
            category == "组织建设"
            and entry.person
            and any(0 <= at - max(n.end, n.unit_end) <= 1 or 0 <= n.start - end <= 1 for n in passage.numbers)
        ):
            weight -= 5  # 8名执委 says who, not what
        if entry.item and not entry.topical:
            weight -= 1
        if talked_of and _TALKED_OF.search(text[max(start, at - 5) : at]):
            weight -= 2.5
        held = scores.get(category)
        if held is None or weight > held:
            where[category] = (at, end)
            scores[category] = weight + 0.4 * (held is not None)
        else:
            scores[category] = held + 0.4
    if form in _BY_FORM:
        category, weight = _BY_FORM[form]
        scores[category] = max(scores[category], weight) + 0.5 if category in scores else weight
    if not scores:
        return None, None
    best = max(scores, key=scores.__getitem__) if len(scores) > 1 else next(iter(scores))
    return best, where.get(best)
