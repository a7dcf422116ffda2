"""Finds who spoke (主讲): the name with its title where there is one, else the words for the person."""

import re

from knowledge.gates import Rule, rule
from knowledge.messages.names import FULL, OLD, SURNAMES, TITLE, Found
from knowledge.messages.passage import Passage
from knowledge.messages.vocabulary import word_list

_TALKED = (
    "授课|主讲|领学|讲课|宣讲|讲解|来讲|开讲|讲|作(?:了)?(?:专题|主题)?(?:讲座|报告|讲解|宣讲|辅导)|为大家|"
    "给大家|围绕|现场教|手把手|来上课|上课|来的|教|进行|做(?:了)?(?:讲座|讲解|培训)|传授|指导|解读|"
    "带(?:着)?大家|来教|分享|担任|结合|跟她们|给"
)
_INVITED = rule(
    rf"(?:邀请|特邀|聘请|请来|请到|请了?|由)(?:的是|了|到)?([一-龥、（）·]{{1,26}}?)(?=来(?!的)|到(?!的)|"
    rf"{_TALKED}|跟|对|把|，|,|。|；|;|！|$|\n|坐诊|义诊|看病|现场|主持|参加|作|担任|为)"
)
_LABELLED = rule(
    rf"(?:主讲(?:人|老师|嘉宾)?|授课(?:人|老师|专家|教师)?|讲师|讲课(?:人|老师)|讲课的|主讲的|授课的|老师|专家|"
    rf"指导老师|宣讲人|宣讲员|领学人)(?:是|为)?[:：】]?(?:由)?((?:[一-龥]{{2,18}}(?:{TITLE}))?(?:{FULL}|"
    rf"{OLD})?(?:{TITLE})?)(?=[，,。；;（(】【\s]|$|来|的|讲|、)"
)
_SUBJECT = rule(
    rf"((?:[一-龥]{{0,14}}?)(?:[{SURNAMES}](?:{TITLE})|(?:{TITLE})(?:{FULL}|{OLD})|"
    rf"(?:{FULL})(?:{TITLE})|[{SURNAMES}][一-龥]{{1,2}}(?:{TITLE})))(?:[一-龥]{{0,4}}?(?:来|"
    rf"到)[一-龥]{{0,12}}?)?(?:{_TALKED})"
)
_PLAIN_ROLE = rule(
    r"(?:^|[，,。；;\s完由])(?:现场)?((?:[一-龥]{0,8}?)(?:法官|律师|民警|专家|医生|消防员|农技员|技术员|"
    r"心理咨询师|咨询师|讲师|教授|教官|调解员|检察官|护士长|营养师|绣娘|面点师|农艺师|技师|师傅|教练|"
    r"老师))(?:[一-龥]{0,6}?)(?:授课|主讲|讲解|讲了|讲的|宣讲|来讲|现场讲|给大家讲|手把手|现场教|教大家|为大家讲|"
    r"教(?=[，。；,]|$))"
)
_TEACHER_FROM = rule(r"老师是(?!谁)([一-龥]{2,10}?)的")
_CLAUSE_OF_ITS_OWN = rule(
    rf"(?:^|[，,。；;\s])([一-龥]{{2,12}}(?:院|所|局|校|中心|站|队|会|公司|县里|镇里|市里|乡里|医院|中学|小学|"
    rf"办)的?(?:{FULL}|{OLD}|[{SURNAMES}])(?:{TITLE}))(?=$|[，,。；;！\s])"
)
_FAMILIAR = rule(
    rf"(?:^|[，,。；;\s的由请])({OLD}|[{SURNAMES}](?:姐|哥|婶|嫂|叔|姨))(?:来|给[一-龥]{{1,6}})?(?:主讲|讲|授课|教|领学)(?:的|$|，|了)"
)
#: 乡里司法所老刘讲的, 茶厂老板亲自教, 老党员讲党史: whoever does the talking
_ROLE = (
    r"老党员|老支书|支书|老教师|老战士|老红军|老板娘?|老师傅|师傅|大户|能手|带头人|传承人|匠人|骨干|"
    r"村医|书记|主席|教官|领队|舞蹈队长|大姐|大嫂|阿姨|专家|老师|医生|律师|民警|法官|教练"
)
_TALKING = rule(
    rf"(?:^|[，,。；;\s的由请是]|[里县镇乡市所站院局会司办店屋坊家厂社校心队行事板员部])((?:{OLD}|(?<=[板事员])小[一-龥])|(?:[一-龥]{{0,3}}(?:厂|店|馆|坊|屋|社|场))?(?:{_ROLE}))"
    rf"(?:亲自|来|现场|一起|手把手|给[一-龥]{{1,8}}|为[一-龥]{{1,8}}|带着?[一-龥]{{1,6}}|"
    rf"负责|带头|上台|跟大家|和大家)*(?:讲|教|主讲|授课|领学|宣讲|示范|指导|上课|作|做了?(?:辅导|宣讲|报告))(?!座|堂|台|室)"
)
#: 县农科所王工
_ENGINEER = rule(rf"(?:[所站局院心司]|专家|技术员)([{SURNAMES}]工)(?=$|[，。；\s]|讲|来|授|主|给)")
_IS = rule(
    rf"(?:师傅|老师|教练|主讲|讲课的|授课的|教的|讲的)是(?!谁)(?:[^，。；]{{0,12}}?(?:的|[所站院局会司办店屋坊家厂社校心队])?)?((?:{OLD})|(?:{FULL})|(?:{_ROLE}))(?=[，。；,;]|$|来|的)"
)
_SPOKEN_FORMS = frozenset(
    {"讲座", "培训", "会议", "宣传", "纠纷调解", "参观学习", "文体活动", "亲子活动", "座谈会", "义诊体检", "其他", None}
)

