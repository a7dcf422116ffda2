"""Units and people of the example: one city, three counties, thirty townships, about four hundred villages.

Codes follow the length of the official ones (6, 9 and 12 digits) but begin with 99, which no province has.
Phone numbers run from 19900000001 on; nobody has them.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from bot.example.words import County, Words

CITY_CODE = "990100"


@dataclass(frozen=True, slots=True)
class ExampleUnit:
    """A unit; the city has an empty `parent_code`. Level and kind as in `storage.units`."""

    code: str
    name: str
    level: str
    kind: str
    parent_code: str

    @property
    def place(self) -> str:
        """The village, community, township or county the federation stands for: 松坪村, 松陂镇."""
        return self.name.removesuffix("妇代会").removesuffix("妇联")


@dataclass(frozen=True, slots=True)
class ExamplePerson:
    """Somebody who holds a post; role as in `storage.people`, title as on her door."""

    phone: str
    name: str
    role: str
    title: str
    unit_code: str


def make_units(rng: random.Random, words: Words) -> list[ExampleUnit]:
    """All units, every parent before its children; village names are given out once in the whole city."""
    villages, communities = _village_names(rng, words), _community_names(rng, words)
    made = [ExampleUnit(CITY_CODE, f"{words.city.name}妇联", "city", "city", "")]
    codes = {words.city.name: CITY_CODE}
    for number, county in enumerate(words.counties):
        code = f"9901{21 + number}"
        codes[county.name] = code
        made.append(ExampleUnit(code, f"{county.name}妇联", "county", "county", CITY_CODE))
        for township in _townships(county, code):
            made.append(township)
    for number, (parent, name) in enumerate(words.attached, 1):
        level = "city" if codes[parent] == CITY_CODE else "county"
        made.append(ExampleUnit(f"{codes[parent]}9{number:02d}", name, level, "organ", codes[parent]))
    for county in words.counties:
        townships = [u for u in made if u.parent_code == codes[county.name] and u.level == "township"]
        for township, share in zip(townships, _shares(rng, county.villages, len(townships)), strict=True):
            made += _villages(township, share, villages, communities)
    return made


def make_people(rng: random.Random, words: Words, units: Sequence[ExampleUnit]) -> list[ExamplePerson]:
    """A head for each village, a chair and an officer for each township, a chair and more above; no name twice."""
    names = [surname + given for surname, given in product(words.surnames, words.given)]
    rng.shuffle(names)
    drawn = iter(names)
    people: list[ExamplePerson] = []
    for unit in units:
        for role, title in _posts(unit):
            people.append(ExamplePerson(f"1990000{len(people) + 1:04d}", next(drawn), role, title, unit.code))
    return people


def units_csv(units: Sequence[ExampleUnit]) -> str:
    """A file for `units import`: code,name,level,kind,parent_code."""
    rows = [(u.code, u.name, u.level, u.kind, u.parent_code) for u in units]
    return _csv(("code", "name", "level", "kind", "parent_code"), rows)


def people_csv(people: Sequence[ExamplePerson]) -> str:
    """A file for `people import`: phone,name,role,title,unit_code."""
    rows = [(p.phone, p.name, p.role, p.title, p.unit_code) for p in people]
    return _csv(("phone", "name", "role", "title", "unit_code"), rows)


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def _townships(county: County, code: str) -> Iterator[ExampleUnit]:
    for number, name in enumerate(county.townships):
        is_street = name.endswith("街道")
        place = f"{code}{number + 1 if is_street else number + 100:03d}"
        yield ExampleUnit(place, f"{name}妇联", "township", "subdistrict" if is_street else "township", code)


def _villages(
    township: ExampleUnit, count: int, villages: Iterator[str], communities: Iterator[str]
) -> Iterator[ExampleUnit]:
    """In a subdistrict most are communities; a township has one, its market street."""
    communal = round(count * 0.7) if township.kind == "subdistrict" else 1
    for number in range(count):
        is_community = number < communal
        name = f"{next(communities)}社区" if is_community else f"{next(villages)}村"
        code = f"{township.code}{number + 1 if is_community else number + 200:03d}"
        yield ExampleUnit(code, f"{name}妇代会", "village", "community" if is_community else "village", township.code)


def _shares(rng: random.Random, total: int, parts: int) -> list[int]:
    """`total` in `parts` parts that differ by a few."""
    shares = [total // parts] * parts
    for number in range(total % parts):
        shares[number] += 1
    for _ in range(parts):
        more, less = rng.sample(range(parts), 2)
        if shares[less] > total // parts - 4 and shares[more] < total // parts + 5:
            shares[more] += 1
            shares[less] -= 1
    return shares


def _village_names(rng: random.Random, words: Words) -> Iterator[str]:
    plain = [first + last for first, last in product(words.village_first, words.village_last) if first != last]
    family = [f"{name}家{last}" for name, last in product(words.village_family, words.village_last)]
    names = plain + rng.sample(family, len(plain) // 3)
    rng.shuffle(names)
    return iter(names)


def _community_names(rng: random.Random, words: Words) -> Iterator[str]:
    names = list(words.communities)
    rng.shuffle(names)
    return iter(names)


def _posts(unit: ExampleUnit) -> tuple[tuple[str, str], ...]:
    if unit.level == "village":
        return (("congress_head", "妇代会主任"),)
    if unit.kind == "organ":
        return (("chair", "妇工委主任" if "妇工委" in unit.name else "妇委会主任"),)
    if unit.level == "township":
        return (("chair", "妇联主席"), ("officer", "妇联干事"))
    if unit.level == "county":
        return (("chair", "妇联主席"), ("officer", "权益部干事"), ("officer", "家儿部干事"))
    return (("chair", "妇联主席"), ("officer", "办公室主任"), ("officer", "权益部部长"), ("officer", "组织部部长"))
