"""The open report of a conversation: what is known, what was asked, what waits behind it. Lives in the conversation's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.reports import rules
from knowledge.messages import Activity


@dataclass(slots=True)
class Draft:
    """One report that is being put together. It never expires."""

    slots: dict[str, Any] = field(default_factory=dict)
    photos: list[str] = field(default_factory=list)
    #: The slot that the last question asked for; empty while it waits for her 「对」.
    asked: str = ""
    #: Slots she does not know or will not tell.
    skipped: list[str] = field(default_factory=list)
    #: What she and the bot said about it, the latest last: the context of what comes next.
    said: list[str] = field(default_factory=list)
    #: The report that is being changed instead of a new one being filed.
    report_id: int | None = None
    #: Whose report it is, if not her own unit's.
    unit_id: int | None = None
    unit_name: str = ""
    #: Reports of which she has said that they are of another event.
    not_same_as: list[int] = field(default_factory=list)
    #: The report of a unit above or below that is of the same event, as she has said.
    same_event_as: int | None = None
    #: The names of those who were there, sealed, and how many they are.
    roster: str = ""
    roster_count: int = 0
    #: Slots whose unlikely numbers she has said are right.
    sure: list[str] = field(default_factory=list)
    #: An age that cannot be, as she wrote it, until she has put it right.
    odd_age: str = ""
    #: Further activities of the same message, each waiting for its turn.
    waiting: list[dict[str, Any]] = field(default_factory=list)

    @property
    def question(self) -> str | None:
        """What to ask next; None if it is complete."""
        return rules.next_question(self.slots, self.skipped)

    def hear(self, text: str) -> None:
        """Remember what was said, the last few turns only."""
        self.said = [*self.said, text][-6:]


_FIELDS = (
    "slots",
    "photos",
    "asked",
    "skipped",
    "said",
    "report_id",
    "unit_id",
    "unit_name",
    "not_same_as",
    "same_event_as",
    "roster",
    "roster_count",
    "sure",
    "odd_age",
    "waiting",
)


def load(state: dict[str, Any]) -> Draft | None:
    """The open draft of a conversation."""
    stored = state.get("draft")
    if not stored:
        return None
    draft = Draft(**{k: v for k, v in stored.items() if k in _FIELDS})
    if isinstance(draft.not_same_as, int):  # as an earlier version stored it
        draft.not_same_as = [draft.not_same_as]
    return draft


def save(state: dict[str, Any], draft: Draft) -> None:
    """Keep the draft in the conversation and let this slice read what comes next."""
    state["draft"] = {
        name: value for name in _FIELDS if (value := getattr(draft, name))
    }
    state["asking"] = "reports"


def drop(state: dict[str, Any]) -> None:
    """The draft is done or given up."""
    state.pop("draft", None)
    state.pop("expects_number", None)
    if state.get("asking") == "reports":
        state.pop("asking")


def begin(activities: Sequence[dict[str, Any]], said: str, photos: Sequence[str] = ()) -> Draft:
    """A draft of the first activity; the others wait."""
    first, *others = [dict(a) for a in activities] or [{}]
    return Draft(slots=first, waiting=others, said=[said], photos=list(photos), odd_age=rules.odd_age(said))


def slots_of(activity: Activity, text: str) -> dict[str, Any]:
    """What an activity says, with 人次 and 期 where she counted so."""
    slots = activity.to_json()
    units = rules.units_said(text, activity.spans)
    if slots.get("category") and "category" not in activity.spans:
        slots["category_guessed"] = True  # no word of hers says so: shown as a guess
    return {**slots, "units": units} if units else slots