#: without one of these there is no _SUBJECT, which is slow to say so
_PERSON = re.compile(
    rf"[{SURNAMES}](?:{TITLE})|(?:{TITLE})(?:{FULL}|{OLD})|{FULL}(?:{TITLE})|[{SURNAMES}][一-龥]{{1,2}}(?:{TITLE})"
)
_WISHED = re.compile(r"(?:能不能|想|帮忙|打算|准备|可以|要不要|能否|好不好|希望|申请)[^，。]{0,4}$")
_ASKED_IN = re.compile(r"^.*?(?:完|由|请了|请|个|让)(?=[一-龥]{2})")
_AND_OTHERS = re.compile(r"(?:等|等人|老师们)$")
_TITLE_NAME = re.compile(rf"(?:{TITLE})((?:{FULL})|(?:{OLD}))$")
_NAME_TITLE = re.compile(rf"((?:[{SURNAMES}][一-龥]{{0,2}}?|{OLD})(?:{TITLE}))$")
_SURNAME_TITLE = re.compile(rf"([{SURNAMES}](?:{TITLE}))$")
_FULL_TITLE = re.compile(rf"({FULL}(?:{TITLE}))$")
_HAN_LAST = re.compile(r"[一-龥]$")
_OFFICE_LAST = re.compile(r"[院所局会队中校司县市镇站心科室部]$")
_OFFICE_OR_OF_LAST = re.compile(r"[院所局会队中校司县市镇站心科室部的]$")
_NAME_ALONE = re.compile(rf"{FULL}|{OLD}")
_NAME_OF_OFFICE = re.compile(rf"(?:所|院|局|会|队|心|校|司|站|主任|书记|师)({FULL})$")
_ROLE_LAST = re.compile(rf"(?:{TITLE}|老师|专家|干警|能手|大户|状元|带头人)$")
_OURSELVES = re.compile(r"[我你他她]们?|一起|妇联主席")
_TITLES = word_list("titles.txt")
_NAMING = (_LABELLED, _INVITED, _SUBJECT, _PLAIN_ROLE, _CLAUSE_OF_ITS_OWN, _FAMILIAR)


def read_speaker(passage: Passage, form: str | None) -> Found | None:
    """Who taught, led or examined in an activity of this form."""
    if form not in _SPOKEN_FORMS:
        return None
    start, said, lacks = passage.start, passage.said, passage.lacks
    for naming in _NAMING:
        if not naming.mask & lacks and not (naming is _SUBJECT and not _PERSON.search(said)):
            found = _named(said, naming, start)
            if found:
                return found
    if not _ENGINEER.mask & lacks:
        engineer = _ENGINEER.search(said)
        if engineer:
            return engineer.group(1), (start + engineer.start(1), start + engineer.end(1))
    for talking in (_IS, _TALKING):
        told = None if talking.mask & lacks else talking.search(said)
        if told and not said[: told.start(1)].endswith("妇联"):
            return told.group(1), (start + told.start(1), start + told.end(1))
    if not _TEACHER_FROM.mask & lacks and _TEACHER_FROM.search(said):
        at = start + said.index("老师是")
        return "老师", (at, at + 2)
    return None


def _named(said: str, naming: Rule, start: int) -> Found | None:
    """The first person that one way of naming the speaker gives."""
    for match in naming.finditer(said):
        value = match.group(1).strip("、")
        if naming is _INVITED and _WISHED.search(said[: match.start() + 1][-8:]):
            continue
        if naming is _PLAIN_ROLE:
            cut = _ASKED_IN.match(value)
            value = value[cut.end() :] if cut else value
        found = _person(value, start + match.end(1) - len(value))
        if found:
            return found
    return None


def _person(value: str, at: int) -> Found | None:
    """The person inside a phrase such as 县妇联法律顾问、正言律师事务所律师吴倩."""
    if len(value) < 2:
        return None
    value = _AND_OTHERS.sub("", value)
    named = _TITLE_NAME.search(value) or _with_title(value)
    if named:
        return named.group(1), (at + named.start(1), at + named.end(1))
    if _NAME_ALONE.fullmatch(value):
        return value, (at, at + len(value))
    named = _NAME_OF_OFFICE.search(value)
    if named:
        return named.group(1), (at + named.start(1), at + named.end(1))
    if _ROLE_LAST.search(value) and not _OURSELVES.search(value):
        return value, (at, at + len(value))
    return None


def _with_title(value: str) -> re.Match[str] | None:
    """The name with a title that ends a phrase: 王医生, 李淑芬医生; 司法所的老师 has no surname, 所 and 的 are none."""
    titled = _NAME_TITLE.search(value)
    if titled is None:
        return None
    name, begin = titled.group(1), titled.start(1)
    if not (begin == 0 or len(name) >= 3 or not _HAN_LAST.search(value[:begin]) or name[0] in SURNAMES):
        return None
    short = _SURNAME_TITLE.search(value)
    full = _FULL_TITLE.search(value)
    if short is None:
        return full if full and (full.start(1) == 0 or _OFFICE_OR_OF_LAST.search(value[: full.start(1)])) else None
    if _looks_like_org_tail(value, short.start(1)):
        return None
    return full if full and (full.start(1) == 0 or _OFFICE_LAST.search(value[: full.start(1)])) else short


def _looks_like_org_tail(value: str, begin: int) -> bool:
    """Whether the 'surname' is the end of a longer word: 心理咨询师 holds no 咨 family."""
    return any(value[max(0, begin - 3) :].endswith(word) and len(word) > len(value) - begin for word in _TITLES)
