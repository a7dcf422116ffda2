"""What a message says: one intent and the activities it tells of, slot by slot."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

Span = tuple[int, int]


# These are Structs because a message makes several: each is made five times as fast as a frozen dataclass.
class Beneficiary(Struct, frozen=True, gc=False, array_like=True):
    """Those helped, visited or honoured: 受益对象. `n` is a count in report notation, None if not counted."""

    who: str
    n: str | None = None
    unit: str = ""


class Material(Struct, frozen=True, gc=False, array_like=True):
    """Things handed out, signed or planted: 物资. `n` as written (每人一个水杯 is 1)."""

    item: str
    n: str | None = None
    unit: str = ""


class Money(Struct, frozen=True, gc=False, array_like=True):
    """An amount in yuan; `per` is 户 or 人 where it was given to each, empty for a total."""

    yuan: float
    per: str = ""


class Activity(Struct, frozen=True, gc=False, array_like=True, kw_only=True):
    """One activity (活动). Counts are strings as `36`, `~30`, `30+`, `<50`, `60-70`; dates and times ISO.

    `spans` tells for every slot where in the message it was read; `deleted` names slots a correction takes away.
    """

    date: str | None = None
    date_end: str | None = None
    part: str | None = None
    time: str | None = None
    time_end: str | None = None
    place: str | None = None
    form: str | None = None
    category: str | None = None
    title: str | None = None
    topic: str | None = None
    participants: str | None = None
    participants_unit: str | None = None  # 人 or 人次, never added to one another; not in the scheme
    women: str | None = None
    children: str | None = None
    sessions: str | None = None
    cases: str | None = None
    beneficiaries: tuple[Beneficiary, ...] = ()
    materials: tuple[Material, ...] = ()
    money: tuple[Money, ...] = ()
    partners: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    unit: str | None = None
    spans: Mapping[str, Span] = {}
    deleted: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The activity in the annotation scheme: only the slots that are filled, deleted ones as null."""
        found: dict[str, Any] = {}
        for name, value in zip(Activity.__struct_fields__, astuple(self), strict=True):
            if not value or name in _BESIDE:
                continue
            if name in PARTS:
                found[name] = [dict(zip(PARTS[name], astuple(item), strict=True)) for item in value]
            else:
                found[name] = list(value) if isinstance(value, tuple) else value
        found.update(dict.fromkeys(self.deleted))
        return found

    def extra(self) -> dict[str, str]:
        """What roll-ups need beyond the scheme: whether those who came are counted as 人 or as 人次."""
        return {"participants_unit": self.participants_unit} if self.participants and self.participants_unit else {}


#: Slots that hold several things, and what each of them is made of.
PARTS = {
    name: kind.__struct_fields__
    for name, kind in (("beneficiaries", Beneficiary), ("materials", Material), ("money", Money))
}
_BESIDE = frozenset({"spans", "deleted", "participants_unit"})
SLOTS = tuple(name for name in Activity.__struct_fields__ if name not in _BESIDE)


class Understanding(Struct, frozen=True, gc=False, array_like=True):
    """What the bot makes of a message: its intent, further intents, activities, and the kind of danger if any."""

    intent: str
    also: tuple[str, ...] = ()
    reports: tuple[Activity, ...] = ()
    crisis_type: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The prediction as the scorer of reports reads it."""
        return {
            "intent": self.intent,
            "also": list(self.also),
            "reports": [report.to_json() for report in self.reports],
            "crisis_type": self.crisis_type,
        }
