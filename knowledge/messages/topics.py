"""Finds the name given to an activity (活动名称) and what it was about (主题)."""

import re

from knowledge.gates import rule
from knowledge.messages.passage import Passage
from knowledge.messages.vocabulary import Hit, word_list

Found = tuple[str, tuple[int, int]]

_QUOTED = rule(r"[“\"「『]([^”\"」』]{3,30})[”\"」』]")
#: names that need no quotes
_NAMED = rule(
    r"(?:^|[，,。；;、办搞开的了届期次])((?:春蕾|巾帼|七彩|爱心|阳光|筑梦|小候鸟|童心|希望|幸福|书香|智慧|姐妹)[一-龥]{0,4}?(?:夏令营|冬令营|大讲堂|训练营|故事汇|大课堂))"
)
_DISPUTE = rule(r"(?:因为?|为了?|调解了?|化解了?|家|之间)([一-龥]{2,8}?)(?:的)?(?:纠纷|矛盾|争执)")
_BOOK = rule(r"《([^》]{2,30})》")
_THEME = rule(
    r"(?:主题(?:是|为|[:：])|活动名称(?:是|为|叫|[:：])|活动(?:名)?叫(?:做)?|名称[:：]|题目(?:是|为|叫|[:：])?|"
    r"名字叫)[“\"「《]?([^，。,；;”\"」》\n]{2,30})"
)
_SPIRIT = rule(r"(?:学习|贯彻|宣传|落实|传达|宣讲|领会)(?:了|党的)?([^，。；、学贯宣落传]{2,22}?(?:精神|讲话|论述))")
_LABEL = rule(r"(?:活动)?(?:内容|主题|课题|项目|名称)[:：]\s*([^，。,；;\n]{2,16})")
_ABOUT = (
    rule(
        r"(?:围绕|针对|关于)[“\"《]?([^，。,；;]{2,20}?)[”\"》]?(?:进行|开展|作|做|等|的?(?:主题|内容|问题|知识|"
        r"讲|座谈|事)|展开|，|,|。|$)"
    ),
    rule(
        r"(?:就|对)[“\"《]?([^，。,；;0-9]{2,20}?)[”\"》]?(?:的?(?:事情|问题|事宜|事|意见)|进行(?:讨论|协商|商)|"
        r"征求)"
    ),
    rule(
        r"(?:商量|讨论|商议|议的?是|议了|研究了?)[“\"《]?([^，。,；;]{2,20}?)[”\"》]?(?:的?(?:事|问题|事情|事宜|"
        r"意见)|进行|，|,|。|$)"
    ),
    rule(
        r"(?:讲的是|讲的|讲了讲|讲解了?|宣讲了?|讲授了?|读的是|学的是|教的是|内容是|唱的是|说的是|(?:内容|讲座|"
        r"培训|课题|宣传)[:：]|讲了|教了|学习了?|宣传了?(?![单册品资折页栏车员日周月])|传达了?|"
        r"培训内容)[“\"《]?([^，。,；;”》]{2,20}?)[”\"》]?(?=，|,|。|；|;|$|来了|到了|参加|怎么|咋|的知识|知识|等|"
        r"[0-9二三四五六七八九]+[0-9十百]*[人名位个])"
    ),
    rule(
        r"(?:来|给[一-龥]{1,8}|为[一-龥]{1,8}|大家|我们)讲[“\"《]?([^，。,；;”》了课的]{2,16}?)[”\"》]?(?=，|,|。|"
        r"；|;|$|知识)"
    ),
)
_LEADING = re.compile(
    r"^(?:.*?(?:了|着|过)(?:一?[场次期节个堂]|几[场次]|一个)?|"
    r".*[一二两三四五六七八九十\d]+[场次期节个堂](?:的)?|.*(?:开展|举办|举行|组织|召开|进行|搞|办|上|听|参加|"
    r"做|教|给|把|对|为|由|和|跟|与|我们|咱们?|俺们?|我村|本村|妇女们?|姐妹们?|妇联|社区|本次|这次|今天|昨天|"
    r"前天|今晚|昨晚|上午|下午|晚上|年度|村里面?|的|到|在|家长|进行|来|去|大家|召集|集中|观看|邀请|暨))+"
)
_GENERIC = frozenset(word_list("too_general.txt"))
_VISITED = frozenset({"慰问", "走访排查"})
_OF_ITSELF = frozenset({"文体活动", "义诊体检", "植树", "亲子活动", "招聘会"})
_TOPICAL_FORM = frozenset(word_list("doings.txt"))
_SHORT_NAMES = frozenset({"三八", "六一", "两癌", "五四", "八一"})
_AN_ANSWER = re.compile(r"^(?:收到|确认|好的|对|是)$")
_AN_HONOUR = re.compile(r"(?:荣誉|称号|的?(?:牌|户|家庭|称号|横幅|标语))")
_WHAT = re.compile(r"什么|啥")
_NO_SUBJECT = re.compile(r"[0-9]|^(?:的|了|一|课|话|几|些|什么|得)|好$|清楚$|老师|大家|节目|新舞")
_A_COPY = re.compile(r"读本|[一二两三四五六七八九十\d]")
_AS_OFFICE_OR_THING = re.compile(
    r"(?:局|所|站|院|协会|中心|公司|办|队|大队|宣传单|资料|传单|手册|折页|扇子|读本|之家|志愿者|委员会|示范基地)"
)
_GIVEN = re.compile(r"(?:奖品|奖励|礼品|物资|发|送|赠|捐|各|每人)[^，。；]{0,12}$")
_TO_PEOPLE = frozenset({"慰问", "走访排查", "捐赠救助", "志愿服务", "评选表彰", "纠纷调解", "座谈会"})
_OFFICES = frozenset({"主席", "主任", "书记", "老师", "医生", "律师", "同志", "队长", "院长", "园长", "校长"})
_FORM_WORDS = frozenset({"宣传", "培训", "比赛", "课堂", "宣传日", "宣传周"})
_WITHOUT_TOPIC = frozenset(
    {"慰问", "走访排查", "信访接待", "义诊体检", "植树", "志愿服务", "捐赠救助", "招聘会", "纠纷调解"}
)
_WITH_TOPIC = frozenset({"讲座", "培训", "会议", "座谈会", "评选表彰", "文体活动"})
_BEFORE_FORM = re.compile(
    r"(?:的|知识|主题|专题|科普|普法|教育|技能|技术|手工|创建|建设|工作|日常|免费|志愿|的知识|进万家|法律|法治|健康|"
    r"安全|政策|集中|义务|志愿|巾帼|大型|免费|公益|、|和)*"
)
_KIND_LAST = re.compile(r"(?:主题|专题|知识|的)$")
_A_PHRASE = re.compile(r"[一-龥A-Z、]+")
_SUFFIX = re.compile(r"(?:培训班|培训会|培训|讲座|比赛|活动|班|课|会|大赛|竞赛)$")
_MEETINGS = frozenset({"工作会", "总结会", "例会", "执委会", "家长会", "党课", "部署会", "推进会"})


