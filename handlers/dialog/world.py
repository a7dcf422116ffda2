"""What all conversations share: the library, the words, and what an operator has set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from knowledge.library import Library
from knowledge.messages import Understanding, Vocabulary, default_vocabulary, understand


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

    def read(self, text: str, ref: datetime) -> Understanding:
        """What a text says that came at a local time; whether its message tells of danger has been asked before."""
        return understand(text, ref=ref, vocabulary=self.vocabulary, safe=True)
