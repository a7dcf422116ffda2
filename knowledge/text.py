"""Characters: the form text is searched in, and the cleaning of dirty documents with a map back to the original."""

from __future__ import annotations

import itertools
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from knowledge import damage

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
TERMINAL = "。！？；：!?;:…"  # a line that ends so ends its sentence

Edit = tuple[int, int, str]  # start, end, replacement: spans in rising order, never overlapping


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Clean text and, for each of its characters, the span of the original it came from.

    `starts[i]:ends[i]` is the original span of `text[i]`; both never decrease. None means the text is unchanged.
    """

    text: str
    starts: array[int] | None = None
    ends: array[int] | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of clean `start:end`; an empty span stays empty."""
        if self.starts is None or self.ends is None:
            return start, end
        size = len(self.text)
        start, end = max(0, min(start, size)), max(0, min(end, size))
        if end <= start:
            point = self.starts[start] if start < size else (self.ends[-1] if size else 0)
            return point, point
        return self.starts[start], self.ends[end - 1]

    def edited(self, edits: Iterable[Edit]) -> Cleaned:
        """The text after `edits`; a replacement as long as what it replaces keeps its character by character map."""
        edits = list(edits)
        if not edits:
            return self
        starts = self.starts if self.starts is not None else array("I", range(len(self.text)))
        ends = self.ends if self.ends is not None else array("I", range(1, len(self.text) + 1))
        pieces: list[str] = []
        new_starts, new_ends = array("I"), array("I")
        at = 0
        for start, end, replacement in edits:
            keep = end if len(replacement) == end - start else start
            pieces.append(self.text[at:start])
            pieces.append(replacement)
            new_starts.extend(starts[at:keep])
            new_ends.extend(ends[at:keep])
            if keep == start and replacement:
                first = starts[start] if start < len(starts) else (ends[-1] if ends else 0)
                last = ends[end - 1] if end > start else first
                new_starts.extend([first] * len(replacement))
                new_ends.extend([last] * len(replacement))
            at = end
        pieces.append(self.text[at:])
        new_starts.extend(starts[at:])
        new_ends.extend(ends[at:])
        return Cleaned("".join(pieces), new_starts, new_ends)


@cache
def simplified() -> dict[int, str]:
    """OpenCC's table from Traditional to Simplified, character by character, for `str.translate`."""
    import opencc

    convert = opencc.OpenCC("t2s").convert
    blocks = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)]
    pairs = ((code, convert(chr(code))) for code in blocks)
    return {code: other for code, other in pairs if len(other) == 1 and other != chr(code)}


@cache
def _traditional_only() -> re.Pattern[str]:
    """Characters that no Simplified text has (乾, 後, 徵 are left out: Simplified text may have them)."""
    return re.compile("[" + "".join(chr(code) for code in simplified() if not _in_gb2312(chr(code))) + "]")


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


class Plain(str):
    """Text that is normalised already: `normalise` gives it back, which saves half of what a look-up would spend."""

    __slots__ = ()


def normalise(text: str) -> str:
    """The form in which text is searched and compared: NFKC, lower case, Simplified character by character."""
    if type(text) is Plain:
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(simplified())
    return text.lower()


def clean(original: str) -> Cleaned:
    """Take the dirt out of a document's text, keeping for every character where it came from.

    Pinyin between characters, bytes lost in conversion, Traditional script, page marks inside sentences, letters
    spaced out, hard line breaks, stray widths and spaces go; masked values (20*年, XX县区) stay as they are.
    Cleaning clean text changes nothing.
    """
    cleaned = Cleaned(original)
    if not _SUSPECT.search(original) and not _traditional_only().search(original):
        return cleaned
    for _ in range(len(_PASSES) * 8):  # one pass may uncover work for another; each only shortens or settles
        before = cleaned.text
        for work in _PASSES:
            cleaned = cleaned.edited(work(cleaned.text))
        if cleaned.text == before:
            break
    return cleaned


# What none of the passes needs to look at: Han, ASCII, common punctuation, single spaces and newlines.
_SUSPECT = re.compile(
    rf"[^{HAN}\n -~，。、；：？！“”‘’（）《》〈〉【】〔〕〇—…·]|  | \n|\n |\n\n\n|\A\s|\s\Z|[?*]|"
    rf"[{HAN}] [{HAN}] |\n *[-—–第Pp\d][^\n]{{0,14}}\n|页 *[,，/]? *共|[(（][a-z]| [-—–] ?\d"
    rf"|[^\n{TERMINAL}”》）)]\n[{HAN}\d]"
)

