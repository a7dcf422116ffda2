"""Reads her answer to one question, and changes that name their slot (「改 人数 38」, 「地点在文化礼堂」)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.reports import album, alike, card, rosters, texts
from handlers.reports import draft as drafts
from handlers.reports.draft import Draft
from handlers.reports.rules import OLDEST, doubt, merge
from knowledge.calendar import find_times
from knowledge.messages import Vocabulary, understand
from knowledge.messages.vocabulary import FORMS
from knowledge.numerals import find_numbers, parse_number
from storage.reports import Report

Slots = dict[str, Any]

_COUNTED = ("participants", "women", "children", "sessions", "cases")
_NAMED = re.compile(
    r"(?:把?改(?:一下)?|修改|更正)?\s*(?P<name>"
    + "|".join(sorted(texts.SLOT_WORDS, key=len, reverse=True))
    + r")\s*(?:改成|改为|应该是|应为|是|在|为|：|:|，)?\s*(?P<value>\S.*)",
    re.DOTALL,
)
_QUESTION = re.compile(r"[?？]|吗$|什么|怎么|咋|哪些|多少钱|能不能|可以.*吗|几岁")
#: Fixed phrases of this and other slices: never an answer to 在哪里 or 多少人.
_COMMAND = re.compile(
    r"我的(?:上报|任务|提醒)|谁[没还]|(?:审核|待审|汇总|统计|封存|调整|代报|邀请|加入|求助)(?:$|\s)|看\s*\d|看来源|查\s*\d|改\s*\d{4}|(?:退回|通过)\s*\d"
    r"|名单\s*(?:编号)?\s*\d{3}|撤回|撤销|全部通过|不采用|群发|(?:下发|布置)任务|任务$|待办$|导出$|提醒我|帮助$|菜单$|上报$|照片(?:不是|放错|错了)|来源\s*\d"
)
_MAY_BE_A_PLACE = frozenset({"chat", "followup", "report", "other"})
_NOT_A_PLACE = re.compile(r"不|没|取消|人数|上报|帮助|查|谢|收到|好的")
#: 「两件」, 「是两场」: how many there were, where a place or a kind of activity is asked for.
NUMBER_OF_THINGS = re.compile(r"(?:是|有|分)?[一两二三四五六七八九十0-9]{1,2}(?:件|场|次|个)(?:事情?|活动)?[。！!]?")
#: 「本月无家暴」, 「这个月没有活动」, 「零报告」: that there is nothing to tell, and so neither a date nor an activity.
NOTHING = re.compile(
    r"(?:我们?|咱们?|本)?(?:村|社区)?(?:里)?(?:(?:这个?|本|上个?|当|今年)?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})?(?:月份?|周|星期|季度?|年))?(?:里|内)?"
    r"(?:都|也|还|暂时?|目前)*(?:零报告|(?:无|没有?|没(?:搞|办|开展)|未(?:开展|发生|出现|发现))(?:发生|出现|发现|开展|搞|办|过|什么|任何|新的)*"
    r"(?:家暴|家庭暴力|活动|纠纷|矛盾|案件|情况|异常|可报的?|要报的?)(?:的?(?:情况|事件|案件|问题|发生|活动|要报|可报|上报))*)[了的哈]?[。！!]*"
)


def says_nothing_happened(text: str) -> bool:
    """Whether it says only that there was nothing: no activity, no case of violence."""
    return len(text) <= 30 and NOTHING.fullmatch(text.strip()) is not None


def is_command(text: str) -> bool:
    """Whether it is one of the fixed phrases, and so no answer to a question."""
    return _COMMAND.match(text) is not None


def read(slot: str, text: str, local: datetime, vocabulary: Vocabulary) -> Slots | None:
    """What the answer says about the slot that was asked for; None if it is no answer to that."""
    if _QUESTION.search(text) or is_command(text):
        return None
    if slot == "date":
        return read_date(text, local)
    if slot == "participants":
        return read_count("participants", text)
    if slot == "place":
        plain = re.sub(r"^(就)?(是)?在|[。！!，,]$|(里|那里|那边)?(办|搞|开|弄)的$", "", text.strip())
        if not 2 <= len(plain) <= 20 or _NOT_A_PLACE.search(plain):
            return None
        return (
            {"place": plain} if understand(text, ref=local, vocabulary=vocabulary).intent in _MAY_BE_A_PLACE else None
        )
    if slot == "what":
        meaning = understand(text, ref=local, vocabulary=vocabulary)
        slots = drafts.slots_of(meaning.reports[0], text) if meaning.reports else {}
        if slots.get("form") or slots.get("topic"):
            return slots
        return (
            {"topic": text.strip("。！!")}
            if 2 <= len(text) <= 20 and meaning.intent in ("report", "chat", "followup")
            else None
        )
    return None


def read_date(text: str, local: datetime) -> Slots | None:
    """The day that she names; the past is meant."""
    for found in find_times(text, local, "report"):
        if found.first is None:
            continue
        slots: Slots = {"date": found.first.isoformat()[:7] if found.month_only else found.first.isoformat()}
        if found.last is not None and found.last != found.first and not found.month_only:
            slots["date_end"] = found.last.isoformat()
        if found.part:
            slots["part"] = found.part
        if found.clock:
            slots["time"] = found.clock
        return slots
    return None


def read_count(slot: str, text: str) -> Slots | None:
    """The number that she says, with its 来, 多, 不到."""
    number = parse_number(text)
    if number is None:
        counted = [n for n in find_numbers(text) if not n.is_ordinal]
        if len(counted) != 1 or len(text) > 20:
            return None
        number = counted[0]
    if not number.notation:
        return None
    said = {slot: number.notation}
    return (
        {**said, "units": {slot: "人次" if "人次" in text else ""}} if slot == "participants" and "人" in text else said
    )


def named_change(text: str, local: datetime, vocabulary: Vocabulary) -> Slots | None:
    """A change that begins with the slot's name; None if the text is not one."""
    found = _NAMED.fullmatch(text.strip())
    if found is None or len(text) > 40 or _QUESTION.search(text):
        return None
    slot, value = texts.SLOT_WORDS[found["name"]], found["value"].strip("。！! ")
    value = re.sub(r"^.*(改成|改为|应该是|应为)|^(?:写|说|搞|弄)?(?:错了|不对)[，,。 ]*", "", value).strip()
    if slot == "place":
        value = re.sub(r"^(?:应?该?是|就?在|是在)", "", value).strip()
    if not value:
        return None
    if slot == "date":
        return read_date(value, local)
    if slot in _COUNTED:
        return read_count(slot, value)
    if slot in ("form", "category"):
        meaning = understand(value, ref=local, vocabulary=vocabulary)
        slots = meaning.reports[0].to_json() if meaning.reports else {}
        return {slot: slots[slot]} if slots.get(slot) else None
    if slot in ("partners", "speaker"):
        return {slot: [value]}
    return {slot: value}


