"""Finds the numerals of running text, with what qualifies them and what they count."""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

from knowledge.numerals import grammar as g
from knowledge.numerals.values import Read, digit, han, joined, neighbours
from knowledge.numerals.values import read as value_at


class Number(Struct, frozen=True, gc=False):
    """A numeral in a text: `text[start:end]` with its qualifiers, `low`..`high` equal unless it is a range.

    `mark` is '' exact, '~' about, '+' at least, '<' below, '-' range, '/' fraction (`low` over `high`), '%' or '‰'.
    `unit` is the measure word as written ('人' for 个人 and 号人), between `unit_start` and `unit_end`.
    """

    start: int
    end: int
    text: str
    low: g.Amount
    high: g.Amount
    mark: g.Mark = ""
    unit: str = ""
    unit_start: int = -1
    unit_end: int = -1
    is_ordinal: bool = False

    @property
    def notation(self) -> str:
        """The figure in the notation of counts, as `~30`, `30+`, `<50`, `60-70`, `2/3`, `95.6%`."""
        if not self.mark and type(self.low) is int:
            return str(self.low)
        low = _plain(self.low)
        if self.mark in ("-", "/"):
            return f"{low}{self.mark}{_plain(self.high)}"
        if self.mark in ("+", "%", "‰"):
            return low + self.mark
        return self.mark + low


def _plain(amount: g.Amount) -> str:
    if isinstance(amount, int):
        return str(amount)
    return str(int(amount)) if amount == amount.to_integral_value() else format(amount.normalize(), "f")


_UNITS_OF_COUNTING = frozenset("十百千万亿拾佰仟")
_OF_PEOPLE = frozenset({"个人", "号人", "名人", "口人"})
_MEANT = dict.fromkeys(_OF_PEOPLE, "人")
#: measures that may make a day or an hour of a figure
_MADE_MORE_OF = frozenset({"点", "时", "月", "日", "年"})
#: what the numbers to call begin with that have three to six figures
_SHORT_CALLS = ("11", "12")


def _vague(text: str, i: int) -> bool:
    """几十, 好几百, 数千: a unit of counting with no figure before it."""
    return i > 0 and (text[i - 1] in "几数成" or text[max(0, i - 2) : i] == "多少")


def _qualify(
    text: str, i: int, floor: int, read: Read, guarded: bool
) -> tuple[int, int, g.Mark, tuple[int, int] | None]:
    """(start, end, mark, unit span) once the words before and after are read."""
    mark, end = read.mark, read.end
    sign: g.Mark = ""
    post = None
    if text[end : end + 1] in g.POST_HEADS or text.startswith("差不多", end + 1):
        post = g.POST.match(text, end)
        if post and not (post["about"] and post["about"].strip() == "来" and read.single):
            sign = _sign(post)
            end = post.end()
    unit = None if read.dozen and not sign else g.unit_at(text, end)
    span = unit.span() if unit else None
    if unit and not sign:
        stop = unit.end()
        if text.startswith("多", stop) and unit[0] in ("个", "名", "年", "里", "斤", "小时"):
            sign, end = "+", stop + 1  # 一个多月, 三斤多
            inner = g.unit_at(text, end)
            span = (unit.start(), inner.end() if inner else stop)
        elif text[stop : stop + 1] in g.PAST_HEADS:
            past = g.PAST_UNIT.match(text, stop)
            if past:
                sign = _sign(past)
                end = past.end()
    if not sign and read.mark == "~" and text[end : end + 1] in g.POST_HEADS:
        again = g.POST.match(text, end)
        if again and again["more"]:
            end = again.end()
    before = text[i - 1] if i > floor else ""
    if before in ("上", "过") and not sign and text[i] in "百千万":
        return i - 1, end, mark or "+", span  # 上百, 过千
    if before == "小" and not sign and not mark and read.low >= 20:
        return i - 1, end, "~", span  # 小一百
    start = i
    pre = g.PRE.search(text, max(floor, i - 8), i) if guarded and before in g.PRE_ENDS else None
    if pre:
        start = pre.start()
        if not sign:
            sign = _sign(pre)
    if sign and mark in ("", "~", "+"):
        mark = sign if not (mark and pre and not post) else mark
    return start, end, mark, span


def _sign(said: re.Match[str]) -> g.Mark:
    return "+" if said["more"] else "~" if said["about"] else "<"


def _spaced(text: str, i: int) -> Read | None:
    """四、五个 and 七、八十人 are 四五个 and 七八十人."""
    if i + 2 >= len(text):
        return None
    if not (text[i] in g.DIGIT and text[i + 2] in g.DIGIT and neighbours(g.DIGIT[text[i]], g.DIGIT[text[i + 2]])):
        return None
    read = value_at(text[: i + 1] + text[i + 2 :], i)
    if read is None or read.mark != "-" or not g.unit_at(text, read.end + 1):
        return None
    read.end += 1
    return read


