"""What is said back: a value. Nobody below `bot` sends anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """Something she can tap instead of typing. `says` is the text that a tap stands for."""

    label: str
    says: str = ""

    @property
    def words(self) -> str:
        return self.says or self.label


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: text with the choices under it, and files or pictures by their stored name."""

    text: str
    choices: tuple[Choice, ...] = field(default=())
    #: SHA-256 of stored pictures to show with the text.
    photos: tuple[str, ...] = field(default=())
    #: A link that opens a page (exports, full texts).
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        """The shape stored in the outbox: {"text", "choices": [[label, says]], "photos", "link"}; empty parts left out."""
        shape: dict[str, Any] = {"text": self.text}
        if self.choices:
            shape["choices"] = [[c.label, c.words] for c in self.choices]
        if self.photos:
            shape["photos"] = list(self.photos)
        if self.link:
            shape["link"] = self.link
        return shape

    @staticmethod
    def from_json(shape: dict[str, Any]) -> Reply:
        """The reply that `to_json` stored."""
        return Reply(
            text=shape["text"],
            choices=tuple(Choice(label, says) for label, says in shape.get("choices", ())),
            photos=tuple(shape.get("photos", ())),
            link=shape.get("link", ""),
        )


def choices(*labels: str) -> tuple[Choice, ...]:
    """Choices whose label is what a tap says."""
    return tuple(Choice(label) for label in labels)
