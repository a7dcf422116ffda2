"""Puts the reading of a message together: danger first, then intent, then the slots of every activity."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from knowledge.messages import following, intents
from knowledge.messages.activity import Activity, Beneficiary, Material, Span, Understanding
from knowledge.messages.counts import read_counts
from knowledge.messages.crisis import is_crisis
from knowledge.messages.following import BOT, Before
from knowledge.messages.kinds import Kind, read_kind
from knowledge.messages.moments import read_moment
from knowledge.messages.partners import read_partners
from knowledge.messages.passage import Passage, prepare
from knowledge.messages.places import read_place, read_unit
from knowledge.messages.segments import activities, shows
from knowledge.messages.speakers import read_speaker
from knowledge.messages.things import read_things
from knowledge.messages.topics import read_title, read_topic
from knowledge.messages.vocabulary import Vocabulary, default_vocabulary

#: longer messages are forwarded documents, read to this length
LONGEST = 4000
_PLAIN_INTENTS = frozenset({"chat", "ack", "notice", "question", "command"})
_DONE = re.compile(r"[一-龥][了过](?!吗)|刚|已|结束|完成")
_OWN_DOING = re.compile(r"走访|入户|慰问|开展|组织|讲座|培训")
_VISITED = re.compile(r"看|给|为|陪|慰问|帮|走访|送|照顾|到|去|替")
_PICTURES_TOO = re.compile(r"照片|图片|补|忘|漏")
_OF_VISITS = frozenset({"慰问", "走访排查", "捐赠救助", "志愿服务"})
_TELLS = ("form", "category", "participants", "beneficiaries", "topic")


def understand(
    text: str,
    *,
    ref: datetime,
    photos: int = 0,
    context: Sequence[str] = (),
    vocabulary: Vocabulary | None = None,
    safe: bool = False,
) -> Understanding:
    """What the bot makes of a message sent at `ref` (local time) with `photos` pictures.

    `context` holds earlier messages of the same person, oldest first; the bot's own begin with 【机器人】. `safe` says
    that the caller has asked `is_crisis` about this text already, and that it is none.
    Pure and thread-safe; never raises for any text.
    """
    words = vocabulary or default_vocabulary()
    text = text[:LONGEST]
    danger = None if safe else is_crisis(text)
    if danger:
        return _crisis(text, ref, words, danger)
    if not text.strip() or intents.is_empty(text):
        return Understanding("chat" if not context else "followup" if photos else "chat", reports=())
    passage = prepare(text, ref, "report", words)
    kind = read_kind(passage)
    if context:
        found = _in_context(passage, kind, context, words, ref)
        if found is not None:
            return found
    intent, also = intents.decide(passage, kind)
    if intent == "report" and _rather_to_come(passage, text, words):
        intent = "plan"
    if intent in _PLAIN_INTENTS:
        return Understanding(intent, also)
    if intent == "plan":
        passage = prepare(text, ref, "plan", words, like=passage)
        return Understanding("plan", also, (_planned(passage),))
    return Understanding("report", also, _reports(passage, kind))


def _rather_to_come(passage: Passage, text: str, words: Vocabulary) -> bool:
    """3月7号 said on the 1st, with nothing told as done, is next week rather than a year ago."""
    if len(text) > 80 or not passage.times:
        return False
    days = [t.first for t in passage.times if t.day_given and t.first]
    if not days or max(days) > passage.ref.date() - timedelta(days=250) or _DONE.search(text):
        return False
    ahead = [t.first for t in prepare(text, passage.ref, "plan", words, like=passage).times if t.day_given and t.first]
    return bool(ahead) and timedelta(0) <= min(ahead) - passage.ref.date() <= timedelta(days=60)


def _crisis(text: str, ref: datetime, words: Vocabulary, danger: str) -> Understanding:
    """A crisis; a report in the same message is read too, if it plainly is one."""
    passage = prepare(text, ref, "report", words)
    kind = read_kind(passage)
    own = kind.weight >= 3 and passage.times and passage.numbers and kind.form not in ("纠纷调解", "宣传", "讲座")
    if own and _OWN_DOING.search(text):
        return Understanding("crisis", ("report",), _reports(passage, kind)[:1], danger)
    return Understanding("crisis", (), (), danger)


def _reports(passage: Passage, kind: Kind) -> tuple[Activity, ...]:
    """The activities of a message that `kind` is the kind of."""
    twice = shows(passage)
    pieces = twice or activities(passage)
    found: list[Activity] = []
    date: str | None = None
    for piece in pieces:
        of_piece = kind if twice or piece is passage else read_kind(piece)
        if found and of_piece.category_span is None and of_piece.form in ("走访排查", "宣传") and found[-1].category:
            of_piece = of_piece._replace(
                category=found[-1].category
            )  # 下午入户发倡议书: about what the morning was about
        values, spans = _slots(piece, of_piece, first=not found)
        if "date" not in values and date and found:
            values["date"] = date
        date = values.get("date", date)
        if twice:
            values.pop("sessions", None)
        if len(pieces) > 1 and not any(slot in values for slot in _TELLS):
            continue
        found.append(Activity(**values, spans=spans))
    return tuple(found) or (Activity(),)


def _planned(passage: Passage) -> Activity:
    values, spans = _slots(passage, read_kind(passage), first=True)
    for slot in ("money", "women"):
        values.pop(slot, None)
    return Activity(**values, spans=spans)


def _slots(passage: Passage, kind: Kind, first: bool, adding: bool = False) -> tuple[dict[str, Any], dict[str, Span]]:
    """Every slot the words of a passage fill; `adding` is for a message that only adds to an activity."""
    values: dict[str, Any] = {}
    spans: dict[str, Span] = {}

    def put(slot: str, value: Any, span: Span | None) -> None:
        if value:
            values[slot] = value
            if span is not None:
                spans[slot] = span

    moment = read_moment(passage, today_by_default=first and not adding)
    put("date", moment.date, moment.span)
    put("date_end", moment.date_end, moment.span)
    put("part", moment.part, moment.clock_span or moment.span)
    put("time", moment.time, moment.clock_span)
    put("time_end", moment.time_end, moment.clock_span)
    place = read_place(passage)
    if place:
        put("place", *place)
    if not adding or kind.weight >= 3:
        put("form", kind.form, kind.form_span)
        put("category", kind.category, kind.category_span)
    things, span, taken = read_things(passage)
    put("materials", tuple(things), span)
    counts = read_counts(passage, kind.form, taken)
    for slot, count in (
        ("participants", counts.participants),
        ("women", counts.women),
        ("children", counts.children),
        ("sessions", counts.sessions),
        ("cases", counts.cases),
    ):
        if count:
            put(slot, count, counts.spans.get(slot))
    if counts.participants:
        values["participants_unit"] = counts.participants_unit
    if (
        not counts.beneficiaries
        and kind.form in _OF_VISITS
        and (not counts.participants or kind.form in ("慰问", "志愿服务"))
    ):
        _uncounted(passage, kind, put)
    put("beneficiaries", tuple(counts.beneficiaries), counts.spans.get("beneficiaries"))
    put("money", tuple(counts.money), counts.spans.get("money"))
    partners = read_partners(passage)
    put("partners", tuple(p[0] for p in partners), partners[0][1] if partners else None)
    speaker = read_speaker(passage, kind.form)
    if speaker:
        put("speaker", (speaker[0],), speaker[1])
    if not adding:
        title = read_title(passage)
        if title:
            put("title", *title)
        who = next((b.who for b in values.get("beneficiaries", ()) if b.who), "")
        topic = read_topic(passage, kind.form, title, who)
        if topic:
            put("topic", *topic)
        unit = read_unit(passage)
        if unit:
            put("unit", *unit)
    return values, spans


def _uncounted(passage: Passage, kind: Kind, put: Any) -> None:
    """看孤寡老人: those visited without a figure."""
    for hit in passage.hits:
        if "客" in hit.entry.person:
            after = passage.text[hit.end : hit.end + 2]
            before = passage.text[max(passage.start, hit.start - 6) : hit.start]
            if kind.form != "慰问" and not _VISITED.search(before):
                continue
            if hit.word in ("先进", "家庭") or after.startswith(("之家", "节")):
                continue
            put("beneficiaries", (Beneficiary(hit.word),), (hit.start, hit.end))
            return


def _in_context(
    passage: Passage, kind: Kind, context: Sequence[str], words: Vocabulary, ref: datetime
) -> Understanding | None:
    """An answer, addition or correction to what stands in `context`; None if the message stands alone."""
    text = passage.said.strip()
    before = _before(context, words, ref)
    if intents.is_ack(text) and not (before.asked and passage.numbers):
        return Understanding("ack")
    if before.asked and following.says_nothing(text):
        return Understanding("followup", reports=(Activity(),))
    deletes = following.deleted_slots(text, {}, before.activity) if before.activity else ()
    if intents.is_command(text) and not deletes and not following.corrects(text.replace("改", "")):
        return Understanding("command")
    if intents.is_notice(text):
        return None
    if before.activity is None and before.asked is None:
        return None
    corrects = following.corrects(text) or (following.labelled(text) and before.asked is None)
    if before.activity is None and kind.weight >= 2 and (passage.times or passage.numbers) and len(text) > 10:
        return None
    stands_alone = kind.weight >= 3 and any(t.day_given for t in passage.times) and len(text) > 12
    if stands_alone and not corrects and not following.adds(text) and not before.asked:
        return None
    if intents.is_question(text) and not corrects and not passage.numbers and not before.asked:
        return None
    values, spans = _slots(passage, kind, first=False, adding=True)
    return _follow(passage, kind, before, values, spans, corrects)


def _follow(
    passage: Passage, kind: Kind, before: Before, values: dict[str, Any], spans: dict[str, Span], corrects: bool
) -> Understanding | None:
    text = passage.said.strip()
    old = before.activity
    if corrects:
        deleted = following.deleted_slots(text, values, old)
        if deleted:
            return Understanding("correction", reports=(Activity(deleted=deleted),))
        values = _corrected(passage, values, old)
        return Understanding("correction", reports=(Activity(**values, spans=spans),))
    if before.asked:
        who = next((b.who for b in old.beneficiaries if b.who), "") if old else ""
        values = following.answer(passage, before, values, who or _asked_whom(before.question))
        if not values and intents.is_question(text):
            return Understanding("question")
        if not values and kind.weight == 0 and not passage.numbers:
            return Understanding("followup", reports=(Activity(),)) if len(text) <= 12 else None
        return Understanding("followup", reports=(Activity(**values, spans=spans),))
    if old is not None and following.conflict(values, old) and not following.adds(text):
        return Understanding("correction", reports=(Activity(**_changed(values, old), spans=spans),))
    if following.adds(text) or (values and kind.weight < 3 and not any(t.day_given for t in passage.times)):
        if not values and not _PICTURES_TOO.search(text):
            return None
        return Understanding("followup", reports=(Activity(**values, spans=spans),))
    return None


def _changed(values: dict[str, Any], old: Activity) -> dict[str, Any]:
    return {
        slot: value
        for slot, value in values.items()
        if getattr(old, slot) != value and slot not in ("form", "category")
    }


def _corrected(passage: Passage, values: dict[str, Any], old: Activity | None) -> dict[str, Any]:
    """Only what changes; a bare figure goes to the slot that held the figure it replaces."""
    changed = {k: v for k, v in values.items() if k not in ("form", "category")}
    number = passage.numbers[-1] if passage.numbers else None
    if "place" not in changed:
        place = next(
            (h for h in reversed(passage.hits) if h.entry.place and not passage.text[: h.start].endswith("不是")), None
        )
        if place is not None and not passage.numbers:
            changed["place"] = place.word
    if number is not None and old is not None:
        named = next((b for b in old.beneficiaries if b.who and b.who in passage.said), None)
        if named is not None and "beneficiaries" not in changed:
            kept = {k: v for k, v in changed.items() if k not in ("participants", "women", "children")}
            unit = number.unit if number.unit in ("户", "对", "人次") else named.unit
            return {**kept, "beneficiaries": (Beneficiary(named.who, number.notation, unit),)}
    counted = any(
        k in changed
        for k in ("participants", "women", "children", "sessions", "cases", "beneficiaries", "materials", "money")
    )
    if number is not None and old is not None and not counted:
        same = next((m for m in old.materials if m.unit and m.unit == number.unit), None)
        if same is not None:
            return {**changed, "materials": (Material(same.item, number.notation, number.unit),)}
        if number.unit in ("户", "对") and old.beneficiaries:
            return {**changed, "beneficiaries": (Beneficiary(old.beneficiaries[0].who, number.notation, number.unit),)}
    if number is not None and old is not None:
        slot = _slot_of_old_figure(passage, old)
        if (slot and slot not in changed and not number.unit) or (slot and not counted):
            for name in ("participants",):
                if slot != name:
                    changed.pop(name, None)
            changed[slot] = number.notation
        elif not counted and old.participants:
            changed["participants"] = number.notation
    if old is not None:
        changed = {k: v for k, v in changed.items() if getattr(old, k) != v}
    return changed


def _slot_of_old_figure(passage: Passage, old: Activity) -> str | None:
    """The count whose old value is named in 不是36是38."""
    from knowledge.numerals import find_numbers

    said = {n.notation.strip("~+<") for n in find_numbers(passage.said)}
    for slot in ("participants", "women", "children", "sessions", "cases"):
        value = getattr(old, slot)
        if value and value.strip("~+<") in said:
            return slot
    return None


def _asked_whom(question: str) -> str:
    match = re.search(
        r"(?:慰问|看望|走访|救助|帮扶|表彰|资助|服务)(?:了)?(?:多少|几)(?:名|个|户|位)?([一-龥]{2,6}?)[？?]?$", question
    )
    return match.group(1) if match else ""


def _before(context: Sequence[str], words: Vocabulary, ref: datetime) -> Before:
    """What the context leaves open."""
    question = ""
    if context and context[-1].startswith(BOT):
        question = context[-1][len(BOT) :]
        question = question if re.search(r"[？?]|请问|请", question) and "确认" not in question else ""
    own = [c for c in context if not c.startswith(BOT)]
    activity: Activity | None = None
    told = own[-1] if own else ""
    if not told and context:
        told = re.sub(r"^已记录[:：]?|回复.*$", "", context[-1][len(BOT) :])
    if told:
        passage = prepare(told, ref, "report", words)
        kind = read_kind(passage)
        if kind.weight or kind.category or passage.numbers:
            values, spans = _slots(passage, kind, first=True)
            activity = Activity(**values, spans=spans)
    return Before(question, following.asked_slot(question) if question else None, activity)
