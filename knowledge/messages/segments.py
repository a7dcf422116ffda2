"""Cuts a message into its activities: by numbering, by a new time with a new doing, by 另外 and 接着."""

import re
from bisect import bisect_left

from knowledge.calendar import TimeExpression
from knowledge.gates import rule
from knowledge.messages.moments import OF_ALL_YEARS
from knowledge.messages.passage import Passage

_NUMBERED = rule(
    r"(?:^|(?<=[，。；;：:\s\n]))(?:[1-9一二三四五六](?:[、)）]|[.．](?!\d))|[（(][1-9一二三四五六][)）]|"
    r"[一二三四五]是(?=[一-龥0-9]{3})|第[一二三四五](?:件|个|项|场)?[，,、：:是])"
)
_ALSO = rule(
    r"(?:另外|还有|接着|然后|随后|之后|完了|再就是|另|下来|同日|当天下午|又|后来|紧接着|还(?:去|到|开|搞|走访|"
    r"慰问|组织|调解|入户|办))"
)
_NOTHING = rule(r"没(?:有)?(?:搞|办|开展|什么)?活动|没啥(?:事|活动)|休息|没安排|停了|取消了")
_ELSEWHERE = rule(r"(?:在|去|到)(?:镇|县|乡|区|市)(?:里|上|政府|妇联)?(?:参加|去)?开(?:了)?(?:个|一天)?会(?!员)")
_TALKED_OF = re.compile(r"商量|讨论|布置|安排|为了?|迎|准备|关于|说|讲|学|定于|通知|打算|计划|要求")
_TWO_SHOWS = rule(r"(?:头|首|第一)(?:场|期|次|天)[^。]*?(?:第二|二|后一|下一)(?:场|期|次|天)")
_SECOND = re.compile(r"(?:第二|二|后一|下一)(?:场|期|次|天)")
_OPENED = re.compile(r"开营|开班|开的|办的|开始|结营|结束|结业|前|才|就|启动的")
_FROM_TO = re.compile(r"[从自]$|至|到$")
_COUNTED = frozenset({"人", "名", "位", "户", "个"})
_SENTENCE_ENDS = "。；;\n"


def activities(passage: Passage) -> list[Passage]:
    """The stretches of a message that each tell of one activity, in order."""
    numbered = _by_numbers(passage)
    if numbered:
        return numbered
    if _ALSO.mask & passage.lacks and not _time_later_on(passage):
        return [passage]
    starts = [passage.start]
    for start, end in passage.clauses():
        if start > starts[-1] and _opens(passage, starts[-1], start, end):
            starts.append(start)
    if len(starts) == 1:
        return [passage]
    pieces = [passage.part(a, b) for a, b in zip(starts, [*starts[1:], passage.end], strict=True)]
    return [p for p in pieces if not _nothing(p)] or [passage]


def _time_later_on(passage: Passage) -> bool:
    """Whether a time stands behind the first clause."""
    if not passage.times or not passage.breaks:
        return False
    after = bisect_left(passage.breaks, passage.start)
    return after < len(passage.breaks) and passage.times[-1].start > passage.breaks[after]


def _by_numbers(passage: Passage) -> list[Passage]:
    if _NUMBERED.mask & passage.lacks:
        return []
    marks = list(_NUMBERED.finditer(passage.text, passage.start, passage.end))
    if len(marks) < 2:
        return []
    ends = [m.start() for m in marks[1:]] + [passage.end]
    pieces = [passage.part(m.end(), e) for m, e in zip(marks, ends, strict=True)]
    if sum(_doing(p) >= 2 for p in pieces) < 2:
        return []
    head = passage.part(passage.start, marks[0].start())
    for piece in pieces:  # 今天做了两件事：1、… 2、…
        if not any(t.day_given for t in piece.times):
            piece.times = [t for t in head.times if t.day_given] + piece.times
    return pieces


def _doing(passage: Passage) -> int:
    """How clearly a stretch tells of a doing of its own (0 … 5)."""
    most = 0
    for hit in passage.hits:
        if hit.entry.form_weight > most:
            most = hit.entry.form_weight
    for frame in passage.frames:
        if int(frame.weight) > most:
            most = int(frame.weight)
    return most


