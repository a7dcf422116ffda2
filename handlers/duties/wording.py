"""What an official's sentence says of a duty: deadline, number, how many, who is reminded when; and her changes to it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.duties import audiences, quotas, texts
from knowledge.calendar import find_times
from knowledge.messages import Vocabulary, understand
from knowledge.numerals import parse_number
from knowledge.reading import find_doc_numbers
from storage.people import Speaker

#: A duty that is being put together: title, audience, basis, quota, due_on | recurrence, deadline_text, starts_on,
#: evidence, span, tentative, circular_id, proposal_key, who, reminder_days, tell_above_after, late_by.
Proposal = dict[str, Any]

_N = r"(?:\d+|[一二两三四五六七八九十]+)"
_AHEAD = re.compile(
    rf"(?:提前|到期前)(?P<list>{_N}天?(?:[、,，和及]{_N}天?)*)天?(?:(?:和|、|，|及)?(?P<on>当天|到期当天))?(?:各?提醒(?:一次)?)?|(?P<only>当天提醒|到期当天提醒)"
)
_NO_REMINDERS = re.compile(r"(?:不用|不要|不需要?|别)(?:自动)?提醒")
_ABOVE = re.compile(rf"(?:过期|逾期|超期|过了)(?P<n>{_N})天(?:后)?(?:再)?(?:报|告诉|通知|提醒)(?:给)?上级")
_NOT_ABOVE = re.compile(r"(?:不用|不要|别)(?:报|告诉|通知|提醒)上级")
_AFTER = re.compile(rf"(?:过期|逾期|超期)(?P<n>{_N})天(?:后)?(?:再)?(?:提醒|催)")
_BY_EVENT = re.compile(r"按(?:活动|发生|办事|开展)(?:的)?(?:日期|时间|日子)(?:算|为准)?")
_BY_RECEIPT = re.compile(r"按(?:上报|收到|报送|报上来)(?:的)?(?:日期|时间|日子)(?:算|为准)?")
_TITLE = re.compile(
    r"(?:把)?(?:任务|标题|题目|名称|内容|事项|名字)(?:的)?(?:名称|名字)?(?:改成|改为|换成|叫|写成|是)[：:]?\s*(?P<title>.{2,100})"
)
_PAPER = re.compile(
    r"(?:按时|及时|同时|将|把|向[^，。]{2,8})*(?:报送|上报|提交|报告|填报|呈报|上交|报(?!名|道))|(?:名单|报表|统计表|汇总表|总结|小结|方案|台账|材料)(?:\d份)?(?:报|交)"
)
_BY_WORD = re.compile(r"说一?声(?:就行|即可)?|不用(?:报|上报)活动|办了就行")
_ACTIVITY = re.compile(r"开展|组织|举办|召开|举行")
_LEAD = re.compile(r"至少|不少于|不低于|每(?:年|月|季度?|周|半年)|开展|组织|举办|召开|认真|扎实|集中|同步")


def read(session: Session, said: str, by: Speaker, local: datetime, vocabulary: Vocabulary) -> Proposal:
    """What a sentence says of a duty; what it does not say is left out. `past`, `impossible`, `outside` name problems."""
    new: Proposal = {"basis": "", "evidence": ""}
    plain = said
    basis = read_basis(said)
    if basis:
        new["basis"] = basis
        plain = re.sub(
            r"[，,；;。]?\s*(?:依据|根据|按照?|文号)?[：:]?\s*《?[^，,；;。]*?" + re.escape(basis), "", plain
        )
    plain = _take_reminders(plain, new)
    deadline = read_deadline(plain, local)
    new |= deadline
    if deadline.get("impossible"):
        plain = re.sub(re.escape(deadline["impossible"]) + r"[之以]?前?", "", plain, count=1)
    if deadline.get("deadline_text"):
        plain = plain.replace(deadline["deadline_text"], "", 1)
    new["audience"], outside = audiences.audience(session, plain, by)
    if outside:
        new["outside"] = "、".join(outside)
    plain = _without_names(plain, new["audience"].get("names") or ())
    new["quota"] = what_counts(plain, vocabulary, local)
    new["title"] = tidy(re.sub(r"[，,]?\s*其中.*$", "", plain, flags=re.DOTALL) or plain)
    return new


def _without_names(said: str, names: Sequence[str]) -> str:
    """The sentence without the units it begins with: who is to do it is not what is to be done, and may change."""
    if not names:
        return said
    one = "|".join(re.escape(name) for name in names)
    rest = re.sub(rf"^\s*(?:请|让|由)?(?:(?:{one})(?:妇联|妇代会)?[、,，和及]?)+(?:的|两个?村|各)*", "", said)
    return rest if len(re.sub(r"\W", "", rest)) >= 4 else said


def tidy(said: str) -> str:
    """A sentence without the marks that taking parts out has left."""
    said = re.sub(r"[（(]\s*[)）]", "", said)
    said = re.sub(r"\s*[，,；;。]\s*(?:[，,；;。]\s*)+", "，", said)
    said = re.sub(r"^(?:请|要求|在|于|，|,|;|；|。|\s)+|(?:[，,；;。、\s]|在|于|之?前完成|完成(?=$))+$", "", said)
    return said[:100]


def read_basis(said: str) -> str:
    """The 文号 in a text, or the word that there is none; empty if neither."""
    numbers = find_doc_numbers(said)
    if numbers:
        return said[numbers[0].start : numbers[0].end]
    return texts.NO_NUMBER if re.search(r"无文号|没有?文号|没有?文件|无文件|没发文", said) else ""


def read_deadline(said: str, local: datetime) -> dict[str, Any]:
    """A day or a recurrence; `past` for a day that has gone, `impossible` for one that does not exist."""
    wrong = impossible_day(said)
    if wrong:
        return {"impossible": wrong}
    first: dict[str, Any] = {}
    for found in find_times(said, local, "circular"):
        if found.rrule and "HOURLY" not in found.rrule:
            return {"recurrence": found.rrule, "deadline_text": found.text, "due_on": None}
        if found.last is not None and not first:
            last = _this_year(found.last, found.text, local.date())
            key = "past" if last < local.date() else "due_on"
            first = {key: last.isoformat(), "deadline_text": found.text, "recurrence": ""}
            if found.first is not None and found.first < found.last and not found.before and found.first > local.date():
                first["starts_on"] = found.first.isoformat()
    return first


def _this_year(last: date, said: str, today: date) -> date:
    """「11月1日前」 said in the middle of November is a slip, not next November."""
    if (last - today).days > 270 and not re.search(r"年|明|后", said):
        return last.replace(year=last.year - 1) if (last.month, last.day) != (2, 29) else last
    return last


def impossible_day(said: str) -> str:
    """「2月30日」: a day that no year has, as it was said."""
    for match in re.finditer(r"(?<![\d年])(?P<m>\d{1,2})月(?P<d>\d{1,3})[日号]", said):
        month, day = int(match["m"]), int(match["d"])
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(2024, month)[1]:
            return match[0]
    return ""


def what_counts(said: str, vocabulary: Vocabulary, local: datetime, *wider: str) -> dict[str, Any]:
    """How many fulfil it, and by what a report is known to answer it; `wider` are its sentence and the document's title."""
    quota = quotas.read(said) or next((q for q in map(quotas.read, wider[:1]) if q), {})
    if _BY_WORD.search(said):
        return quota
    if _PAPER.search(said):
        noun = _core(quota.get("noun") or "")
        words = [noun] if noun else []
        words += [word for part in quota.get("parts") or [] for word in part["words"] if word not in words]
        return quota | ({"words": words} if words else {})
    if not _ACTIVITY.search(said):  # what is bought or set up is not known by the title of its circular
        wider = wider[:1]
    for text in (said, *(re.sub(r"^.*?关于(?:开展|做好|举办|印发)?|的通知$|[“”《》]", "", w) for w in wider)):
        known = _subject(text, vocabulary, local)
        if known:
            return quota | known
    noun = _core(quota.get("noun") or "")
    return quota | ({"words": [noun]} if len(noun) >= 2 else {})


