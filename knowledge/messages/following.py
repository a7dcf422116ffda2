"""Reads a message against what was said before: an answer, an addition, or a correction."""

import re
from dataclasses import dataclass
from typing import Any

from knowledge.gates import rule
from knowledge.messages.activity import Activity, Beneficiary, Material, Money
from knowledge.messages.passage import Passage

BOT = "【机器人】"

_CORRECTS = rule(
    r"不是[0-9一二三四五六七八九十百千]+[^，。]{0,3}[，,]|没有?那么(?:多|少)|只有\d|^不是|^(?:改|修改|更改)|不是.{0,12}?(?:是|应该)|"
    r"[是有].{1,12}(?:不是|而不是)|(?:搞|说|记|写|弄|打|报|看|听|数|算|填|讲)(?:错|岔|"
    r"混|漏算|重|成(?!立|功|了?一))|改(?:成|为|一下|下|到)|更正|纠正|修改|订正|应该?(?:是|为)|实际(?:上)?(?:是|有|只有|来了|为)|"
    r"不对|删掉?|去掉|不要(?:记|写|算|了)|别(?:记|写|算)|划掉|取消.{0,6}(?:记录|那)|多(?:写|报|算|记)了|"
    r"少(?:写|报|算|记)了|漏(?:写|报|算)?了|才(?:是)?\d|有误|换成|更改|搞反|弄反|不算|笔误|手误|错了"
)
_DELETES = rule(
    r"不要(?:记|写|算|报|了)|别(?:记|写|算|报)|删(?:掉|了|除|去)?|去掉|划掉|不算|拿掉|取消|没有(?:这|那)?(?:回事|"
    r"个)|不用(?:记|写|算)|清空|抹掉|撤掉"
)
_SLOT_WORDS = tuple(
    (slot, re.compile(words))
    for slot, words in (
        ("women", r"妇女人数|妇女数|女的"),
        ("children", r"儿童人数|孩子数|学生数|小孩"),
        ("participants", r"人数|参加的?人|到会|来的人|人头"),
        ("beneficiaries", r"受益|慰问(?:对象|的)|户数|走访户|救助对象"),
        ("money", r"元|钱|块|金额|经费|资金|红包|慰问金"),
        ("materials", r"物资|东西|礼品|资料|传单|慰问品|宣传单|材料"),
        ("speaker", r"主讲|老师|讲师|授课|讲课"),
        ("partners", r"合作单位|联合单位|单位|协办"),
        ("place", r"地点|地方|场地"),
        ("time_end", r"结束时间"),
        ("time", r"开始时间|时间|几点"),
        ("date", r"日期|日子|哪天"),
        ("title", r"名称|标题|主题名"),
        ("topic", r"主题|内容"),
        ("sessions", r"场次|期数|场数|几场"),
        ("cases", r"件数|起数"),
        ("form", r"形式"),
        ("category", r"类别|分类"),
        ("unit", r"哪个村|村名"),
    )
)
_ASKED = tuple(
    (slot, re.compile(words))
    for slot, words in (
        ("time", r"几点|什么时间|开始.*结束|时间"),
        ("women", r"其中(?:妇女|女)|(?:妇女|女(?:性|的|同志))(?:有)?(?:多少|几)"),
        (
            "beneficiaries",
            (
                r"(?:慰问|看望|走访|救助|帮扶|受益|资助|表彰|评出|服务|惠及|探望|发给)[^，。？]{0,6}(?:多少|几|哪些)|"
                r"多少户|几户"
            ),
        ),
        ("children", r"(?:儿童|孩子|学生|小朋友)(?:有)?(?:多少|几)|多少(?:名|个)?(?:儿童|孩子|学生|小朋友)"),
        ("participants", r"多少人|几个?人|几位|多少(?:名|位)|人数|来了多少|参加的"),
        ("date", r"哪天|哪一天|几号|什么时候|日期|何时|哪一?日"),
        ("place", r"在哪|哪里|地点|什么地方|何处"),
        ("speaker", r"谁(?:来)?(?:主?讲|授课|上的?课)|主讲|讲课(?:的)?老师|授课人|老师是谁|请了谁|谁讲"),
        ("sessions", r"多少场|几场|几期|多少期|场次"),
        ("cases", r"多少[起件]|几[起件]"),
        ("money", r"多少钱|金额|花了|多少元|经费|每[人户]多少"),
        ("materials", r"发了(?:多少|什么|哪些)|物资|什么东西|送了(?:什么|哪些|多少)|多少份|几份|多少册"),
        ("partners", r"和谁|哪些单位|合作单位|联合|跟谁|有没有.*单位"),
        ("title", r"活动名称|叫什么|名称"),
        ("topic", r"主题|什么内容|内容是|讲(?:的)?什么|关于什么"),
        ("form", r"什么形式|哪种形式|形式|什么活动"),
        ("unit", r"哪个村|哪个社区|村名"),
    )
)
_COUNT_SLOTS = ("participants", "women", "children", "sessions", "cases")
_MORE = re.compile(
    r"^(?:还|另|再|补充|补|对了|哦对|噢|忘了?|漏|也|又|其中|里面|加上|照片|图片|顺便|主讲|地点|时间|人数|老师|"
    r"一共|总共|都是|大概|差不多|请的|是)"
)
_LABELLED = re.compile(
    r"^(?:改|修改|更改)?[ ，,:：]*"
    r"(人数|妇女|女的|儿童|孩子|场次|件数|地点|时间|日期|主讲|老师|主题|名称|单位)[ :：是为]*(?=\S)"
)
_NOTHING = re.compile(
    r"^(?:无|没有?|没有了?|木有|冇|冇得|没得|暂无|不知道|不清楚|不晓得|跳过|没了|不记得了?|忘了|就这些|"
    r"没别的)[了啦。.!！~ ]*$"
)
_PUT_RIGHT = re.compile(r"改成|改为|换成|应该是|是\d|不是[^，。]{1,8}是")
_ANSWER_BEGINS = re.compile(r"^(?:就?是?在|是|叫|请的是?|请的?|主题是|讲的是|就是|由|到)")
_STOPS = re.compile(r"[，,。；;]")
_ANSWER_ENDS = re.compile(r"(?:讲的|来讲的|主讲的?|授课的?|办的|搞的|开的|做的|举行的)$")