def read_title(passage: Passage) -> Found | None:
    """The activity's name in quotes, or after 主题是 and 活动名称."""
    text, start, end, lacks = passage.text, passage.start, passage.end, passage.lacks
    for match in () if _QUOTED.mask & lacks else _QUOTED.finditer(text, start, end):
        value = match.group(1).strip()
        if value in _SHORT_NAMES or _AN_ANSWER.match(value):
            continue
        if (
            _AN_HONOUR.match(text[match.end() : match.end() + 4])
            and "主题" not in text[max(0, match.start() - 4) : match.start()]
        ):
            continue
        return value, match.span(1)
    named = None if _NAMED.mask & lacks else _NAMED.search(text, start, end)
    if named:
        return named.group(1), named.span(1)
    theme = None if _THEME.mask & lacks else _THEME.search(text, start, end)
    if theme and not _WHAT.match(theme.group(1)):
        return theme.group(1).strip("《》“”"), theme.span(1)
    return None


def read_topic(passage: Passage, form: str | None, title: Found | None, who: str) -> Found | None:
    """What it was about, in her words; of a visit, whom it was to."""
    text, start, end, lacks = passage.text, passage.start, passage.end, passage.lacks
    hits = passage.hits
    topical = [h for h in hits if h.entry.topical and _is_topic(passage, h, form)]
    if form == "参观学习" and not _clear(topical):
        match = _VISITING.search(text, start, end)
        if match:
            return match.group(1), match.span(1)
    if form in ("信访接待", "其他") and (form == "信访接待" or "其中" in passage.said):
        return None
    persons = form in ("慰问", "评选表彰", "纠纷调解", "座谈会")
    strong = [h for h in topical if h.entry.category_weight >= 4 and (persons or not h.entry.person)]
    for naming in () if title else (_LABEL, _SPIRIT):
        match = None if naming.mask & lacks else naming.search(text, start, end)
        if match:
            return match.group(1), match.span(1)
    if form == "纠纷调解":
        dispute = _DISPUTE.search(text, start, end)
        if dispute:
            return dispute.group(1), dispute.span(1)
    headed = _before_form(passage, topical)
    if headed:
        return headed
    for about in _ABOUT:
        match = None if about.mask & lacks else about.search(text, start, end)
        if match:
            value = match.group(1)
            inside = [h for h in topical if h.start >= match.start(1) and h.end <= match.end(1)]
            if inside:
                return _phrase(passage, inside)
            if 2 <= len(value) <= 14 and not strong and not _NO_SUBJECT.search(value):
                return value, match.span(1)
    book = None if strong or _BOOK.mask & lacks else _BOOK.search(text, start, end)
    if book and not _A_COPY.match(text, book.end()):
        return book.group(1), book.span(1)
    if form == "慰问" and who and not any(h.word in ("春蕾", "两癌救助", "送温暖") for h in strong):
        at = text.find(who, start, end)
        return who, (at, at + len(who))
    if strong:
        if title:
            next_to = next((h for h in strong if 0 <= h.start - title[1][1] <= 3), None)
            if next_to is not None:
                return _phrase(passage, [next_to])
            within = [h for h in strong if title[1][0] <= h.start and h.end <= title[1][1] and len(h.word) > 2]
            return _phrase(passage, [max(within, key=lambda h: h.entry.category_weight)]) if within else title
        return _phrase(
            passage,
            [
                max(
                    strong,
                    key=lambda h: (h.entry.category_weight + 0.3 * len(h.word) + (h.word in _TOPICAL_FORM), -h.start),
                )
            ],
        )
    if title:
        return title
    for hit in passage.hits:
        if hit.word in _TOPICAL_FORM or (
            hit.entry.form_weight >= 2 and hit.entry.form in _OF_ITSELF and hit.word not in _GENERIC
        ):
            return hit.word, (hit.start, hit.end)
    for hit in passage.hits:
        if hit.entry.form_weight >= 2 and hit.entry.category_weight >= 4 and not hit.entry.topical:
            stem = _SUFFIX.sub("", hit.word)
            if len(stem) >= 2 and stem not in _GENERIC and stem != "调解":
                return stem, (hit.start, hit.start + len(stem))
    topical = [h for h in topical if h.entry.category_weight > 2 or form not in ("志愿服务", "会议")]
    if topical:
        return _phrase(passage, [topical[0]])
    held = _held(passage) if form not in ("慰问", "走访排查", "纠纷调解", "捐赠救助", "植树", None) else None
    if held:
        return held
    if form == "植树":
        planted = _PLANTING.search(text, start, end)
        return ("植树" if planted is None else planted.group(), planted.span() if planted else (start, start))
    if who and form == "评选表彰":
        at = max(text.find(who, start, end), 0)
        return who, (at, at + len(who))
    if who and form in _VISITED and (form == "慰问" or len(who) > 2):
        at = text.find(who, start, end)
        return who, (at, at + len(who))
    return None


