"""Who is to do it, in an official's words: all villages, these two towns, all but that one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.duties import texts
from storage.people import Speaker
from storage.units import LEVELS, Unit, is_within

_VILLAGE = re.compile(
    r"[各每全](?:个)?(?:行政)?(?:村|社区)|村（社区）|村[（(]居|村级|村居|妇代会|所有(?:的)?村|全部村|(?:镇|乡|街道|县|区)(?:的)?(?:所有|全部|各)?村"
)
_TOWNSHIP = re.compile(r"乡镇|镇（街道）|[各每](?:个)?(?:乡|镇|街道)|所有(?:的)?(?:乡|镇|街道)")
_COUNTY = re.compile(r"[各每](?:个)?(?:县|区)|县区|县（|县\(|区县|县市区")
_CITY = re.compile(r"[各每](?:个)?市|各设区市")
_ENDS = "镇乡道村区县市处"
_TAILS = ("", "妇联", "妇代会", "妇女联合会", "妇工委", "村妇代会", "社区妇代会", "镇妇联", "乡妇联", "街道妇联")
_GENERIC = re.compile(r"^(?:各|每|全|本|我|所有|辖区|乡镇?|街道|县|区|村|社区|到|进|入|下|发|给|只|的)")
_EXCEPT_BEFORE = re.compile(r"(?:除了?|除去|不含|不包括|去掉|不发给?|不要)(?:[一-龥]{2,8}[、,，和])*$")
_EXCEPT_AFTER = re.compile(r"^(?:[、,，和][一-龥]{2,8})*(?:除外|以外|之外|不用|不发|不要|不算)")


_ALSO = re.compile(r"加上|加入|增加|添上|再发给|补发给|也发给|再加|恢复")
_ALSO_NOT = re.compile(r"去掉|去除|减去|不要|不用|移出|拿掉|也除|再除")


@dataclass(frozen=True, slots=True)
class Named:
    """Units of her own tree that a text names, those it leaves out, and names that are not hers."""

    units: tuple[Unit, ...] = ()
    without: tuple[Unit, ...] = ()
    outside: tuple[str, ...] = ()


def level_said(said: str) -> str:
    """The level a text names; empty if none."""
    for level, pattern in (("village", _VILLAGE), ("township", _TOWNSHIP), ("county", _COUNTY), ("city", _CITY)):
        if pattern.search(said):
            return level
    return ""


def next_below(own: str) -> str:
    """The level below."""
    at = LEVELS.index(own) if own in LEVELS else 0
    return LEVELS[min(at + 1, len(LEVELS) - 1)]


def named_units(session: Session, said: str, by: Speaker) -> Named:
    """Find unit names in a text, the longest at each place."""
    spots: dict[int, list[str]] = {}
    for end in range(2, len(said) + 1):
        if said[end - 1] in _ENDS:
            spots[end] = [
                said[start:end]
                for start in range(max(0, end - 9), end - 1)
                if re.fullmatch("[一-龥]+", said[start:end])
            ]
    candidates = {c for found in spots.values() for c in found if not _GENERIC.match(c)}
    if not candidates:
        return Named()
    rows = session.scalars(
        select(Unit).where(Unit.name.in_([c + tail for c in candidates for tail in _TAILS])).limit(200)
    ).all()
    mine: list[Unit] = []
    without: list[Unit] = []
    outside: list[str] = []
    for end, texts_there in spots.items():
        match = _longest(texts_there, rows)
        if match is None:
            continue
        name, units = match
        inside = [u for u in units if is_within(u.path, by.unit_path)]
        if not inside:
            outside.append(name)
        elif _EXCEPT_BEFORE.search(said[: end - len(name)]) or _EXCEPT_AFTER.search(said[end:]):
            without += [u for u in inside if u not in without]
        elif inside[0].path != by.unit_path:
            mine += [u for u in inside[:1] if u not in mine]
    return Named(tuple(mine), tuple(without), tuple(outside))


def _longest(candidates: list[str], rows: Any) -> tuple[str, list[Unit]] | None:
    for candidate in sorted(candidates, key=len, reverse=True):
        if _GENERIC.match(candidate):
            continue
        units = [u for u in rows if any(u.name == candidate + tail for tail in _TAILS)]
        if units:
            return candidate, units
    return None


def audience(
    session: Session, said: str, by: Speaker, before: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Who is meant, starting from `before` (a proposal being edited); and names outside her tree, for which nothing changes."""
    named = named_units(session, said, by)
    level = level_said(
        re.sub("|".join(re.escape(_short(u.name)) for u in named.units + named.without) or r"(?!)", "", said)
    )
    if named.outside:
        return dict(before or {"level": level or next_below(by.unit_level)}), named.outside
    found = {k: v for k, v in (before or {}).items() if k != "within"}
    if level and level != found.get("level"):
        found = {"level": level}
    if named.units and before is not None and _ALSO.search(said):
        return _with(found, named.units), ()
    if named.units and before is not None and not named.without and _ALSO_NOT.search(said):
        return _without(found, named.units), ()
    if named.without and before is not None and _ALSO_NOT.search(said):
        return _without(found, named.without), ()
    if named.units:
        lowest = max(LEVELS.index(u.level) for u in named.units)
        if not level and (before is None or LEVELS.index(found.get("level", LEVELS[lowest])) < lowest):
            found["level"] = LEVELS[lowest]
        found |= {"paths": [u.path for u in named.units], "names": [_short(u.name) for u in named.units]}
    if named.without:
        found |= {
            "except_paths": [u.path for u in named.without],
            "except_names": [_short(u.name) for u in named.without],
        }
    found.setdefault("level", next_below(by.unit_level))
    return found, ()