def not_but(text: str, slots: Slots, local: datetime, vocabulary: Vocabulary) -> Slots | None:
    """「不是讲座，是培训」: the slot is the one that holds what it is not."""
    found = _NOT_BUT.fullmatch(text.strip())
    if found is None:
        return None
    old, new = found["old"].strip(), found["new"].strip()
    meaning = understand(new, ref=local, vocabulary=vocabulary)
    said = meaning.reports[0].to_json() if meaning.reports else {}
    if old == slots.get("form"):
        form = said.get("form") or (new if new in FORMS else None)
        return {"form": form} if form else None
    for slot in ("title", "topic", "place"):
        value = str(slots.get(slot) or "")
        if value and (old in value or value in old):
            changed = value.replace(old, new) if old in value else re.sub(r"(?:讲座|培训|宣传|活动)$", "", new)
            whole = understand(f"昨天搞了{changed}{slots.get('form') or ''}", ref=local, vocabulary=vocabulary).reports
            category = {"category": whole[0].category} if slot == "topic" and whole and whole[0].category else {}
            return {slot: changed, **category}
    return None


_NOT_BUT = re.compile(
    r"(?:不对[，, ]*)?不是(?P<old>[^，,。是]{1,20}?)[了的]?[，,、。 ]*(?:而|应该|应)?是(?P<new>[^，,。]{1,30}?)[。！!]?"
)


