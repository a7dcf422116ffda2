"""Tables put together again: tabbed, piped, or flattened to one cell a line and broken over pages."""

from __future__ import annotations

import itertools
import re

from knowledge.reading import texts
from knowledge.reading.cells import Rough, row_of, table_of, title_above
from knowledge.reading.document import Row, Table
from knowledge.reading.lines import Line, is_organisation

_FIRST = re.compile(r"序\s*号|编\s*号|序|NO\.?|No\.?", re.IGNORECASE)


def read_tables(lines: list[Line]) -> tuple[Table, ...]:
    """All tables of a text, in order."""
    tables: list[Table] = []
    place = 0
    while place < len(lines):
        for reader in (_cells_by_tab, _rows_by_tab, _piped, _flattened):
            found = reader(lines, place)
            if found is not None:
                break
        if found is None:
            place += 1
            continue
        table, place = found
        if table is not None:
            tables.append(table)
    return tuple(tables)


# --- rows on one line ---------------------------------------------------------------------------------------------


def _rows_by_tab(lines: list[Line], place: int) -> tuple[Table | None, int] | None:
    """Lines with tabs between the cells; the first is the header."""
    if lines[place].text.strip("\t ").count("\t") < 1:
        return None
    end = place
    while end < len(lines) and "\t" in lines[end].text.lstrip("\t "):
        end += 1
    # Blank lines do not end a table, other text does.
    if end - place < 2:
        return None
    rows = [_split(line, "\t") for line in lines[place:end]]
    return _from_rows(lines, place, end, rows)


def _piped(lines: list[Line], place: int) -> tuple[Table | None, int] | None:
    """A Markdown table."""
    if not lines[place].text.startswith("|"):
        return None
    end = place
    while end < len(lines) and lines[end].text.startswith("|"):
        end += 1
    kept = [line for line in lines[place:end] if not re.fullmatch(r"[|\s:\-]+", line.text)]
    rows = [_split(line, "|") for line in kept]
    rows = [row[1:-1] if line.text.rstrip().endswith("|") else row[1:] for row, line in zip(rows, kept, strict=True)]
    return _from_rows(lines, place, end, rows) if len(rows) >= 2 else None


def _split(line: Line, mark: str) -> list[Rough]:
    cells = []
    at = line.start
    for piece in line.text.split(mark):
        parts = [part.strip() for part in re.split(r"[\v]|<br ?/?>", piece) if part.strip()]
        lead = len(piece) - len(piece.lstrip())
        cells.append(Rough(parts, at + lead if parts else at, at + len(piece.rstrip()) if parts else at))
        at += len(piece) + 1
    return cells


def _from_rows(lines: list[Line], place: int, end: int, rows: list[list[Rough]]) -> tuple[Table | None, int]:
    title = title_above(lines, place)
    start = lines[place].start
    while len(rows) > 1 and sum(bool(cell.parts) for cell in rows[0]) == 1 < sum(bool(cell.parts) for cell in rows[1]):
        title = title or rows[0][0].text or title  # a first row of one cell is the table's title
        rows = rows[1:]
    width = max(len(row) for row in rows)
    header, rest = rows[0], rows[1:]
    columns = tuple(cell.text for cell in header) + ("",) * (width - len(header))
    if len(rest) > 1 and header[0].text and rest[0][0].text == header[0].text:  # a header of two rows: the lower names
        lower = [cell.text for cell in rest[0]] + [""] * (width - len(rest[0]))
        columns = tuple(below or above for below, above in zip(lower, columns, strict=True))
        rest = rest[1:]
    notes = []
    body = []
    for row in rest:
        names = [cell.text for cell in row]
        if names == [cell.text for cell in header]:
            continue
        if row and _FIRST.fullmatch(row[0].text or "-"):
            notes.append(texts.TABLE_HEADER_CHANGED)
            continue
        if not any(names):
            continue
        if len(row) != len(header):
            notes.append(texts.TABLE_ROW_UNEVEN.format(row=names[0][:10]))
        body.append(row_of(row, width))
    if not body:
        return None, end
    return Table(title, columns, tuple(body), start, lines[end - 1].end, "；".join(dict.fromkeys(notes))), end


# --- one cell a line ----------------------------------------------------------------------------------------------


def _cells_by_tab(lines: list[Line], place: int) -> tuple[Table | None, int] | None:
    """Cells that each begin with a tab, their further paragraphs without: a Word table pasted as text."""
    if not lines[place].text.startswith("\t") or not _FIRST.fullmatch(lines[place].text.strip()):
        return None
    cells: list[Rough] = []
    end = place
    for at in range(place, len(lines)):
        line = lines[at]
        if line.text.startswith("\t"):
            text = line.text.strip()
            if "\t" in text:
                return None
            cells.append(Rough([text], line.end - len(line.text.lstrip()), line.end))
        elif _continues(cells, lines, at):
            cells[-1].parts.append(line.text)
            cells[-1].end = line.end
        else:
            break
        end = at + 1
    return _from_cells(lines, place, end, cells)


def _continues(cells: list[Rough], lines: list[Line], at: int) -> bool:
    """Whether a line without tab belongs to the cell before it; after the last cell the text goes on."""
    if any(line.text.startswith("\t") for line in lines[at + 1 : at + 12]):
        return True
    line = lines[at].text
    return (
        len(line) <= 25
        and len(cells[-1].text) + len(line) < 120
        and not re.search(r"[。：:]$|^附|^抄|^[一二三四五六七八九十]、|日$", line)
    )


