"""The choices on offer: "2", "２", a button or its label become the words it stands for. In one place, for all platforms."""

from __future__ import annotations

import unicodedata
from typing import Any

from handlers.dialog.reply import Reply

#: Chinese and circled numerals that people type or tap to choose.
_NUMERALS = {c: i + 1 for i, c in enumerate("一二三四五六七八九")} | {c: i + 1 for i, c in enumerate("①②③④⑤⑥⑦⑧⑨")}


def offer(state: dict[str, Any], reply: Reply) -> None:
    """Remember what was offered; a reply without choices takes the old ones away."""
    if reply.choices:
        state["choices"] = [[choice.label, choice.words] for choice in reply.choices]
    else:
        state.pop("choices", None)


def chosen(state: dict[str, Any], text: str) -> str | None:
    """The words behind a number or label, if `text` is nothing but that. None if it is not a choice.

    A number with no choice behind it is not a choice either: 「36」 may answer a question.
    """
    on_offer: list[list[str]] = state.get("choices") or []
    if not on_offer:
        return None
    plain = unicodedata.normalize("NFKC", text).strip(" .。、)）(（\n")
    for label, words in on_offer:
        if text in (label, words):
            return words
    number = _NUMERALS.get(text.strip()) or (
        int(plain) if plain.isascii() and plain.isdigit() and len(plain) == 1 else None
    )
    if number is not None and 1 <= number <= len(on_offer) and not state.get("expects_number"):
        return on_offer[number - 1][1]
    return None
