"""Finds who spoke (主讲) and which organisations outside her village took part (合作单位)."""

import re
from functools import cache

from knowledge.messages.activity import Span
from knowledge.messages.passage import Passage
from knowledge.messages.vocabulary import Entry, Hit, alternatives, word_list

Found = tuple[str, Span]

_TITLE = alternatives("titles.txt")
_SURNAMES = "".join(sorted(set("".join(word_list("surnames.txt")))))
_NAMED = re.compile(rf"([{_SURNAMES}](?:{_TITLE})(?!们))")
_FULL = rf"[{_SURNAMES}][一-龥]{{1,2}}"
_OLD = rf"[老小阿][{_SURNAMES}]"
_STOP_CHARS = set("，,。；;、！!？?：:\n（）()【】“”\"' +＋/")
#: words at which the name of an organisation begins at the latest
_CUES = word_list("organisation_cues.txt")
_WITH = re.compile(
    r"(?:联合|邀请|特邀|请来|请了?|请到|聘请|跟着?|和|与|同|由|会同|协同|配合|携手|还有|及|、|\+|感谢|来自|对接|"
    r"依托|共同)(?:了|着|到)?(?:我们|咱|咱们|县里的?|镇里的?|市里的?|爱心企业|当地|驻村|附近)?$"
)
_ACTS = re.compile(
    r"^的(?:[小老][一-龥]|老板娘?|师傅|人|同志)[^，。]{0,6}(?:来|讲|教|免费|给|为|义务|捐|送)|^的老板娘?(?:$|，)|^(?:的)?(?:人|[一-龥]{0,3}(?:老师|医生|大夫|护士|律师|同志|领导|工作人员|[小老][一-龥]|干警|民警|专家|志愿者|干部|心理|"
    r"讲师|女企业家|师傅|法官|家事))|^(?:也|都|一起|联合|来|到|派|捐|赠|出|的[^，。]{0,6}(?:金|款|物|慰问|救助)|"
    r"赞助|资助|提供|送|授课|办|主办|协办|承办|共同|支持|参与|牵头|组织|给|帮|[一二两三四五六七八九十\d]+(?:位|名|"
    r"个|人|家))|^[一-龥]{0,3}(?:主任|大夫|医生|律师|老师|所长|院长|局长|警官|经理|校长|[一-龥]老师)"
)
_PLACE_CUE = re.compile(
    r"(?:[在去于赴进往]|(?<![收领得请])到|来到|走进|前往|参观|观摩|进了|送到|送往|走访|慰问|看望|转给|交给|报给|"
    r"移交|转交|反映给|找|联系|报|上报|地点[:：]?)(?:了|我们|咱们?|俺们?|我|了我们)?[一-龥]{0,6}$"
)
_TALKED = (
    "授课|主讲|领学|讲课|宣讲|讲解|来讲|开讲|讲|作(?:了)?(?:专题|主题)?(?:讲座|报告|讲解|宣讲|辅导)|为大家|"
    "给大家|围绕|现场教|手把手|来上课|上课|来的|教|进行|做(?:了)?(?:讲座|讲解|培训)|传授|指导|解读|"
    "带(?:着)?大家|来教|分享|担任|结合|跟她们|给"
)
_INVITED = re.compile(
    rf"(?:邀请|特邀|聘请|请来|请到|请了?|由)(?:的是|了|到)?([一-龥、（）·]{{1,26}}?)(?=来(?!的)|到(?!的)|"
    rf"{_TALKED}|跟|对|把|，|,|。|；|;|！|$|\n|坐诊|义诊|看病|现场|主持|参加|作|担任|为)"
)
_LABELLED = re.compile(
    rf"(?:主讲(?:人|老师|嘉宾)?|授课(?:人|老师|专家|教师)?|讲师|讲课(?:人|老师)|讲课的|主讲的|授课的|老师|专家|"
    rf"指导老师|宣讲人|宣讲员|领学人)(?:是|为)?[:：】]?(?:由)?((?:[一-龥]{{2,18}}(?:{_TITLE}))?(?:{_FULL}|"
    rf"{_OLD})?(?:{_TITLE})?)(?=[，,。；;（(】【\s]|$|来|的|讲|、)"
)
_SUBJECT = re.compile(
    rf"((?:[一-龥]{{0,14}}?)(?:[{_SURNAMES}](?:{_TITLE})|(?:{_TITLE})(?:{_FULL}|{_OLD})|"
    rf"(?:{_FULL})(?:{_TITLE})|[{_SURNAMES}][一-龥]{{1,2}}(?:{_TITLE})))(?:[一-龥]{{0,4}}?(?:来|"
    rf"到)[一-龥]{{0,12}}?)?(?:{_TALKED})"
)
_PLAIN_ROLE = re.compile(
    r"(?:^|[，,。；;\s完由])(?:现场)?((?:[一-龥]{0,8}?)(?:法官|律师|民警|专家|医生|消防员|农技员|技术员|"
    r"心理咨询师|咨询师|讲师|教授|教官|调解员|检察官|护士长|营养师|绣娘|面点师|农艺师|技师|师傅|教练|"
    r"老师))(?:[一-龥]{0,6}?)(?:授课|主讲|讲解|讲了|讲的|宣讲|来讲|现场讲|给大家讲|手把手|现场教|教大家|为大家讲|"
    r"教(?=[，。；,]|$))"
)
_TEACHER_FROM = re.compile(r"老师是(?!谁)([一-龥]{2,10}?)的")
_OFFICE = re.compile(
    r"(?:(?<!社)[县市区镇乡省州旗]|街道)[一-龥]{1,6}?(?:局|(?<![举开承主协])办(?!了|的|事|班|讲)|(?<!派出)(?<!厕)所|站|中心|协会|促进会|服务队|学校|基金会|联合会|研究所|公司)(?![一-龥]?(?:门口|里|会议室))"
)
_AN_OFFICE = Entry(organisation=True)
_DONOR = re.compile(
    r"爱心(?:企业|人士|商家|单位|老板)([一-龥]{2,8}?)(?=发|出|向|资助|送|捐|赠|出资|来|赞|的|、|，|和|等|到|为|给|提供)"
)
_GIVER = re.compile(
    rf"(?:企业家|老板|乡贤|能人|大户|好心人|负责人|董事长|总经理)((?:{_OLD})|(?:{_FULL}?))(?=捐|资助|出资|赞助|给[^，。]{{1,10}}(?:捐|送|发))"
)
_SHOP = re.compile(
    r"(?:^|[，,。；;、是由和跟]|镇上的?|村里的?|街上的?)([^\W是由和跟的]{1,6}(?:店|厂|馆|行|铺|公司|商行|酒楼|农场|合作社|超市))(?:老板)?(?:免费)?(?:赞助|捐|出资|提供|送来|支持)"
)
_CLAUSE_OF_ITS_OWN = re.compile(
    rf"(?:^|[，,。；;\s])([一-龥]{{2,12}}(?:院|所|局|校|中心|站|队|会|公司|县里|镇里|市里|乡里|医院|中学|小学|"
    rf"办)的?(?:{_FULL}|{_OLD}|[{_SURNAMES}])(?:{_TITLE}))(?=$|[，,。；;！\s])"
)
_FAMILIAR = re.compile(
    rf"(?:^|[，,。；;\s的由请])({_OLD}|[{_SURNAMES}](?:姐|哥|婶|嫂|叔|姨))(?:来|给[一-龥]{{1,6}})?(?:主讲|讲|授课|教|领学)(?:的|$|，|了)"
)
#: 乡里司法所老刘讲的, 茶厂老板亲自教, 老党员讲党史: whoever does the talking
_ROLE = (
    r"老党员|老支书|支书|老教师|老战士|老红军|老板娘?|老师傅|师傅|大户|能手|带头人|传承人|匠人|骨干|"
    r"村医|书记|主席|教官|领队|舞蹈队长|大姐|大嫂|阿姨|专家|老师|医生|律师|民警|法官|教练"
)
_TALKING = re.compile(
    rf"(?:^|[，,。；;\s的由请是]|[里县镇乡市所站院局会司办店屋坊家厂社校心队行事板员部])((?:{_OLD}|(?<=[板事员])小[一-龥])|(?:[一-龥]{{0,3}}(?:厂|店|馆|坊|屋|社|场))?(?:{_ROLE}))"
    rf"(?:亲自|来|现场|一起|手把手|给[一-龥]{{1,8}}|为[一-龥]{{1,8}}|带着?[一-龥]{{1,6}}|"
    rf"负责|带头|上台|跟大家|和大家)*(?:讲|教|主讲|授课|领学|宣讲|示范|指导|上课|作|做了?(?:辅导|宣讲|报告))(?!座|堂|台|室)"
)
#: 县农科所王工
_ENGINEER = re.compile(rf"(?:[所站局院心司]|专家|技术员)([{_SURNAMES}]工)(?=$|[，。；\s]|讲|来|授|主|给)")
_IS = re.compile(
    rf"(?:师傅|老师|教练|主讲|讲课的|授课的|教的|讲的)是(?!谁)(?:[^，。；]{{0,12}}?(?:的|[所站院局会司办店屋坊家厂社校心队])?)?((?:{_OLD})|(?:{_FULL})|(?:{_ROLE}))(?=[，。；,;]|$|来|的)"
)
_SPOKEN_FORMS = frozenset(
    {"讲座", "培训", "会议", "宣传", "纠纷调解", "参观学习", "文体活动", "亲子活动", "座谈会", "义诊体检", "其他", None}
)


