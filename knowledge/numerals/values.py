"""What a numeral is worth: 一百二, 三四十, 1.2万, 三分之二, 百分之八十, without what qualifies it."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec import Struct

from knowledge.numerals import grammar as g


class Read(Struct, gc=False):
    """What stands between two offsets, before its qualifiers and unit are looked at."""

    end: int
    low: g.Amount
    high: g.Amount
    mark: g.Mark = ""
    arabic: bool = False
    single: bool = False
    dozen: bool = False


def _section(chars: str) -> tuple[int, int, g.Mark] | None:
    """A figure below 10,000: (low, high, mark), or None if the characters make no numeral."""
    if not chars:
        return None
    if all(char in g.DIGIT for char in chars):
        if len(chars) == 1:
            return g.DIGIT[chars], g.DIGIT[chars], ""
        values = [g.DIGIT[char] for char in chars]
        if len(chars) == 2 and values[0] and neighbours(values[0], values[1]):
            return values[0], values[1], "-"
        value = int("".join(map(str, values)))
        return value, value, ""
    low = high = 0
    mark: g.Mark = ""
    pending: list[int] = []
    last = 0  # the unit last passed, for 三千二
    zero = False
    for at, char in enumerate(chars):
        if char in g.TENS:
            low, high, last, zero = low + g.TENS[char], high + g.TENS[char], 10, False
        elif char in g.DIGIT:
            if g.DIGIT[char] == 0:
                zero = True
            else:
                pending.append(g.DIGIT[char])
        elif char in g.SMALL:
            unit = g.SMALL[char]
            if last and unit >= last and last != unit:
                return None
            if not pending:
                if last and not zero and unit == 10 and at == len(chars) - 1 and low in (100, 1000):
                    return low, low, "~"  # 百十 is about a hundred
                pending = [1]
            if len(pending) > 2:
                return None
            low += pending[0] * unit
            high += pending[-1] * unit
            if len(pending) == 2:
                mark = "-"
            pending, last, zero = [], unit, False
        else:
            return None
    if pending:
        unit = last // 10 if last >= 100 and not zero else 1
        if len(pending) > 2 or (len(pending) == 2 and not neighbours(*pending)):
            return None
        low += pending[0] * unit
        high += pending[-1] * unit
        if len(pending) == 2:
            mark = "-"
    return low, high, mark


def neighbours(a: int, b: int) -> bool:
    return 0 < a < b and (b - a == 1 or (a, b) == (3, 5))


_INNER: Final[tuple[tuple[str, g.Mark], ...]] = (
    ("好几", "+"), ("来", "~"), ("把", "~"), ("多", "+"), ("余", "+"), ("几", "+"), ("数", "+")
)  # fmt: skip


@lru_cache(maxsize=4096)
def han(chars: str) -> tuple[int, int, g.Mark] | None:
    """A whole Chinese numeral with 万 and 亿; 多, 余, 来, 几, 把 inside it set the mark."""
    mark: g.Mark = ""
    plain = chars
    for word, sign in _INNER:
        if word in plain:
            plain = plain.replace(word, "")
            mark = sign
    if plain in ("百八十", "千八百"):
        value = g.SMALL[plain[0]]
        return value, value, "~"
    low = high = 0
    rest = plain
    for unit_chars, unit in (("亿億", 100_000_000), ("万萬", 10_000)):
        at = max(rest.rfind(char) for char in unit_chars)
        if at < 0:
            continue
        head, rest = rest[:at], rest[at + 1 :]
        found = han(head) if unit == 100_000_000 and head else _section(head) if head else (1, 1, "")
        if found is None:
            return None
        low, high = low + found[0] * unit, high + found[1] * unit
        mark = mark or found[2]
        if rest and all(char in g.DIGIT and g.DIGIT[char] for char in rest):  # 一万五, 一万七八
            if len(rest) > 2 or (len(rest) == 2 and not neighbours(g.DIGIT[rest[0]], g.DIGIT[rest[1]])):
                return None
            low += g.DIGIT[rest[0]] * unit // 10
            high += g.DIGIT[rest[-1]] * unit // 10
            return low, high, mark or ("-" if len(rest) == 2 else "")
    if rest:
        found = _section(rest.lstrip("零〇") if low else rest)
        if found is None:
            return None
        low, high = low + found[0], high + found[1]
        mark = mark or found[2]
    return low, high, mark


def digit(char: str) -> int:
    return int(char) if char.isascii() else g.DIGIT[char]


def decimal(digits: str) -> g.Amount:
    digits = digits.replace(",", "")
    return Decimal(digits) if "." in digits else int(digits)


def _tidy(amount: g.Amount) -> g.Amount:
    return int(amount) if amount == int(amount) else amount


#: Characters of the longest numeral anybody says; a longer row of them (a child on the phone) is no number, and is not
#: to be tried in every length.
_LONGEST = 40


def read(text: str, i: int) -> Read | None:
    """The numeral that begins at `i`, without qualifiers."""
    char = text[i]
    if char == "半":
        if text.startswith("半百", i):
            return Read(i + 2, 50, 50)
        if text.startswith("半打", i):
            return Read(i + 2, 6, 6, dozen=True)
        m = g.HALF_UNIT.match(text, i)
        if m is None:
            return None
        return Read(m.end(), 1, 2, "/") if m[0] == "半数" else Read(m.end(), Decimal("0.5"), Decimal("0.5"))
    if char.isdigit() and char.isascii():
        return _read_arabic(text, i)
    if char in "百千":
        m = g.PERCENT_HAN.match(text, i)
        if m:
            value = _spoken(m[1] or m[2])
            return Read(m.end(), value, value, "%" if m[1] else "‰")
        if text.startswith("百分百", i):
            return Read(i + 3, 100, 100, "%")
    m = g.HAN_RE.match(text, i)
    if m is None:
        return None
    end = min(m.end(), i + _LONGEST)
    if "分之" in text:
        fraction = g.FRACTION_HAN.match(text, i)
        below, above = (han(fraction[1]), han(fraction[2])) if fraction else (None, None)
        if fraction and below and above:
            return Read(fraction.end(), above[0], below[0], "/")
    while end > i:  # 三百一起: give characters back until it reads
        chars = text[i:end]
        found = han(chars)
        if found:
            return _finish_han(text, i, end, found)
        end -= 1
    return None


def _spoken(part: str) -> g.Amount:
    if part[0].isdigit() and part[0].isascii():
        return decimal(part)
    whole, _, fraction = part.partition("点")
    found = han(whole)
    value = found[0] if found else 0
    if not fraction:
        return value
    return Decimal(f"{value}." + "".join(str(g.DIGIT[char]) for char in fraction))


def _finish_han(text: str, i: int, end: int, found: tuple[int, int, g.Mark]) -> Read:
    low: g.Amount = found[0]
    high: g.Amount = found[1]
    mark = found[2]
    single = end - i == 1 and text[i] in g.C
    after = text[end : end + 1]
    if after == "点":
        m = g.POINT.match(text, end)
        if m and not mark and (m["unit"] is not None or (i == 0 and m.end() == len(text)) or text[i:end] == "零"):
            low = high = Decimal(f"{low}." + "".join(str(g.DIGIT[char]) for char in m["fraction"]))
            end = m.end()
            if text[end : end + 1] in g.LARGE:
                low = high = _tidy(low * g.LARGE[text[end]])
                end += 1
            return Read(end, low, high, mark)
    elif after == "成":
        if (end + 1 >= len(text) or text[end + 1] in "以的，。,左多 ") and found[1] < 10 and not mark:
            return Read(end + 1, found[0] * 10, found[1] * 10, "%")
    elif after == "打":
        m = g.DOZEN.match(text, end)
        if m:
            return Read(m.end(), low * 12, high * 12, mark, dozen=True)
    return Read(end, low, high, mark, single=single)


def _read_arabic(text: str, i: int) -> Read | None:
    m = g.ARABIC_RE.match(text, i)
    if m is None:
        return None
    value, end = decimal(m[0]), m.end()
    after = text[end : end + 1]
    if after == "/":
        fraction = g.FRACTION.match(text, i)
        if fraction and int(fraction[2]) and int(fraction[1]) < int(fraction[2]):
            return Read(fraction.end(), int(fraction[1]), int(fraction[2]), "/", arabic=True)
    if after == "%" or after == "‰":
        return Read(end + 1, value, value, "%" if after == "%" else "‰", arabic=True)
    mark: g.Mark = ""
    if after in g.SCALE_HEADS:
        value, end, mark = _scaled(text, value, end)
    dozen = g.DOZEN.match(text, end)
    if dozen:
        value, end = value * 12, dozen.end()
    return Read(end, value, value, mark, arabic=True, dozen=dozen is not None)


def _scaled(text: str, value: g.Amount, end: int) -> tuple[g.Amount, int, g.Mark]:
    """1.2万, 3万5千, 1万2, 2百多万: figures with 万, 亿, 千 or 百 behind them."""
    mark: g.Mark = ""
    scale = g.SCALE.match(text, end)
    while scale:
        word = scale[2]
        unit = g.LARGE.get(word) or g.SMALL[word]
        value = _tidy(value * unit)
        if scale[1]:
            mark = "~" if scale[1] == "来" else "+"
        end = scale.end()
        more = g.ARABIC_RE.match(text, end) if unit >= 1000 else None
        if more and "." not in more[0]:
            extra = int(more[0].replace(",", ""))
            inner = g.SCALE.match(text, more.end())
            if inner and inner[2] in g.SMALL and not inner[1]:  # 3万5千
                value, end = value + extra * g.SMALL[inner[2]], inner.end()
            elif extra < 10 and g.TAIL_DIGIT.match(text, end):  # 1万2
                value, end = value + extra * unit // 10, more.end()
        elif (
            unit >= 1000
            and end < len(text)
            and text[end] in g.DIGIT
            and g.DIGIT[text[end]]
            and text[end + 1 : end + 2] in ("千", "百")
        ):
            value, end = value + g.DIGIT[text[end]] * g.SMALL[text[end + 1]], end + 2
        scale = g.SCALE.match(text, end)
    return value, end, mark


def joined(text: str, first: Read) -> Read:
    """Join 60-70, 三至五, 1.2万到1.5万; 3到5万 scales the first figure too."""
    if first.mark or text[first.end : first.end + 1] not in g.RANGE_HEADS:
        return first
    m = g.RANGE.match(text, first.end)
    if not m:
        return first
    second = read(text, m.end())
    if second is None or second.mark or second.low <= first.low:
        return first
    tail = g.ARABIC_RE.match(text, m.end())
    low = first.low
    if tail and second.low >= 1000 and first.arabic and tail.end() < second.end:
        scale = second.low / decimal(tail[0])
        low = _tidy(low * Decimal(scale)) if low < 1000 else low
    return Read(second.end, low, second.low, "-", arabic=first.arabic)