def taken_away(text: str) -> tuple[str, ...] | None:
    """「没发东西」, 「没请老师」, 「不要合作单位」: the slots that are to go; None if it says nothing like that."""
    found = _WITHOUT.fullmatch(text.strip())
    if found is None:
        return None
    return next(slots for words, slots in _GONE if found["what"] in words)


_GONE = (
    (("老师", "主讲", "讲师", "人来讲"), ("speaker", "partners")),
    (("合作单位", "合作", "协办", "别的单位"), ("partners",)),
    (("东西", "物资", "宣传单", "资料", "宣传资料", "礼品"), ("materials",)),
    (("经费", "钱", "花钱"), ("money",)),
    (("妇女", "妇女人数"), ("women",)),
    (("儿童", "孩子"), ("children",)),
    (("场次", "场数"), ("sessions",)),
)
_WITHOUT = re.compile(
    r"(?:把)?(?:没有?|不要|不用|去掉|删掉|没发|没请|没用|没花)(?:发|写|请|记)?(?P<what>"
    + "|".join(w for words, _ in _GONE for w in words)
    + r")[了的]?[。！!]*"
)


def ask_same_event(found: alike.Alike, today: date, *, changing: bool = False) -> Reply:
    """There is a report of that day already: is it the same event? Never merged or counted twice silently."""
    other = found.report
    shape = texts.CHANGED_LIKE if changing else texts.SAME_EVENT if found.is_own else texts.SHARED_EVENT
    said = shape.format(
        date=card.day(other.slots["date"], today),
        form=other.form,
        number=other.number,
        unit=found.unit_name,
        summary=card.summary(other.slots, today),
    )
    if changing:  # both are filed already: both stay
        return Reply(said, choices=(Choice(texts.SHARED_CHOICE), Choice(texts.CHANGED_APART_CHOICE)))
    if found.is_own:
        return Reply(said, choices=(Choice(texts.SAME_CHOICE), Choice(texts.OTHER_CHOICE), Choice(texts.ADD_CHOICE)))
    return Reply(said, choices=(Choice(texts.SHARED_CHOICE), Choice(texts.OTHER_CHOICE)))


def about_same_event(ctx: Context, draft: Draft) -> Reply | bool | None:
    """Her answer to that: a reply, True to go on with the draft, None if it was no answer."""
    asked, _, number = draft.asked.partition(":")
    if asked not in ("same", "shared"):
        return None
    other, text = ctx.session.get_one(Report, int(number)), ctx.text
    if text == texts.OTHER_CHOICE or re.match(r"不是|不同|另|两[件次场]|不一样", text):
        draft.not_same_as.append(other.id)
        return True
    yes = text in (texts.SAME_CHOICE, texts.SHARED_CHOICE) or re.fullmatch(
        r"是|是的|对|同一[件个次场].*|一起的?|就是.*", text
    )
    if asked == "shared" or draft.report_id is not None:
        if not yes:
            return None
        draft.same_event_as = other.id
        draft.not_same_as += [other.id, *([other.same_event_as_id] if other.same_event_as_id is not None else [])]
        return True
    if yes:
        drafts.drop(ctx.state)
        if draft.photos:
            album.attach(ctx.session, other, tuple(draft.photos))
        return Reply(texts.KEPT_ONE.format(number=other.number))
    if text == texts.ADD_CHOICE or text.startswith("补"):
        draft.slots = merge(other.slots, draft.slots)
        draft.report_id = other.id
        return True
    return None