def _core(noun: str) -> str:
    return re.sub(r"^(?:新的?|争创|创建|建立|集中|一次)+|(?:活动|工作)$", "", noun)


def _subject(text: str, vocabulary: Vocabulary, local: datetime) -> dict[str, Any]:
    """Forms and topic that a text names, each alternative (讲座或者院坝会) by itself."""
    forms: list[str] = []
    words: list[str] = []
    category = ""
    for part in re.split(r"或者?|、", text)[:4]:
        meaning = understand("昨天办了" + _LEAD.sub("", part), ref=local, vocabulary=vocabulary)
        slots = meaning.reports[0].to_json() if meaning.reports else {}
        form, topic = slots.get("form"), slots.get("topic")
        if form and form != "其他" and form not in forms:
            forms.append(form)
        if (
            topic
            and topic not in (*words, "活动", "工作", "宣传", "服务", "会议", "培训")
            and topic in text
            and re.fullmatch(r"\w{2,8}", topic)
        ):
            words.append(topic)
        category = category or str(slots.get("category") or "")
    found: dict[str, Any] = {}
    if forms:
        found["forms"] = forms
    if words:
        found["words"] = words
    if not found and category:
        found["categories"] = [category]
    return found


def _take_reminders(said: str, new: Proposal) -> str:
    """Read when reminders go, and take those words out."""
    days: set[int] | None = None
    for pattern in (_NOT_ABOVE, _ABOVE):
        match = pattern.search(said)
        if match:
            new["tell_above_after"] = -1 if pattern is _NOT_ABOVE else _small(match["n"])
            said = said.replace(match[0], "")
    match = _AHEAD.search(said)
    if match:
        days = {0, 1} if not match["only"] else {0}
        days |= {-_small(n) for n in re.findall(_N, match["list"] or "")}
        said = said.replace(match[0], "")
    match = _AFTER.search(said)
    if match:
        days = (days if days is not None else {-3, 0}) - {1} | {_small(match["n"])}
        said = said.replace(match[0], "")
    match = _NO_REMINDERS.search(said)
    if match:
        days = set()
        said = said.replace(match[0], "")
    if days is not None:
        new["reminder_days"] = sorted(d for d in days if -60 <= d <= 30)
    for pattern, by in ((_BY_EVENT, "event"), (_BY_RECEIPT, "receipt")):
        match = pattern.search(said)
        if match:
            new["late_by"] = by
            said = said.replace(match[0], "")
    return said