# --- characters ---------------------------------------------------------------------------------------------------

_ODD = re.compile(rf"\r\n?|[^{HAN}\n\t\v -~，。、；：？！“”‘’（）《》〈〉【】〔〕〇—…·]")
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
_FOLDED = re.compile(r"[０-９Ａ-Ｚａ-ｚ％＋－＝．＠＃＆＿＊／\u2e80-\u2fdf\uf900-\ufaff]")


def _characters(text: str) -> list[Edit]:
    edits = []
    for match in _ODD.finditer(text):
        found = match.group()
        new = _character(found)
        if new != found:
            edits.append((match.start(), match.end(), new))
    return edits


def _character(found: str) -> str:
    if found[0] in "\r\f\u2028\u2029\x85":
        return "\n"
    if found in _SPACES:
        return " "
    if _FOLDED.match(found):
        folded = unicodedata.normalize("NFKC", found)
        return folded if len(folded) == 1 else found
    # Zero-width marks, control characters and private-use bullets say nothing to a reader.
    return "" if unicodedata.category(found) in ("Cc", "Cf", "Co", "Cs") else found


# --- pinyin and lost bytes ----------------------------------------------------------------------------------------

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_PINYIN = re.compile(rf"(?<=[{HAN}])[(（][a-zɡü]{{0,5}}[{_TONED}][a-zɡ]{{0,4}}[)）]")


def _pinyin(text: str) -> list[Edit]:
    return [(match.start(), match.end(), "") for match in _PINYIN.finditer(text)]


# OpenCC leaves 著 alone, which is 着 (着力, 围绕着) wherever it does not mean writing or renown.
_AUXILIARY = re.compile("(?<![名显编原专论土遗卓昭巨合译拙所])著(?![名作述者书录称])")


def _script(text: str) -> list[Edit]:
    found = len(_traditional_only().findall(text))
    # A rare form in a Simplified document is usually somebody's name (昇, 珮): it stays as she writes it.
    if not found or found * 50 < len(text):
        return []
    new = _AUXILIARY.sub("着", text.translate(simplified()))
    return [(0, len(text), new)] if new != text else []


# --- pages --------------------------------------------------------------------------------------------------------

_MARK = (
    r"(?:[-—－–·•~～]{1,2} *\d{1,4} *[-—－–·•~～]{1,2}|第 *\d{1,4} *页(?: *[,，/／]? *共 *\d{1,4} *页)?"
    r"|共 *\d{1,4} *页 *[,，/／]? *第 *\d{1,4} *页|[Pp]age *\d{1,4}(?: *of *\d{1,4})?|\d{1,4} */ *\d{1,4})"
)
_MARK_LINE = re.compile(rf"(?:(?<=\n)|\A)[ \t]*{_MARK}[ \t]*(?=\n|\Z)")
_MARK_INSIDE = re.compile(
    rf" *第 *\d{{1,4}} *页 *[,，/／]? *共 *\d{{1,4}} *页| +[-—－–] ?\d{{1,4}} ?[-—－–] +(?=[{HAN}])"
)
_NUMBERED = re.compile(r"(\d{1,4})[、.．] ?")


def _page_marks(text: str) -> list[Edit]:
    edits: list[Edit] = []
    for match in _MARK_LINE.finditer(text):
        edits.append(_closing(text, match.start(), match.end()))
    if not edits:
        edits = [(match.start(), match.end(), "") for match in _MARK_INSIDE.finditer(text)]
    return _disjoint(edits)


def _closing(text: str, start: int, end: int) -> Edit:
    """Take a page mark's line out; the sentence it cut in two is put together again."""
    before, after = start, end
    while before > 0 and text[before - 1].isspace():
        before -= 1
    while after < len(text) and text[after].isspace():
        after += 1
    cut = before > 0 and after < len(text) and _goes_on(text, before, after)
    joined = "" if cut or before == 0 or after == len(text) else "\n"
    return before, after, joined


_LABEL = re.compile(
    r"[一二三四五六七八九十]{1,3}、|"
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．]|附件|抄送|第.{1,5}[章节条]"
)


def _goes_on(text: str, before: int, after: int) -> bool:
    """Whether the sentence that ends at `before` goes on at `after`: no stop, and no heading or label begins there."""
    line = text[text.rfind("\n", 0, before) + 1 : before]
    return len(line.strip()) >= 12 and text[before - 1] not in TERMINAL and not _LABEL.match(text, after)