def _stopped(text: str, i: int, floor: int) -> int:
    """The end of a word that only looks like a numeral at `i`, or 0."""
    for at in range(i, max(floor, i - g.STOP_BACK) - 1, -1):
        if text[at : at + 2] in g.STOP_HEADS:
            m = g.STOP.match(text, at)
            if m and m.end() > i:
                if at == i and g.unit_at(text, m.end()) and all(char in g.C + g.U for char in m[0]):
                    continue  # 五四 is a day, 五四个 would be a count
                return m.end()
    return 0


def find_numbers(text: str, lacks: int = 0) -> list[Number]:
    """Every numeral of `text`, in order and without overlap; offsets are those of `text` as given.

    `lacks` is what `knowledge.gates.missing` says of the text, if that is known.
    """
    wide = text if g.NONE_WIDE & lacks or not g.WIDE_SIGN.search(text) else text.translate(g.WIDE)
    found: list[Number] = []
    at, floor, size = 0, 0, len(wide)
    head = g.HEAD.search
    guarded = not g.PRE_WORD.mask & lacks and g.PRE_WORD.search(wide) is not None
    watched = guarded or "半" in wide
    while seen := head(wide, at):
        i, end = seen.span()
        number = None
        if wide[i].isascii() and not (guarded and wide[i - 1 : i] in g.PRE_ENDS):
            number = _plain_figure(text, wide, i, end, watched)
        if number:
            at = number.end
        else:
            number, at = _number_at(text, wide, i, floor, size, guarded)
        if number:
            found.append(number)
            floor = at
    return found


def _number_at(text: str, wide: str, i: int, floor: int, size: int, guarded: bool) -> tuple[Number | None, int]:
    """The numeral at `i`, no plain figure, and where to look on; `guarded` if a 约 or 不到 stands in the text."""
    char = wide[i]
    ascii_digit = char.isascii()
    if ascii_digit:
        name = _name_in_figures(text, wide, i)
        if name:
            return name
    else:
        plain = None if guarded and wide[i - 1 : i] in g.PRE_ENDS else _plain_han(text, wide, i, floor, size)
        if plain:
            return plain
        if char in _UNITS_OF_COUNTING and _vague(wide, i):
            m = g.HAN_RE.match(wide, i)
            return None, m.end() if m else i + 1
    read = (_spaced(wide, i) if wide[i + 1 : i + 2] == "、" else None) or value_at(wide, i)
    if read is None:
        return None, i + 1
    if not ascii_digit:
        stop = _stopped(wide, i, floor)
        if stop and not (i == 0 and read.end == size) and stop >= read.end:
            return None, stop
        if char in g.FORMAL and read.end - i == 1 and not g.unit_at(wide, read.end):
            return None, i + 1  # 陆 and 伍 are surnames
    read = joined(wide, read)
    start, end, mark, span = _qualify(wide, i, floor, read, guarded)
    low, high = read.low, read.high
    if not read.mark:
        add = _half_or_cents(wide, read.end)
        if add:
            low = high = low + add[0]
            span, end = add[1], max(end, add[2])
    ordinal = _is_ordinal(wide, i, read.end)
    if read.single and not (span or mark or ordinal or _free(wide, i, read.end)):
        return None, read.end
    unit = wide[span[0] : span[1]] if span else ""
    if unit == "月" and wide[read.end - 1] in "俩仨":
        unit, ordinal = "个月", False
    if (unit in ("点", "时", "月", "日") and not mark) or (unit == "年" and 1900 <= read.low < 2100):
        if not (unit == "点" and g.ISSUE.match(wide, span[1] if span else 0)):
            ordinal, low, high = True, read.low, read.high
    if not ordinal:
        ordinal = _numbers_a_thing(wide, i, read, unit)
    number = Number(
        start, end, text[start:end], low, high, mark, _measure(wide, unit, read, ordinal), *(span or (-1, -1)), ordinal
    )
    return number, max(end, read.end)


def _plain_figure(text: str, wide: str, i: int, end: int, watched: bool) -> Number | None:
    """36人, 120份: figures `i:end` with nothing about them that would have to be looked at.

    `watched`: there is a 半 or 差不多 in the text.
    """
    after, size = wide[end : end + 1], end - i
    if (
        after in g.TELLING_AFTER
        or size > 6
        or wide[i] == "0"
        or wide[i - 1 : i] in g.TELLING_BEFORE
        or (size > 2 and wide.startswith(_SHORT_CALLS, i))
        or (watched and (wide.startswith("差不多", end + 1) or "半" in wide[end + 1 : end + 3]))
    ):
        return None
    words = g.MEASURES.get(after)
    return _with_measure(text, wide, i, end, int(wide[i:end]), words.match(wide, end) if words else None)


