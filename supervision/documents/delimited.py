import csv
import io
import re
from collections.abc import Sequence

from supervision.documents.errors import (
    SpreadsheetHasTooManyColumns,
    SpreadsheetHasTooManyRows,
    SpreadsheetNotText,
)
from supervision.documents.rules import Fault, Limits, Table, build_table, tidy

# What Chinese Excel saves as csv is GB18030; UTF-8 comes first, because GB18030 would accept much of it as rubbish.
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",\t;"
_QUOTED = re.compile(r'"[^"]*"')
# -5 and +86 are numbers and @ begins names; only a call makes a formula of them.
_FORMULA = re.compile(r"=|[+\-@][A-Za-z.]+\(")


def read_delimited(raw: bytes, limits: Limits) -> Table:
    """Read comma, tab or semicolon separated text; refuses what is no text, and more rows or columns than allowed."""
    text = _decode(raw)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text), strict=True)
    grid: list[tuple[int, list[str]]] = []
    faults: list[Fault] = []
    number = 0
    try:
        for number, raw_cells in enumerate(reader, 1):
            if cells := _without_trailing_blanks(raw_cells):
                if len(grid) > limits.rows:
                    raise SpreadsheetHasTooManyRows(limit=limits.rows)
                if len(cells) > limits.columns:
                    raise SpreadsheetHasTooManyColumns(limit=limits.columns)
                grid.append((number, cells))
                faults += _faults_of(number, raw_cells, cells, expected=grid[0][1])
    except csv.Error:
        # The csv module raises before it hands out the broken record, which is therefore the next one.
        faults.append(Fault(number + 1, 1, "broken_quotes"))
    return build_table(grid, limits=limits, faults=faults)


def _decode(raw: bytes) -> str:
    if b"\x00" in raw:
        raise SpreadsheetNotText
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SpreadsheetNotText


def _delimiter_of(text: str) -> str:
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    outside = _QUOTED.sub("", first)
    return max(_DELIMITERS, key=outside.count)


def _without_trailing_blanks(cells: Sequence[str]) -> list[str]:
    kept = len(cells)
    while kept and not cells[kept - 1].strip():
        kept -= 1
    return list(cells[:kept])


def _faults_of(number: int, raw_cells: Sequence[str], cells: Sequence[str], *, expected: Sequence[str]) -> list[Fault]:
    faults = [Fault(number, column, "formula") for column, text in enumerate(cells, 1) if _FORMULA.match(tidy(text))]
    # Blanks behind the last column are what a spreadsheet program leaves; a row cut short has lost something.
    if len(cells) > len(expected) or len(raw_cells) < len(expected):
        facts = {"found": len(raw_cells), "expected": len(expected)}
        faults.append(Fault(number, 1, "ragged_row", facts))
    return faults