def _numbered_pages(text: str) -> list[Edit]:
    """Lines that all begin 1、 2、 3、 … and break inside sentences: the numbers are pages, not points."""
    lines = [(match.start(), match.group()) for match in re.finditer(r"[^\n]+", text)]
    if len(lines) < 3:
        return []
    marks = [_NUMBERED.match(line) for _, line in lines]
    if any(mark is None or int(mark.group(1)) != place for place, mark in enumerate(marks, 1)):
        return []
    broken = sum(line.rstrip()[-1:] not in TERMINAL and len(line) > 100 for _, line in lines[:-1])
    if broken * 10 < (len(lines) - 1) * 7:
        return []
    edits = []
    for (start, _), mark in zip(lines, marks, strict=True):
        if mark is not None:
            edits.append((len(text[:start].rstrip("\n")), start + mark.end(), ""))
    # Such an upload has lost its paragraphs too: a blank in running Chinese is where one ended.
    gaps = re.finditer(rf"(?<=[{HAN}。！？]) +(?=[{HAN}]|\d{{2,4}}年|\d{{1,2}}[.、．]|[（(])", text)
    return _disjoint(sorted([*edits, *((match.start(), match.end(), "\n") for match in gaps)]))


# --- spacing and line breaks --------------------------------------------------------------------------------------

_SPACED = re.compile(rf"(?<![{HAN}\w])[{HAN}](?:[ \u3000]+[{HAN}]){{2,}}(?![{HAN}\w])")
_SPACED_PAIR = re.compile(rf"(?m)^[ \u3000\t]*[{HAN}][ \u3000]+[{HAN}][ \u3000]*$")
_BLANKS = re.compile(r"[ \u3000]+(?=\n|\Z)|(?:(?<=\n)|\A)[ \u3000]+|\n{3,}|\A\n+|\n\Z|(?<=[^ \u3000])\u3000")


def _spaced_letters(text: str) -> list[Edit]:
    edits = []
    for found in (*_SPACED.finditer(text), *_SPACED_PAIR.finditer(text)):
        for gap in re.finditer(r"[ \u3000]+", found.group()):
            edits.append((found.start() + gap.start(), found.start() + gap.end(), ""))
    return _disjoint(sorted(edits))


def _blanks(text: str) -> list[Edit]:
    edits = []
    for match in _BLANKS.finditer(text):
        inner = match.group() == "\u3000" and match.end() < len(text) and text[match.end()] != "\n"
        edits.append(
            (
                match.start(),
                match.end(),
                " "
                if inner
                else "\n\n"
                if len(match.group()) > 2 and match.group()[0] == "\n" and match.start()
                else "",
            )
        )
    return _disjoint(edits)


def _hard_breaks(text: str) -> list[Edit]:
    """Lines broken at one width, as in text copied from a page, are joined to paragraphs again."""
    lines = [(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]
    long = sorted(end - start for start, end in lines if end - start >= 18 and "\t" not in text[start:end])
    if len(long) < 6:
        return []
    width = long[len(long) * 3 // 4]
    if width > 60 or long[-1] > width + 6:
        return []
    edits = []
    for (start, end), (after, _) in itertools.pairwise(lines):
        full = end - start >= width - 3
        if full and text[end:after] == "\n" and "\t" not in text[start:end] and _goes_on(text, end, after):
            edits.append((end, after, ""))
    return edits


def _disjoint(edits: list[Edit]) -> list[Edit]:
    """Edits without those that overlap an earlier one."""
    kept: list[Edit] = []
    for edit in edits:
        if not kept or edit[0] >= kept[-1][1]:
            kept.append(edit)
    return kept


_PASSES: tuple[Callable[[str], list[Edit]], ...] = (
    _characters,
    damage.repairs,
    _pinyin,
    _script,
    _page_marks,
    _numbered_pages,
    _spaced_letters,
    _blanks,
    _hard_breaks,
)


_MAYBE_LETTER = re.compile(r"[oOlI]")
_LETTER = re.compile(r"(?<=\d)[oO]+(?![A-Za-z])|(?<![A-Za-z\d])[lI](?=\d)")
_EACH = re.compile(r"(?<=[\d十百几多])各(?=人)")


def digits_meant(text: str) -> str:
    """2o个人 and l5个人 with the digits that were meant, 36各人 as 36个人; of the same length.

    An l behind a digit is left: 5l油 are litres.
    """
    if _MAYBE_LETTER.search(text) and _LETTER.search(text):
        text = _LETTER.sub(lambda m: "1" if m[0] in "lI" else "0" * len(m[0]), text)
    return _EACH.sub("个", text) if "各人" in text else text