def _plain_han(text: str, wide: str, i: int, floor: int, size: int) -> tuple[Number | None, int] | None:
    """三十六人, 一次, 一起: the same for a figure in characters, and where to look on; None if it must be looked at."""
    if wide[i] in g.ODD_HAN or wide[i - 1 : i] in g.TELLING_BEFORE_HAN:
        return None
    run = g.HAN_RE.match(wide, i)
    if run is None:
        return None
    end = run.end()
    if (
        wide[end : end + 1] in g.TELLING_AFTER_HAN
        or wide.startswith("差不多", end + 1)
        or "半" in wide[end + 1 : end + 3]
    ):
        return None
    found = han(run[0])
    if found is None or found[2] or wide[end - 1] in "俩仨":
        return None
    stop = _stopped(wide, i, floor)
    if stop >= end and not (i == 0 and end == size):
        return None, stop
    unit = g.unit_at(wide, end)
    if end - i == 1 and wide[i] in g.C:
        if unit is None:
            return None if _free(wide, i, end) else (None, end)
        if wide[i] == "二":
            return None
    number = _with_measure(text, wide, i, end, found[0], unit)
    return (number, number.end) if number else None


def _with_measure(text: str, wide: str, i: int, end: int, value: int, unit: re.Match[str] | None) -> Number | None:
    """A figure with its measure; None if the measure or what follows it may make more of them."""
    if unit is None:
        return Number(i, end, text[i:end], value, value)
    stop, measure = unit.end(), unit[0]
    if wide[stop : stop + 1] in g.PAST_HEADS or measure in _MADE_MORE_OF:
        return None
    measure = _MEANT.get(measure, measure)
    return Number(i, end, text[i:end], value, value, "", measure, end, stop)


def _name_in_figures(text: str, wide: str, i: int) -> tuple[Number | None, int] | None:
    """B12, 12338, 〔2025〕3号: figures that are part of a name or are a number to call."""
    if i and wide[i - 1].isascii() and wide[i - 1].isalpha():
        m = g.ARABIC_RE.match(wide, i)
        return None, m.end() if m else i + 1
    run = g.DIGITS.match(wide, i)
    end = run.end() if run else i + 1
    if wide[i] in "01" or end - i >= 7:
        m = g.PHONE.match(wide, i)
        if m and (i == 0 or wide[i - 1] not in "0123456789.,"):
            whole = int(m[0].replace("-", ""))
            return Number(i, m.end(), text[i : m.end()], whole, whole, is_ordinal=True), m.end()
    if wide[end : end + 1] in g.DOC_ENDS:
        m = g.DOC.match(wide, i)
        if m:
            value = int(wide[i : i + 4])
            return Number(i, m.end(), text[i : m.end()], value, value, is_ordinal=True), m.end()
    return None


def _half_or_cents(wide: str, end: int) -> tuple[Decimal, tuple[int, int], int] | None:
    """(what is added, span of the measure, end) for 三块五 and 两个半."""
    if wide[end : end + 1] in ("块", "元"):
        cents = g.CENTS.match(wide, end)
        if cents:
            return Decimal(digit(cents[2])) / 10, cents.span(1), cents.end()
    if "半" in wide[end + 1 : end + 3]:
        half = g.HALF_AFTER.match(wide, end)
        if half:
            return Decimal("0.5"), half.span(1), half.end()
    return None


def _is_ordinal(wide: str, i: int, end: int) -> bool:
    """第3, 周三, 三楼, 302会议室."""
    if i and wide[i - 1] in g.ORDINAL_ENDS and g.ORDINAL_BEFORE.search(wide, max(0, i - 3), i):
        return True
    return wide[end : end + 1] in g.ORDINAL_HEADS and g.ORDINAL_AFTER.match(wide, end) is not None


def _numbers_a_thing(wide: str, i: int, read: Read, unit: str) -> bool:
    """The minutes of 8:30, the 1、 of a list, 二期 (two of them would be 两期)."""
    if i > 1 and wide[i - 1] == ":" and wide[i - 2].isdigit():
        return True
    if read.end - i == 1 and wide.startswith("、", read.end) and (i == 0 or wide[i - 1] in "：:；;。\n，"):
        if not g.HEAD.match(wide, read.end + 1):
            return True
    return wide[i] == "二" and read.single and unit in ("场", "期", "批", "轮", "组", "堂", "节")


def _measure(wide: str, unit: str, read: Read, ordinal: bool) -> str:
    """The measure as it is told: 人 for 个人, 号人 and 名人, 个 for 俩."""
    if len(unit) == 3 and unit[1] == "多":
        unit = unit[0] + unit[2]  # 一个多月
    if unit in _OF_PEOPLE or (unit == "号" and not ordinal):
        return "人"
    return "个" if not unit and wide[read.end - 1] in "俩仨" else unit


def _free(text: str, i: int, end: int) -> bool:
    """Whether a single Chinese digit stands alone between punctuation, as an answer or in a list does."""
    if text[i] in "俩仨":
        return True
    after = text[end : end + 1]
    before = text[i - 1 : i]
    return (not after or after in "，。,；;、！!？?\n ）)") and (not before or before in "，。,；;、：: \n共是有计")


def parse_number(text: str) -> Number | None:
    """The one numeral a text is about (十来户, 1.2万人次), or None: the first count, else the first ordinal."""
    stripped = text.strip()
    found = find_numbers(stripped)
    return next((number for number in found if not number.is_ordinal), found[0] if found else None)
