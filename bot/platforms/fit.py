"""Fits a reply into what a platform carries: long texts in parts, choices as buttons or numbered lines, all kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache

from bot.platforms import texts
from bot.platforms.base import Capabilities, Unit, numbered
from handlers.dialog.reply import Choice, Reply

#: Where a long text may be cut, best first: between paragraphs, lines, sentences, clauses, words.
_CUTS = tuple(re.compile(p) for p in (r"\n\s*\n", r"\n", r"[。！？!?…；;][”’」』）)\"]*", r"[，、,：:]", r"[ \t　]"))
_JOINER = "\u200d"


def fit(reply: Reply, capabilities: Capabilities) -> list[Reply]:
    """The parts that carry a reply, in order; each part's `text` is within the limit and is what is to be shown.

    Choices that cannot be buttons stand as numbered lines at the end of the last text, and the last part keeps them
    in `choices` so that a number can be understood. Links become a line of the text; photos come with the first part.
    """
    limit, unit = capabilities.text_limit, capabilities.text_unit
    text = capabilities.clean(reply.text)
    if reply.link:
        text = f"{text}\n{reply.link}" if text else reply.link
    lines = _choice_lines(reply.choices, capabilities) if reply.choices else ()
    below = "\n".join(lines)
    whole = f"{text}\n\n{below}" if text and below else text or below
    if length(whole, unit) <= limit:  # as nearly always
        return [Reply(whole, reply.choices, reply.photos)]
    texts_ = split(text, limit, unit)
    for index, line in enumerate(lines):
        joined = f"{texts_[-1]}\n{line}" if texts_ and texts_[-1] else line
        if index == 0 and texts_ and texts_[-1]:
            joined = f"{texts_[-1]}\n\n{line}"
        if length(joined, unit) <= limit:
            texts_[-1:] = [joined]
        else:
            texts_ += split(line, limit, unit)
    texts_ = texts_ or [""]
    parts = [Reply(part) for part in texts_]
    parts[0] = replace(parts[0], photos=reply.photos)
    parts[-1] = replace(parts[-1], choices=reply.choices)
    return parts


def length(text: str, unit: Unit) -> int:
    """How long a text is as the platform counts: bytes of UTF-8, UTF-16 code units, or characters."""
    if unit == "bytes":
        return len(text.encode())
    return len(text) if unit == "chars" else len(text) + sum(c > "\uffff" for c in text)


def split(text: str, limit: int, unit: Unit) -> list[str]:
    """Cut a text into parts within the limit, at the best place in the second half of each part.

    Only white space at a cut is dropped. The limit must hold at least one character (4 bytes, 2 units).
    """
    parts: list[str] = []
    while length(text, unit) > limit:
        longest = _longest_prefix(text, limit, unit)
        cut = _best_cut(text, longest)
        part = text[:cut].rstrip()
        if part:
            parts.append(part)
        text = text[cut:].lstrip()
    if text or not parts:
        parts.append(text)
    return parts


def _longest_prefix(text: str, limit: int, unit: Unit) -> int:
    """How many characters of the text stay within the limit; at least one."""
    if unit == "chars":
        return max(1, limit)
    used = 0
    for index, char in enumerate(text):
        used += length(char, unit)
        if used > limit:
            return max(1, index)
    return len(text)


def _best_cut(text: str, longest: int) -> int:
    """Where to cut within the first `longest` characters."""
    for pattern in _CUTS:
        ends = [m.end() for m in pattern.finditer(text, longest // 2, longest)]
        if ends:
            return ends[-1]
    cut = longest
    # an emoji made of several characters is cut only if it fills half a part
    while cut > longest // 2 and cut < len(text) and (_clings(text[cut]) or text[cut - 1] == _JOINER):
        cut -= 1
    return cut if cut > longest // 2 else longest


def _clings(char: str) -> bool:
    """Whether a character belongs to the one before it: accents, variation selectors, skin tones, joiners."""
    return char == _JOINER or unicodedata.combining(char) != 0 or "\ufe00" <= char <= "\ufe0f" or "🏻" <= char <= "🏿"


def _are_buttons(choices: tuple[Choice, ...], capabilities: Capabilities) -> bool:
    """Whether all the choices can be shown as buttons."""
    most = capabilities.button_bytes
    return len(choices) <= capabilities.max_buttons and all(
        not most or max(len(c.label.encode()), len(c.words.encode())) <= most for c in choices
    )


@lru_cache(maxsize=4096)  # the same few choices stand under most replies
def _choice_lines(choices: tuple[Choice, ...], capabilities: Capabilities) -> tuple[str, ...]:
    """The choices as lines, and the line that says what to do with them; nothing where they can be buttons."""
    if _are_buttons(choices, capabilities):
        return ()
    lines = [_choice_line(number, choice, capabilities) for number, choice in enumerate(choices, 1)]
    links = capabilities.choice_line is not numbered
    return (*lines, texts.TAP_OR_NUMBER if links else texts.ANSWER_WITH_NUMBER)


def _choice_line(number: int, choice: Choice, capabilities: Capabilities) -> str:
    shown = Choice(capabilities.clean(choice.label), capabilities.clean(choice.words))
    line = capabilities.choice_line(number, shown)
    # a link cut in two would be no link: such a choice is left to its number
    return line if length(line, capabilities.text_unit) <= capabilities.text_limit else numbered(number, shown)