def _from_cells(lines: list[Line], place: int, end: int, cells: list[Rough]) -> tuple[Table | None, int] | None:
    """A table from its cells in reading order: the header runs up to the cell 1, rows begin at 1, 2, 3 …"""
    width = next((at for at, cell in enumerate(cells) if cell.text == "1"), 0)
    if width < 2:
        return None
    columns = tuple(cell.text for cell in cells[:width])
    rows: list[Row] = []
    notes: list[str] = []
    at = width
    while at < len(cells):
        if _FIRST.fullmatch(cells[at].text):  # the header again after a page break
            after = next(
                (to for to in range(at + 1, min(at + width + 3, len(cells))) if cells[to].text == str(len(rows) + 1)),
                None,
            )
            if after is None:
                break
            if tuple(cell.text for cell in cells[at:after]) != columns:
                notes.append(texts.TABLE_HEADER_CHANGED)
            at = after
            continue
        if cells[at].text != str(len(rows) + 1):
            break
        upto = at + width
        expected = str(len(rows) + 2)
        nxt = cells[upto].text if upto < len(cells) else None
        if nxt is not None and nxt != expected and not _FIRST.fullmatch(nxt):
            near = [to for to in range(at + 2, min(at + 2 * width, len(cells))) if cells[to].text == expected]
            if near:
                upto = min(near, key=lambda to: abs(to - at - width))
                notes.append(texts.TABLE_ROW_UNEVEN.format(row=len(rows) + 1))
        rows.append(row_of(cells[at:upto], width))
        at = upto
    if not rows:
        return None
    if at < len(cells):
        stop = next(place + offset for offset, line in enumerate(lines[place:]) if line.end >= cells[at].start)
        end = max(place + 1, stop)
    return table_of(lines, place, columns, rows, notes), end


def _flattened(lines: list[Line], place: int) -> tuple[Table | None, int] | None:
    """One cell a line and no tabs at all: 序号, 村名, 任务数, 1, 石塘村, 120, 2, …"""
    if not _FIRST.fullmatch(lines[place].text):
        return None
    one = next((at for at in range(place + 1, min(place + 14, len(lines))) if lines[at].text == "1"), None)
    if one is None or one - place < 2 or not all(_header_word(line.text) for line in lines[place:one]):
        return None
    # Header words broken over lines cannot be told from columns until rows say how many there are.
    starts = [one]
    at = one
    while True:
        expected = str(len(starts) + 1)
        nearest = [to for to in range(at + 2, min(at + 30, len(lines))) if lines[to].text == expected]
        width = starts[1] - starts[0] if len(starts) > 1 else one - place
        if not nearest:
            break
        at = min(nearest, key=lambda to: abs(to - at - width))
        starts.append(at)
    if len(starts) < 2:
        return None
    gaps = [after - before for before, after in itertools.pairwise(starts)]
    width = (
        min(one - place, max(set(gaps), key=gaps.count))
        if one - place in gaps or min(gaps) >= one - place
        else max(set(gaps), key=gaps.count)
    )
    header = _fold([_rough(line) for line in lines[place:one]], width)
    notes: list[str] = []
    rows: list[Row] = []
    end = one
    for number, start in enumerate(starts):
        stop = starts[number + 1] if number + 1 < len(starts) else _last_row_end(lines, start, width)
        cells = [_rough(line) for line in lines[start:stop] if not _repeated_header(line, header)]
        if len(cells) != width:
            cells = _fold(cells, width)
            notes.append(texts.TABLE_ROW_UNEVEN.format(row=number + 1))
        rows.append(row_of(cells, width))
        end = stop
    columns = tuple(cell.text for cell in header) + ("",) * (width - len(header))
    return table_of(lines, place, columns, rows, notes), end


def _header_word(text: str) -> bool:
    return len(text) <= 20 and not text.isdigit() and not re.search(r"[。；]", text)


def _rough(line: Line) -> Rough:
    return Rough([line.text], line.start, line.end)


def _repeated_header(line: Line, header: list[Rough]) -> bool:
    return any(line.text == cell.text for cell in header)


def _last_row_end(lines: list[Line], start: int, width: int) -> int:
    stop = min(start + width, len(lines))
    while (
        stop < len(lines)
        and is_organisation(lines[stop].text)
        and is_organisation(lines[stop - 1].text)
        and not lines[stop].gap
    ):
        stop += 1
    return stop


def _fold(cells: list[Rough], width: int) -> list[Rough]:
    """Fewer cells: neighbours that are alike (two units, or a word cut in two) become one until `width` are left."""
    cells = list(cells)
    while len(cells) > width > 0:

        def likeness(at: int) -> tuple[int, int]:
            one, other = cells[at].parts[-1], cells[at + 1].parts[0]
            both = is_organisation(one) and is_organisation(other)
            return (0 if both else 1 if at else 2, len(one) + len(other))

        at = min(range(len(cells) - 1), key=likeness)
        merged = Rough([*cells[at].parts, *cells[at + 1].parts], cells[at].start, cells[at + 1].end)
        cells[at : at + 2] = [merged]
    return cells
