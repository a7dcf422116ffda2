"""What a pattern's matches begin and end with, read off the pattern itself, and patterns that skip to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _compiler as compiler  # type: ignore[attr-defined]  # the standard library's own compiler has no stubs
from re import _constants as sre  # type: ignore[attr-defined]  # the same
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any, Final

CLASS_AT_MOST: Final = 48
#: in a start: any letter at all
ANY: Final = "\0"
_FIGURES: Final = frozenset("0123456789")
_SPACES: Final = frozenset(chr(code) for code in range(0x3001) if chr(code).isspace())


def starts(pattern: str) -> set[str]:
    """The first two letters of a text that a pattern can match at its beginning, `ANY` for a letter not named.

    0 … 9 stand for the figures of all scripts. A pattern that can match nothing gives "".
    """
    return {start + ANY if len(start) == 1 else start for start in _starts(parser.parse(pattern), last=True)}


def _starts(items: Iterable[Any], last: bool) -> set[str]:
    """`last`: nothing of the pattern follows, so that what is looked ahead for is what the text goes on with."""
    nodes = list(items)
    found = {""}
    for at, (op, of) in enumerate(nodes, 1):
        if all(len(start) == 2 for start in found):
            break
        more = _starts_of(op, of, last and at == len(nodes))
        found = {(a + b)[:2] for a in found for b in more}
    return found


def _starts_of(op: Any, of: Any, last: bool) -> set[str]:
    if op is sre.LITERAL:
        return {chr(of)}
    if op is sre.IN:
        return _starts_of_class(of)
    if op is sre.ASSERT and last and of[0] > 0:
        return _starts(of[1], last)
    if op in (sre.ASSERT, sre.ASSERT_NOT, sre.AT):
        return {""}
    if op is sre.SUBPATTERN:
        return _starts(of[-1], last)
    if op is sre.ATOMIC_GROUP:
        return _starts(of, last)
    if op is sre.BRANCH:
        return {start for branch in of[1] for start in _starts(branch, last)}
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        once = _starts(of[2], False)
        found = {(a + b)[:2] for a in once for b in once | {""}} if of[1] > 1 else once
        return found | {""} if of[0] == 0 else found
    return {ANY} if op in (sre.ANY, sre.NOT_LITERAL) else {"", ANY, ANY + ANY}


def _starts_of_class(of: Any) -> set[str]:
    found: set[str] = set()
    for member in of:
        if member == (sre.CATEGORY, sre.CATEGORY_DIGIT):
            found |= _FIGURES
        elif member == (sre.CATEGORY, sre.CATEGORY_SPACE):
            found |= _SPACES
        else:
            letters = letters_in([member])
            if letters is None:
                return {ANY}
            found |= letters
    return found


def first_letters(*patterns: str) -> frozenset[str]:
    """The letters with which a match of one of the patterns can begin; none of them may match nothing."""
    return frozenset(start[0] for pattern in patterns for start in starts(pattern))


def last_letters(pattern: str) -> frozenset[str]:
    """The letters with which a match of a pattern can end; 0 … 9 stand for the figures of all scripts."""
    found = _lasts(list(parser.parse(pattern)))
    if found is None or "" in found:
        raise ValueError(f"may end with anything, or match nothing: {pattern}")
    return frozenset(found)


def _lasts(nodes: list[Any]) -> set[str] | None:
    """The letters that a run of nodes can end with, "" if it can be empty; None if any letter can be the last."""
    found: set[str] = set()
    for op, of in reversed(nodes):
        letters: set[str] | None
        if op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            letters = {""}
        elif op is sre.LITERAL:
            letters = {chr(of)}
        elif op is sre.IN:
            letters = _starts_of_class(of)
        elif op is sre.SUBPATTERN:
            letters = _lasts(list(of[-1]))
        elif op is sre.BRANCH:
            branches = [_lasts(list(branch)) for branch in of[1]]
            letters = None if None in branches else set().union(*filter(None, branches))
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            once = _lasts(list(of[2]))
            letters = None if once is None else once | {""} if of[0] == 0 else once
        else:
            letters = None
        if letters is None or ANY in letters:
            return None
        found |= letters - {""}
        if "" not in letters:
            return found
    return found | {""}


def letters_in(of: Any) -> set[str] | None:
    """The letters of a class, or None if it is too wide to name them."""
    found: set[str] = set()
    for op, value in of:
        if op is sre.LITERAL:
            found.add(chr(value))
        elif op is sre.RANGE and value[1] - value[0] < CLASS_AT_MOST:
            found.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return found


#: a flag that lets other letters stand for those that are written
_ANY_CASE: Final = re.compile(r"\(\?[a-z]*i")
#: all scripts' figures: `starts` gives 0 … 9 for them
_A_FIGURE: Final = (sre.IN, [(sre.CATEGORY, sre.CATEGORY_DIGIT)])


def skipping(pattern: str) -> re.Pattern[str]:
    """The compiled pattern; a search with it skips to the letters that a match can begin with.

    The standard compiler tells the search these letters only where it sees them at once (`a…|b…`, `[ab]…`), not in
    `(?:a…|b…)…|c…`; without them every place in a text is tried, which costs ten times as much. What is found is the same.
    """
    letters = {start[:1] for start in starts(pattern)}
    plain = re.compile(pattern)
    if "" in letters or ANY in letters or _ANY_CASE.search(pattern):
        return plain
    try:
        return _with_beginnings(pattern, letters) or plain
    except (AttributeError, LookupError, TypeError, ValueError, RuntimeError):  # another Python's compiler: slower, the same
        return plain


def _with_beginnings(pattern: str, letters: set[str]) -> re.Pattern[str] | None:
    """The pattern compiled with its first letters; None if the standard compiler sees them itself."""
    tree = parser.parse(pattern)
    flags = tree.state.flags
    info: list[int] = []
    compiler._compile_info(info, tree, flags)
    if info[2]:  # it knows them, or a whole word
        return None
    low, high = info[3], info[4]
    code = [sre.INFO, 0, sre.SRE_INFO_CHARSET, low, high]
    items: list[tuple[Any, Any]] = [(sre.LITERAL, ord(letter)) for letter in sorted(letters)]
    if not _FIGURES.isdisjoint(letters):
        items += _A_FIGURE[1]
    compiler._compile_charset(compiler._optimize_charset(items)[0], flags, code)
    code[1] = len(code) - 1
    compiler._compile(code, tree.data, flags)
    code.append(sre.SUCCESS)
    names: list[str | None] = [None] * tree.state.groups
    for name, at in tree.state.groupdict.items():
        names[at] = name
    found: re.Pattern[str] = compiler._sre.compile(
        pattern, flags, code, tree.state.groups - 1, tree.state.groupdict, tuple(names)
    )
    return found
