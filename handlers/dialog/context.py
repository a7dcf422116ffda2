"""What a handler is given: the message, who speaks, where the dialog stands, and one session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from handlers.dialog.message import Message
from handlers.local import LOCAL
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
    def person_id(self) -> int:
        """Her id; only for commands that strangers cannot reach."""
        assert self.speaker.person_id is not None
        return self.speaker.person_id
