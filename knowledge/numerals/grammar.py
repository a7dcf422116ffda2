"""The characters, words and patterns of numerals; every pattern is matched where a numeral has been seen."""

from __future__ import annotations

import re
import string
from decimal import Decimal
from importlib.resources import files
from typing import Final, Literal

from knowledge.beginnings import first_letters, last_letters
from knowledge.gates import one_of, rule

Mark = Literal["", "~", "+", "<", "-", "/", "%", "‰"]
Amount = Decimal | int

WIDE: Final = str.maketrans("０１２３４５６７８９％．：／－—–～〜＋﹣", "0123456789%.:/-----+-")
DIGIT: Final[dict[str, int]] = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **{"〇": 0, "○": 0, "两": 2, "贰": 2, "弍": 2, "俩": 2, "仨": 3, "貳": 2, "參": 3, "陸": 6, "幺": 1, "兩": 2},
}
SMALL: Final[dict[str, int]] = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
LARGE: Final[dict[str, int]] = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
TENS: Final[dict[str, int]] = {"廿": 20, "卅": 30, "卌": 40}
FORMAL: Final = frozenset("壹贰叁肆伍陆柒捌玖拾佰仟貳參陸")


def _words(name: str) -> list[str]:
    lines = files("knowledge").joinpath("data", "numerals", name).read_text("utf-8").splitlines()
    found = {word for line in lines if not line.startswith("#") for word in line.split()}
    return sorted(found, key=lambda word: (-len(word), word))


UNIT_WORDS: Final = _words("measures.txt")
STOP_WORDS: Final = _words("stops.txt")
C: Final = "零〇○一二两三四五六七八九壹贰叁肆伍陆柒捌玖俩仨幺貳參陸兩"
U: Final = "十拾百佰千仟万萬亿億廿卅卌"
# 来, 多, 余, 几, 把 belong to the numeral only between or after its figures: 三十来万, 二十几, 百把.
HAN: Final = rf"[{C}{U}](?:[{C}{U}]|(?:来|多|余|几|好几|把|数)(?=[万萬亿億千百十]))*"
ARABIC: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
#: where a numeral may begin: the whole run of figures, or one character
HEAD: Final = re.compile(rf"[0-9]\d*|[{C}{U}半]")
STOP: Final = re.compile("|".join(map(re.escape, STOP_WORDS)))
STOP_BACK: Final = max(next((i for i, char in enumerate(word) if char in C + U + "半"), 0) for word in STOP_WORDS)
# a measure word that begins another word is none: 三毛巾, 五部队, 两台账
NOT_UNIT: Final = {
    "毛": "巾线毯衣笔", "面": "包粉条", "部": "队分门", "台": "账灯历", "口": "罩红", "把": "手", "包": "扁括含", "条": "例", "场": "地所",
    "节": "日目能", "本": "村镇次月年", "度": "过", "天": "然气", "家": "庭长里", "组": "织长", "名": "字誉", "站": "点台", "里": "面头",
    "点": "心名", "分": "别为", "年": "轻龄", "回": "来去答收", "次": "年月日", "村": "里口", "道": "路德", "部分": "",
}  # fmt: skip


def _measures() -> dict[str, re.Pattern[str]]:
    """The first letter of measure words → the words, longest first."""
    heads: dict[str, list[str]] = {}
    for word in UNIT_WORDS:
        heads.setdefault(word[0], []).append(
            re.escape(word) + (f"(?![{NOT_UNIT[word]}])" if NOT_UNIT.get(word) else "")
        )
    return {head: re.compile("|".join(words)) for head, words in heads.items()}


#: first letter → what finds the measure words that begin with it
MEASURES: Final = _measures()


def unit_at(text: str, i: int) -> re.Match[str] | None:
    """The measure word at `i`."""
    words = MEASURES.get(text[i : i + 1])
    return words.match(text, i) if words else None


