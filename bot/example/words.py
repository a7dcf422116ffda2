"""The example's vocabulary, read from the files of `deploy/example` that anybody may edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: Where the example's files stand in a checkout.
EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "example"

#: How the people of an activity are counted: all women, men and women, children, or those who went on a visit.
Crowd = Literal["妇女", "群众", "家长", "志愿者", "孩子", "去的人"]


@dataclass(frozen=True, slots=True)
class County:
    """A county, or the city itself (no villages of its own), with the names of its townships and subdistricts."""

    name: str
    villages: int
    townships: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something counted, and how many of it there usually are: 宣传单, 份, 30 to 90."""

    item: str
    unit: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom she invites, and the organisation he comes from."""

    speaker: str
    partner: str


@dataclass(frozen=True, slots=True)
class Activity:
    """A kind of activity through the year; several wordings of one cell are alternatives."""

    code: str
    months: dict[int, int]
    form: str
    category: str
    topics: tuple[str, ...]
    phrases: tuple[str, ...]
    places: tuple[str, ...]
    crowds: tuple[str, ...]
    low: int
    high: int
    helped: Thing | None
    guests: tuple[Guest | None, ...]
    things: tuple[Thing | None, ...]
    of_township: bool

    @property
    def is_visit(self) -> bool:
        """Whether those who went are counted, not those who came."""
        return self.crowds == ("去的人",)


@dataclass(frozen=True, slots=True)
class Words:
    """All that the generator draws from."""

    city: County
    counties: tuple[County, ...]
    attached: tuple[tuple[str, str], ...]
    village_first: tuple[str, ...]
    village_family: tuple[str, ...]
    village_last: tuple[str, ...]
    communities: tuple[str, ...]
    surnames: tuple[str, ...]
    given: tuple[str, ...]
    activities: tuple[Activity, ...]
    gatherings: tuple[str, ...]
    visits: tuple[str, ...]


def read_words(folder: Path = EXAMPLE) -> Words:
    """The vocabulary of a folder laid out like `deploy/example`; raises OSError or ValueError naming file and line."""
    names = folder / "names"
    places = [_county(cells) for cells in _rows(names / "units.tsv")]
    sentences = (folder / "sentences.txt").read_text(encoding="utf-8").splitlines()
    lines = [line.strip() for line in sentences if line.strip() and not line.startswith("#")]
    visit_at = lines.index("［访］")
    return Words(
        city=places[0],
        counties=tuple(places[1:]),
        attached=tuple((cells[0], cells[1]) for cells in _rows(names / "attached.tsv")),
        village_first=_list(names / "village_first.txt"),
        village_family=_list(names / "village_family.txt"),
        village_last=_list(names / "village_last.txt"),
        communities=_list(names / "communities.txt"),
        surnames=_list(names / "surnames.txt"),
        given=_list(names / "given.txt"),
        activities=tuple(_activity(cells) for cells in _rows(folder / "activities.tsv", width=13)),
        gatherings=tuple(lines[lines.index("［聚］") + 1 : visit_at]),
        visits=tuple(lines[visit_at + 1 :]),
    )


def _list(path: Path) -> tuple[str, ...]:
    """The words of a file, each once, in the order they stand there."""
    return tuple(dict.fromkeys(path.read_text(encoding="utf-8").split()))


def _rows(path: Path, width: int = 0) -> Iterator[list[str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if width and len(cells) != width:
            raise ValueError(f"{path.name}, line {number}: {len(cells)} cells, {width} wanted")
        yield cells


def _county(cells: list[str]) -> County:
    return County(name=cells[0], villages=int(cells[1]), townships=tuple(cells[2].split()) if len(cells) > 2 else ())


def _activity(cells: list[str]) -> Activity:
    who, code, months, form, category, topics, phrases, places, crowds, people, helped, guests, things = cells
    low, high = _range(people)
    return Activity(
        code=code, form=form, category=category, low=low, high=high, of_township=who == "乡镇",
        months={int(month): int(weight) for month, weight in (pair.split(":") for pair in months.split(","))},
        topics=tuple(topics.split("|")), phrases=tuple(phrases.split("|")), crowds=tuple(crowds.split("|")),
        places=() if places == "-" else tuple(places.split("|")),
        helped=_thing(helped),
        guests=tuple(_guest(cell) for cell in guests.split("|")),
        things=tuple(_thing(cell) for cell in things.split("|")),
    )  # fmt: skip


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def _thing(text: str) -> Thing | None:
    if text == "-":
        return None
    item, unit, numbers = text.split(":")
    low, high = _range(numbers)
    return Thing(item, unit, low, high)


def _guest(text: str) -> Guest | None:
    if text == "-":
        return None
    speaker, partner = text.split("@")
    return Guest(speaker, partner)
