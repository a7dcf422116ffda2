"""Finds what was handed out, signed or planted (物资)."""

import re

from knowledge.gates import rule
from knowledge.messages.activity import Material, Span
from knowledge.messages.figures import number_end
from knowledge.messages.passage import Passage
from knowledge.messages.vocabulary import Hit, word_list
from knowledge.numerals import Number

_GIVE = rule(
    r"发|送|带(?:了|去|着|来|走|点|些|上)|赠|捐|领(?:了|取|到)|签|栽|种|贴|派|奖|拿|收到|分|每人|每户|一人|一户|人手|备了|"
    r"提供|换|慰问品|买了|买点|买些|买|购|给|献|配"
)
_GIVE_NOUN = re.compile(
    r"(?:发放|发了|发出|发|赠送|送去了?|送上|送了|送出|送|捐赠|捐了|签订|签了|签署|签|栽种|栽了|栽|种下|种了|"
    r"种|带去|带了|张贴|贴了|散发|派发|分发)(?:了|出)?(?:各类|各种|村民|妇女|孩子们?|老人|每人|"
    r"大家)?([一-龥《》]{2,9}?)(?:共|约|各)?$"
)
#: things that are themselves counted by 块, as money is
_IN_BLOCKS = re.compile(r"[牌匾板布毯皂表砖糕巾镜]$")
_THING_UNITS = frozenset(word_list("thing_units.txt"))
_NOT_THINGS = re.compile(
    r"^(?:人|月|小时|钟|村|社区|问题|活动|组|点|妇女|孩子|老人|家庭|志愿者|讲座|培训|节目|项目|多|左右|会|课|班|"
    r"(?:吧|呢|啊|哈|呀|嘛)$|三轮车|包车|车|路|山|地|水|建议|意见|合作社|部门|单位|企业|学校|字)"
)
_AS_PLACE_OR_TOPIC = re.compile(
    r"^(?:之家|工艺|制作|种植|技术|产业|加工|分类|基地|大赛|比赛|节|会|社|厂|店|市场|园|队|商|手|行业|文化|香|屋|"
    r"法)"
)


_AFTER_A_THING = tuple("共各发")
_HAN = re.compile(r"[一-龥]")
_MEASURED = re.compile(r"[送发带了捐本条斤袋箱桶只个和赠户人壶瓶提罐盒包床套双件束点些]")
_COUNTED = re.compile(r"[和各共及一二两三四五六七八九十百]")
_DONE_WITH = re.compile(r"(?:猜|做|洗|穿|晒|缝|换|包|插|修|学|剪|养|讲|学习|叠|画|写|跳|打|踢|念|卖|种植)(?:了|着)?$")
_SUM_BEFORE = re.compile(r"[元块]$|块钱$")
_OTHER_WORDS = tuple("记画香法会费店")
_WHAT_FOLLOWS = frozenset({"奖品", "礼品", "物资", "慰问品", "纪念品"})
_UP_TO_FIGURE = re.compile(
    r"(?:等|们)?(?:发|送|领|签|捐)?(?:每人|每户|一人|一户)?(?:了|出|去|共|各|约|有|[:：]|共计|"
    r"一共|总共|合计| |[xX×*])*"
)
_RIDDEN = re.compile(r"(?:骑|开|坐|乘|驾|出动|动用|租|包车)(?:着|了)?$")
_APART = re.compile(r"[，。,；;、0-9发送给了和]")
_TAKING = re.compile(r"[把将]$")
_HANDED = re.compile(r"送|发|颁|交")
_NOT_GIVEN = re.compile(r"(?:没|不用|不)(?:发|送|带|领)[^，。]*$")
_TO_EACH = re.compile(r"[每一]人$|[每一]户$")
_THEN_GIVEN = re.compile(
    r"(?:一家|每家|各|一?共|总共|合计|一人|每人|每户|一户|人均)?(?:发|送|签|贴|领|派|赠)?(?:了|出)?(?:去)?(?:了|大概|约|有)?"
)
_PLANTED = re.compile(
    r"(?:种|栽|植|插)(?:了|下|上)?(?:[一二两三四五六七八九十百0-9]+[棵株])?([一-龥]{1,3}?(?:树苗|树|苗|花|竹|秧))"
)
_A_THING = re.compile(r"(?:^|[发送栽种赠捐签])(?:了|出)?([一-龥]{2,6})$")
_NO_THING = re.compile(r"[了在到去来共约]|一共|走访|清|挖|捡|拉|收|车$")
_LIST_FOR = re.compile(r"[一-龥、]{0,22}各")
_WORD = re.compile(r"[一-龥]{1,6}")
_FIGURE = re.compile(r"[一二两三四五六七八九十0-9]")
_GAVE = re.compile(r"(?:发|送|捐|赠|签|栽|种|每人|每户|一人|一户|奖|给)(?:了|放|给|出|去)?(?:约|近|每人|每户)?$")
_PARTICLE = re.compile(r"吧|呢|啊|哈|呀|嘛|左右吧?|的样子")
_ENDS_THING = re.compile(r"[和给作以到去来让并的]")
_SAPLINGS = tuple("树苗花竹秧桃柳杉桂")


