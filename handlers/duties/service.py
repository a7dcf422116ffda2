"""Duties: handed down, changed, ended, chased. The face of the slice for chats, pages, jobs and other services."""

from __future__ import annotations

from handlers.duties.announcing import announce, basis_words, when_words
from handlers.duties.booking import Booked, Said, fulfil, gap_words, reconsider, recount, say_done, take_back
from handlers.duties.changing import change, end, open_units, own_duty
from handlers.duties.chasing import CHASES, chase
from handlers.duties.expanding import audience_count, expand, expand_all
from handlers.duties.handing_down import (
    NewDuty,
    NoBasis,
    NobodyOwes,
    NoDeadline,
    PastDeadline,
    Refused,
    as_record,
    check,
    hand_down,
    put_in_force,
)
from handlers.duties.standing import Share, Standing, counts_of, handed_down_by, owed_by, shares, standings
from handlers.duties.unanswered import Missing, count_missing, missing, stream_missing

__all__ = [
    "CHASES",
    "Booked",
    "Missing",
    "NewDuty",
    "NoBasis",
    "NoDeadline",
    "NobodyOwes",
    "PastDeadline",
    "Refused",
    "Said",
    "Share",
    "Standing",
    "announce",
    "as_record",
    "audience_count",
    "basis_words",
    "change",
    "chase",
    "check",
    "count_missing",
    "counts_of",
    "end",
    "expand",
    "expand_all",
    "fulfil",
    "gap_words",
    "hand_down",
    "handed_down_by",
    "missing",
    "open_units",
    "owed_by",
    "own_duty",
    "put_in_force",
    "reconsider",
    "recount",
    "say_done",
    "shares",
    "standings",
    "stream_missing",
    "take_back",
    "when_words",
]