def _small(word: str) -> int:
    number = parse_number(word)
    return int(number.low) if number is not None else 0


@dataclass(frozen=True, slots=True)
class Edit:
    """Her change to a proposal: the new values, or the sentence that says why it cannot be."""

    values: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def edit(
    session: Session, new: Proposal, said: str, *, by: Speaker, local: datetime, vocabulary: Vocabulary
) -> Edit | None:
    """Read a change in plain words (改到12月15日, 只发给松陂镇, 改成2场, 提前5天提醒, 任务改成…); None if it is none."""
    if len(said) > 120 or re.search(r"[？?]|吗$|什么|怎么|为什么", said):
        return None
    title = _TITLE.search(said)
    if title:
        wording = title["title"].strip('“”"。 ')
        return Edit(
            {"title": wording[:100], "quota": what_counts(wording, vocabulary, local) or new.get("quota") or {}}
        )
    values: dict[str, Any] = {}
    rest = _take_reminders(said, values)
    basis = read_basis(rest)
    if basis:
        values["basis"] = basis
        rest = rest.replace(basis, "")
    deadline = read_deadline(rest, local)
    if deadline and _is_talk(rest, deadline):
        return None
    if deadline.get("impossible"):
        return Edit(problem=texts.IMPOSSIBLE_DEADLINE.format(said=deadline["impossible"]))
    if deadline.get("past"):
        return Edit(problem=texts.PAST_DEADLINE.format(date=day_words(date.fromisoformat(deadline["past"]))))
    if deadline:
        values |= deadline
        rest = rest.replace(deadline["deadline_text"], "", 1)
    if len(rest) >= 2 and audiences.names_anybody(session, rest, by):
        found, outside = audiences.audience(session, rest, by, new.get("audience"))
        if outside:
            return Edit(problem=texts.OUTSIDE.format(names="、".join(outside)))
        values["audience"] = found
    amount = quotas.read(rest)
    if amount:
        values["quota"] = _other_amount(new.get("quota") or {}, amount, rest, vocabulary, local)
    elif _BY_WORD.search(rest):
        values["quota"] = {}
    return Edit(values) if values else None


def _is_talk(said: str, deadline: dict[str, Any]) -> bool:
    """Whether a sentence with a day in it tells of something else (今天天气不错, 昨天来了30人) and is no deadline."""
    rest = said.replace(str(deadline.get("impossible") or deadline.get("deadline_text") or ""), "", 1)
    rest = re.sub(
        r"把?(?:日期|时间|期限|截止|到期|最晚|最迟)?(?:时间|日期|日)?(?:改|延|推|放|提前|推迟|延长|顺延)?(?:到|成|为|至|在|是|于)?",
        "",
        rest,
    )
    rest = re.sub(r"[之以]?前|完成|到期|报送?|上?交|办|吧|好|的|就|请|[\W_]", "", rest)
    if len(rest) <= 4 or quotas.read(rest) or audiences.level_said(rest):
        return False
    return not re.search(r"发给?|只|除|不用|[镇乡村县区]", rest)


def _other_amount(
    before: dict[str, Any], amount: dict[str, Any], said: str, vocabulary: Vocabulary, local: datetime
) -> dict[str, Any]:
    """Another number of the same thing, or, if she names one, of another thing."""
    if amount.get("noun"):
        return what_counts(said, vocabulary, local)
    kept = {
        k: v
        for k, v in before.items()
        if k in ("forms", "categories", "words", "parts", "new_only", "noun", "separate")
    }
    noun = before.get("noun") or ""
    return kept | amount | {"noun": noun, "shown": amount["shown"] + noun}


def day_words(day: date) -> str:
    """2026年12月10日."""
    return texts.DAY.format(year=day.year, month=day.month, day=day.day)
