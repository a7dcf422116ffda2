"""Under which words a passage is found: made from what is stored of it, so that it can be indexed anew at any time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from knowledge.retrieval.impacts import Fields
from knowledge.retrieval.parts import part_term
from knowledge.text import normalise

#: Where a circular keeps by which name its law was searched, when its title says more.
SHORT_NAME = "law"
_STATE = "中华人民共和国"
#: Titles and headings come again with every article.
_again = lru_cache(8_192)(normalise)


def of_document(title: str, place: str, text: str, ordinal: int) -> Fields:
    """A passage of a document: its heading, and which part of the circular it is, beside its text."""
    return Fields(_again(title), normalise(f"{place} {part_term(text, ordinal)}"), normalise(text))


def of_record(law: str, chapter: str, text: str) -> Fields:
    """A record: a law is called by its short name, and its number is no word."""
    return Fields(_again(law), _again(chapter), normalise(text))


def of_answer(question: str, title: str, text: str) -> Fields:
    """An answered question: it weighs like a title, since another in the same words must find it."""
    return Fields(normalise(question), normalise(title), normalise(text))


def of_stored(
    *, kind: str, title: str, meta: Mapping[str, Any], place: str, article: str, source_id: str, text: str, ordinal: int
) -> Fields:
    """The same again from the columns of a passage and its circular."""
    if kind == "faq":
        return of_answer(text.partition("\n")[0], title, text)
    if not source_id:
        return of_document(title, place, text, ordinal)
    law = str(meta.get(SHORT_NAME, "")) or title.replace(_STATE, "")
    return of_record(law, place.rpartition(" ")[0] if article else place, text)