def read_things(passage: Passage) -> tuple[list[Material], Span | None, set[int]]:
    """Materials of one activity, where the first stands, and the starts of the numbers used up."""
    taken: set[int] = set()
    found: list[tuple[int, Material]] = []
    hits = [h for h in passage.hits if h.entry.item and not _not_a_thing(passage, h) and not _is_measure(passage, h)]
    reach = -1
    for hit in hits:
        if hit.start < reach:
            continue
        reach = hit.end
        material = _of_hit(passage, hit, hits, taken)
        if material is not None:
            found.append((hit.start, material))
    units = {n.unit for n in passage.numbers if n.start not in taken}
    if not _THING_UNITS.isdisjoint(units):
        found = _figures_after(passage, found, taken)
        found = _figure_with_a_particle(passage, found, taken)
        found.extend(_listed(passage, taken))
        found.extend(_unknown(passage, taken))
    if "棵" in units or "株" in units:
        found.extend(_planted(passage, taken, found))
    if not found:
        return [], None, taken
    at, first = found[0]
    if len(found) == 1:
        return [first], (at, at + len(first.item)), taken
    found.sort(key=lambda f: f[0])
    counted = [m.item for _, m in found if m.n]
    found = [f for f in found if f[1].n or not any(f[1].item in item for item in counted)]
    unique: list[Material] = []
    for _, material in found:
        if not any(m.item == material.item and (m.n == material.n or material.n is None) for m in unique):
            unique.append(material)
    return unique, (found[0][0], found[0][0] + len(found[0][1].item)), taken


def _is_measure(passage: Passage, hit: Hit) -> bool:
    return any(number.unit and number.unit_start <= hit.start < number.unit_end for number in passage.numbers)


def _not_a_thing(passage: Passage, hit: Hit) -> bool:
    after = passage.text[hit.end : hit.end + 3]
    before = passage.text[max(0, hit.start - 2) : hit.start]
    if _AS_PLACE_OR_TOPIC.match(after):
        return True
    if len(hit.word) == 1:
        if after.startswith(_AFTER_A_THING) or before.endswith(("米", "油", "、", "和")):
            return False
        if _HAN.match(before[-1:]) and not _MEASURED.match(before[-1:]):
            return True
        if _HAN.match(after) and not _COUNTED.match(after):
            return True
    if _DONE_WITH.search(before):
        return True
    if hit.word == "红包" and _SUM_BEFORE.search(before):
        return True
    return before.endswith(("作为", "主题", "优秀")) or (
        hit.word in ("书", "花", "笔", "药", "米", "油") and after.startswith(_OTHER_WORDS)
    )


def _thing_number(number: Number) -> bool:
    return number.unit in _THING_UNITS or number.unit == ""


def _of_hit(passage: Passage, hit: Hit, hits: list[Hit], taken: set[int]) -> Material | None:
    text, after = passage.text, hit.end
    item = _longer(passage, hit)
    if hit.word in _WHAT_FOLLOWS and any(0 <= h.start - hit.end <= 2 for h in hits):
        return None  # 奖品毛巾60条: what it was follows
    for number in passage.numbers:
        start = number.start
        if start > after + 4 or (start in taken and not _shared(text, hit, number)):
            continue
        if start >= after:
            between = text[after:start]
            if number.unit in ("元", "块钱") or (number.unit == "块" and not _IN_BLOCKS.search(hit.word)):
                return None
            if _thing_number(number) and _UP_TO_FIGURE.fullmatch(between):
                taken.add(number.start)
                return Material(item, number.notation, number.unit)
            shared = _shared(text, hit, number)
            if shared:
                taken.add(number.start)
                return Material(item, number.notation, number.unit)
        elif number.unit in _THING_UNITS and 0 <= hit.start - (end := number_end(number)) <= 8:
            between = text[end : hit.start]
            if _RIDDEN.search(text[max(0, number.start - 3) : number.start]):
                taken.add(number.start)
                return None
            if not _APART.search(between) or between == "装":
                taken.add(number.start)
                return Material(item, number.notation, number.unit)
    # 牌子和牛奶各8份: one figure for a list
    for number in passage.numbers:
        if number.start > hit.end and number.start - hit.end <= 24 and _shared(text, hit, number):
            taken.add(number.start)
            return Material(item, number.notation, number.unit)
    left, _ = passage.clause_bounds(hit.start)
    before = text[max(left, hit.start - 24) : hit.start]
    listed = any(
        h.end <= hit.start and hit.start - h.end <= 1 and text[h.end : hit.start] in ("", "、", "和", "及")
        for h in hits
    )
    handed = _TAKING.search(text[max(0, hit.start - 1) : hit.start]) and _HANDED.match(text, hit.end)
    if _GIVE.search(before) or listed or handed:
        if _NOT_GIVEN.search(before):
            return None
        return Material(item)
    return None