_HELD = rule(
    r"(?:搞|办|开|做|举办|举行|开展|组织|弄|排|演|放|进行|耍|召开|教|学|讲|练|看|观看|体验|帮[^，。]{0,8}[收摘割挖修]|抢收)(?:了|起|过)?(?:大家|妇女们?|姐妹们?|孩子们?|她们|我们|村民)?"
    r"(?:[一二两三四五六七八九十0-9]*[场次个期堂节部天](?:的)?)?(?:以|的)?([一-龥A-Za-z]{2,14})"
)
_HELD_END = re.compile(
    r"(?:主题|专题|知识|技能|技术)?(?:讲座|培训班?|宣传|活动|会议|比赛|大赛|课|班|会|座谈会?|仪式|的事|的)$"
)
_HELD_STOP = re.compile(r"[来到去了在请给让把为和跟由共]|参加|有|活动|一起|一共|总共|大家|志愿服务|宣传")


def _held(passage: Passage) -> Found | None:
    """The object of 办, 搞, 教 where no known word names the subject: 办了一期盘发课."""
    if _HELD.mask & passage.lacks:
        return None
    for match in _HELD.finditer(passage.text, passage.start, passage.end):
        value = match.group(1)
        stop = _HELD_STOP.search(value)
        if stop:
            value = value[: stop.start()]
        rest = _HELD_END.sub("", value)
        value = rest if len(rest) >= 2 else value
        if (
            len(value) < 2
            or value in _GENERIC
            or any(t.start < match.end(1) and match.start(1) < t.end for t in passage.times)
        ):
            continue
        if any(h.start <= match.start(1) < h.end and (h.entry.person or h.entry.place) for h in passage.hits):
            continue
        return value, (match.start(1), match.start(1) + len(value))
    return None


