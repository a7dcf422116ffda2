"""The words a message is read with: files of plain words that officials can extend, matched in one pass."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import compress, count

from msgspec import Struct

from knowledge.gates import Rule, rule


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word can be; one word may be several things (妇女之家 is a place, 两癌筛查 a form and a subject)."""

    form: str = ""
    form_weight: int = 0
    category: str = ""
    category_weight: int = 0
    topical: bool = False  # may itself be given as the topic
    place: bool = False
    organisation: bool = False
    item: bool = False
    person: str = ""  # the marks of people.tsv: 女 童 客 队 众 师
    unit: bool = False  # a village, community or township known by name


class Hit(Struct, frozen=True, gc=False):
    """A word found at `start:end`."""

    start: int
    end: int
    word: str
    entry: Entry


#: the words that begin with two letters: the word of those two and of the first alone, where there are such words, and
#: the longer ones, longest first, by their second and third letter
Head = tuple[Entry | None, Entry | None, Mapping[str, tuple[tuple[str, Entry], ...]] | None]
_NOTHING: Head = (None, None, None)


def _rows(name: str) -> list[list[str]]:
    text = files("knowledge").joinpath("data", "vocabulary", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _index(words: Mapping[str, Entry]) -> dict[str, Head]:
    """First two letters → the words that begin so."""
    by_head: dict[str, dict[str, list[tuple[str, Entry]]]] = {}
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 1:
            longer = by_head.setdefault(word[:2], {})
            if len(word) > 2:
                longer.setdefault(word[1:3], []).append((word, words[word]))
    return {
        head: (words.get(head), words.get(head[0]), {then: tuple(found) for then, found in longer.items()} or None)
        for head, longer in by_head.items()
    }


def _alone(words: Iterable[str]) -> re.Pattern[str]:
    """What finds the words of one letter; nothing if there are none."""
    return re.compile("|".join(re.escape(word) for word in words if len(word) == 1) or r"(?!)")


#: the kinds `with_words(extra=…)` takes, and how a word of the kind is entered
KINDS: Mapping[str, Entry] = {
    "places": Entry(place=True),
    "organisations": Entry(organisation=True),
    "materials": Entry(item=True),
    "people": Entry(person="众"),
    "units": Entry(unit=True),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """An immutable set of words; safe to share between threads. `with_words` gives a larger one."""

    words: Mapping[str, Entry]
    heads: Mapping[str, Head]
    homophones: Mapping[str, str]
    slips: Rule
    alone: re.Pattern[str]  # the words of one letter

    def find(self, text: str, pairs: Sequence[str]) -> list[Hit]:
        """The longest word at each place, words inside a longer one left out; in order of their start.

        `pairs` are the letters of the text two by two.
        """
        found: list[Hit] = []
        heads = [*map(self.heads.get, pairs), None]  # the last letter begins no pair
        for match in self.alone.finditer(text):
            if heads[match.start()] is None:
                heads[match.start()] = (None, self.words[match[0]], None)
        last = len(pairs) - 1
        reach = 0
        for i in compress(count(), heads):
            two, one, longer = heads[i] or _NOTHING
            if longer is not None and i < last:
                for word, entry in longer.get(pairs[i + 1], ()):
                    if text.startswith(word, i):
                        if i + len(word) > reach:
                            reach = i + len(word)
                            found.append(Hit(i, reach, word, entry))
                        break
            if two is not None:
                if i + 2 > reach:
                    reach = i + 2
                    found.append(Hit(i, reach, pairs[i], two))
            elif one is not None and i >= reach:
                reach = i + 1
                found.append(Hit(i, reach, text[i], one))
        return found

    def put_right(self, text: str, lacks: int = 0) -> str:
        """Text with the usual slips of dictation and typing corrected, of the same length.

        `lacks` is what `missing` says of the text, if that is known.
        """
        if self.slips.mask & lacks:
            return text
        wrong = self.homophones
        return self.slips.sub(lambda m: wrong[m.group()], text)

    def with_words(self, units: Iterable[str] = (), extra: Mapping[str, Iterable[str]] | None = None) -> "Vocabulary":
        """A vocabulary that also knows these village and township names, and further words by kind.

        `extra` maps a kind (`places`, `organisations`, `materials`, `people`, or a form or category of the
        scheme such as `讲座` or `家庭建设`) to words. An unknown kind raises ValueError.
        """
        words = dict(self.words)
        for name in units:
            if len(name) > 1:
                words[name] = replace(words.get(name, Entry()), unit=True)
        for kind, added in (extra or {}).items():
            for word in added:
                if word:
                    words[word] = _extended(words.get(word, Entry()), kind)
        return Vocabulary(words, _index(words), self.homophones, self.slips, _alone(words))


def _extended(entry: Entry, kind: str) -> Entry:
    if kind in KINDS:
        new = KINDS[kind]
        return replace(
            entry,
            place=entry.place or new.place,
            organisation=entry.organisation or new.organisation,
            item=entry.item or new.item,
            person=entry.person or new.person,
            unit=entry.unit or new.unit,
        )
    if kind in FORMS:
        return replace(entry, form=kind, form_weight=3)
    if kind in CATEGORIES:
        return replace(entry, category=kind, category_weight=5, topical=True)
    raise ValueError(f"no such kind of word: {kind}")


FORMS = (
    "讲座",
    "培训",
    "宣传",
    "慰问",
    "走访排查",
    "座谈会",
    "会议",
    "文体活动",
    "志愿服务",
    "评选表彰",
    "纠纷调解",
    "信访接待",
    "义诊体检",
    "招聘会",
    "植树",
    "妇女议事",
    "亲子活动",
    "捐赠救助",
    "参观学习",
    "其他",
)
CATEGORIES = (
    "思想引领",
    "创业就业",
    "维权普法",
    "家庭建设",
    "妇女健康",
    "关爱帮扶",
    "志愿环境",
    "文体活动",
    "组织建设",
    "平安建设",
)


def _inherit(words: dict[str, Entry]) -> None:
    """A longer word is also what its parts are: 妇女工作会 is a meeting, 垃圾堆清 is about rubbish."""
    for word, entry in list(words.items()):
        if len(word) < 3:
            continue
        if not entry.form and entry.category:
            for size in range(len(word) - 1, 1, -1):
                tail = words.get(word[-size:])
                if tail is not None and tail.form_weight >= 3:
                    words[word] = entry = replace(entry, form=tail.form, form_weight=tail.form_weight)
                    break
        if not entry.category and (entry.form or (entry.item and len(word) > 4) or (entry.person and len(word) > 4)):
            parts = [words.get(word[i:j]) for i in range(len(word)) for j in range(i + 2, len(word) + 1)]
            best = max((p for p in parts if p and p.category), key=lambda p: p.category_weight, default=None)
            if best is not None:
                words[word] = replace(entry, category=best.category, category_weight=best.category_weight)


@cache
def default_vocabulary() -> Vocabulary:
    """The vocabulary of the data files, read once."""
    words: dict[str, Entry] = {}
    for word, form, weight in _rows("forms.tsv"):
        words[word] = Entry(form=form, form_weight=int(weight))
    for word, category, weight, topical in _rows("subjects.tsv"):
        words[word] = replace(
            words.get(word, Entry()),
            category=category,
            category_weight=int(weight),
            topical=topical == "1",
        )
    for word, marks in _rows("people.tsv"):
        words[word] = replace(words.get(word, Entry()), person=marks)
    for name, kind in (
        ("places.txt", "places"),
        ("organisations.txt", "organisations"),
        ("materials.txt", "materials"),
    ):
        for (word,) in _rows(name):
            words[word] = _extended(words.get(word, Entry()), kind)
    _inherit(words)
    homophones = {row[0]: row[1] for row in _rows("homophones.tsv")}
    slips = rule("|".join(map(re.escape, sorted(homophones, key=len, reverse=True))), homophones.values())
    return Vocabulary(words, _index(words), homophones, slips, _alone(words))


@cache
def word_list(name: str) -> tuple[str, ...]:
    """The words of a plain list such as `titles.txt`, longest first."""
    return tuple(sorted({row[0] for row in _rows(name)}, key=lambda w: (-len(w), w)))


def alternatives(name: str) -> str:
    """The words of a plain list as a regular expression's alternatives."""
    return "|".join(map(re.escape, word_list(name)))