HAN_RE: Final = re.compile(HAN)
ARABIC_RE: Final = re.compile(ARABIC)
PERCENT_HAN: Final = re.compile(rf"百分之([{C}{U}]+(?:点[{C}]+)?|\d+(?:\.\d+)?)|千分之([{C}{U}]+|\d+(?:\.\d+)?)")
FRACTION_HAN: Final = re.compile(rf"([{C}{U}]+)分之([{C}{U}]+)")
FRACTION: Final = re.compile(r"(\d{1,3})/(\d{1,4})(?![\d/.])")
SCALE: Final = re.compile(r"\s?(多|余|来|几|好几)?([万亿千百])(?![家一分里福])")
TAIL_DIGIT: Final = re.compile(r"\d(?![\d.])")
RANGE: Final = re.compile(rf"\s?(?:-|~|至|到)\s?(?=[0-9{C}{U}])")
_MORE: Final = r"(?P<more>\s?(?:好几|有余|挂零|出头|多|余|几(?!个[村镇县])|以上|往上|朝上|开外|\+))"
_ABOUT: Final = r"左右|上下|来(?![了到过的听参自不])|光景|的?样子|把(?=[人个块户名斤里元份位口]|$)"
_LESS: Final = r"(?P<less>\s?(?:不到|以下|以内|之内|不足|未满))"
POST: Final = re.compile(rf"{_MORE}|(?P<about>\s?(?:{_ABOUT}|[一-龥]?差不多))|{_LESS}")
PAST_UNIT: Final = re.compile(
    r"(?P<more>(?:以上|往上|朝上|开外|出头|有余|挂零|还多|多(?=[的地，。,；;]|小时|分钟|天|时间|$)|\+))"
    r"|(?P<about>(?:左右|上下|光景|的?样子|差不多))"
    r"|(?P<less>(?:以下|以内|之内|不到|未满|不足))"
)
_BEFORE: Final = (
    r"(?:(?P<less>不到|不足|少于|低于|小于|未满|不满|最多|至多|不超过|不多于|不高于|顶多|没到|没有到)"
    r"|(?P<more>(?<!不)超过|(?<!不)超|突破|(?<!不)多于|(?<!不)大于|(?<!不)高于|至少|不少于|不低于|不下于?|不止|不只|少说也?得?|少说|起码|最少|足有|足足|逾|≥|>|好(?=几))"
    r"|(?P<about>大约摸|大约|大概齐?|大致|约莫|约摸|约计|约|近(?!年|期|日)|将近|接近|差不多|估计|估摸着?|左近|小(?=[百千]|二十|三十)|约合))"
)
PRE: Final = re.compile(_BEFORE + r"(?:也就?|得|要|是|有个?|了|在|共|着|达|到|能|只|来|为|能有|\s)*$")
#: any of those words, wherever it stands: most texts have none; each begins with one letter, so that the search can
#: skip to these letters
PRE_WORD: Final = rule(
    "不[到足满超多高少低下止只]|少[于说]|低于|小(?=[于百千]|二十|三十)|未满|最多|至多|顶多|没到|没有到|超|突破|多于|大于|高于|至少|起码|最少|足[有足]|"
    "逾|≥|>|好几|大[约概致]|约|近|差不多|估[计摸]"
)
ORDINAL_BEFORE: Final = re.compile(r"(?:第|周|星期|礼拜|初|农历|正月|腊月|NO\.?|No\.?|no\.?)\s?$")
ORDINAL_AFTER: Final = re.compile(
    r"(?:[号](?!人)|楼|室|会议室|届|年级|月(?!饼)|日(?!游)|[:：]\d|点(?:[半钟整一三\d到]|$)|时(?=\d|[许整分]|$)|单元|中学|小学(?!生)|完小|幼儿园|幼|路公?交?车?站|热线|专线|平台|栋|幢|层(?!以)|组(?=村民|长|的)|队(?=长)|大道|国道|省道)"
)
DIGITS: Final = re.compile(r"\d+")
PHONE: Final = re.compile(
    r"\d{7,}|0\d{2,3}-\d{7,8}|12(?:338|345|348|355|350|315|333|320|377|388|309|110|119|318|328|356|369|381|393|395|312|123)(?![\d.,%余多来万]|[个名人户份元本张场])|(?:11[0-9]|12[0-2])(?=急救|报警|电话|宣传日|消防|救护|热线|指挥|民警|平台|联动|接警)|(?<=[打拨喊叫])(?:11[0-9]|12[0-2])(?!\d)"
)
DOC: Final = re.compile(r"[〔\[【(（]?(?:19|20)\d\d[〕\]】)）]\s?\d*号?")
DOC_ENDS: Final = frozenset("〕]】)）")
HALF_AFTER: Final = re.compile(
    r"(个|斤|公斤|亩|里|公里|吨|米|尺|年|天|小时|块|点|倍|袋|箱|桶|车|碗|杯)半(?![个天路山夜途边数])"
)
HALF_UNIT: Final = re.compile(r"半(?:数|(?=斤|公斤|亩|吨|箱|桶|袋|车|碗|杯|小时|个小时|壶|瓶|打))")
ISSUE: Final = re.compile("意见|建议|要求|想法|内容|体会|希望|经验|做法|措施|原因|问题|感受|收获|说明|思考")
POINT: Final = re.compile(
    rf"点(?P<fraction>[{C}]+)(?P<unit>(?=[万亿倍%亩斤吨米元里度块]|公里|公斤|平方|千克|小时|个百分点))?(?![十百分刻])"
)
CENTS: Final = re.compile(r"(块|元)([一二三四五六七八九]|\d(?!\d))(?:毛|角)?(?![个位名人份户十百千月年日号.])")
DOZEN: Final = re.compile(r"打(?![击架工针电扫算造印卡开拼交官假拐赌压动断发包听理麻牌球])")

# what the patterns above begin and end with: most figures have nothing of the kind beside them
POST_HEADS: Final = first_letters(_MORE, rf"\s?(?:{_ABOUT}|差不多)", _LESS)
PAST_HEADS: Final = first_letters(PAST_UNIT.pattern)
PRE_ENDS: Final = last_letters(PRE.pattern)
SCALE_HEADS: Final = first_letters(SCALE.pattern)
RANGE_HEADS: Final = first_letters(RANGE.pattern)
ORDINAL_HEADS: Final = first_letters(ORDINAL_AFTER.pattern)
ORDINAL_ENDS: Final = last_letters(ORDINAL_BEFORE.pattern)
WIDE_SIGN: Final = re.compile("[" + re.escape("".join(map(chr, WIDE))) + "]")
#: the bit of a text with none of them
NONE_WIDE: Final = one_of(frozenset(map(chr, WIDE)))
STOP_HEADS: Final = frozenset(word[:2] for word in STOP_WORDS)
#: beside a figure these may make more of it than its value and its measure
TELLING_BEFORE: Final = ORDINAL_ENDS | frozenset(string.ascii_letters + string.digits + ".,:小")
TELLING_BEFORE_HAN: Final = ORDINAL_ENDS | frozenset(":上过小几数成少")
TELLING_AFTER: Final = POST_HEADS | SCALE_HEADS | RANGE_HEADS | ORDINAL_HEADS | DOC_ENDS | frozenset("/%‰.,打块元、多")
TELLING_AFTER_HAN: Final = TELLING_AFTER | frozenset("点成分")
#: written so, a figure may be a surname, or needs a measure of its own
ODD_HAN: Final = FORMAL | frozenset("俩仨百千万萬亿億")
