"""Chinese and Arabic numerals in running text: how many, how sure, and of what.

`find_numbers(text)` gives every numeral in order; `parse_number(text)` reads a text that is one numeral.
The notation is that of reports: `36`, `~30` (来, 左右, 约, 近), `30+` (多, 余, 几, 好几, 以上), `<50` (不到), `60-70`
(六七十), `2/3`, `95.6%`. Vague amounts that name no figure (几十人, 好几百, 若干) give nothing.
Ordinals and names (第3期, 三楼, 302会议室, 3月5日) are given with `is_ordinal` set and are never counts.
Pure and thread-safe: only compiled patterns and word lists stand at module level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Final, Literal

Mark = Literal["", "~", "+", "<", "-", "/", "%", "‰"]
Amount = Decimal | int

_WIDE: Final = str.maketrans("０１２３４５６７８９％．：／－—–～〜＋﹣", "0123456789%.:/-----+-")
_DIGIT: Final[dict[str, int]] = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **{"〇": 0, "○": 0, "两": 2, "贰": 2, "弍": 2, "俩": 2, "仨": 3, "貳": 2, "參": 3, "陸": 6, "幺": 1, "兩": 2},
}
_SMALL: Final[dict[str, int]] = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE: Final[dict[str, int]] = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_TENS: Final[dict[str, int]] = {"廿": 20, "卅": 30, "卌": 40}
_FORMAL: Final = frozenset("壹贰叁肆伍陆柒捌玖拾佰仟貳參陸")


def _words(name: str) -> list[str]:
    lines = files("knowledge").joinpath("data", "numerals", name).read_text("utf-8").splitlines()
    found = {word for line in lines if not line.startswith("#") for word in line.split()}
    return sorted(found, key=lambda word: (-len(word), word))


_UNIT_WORDS: Final = _words("measures.txt")
_STOP_WORDS: Final = _words("stops.txt")
_C: Final = "零〇○一二两三四五六七八九壹贰叁肆伍陆柒捌玖俩仨幺貳參陸兩"
_U: Final = "十拾百佰千仟万萬亿億廿卅卌"
# 来, 多, 余, 几, 把 belong to the numeral only between or after its figures: 三十来万, 二十几, 百把.
_HAN: Final = rf"[{_C}{_U}](?:[{_C}{_U}]|(?:来|多|余|几|好几|把|数)(?=[万萬亿億千百十]))*"
_ARABIC: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HEAD: Final = re.compile(rf"[0-9{_C}{_U}半]")
_STOP: Final = re.compile("|".join(map(re.escape, _STOP_WORDS)))
_STOP_BACK: Final = max(next((i for i, char in enumerate(word) if char in _C + _U + "半"), 0) for word in _STOP_WORDS)
# a measure word that begins another word is none: 三毛巾, 五部队, 两台账
_NOT_UNIT: Final = {
    "毛": "巾线毯衣笔", "面": "包粉条", "部": "队分门", "台": "账灯历", "口": "罩红", "把": "手", "包": "扁括含", "条": "例", "场": "地所",
    "节": "日目能", "本": "村镇次月年", "度": "过", "天": "然气", "家": "庭长里", "组": "织长", "名": "字誉", "站": "点台", "里": "面头",
    "点": "心名", "分": "别为", "年": "轻龄", "回": "来去答收", "次": "年月日", "村": "里口", "道": "路德", "部分": "",
}  # fmt: skip
_UNIT: Final = re.compile(
    "|".join(re.escape(word) + (f"(?![{_NOT_UNIT[word]}])" if _NOT_UNIT.get(word) else "") for word in _UNIT_WORDS)
)
_HAN_RE: Final = re.compile(_HAN)
_ARABIC_RE: Final = re.compile(_ARABIC)
_PERCENT_HAN: Final = re.compile(rf"百分之([{_C}{_U}]+(?:点[{_C}]+)?|\d+(?:\.\d+)?)|千分之([{_C}{_U}]+|\d+(?:\.\d+)?)")
_FRACTION_HAN: Final = re.compile(rf"([{_C}{_U}]+)分之([{_C}{_U}]+)")
_FRACTION: Final = re.compile(r"(\d{1,3})/(\d{1,4})(?![\d/.])")
_SCALE: Final = re.compile(r"\s?(多|余|来|几|好几)?([万亿千百])(?![家一分里福])")
_TAIL_DIGIT: Final = re.compile(r"\d(?![\d.])")
_RANGE: Final = re.compile(rf"\s?(?:-|~|至|到)\s?(?=[0-9{_C}{_U}])")
_POST: Final = re.compile(
    r"(?P<more>\s?(?:好几|有余|挂零|出头|多|余|几(?!个[村镇县])|以上|往上|朝上|开外|\+))"
    r"|(?P<about>\s?(?:左右|上下|来(?![了到过的听参自不])|光景|的?样子|把(?=[人个块户名斤里元份位口]|$)|[一-龥]?差不多))"
    r"|(?P<less>\s?(?:不到|以下|以内|之内|不足|未满))"
)
_PAST_UNIT: Final = re.compile(
    r"(?P<more>(?:以上|往上|朝上|开外|出头|有余|挂零|还多|多(?=[的地，。,；;]|小时|分钟|天|时间|$)|\+))"
    r"|(?P<about>(?:左右|上下|光景|的?样子|差不多))"
    r"|(?P<less>(?:以下|以内|之内|不到|未满|不足))"
)
_PRE: Final = re.compile(
    r"(?:(?P<less>不到|不足|少于|低于|小于|未满|不满|最多|至多|不超过|不多于|不高于|顶多|没到|没有到)"
    r"|(?P<more>(?<!不)超过|(?<!不)超|突破|(?<!不)多于|(?<!不)大于|(?<!不)高于|至少|不少于|不低于|不下于?|不止|不只|少说也?得?|少说|起码|最少|足有|足足|逾|≥|>|好(?=几))"
    r"|(?P<about>大约摸|大约|大概齐?|大致|约莫|约摸|约计|约|近(?!年|期|日)|将近|接近|差不多|估计|估摸着?|左近|小(?=[百千]|二十|三十)|约合))"
    r"(?:也就?|得|要|是|有个?|了|在|共|着|达|到|能|只|来|为|能有|\s)*$"
)
_ORDINAL_BEFORE: Final = re.compile(r"(?:第|周|星期|礼拜|初|农历|正月|腊月|NO\.?|No\.?|no\.?)\s?$")
_ORDINAL_AFTER: Final = re.compile(
    r"(?:[号](?!人)|楼|室|会议室|届|年级|月(?!饼)|日(?!游)|[:：]\d|点(?:[半钟整一三\d到]|$)|时(?=\d|[许整分]|$)|单元|中学|小学(?!生)|完小|幼儿园|幼|路公?交?车?站|热线|专线|平台|栋|幢|层(?!以)|组(?=村民|长|的)|队(?=长)|大道|国道|省道)"
)
_PHONE: Final = re.compile(
    r"\d{7,}|0\d{2,3}-\d{7,8}|12(?:338|345|348|355|350|315|333|320|377|388|309|110|119|318|328|356|369|381|393|395|312|123)(?![\d.,%余多来万]|[个名人户份元本张场])|(?:11[0-9]|12[0-2])(?=急救|报警|电话|宣传日|消防|救护|热线|指挥|民警|平台|联动|接警)|(?<=[打拨喊叫])(?:11[0-9]|12[0-2])(?!\d)"
)
_DOC: Final = re.compile(r"[〔\[【(（]?(?:19|20)\d\d[〕\]】)）]\s?\d*号?")
_HALF_AFTER: Final = re.compile(
    r"(个|斤|公斤|亩|里|公里|吨|米|尺|年|天|小时|块|点|倍|袋|箱|桶|车|碗|杯)半(?![个天路山夜途边数])"
)
_HALF_UNIT: Final = re.compile(r"半(?:数|(?=斤|公斤|亩|吨|箱|桶|袋|车|碗|杯|小时|个小时|壶|瓶|打))")
_ISSUE: Final = re.compile("意见|建议|要求|想法|内容|体会|希望|经验|做法|措施|原因|问题|感受|收获|说明|思考")
_POINT: Final = re.compile(
    rf"点(?P<fraction>[{_C}]+)(?P<unit>(?=[万亿倍%亩斤吨米元里度块]|公里|公斤|平方|千克|小时|个百分点))?(?![十百分刻])"
)
_CENTS: Final = re.compile(r"(块|元)([一二三四五六七八九]|\d(?!\d))(?:毛|角)?(?![个位名人份户十百千月年日号.])")
_DOZEN: Final = re.compile(r"打(?![击架工针电扫算造印卡开拼交官假拐赌压动断发包听理麻牌球])")


@dataclass(frozen=True, slots=True)
class Number:
    """A numeral in a text: `text[start:end]` with its qualifiers, `low`..`high` equal unless it is a range.

    `mark` is '' exact, '~' about, '+' at least, '<' below, '-' range, '/' fraction (`low` over `high`), '%' or '‰'.
    `unit` is the measure word as written ('人' for 个人 and 号人), between `unit_start` and `unit_end`.
    """

    start: int
    end: int
    text: str
    low: Amount
    high: Amount
    mark: Mark = ""
    unit: str = ""
    unit_start: int = -1
    unit_end: int = -1
    is_ordinal: bool = False

    @property
    def notation(self) -> str:
        """The figure in the notation of counts, as `~30`, `30+`, `<50`, `60-70`, `2/3`, `95.6%`."""
        low = _plain(self.low)
        if self.mark in ("-", "/"):
            return f"{low}{self.mark}{_plain(self.high)}"
        if self.mark in ("+", "%", "‰"):
            return low + self.mark
        return self.mark + low


def _plain(amount: Amount) -> str:
    if isinstance(amount, int):
        return str(amount)
    return str(int(amount)) if amount == amount.to_integral_value() else format(amount.normalize(), "f")


@dataclass(slots=True)
class _Read:
    """What stands between two offsets, before its qualifiers and unit are looked at."""

    end: int
    low: Amount
    high: Amount
    mark: Mark = ""
    arabic: bool = False
    single: bool = False
    dozen: bool = False


def _section(chars: str) -> tuple[int, int, Mark] | None:
    """A figure below 10,000: (low, high, mark), or None if the characters make no numeral."""
    if not chars:
        return None
    if all(char in _DIGIT for char in chars):
        if len(chars) == 1:
            return _DIGIT[chars], _DIGIT[chars], ""
        values = [_DIGIT[char] for char in chars]
        if len(chars) == 2 and values[0] and _neighbours(values[0], values[1]):
            return values[0], values[1], "-"
        value = int("".join(map(str, values)))
        return value, value, ""
    low = high = 0
    mark: Mark = ""
    pending: list[int] = []
    last = 0  # the unit last passed, for 三千二
    zero = False
    for at, char in enumerate(chars):
        if char in _TENS:
            low, high, last, zero = low + _TENS[char], high + _TENS[char], 10, False
        elif char in _DIGIT:
            if _DIGIT[char] == 0:
                zero = True
            else:
                pending.append(_DIGIT[char])
        elif char in _SMALL:
            unit = _SMALL[char]
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
        if len(pending) > 2 or (len(pending) == 2 and not _neighbours(*pending)):
            return None
        low += pending[0] * unit
        high += pending[-1] * unit
        if len(pending) == 2:
            mark = "-"
    return low, high, mark


def _neighbours(a: int, b: int) -> bool:
    return 0 < a < b and (b - a == 1 or (a, b) == (3, 5))


_INNER: Final[tuple[tuple[str, Mark], ...]] = (
    ("好几", "+"), ("来", "~"), ("把", "~"), ("多", "+"), ("余", "+"), ("几", "+"), ("数", "+")
)  # fmt: skip


def _han(chars: str) -> tuple[int, int, Mark] | None:
    """A whole Chinese numeral with 万 and 亿; 多, 余, 来, 几, 把 inside it set the mark."""
    mark: Mark = ""
    plain = chars
    for word, sign in _INNER:
        if word in plain:
            plain = plain.replace(word, "")
            mark = sign
    if plain in ("百八十", "千八百"):
        value = _SMALL[plain[0]]
        return value, value, "~"
    low = high = 0
    rest = plain
    for unit_chars, unit in (("亿億", 100_000_000), ("万萬", 10_000)):
        at = max(rest.rfind(char) for char in unit_chars)
        if at < 0:
            continue
        head, rest = rest[:at], rest[at + 1 :]
        found = _han(head) if unit == 100_000_000 and head else _section(head) if head else (1, 1, "")
        if found is None:
            return None
        low, high = low + found[0] * unit, high + found[1] * unit
        mark = mark or found[2]
        if rest and all(char in _DIGIT and _DIGIT[char] for char in rest):  # 一万五, 一万七八
            if len(rest) > 2 or (len(rest) == 2 and not _neighbours(_DIGIT[rest[0]], _DIGIT[rest[1]])):
                return None
            low += _DIGIT[rest[0]] * unit // 10
            high += _DIGIT[rest[-1]] * unit // 10
            return low, high, mark or ("-" if len(rest) == 2 else "")
    if rest:
        found = _section(rest.lstrip("零〇") if low else rest)
        if found is None:
            return None
        low, high = low + found[0], high + found[1]
        mark = mark or found[2]
    return low, high, mark


def _digit(char: str) -> int:
    return int(char) if char.isascii() else _DIGIT[char]


def _decimal(digits: str) -> Amount:
    digits = digits.replace(",", "")
    return Decimal(digits) if "." in digits else int(digits)


def _tidy(amount: Amount) -> Amount:
    return int(amount) if amount == int(amount) else amount


def _read(text: str, i: int) -> _Read | None:
    """The numeral that begins at `i`, without qualifiers."""
    char = text[i]
    if char == "半":
        if text.startswith("半百", i):
            return _Read(i + 2, 50, 50)
        if text.startswith("半打", i):
            return _Read(i + 2, 6, 6, dozen=True)
        m = _HALF_UNIT.match(text, i)
        if m is None:
            return None
        return _Read(m.end(), 1, 2, "/") if m[0] == "半数" else _Read(m.end(), Decimal("0.5"), Decimal("0.5"))
    if char.isdigit() and char.isascii():
        return _read_arabic(text, i)
    m = _PERCENT_HAN.match(text, i)
    if m:
        part = m[1] or m[2]
        value = _spoken(part)
        return _Read(m.end(), value, value, "%" if m[1] else "‰")
    if text.startswith("百分百", i):
        return _Read(i + 3, 100, 100, "%")
    m = _FRACTION_HAN.match(text, i)
    if m:
        below, above = _han(m[1]), _han(m[2])
        if below and above:
            return _Read(m.end(), above[0], below[0], "/")
    m = _HAN_RE.match(text, i)
    if m is None:
        return None
    end = m.end()
    while end > i:  # 三百一起: give characters back until it reads
        chars = text[i:end]
        found = _han(chars)
        if found:
            return _finish_han(text, i, end, found)
        end -= 1
    return None


def _spoken(part: str) -> Amount:
    if part[0].isdigit() and part[0].isascii():
        return _decimal(part)
    whole, _, fraction = part.partition("点")
    found = _han(whole)
    value = found[0] if found else 0
    if not fraction:
        return value
    return Decimal(f"{value}." + "".join(str(_DIGIT[char]) for char in fraction))


def _finish_han(text: str, i: int, end: int, found: tuple[int, int, Mark]) -> _Read:
    low: Amount = found[0]
    high: Amount = found[1]
    mark = found[2]
    single = end - i == 1 and text[i] in _C
    m = _POINT.match(text, end)
    if m and not mark and (m["unit"] is not None or (i == 0 and m.end() == len(text)) or text[i:end] == "零"):
        low = high = Decimal(f"{low}." + "".join(str(_DIGIT[char]) for char in m["fraction"]))
        end = m.end()
        if text[end : end + 1] in _LARGE:
            low = high = _tidy(low * _LARGE[text[end]])
            end += 1
        return _Read(end, low, high, mark)
    if (
        text.startswith("成", end)
        and (end + 1 >= len(text) or text[end + 1] in "以的，。,左多 ")
        and found[1] < 10
        and not mark
    ):
        return _Read(end + 1, found[0] * 10, found[1] * 10, "%")
    m = _DOZEN.match(text, end)
    if m:
        return _Read(m.end(), low * 12, high * 12, mark, dozen=True)
    return _Read(end, low, high, mark, single=single)


def _read_arabic(text: str, i: int) -> _Read | None:
    m = _FRACTION.match(text, i)
    if m and int(m[2]) and int(m[1]) < int(m[2]):
        return _Read(m.end(), int(m[1]), int(m[2]), "/", arabic=True)
    m = _ARABIC_RE.match(text, i)
    if m is None:
        return None
    value, end = _decimal(m[0]), m.end()
    mark: Mark = ""
    if text.startswith(("%", "‰"), end):
        return _Read(end + 1, value, value, "%" if text[end] == "%" else "‰", arabic=True)
    scale = _SCALE.match(text, end)
    while scale:
        word = scale[2]
        unit = _LARGE.get(word) or _SMALL[word]
        value = _tidy(value * unit)
        if scale[1]:
            mark = "~" if scale[1] == "来" else "+"
        end = scale.end()
        more = _ARABIC_RE.match(text, end) if unit >= 1000 else None
        if more and "." not in more[0]:
            extra = int(more[0].replace(",", ""))
            inner = _SCALE.match(text, more.end())
            if inner and inner[2] in _SMALL and not inner[1]:  # 3万5千
                value, end = value + extra * _SMALL[inner[2]], inner.end()
            elif extra < 10 and _TAIL_DIGIT.match(text, end):  # 1万2
                value, end = value + extra * unit // 10, more.end()
        elif (
            unit >= 1000
            and end < len(text)
            and text[end] in _DIGIT
            and _DIGIT[text[end]]
            and text[end + 1 : end + 2] in ("千", "百")
        ):
            value, end = value + _DIGIT[text[end]] * _SMALL[text[end + 1]], end + 2
        scale = _SCALE.match(text, end)
    dozen = _DOZEN.match(text, end)
    if dozen:
        value, end = value * 12, dozen.end()
    return _Read(end, value, value, mark, arabic=True, dozen=dozen is not None)


def _range(text: str, first: _Read) -> _Read:
    """Join 60-70, 三至五, 1.2万到1.5万; 3到5万 scales the first figure too."""
    if first.mark:
        return first
    m = _RANGE.match(text, first.end)
    if not m:
        return first
    second = _read(text, m.end())
    if second is None or second.mark or second.low <= first.low:
        return first
    tail = _ARABIC_RE.match(text, m.end())
    low = first.low
    if tail and second.low >= 1000 and first.arabic and tail.end() < second.end:
        scale = second.low / _decimal(tail[0])
        low = _tidy(low * Decimal(scale)) if low < 1000 else low
    return _Read(second.end, low, second.low, "-", arabic=first.arabic)


def _vague(text: str, i: int) -> bool:
    """几十, 好几百, 数千: a unit of counting with no figure before it."""
    return text[i] in "十百千万亿拾佰仟" and i > 0 and (text[i - 1] in "几数成" or text[max(0, i - 2) : i] == "多少")


def _qualify(text: str, i: int, floor: int, read: _Read) -> tuple[int, int, Mark, tuple[int, int] | None]:
    """(start, end, mark, unit span) once the words before and after are read."""
    mark, end = read.mark, read.end
    sign: Mark = ""
    post = _POST.match(text, end)
    if post and not (post["about"] and post["about"].strip() == "来" and read.single):
        sign = "+" if post["more"] else "~" if post["about"] else "<"
        end = post.end()
    unit = None if read.dozen and sign == "" else _UNIT.match(text, end)
    span = unit.span() if unit else None
    if unit and not sign and unit[0] in ("个", "名", "年", "里", "斤", "小时") and text.startswith("多", unit.end()):
        sign, end = "+", unit.end() + 1  # 一个多月, 三斤多
        inner = _UNIT.match(text, end)
        span = (unit.start(), inner.end() if inner else unit.end())
    elif unit:
        past = _PAST_UNIT.match(text, unit.end())
        if past and not sign:
            sign = "+" if past["more"] else "~" if past["about"] else "<"
            end = past.end()
    if not sign:
        again = _POST.match(text, end)
        if again and again["more"] and read.mark == "~":
            end = again.end()
    start = i
    if not sign and text[i] in "百千万" and i > floor and text[i - 1] in "上过":
        return i - 1, end, mark or "+", span  # 上百, 过千
    if not sign and not mark and i > floor and text[i - 1] == "小" and read.low >= 20:
        return i - 1, end, "~", span  # 小一百
    pre = _PRE.search(text, max(floor, i - 8), i)
    if pre:
        start = pre.start()
        if not sign:
            sign = "+" if pre["more"] else "~" if pre["about"] else "<"
    if mark in ("", "~", "+") and sign:
        mark = sign if not (mark and pre and not post) else mark
    return start, end, mark, span


def _spaced(text: str, i: int) -> _Read | None:
    """四、五个 and 七、八十人 are 四五个 and 七八十人."""
    if text[i + 1 : i + 2] != "、" or i + 2 >= len(text):
        return None
    if not (text[i] in _DIGIT and text[i + 2] in _DIGIT and _neighbours(_DIGIT[text[i]], _DIGIT[text[i + 2]])):
        return None
    read = _read(text[: i + 1] + text[i + 2 :], i)
    if read is None or read.mark != "-" or not _UNIT.match(text, read.end + 1):
        return None
    read.end += 1
    return read


def _stopped(text: str, i: int, floor: int) -> int:
    """The end of a word that only looks like a numeral at `i`, or 0."""
    for back in range(min(_STOP_BACK, i - floor) + 1):
        m = _STOP.match(text, i - back)
        if m and m.end() > i:
            if back == 0 and _UNIT.match(text, m.end()) and all(char in _C + _U for char in m[0]):
                continue  # 五四 is a day, 五四个 would be a count
            return m.end()
    return 0


def find_numbers(text: str) -> list[Number]:
    """Every numeral of `text`, in order and without overlap; offsets are those of `text` as given."""
    wide = text.translate(_WIDE)
    found: list[Number] = []
    at, floor = 0, 0
    size = len(wide)
    while True:
        head = _HEAD.search(wide, at)
        if head is None:
            return found
        i = head.start()
        number, at = _number_at(text, wide, i, floor, size)
        if number:
            found.append(number)
            floor = at


def _number_at(text: str, wide: str, i: int, floor: int, size: int) -> tuple[Number | None, int]:
    char = wide[i]
    ascii_digit = char.isascii()
    if ascii_digit:
        if i and wide[i - 1].isascii() and wide[i - 1].isalpha():
            m = _ARABIC_RE.match(wide, i)
            return None, m.end() if m else i + 1
        m = _PHONE.match(wide, i)
        if m and (i == 0 or wide[i - 1] not in "0123456789.,"):
            whole = int(re.sub(r"\D", "", m[0]))
            return Number(i, m.end(), text[i : m.end()], whole, whole, is_ordinal=True), m.end()
        m = _DOC.match(wide, i)
        if m:
            value = int(wide[i : i + 4])
            return Number(i, m.end(), text[i : m.end()], value, value, is_ordinal=True), m.end()
    elif _vague(wide, i):
        m = _HAN_RE.match(wide, i)
        return None, m.end() if m else i + 1
    read = _spaced(wide, i) or _read(wide, i)
    if read is None:
        return None, i + 1
    if not ascii_digit:
        stop = _stopped(wide, i, floor)
        if stop and not (i == 0 and read.end == size) and stop >= read.end:
            return None, stop
        if read.end - i == 1 and char in _FORMAL and not _UNIT.match(wide, read.end):
            return None, i + 1  # 陆 and 伍 are surnames
    read = _range(wide, read)
    half = _HALF_AFTER.match(wide, read.end)
    start, end, mark, span = _qualify(wide, i, floor, read)
    low, high = read.low, read.high
    cents = _CENTS.match(wide, read.end) if not read.mark else None
    if cents:
        low = high = low + Decimal(_digit(cents[2])) / 10
        span, end = cents.span(1), max(end, cents.end())
    elif half and not read.mark:
        low = high = low + Decimal("0.5")
        span, end = half.span(1), max(end, half.end())
    ordinal = bool(_ORDINAL_BEFORE.search(wide, max(0, i - 3), i) or _ORDINAL_AFTER.match(wide, read.end))
    if read.single and not (span or mark or ordinal or _free(wide, i, read.end)):
        return None, read.end
    unit = wide[span[0] : span[1]] if span else ""
    if unit == "月" and wide[read.end - 1] in "俩仨":
        unit, ordinal = "个月", False
    if (unit in ("点", "时", "月", "日") and not mark) or (unit == "年" and 1900 <= read.low < 2100):
        if not (unit == "点" and _ISSUE.match(wide, span[1] if span else 0)):
            ordinal, low, high = True, read.low, read.high
    if i and wide[i - 1] == ":" and i > 1 and wide[i - 2].isdigit():
        ordinal = True  # the minutes of 8:30
    if read.end - i == 1 and wide.startswith("、", read.end) and (i == 0 or wide[i - 1] in "：:；;。\n，"):
        ordinal = ordinal or not _HEAD.match(wide, read.end + 1)  # the 1、 of a list
    if char == "二" and read.single and unit in ("场", "期", "批", "轮", "组", "堂", "节"):
        ordinal = True  # two of them would be 两场
    if len(unit) == 3 and unit[1] == "多":
        unit = unit[0] + unit[2]  # 一个多月
    if unit in ("个人", "号人", "名人", "口人") or (unit == "号" and not ordinal):
        unit = "人"
    if not unit and wide[read.end - 1] in "俩仨":
        unit = "个"
    number = Number(start, end, text[start:end], low, high, mark, unit, *(span or (-1, -1)), is_ordinal=ordinal)
    return number, max(end, read.end)


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
