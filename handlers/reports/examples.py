"""An example that fits what she wrote, for a message in which no activity is to be seen."""

from __future__ import annotations

import re
from datetime import datetime

from handlers.reports import card, texts
from knowledge.calendar import find_times
from knowledge.messages import Vocabulary, understand

#: Signs that somebody meant to report.
_MEANT = re.compile(
    r"[来到]了.{0,4}[\d一二两三四五六七八九十几多].{0,3}人|(?:搞|办|开展?|组织|举办|做|弄|走访|慰问|宣传)了|搞完|办完|做完|(?:我|要|想|怎么)要?上?报"
    r"|(?:开展|举办|组织|参加)[^？?]{0,10}\d|活动(?:搞|办|做|弄|结束)|姐妹们?都来"
)


def is_meant_as_report(text: str) -> bool:
    """Whether it sounds as if she had something to report."""
    return len(text) <= 200 and _MEANT.search(text) is not None


def fitting(text: str, local: datetime, vocabulary: Vocabulary) -> str:
    """What to say, with her own day, place and number of people in the example."""
    meaning = understand(text, ref=local, vocabulary=vocabulary)
    slots = meaning.reports[0].to_json() if meaning.reports else {}
    when = next(
        (found.text for found in find_times(text, local, "report") if found.first is not None), texts.EXAMPLE_WHEN
    )
    place = slots.get("place") or next(
        (word for word in texts.ASK_CHOICES["place"] if word in text), texts.EXAMPLE_WHERE
    )
    people = re.search(r"(?:[来到]了|参加的?有?)\s*([\d零〇一二两三四五六七八九十百几多来]+)\s*[个名位]?\s*人", text)
    count = (
        card.count(slots.get("participants"))
        if slots.get("participants")
        else people[1]
        if people
        else texts.EXAMPLE_COUNT
    )
    what = slots.get("topic") or next((word for word in texts.EXAMPLE_WHATS if word in text), texts.EXAMPLE_WHAT)
    return texts.NOTHING_FOUND.format(example=texts.EXAMPLE_WITH.format(when=when, where=place, what=what, count=count))
