"""Decides what kind of activity is told of: its form (形式) and category (类别)."""

import re
from typing import NamedTuple

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
_SEVERAL = re.compile(
    r"(?:共|累计|总共|一共)?(?:开展|举办|组织|搞)(?:了)?(?:各类|各种)?(?:妇女|"
    r"妇联)?活动\S{0,3}\d*[一二三四五六七八九十]*\s*(?:余|多)?(?:场|次)"
)
_QUOTED = re.compile(r"[“「『][^”」』]{3,30}[”」』]")
_GAVE = re.compile(r"(?:发|发放|送|派|贴|张贴|散发)(?:了|出)?[^，。,;；]{0,8}(?:传单|宣传|资料|折页|手册|明白纸)")


_TAUGHT = re.compile(
    r"(?:给|为|跟|对)[^，。；]{1,10}讲|讲的是|来讲|[一-龥](?:律师|医生|大夫|老师|专家|主任|法官|警官|教授|书记|"
    r"师傅)[一-龥]{0,3}讲(?!座|堂|台|好)|(?<![听宣主])讲(?:了)?(?=反|防|家|民法|婚姻|宪法|健康|两癌|妇女|法|彩礼|"
    r"安全|贷款|禁毒|育儿)"
)


_PLANTED = re.compile(r"(?:种|栽|植)(?:了|下|上)?[^，。种栽]{0,8}(?:树|苗|棵|株)(?!技术|管理|培训)")
_HELPED = re.compile(
    r"(?:志愿|义工|帮|姐妹)[^，。]{0,12}(?:收|摘|插秧|割(?:稻|麦)|种地|干农活|挑水|买菜|送饭|做饭|搬家|修)"
)


_SENT = re.compile(r"(?:给|为|向)[^，。]{0,10}(?:送|发)|送给|发给")
_LEARNT = re.compile(
    r"学(?:咋个|怎么|做|种|养|剪|编|绣|习)?[^，。]{1,8}(?:技术|果树|手艺|养殖|种植)|(?:师傅|技术员|老\S|农技站[^，。]{0,4})教的?"
)


#: the verbs whose object is the activity itself
_HEAD = re.compile(r"开展|举办|举行|召开|组织(?!了?[一-龥]{0,6}(?:去|到|参加))")
_CARE_HOME = re.compile(r"敬老院|福利院|养老院|幸福院|光荣院|颐养|(?:孤寡|独居|空巢|五保)老人家")
_BY_CATEGORY = {
    "妇女健康": "讲座", "维权普法": "宣传", "平安建设": "宣传", "志愿环境": "志愿服务", "创业就业": "培训",
    "家庭建设": "文体活动", "关爱帮扶": "慰问", "思想引领": "会议", "组织建设": "会议", "文体活动": "文体活动",
}  # fmt: skip
_ONLY_A_PLACE = re.compile(r"[在到去于往]$")


class Kind(NamedTuple):
    """Form and category with the places they were read from, and how sure the form is (0 none … 5 named)."""

    form: str | None
    category: str | None
    form_span: tuple[int, int] | None
    category_span: tuple[int, int] | None
    weight: float


def read_kind(passage: Passage) -> Kind:
    """The form and category of one activity."""
    form, span, weight = _form(passage)
    if len({n.start for n in passage.numbers if n.unit in ("场", "次", "场次", "期")}) >= 3:
        return Kind("其他", "组织建设", span, None, 3)
    if _SEVERAL.search(passage.said) and re.search(r"其中|包括|分别", passage.said):
        return Kind("其他", "组织建设", span, None, 3)
    category, category_span = _category(passage, form)
    if form is None and category in ("平安建设", "维权普法") and re.search(r"发|宣传|传单|资料|日", passage.said):
        form = "宣传"
    if form is None and category is not None and weight == 0 and re.search(r"活动|搞了|办了|开展", passage.said):
        form = "其他"
    if form is None and category is not None and (passage.numbers or passage.times):
        form = _BY_CATEGORY[category]
    return Kind(form, category, span, category_span, weight)


