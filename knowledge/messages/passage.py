"""A message prepared for reading: its text put right, the words, numbers and times in it, and what was taken back."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from functools import cache

from knowledge.calendar import Mode, TimeExpression, find_times
from knowledge.gates import letters_and_pairs, missing, one_of, rule
from knowledge.messages.frames import Frame, find_frames
from knowledge.messages.vocabulary import Hit, Vocabulary
from knowledge.numerals import Number, find_numbers
from knowledge.text import digits_meant

#: where one clause ends and the next begins
BREAKS = "，,。；;！!？?\n【】：:（）()…~ "
_BREAK = re.compile(f"[{BREAKS}]")
_WIDE = str.maketrans(
    "０１２３４５６７８９％．：，；！？（）／－　" + "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
    "0123456789%.：，；！？（）/- " + "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
)
#: the bit of a text with no letter that `_WIDE` changes, and of one where no digit was typed as a letter
_NONE_WIDE = one_of(frozenset(chr(wide) for wide, narrow in _WIDE.items() if wide != narrow))
_NO_SLIP_FOR_A_DIGIT = one_of(frozenset({"o", "O", "l", "I", "各人"}))
#: she takes back what she has just said: 二十个不对二十一个
_REPAIR = rule(
    r"[…，,。 ]*(?:哦不对?|噢不|喔不|呃不对?|不对不对|不对[,，]?是|啊不对?是?|不不不?|错了[,，]?(?:应该)?是|"
    r"说错了[,，]?是?|口误[,，]?是?|不是不是|应该是|(?<![对不])不对(?![外劲付称头])|…+哦?|——?不|"
    r"更正[,，]?(?:为|是)?|改成|改为|换成|变成)[，, ]*(?:应该)?是?[，,是 ]*"
)
#: 开学头一天 is that very day, not the one before
_FIRST_DAY = rule(r"(?<=[学班园业])(?:的)?[头第]一天")
#: 3·15
_DOTTED = rule(r"(?<!\d)(\d{1,2})[·•](\d{1,2})(?!\d)")
#: 一块到东坡 is together, no measure
_TOGETHER = rule(
    r"一(?:块儿?(?=[到去来给过做把在上下干参帮种捡走搞学])|道(?=[到去来给过做把在慰])|边|下子|手|路|心|线)"
)
#: what was said before was wrong: 写成8名了
_WRITTEN = rule(r"(?:写|记|报|打|说|填|算|录|输|听|看)成(?:了|的)?(?:是)?")
_NOT = rule(r"不是(?!说|因为|很|不|有|为|我|吗|嘛|太|在)")


@cache
def _simplified() -> tuple[re.Pattern[str], dict[int, int]]:
    """What finds a Traditional letter, and the table to Simplified."""
    from opencc import OpenCC

    chars = [chr(c) for c in range(0x4E00, 0x9FA6)]
    plain = OpenCC("t2s").convert("\n".join(chars)).split("\n")
    table = {ord(a): ord(b) for a, b in zip(chars, plain, strict=True) if a != b and len(b) == 1}
    return re.compile("[" + "".join(map(chr, table)) + "]"), table


class Passage:
    """A message, or a stretch of one, with offsets into the message as it came.

    `lacks` is what `missing` says of the whole message; `said` are the words of this stretch, `edges` the breaks between
    its clauses with one before and one behind it.
    """

    __slots__ = (
        "breaks",
        "edges",
        "end",
        "frames",
        "hits",
        "lacks",
        "numbers",
        "people",
        "ref",
        "said",
        "start",
        "text",
        "times",
    )

    def __init__(
        self,
        text: str,
        ref: datetime,
        hits: list[Hit],
        numbers: list[Number],
        times: list[TimeExpression],
        start: int,
        end: int,
        breaks: list[int],
        frames: list[Frame],
        lacks: int,
    ) -> None:
        self.text = text
        self.ref = ref
        self.hits = hits
        self.numbers = numbers
        self.times = times
        self.start = start
        self.end = end
        self.breaks = breaks
        whole = not start and end == len(text)
        self.edges = [start - 1, *(breaks if whole else [at for at in breaks if start <= at < end]), end]
        self.frames = frames
        self.people = [hit for hit in hits if hit.entry.person]
        self.lacks = lacks
        self.said = text[start:end]

    def clause_bounds(self, at: int) -> tuple[int, int]:
        """The clause (between commas) around an offset."""
        edges = self.edges
        i = bisect_left(edges, at, 1, len(edges) - 1)
        return edges[i - 1] + 1, edges[i]

    def part(self, start: int, end: int) -> "Passage":
        """The same message narrowed to `start:end`."""
        return Passage(
            self.text,
            self.ref,
            [h for h in self.hits if start <= h.start and h.end <= end],
            [n for n in self.numbers if start <= n.start and n.end <= end],
            [t for t in self.times if start <= t.start and t.end <= end],
            start,
            end,
            self.breaks,
            [f for f in self.frames if start <= f.start and f.end <= end],
            self.lacks,
        )

    def clauses(self) -> Iterator[tuple[int, int]]:
        """The clauses of this stretch, empty ones left out."""
        left = self.start
        for at in self.breaks:
            if at < self.start:
                continue
            if at >= self.end:
                break
            if at > left:
                yield left, at
            left = at + 1
        if left < self.end:
            yield left, self.end


def plain_text(text: str, vocabulary: Vocabulary) -> tuple[str, list[str], int]:
    """One width, Simplified, slips put right; its letters two by two, and what is `missing` in it.

    The length never changes, so offsets are those of the message.
    """
    lacks = missing(text)
    if ~lacks & (_NONE_WIDE | _NO_SLIP_FOR_A_DIGIT):
        text = digits_meant(text.translate(_WIDE))
        lacks = missing(text)
    traditional, table = _simplified()
    plain = text if _DOTTED.mask & lacks else _DOTTED.sub(r"\1.\2", text)
    if traditional.search(plain):
        plain = plain.translate(table)
        lacks = missing(plain)
    plain = vocabulary.put_right(plain, lacks)
    if plain is not text and plain != text:
        lacks = missing(plain)
    return plain, letters_and_pairs(plain)[1], lacks


def prepare(text: str, ref: datetime, mode: Mode, vocabulary: Vocabulary, like: Passage | None = None) -> Passage:
    """Read the words, numbers and times of a message; `mode` says where a bare 周三 lies (report, plan).

    `like` is the same message as it was read in another mode.
    """
    if like is None:
        plain, pairs, lacks = plain_text(text, vocabulary)
        hits, frames = vocabulary.find(plain, pairs), find_frames(plain, lacks)
        breaks = [
            m.start() for m in _BREAK.finditer(plain) if m[0] not in ",:：" or not _inside_number(plain, m.start())
        ]
    else:
        plain, lacks, hits, frames, breaks = like.text, like.lacks, like.hits, like.frames, like.breaks
    times = find_times(plain, ref, mode, lacks)
    if not _FIRST_DAY.mask & lacks:
        times = [t for t in times if not _FIRST_DAY.match(plain, t.start)]
    numbers = [n for n in find_numbers(plain, lacks) if not n.is_ordinal]
    if not _TOGETHER.mask & lacks:
        numbers = [n for n in numbers if not _TOGETHER.match(plain, n.start)]
    for time in times:
        first, last = time.start, time.end
        numbers = [n for n in numbers if n.end <= first or n.start >= last]
    passage = Passage(plain, ref, hits, numbers, times, 0, len(plain), breaks, frames, lacks)
    _forget_what_was_taken_back(passage)
    return passage


def _inside_number(text: str, at: int) -> bool:
    return text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()


def _forget_what_was_taken_back(passage: Passage) -> None:
    """Drop the figure or time before 不对, 哦, 应该是 when the same kind of thing follows it."""
    text, lacks = passage.text, passage.lacks
    for match in () if _REPAIR.mask & lacks else _REPAIR.finditer(text):
        before = [n for n in passage.numbers if n.end <= match.start() and match.start() - n.end <= 6]
        after = [n for n in passage.numbers if match.end() <= n.start <= match.end() + 8]
        if before and after and _comparable(before[-1], after[0]):
            passage.numbers.remove(before[-1])
        then = [t for t in passage.times if match.end() <= t.start <= match.end() + 4]
        reach = 40 if then and then[0].day_given and not after else 10
        first = [t for t in passage.times if t.end <= match.start() and match.start() - t.end <= reach]
        if first and then:
            kept = then[0]
            for time in first:
                if time.day_given == kept.day_given or not time.day_given:
                    passage.times.remove(time)
    for match in () if _WRITTEN.mask & lacks else _WRITTEN.finditer(text):
        wrong = next((n for n in passage.numbers if 0 <= n.start - match.end() <= 3), None)
        if wrong and len(passage.numbers) > 1:
            passage.numbers.remove(wrong)
    for match in () if _NOT.mask & lacks else _NOT.finditer(text):
        wrong = next((n for n in passage.numbers if 0 <= n.start - match.end() <= 3), None)
        if wrong and len(passage.numbers) > 1:
            passage.numbers.remove(wrong)
        said = next((t for t in passage.times if 0 <= t.start - match.end() <= 1), None)
        if said and len(passage.times) > 1:
            passage.times.remove(said)


def _comparable(a: Number, b: Number) -> bool:
    """Whether the second figure may stand for the first: the same measure, or one of them left out."""
    people = {"个", "人", "名", "位", "", "号", "人次"}
    return a.unit == b.unit or (a.unit in people and b.unit in people) or not a.unit or not b.unit
