# ruff: noqa: E501 - a pattern is read as a whole, and a Chinese character counts as two columns
"""The patterns of Chinese time expressions, compiled once; they work on text of half-width characters.

Every pattern is matched at an offset that a first character has pointed to, so that a chat message costs few attempts.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

# One character for one character, so that offsets stay those of the text as given.
HALF_WIDTH: Final = str.maketrans(
    "０１２３４５６７８９：．／－—–～〜~（）　﹣號點時後〇○週禮", "0123456789:./------() -号点时后零零周礼"
)

CN: Final = "零一二三四五六七八九十两廿卅"
N12: Final = r"(?:1[0-2]|0?[1-9](?!\d)|十[一二]?|[一二三四五六七八九])"
N31: Final = (
    r"(?:3[01](?!\d)|[12]\d(?!\d)|0?[1-9](?!\d)|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?"
    r"|廿[一二三四五六七八九]?|卅一?|[一二三四五六七八九])"
)
NUM: Final = r"(?:\d{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_DAY_WORD: Final = r"(?:日(?![游均常租报记产照程本志])|号(?![楼院线文桌门房厅机车码令台幢栋单路馆厂教地选柜仓井坑水库工人位病床室公棚摊店段层铺井机包间])(?!会议室))"

YEAR: Final = (
    r"(?:(?<!\d)(?P<y4>(?:19|20)\d\d|[一二][九零][零一二三四五六七八九]{2})\s?年度?(?!级|代|生|出生)"
    rf"|(?<!\d)(?P<y2>\d\d)年(?=\s?{N12}\s?月)"
    r"|(?P<yr>大前年|前年|去年|上年度?|上一年度?|今年度?|本年度?|本年|明年|来年|下年度?|下一年度|后年|旧年|次年|翌年|同年))"
)
YEAR_STEP: Final = {
    "大前": -3,
    "前": -2,
    "去": -1,
    "旧": -1,
    "上": -1,
    "今": 0,
    "本": 0,
    "明": 1,
    "来": 1,
    "下": 1,
    "后": 2,
}

# (year)(month)(day or part of the month); one of month, day, edge must be there
_LUNAR: Final = "(?:农历|阴历|旧历|古历|夏历)"
_MONTH_NEAR: Final = "(?P<mr>(?:上上|上|本|这|当|下下|下|次)一?个?月)份?"
_MONTH_LUNAR: Final = "(?P<leap>闰)?(?P<ml>正|腊|冬)月"
_MONTHS: Final = (
    rf"(?<!\d)(?P<m1>{N12})月?份?[-至到、和](?P<m2>{N12})月(?:份|(?!\s?{N31}[日号至到、-]|上旬|中旬|下旬|上半月|下半月|[底初末]))"
    "|(?P<mpair>一二|二三|三四|四五|五六|六七|七八|八九)月份?"
)
_MONTH: Final = rf"(?<!\d)(?P<leap2>闰)?(?P<m>{N12})\s?月(?!饼|经|子|薪|球|嫂|季|亮|租)(?:份(?!额))?"
_DAYS: Final = (
    rf"(?P<days>(?<![\dA-Za-z〕\]第])(?:{N31}[日号]?[、,和及与跟至到-]{{1,2}}(?:当日)?){{0,4}}{N31}{_DAY_WORD})"
)
_DAY_LUNAR: Final = "(?P<ld>初[一二三四五六七八九十]|廿[一二三四五六七八九])(?!级|中|年级|学生|班|步|心|衷|次)"
_TEN_DAYS: Final = "(?P<xun>上旬|中旬|下旬|上中旬|中上旬|中下旬|上半月|下半月|月底|月末|月初|月中(?!旬))"
CALENDAR: Final = re.compile(
    rf"(?P<lun>{_LUNAR})?\s?(?:{YEAR}(?:的|\s)?)?(?P<lun2>{_LUNAR})?\s?"
    rf"(?:{_MONTH_NEAR}|{_MONTH_LUNAR}|{_MONTHS}|{_MONTH})?(?:的|\s)?"
    rf"(?:{_DAYS}|{_DAY_LUNAR}|{_TEN_DAYS}"
    rf"|(?P<edge>底|末|初(?![一二三四五六七八九十次中级])|中(?![午学国心小央共间的层等]))"
    rf"|(?P<bare>{N31})(?![\d.%:/万千百亿十个名人户份场次位家件元块岁张条本月年周天点时楼层届期号日斤里米套只对项种组队第余多来几]))?"
)
#: what a match of CALENDAR with anything in it begins with
CALENDAR_HEAD: Final = "|".join(
    [_LUNAR, YEAR, _MONTH_NEAR, _MONTH_LUNAR, _MONTHS, _MONTH, _DAYS, _DAY_LUNAR, _TEN_DAYS, r"\s"]
)
NUMERIC: Final = re.compile(
    r"(?<![\d.])(?:"
    r"(?P<Y>(?:19|20)\d\d)(?P<sep>[-/.])(?P<M>1[0-2]|0?[1-9])(?:(?P=sep)(?P<D>3[01]|[12]\d|0?[1-9]))?(?![\d.]|%)"
    r"|(?P<c8>20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)"
    r"|(?P<m>1[0-2]|0?[1-9])(?P<s2>[-./])(?P<d>3[01]|[12]\d|0?[1-9])(?:[日号])?"
    r"(?![\d./%万亿元米公斤度级岁亩℃折分块吨个人倍千克升月例周年平次条户以的]|[a-zA-Z])"
    r")"
)
NUMERIC_TAIL: Final = re.compile(r"(?P<d>3[01]|[12]\d|0?[1-9])(?:[日号])?(?![\d./%万亿元米公斤度级岁月个人户:点时])")
YEARS: Final = re.compile(r"(?<!\d)(?P<a>(?:19|20)\d\d)[-至到](?P<b>(?:19|20)\d\d)年度?")
NTH_OF_MONTH: Final = re.compile(
    r"(?:的)?(?:第(?P<n>[一二三四五1-5])个?|(?P<first>首个?|头一个?)|(?P<last>最后一?个?))"
    r"(?P<u>工作日|天|日|(?:周|星期|礼拜)(?:的?(?:周|星期|礼拜)?(?P<wd>[一二三四五六日天]))?)"
)
LUNAR_DAY: Final = re.compile(rf"(?P<d>初[一二三四五六七八九十]|{N31})(?![日号月年个人户时点岁\d])")
QUARTER: Final = re.compile(
    rf"(?:{YEAR}(?:的|\s)?)?(?:(?P<qr>上|本|这|当|下)一?个?季度|第?(?P<q1>[一二三四1-4])(?:[-至到、和]第?(?P<q2>[一二三四1-4]))?个?季度|前(?P<qn>[二两三])个?季度|(?P<qf>首)季度?|(?P<qe>季末|季度末|季度底))"
    r"(?:的|\s)?(?P<qedge>首月|末月|(?:第一|头一|首)个?月|(?:最后一?|第三)个?月|第二个?月|末|底|初)?"
)
HALF: Final = re.compile(rf"(?:{YEAR}(?:的|\s)?)?(?P<half>上半年|下半年)(?P<hedge>末|底|初)?")
YEAR_EDGE: Final = re.compile(
    rf"(?:{YEAR}(?:的|\s)?(?P<e1>年?底|年?末|年?初(?![一二三四五六七八九十])|年?中(?![午学国心小央旬考])|年终|岁末|年内|全年)"
    r"|(?P<e2>年底|年末|岁末|岁尾|年初(?![一二三四五六七八九十])|年中(?![旬考])|年终(?!总结|考核|决算|奖|述职|分红|盘点|评|检查|督)|年内|全年(?!级|龄)|年前(?=$|[,，。；;！!的])|年关))"
)
YEAR_ALONE: Final = re.compile(YEAR)
DAY_STEP: Final = {
    "大前": -3, "前": -2, "昨": -1, "作": -1, "夜": -1, "今": 0, "明": 1, "后": 2, "大后": 3, "寻": -1, "琴": -1, "听": 1, "当": 0
}  # fmt: skip
RELATIVE: Final = re.compile(
    r"(?P<two>今明|明后|昨今|前昨|昨前)(?:两|二)?[天日]"
    r"|(?P<rel>大前|大后|前|昨|今|明|后)(?:天|日|儿个|个儿|儿(?![子童歌女媳孙])|个(?![人儿]))(?!制)"
    r"|(?P<typo>作)天"
    r"|(?P<dial>寻|琴|听)日(?!报)"
    r"|(?P<night>夜)(?:来(?!香)|儿个|儿(?!子)|隔|个)"
    r"|(?P<short>昨|今|明|前(?=晚|夜))(?=晚(?!会|报|年|辈)|早|夜|晨|晌|午|上午|下午|中午|后晌|头晌|傍晚|凌晨)"
    r"|(?P<dawn>今朝)"
)
WEEK_OFFSET: Final = {"上上": -2, "上": -1, "本": 0, "这": 0, "当": 0, "下": 1, "下下": 2}
WEEKDAY_INDEX: Final = (
    {c: i for i, c in enumerate("一二三四五六日")} | {c: i for i, c in enumerate("1234567")} | {"天": 6}
)
WEEK: Final = re.compile(
    r"(?:(?P<wo>上上|上|本|这|当|下下|下)一?个?|(?<![每一二两三四五六七八九十几个半\d逢]))(?:周|星期|礼拜)"
    r"(?:(?P<wd>[一二三四五六日天](?![次场期节遍回趟个年岁位名度])|[1-7](?![\d次场期节遍回趟个年岁位名度:.]))(?P<more>(?:[、和及]?(?:周|星期|礼拜)?[一二三四五六日天](?![\d次场期节遍回趟个位名月年十百点日天]))*)"
    r"|(?P<end>末))"
)
WEEK_ALONE: Final = re.compile(r"(?P<wo>上上|上|本|这|下下|下)一?个?(?:周|星期|礼拜)(?![年边围岁一二三四五六日天末刊])")
NEW_YEAR: Final = re.compile(
    r"(?:大年|新年|过年|(?<![今去明前后本上下当每全近青少老中成童壮整两一二三四五六七八九十\d])年)"
    r"(?:初(?P<after>[一二三四五六七八九十]|\d)(?!中|级)|(?<![^大新过，。,、 ]年)(?P<eve>廿[一二三四五六七八九]|二十[一二三四五六七八九]))"
)
SPAN: Final = re.compile(
    rf"(?P<n>{NUM}|半|几)(?P<half>个半)?个?(?P<u>小时|工作日|天|日|周|星期|礼拜|(?<=个)月|(?<=个)季度|年|分钟)(?P<dir>之内|以内|内(?![容部心外])|(?<!日)(?:之前|以前|前(?![一两三四五六七八九十后]))|(?<!日)(?:之后|以后|后(?![续勤备面晌]))|(?<!日)过后)"
)
AROUND: Final = re.compile(
    rf"(?P<w>前|头|过去|最近|近|这|未来|今后|接下来|再过|(?<![超不通经度路错])过|往后)(?P<n>{NUM}|几|半)个?(?P<u>工作日|天|日(?!游)|周|星期|礼拜|(?<=个)月|年)(?![级期代])(?P<back>前|后|以?内|之内)?"
)
NOW: Final = re.compile(
    r"刚才|刚刚|方才|才刚|适才|刚(?=散|结束|[开搞做讲忙弄办上发走访慰种]?完)|即日|即刻起|(?:现在|目前|今日|眼下)(?=起|开始|到|至)|这会儿|眼前这会"
)
PART_WORDS: Final = {
    word: line.split("\t")[0]
    for line in files("knowledge").joinpath("data", "calendar", "parts.tsv").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
    for word in line.split("\t")[1].split()
}
_PARTS: Final = "|".join(sorted(PART_WORDS, key=lambda w: (-len(w), w)))
PART: Final = re.compile(rf"[的\s,，]?(?P<p>{_PARTS})(?!好|班|安[，。！!]|自习)")
AFTER_DAY_PART: Final = re.compile(
    rf"\s?的?(?P<p>{_PARTS}|早(?![就已])|晚(?![会辈年报])|夜(?!校)|晨(?!练)|午(?!餐|饭))"
)
PART_SHORT: Final = {"早": "上午", "晨": "上午", "晚": "晚上", "夜": "晚上", "午": "中午"}
EARLY_LATE: Final = re.compile(r"[早晚](?=\d{1,2}[:点时]|[五六七八九十]{1,2}点)")
NIGHTFALL: Final = frozenset({"凌晨", "后半夜", "半夜", "深夜"})

H24: Final = r"(?:2[0-4]|1\d|0?\d|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])"
_M60: Final = r"(?:[0-5]?\d|零[一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?|[一二三四五六七八九](?=分))"
CLOCK: Final = re.compile(
    rf"(?<![\d.])(?:(?P<h>2[0-4]|[01]?\d):(?P<mi>[0-5]\d)(?::[0-5]\d)?(?!\d)"
    rf"|(?:差|差了)(?P<lack>一刻|{NUM}分钟?)\s?(?:到)?(?P<lh>{H24})点"
    rf"|(?P<h2>{H24})(?P<pt>点|时(?![间候代段刻常期事]))"
    rf"(?:(?P<half>半)|(?P<quarter>[一三13])刻钟?|过?(?P<m2>{_M60})(?:分(?!钟)|(?![\d个名人户份场月日年点号条项位件张元])))?"
    rf"(?:钟|整|多钟?|来钟|许)?)(?:左右|不到|许)?"
)
POINTS_AT_ISSUE: Final = re.compile(
    r"意见|建议|要求|想法|内容|体会|希望|经验|做法|措施|原因|注意|好处|启示|共识|说明|问题|感受|收获|不足|心意|点|都|不|也|儿|事|钱|东西|力|关|情况"
)
CLOCK_SIGN: Final = re.compile(r"\d|半|[一三]刻|钟|整|多钟|到|至|-|[二三四五]?十")

NOTE: Final = re.compile(
    r"\s?\((?:星期|周|礼拜)[一二三四五六日天](?P<np>上午|下午|晚上|中午)?\)|\s?(?:星期|周|礼拜)[一二三四五六日天](?![、到至-])"
)
THAT_DAY: Final = re.compile(r"(?:的)?(?:那一天|那天|这一天|这天|当天|当日|当晚|那晚)")
CONNECT: Final = re.compile(
    r"\s?(?:开始|起|始|下午|上午)?\s?(?:一直|持续|直)?(?:到|至|-{1,2})\s?(?!今(?!年)|现在|目前)"
)
UNTIL_NOW: Final = re.compile(r"\s?(?:到|至|-{1,2})(?:今天?|现在|目前|今日|眼下)(?![年后晚早明])")
LIST: Final = re.compile(r"\s?(?:、|和|跟|与|及|以及)\s?")
OFFSET: Final = re.compile(
    rf"(?:的|之)?(?P<way>前|后)(?:第(?P<nth>{NUM})|(?P<n>{NUM}|几))(?:个)?(?P<u>工作日|天|日|周|星期|月)(?:内|以内)?"
    r"|(?:的)?(?P<next>第二天|次日|隔天|转天)|(?:的)?(?P<prev>头一天|头天|前日)"
)
EVE: Final = re.compile(r"(?:的)?(?:前夕|前夜|到来之际|来临之际|即将来临之际|将至|之际|临近|快到了?)")
AROUND_DAY: Final = re.compile(r"前后|左右|上下")
BEFORE: Final = re.compile(
    r"\s?(?:\((?:含|以前|不含)[^)]{0,6}\))?(?:当天|当日)?(?:24时|24:00|下班|结束|底)?(?:之前|以前|前(?![一两二三四五六七八九十\d]+个?(?:天|日|周|工作日)|[述后往景面沿置线列方进夕夜身半台去来任]|提(?![交供出报请醒示名升炼])|期工作)|为止|止(?!血|损|咳|痛))(?:\((?:含|以前)[^)]{0,6}\))?"
)
AFTER: Final = re.compile(r"\s?(?:之后|以后|过后|后(?![勤备续排晌面台院山期院半勤]))")
SINCE: Final = re.compile(r"\s?(?:起(?![来草点步因码诉床航飞])|开始(?![了是]?讲)|以来|开始起)(?:至今)?")
DURING: Final = re.compile(
    r"\s?(?:期间|假期|放假期间|小长假|长假|黄金周|之内|以内|内(?![容部心外])|里(?![面程头])|间(?![接隔]))"
)
DUE_PREFIX: Final = re.compile(
    r"(?:截至|截止(?:时间|日期)?(?:为|是|:)?\s?|截止到|截止至|截止于|最晚不超过|不得晚于|不得迟于|不超过|不晚于|最迟于?|最晚于?|不迟于|不晚于|务必于|限于|赶在|抢在)\s?$"
)
FROM_PREFIX: Final = re.compile(r"(?:从|自|打|由|自从)\s?$")

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
#: the months of the lunar year that have names
LUNAR_MONTHS: Final = {"正": 1, "冬": 11, "腊": 12}


def quarter_number(word: str) -> int:
    """1 to 4 for the numeral of a quarter."""
    return "一二三四1234".index(word) % 4 + 1


def small_number(word: str) -> int:
    """The value of a day, month, hour or count below 1,000 as the patterns above match it; 半 and 几 are the caller's."""
    if word.isascii():
        return int(word)
    if word[0] == "廿":
        return 20 + (_DIGITS[word[1]] if len(word) > 1 else 0)
    if word[0] == "卅":
        return 30 + (_DIGITS[word[1]] if len(word) > 1 else 0)
    if "十" in word:
        tens, _, ones = word.partition("十")
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    value = 0
    for char in word:
        value = value * 10 + _DIGITS[char]
    return value
