"""What all conversations share: the library, the words, and what an operator has set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from knowledge.library import Library
from knowledge.messages import Understanding, Vocabulary, default_vocabulary, is_crisis, may_be_danger, understand


@dataclass(slots=True)
class World:
    """Shared by all handlers of a process; everything in it may be used from several threads."""

    library: Library
    data_dir: Path
    public_url: str = ""
    #: Signs the links of exports and pages.
    secret: bytes = b""
    #: Above how many recipients a broadcast needs a second official.
    second_official_above: int = 1000
    vocabulary: Vocabulary = field(default_factory=default_vocabulary)
    #: Understands a text that came at a local time. The program puts a reader here that may have read it ahead.
    read: Callable[[str, datetime], Understanding] = field(init=False)
    #: What is known already of such a text, without reading it now.
    known: Callable[[str, datetime], Understanding | None] = field(init=False)
    #: The kind of danger that a text tells of, asked before anything else; by the same reader.
    danger: Callable[[str, datetime], str | None] = field(init=False)
    #: Whether a text that is no danger for sure may still hide one.
    may_be_danger: Callable[[str, datetime], bool] = field(init=False)

    def __post_init__(self) -> None:
        self.known = lambda _text, _ref: None
        self.danger = lambda text, _: is_crisis(text)
        self.may_be_danger = lambda text, _: may_be_danger(text)
        self.read = lambda text, ref: understand(text, ref=ref, vocabulary=self.vocabulary)
