"""Who has to act: the stated subject of a clause, and the level whose calendar it belongs in."""

from __future__ import annotations

import re
from functools import cache

from knowledge.reading.obligations.vocabulary import either, pairs

LEAD = re.compile(
    r"(?:同时|另外|此外|其中|并且|并|且|届时|最后|然后|原则上|特此通知|为此|因此|现|请|要求|由|希望|需由|还|鼓励|敬请|望|务请|恳请|"
    r"[\s　：:—])+"
)
DETERMINER = (
    r"各|贵|未报|讲师团|监护人|每个?|每一|每位|每名|全[省市县区镇乡体]|所有|有关|相关|所属|县直|市直|省直|区直|本|我|受|获奖|承办|主办|责任|牵头|参赛|参训|"
    r"参评|与会|省|市|县|区|镇|乡|村|社区|街道|基层|支部|党支部|机关|办公室|全体|广大|巾帼|妇联|妇委会|妇工委|团体|督查组|检查组|督导组|"
    r"“?两新”?组织|典型|被[\u4e00-\u9fff]{1,3}|乡直|镇直|局|交流发言|发言|试点|示范|入选|相关|上述|其他|其余|被抽查|被推荐|新任|"
    r"评审组|评委会|组委会|领导小组|信息员|联络员|带队人|领队|参会|分管|主要|[\u4e00-\u9fff]{1,3}(?=[省市县区镇乡村])"
)
AFTER = (
    r"要|应|须|需|入|前往|同步|组成|必须|务必|可|请|于|在|从|自|每|将|拟|对|把|按|据|结合|围绕|负责|至少|不|原则|分别|统一|统筹|认真|积极|及时|也|均|都|再|共|"
    r"以|为|与|和|会同|联合|配合|协助|指导|督促|安排|选派|指派|派|确定|通过|利用|依托|做好|抓好|加强|继续|定期|随机|全面|主动|牵头|具体|"
    r"参照|结业|毕业|年内|任期|向|到|赴|给|用|线[上下]|择优|遴选|组队|组团|书面|无需|无须|毋须|免|分[片组批头]|带队|深入|全[年天]|周末|每|月|季|根据|集中|自行|逐|一[人户村级]|限|各|只|仅|准时|提前|汇|上|同时|严格|切实|充分|按时|如期|陆续|可以|能|指定|明确|收到|"
    r"接到|计划|争取|力争|有|实行|落实|撰|选|推|报|填|交|送|发|写|建|作|\d|，|,|：|:|（\d|$"
)
PARTY = re.compile(r"[（(][^（）()]*[)）]")
NEW_UNITS = re.compile(r"“?(?:两新|新经济|新社会|社会)”?组织|“?三新”?领域")
CROWD = re.compile(r"每(?:个|一)?")


@cache
def _subject() -> re.Pattern[str]:
    heads = either(tuple(pairs("actors.tsv")))
    acts = either(tuple(pairs("acts.tsv")))
    return re.compile(
        rf"(?P<who>(?:{DETERMINER})[\u4e00-\u9fff（）()、“”\"—-]{{0,24}}?(?:{heads})(?:（[^（）]{{1,4}}）)?[”）)]?)"
        rf"(?=[\s　]*(?:{AFTER}|{acts}))"
    )


@cache
def _longer() -> re.Pattern[str]:
    """The rest of a name whose first part could itself act: 各村|带队人."""
    heads = either(tuple(pairs("actors.tsv")))
    return re.compile(rf"(?P<head>{heads})(?=[\s　]*(?:{AFTER}|{either(tuple(pairs('acts.tsv')))}))")


@cache
def _member() -> re.Pattern[str]:
    """The units that a name of their whole stands before: 县直机关|各妇工委."""
    heads = either(tuple(pairs("actors.tsv")))
    return re.compile(
        rf"(?P<head>[各所]有?[\u4e00-\u9fff]{{0,6}}?(?:{heads}))(?=[\s　]*(?:{AFTER}|{either(tuple(pairs('acts.tsv')))}))"
    )


@cache
def _head() -> re.Pattern[str]:
    return re.compile(rf"(?:{either(tuple(pairs('actors.tsv')))})(?:（[^（）]{{1,4}}）)?[”）)]?$")