_PLANTING = re.compile(r"(?:种|栽)[一-龥]{0,3}(?:树|苗)")
_VISITING = rule(r"(?:参观|观摩|考察|瞻仰)(?:学习)?(?:了)?([一-龥]{2,14}?)(?=，|。|,|$|学习|我们|[0-9]|的)")


def _clear(topical: list[Hit]) -> bool:
    """Whether a word clearly names the subject."""
    return any(h.entry.category_weight >= 4 for h in topical)


def _is_topic(passage: Passage, hit: Hit, form: str | None) -> bool:
    text, entry = passage.text, hit.entry
    if hit.word in _GENERIC or _AS_OFFICE_OR_THING.match(text, hit.end, hit.end + 3):
        return False
    if entry.place or (entry.organisation and entry.category_weight < 4):
        return False
    if entry.person and form not in _TO_PEOPLE and not hit.word.endswith(("家庭", "庭院")):
        return False
    if hit.start > 1 and text[hit.start - 2 : hit.start] in _OFFICES:
        return False
    if entry.item and _GIVEN.search(text[max(passage.start, hit.start - 14) : hit.start]):
        return False
    return not (hit.word in ("健身", "交通", "直播", "卫生", "情绪") and text.endswith("线上", 0, hit.start))


def _phrase(passage: Passage, hits: list[Hit]) -> Found:
    """A run of topical words joined by 、和 or touching is one topic."""
    first, last = hits[0], hits[-1]
    for hit in hits:
        last = hit
    start, end = first.start, last.end
    if end - start > sum(h.end - h.start for h in hits) + len(hits):  # words far apart make no one topic
        best = max(hits, key=lambda h: (h.entry.category_weight, h.end - h.start))
        start, end = best.start, best.end
    for hit in passage.hits:
        joined = hit.start == end or (hit.start == end + 1 and passage.text[end] in "和、与")
        if joined and hit.entry.topical and hit.word not in _GENERIC:
            end = hit.end
    return passage.text[start:end], (start, end)


def _before_form(passage: Passage, topical: list[Hit]) -> Found | None:
    """家风讲座, 来料加工技能培训, 妇女工作会: what stands right before the word for the form."""
    for hit in passage.hits:
        entry, at = hit.entry, hit.start
        if entry.form_weight < 3:
            if hit.word not in _FORM_WORDS:
                continue
        elif entry.form in _WITHOUT_TOPIC:
            continue
        for t in reversed(topical):
            if 0 <= at - t.end <= 4 and _BEFORE_FORM.fullmatch(passage.text, t.end, at):
                first = t
                for other in reversed(topical):
                    if other.end == first.start or (
                        other.end == first.start - 1 and passage.text[other.end] in "和、与"
                    ):
                        first = other
                return passage.text[first.start : t.end], (first.start, t.end)
        if not topical and entry.form in _WITH_TOPIC:
            left, _ = passage.clause_bounds(hit.start)
            lead = passage.text[max(left, hit.start - 14) : hit.start]
            for time in passage.times:
                if time.end <= hit.start:
                    lead = lead[max(0, len(lead) - (hit.start - time.end)) :]
            cut = _LEADING.match(lead)
            rest = lead[cut.end() :] if cut else lead
            rest = _KIND_LAST.sub("", rest)
            if 2 <= len(rest) <= 10 and _A_PHRASE.fullmatch(rest) and rest not in _GENERIC:
                at = hit.start - len(lead) + (cut.end() if cut else 0)
                if not any(h.entry.place and h.end > at and h.start < at + len(rest) for h in passage.hits):
                    return rest, (at, at + len(rest))
            if hit.word in _TOPICAL_FORM or hit.entry.form_weight >= 4 or hit.word in _MEETINGS:
                return hit.word, (hit.start, hit.end)
    return None
