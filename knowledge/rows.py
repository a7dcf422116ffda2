"""Questions to a table: whose rows are these, who is not in it. Cells are quoted as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.text import normalise

Cell = str | Sequence[str]

_SUFFIX = re.compile(r"(?:妇女联合会|妇联|妇工委|妇委会|妇代会|妇儿工委|妇女工作委员会)$")
_RANK = re.compile(r"(?<=.{2})(?:自治县|自治州|街道|社区|市|县|区|镇|乡|村|省|州|盟|旗)$")
#: 各县（市、区）妇联, 市直各单位, 有关部门: a kind of unit, not one by name.
_CLASS = re.compile(r"^(?:各|有关|相关|所有)|各|有关|相关|全体|所属")
_ORDINAL = re.compile(r"序号|编号|^号$|^No")
_UNITS = re.compile(r"责任|承办|承担|主办|牵头|实施|申报|建设|单位|县|乡镇|街道|村")
_NAME = re.compile(r"项目|名称|内容|任务|事项|工作|活动|标题")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with the names of its columns; a cell that has several lines keeps them apart."""

    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]

    @property
    def label(self) -> str:
        """The row's number and name: 3 和谐家庭文化创建活动."""
        number = next((self.text(at) for at, name in enumerate(self.columns) if _ORDINAL.search(name)), "")
        named = [at for at, name in enumerate(self.columns) if _NAME.search(name) and not _ORDINAL.search(name)]
        rest = [at for at in range(len(self.cells)) if at not in named and not self.text(at).isdigit()]
        name = next((self.text(at) for at in [*named, *rest] if self.text(at)), "")
        return f"{number} {name}".strip()

    def text(self, at: int) -> str:
        """A cell in one line."""
        return "、".join(self.cells[at]) if at < len(self.cells) else ""

    def naming(self, subject: str) -> int | None:
        """The column whose cell names a unit or department; None when the row does not."""
        for at, cell in enumerate(self.cells):
            if any(names(part, subject) for line in cell for part in re.split(r"[、，,；;\s]", line) if part):
                return at
        return None


def read_rows(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[TableRow]:
    """The rows of a stored table."""
    return [
        TableRow(tuple(columns), tuple((cell,) if isinstance(cell, str) else tuple(cell) for cell in row))
        for row in rows
    ]


def stem(name: str) -> str:
    """What a unit is called for short: 泉港区妇联 → 泉港; 市妇联权益部 stays."""
    plain = re.sub(r"\s", "", normalise(name))
    return _RANK.sub("", _SUFFIX.sub("", plain))


def names(cell: str, subject: str) -> bool:
    """Whether a cell's part is the unit or department asked for, both in any length of name."""
    one, other = stem(cell), stem(subject)
    if not one or len(other) < 2 or _CLASS.search(cell):
        return False
    return one == other or (
        len(one) <= 20 and (one.startswith(other) or one.endswith(other) or (other.endswith(one) and len(one) >= 2))
    )


def listed(addressees: Iterable[str]) -> tuple[list[str], list[str]]:
    """Addressees one by one: (those by name, those by kind). 「泉州开发区、台商投资区妇工委」 are two."""
    by_name: list[str] = []
    by_kind: list[str] = []
    for one in addressees:
        parts = [part.strip() for part in re.split(r"[、，,](?![^（(]*[)）])", one) if part.strip()]
        for part in parts:
            (by_kind if _CLASS.search(part) else by_name).append(part)
    return by_name, by_kind


def without(rows: Sequence[TableRow], units: Sequence[str]) -> tuple[list[str], list[str]]:
    """(units that no cell names, cells that stand for all units of a kind).

    A unit is there when any cell names it, in whatever column.
    """
    kinds = list(
        dict.fromkeys(
            line
            for row in rows
            for at, cell in enumerate(row.cells)
            for line in cell
            if re.match(r"^(?:各|全市各|全县各)", line)
            and len(line) <= 20
            and at < len(row.columns)
            and _UNITS.search(row.columns[at])
        )
    )
    missing = [unit for unit in units if not any(row.naming(unit) is not None for row in rows)]
    return missing, kinds


def likeness(subject: str, *titles: str) -> float:
    """How much of what is asked for a table is about, 0..1: the share of character pairs in its titles."""
    plain = normalise(subject)
    pairs = {plain[at : at + 2] for at in range(len(plain) - 1)}
    text = "\n".join(map(normalise, titles))
    return sum(pair in text for pair in pairs) / len(pairs) if pairs else 0.0