@cache
def _bare() -> re.Pattern[str]:
    """Parties that need no 各 or 县 before them."""
    return re.compile(
        r"(?P<who>[\u4e00-\u9fff]{1,6}(?<![全内干各支外])部(?=[要应须需于每将拟负])|(?:县|市|区|镇|乡|省|村)(?=(?:拟于|将于|要在|应在|须在|须于|要于|于\d))|"
        r"(?:[\u4e00-\u9fff]{0,6}?(?:卫生院|保健院|医院|学校|幼儿园|派出所|司法所|服务中心|服务站|指导站|培训机构)(?=[要应须需负将于]))|"
        r"(?:办公室|责任部门|责任单位|牵头部门|牵头单位|推荐单位|督查组|检查组|评审组|评委会|组委会|领导小组|学员|选手|网格员|信息员|数据员|妇女小组长|家长学校|[儿妇][童女]之家)(?=[要应须需于每在将按负统另\d]))"
    )


NOT_A_PARTY = re.compile(
    r"^(?:组织(?!部)|赴|组建|建立|成立|发动|召集|安排|选派|派|推荐|培训|表彰|指导|督促|帮助|动员|引导|报|送|发|交(?!流)|给|寄|向|抄|呈|转|提|经|联合|配合|会同|协助|参照|请|由|与|同|经|以|一|按|据|原|使|让|在|从|自|并|及|其(?!他|余))|^[本全][省市县区镇乡村]$|^[我也是都已才]|开展|举办|加强|完成|做好|报送|上报|提高|建立|组织妇|活动|工作|对|在|把|将|向|为|情况|的|要|应|须|完善|健全|推动|推进|组织开展|创建|打造|走访|深入|入村|到|(?<!被)(?<!受)查(?!组)|看"
)


def subject_at(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span of the acting party if `text[start:end]` begins with one."""
    found = _subject().match(text, start, end) or _bare().match(text, start, end)
    if found is None:
        return None
    who = found["who"]
    bare = PARTY.sub("", NEW_UNITS.sub("单位", who))
    if len(bare) > 22 or NOT_A_PARTY.search(bare):
        return None
    start, stop = found.span("who")
    longer = _longer().match(text, stop, end) or _member().match(text, stop, end)
    stop = longer.end("head") if longer else stop
    while text[stop : stop + 1] in ("、", "和", "及", "与"):
        further = _subject().match(text, stop + 1, end)
        if further is None or NOT_A_PARTY.search(PARTY.sub("", NEW_UNITS.sub("单位", further["who"]))):
            break
        stop = further.end("who")
    return start, stop


def split_parties(who: str) -> tuple[str, ...]:
    """各乡镇妇联、县直各单位妇委会 → two parties; what stands in brackets is not divided."""
    parts: list[str] = []
    depth = 0
    current = ""
    for character in who:
        depth += character in "（(“"
        depth -= character in "）)”"
        if depth <= 0 and character in "、和及与":
            parts.append(current)
            current = ""
        else:
            current += character
    parts.append(current)
    named = [part.strip(" 　") for part in parts]
    if len(named) > 1 and all(len(part) >= 3 and _head().search(part) for part in named):
        return tuple(named)
    return (who.strip(" 　"),)


ATTACHED = re.compile(r"[省市县区]直|机关|团体会员|成员单位|企业|学校|协会")
VILLAGE = re.compile(r"村|社区|妇代会|网格|妇女小组长|居委会")
TOWNSHIP = re.compile(r"乡|镇|街道")
COUNTY = re.compile(r"县|区|旗")
ONE_PERSON = re.compile(r"^(?:每[位名]|全体|广大|参训|参赛|参会|与会)")


def level_of(who: str, default: str = "") -> str:
    """Whose calendar a party's duties belong in: 省 市 县 乡镇 村 单位 个人, or `default` if the name does not say."""
    if ONE_PERSON.search(who):
        return "个人"
    if "镇村" in who:
        return "乡镇"
    if ATTACHED.search(who):
        return "单位"
    bare = PARTY.sub("", who).replace("社区", "村").replace("小区", "")
    if VILLAGE.search(bare):
        return "村"
    if TOWNSHIP.search(bare):
        return "乡镇"
    if COUNTY.search(bare):
        return "县"
    if "市" in bare:
        return "市"
    if "省" in bare:
        return "省"
    head = _head().search(bare)
    own = pairs("actors.tsv").get(head[0].rstrip("”）)"), "") if head else ""
    return own or default