@cache
def _common() -> frozenset[str]:
    return frozenset(word_list("needs_name.txt"))


def read_partners(passage: Passage, own: frozenset[str] = frozenset()) -> list[Found]:
    """Organisations that took part, paid or sent somebody; her own women's federation is none."""
    found: list[Found] = []
    for hit in passage.hits:
        if not hit.entry.organisation or _part_of_longer(passage, hit):
            continue
        partner = _partner(passage, hit, own)
        if partner and not any(partner[0] in f[0] or f[0] in partner[0] for f in found):
            found.append(partner)
    for match in _OFFICE.finditer(passage.text, passage.start, passage.end):
        if any(h.entry.organisation and h.start < match.end() and match.start() < h.end for h in passage.hits):
            continue
        unnamed = Hit(match.start(), match.end(), match.group(), _AN_OFFICE)
        partner = _partner(passage, unnamed, own)
        if partner and not any(partner[0] in f[0] or f[0] in partner[0] for f in found):
            found.append(partner)
    for match in _SHOP.finditer(passage.text, passage.start, passage.end):
        if not any(match.group(1) in f[0] or f[0] in match.group(1) for f in found):
            found.append((match.group(1), match.span(1)))
    for match in _GIVER.finditer(passage.text, passage.start, passage.end):
        if not any(match.group(1) in f[0] or f[0] in match.group(1) for f in found):
            found.append((match.group(1), match.span(1)))
    for match in _DONOR.finditer(passage.text, passage.start, passage.end):
        if not any(match.group(1) in f[0] or f[0] in match.group(1) for f in found):
            found.append((match.group(1), match.span(1)))
    return found


