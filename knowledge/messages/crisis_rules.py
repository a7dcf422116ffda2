"""Ways of saying danger that were written down one by one: precise, slow, and a witness beside the score."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: the kinds of danger, in the order in which one goes before another when a sentence shows several
TYPES = ("儿童遗弃", "儿童侵害", "自杀", "非法拘禁", "拐卖", "家暴", "失踪")

_SENTENCE = re.compile(r"[^。!！?？\n;；]+[。!！?？\n;；]*")
#: no rule of any type can hold without one of these; ordinary messages end here
_TRIGGER = re.compile(
    r"[打揍捶锤踹踢扇掐勒砍捅砸摔泼抡刀伤肿青紫血印暴虐救命死药吊跳割炭煤缢尽绝遗弃杀摸亲扒脱奸侵猥强糟玷欺婴"
    r"孕怀胎拐卖骗锁关绑拴捆囚禁扣链铐栓丢扔甩抛撂撇撵轰赶失找寻饿哭走活熬撑跑霸凌逼喊叫伢断骂拳疼痛买贩抱逃"
    r"抽拿浑爆火楼桥腕躲肚锄斧哄口子收脱敢冻投攒拽坐带胶裸雅袖淤疤醉闹砸扯撞锁咬毒抢拖服约断粮累藏掐推倒睡绳站网纸信别养出气眶圈笼窗哪瞎聋哑惨煤世辈念]"
    r"|音讯|上手|动不动|没了|跪|罚|后妈|后娘|继父|继母|爬上|添麻烦|喝了|吞了|灌|毒|农药|百草枯|敌敌畏|露面|生下来|折|卧轨|封信|照看|到家|看到|见过|没法过|不想过|出人命|没气|昏迷|瓶子|赎|秘密|内裤|园区|不见|看见|没回|没有回|冇回|不让|不准|不许|没人管|没人要|关机|联系不上|没收|短见|短路|解脱|后事|傻事|傻话|"
    r"没大人|没人要|不要了|消息|音信|到现在|没回|离婚|不敢|动手|自残|吃东西|出来|消失"
    r"|自s|help|sos|jiabao|zisha|jiuming|dawo",
    re.IGNORECASE,
)
_PINYIN = (
    (re.compile(r"j\s?ia\s?b\s?ao", re.I), "家暴"),
    (re.compile(r"zi\s?sha(?![a-z])", re.I), "自杀"),
    (re.compile(r"jiu\s?ming", re.I), "救命"),
    (re.compile(r"lao\s?gong", re.I), "老公"),
    (re.compile(r"da\s?wo(?![a-z])", re.I), "打我"),
    (re.compile(r"bu\s?xiang\s?huo(?:\s?le)?", re.I), "不想活了"),
    (re.compile(r"nong\s?yao", re.I), "农药"),
    (re.compile(r"tiao\s?(?:lou|he)(?![a-z])", re.I), "跳楼"),
    (re.compile(r"bei\s?da(?![a-z])", re.I), "被打"),
    (re.compile(r"qiang\s?jian", re.I), "强奸"),
    (re.compile(r"guai\s?mai", re.I), "拐卖"),
)
_NOW = re.compile(
    r"有个|有一个|有位|有一位|一个(?:姐妹|妇女|女的|孩子|女孩|媳妇|学员|家长)|她说|他说|孩子说|跟我(?:说|讲|"
    r"反映)|告诉我|哭着|在哭|正在|现在|刚刚|刚才|"
    r"今早|昨晚|昨夜|今晚|半夜|躲|不敢|救救|求救|快来|怎么办|咋办|咋个办|咋搞|求助|报警|110|120|隔壁|邻居|"
    r"出事|打电话来|来找我|跑来|"
    r"悄悄|偷偷|私下|课后|会后|散会|问要不要|赶紧|急死|好急|着急|住院|送医|抢救|我老公|我男人|我女儿|我妈|"
    r"我被|我儿|打我"
)
#: a daughter who has a husband is no child
_GROWN = re.compile(r"女婿|姑爷|婆家|她(?:老公|男人|对象|丈夫)|回娘家|前夫|离婚")
#: what a talk teaches too: 讲了被打怎么报警
_ASKED_ALSO_IN_TALKS = frozenset({"报警", "110", "120", "求助", "怎么办", "咋办", "现在"})
_NAME = re.compile(r"\{(\w+)\}")
_MASK = "○"
#: words of several classes meet by chance in longer ones
_LONGEST_TELLING = 90


@dataclass(frozen=True, slots=True)
class _Rules:
    idioms: re.Pattern[str]
    fiction: re.Pattern[str]
    talk: re.Pattern[str]
    beside: re.Pattern[str]
    lived: re.Pattern[str]
    misspelt: re.Pattern[str]
    right: dict[str, str]
    words: dict[str, re.Pattern[str]]
    strong: tuple[tuple[str, dict[str, re.Pattern[str]]], ...]
    weak: tuple[tuple[str, dict[str, re.Pattern[str]]], ...]
    classes: dict[str, re.Pattern[str]]
    together: tuple[tuple[str, tuple[str, ...]], ...]


def _lines(name: str) -> list[str]:
    text = files("knowledge").joinpath("data", "vocabulary", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _one(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))


@cache
def _rules() -> _Rules:
    """The rules of crisis.tsv and near_crisis.tsv, compiled once."""
    names: dict[str, str] = {}
    patterns: dict[tuple[str, bool], dict[str, list[str]]] = {}
    right: dict[str, str] = {}
    for line in _lines("crisis.tsv"):
        if line.startswith("{"):
            name, _, words = line.partition("=")
            names[name.strip("{}")] = words
            continue
        kind, pattern = line.split("\t", 1)
        if kind == "错字":
            right.update(dict.fromkeys(pattern.split("=")[0].split("|"), pattern.split("=")[1]))
            continue
        filled = _NAME.sub(lambda m: f"(?:{names[m.group(1)]})", pattern)
        lead = _NAME.match(pattern)
        rule = patterns.setdefault((kind.rstrip("?"), kind.endswith("?")), {})
        rule.setdefault(lead.group(1) if lead else "", []).append(filled)
    classes: dict[str, re.Pattern[str]] = {}
    together: list[tuple[str, tuple[str, ...]]] = []
    for line in _lines("danger_classes.tsv"):
        mark, name, content = line.split("\t")
        if mark == "类":
            classes[name] = re.compile(content)
        else:
            together.append((name, tuple(content.split("+"))))
    near: dict[str, list[str]] = {}
    for line in _lines("near_crisis.tsv"):
        kind, pattern = line.split("\t", 1)
        near.setdefault(kind, []).append(pattern)
    return _Rules(
        idioms=_one(near["俗语"]),
        fiction=_one(near["语境"]),
        talk=_one(near["语境?"]),
        beside=_one(near["题外"]),
        lived=_one(near["亲历"]),
        misspelt=_one([re.escape(w) for w in sorted(right, key=len, reverse=True)]),
        right=right,
        words={name: re.compile(f"(?={words})") for name, words in names.items()},
        strong=_of_kinds(patterns, False),
        weak=_of_kinds(patterns, True),
        classes=classes,
        together=tuple(together),
    )


def _of_kinds(
    patterns: dict[tuple[str, bool], dict[str, list[str]]], weak: bool
) -> tuple[tuple[str, dict[str, re.Pattern[str]]], ...]:
    return tuple(
        (kind, {lead: _one(found) for lead, found in patterns[kind, weak].items()})
        for kind in TYPES
        if (kind, weak) in patterns
    )


def _holds(rules: dict[str, re.Pattern[str]], sentence: str, at: dict[str, list[int]]) -> bool:
    """Whether one rule of a kind holds; rules that begin with a word of a group are tried only where one stands."""
    for lead, pattern in rules.items():
        if not lead:
            if pattern.search(sentence):
                return True
        elif any(pattern.match(sentence, i) for i in at[lead]):
            return True
    return False


class _Places(dict[str, list[int]]):
    """Where the words of a group stand in a sentence, looked up when first asked for."""

    def __init__(self, words: dict[str, re.Pattern[str]], sentence: str) -> None:
        super().__init__()
        self._words, self._sentence = words, sentence

    def __missing__(self, name: str) -> list[int]:
        found = self[name] = [m.start() for m in self._words[name].finditer(self._sentence)]
        return found


def _plain(text: str, rules: _Rules) -> str:
    """The text as the rules want it: no spaces inside, misspelt words put right, idioms blanked."""
    for latin, word in _PINYIN:
        text = latin.sub(word, text)
    text = text.replace("，", ",").replace("、", ",").replace("！", "!").replace("？", "?").replace("；", ";")
    text = re.sub(r"[ \u3000\t]+", ",", text)
    text = rules.misspelt.sub(lambda m: rules.right[m.group()], text)
    return rules.idioms.sub(_MASK, text)


def by_rule(text: str) -> str | None:
    """The kind of danger (one of `TYPES`) that a rule sees in a message, or None; about 150 µs."""
    if not _TRIGGER.search(text):
        return None
    rules = _rules()
    plain = _plain(text, rules)
    if not _TRIGGER.search(plain):
        return None
    whole_calm = rules.beside.search(plain) is not None and rules.lived.search(plain) is None
    for match in _SENTENCE.finditer(plain):
        sentence = match.group()
        if not _TRIGGER.search(sentence):
            continue
        found = _of_sentence(sentence, rules, whole_calm)
        if found:
            return found
    # what is cut by a full stop or a line break may still belong together
    joined = re.sub(r"[。!?\n;]+", ",", plain)
    return _of_sentence(joined, rules, whole_calm) if joined != plain else None


def _of_sentence(sentence: str, rules: _Rules, calm: bool) -> str | None:
    if calm or rules.fiction.search(sentence):
        return None
    talk = len({m.group() for m in rules.talk.finditer(sentence)})
    signs = {m.group() for m in _NOW.finditer(sentence)} if talk else set()
    now = bool(signs - _ASKED_ALSO_IN_TALKS if talk >= 2 else signs)
    if talk >= 2 and not now:
        return None
    at = _Places(rules.words, sentence)
    for kind, pattern in rules.strong:
        if _holds(pattern, sentence, at):
            if kind == "儿童侵害" and _GROWN.search(sentence):
                return "家暴"
            return kind
    if (talk and not now) or talk >= 3:
        return None
    for kind, pattern in rules.weak:
        if _holds(pattern, sentence, at):
            return kind
    if talk or len(sentence) > _LONGEST_TELLING:
        return None
    seen = _Seen(rules.classes, sentence)
    for kind, names in rules.together:
        if all(seen[name] for name in names):
            return "家暴" if kind == "儿童侵害" and _GROWN.search(sentence) else kind
    return None


class _Seen(dict[str, bool]):
    """Which classes of words stand in a sentence, looked up when first asked for."""

    def __init__(self, classes: dict[str, re.Pattern[str]], sentence: str) -> None:
        super().__init__()
        self._classes, self._sentence = classes, sentence

    def __missing__(self, name: str) -> bool:
        found = self[name] = self._classes[name].search(self._sentence) is not None
        return found
