"""Puts the reading of a message together: danger first, then intent, then the slots of every activity."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from knowledge.messages import intents
from knowledge.messages.activity import Activity, Understanding
from knowledge.messages.crisis import is_crisis
from knowledge.messages.in_context import in_context
from knowledge.messages.kinds import Kind, read_kind
from knowledge.messages.passage import Passage, prepare
from knowledge.messages.segments import activities, shows
from knowledge.messages.slots import read_slots
from knowledge.messages.vocabulary import Vocabulary, default_vocabulary

#: longer messages are forwarded documents, read to this length
LONGEST = 4000
_PLAIN_INTENTS = frozenset({"chat", "ack", "notice", "question", "command"})
_DONE = re.compile(r"[一-龥][了过](?!吗)|刚|已|结束|完成")
_OWN_DOING = re.compile(r"走访|入户|慰问|开展|组织|讲座|培训")
_LONG_AGO = timedelta(days=250)
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
        found = in_context(passage, kind, context, words, ref)
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
    if not days or max(days) > passage.ref.date() - _LONG_AGO or _DONE.search(text):
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
            # 下午入户发倡议书: about what the morning was about
            of_piece = replace(of_piece, category=found[-1].category)
        values, spans = read_slots(piece, of_piece, first=not found)
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
    values, spans = read_slots(passage, read_kind(passage), first=True)
    for slot in ("money", "women"):
        values.pop(slot, None)
    return Activity(**values, spans=spans)