def clause_head(passage: Passage, hit: Hit) -> str:
    """What stands before a word in its clause."""
    return passage.text[passage.clause_bounds(hit.start)[0] : hit.start]


def _part_of_longer(passage: Passage, hit: Hit) -> bool:
    after = passage.text[hit.end : hit.end + 2]
    if hit.word == "团":
        return not re.match(r"[、和，与]|一起", after[:1]) or passage.text[hit.start - 1 : hit.start] not in "跟和与同"
    return any(o.entry.organisation and o is not hit and o.start < hit.end and hit.end < o.end for o in passage.hits)


def _partner(passage: Passage, hit: Hit, own: frozenset[str]) -> Found | None:
    text = passage.text
    left, right = passage.clause_bounds(hit.start)
    left = max(
        left,
        text.rfind("、", passage.start, hit.start) + 1,
        text.rfind("“", passage.start, hit.start) + 1,
        text.rfind("+", passage.start, hit.start) + 1,
    )
    lead = text[left : hit.start]
    name_start = left + _name_begins(lead)
    for time in passage.times:
        if name_start < time.end <= hit.start:
            name_start = time.end
    name_start = max(name_start, left)
    name = text[name_start : hit.end]
    before = text[max(passage.start, left - 1, name_start - 12) : name_start]
    if left > passage.start and text[left - 1] in "、+" and not before:
        before = text[left - 1]
    after = text[hit.end : min(right, hit.end + 10)]
    if re.match(r"(?:我们?|咱们?|俺们?|本)(?:[镇乡村]|社区|街道)?妇联", name):
        return None
    if name in own or (re.match(r"^(?:我们|咱们?|本|我|俺)", name) and not name.endswith(("妇联", "卫生院"))):
        return None
    if text[hit.end : hit.end + 2].startswith(("门口", "里", "旁", "对面", "附近")):
        return None
    if hit.word.startswith("爱心") and _DONOR.match(passage.text, hit.start):
        return None
    if hit.word.endswith("企业") and after.startswith("家"):
        return None
    if re.search(r"开展|举办|组织|召开", name) or any(
        h.start == hit.end and h.entry.place and not h.entry.organisation for h in passage.hits
    ):
        return None
    if name.startswith(("全", "各")) or re.search(
        r"(?:考上|考取|就读|读|毕业于?|在读)[^，。]{0,4}$", clause_head(passage, hit)
    ):
        return None
    if hit.word in ("社工", "村医") and re.match(
        rf"(?:{_OLD}|[{_SURNAMES}][一-龥]{{1,2}})(?:[，。；）)】讲]|$)", after
    ):
        return None
    if hit.word.endswith("妇联") and (name.endswith(("社区妇联", "村妇联")) or text[hit.start - 1 : hit.start] == "社"):
        return None
    if (
        hit.word.endswith("妇联")
        and re.match(r"联合|携手|组织|开展|举办|召开|在|会同|特?邀请", after)
        and name_start <= left + 6
    ):
        if not re.search(r"[到来](?:我们?|咱们?|俺们?)|我们?村|我们社区", passage.said):
            return None
    if hit.entry.place and re.match(r"内|里(?!面的)", after):
        return None
    if hit.word.endswith("妇联") and re.match(
        r"主席(?!.{0,4}[来到])|干部|要求|通知|安排|的要求|文件|部署|领导(?!来|到|下|一行)", after
    ):
        return None
    since = max([passage.clause_bounds(hit.start)[0], *(t.end for t in passage.times if t.end <= hit.start)])
    within = re.search(r"(?<![收领得请])[在到去于]([一-龥]{0,8})$", text[max(left, since, hit.start - 10) : name_start])
    clause_before = text[min(since, name_start) : name_start]
    joined = _WITH.search(clause_before[-8:]) is not None or (left > passage.start and text[left - 1] in "、+")
    acting = _ACTS.match(after) is not None
    if (within and not joined) or (_PLACE_CUE.search(clause_before) and not joined):
        return None
    if re.search(r"慰问|走访|看望", clause_before) and hit.entry.place and not joined:
        return None
    common = hit.word in _common()
    named = len(name) > len(hit.word)
    if common and hit.entry.place and not joined and not acting:
        bracketed = text[left - 1 : left] in "（(" if left else False
        return (name, (name_start, hit.end)) if bracketed else None
    if common and not (joined or acting or (named and not hit.entry.place)):
        return None
    if common and any(
        o is not hit
        and o.entry.organisation
        and hit.end <= o.end - 2
        and o.start >= hit.end
        and o.start - hit.end <= 5
        and not re.search(r"[，。、和与]", text[hit.end : o.start])
        for o in passage.hits
    ):
        return None
    if hit.word in ("村医", "女村医") and not joined:
        return None
    if common and re.search(r"(?:进|上|找|去|打工|招|工)[一-龥、]{0,5}$", clause_before):
        return None
    if (
        hit.entry.place
        and not common
        and not joined
        and not acting
        and not (name_start <= passage.clause_bounds(hit.start)[0] + 1)
    ):
        return None
    if hit.entry.place and not joined and not acting and re.match(r"$|[，。]", after) and not named:
        return None
    return name, (name_start, hit.end)