def ask_whether_sure(ctx: Context, draft: Draft) -> Reply | None:
    """A number that cannot well be, or an age that nobody reaches: is that what she meant?"""
    if draft.odd_age:
        draft.asked = "sure:age"
        return Reply(
            texts.ODD_AGE.format(value=draft.odd_age), choices=(Choice(texts.SKIP_CHOICE), Choice(texts.CANCEL_CHOICE))
        )
    slot = doubt(draft.slots, ctx.speaker.unit_level, draft.sure)
    if slot is None:
        return _ask_about_roster(draft)
    draft.asked = f"sure:{slot}"
    value = card.value_of(draft.slots, slot)
    shape = (
        texts.MORE_THAN_ALL if slot in ("women", "children") and "participants" not in draft.sure else texts.TOO_MANY
    )
    said = shape.format(name=texts.SLOT_NAMES[slot], value=value, all=card.value_of(draft.slots, "participants"))
    return Reply(said, choices=(Choice(texts.SURE_CHOICE), Choice(texts.CANCEL_CHOICE)))


def _ask_about_roster(draft: Draft) -> Reply | None:
    """As many names as people? Asked, never put right silently."""
    if "roster" in draft.sure or rosters.agrees(draft.roster_count, draft.slots):
        return None
    draft.asked = "sure:roster"
    said = texts.ROSTER_DIFFERS.format(count=draft.roster_count, people=card.value_of(draft.slots, "participants"))
    fits = Choice(texts.ROSTER_FITS.format(count=draft.roster_count))
    return Reply(said, choices=(fits, Choice(texts.ROSTER_LEAVE), Choice(texts.CANCEL_CHOICE)))


def about_doubt(draft: Draft, text: str) -> bool:
    """Her answer to that, taken into the draft; False if it was none."""
    asked, _, slot = draft.asked.partition(":")
    if asked != "sure":
        return False
    if slot == "age":
        return _about_age(draft, text)
    if slot == "roster" and re.match(r"人数(?:不变|不改|没错)|名单(?:不全|没写[全完]|少)|不改|不变", text):
        draft.sure.append(slot)
        return True
    value = card.value_of(draft.slots, "participants" if slot == "roster" else slot)
    if slot == "roster" and re.match(r"(?:对|是|改)[的了吧]*$", text):
        return False  # either could be meant
    if text in (texts.SURE_CHOICE, value) or re.fullmatch(
        r"(?:对|是|没错|没写错|确认|就是|真的|不改)(?:的|了|这么多|" + re.escape(value) + r")*[。！!]*", text
    ):
        draft.sure.append(slot)
        return True
    if slot in ("materials", "money"):
        return False
    slot = "participants" if slot == "roster" else slot
    news = read_count(slot, re.sub(r"^(?:写错了|错了|不对|应该?是|是)[，, ]*", "", text))
    if news is None:
        return False
    if news.get(slot) == draft.slots.get(slot):
        draft.sure.append(slot)
    draft.slots = merge(draft.slots, news, correcting=True)
    return True


def _about_age(draft: Draft, text: str) -> bool:
    right = re.search(r"(\d{1,3})\s*周?岁?", text)
    if right and int(right[1]) <= OLDEST:
        old = re.search(r"\d+", draft.odd_age)
        assert old is not None
        draft.slots = {slot: _put_right(value, old[0], right[1]) for slot, value in draft.slots.items()}
    elif text not in (texts.SKIP_CHOICE, texts.UNKNOWN_CHOICE) and not re.match(r"写错|错了|没事|不用|对|是", text):
        return False
    draft.odd_age = ""
    return True


def _put_right(value: Any, old: str, new: str) -> Any:
    """The age in whatever was said about it."""
    if isinstance(value, str):
        return re.sub(rf"(?<!\d){old}(?=\s*周?岁)", new, value)
    return [_put_right(one, old, new) for one in value] if isinstance(value, list) else value