@dataclass(frozen=True, slots=True)
class Before:
    """What went before: the bot's last question if it is the last word, and her activity as then understood."""

    question: str
    asked: str | None
    activity: Activity | None


def asked_slot(question: str) -> str | None:
    """The slot a question of the bot is about."""
    return next((slot for slot, asked in _ASKED if asked.search(question)), None)


def says_nothing(text: str) -> bool:
    """无, 没有了: an answer that adds nothing."""
    return _NOTHING.match(text.strip()) is not None


def corrects(text: str, lacks: int = 0) -> bool:
    """The words of a correction are there; `lacks` is what `missing` says of the text, if that is known."""
    return not _CORRECTS.mask & lacks and _CORRECTS.search(text) is not None


def adds(text: str) -> bool:
    """The words of an addition are there."""
    return _MORE.match(text.strip()) is not None


def labelled(text: str) -> bool:
    """改 人数 38, 人数 38: a slot named with its value."""
    return _LABELLED.match(text.strip()) is not None and len(text) <= 24


def deleted_slots(text: str, values: dict[str, Any], old: Activity | None) -> tuple[str, ...]:
    """The slots a correction takes away: 那个640元不要记."""
    if not _DELETES.search(text):
        return ()
    if _PUT_RIGHT.search(text):
        return ()
    named = [slot for slot, named in _SLOT_WORDS if named.search(text)]
    if "time_end" in named:
        named = ["time_end"]
    elif "title" in named and "topic" in named:
        named.remove("topic")
    if old is not None:
        held = [m.item for m in old.materials]
        if any(item in text for item in held):
            named = ["materials"]
        elif any(p in text for p in old.partners):
            named = ["partners"]
        elif any(s in text for s in old.speaker):
            named = ["speaker"]
    if not named:
        named = [
            s for s in ("money", "materials", "partners", "speaker", "beneficiaries", "participants") if s in values
        ]
    if old is not None and len(named) > 1:
        held = [s for s in named if getattr(old, s)]
        named = held[:1] or named[:1]
    return tuple(named[:1])


def conflict(new: dict[str, Any], old: Activity) -> bool:
    """Whether a bare figure says otherwise than what is held: 最美家庭12户 after 十户最美家庭."""
    for slot in _COUNT_SLOTS:
        if slot in new and getattr(old, slot) and getattr(old, slot) != new[slot]:
            return True
    for benefit in new.get("beneficiaries", ()):
        for held in old.beneficiaries:
            if (
                held.n
                and benefit.n
                and held.n != benefit.n
                and (held.who == benefit.who or benefit.who in held.who or held.who in benefit.who)
                and held.unit == benefit.unit
            ):
                return True
    for slot in ("date", "place", "time"):
        if slot in new and getattr(old, slot) and getattr(old, slot) != new[slot]:
            return True
    for thing in new.get("materials", ()):
        for had in old.materials:
            if had.item == thing.item and had.n and thing.n and had.n != thing.n:
                return True
    return False


def answer(passage: Passage, before: Before, values: dict[str, Any], vocabulary_who: str) -> dict[str, Any]:
    """The slots of an answer to the bot's question, beside what the words say by themselves."""
    text = passage.said.strip().strip("。.!！~ ")
    slot = before.asked
    found = dict(values)
    number = passage.numbers[0] if passage.numbers else None
    bare = number is not None and len(text) <= len(number.text) + 8
    if number is not None and bare and slot in (*_COUNT_SLOTS, "beneficiaries", "money", "materials"):
        for other in (*_COUNT_SLOTS, "beneficiaries", "money", "materials"):
            if other != slot and not (slot == "beneficiaries" and other == "beneficiaries"):
                found.pop(other, None)
        if slot in _COUNT_SLOTS:
            found[slot] = number.notation
            old = before.activity
            if slot == "participants" and old is not None and _audience_women(old):
                found["women"] = number.notation
        elif (slot == "beneficiaries" and "beneficiaries" not in values) or (
            slot == "beneficiaries" and not values["beneficiaries"][0].who
        ):
            who = vocabulary_who
            unit = number.unit if number.unit in ("户", "对", "人次") else ("户" if "户" in before.question else "人")
            found["beneficiaries"] = (Beneficiary(who, number.notation, unit),)
        elif slot == "money" and "money" not in values:
            per = "户" if "每户" in before.question else "人" if "每人" in before.question else ""
            found["money"] = (Money(float(number.low), per),)
        elif slot == "materials" and "materials" not in values and before.activity and before.activity.materials:
            found["materials"] = (Material(before.activity.materials[0].item, number.notation, number.unit),)
        return found
    if slot in ("place", "speaker", "title", "topic", "unit") and slot not in found and 2 <= len(text) <= 24:
        value = _STOPS.split(_ANSWER_BEGINS.sub("", text))[0]
        value = _ANSWER_ENDS.sub("", value).strip('“”"《》 ')
        if len(value) >= 2:
            found[slot] = (value,) if slot == "speaker" else value
            if slot in ("place", "speaker", "title", "topic"):
                for other in ("form", "category"):
                    found.pop(other, None)
    return found


def _audience_women(old: Activity) -> bool:
    return bool(old.women and old.women == old.participants)
