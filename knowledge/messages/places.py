"""Finds where it was (地点) and which village she speaks for (单位)."""

import re

from knowledge.beginnings import skipping
from knowledge.gates import rule
from knowledge.messages.passage import Passage
from knowledge.messages.vocabulary import Hit, alternatives, word_list

Found = tuple[str, tuple[int, int]]

_SIDE = re.compile(rf"(?:{alternatives('place_sides.txt')})+")
_VERBS = (
    "开展|举办|举行|组织|召开|召集|进行|搞|办|做|开|给|种|栽|摆|发|教|讲|表彰|宣传|慰问|排|演|跳|唱|集中|"
    "集合|设|挂|播放|放|评|学|捡|清|打扫|清扫|清理|为|帮|包|煮|把|对|请|看|"
    "参加|接待|调解|走访|量|测|签|领|扭|猜|听|上课|参观|植树|观摩|义诊|体检|联合|教跳|结营|开营|比赛|揭牌|"
    "启动|值班|站岗|巡"
)
# a letter first and what must not stand before it after: so the search can skip to the letters
_CUE = re.compile(
    r"地点(?:应该)?(?:改成|改为|改到|改在|换成|换到)?[:：]?(?:在|是)?|在(?<![存现正不好实潜还都也总老装建修住定]在)(?!了)|"
    r"来(?=我们|咱|俺|我村|本村|村里|村部|社区)|参观(?:学习|了)?|观摩了?|考察了?|瞻仰了?|"
    r"上(?<![晚早以]上)(?=后山|山上|茶山|街)|再(?<!一再)(?=[一-龥]{2,8}(?:开展|举办|搞|办|召开|组织))|"
    r"走进|深入|来到|走到|到(?<![达得来收]到)(?!会|场|位|了|底|的|达|家里|最后|现在|今天|时候|点|"
    r"[0-9一二三四五六七八九十]+点)|去(?!了?[0-9一二三四五六七八九十]|的|年|世|找|看|给)|于(?<![关由属位]于)"
)
_FREE = re.compile(rf"([^，,。；;！!？?\n]{{2,14}}?)(?={_VERBS})")
_TRIP = re.compile(r"([一-龥]{2,10}?)(?:参观|考察|取经|观摩|游学|研学|采摘|采茶|踏青)")
_NO_PLACE = re.compile(r"^不|家$|一起|这里|那里|后面|微信|群里|网上|线上|其中|路上|听|说|等")
_TO_SEE = re.compile(r"参观|观摩|考察|游学|研学|瞻仰|取经")
_OWN = re.compile(r"(?:我们?|咱们?|俺们?|本|你们|他们|了|的)+")
_VILLAGE_END = (
    r"(?:村|社区|寨|屯|塆|居委会))(?!部|委|民|口|道|里|头|上|边|妇女之家|医|级|干|小|中|支|两委|办|集体|史|务|容|"
    r"庄|规|居|公所|卫生|广场|服务中心|文化|组|社|长|主任|书记|党|网格|东|西|南|北|后|前|尾|校)"
)
_VILLAGE = rule("([一-龥]{1,4}" + _VILLAGE_END)
#: says sooner than _VILLAGE, which can begin with any letter, that there is none
_VILLAGE_ENDS = skipping("(" + _VILLAGE_END)
_NOT_NAMES = re.compile(
    r"^(?:[名位个群]?农|我|我们|咱|咱们|俺|俺们|本|全|各|该|这个|那个|哪个|每个|几个|两个|三个|隔壁|邻|别的|其他|农|乡|山|"
    r"新农|行政|自然|美丽乡?|文明|示范|和谐|平安|进|入|到|在|去|出|回|下|驻|是|贫困|脱贫|帮扶|试点|重点|智慧|"
    r"书香|无毒|零家暴|先进|城中|一个|这|那|外|中心|镇|乡镇|所有|有的|周边|附近|整个|全镇各|各个|县里|镇里|的|"
    r"了|和|与|老|小|大|古|多个?|\d+个?|[一二三四五六七八九十]+个)(?:村|社区|寨|屯|塆|居委会)$"
)
_LEAD = re.compile(
    r"^.*?(?:镇|乡|街道|县|区|市)(?=[一-龥]{2,4}(?:村|社区|寨|屯|居委会)$)|^(?:我们?|咱们?|俺们?|我是|是|在|到|去|"
    r"来|于|今天|昨天|前天|我|由|和|跟|与|同|了|的|上午|下午|晚上|对|给|为|叫|汇报|报告|主席|主任|书记|组织|请|"
    r"[0-9日号月]+)+"
)


