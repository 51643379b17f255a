import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from supervision.documents.errors import (
    HeaderMerged,
    HeaderRepeated,
    SpreadsheetHasTooManyColumns,
    SpreadsheetHasTooManyRows,
)
from supervision.documents.rules import (
    CellProblem,
    Fault,
    Layout,
    Limits,
    Marks,
    SheetNote,
    SheetRow,
    Table,
    letters,
    note,
    tidy,
)
from supervision.documents.sheet_texts import WRONG_WITH_CELL

# A line that holds anything: the number that a person sees beside it, and its cells.
NumberedLine = tuple[int, Sequence[str]]
# These are wrong with a row, whatever column they are noted at.
_OF_ROWS = {"ragged_row", "broken_quotes", "no_header"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def lines_of(grid: Iterable[tuple[int, Sequence[str]]]) -> list[NumberedLine]:
    return [(number, cells) for number, raw in grid if any(cells := [tidy(text) for text in raw])]


def find_header(lines: Sequence[NumberedLine], layout: Layout | None, limits: Limits) -> int | None:
    """Return the place of the line that names enough fields, None if there is none; without a layout, of the first."""
    if layout is None:
        return 0 if lines else None
    near = _near_the_top(lines, limits)
    return next((place for place, line in enumerate(near) if _fields_in(line, layout) >= layout.header_fields), None)


def likeliest_header(lines: Sequence[NumberedLine], layout: Layout, limits: Limits) -> int:
    """Return the place of the line that names the most fields, so that it can be said what it lacks."""
    near = _near_the_top(lines, limits)
    return max(range(len(near)), key=lambda place: _fields_in(near[place], layout))


def looks_like_data(lines: Sequence[NumberedLine], layout: Layout) -> bool:
    return any(sum(map(bool, cells)) >= layout.row_cells for _, cells in lines)


def build_table(
    lines: Sequence[NumberedLine],
    at: int,
    *,
    layout: Layout | None,
    limits: Limits,
    marks: Marks,
    sheet: str | None = None,
) -> Table:
    """Name the cells of the lines below the header by it; refuses an unfit header, and too many rows.

    What is wrong in columns that the layout does not read is passed over.
    """
    header_row, header = lines[at]
    names = _name_columns(header, limits)
    fields = {index: name if layout is None else layout.field_of(name) for index, name in names.items()}
    read = {index for index, name in fields.items() if name is not None}
    found = [*_struck(header_row, header, read, marks), *_faults_of_row(header_row, header, names, limits)]
    rows: list[SheetRow] = []
    void: list[int] = []
    for number, cells in lines[at + 1 :]:
        struck = _struck(number, cells, read, marks)
        if struck and len(struck) == sum(bool(text) and index in read for index, text in enumerate(cells, 1)):
            void.append(number)
            continue
        found += [*struck, *_faults_of_row(number, cells, names, limits)]
        padded = [*cells, *[""] * len(names)]
        rows.append(SheetRow(number, {name: padded[index - 1] for index, name in names.items()}, sheet))
    if len(rows) > limits.rows:
        raise SpreadsheetHasTooManyRows(limit=limits.rows)
    figures = {index for index, name in fields.items() if layout and name in layout.figures}
    found += [fault for fault in marks.faults if fault.code != "raised_text" or fault.column in figures]
    found += _merged(header_row, read, marks)
    void_rows = set(void)
    told = [each for each in found if each.row >= header_row and each.row not in void_rows and _matters(each, read)]
    told.sort(key=lambda fault: (fault.row, fault.column))
    # In the header's own row a column goes by its letter: there the name itself is what is wrong.
    problems = [_describe(each, {} if each.row == header_row else names, sheet) for each in told[: limits.problems]]
    notes = list(_notes(lines[:at], rows, void, {index: names[index] for index in read}, marks, sheet))
    return Table({name: index for index, name in names.items()}, rows, problems, sheet, header_row, notes)


def header_text(cell: str) -> str:
    # A long column name is often broken over two lines in its cell; nobody means the break.
    return "".join(line.strip() for line in cell.split("\n"))


def _near_the_top(lines: Sequence[NumberedLine], limits: Limits) -> Sequence[NumberedLine]:
    return [line for line in lines if line[0] <= lines[0][0] + limits.title_rows]


def _fields_in(line: NumberedLine, layout: Layout) -> int:
    return len({layout.field_of(header_text(cell)) for cell in line[1] if cell} - {None})


def _name_columns(header: Sequence[str], limits: Limits) -> dict[int, str]:
    names = {index: header_text(text) for index, text in enumerate(header, 1) if text}
    if max(names) > limits.columns:
        raise SpreadsheetHasTooManyColumns(limit=limits.columns)
    seen: dict[str, int] = {}
    for index, name in names.items():
        if name in seen:
            raise HeaderRepeated(first=letters(seen[name]), second=letters(index))
        seen[name] = index
    return names


def _faults_of_row(number: int, cells: Sequence[str], names: Mapping[int, str], limits: Limits) -> Iterator[Fault]:
    for index, text in enumerate(cells, 1):
        if text and index not in names:
            yield Fault(number, index, "no_header")
        if len(text) > limits.cell_characters:
            yield Fault(number, index, "too_long", {"limit": limits.cell_characters})
        if _CONTROL.search(text):
            yield Fault(number, index, "control_character")


def _struck(number: int, cells: Sequence[str], read: set[int], marks: Marks) -> list[Fault]:
    places = (index for index, text in enumerate(cells, 1) if text and index in read)
    return [Fault(number, index, "struck_cell") for index in places if (number, index) in marks.struck]


def _merged(header_row: int, read: set[int], marks: Marks) -> Iterator[Fault]:
    for merge in marks.merges:
        covered = {index for index in read if merge.first_column <= index <= merge.last_column}
        if not covered or merge.last_row < header_row:
            continue
        if merge.first_row <= header_row:
            raise HeaderMerged(range=merge.range)
        yield Fault(merge.first_row, min(covered), "merged_cells", {"range": merge.range})


def _matters(fault: Fault, read: set[int]) -> bool:
    return fault.column in read or fault.code in _OF_ROWS


def _notes(
    titles: Sequence[NumberedLine],
    rows: Sequence[SheetRow],
    void: Sequence[int],
    names: Mapping[int, str],
    marks: Marks,
    sheet: str | None,
) -> Iterator[SheetNote]:
    hidden = [row.number for row in rows if row.number in marks.hidden_rows]
    for code, numbers in (
        ("title_rows", [number for number, _ in titles]),
        ("hidden_rows", hidden),
        ("struck_rows", void),
    ):
        if numbers:
            yield note(code, sheet, rows=numbers)
    if columns := [name for index, name in sorted(names.items()) if index in marks.hidden_columns]:
        yield note("hidden_columns", sheet, columns=columns)


def _describe(fault: Fault, names: Mapping[int, str], sheet: str | None) -> CellProblem:
    zh, en = WRONG_WITH_CELL[fault.code]
    column = names.get(fault.column) or letters(fault.column)
    return CellProblem(fault.row, column, fault.code, zh.format(**fault.facts), en.format(**fault.facts), sheet)