def _figures_after(passage: Passage, found: list[tuple[int, Material]], taken: set[int]) -> list[tuple[int, Material]]:
    """发反家暴的宣传单，发了400张: the figure comes in the next clause."""
    bare = [f for f in found if f[1].n is None]
    if not bare:
        return found
    at, thing = bare[-1]
    for number in passage.numbers:
        if (
            number.start in taken
            or number.start < at
            or number.unit not in _THING_UNITS
            or (number.unit == "个" and not _TO_EACH.search(passage.text[max(0, number.start - 3) : number.start]))
        ):
            continue
        left, right = passage.clause_bounds(number.start)
        if (
            0 < left - at <= 16
            and _THEN_GIVEN.fullmatch(passage.text, left, number.start)
            and number_end(number) >= right - 1
        ):
            taken.add(number.start)
            return [f for f in found if f is not bare[-1]] + [(at, Material(thing.item, number.notation, number.unit))]
    return found


def _planted(passage: Passage, taken: set[int], found: list[tuple[int, Material]]) -> list[tuple[int, Material]]:
    """栽了150棵 after 种柳树."""
    for number in passage.numbers:
        if number.unit in ("棵", "株") and number.start not in taken:
            taken.add(number.start)
            what = _PLANTED.search(passage.said)
            known = next((m for m in found if m[1].n is None and m[1].item.endswith(_SAPLINGS)), None)
            if known is not None:
                found.remove(known)
                return [(known[0], Material(known[1].item, number.notation, number.unit))]
            return [(number.start, Material(what.group(1) if what else "树", number.notation, number.unit))]
    return []


def _listed(passage: Passage, taken: set[int]) -> list[tuple[int, Material]]:
    """李子树120棵，柚子树80棵: a noun that fills its clause up to a measure of things."""
    found: list[tuple[int, Material]] = []
    if _GIVE.mask & passage.lacks or not _GIVE.search(passage.said):
        return found
    for number in passage.numbers:
        if number.start in taken or number.unit not in _THING_UNITS or number.unit in ("个", "块", "条", "件"):
            continue
        left, _ = passage.clause_bounds(number.start)
        left = max(left, passage.text.rfind("、", left, number.start) + 1)
        noun = _A_THING.search(passage.text[left : number.start])
        if noun is None or _NO_THING.search(noun.group(1)):
            continue
        if any(h.entry.person and left <= h.start < number.start for h in passage.hits):
            continue
        taken.add(number.start)
        found.append((left + noun.start(1), Material(noun.group(1), number.notation, number.unit)))
    return found


def _shared(text: str, hit: Hit, number: Number) -> bool:
    between = text[hit.end : number.start]
    return between.endswith("各") and number.unit in _THING_UNITS and _LIST_FOR.fullmatch(between) is not None


def _longer(passage: Passage, hit: Hit) -> str:
    """《妇女权益保障法》读本, 反诈宣传单: the words that qualify a thing belong to its name."""
    for other in passage.hits:
        if other.end == hit.start and other.entry.category and other.entry.topical and len(other.word) <= 5:
            return passage.text[other.start : hit.end]
    return hit.word


def _figure_with_a_particle(
    passage: Passage, found: list[tuple[int, Material]], taken: set[int]
) -> list[tuple[int, Material]]:
    """发宣传单来了四十个人发了六十份吧: dictated without commas, the figure is that of the one thing named before it."""
    bare = [f for f in found if f[1].n is None]
    for number in passage.numbers:
        left, right = passage.clause_bounds(number.start)
        if (
            len(bare) == 1
            and number.start not in taken
            and number.unit in _THING_UNITS
            and left <= bare[0][0] < number.start
            and _GAVE.search(passage.text, left, number.start)
            and _PARTICLE.fullmatch(passage.text, number_end(number), right)
        ):
            taken.add(number.start)
            at, thing = bare[0]
            return [f for f in found if f is not bare[0]] + [(at, Material(thing.item, number.notation, number.unit))]
    return found


def _unknown(passage: Passage, taken: set[int]) -> list[tuple[int, Material]]:
    """Things whose word we do not know: 发了50把小板凳, 发放护眼贴60盒."""
    found: list[tuple[int, Material]] = []
    text = passage.text
    for number in passage.numbers:
        if number.start in taken or number.unit not in _THING_UNITS:
            continue
        left, right = passage.clause_bounds(number.start)
        before = text[max(left, number.start - 14) : number.start]
        after = _WORD.match(text, number_end(number), right)
        if any(
            h.start == number_end(number) and (h.entry.person or h.entry.form or h.entry.place) for h in passage.hits
        ):
            continue
        noun = _GIVE_NOUN.search(before)
        if (
            noun
            and not _FIGURE.search(noun.group(1))
            and not any(h.entry.person and h.start >= left and h.end == number.start for h in passage.hits)
            and number.unit != "个"
        ):
            taken.add(number.start)
            found.append(
                (left + before.find(noun.group(1)), Material(noun.group(1).strip("《》"), number.notation, number.unit))
            )
        elif after and _GAVE.search(before) and not _NOT_THINGS.match(after.group()):
            item = _ENDS_THING.split(after.group(), 1)[0]
            if item:
                taken.add(number.start)
                found.append((number_end(number), Material(item, number.notation, number.unit)))
    return found