#: how surely the word before a place says that it is one, where that is more than a little
_RANK = {"在": 3, "于": 3, "地": 4, "再": 3, "走": 2, "深": 2, "来": 2, "参": 3, "观": 3, "考": 3, "瞻": 3}
_OFFICE_OF = re.compile(r"[县市区镇乡省]?")
_COLONS = frozenset("：: ")
_ERRAND = re.compile(r"领|取|拿|开会|报名|报送|交|复查|看病|住院|打工|办事")
_VERB_BETWEEN = re.compile(
    r"不是|[了着过给把让]|开展|举办|组织|召开|搞|慰问|宣传|参加|进行|送|发|领|打扫|看望|[0-9]{2,}|一起|联合|和"
)
_WHOLE = re.compile(r"([一-龥0-9]{2,9})$")
_NOT_FREE = re.compile(
    r"[了着过的是我你他她]$|活动|期间|同时|前夕|之际|基础|过程|情况|下$|指导|带领|努力|支持|帮助|参加|老师|"
    r"讲座|孩子|妇女|群众|家长|一起|会上"
)
_IN_VILLAGE = re.compile(r"(?:我们?|咱们?|俺们?)?([一-龥]{2,4}(?:村|社区|寨|屯|镇|乡))(?:里|上)?")
_HEAD_OF_CLAUSE = re.compile(r"^(?:我们?|咱们?|俺们?|本|村|社区|镇|就|的|[一-龥]{1,5}(?:村|社区|镇|县)|今天|昨天)+")
_TAKEN_TO = re.compile(r".*[给把]")
_VERB_BEFORE = re.compile(r"[给跟和与同由请把送发进教领从向、是了]|慰问|看望|组织")
#: words for places that are more often said of something else
_ANY_PLACE = frozenset(word_list("places_of_anything.txt"))
_HELD_THERE = re.compile(r"(?:办|搞|做|放)(?!的)|开(?!会|的)|举行|召开|举办|开展|讲|宣传|大扫除|植树|唱")
_GOES_ON = re.compile(rf"(?:里|内|上)?(?:{_VERBS}|家风|反|最|妇女|来|的)|[0-9一二三四五六七八九十]")
_NOT_ITSELF = re.compile(r"建设|管理|揭牌|的?(?:人|老师|医生|护士|同志|工作人员|专家)")
_VILLAGE_BEFORE = re.compile(r"(?:[一-龥]{1,4}(?:村|社区|镇)|村|社区|镇)$")
_PEOPLE_AFTER = re.compile(r"妇女|姐妹")
_NEIGHBOUR = re.compile(r"隔壁|邻|附近|兄弟")
_NO_NAME = re.compile(r"[的了是在到和与跟给被把们去来请进传动展办搞讲开]")


def read_place(passage: Passage) -> Found | None:
    """The place of one activity as it is written, without 在 and without 我们."""
    places = [h for h in passage.hits if h.entry.place or h.entry.unit or h.entry.organisation]
    best: Found | None = None
    most = 0
    text = passage.text
    for cue in _CUE.finditer(text, passage.start, passage.end):
        found = _after_cue(passage, cue, places)
        if found is None:
            continue
        rank = 4 if _TO_SEE.match(text, found[1][1]) else _RANK.get(text[cue.start()], 1)
        if rank > most:
            best, most = found, rank
    if best is not None and most >= 2:
        return best
    bare = _bare(passage, places)
    if best is None or (bare is not None and bare[1][0] < best[1][0]):
        return bare
    return best


def _after_cue(passage: Passage, cue: re.Match[str], places: list[Hit]) -> Found | None:
    text, begin = passage.text, cue.end()
    if text[begin : begin + 1] in _COLONS:
        begin += 1
    _, clause_end = passage.clause_bounds(begin)
    chain: Hit | None = None
    for hit in places:
        if hit.start < begin:
            continue
        entry = hit.entry
        if chain is None:
            if hit.start > begin + 13 or hit.end > clause_end:
                break
            between = text[begin : hit.start]
            if _stops(between):
                return _free(passage, begin, cue)
            if not entry.place and not entry.unit and not _OFFICE_OF.fullmatch(between):
                break
        else:
            if hit.start > chain.end + 4 or hit.end > clause_end or (entry.organisation and not entry.place):
                break
            between = text[chain.end : hit.start]
            if "和" in between or "、" in between or _stops(between):
                break
        chain = hit
    if chain is None:
        return _free(passage, begin, cue) or _village_place(passage, begin, clause_end)
    end = _with_side(text, chain.end, clause_end)
    if text[cue.start()] in "去到" and _ERRAND.match(text, end, end + 2):
        return None
    return _tidy(text, begin, end)