def _told(passage: Passage) -> bool:
    """Whether a stretch tells of a doing, by a word for it or by those who came."""
    return _doing(passage) >= 2 or any(n.unit in _COUNTED for n in passage.numbers)


def _nothing(passage: Passage) -> bool:
    lacks = passage.lacks
    if not _ELSEWHERE.mask & lacks and _ELSEWHERE.search(passage.said):
        return True
    return _idle(passage) and _doing(passage) < 2


def _idle(passage: Passage) -> bool:
    return not _NOTHING.mask & passage.lacks and _NOTHING.search(passage.said) is not None


def _opens(passage: Passage, since: int, start: int, end: int) -> bool:
    """Whether the clause `start:end` begins another activity than the one that began at `since`."""
    text = passage.text
    for mine in passage.times:
        if (
            start <= mine.start <= start + 6
            and mine.end <= end
            and mine.rrule is None
            and (mine.day_given or mine.part)
        ):
            return not _TALKED_OF.search(text, start, mine.start) and _opens_at(passage, since, start, end, mine)
    if not _ALSO.match(text, start, end):
        return False
    before = passage.part(since, start)
    if _doing(before) < 2:
        return False
    here = passage.part(start, end)
    strong = {h.entry.form for h in here.hits if h.entry.form_weight >= 3}
    old = {h.entry.form for h in before.hits if h.entry.form_weight >= 2}
    return bool(strong - old) and (bool(here.times) or bool(_rest(passage, start).numbers))


def _rest(passage: Passage, start: int) -> Passage:
    """What follows `start` up to the end of its sentence."""
    text = passage.text
    end = next((i for i in passage.breaks if i >= start and text[i] in _SENTENCE_ENDS), passage.end)
    return passage.part(start, min(end, passage.end))


def _opens_at(passage: Passage, since: int, start: int, end: int, mine: TimeExpression) -> bool:
    """Whether a clause that begins with a time of its own tells of another activity."""
    text = passage.text
    if OF_ALL_YEARS.match(mine.text):
        return False
    before = passage.part(since, start)
    earlier = [t for t in before.times if t.rrule is None and not OF_ALL_YEARS.match(t.text)]
    if not earlier:
        return (
            text[start - 1] in _SENTENCE_ENDS
            and bool(before.numbers)
            and _doing(before) >= 2
            and _doing(_rest(passage, start)) >= 2
        )
    if mine.day_given and _idle(passage.part(start, end)):
        return True
    if since == passage.start and all(t.month_only or t.vague for t in earlier):
        return False
    if _idle(before):
        return True
    same_day = not mine.day_given or any(t.first == mine.first for t in earlier if t.day_given)
    same_part = mine.part is None or any(t.part == mine.part for t in earlier)
    if same_day and same_part:
        return False
    if _OPENED.match(text, mine.end, mine.end + 3):
        return False
    if _FROM_TO.search(text[max(0, mine.start - 1) : mine.start]):
        return False
    if not _told(before):
        return False
    rest = _rest(passage, start)
    return _doing(rest) >= 2 or bool(rest.numbers)


def shows(passage: Passage) -> list[Passage]:
    """头场来了三四百人，二场百十来号人: one activity held twice, told with a figure each."""
    if len(passage.numbers) < 2 or _TWO_SHOWS.mask & passage.lacks:
        return []
    match = _TWO_SHOWS.search(passage.said)
    second = match and _SECOND.search(match.group())
    if match is None or second is None:
        return []
    days = [t for t in passage.times if t.day_given and t.first]
    at = passage.start + match.start()
    cut = at + second.start()
    if len(days) == 1 and days[0].first != days[0].last:  # 前儿个跟昨个
        days = [days[0]._replace(last=days[0].first), days[0]._replace(first=days[0].last)]
    if len(days) < 2:
        return []
    head = passage.part(passage.start, at)
    pieces = []
    for i, (a, b) in enumerate(((at, cut), (cut, passage.end))):
        piece = passage.part(passage.start, passage.end)
        part = passage.part(a, b)
        piece.hits, piece.people = head.hits + part.hits, head.people + part.people
        piece.numbers = part.numbers
        piece.times = [days[min(i, len(days) - 1)]]
        pieces.append(piece)
    return pieces
