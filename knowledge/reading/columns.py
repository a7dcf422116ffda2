"""Pages set in two columns: found by the gap between them, read one column after the other."""

from __future__ import annotations

from collections.abc import Sequence

#: A character: left, right, bottom, top in points, and itself.
Letter = tuple[float, float, float, float, str]
Row = list[Letter]

#: At least so many rows have text on both sides of the gap, and this share of all rows that reach beyond one side.
ROWS, SHARE = 8, 0.6
#: Rows of prose: most of them are at least this long, and this share of them reaches the edge of their column.
LONG, FULL = 8, 0.55


def in_columns(rows: Sequence[Row]) -> list[Row]:
    """Rows of a page from top to bottom in the order in which they are read; a page in one column stays as it is.

    What stands across the gap (a title) divides the page: above it and below it columns are read on their own. Tables
    are left alone: their cells are short or do not fill their column. The right column's letters are moved under the
    left one's, so that both have one margin.
    """
    gap = _gap(rows)
    if gap is None:
        return list(rows)
    ordered: list[Row] = []
    left: list[Row] = []
    right: list[Row] = []
    sides = [(row, *_sides(row, gap)) for row in rows]
    starts = [min(letter[0] for letter in before) for _, before, behind in sides if before and behind]
    others = [min(letter[0] for letter in behind) for _, before, behind in sides if before and behind]
    shift = min(others) - min(starts)
    for row, before, behind in sides:
        if _crosses(row, gap):
            ordered += [*left, *right, row]
            left, right = [], []
            continue
        if before:
            left.append(before)
        if behind:
            right.append([(one[0] - shift, one[1] - shift, *one[2:]) for one in behind])
    return [*ordered, *left, *right]


def _gap(rows: Sequence[Row]) -> tuple[float, float] | None:
    """The two edges of the gap between two columns of prose, or None."""
    solid = [[one for one in row if not one[4].isspace()] for row in rows]
    letters = [one for row in solid for one in row]
    if len(rows) < ROWS or not letters:
        return None
    low, high = min(one[0] for one in letters), max(one[1] for one in letters)
    size = sorted(one[3] - one[2] for one in letters)[len(letters) // 2]
    best: tuple[int, tuple[float, float]] | None = None
    for step in range(35, 66):
        middle = low + (high - low) * step / 100
        gap = (middle - size * 0.6, middle + size * 0.6)
        both = sum(1 for row in solid if row and not _crosses(row, gap) and all(_sides(row, gap)))
        if best is None or both > best[0]:
            best = both, gap
    if best is None or best[0] < ROWS or best[0] < SHARE * sum(1 for row in solid if row):
        return None
    sides = [_sides(row, best[1]) for row in solid if row and not _crosses(row, best[1])]
    return best[1] if _prose([one for one, _ in sides if one]) and _prose([one for _, one in sides if one]) else None


def _prose(parts: Sequence[Row]) -> bool:
    size = sorted(one[3] - one[2] for part in parts for one in part)[sum(map(len, parts)) // 2]
    edge = max(one[1] for part in parts for one in part)
    full = sum(max(one[1] for one in part) >= edge - 2 * size for part in parts)
    return sum(len(part) >= LONG for part in parts) >= FULL * len(parts) and full >= FULL * len(parts)


def _crosses(row: Row, gap: tuple[float, float]) -> bool:
    return any(one[0] < gap[1] and one[1] > gap[0] for one in row if not one[4].isspace())


def _sides(row: Row, gap: tuple[float, float]) -> tuple[Row, Row]:
    return [one for one in row if one[1] <= gap[0]], [one for one in row if one[0] >= gap[1]]
