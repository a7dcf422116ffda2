"""Finds which organisations outside her village took part, paid or sent somebody (合作单位)."""

import re

from knowledge.gates import rule
from knowledge.messages.names import FULL, OLD, SURNAMES, Found
from knowledge.messages.passage import Passage
from knowledge.messages.vocabulary import Entry, Hit, word_list

#: words at which the name of an organisation begins at the latest, and how long they can be
_CUES = frozenset(word_list("organisation_cues.txt"))
_CUE_SIZES = tuple(sorted({len(cue) for cue in _CUES}))
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
    r"(?:[在去于赴进往]|到(?<![收领得请]到)|来到|走进|前往|参观|观摩|进了|送到|送往|走访|慰问|看望|转给|交给|报给|"
    r"移交|转交|反映给|找|联系|报|上报|地点[:：]?)(?:了|我们|咱们?|俺们?|我|了我们)?[一-龥]{0,6}$"
)
_OFFICE = rule(
    r"(?:[县市区镇乡省州旗](?<!社[县市区镇乡省州旗])|街道)[一-龥]{1,6}?(?:局|(?<![举开承主协])办(?!了|的|事|班|讲)|(?<!派出)(?<!厕)所|站|中心|协会|促进会|服务队|学校|基金会|联合会|研究所|公司)(?![一-龥]?(?:门口|里|会议室))"
)
_AN_OFFICE = Entry(organisation=True)
_DONOR = rule(
    r"爱心(?:企业|人士|商家|单位|老板)([一-龥]{2,8}?)(?=发|出|向|资助|送|捐|赠|出资|来|赞|的|、|，|和|等|到|为|给|提供)"
)
_GIVER = rule(
    rf"(?:企业家|老板|乡贤|能人|大户|好心人|负责人|董事长|总经理)((?:{OLD})|(?:{FULL}?))(?=捐|资助|出资|赞助|给[^，。]{{1,10}}(?:捐|送|发))"
)
_SHOP = rule(
    r"(?:^|[，,。；;、是由和跟]|镇上的?|村里的?|街上的?)([^\W是由和跟的]{1,6}(?:店|厂|馆|行|铺|公司|商行|酒楼|农场|合作社|超市))(?:老板)?(?:免费)?(?:赞助|捐|出资|提供|送来|支持)"
)

#: words that are an organisation outside her village only with a name before them
_COMMON = frozenset(word_list("needs_name.txt"))
_OUR_FEDERATION = re.compile(r"(?:我们?|咱们?|俺们?|本)(?:[镇乡村]|社区|街道)?妇联")
_OURS = re.compile(r"我们|咱们?|本|我|俺")
_HELD = re.compile(r"开展|举办|组织|召开")
_STUDIED_AT = rule(r"(?:考上|考取|就读|读|毕业于?|在读)[^，。]{0,4}$")
_A_NAME = re.compile(rf"(?:{OLD}|[{SURNAMES}][一-龥]{{1,2}})(?:[，。；）)】讲]|$)")
_DID_IT = re.compile(r"联合|携手|组织|开展|举办|召开|在|会同|特?邀请")
_CAME_TO_US = re.compile(r"[到来](?:我们?|咱们?|俺们?)|我们?村|我们社区")
_ITS_PEOPLE = re.compile(r"主席(?!.{0,4}[来到])|干部|要求|通知|安排|的要求|文件|部署|领导(?!来|到|下|一行)")
_INSIDE = re.compile(r"内|里(?!面的)")
_WITHIN = re.compile(r"[在到去于](?<![收领得请][在到去于])[一-龥]{0,8}$")
_VISITED = re.compile(r"慰问|走访|看望")
_SENT_TO = re.compile(r"(?:进|上|找|去|打工|招|工)[一-龥、]{0,5}$")
_APART = re.compile(r"[，。、和与]")
_CLAUSE_ENDS = re.compile(r"$|[，。]")
_LEAGUE_TOO = re.compile(r"[、和，与]|一起")


def read_partners(passage: Passage) -> list[Found]:
    """Organisations that took part, paid or sent somebody; her own women's federation is none."""
    found: list[Found] = []
    text, start, end, lacks = passage.text, passage.start, passage.end, passage.lacks
    organisations = [h for h in passage.hits if h.entry.organisation]
    for hit in organisations:
        if not _part_of_longer(text, hit, organisations):
            _add(found, _partner(passage, hit, organisations))
    if not _OFFICE.mask & lacks:
        for match in _OFFICE.finditer(text, start, end):
            first, last = match.span()
            if not any(h.start < last and first < h.end for h in organisations):
                _add(found, _partner(passage, Hit(first, last, match.group(), _AN_OFFICE), organisations))
    for pattern in (_SHOP, _GIVER, _DONOR):
        if not pattern.mask & lacks:
            for match in pattern.finditer(text, start, end):
                _add(found, (match.group(1), match.span(1)))
    return found