def _name_begins(lead: str) -> int:
    """How much of what stands before the head word is not the organisation's name."""
    cut = max(0, len(lead) - 10)
    for cue in _CUES:
        at = lead.rfind(cue)
        if at >= 0:
            cut = max(cut, at + len(cue))
    for at in range(len(lead) - 1, -1, -1):
        if not "一" <= lead[at] <= "龥":
            cut = max(cut, at + 1)
            break
    return cut


def read_speaker(passage: Passage, form: str | None) -> Found | None:
    """Who taught, led or examined: the name with its title where there is one, else the words for the person."""
    if form not in _SPOKEN_FORMS:
        return None
    text, start, end = passage.text, passage.start, passage.end
    said = text[start:end]
    for pattern in (_LABELLED, _INVITED, _SUBJECT, _PLAIN_ROLE, _CLAUSE_OF_ITS_OWN, _FAMILIAR):
        for match in pattern.finditer(said):
            value = match.group(1).strip("、")
            if pattern is _INVITED and re.search(
                r"(?:能不能|想|帮忙|打算|准备|可以|要不要|能否|好不好|希望|申请)[^，。]{0,4}$",
                said[: match.start() + 1][-8:],
            ):
                continue
            cut = re.match(r"^.*?(?:完|由|请了|请|个|让)(?=[一-龥]{2})", value)
            if cut and pattern is _PLAIN_ROLE:
                value = value[cut.end() :]
            found = _person(value, start + match.end(1) - len(value))
            if found:
                return found
    engineer = _ENGINEER.search(said)
    if engineer:
        return engineer.group(1), (start + engineer.start(1), start + engineer.end(1))
    for pattern in (_IS, _TALKING):
        told = pattern.search(said)
        if told and not said[: told.start(1)].endswith("妇联"):
            return told.group(1), (start + told.start(1), start + told.end(1))
    if _TEACHER_FROM.search(said):
        at = start + said.index("老师是")
        return "老师", (at, at + 2)
    return None