def _with(audience: dict[str, Any], more: tuple[Unit, ...]) -> dict[str, Any]:
    """These units too: taken from the exceptions, and put to the list if there is one."""
    found = _struck(audience, "except_paths", "except_names", {unit.path for unit in more})
    if found.get("paths"):
        new = [unit for unit in more if not any(is_within(unit.path, path) for path in found["paths"])]
        found["paths"] = [*found["paths"], *(unit.path for unit in new)]
        found["names"] = [*found.get("names", []), *(_short(unit.name) for unit in new)]
    return found


def _without(audience: dict[str, Any], less: tuple[Unit, ...]) -> dict[str, Any]:
    """Not these: taken from the list if they stand there, else put to the exceptions."""
    paths = {unit.path for unit in less}
    listed = paths & set(audience.get("paths") or ())
    found = _struck(audience, "paths", "names", listed) if listed != set(audience.get("paths") or ()) else audience
    new = [unit for unit in less if unit.path not in listed and unit.path not in (found.get("except_paths") or ())]
    if not new:
        return found
    return found | {
        "except_paths": [*(found.get("except_paths") or ()), *(unit.path for unit in new)],
        "except_names": [*(found.get("except_names") or ()), *(_short(unit.name) for unit in new)],
    }


def _struck(audience: dict[str, Any], paths: str, names: str, gone: set[str]) -> dict[str, Any]:
    pairs = zip(audience.get(paths) or (), audience.get(names) or (), strict=False)
    kept = [(path, name) for path, name in pairs if path not in gone]
    found = {k: v for k, v in audience.items() if k not in (paths, names)}
    return found | ({paths: [path for path, _ in kept], names: [name for _, name in kept]} if kept else {})


def _short(name: str) -> str:
    return re.sub(r"(?:妇女联合会|妇代会|妇联)$", "", name)


def names_anybody(session: Session, said: str, by: Speaker) -> bool:
    """Whether a text speaks of who is to do it."""
    if level_said(said):
        return True
    named = named_units(session, said, by)
    return bool(named.units or named.without or named.outside)


def words(audience: Mapping[str, Any]) -> str:
    """Who, in words: 各村（社区）; 松陂镇、云檀镇的村（社区）; 各乡镇（街道），除了松陂镇."""
    level = audience.get("level", "")
    said = texts.ALL_BELOW.get(level, "")
    if audience.get("names"):
        names = "、".join(audience["names"])
        exact = all(_level_of_name(name) == level for name in audience["names"])
        said = names if exact else names + texts.LEVEL_BELOW.get(level, "")
    if audience.get("except_names"):
        said += texts.EXCEPT.format(names="、".join(audience["except_names"]))
    return said


def _level_of_name(name: str) -> str:
    if name.endswith(("村", "社区")):
        return "village"
    if name.endswith(("镇", "乡", "街道")):
        return "township"
    return "city" if name.endswith("市") else "county"


__all__ = ["Named", "audience", "level_said", "named_units", "names_anybody", "next_below", "words"]
