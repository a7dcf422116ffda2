"""A number where it stands in a message: its clause, what is said before it, and where it ends with its measure."""

from msgspec import Struct

from knowledge.messages.activity import Beneficiary, Money, Span
from knowledge.messages.passage import Passage
from knowledge.numerals import Number

HOUSE_UNITS = frozenset({"户", "户次", "对", "家"})
_REACH = 32


def number_end(number: Number) -> int:
    """The end of a number with its measure."""
    return number.end if number.end > number.unit_end else number.unit_end


class Figure:
    """A number of a passage; `left:right` is its clause, `before` what stands before it there, or before its colon."""

    __slots__ = ("before", "end", "lacks", "left", "number", "passage", "right", "start", "text", "unit")

    def __init__(self, passage: Passage, number: Number) -> None:
        self.passage = passage
        self.number = number
        self.lacks = passage.lacks
        self.text = text = passage.text
        self.unit = number.unit
        self.start = start = number.start
        self.end = number.end if number.end > number.unit_end else number.unit_end
        left, self.right = passage.clause_bounds(start)
        self.left = left
        if left > passage.start and text[left - 1] in ":： ":  # 人数：52
            left = passage.clause_bounds(left - 2)[0]
        self.before = text[left if left > start - _REACH else start - _REACH : start]

    @property
    def span(self) -> Span:
        """Where the number and its measure stand."""
        return self.start, self.end


class Counts(Struct, gc=False):
    """Everything counted in one activity."""

    participants: str | None = None
    participants_unit: str = "人"
    women: str | None = None
    children: str | None = None
    sessions: str | None = None
    cases: str | None = None
    beneficiaries: list[Beneficiary] = []
    money: list[Money] = []
    spans: dict[str, Span] = {}