def _person(value: str, at: int) -> Found | None:
    """The person inside a phrase such as 县妇联法律顾问、正言律师事务所律师吴倩."""
    if len(value) < 2:
        return None
    value = re.sub(r"(?:等|等人|老师们)$", "", value)
    tail = re.search(rf"(?:{_TITLE})((?:{_FULL})|(?:{_OLD}))$", value)
    if tail:
        return tail.group(1), (at + tail.start(1), at + tail.end(1))
    titled = re.search(rf"((?:[{_SURNAMES}][一-龥]{{0,2}}?|{_OLD})(?:{_TITLE}))$", value)
    if titled:
        name = titled.group(1)
        begin = titled.start(1)
        if begin == 0 or len(name) >= 3 or not re.search(r"[一-龥]$", value[:begin]) or name[0] in _SURNAMES:
            # 司法所的老师 has no surname: 所 and 的 are none
            short = re.search(rf"([{_SURNAMES}](?:{_TITLE}))$", value)
            if short and not _looks_like_org_tail(value, short.start(1)):
                whole = re.search(rf"({_FULL}(?:{_TITLE}))$", value)
                if whole and (
                    whole.start(1) == 0 or re.search(r"[院所局会队中校司县市镇站心科室部]$", value[: whole.start(1)])
                ):
                    return whole.group(1), (at + whole.start(1), at + whole.end(1))
                return short.group(1), (at + short.start(1), at + short.end(1))
            if not short and re.search(rf"({_FULL})(?:{_TITLE})$", value):
                full = re.search(rf"({_FULL}(?:{_TITLE}))$", value)
                if full and (
                    full.start(1) == 0 or re.search(r"[院所局会队中校司县市镇站心科室部的]$", value[: full.start(1)])
                ):
                    return full.group(1), (at + full.start(1), at + full.end(1))
    if re.fullmatch(rf"{_FULL}|{_OLD}", value):
        return value, (at, at + len(value))
    named = re.search(rf"(?:所|院|局|会|队|心|校|司|站|主任|书记|师)({_FULL})$", value)
    if named:
        return named.group(1), (at + named.start(1), at + named.end(1))
    if re.search(rf"(?:{_TITLE}|老师|专家|干警|能手|大户|状元|带头人)$", value) and not re.search(
        r"[我你他她]们?|一起|妇联主席", value
    ):
        return value, (at, at + len(value))
    return None


def _looks_like_org_tail(value: str, begin: int) -> bool:
    """Whether the 'surname' is the end of a longer word: 心理咨询师 holds no 咨 family."""
    return any(
        value[max(0, begin - 3) :].endswith(word) and len(word) > len(value) - begin for word in word_list("titles.txt")
    )
