"""What a handler is given: the message, who speaks, where the dialog stands, and one session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from handlers.dialog.message import Message, Reading
from handlers.local import LOCAL
from knowledge.messages import Understanding, is_crisis, may_be_danger
from storage.people import Speaker

if TYPE_CHECKING:
    from handlers.dialog.world import World


@dataclass(frozen=True, slots=True)
class Context:
    """Everything one message needs. `state` is the conversation's stored state and may be changed in place."""

    message: Message
    speaker: Speaker
    session: Session
    now: datetime
    world: World
    state: dict[str, Any]
    inbox_id: int | None = None
    #: What she said, cleaned, with a tapped choice put into its words.
    text: str = field(default="")
    #: Now, on her wall clock, without a zone: what date understanding reads.
    local: datetime = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "local", self.now.astimezone(LOCAL).replace(tzinfo=None))

    @property
    def reading(self) -> Reading | None:
        """What has been read of these words before; nothing, once a tapped choice has put others in their place."""
        reading = self.message.reading
        return reading if reading is not None and reading.text == self.text else None

    def danger(self) -> str | None:
        """The kind of danger that the words tell of, asked before anything else."""
        reading = self.reading
        return reading.meaning.crisis_type if reading is not None else is_crisis(self.text)

    def may_be_danger(self) -> bool:
        """Whether words that are no danger for sure may still hide one."""
        reading = self.reading
        return reading.may_be_danger if reading is not None else may_be_danger(self.text)

    def meaning(self) -> Understanding:
        """What the words say. Not to be asked before `danger`, which is asked of every text."""
        reading = self.reading
        return reading.meaning if reading is not None else self.world.read(self.text, self.local)

    @property
    def person_id(self) -> int:
        """Her id; only for commands that strangers cannot reach."""
        assert self.speaker.person_id is not None
        return self.speaker.person_id