def _stops(between: str) -> bool:
    """Whether a verb stands between 在 and the place word, so that they do not belong together."""
    return between != "" and _VERB_BETWEEN.search(between) is not None


def _free(passage: Passage, begin: int, cue: re.Match[str]) -> Found | None:
    if cue.group()[0] in ("去", "到", "上"):
        match = _TRIP.match(passage.text, begin, passage.end)
        return _tidy(passage.text, begin, match.end(1)) if match else None
    if cue.group()[0] not in "在再于地走深来":
        return None
    match = _FREE.match(passage.text, begin, passage.end)
    if match is None and cue.group()[0] in "在地":
        _, right = passage.clause_bounds(begin)
        whole = _WHOLE.match(passage.text, begin, right)
        match = whole if whole and not _NO_PLACE.search(whole.group(1)) else None
    if match is None or any(t.start < match.end(1) and match.start(1) < t.end for t in passage.times):
        return None
    if _NOT_FREE.search(match.group(1)):
        return None
    return _tidy(passage.text, begin, match.end(1))


def _village_place(passage: Passage, begin: int, end: int) -> Found | None:
    match = _IN_VILLAGE.match(passage.text, begin, end)
    if match is None or _NOT_NAMES.match(match.group(1)):
        return None
    return match.group(1), match.span(1)


def _bare(passage: Passage, places: list[Hit]) -> Found | None:
    """A place with no 在: at the head of a clause, after the time, or a clause of its own."""
    text = passage.text
    for hit in places:
        if not hit.entry.place or (hit.entry.organisation and hit.end - hit.start < 4 and "圩" not in hit.word):
            continue
        left, right = passage.clause_bounds(hit.start)
        end = _with_side(text, hit.end, right)
        alone = end >= right
        if not alone and hit.word == "社区":
            continue
        head_start = left
        for time in passage.times:
            if left <= time.start and time.end <= hit.start:
                head_start = time.end
        head = _HEAD_OF_CLAUSE.sub("", text[head_start : hit.start])
        sided = (end > hit.end or hit.word.endswith(("边", "口", "旁"))) and _TAKEN_TO.fullmatch(head) is not None
        if not sided and (len(head) > 4 or _VERB_BEFORE.search(head)):
            continue
        if not sided and not alone:
            if hit.word in _ANY_PLACE and not _HELD_THERE.match(text, hit.end, right):
                continue
            if not _GOES_ON.match(text, end, right):
                continue
        if _NOT_ITSELF.match(text, hit.end, right):
            continue
        start = hit.start
        before = next((h for h in places if h.end == hit.start and h.start >= left and h.entry.place), None)
        if before is not None:
            start = before.start
        lead = _VILLAGE_BEFORE.search(text[left:start])
        if lead:
            start = left + lead.start()
        return _tidy(text, start, end)
    return None


def _with_side(text: str, end: int, limit: int) -> int:
    match = _SIDE.match(text, end, limit)
    if match and not _PEOPLE_AFTER.match(text, match.end()):
        return match.end()
    return end


def _tidy(text: str, begin: int, end: int) -> Found | None:
    own = _OWN.match(text, begin, end)
    if own and end - own.end() >= 2:
        begin = own.end()
    value = text[begin:end].strip(' “”"')
    if len(value) < 2:
        return None
    return value, (begin, end)


def read_unit(passage: Passage) -> Found | None:
    """Her own village or community, if it is named; one she only went to is hers when 我们 stands before it."""
    for hit in passage.hits:
        if hit.entry.unit and hit.word.endswith(("村", "社区")):
            return hit.word, (hit.start, hit.end)
    if _VILLAGE.mask & passage.lacks or not _VILLAGE_ENDS.search(passage.text, passage.start, passage.end):
        return None
    for match in _VILLAGE.finditer(passage.text, passage.start, passage.end):
        name, start, end = match.group(1), match.start(1), match.end(1)
        lead = _LEAD.match(name)
        if lead and lead.end() < len(name) - 1:
            start += lead.end()
            name = passage.text[start:end]
        mine = max(name.rfind(c) for c in "我咱俺们")
        if mine >= 0:
            start += mine + 1
            name = name[mine + 1 :]
        if _NEIGHBOUR.match(name):
            continue
        if (
            len(name) < 2
            or (len(name) == 2 and passage.text[end : end + 2] != "妇联")
            or _NOT_NAMES.match(name)
            or (len(name) < 4 and name.endswith("社区"))
        ):
            continue
        before = passage.text[max(0, start - 3) : start]
        if before.endswith(("隔壁", "参观", "考察", "观摩", "学习", "慰问", "赴", "去了", "前往", "邻近的")):
            continue
        if _NO_NAME.search(name[:-1]):
            continue
        return name, (start, end)
    return None