def _form(passage: Passage) -> tuple[str | None, tuple[int, int] | None, float]:
    scores: dict[str, float] = {}
    where: dict[str, Hit] = {}
    for hit in passage.hits:
        form = hit.entry.form
        if not form or _is_other_use(passage, hit):
            continue
        if hit.entry.place and hit.entry.form_weight < 3 and _at_a_place(passage, hit):
            continue
        weight = float(hit.entry.form_weight)
        if weight >= scores.get(form, 0):
            where[form] = hit
        scores[form] = max(scores.get(form, 0), weight) + (0.3 if form in scores else 0)
    headed = _headed(passage)
    if headed is not None:
        scores[headed.entry.form] = scores.get(headed.entry.form, 0) + 1.2
    for frame in passage.frames:
        scores[frame.form] = max(scores.get(frame.form, 0) + 0.2, frame.weight)
    if _PLANTED.search(passage.said):
        scores["植树"] = max(scores.get("植树", 0), 3.5)
    if _HELPED.search(passage.said):
        scores["志愿服务"] = max(scores.get("志愿服务", 0), 2.4)
    for hit in passage.hits:
        if hit.entry.topical and passage.text[max(passage.start, hit.start - 2) : hit.start].endswith(
            ("讲", "讲了", "讲讲", "讲解")
        ):
            scores["讲座"] = max(scores.get("讲座", 0), 2.4)
    for hit in passage.hits:
        if "客" in hit.entry.person and _SENT.search(passage.text[max(passage.start, hit.start - 6) : hit.end + 5]):
            scores["慰问"] = max(scores.get("慰问", 0), 1.5)
    if not scores and _LEARNT.search(passage.said):
        scores["培训"] = 2
    if _TAUGHT.search(passage.said):
        scores["讲座"] = max(scores.get("讲座", 0), 2.3)
    if _GAVE.search(passage.said):
        scores["宣传"] = max(scores.get("宣传", 0), 2.2)
    if "慰问" in scores and "走访排查" in scores:
        scores["慰问"] += 1
    if not scores:
        return None, None, 0
    if (
        _CARE_HOME.search(passage.said)
        and max(scores, key=lambda f: scores[f]) == "文体活动"
        and scores["文体活动"] < 3.5
    ):
        scores["志愿服务"] = scores["文体活动"] + 0.5
    best = max(scores, key=lambda f: (scores[f], -where[f].start if f in where else 0))
    hit_of = where.get(best)
    return best, (hit_of.start, hit_of.end) if hit_of else None, scores[best]


def _at_a_place(passage: Passage, hit: Hit) -> bool:
    """社区夜校 as a clause of its own or after 在 is where it was, not what."""
    left, right = passage.clause_bounds(hit.start)
    return hit.end == right or re.search(r"[在到]", passage.text[left : hit.start]) is not None


def _headed(passage: Passage) -> Hit | None:
    """The word for the form that 开展, 举办 or 召开 governs: 开展“守护乳房”健康讲座, whatever was done beside it."""
    for match in _HEAD.finditer(passage.text, passage.start, passage.end):
        end = match.end()
        found = [
            h
            for h in passage.hits
            if h.start >= end
            and h.end - end <= 30
            and h.entry.form_weight >= 3
            and not re.search(r"[，,。；;]", re.sub(r"[“《][^”》]*[”》]", "", passage.text[end : h.start]))
        ]
        if found:
            return found[-1]
    return None


def _is_other_use(passage: Passage, hit: Hit) -> bool:
    """A form's word that is part of another thing: 培训学校, 调解员, 宣传单, 讲座资料."""
    after = passage.text[hit.end : hit.end + 2]
    before = passage.text[max(0, hit.start - 3) : hit.start]
    if hit.word in (
        "宣传",
        "调解",
        "培训",
        "志愿服务",
        "讲解",
        "慰问",
        "救助",
        "表彰",
        "招聘",
        "选举",
        "巡逻",
    ) and after.startswith(tuple("员单册品栏车部队室站")):
        return True
    if hit.word == "宣传" and after[:2] in ("资料", "折页", "手册", "画", "页"):
        return True
    if hit.word in ("学习", "座谈") and before.endswith(("参观", "考察", "辅导")):
        return False
    if before.endswith(("没有", "不用", "没搞", "取消")):
        return True
    return hit.word in ("走了", "上课", "拜年") and after.startswith(tuple("吧啦了"))


def _category(passage: Passage, form: str | None) -> tuple[str | None, tuple[int, int] | None]:
    scores: dict[str, float] = {}
    where: dict[str, tuple[int, int]] = {}
    quoted = _QUOTED.search(passage.text, passage.start, passage.end)
    title = quoted.span() if quoted else None
    for hit in passage.hits:
        category = hit.entry.category
        if not category:
            continue
        weight = (
            hit.entry.category_weight
            + 0.01 * (hit.end - hit.start)
            + (1.5 if title and title[0] <= hit.start < title[1] else 0)
        )
        if hit.entry.person and form not in ("慰问", "走访排查", "捐赠救助", "志愿服务", "评选表彰"):
            weight -= 2
        if hit.entry.place and _ONLY_A_PLACE.search(passage.text[max(passage.start, hit.start - 1) : hit.start]):
            weight -= 3
        if passage.text[max(0, hit.start - 2) : hit.start] in ("主席", "主任", "书记", "老师", "律师", "队长", "院长"):
            continue
        if hit.entry.person and any(
            0 <= hit.start - max(n.end, n.unit_end) <= 1 or 0 <= n.start - hit.end <= 1 for n in passage.numbers
        ):
            weight -= 5 if category == "组织建设" else 0  # 8名执委 says who, not what
        if hit.entry.item and not hit.entry.topical:
            weight -= 1
        if re.search(r"布置|部署|安排|讨论|准备", passage.text[max(passage.start, hit.start - 5) : hit.start]):
            weight -= 2.5
        if category not in scores or weight > scores[category]:
            where[category] = (hit.start, hit.end)
            scores[category] = weight + 0.4 * (category in scores)
        else:
            scores[category] += 0.4
    if form in _BY_FORM:
        category, weight = _BY_FORM[form]
        scores[category] = max(scores.get(category, 0), weight) + (0.5 if category in scores else 0)
    if not scores:
        return None, None
    best = max(scores, key=lambda c: scores[c])
    return best, where.get(best)