def _add(found: list[Found], partner: Found | None) -> None:
    if partner and not any(partner[0] in f[0] or f[0] in partner[0] for f in found):
        found.append(partner)


def _part_of_longer(text: str, hit: Hit, organisations: list[Hit]) -> bool:
    if hit.word == "团":
        return not _LEAGUE_TOO.match(text[hit.end : hit.end + 1]) or text[hit.start - 1 : hit.start] not in "跟和与同"
    return len(organisations) > 1 and any(o is not hit and o.start < hit.end and hit.end < o.end for o in organisations)


def _partner(passage: Passage, hit: Hit, organisations: list[Hit]) -> Found | None:
    """The organisation with the name before its head word, if it took part."""
    text, word, entry = passage.text, hit.word, hit.entry
    clause, right = passage.clause_bounds(hit.start)
    left = clause
    for mark in "、“+":
        if left <= (at := text.rfind(mark, clause, hit.start)):
            left = at + 1
    name_start = left + _name_begins(text[left : hit.start])
    since = clause
    for time in passage.times:
        if clause < time.end <= hit.start:
            since = max(since, time.end)
            name_start = max(name_start, since)
    name = text[name_start : hit.end]
    after = text[hit.end : min(right, hit.end + 10)]
    if _is_our_own(passage, hit, name, after, name_start <= left + 6) or _is_another_thing(
        passage, hit, name, after, text[clause : hit.start]
    ):
        return None
    clause_before = text[min(since, name_start) : name_start]
    joined = (left > passage.start and text[left - 1] in "、+") or _WITH.search(clause_before[-8:]) is not None
    if not joined and (
        _WITHIN.search(text[max(left, since, hit.start - 10) : name_start])
        or _PLACE_CUE.search(clause_before)
        or (entry.place and _VISITED.search(clause_before))
    ):
        return None
    acting = _ACTS.match(after) is not None
    named = len(name) > len(word)
    if word in _COMMON:
        if entry.place and not joined and not acting:
            bracketed = text[left - 1 : left] in "（(" if left else False
            return (name, (name_start, hit.end)) if bracketed else None
        if not (joined or acting or (named and not entry.place)):
            return None
        if any(
            o.start >= hit.end
            and hit.end <= o.end - 2
            and o.start - hit.end <= 5
            and not _APART.search(text[hit.end : o.start])
            for o in organisations
        ):
            return None
        if _SENT_TO.search(clause_before):
            return None
    elif entry.place and not joined and not acting and name_start > clause + 1:
        return None
    if not joined and word in ("村医", "女村医"):
        return None
    if entry.place and not joined and not acting and not named and _CLAUSE_ENDS.match(after):
        return None
    return name, (name_start, hit.end)


def _is_our_own(passage: Passage, hit: Hit, name: str, after: str, near: bool) -> bool:
    """Whether it is the federation that reports, or is named as those who ordered the activity."""
    text = passage.text
    if _OUR_FEDERATION.match(name) or (_OURS.match(name) and not name.endswith(("妇联", "卫生院"))):
        return True
    if not hit.word.endswith("妇联"):
        return False
    if name.endswith(("社区妇联", "村妇联")) or text[hit.start - 1 : hit.start] == "社":
        return True
    if near and _DID_IT.match(after) and not _CAME_TO_US.search(passage.said):
        return True
    return _ITS_PEOPLE.match(after) is not None


def _is_another_thing(passage: Passage, hit: Hit, name: str, after: str, clause_before: str) -> bool:
    """Whether the word names a place, a school somebody went to, or a person rather than those who took part."""
    text, word = passage.text, hit.word
    if text.startswith(("门口", "里", "旁", "对面", "附近"), hit.end):
        return True
    if word.startswith("爱心") and _DONOR.match(text, hit.start):
        return True
    if word.endswith("企业") and after.startswith("家"):
        return True
    if name.startswith(("全", "各")) or _HELD.search(name):
        return True
    if not _STUDIED_AT.mask & passage.lacks and _STUDIED_AT.search(clause_before):
        return True
    for other in passage.hits:
        if other.start == hit.end and other.entry.place and not other.entry.organisation:
            return True
    if word in ("社工", "村医") and _A_NAME.match(after):
        return True
    return hit.entry.place and _INSIDE.match(after) is not None


def _name_begins(lead: str) -> int:
    """How much of what stands before the head word is not the organisation's name."""
    first = max(0, len(lead) - 10)
    for end in range(len(lead), first, -1):
        if not "一" <= lead[end - 1] <= "龥":
            return end
        for size in _CUE_SIZES:
            if size <= end and lead[end - size : end] in _CUES:
                return end
    return first
