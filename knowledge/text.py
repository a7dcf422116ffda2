"""Characters: the form text is searched in, and the cleaning of dirty documents with a map back to the original."""

from __future__ import annotations

from array import array
from dataclasses import dataclass


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


def normalise(text: str) -> str:
    """The form in which text is searched: one width, lower case, Simplified."""
    return text.lower()


def clean(original: str) -> Cleaned:
    """Clean a document's text."""
    return Cleaned(original)
