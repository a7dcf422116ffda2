"""What of a passage fits on a phone screen, and which part of that answers.

Nothing here writes: every character shown stands in the passage, marks apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.retrieval.quote import sentences

#: What fits on a phone screen without scrolling, with the source and the choices under it.
SCREEN = 220
#: A list behind 「下列情形：」 may be this much longer.
WITH_LIST = 330

#: What fits under words that matter more, as in an answer to somebody in danger.
BRIEF = 130

#: The number before an article or an item.
LABEL = re.compile(
    r"\s*(?:第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十]+)?[　 ]+|"
    r"[（(][一二三四五六七八九十百\d]{1,3}[)）]|"
    r"[一二三四五六七八九十]{1,3}、|\d{1,2}[.．、](?!\d))\s*"
)
_TOP_LABEL = re.compile(r"\s*(?:第[一二三四五六七八九十百千零〇\d]+[条章]|[一二三四五六七八九十]{1,3}、)")
_HEADING_END = re.compile(r"[。；;：:，,！？!?]$")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of a passage: `text` is a piece of it, `marked` the part of `text` that answers (may be all)."""

    text: str
    marked: str

    def shown(self) -> str:
        """The text with 【】 around what answers; without marks where all of it does."""
        if not self.marked or self.marked == self.text or self.marked not in self.text:
            return self.text
        return self.text.replace(self.marked, f"【{self.marked}】", 1)


def parted(text: str, length: int) -> tuple[str, str]:
    """A passage as its headings (one line or none) and its own text; `length` is that of its own text."""
    head, line, body = text.partition("\n")
    if line and 0 < length < len(text) and len(text) - length == len(head) + 1:
        return head, body
    return "", text


def unlabelled(body: str) -> tuple[str, str]:
    """(heading, text) of a passage's own text: its number, and a heading line of its own, go to the source line."""
    label = ""
    first, line, rest = body.partition("\n")
    if line and rest.strip() and len(first) <= 40 and LABEL.match(first) and not _HEADING_END.search(first):
        return first.strip(), rest.strip()
    found = LABEL.match(body)
    if found and len(body) > found.end() + 4:
        label = found[0].strip().rstrip("、.．")
        body = body[found.end() :]
    return label, body.strip()


def excerpt(body: str, quote: str, *, after: Sequence[str] = ()) -> Excerpt:
    """What to show of a passage's own text: all of it when it fits, else whole sentences around the quotation.

    A question in the source is answered by what stands behind it; a passage that ends in a colon takes the following
    ones (`after`) along, as far as they fit.
    """
    body = body.strip()
    parts = sentences(body)
    marked = _answering(body, quote)
    if len(body) <= (SCREEN if quote else WITH_LIST):
        shown = body
    else:
        shown = _around(body, parts, marked)
    taken = 0
    if body.endswith(("：", ":")) and shown.endswith(("：", ":")):
        for more in after:
            if _TOP_LABEL.match(more) or len(shown) + len(more) > WITH_LIST:
                break
            shown += "\n" + more.strip()
            taken += 1
        if taken:
            marked = shown
    if len(marked) >= 0.9 * len(shown):
        marked = shown
    return Excerpt(shown, marked)


def brief(body: str, quote: str, room: int = BRIEF) -> str:
    """A passage in at most so many characters, in whole sentences from its beginning or from the one that answers.

    A question at its head is left out, for it is she who has asked. Empty when its sentences are too long for that.
    """
    head, mark, rest = body.partition("？")
    if mark and len(head) < 40 and rest.strip():
        body = rest.strip()
    parts = [one for one in sentences(body) if one]
    first = next((at for at, one in enumerate(parts) if quote and (quote in one or one in quote)), 0)
    if sum(map(len, parts)) <= room:
        first = 0
    start = body.find(parts[first]) if parts else -1
    end = start
    for part in parts[first:]:
        after = body.find(part, end) + len(part)
        if after - start > room:
            break
        end = after
    return body[start:end].strip() if start >= 0 else ""


def _answering(body: str, quote: str) -> str:
    """The sentences of the body that the quotation covers, without number and heading; for a question its answer."""
    at = body.find(quote) if quote else -1
    if at < 0:
        tail = unlabelled(quote.split("\n")[-1].strip())[1]
        at, quote = (body.find(tail), tail) if tail else (-1, "")
        if at < 0:
            return ""
    chosen = quote.strip()
    if chosen.endswith(("？", "?")) or (len(chosen) <= 14 and chosen.endswith("。")):
        behind = sentences(body[at + len(quote) :])
        if behind:
            start = body.find(behind[0], at + len(quote))
            end = start + len(behind[0])
            for more in behind[1:]:
                found = body.find(more, end)
                if found + len(more) - start > SCREEN // 2:
                    break
                end = found + len(more)
            return body[start:end]
    found_label = LABEL.match(chosen)
    if found_label and len(chosen) > found_label.end() + 4:
        chosen = chosen[found_label.end() :]
    question, mark, rest = chosen.partition("？")
    return rest.strip() if mark and len(question) < 40 and rest.strip() else chosen


def _around(body: str, parts: Sequence[str], marked: str) -> str:
    """Whole neighbouring sentences with the marked one among them, no longer than a screen; a piece of the body."""
    at = body.find(marked) if marked else 0
    if len(marked) > SCREEN or at < 0:
        return marked[: SCREEN * 2] or body[:SCREEN]
    edges = [0]
    for part in parts:
        edges.append(body.find(part, edges[-1]) + len(part))
    starts = [end - len(part) for end, part in zip(edges[1:], parts, strict=True)]
    low = max([one for one in starts if one <= at], default=0)
    high = next((one for one in edges[1:] if one >= at + len(marked)), len(body))
    if high - low > SCREEN:
        return body[at : at + len(marked)] if marked else body[:SCREEN]
    grown = True
    while grown:
        grown = False
        more = next((one for one in edges[1:] if one > high), None)
        if more is not None and more - low <= SCREEN:
            high, grown = more, True
            continue
        less = max([one for one in starts if one < low], default=None)
        if less is not None and high - less <= SCREEN:
            low, grown = less, True
    return body[low:high].strip()
