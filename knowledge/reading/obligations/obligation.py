"""What a circular asks of somebody: one obligation with its words, its window and the place it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Obligation:
    """Somebody has to do something that can be checked.

    `start` and `end` are days (X前 has only an end), `time` is `HH:MM`, `recurrence` an RFC 5545 rule, `level` the
    calendar it belongs in (省 市 县 乡镇 村 单位 个人). A quantity is (item, n) with n as `3`, `>=2`, `1-2`, `50%`.
    `offset` counts characters of the original file; `evidence` is what stands there.
    """

    who: tuple[str, ...]
    level: str
    what: str
    start: date | None
    end: date | None
    time: str | None
    deadline_text: str | None
    tentative: bool
    quantity: tuple[tuple[str, str], ...]
    recurrence: str | None
    evidence: str
    offset: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        """One obligation in the annotation scheme for circulars."""
        return {
            "who": list(self.who),
            "level": [self.level] if self.level else [],
            "what": self.what,
            "window": {
                "start": self.start.isoformat() if self.start else None,
                "end": self.end.isoformat() if self.end else None,
            },
            "time": self.time,
            "deadline_text": self.deadline_text,
            "tentative": self.tentative,
            "quantity": [{"item": item, "n": n} for item, n in self.quantity],
            "recurrence": self.recurrence,
            "evidence": self.evidence,
            "offset": list(self.offset),
        }
