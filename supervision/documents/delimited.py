import csv
import io
import itertools
import re
from collections.abc import Sequence

from supervision.documents.errors import (
    SpreadsheetEmpty,
    SpreadsheetHasTooManyColumns,
    SpreadsheetHasTooManyRows,
    SpreadsheetNotText,
)
from supervision.documents.rules import Book, Fault, Layout, Limits, Marks, tidy
from supervision.documents.tables import build_table, find_header, likeliest_header, lines_of

# What Chinese Excel saves as csv is GB18030; UTF-8 comes first, because GB18030 would accept much of it as rubbish.
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",\t;"
# A tab beside a delimiter keeps Excel from making a number or a day of a cell; it delimits nothing.
_PADDING = re.compile(r"\t+(?=[,;]|$)|(?:^|(?<=[,;]))\t+")
_QUOTED = re.compile(r'"[^"]*"')
# -5 and +86 are numbers and @ begins names; only a call makes a formula of them.
_FORMULA = re.compile(r"=|[+\-@][A-Za-z.]+\(")


def read_delimited(raw: bytes, limits: Limits, layout: Layout | None) -> Book:
    """Read comma, tab or semicolon separated text; refuses what is no text, and more rows or columns than allowed."""
    text = _decode(raw)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text, limits, layout), strict=True)
    grid: list[tuple[int, list[str]]] = []
    marks = Marks()
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if kept := _without_trailing_blanks(cells):
                if len(grid) > limits.rows + limits.title_rows:
                    raise SpreadsheetHasTooManyRows(limit=limits.rows)
                if len(kept) > limits.columns:
                    raise SpreadsheetHasTooManyColumns(limit=limits.columns)
                grid.append((number, cells))
    except csv.Error:
        # The csv module raises before it hands out the broken record, which is therefore the next one.
        marks.faults.append(Fault(number + 1, 1, "broken_quotes"))
    lines = lines_of(grid)
    if not lines:
        raise SpreadsheetEmpty
    at = find_header(lines, layout, limits)
    if at is None:
        at = 0 if layout is None else likeliest_header(lines, layout, limits)
    expected = len(_without_trailing_blanks(lines[at][1]))
    marks.faults += [fault for line, cells in grid for fault in _faults_of(line, cells, expected)]
    return Book((build_table(lines, at, layout=layout, limits=limits, marks=marks),), ())


def _decode(raw: bytes) -> str:
    if b"\x00" in raw:
        raise SpreadsheetNotText
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SpreadsheetNotText


def _delimiter_of(text: str, limits: Limits, layout: Layout | None) -> str:
    """Choose the delimiter by which some line near the top names the most fields, else the one that is there most."""
    lines = list(itertools.islice((line for line in io.StringIO(text) if line.strip()), limits.title_rows + 1))
    outside = _PADDING.sub("", _QUOTED.sub("", lines[0].rstrip("\r\n"))) if lines else ""

    def fitness(delimiter: str) -> tuple[int, int]:
        cells = [[tidy(cell).strip('"') for cell in line.split(delimiter)] for line in lines]
        fields = (
            0 if layout is None else max((len({*map(layout.field_of, line)} - {None}) for line in cells), default=0)
        )
        return fields, outside.count(delimiter)

    return max(_DELIMITERS, key=fitness)


def _without_trailing_blanks(cells: Sequence[str]) -> list[str]:
    kept = len(cells)
    while kept and not cells[kept - 1].strip():
        kept -= 1
    return list(cells[:kept])


def _faults_of(number: int, cells: Sequence[str], expected: int) -> list[Fault]:
    faults = [Fault(number, column, "formula") for column, text in enumerate(cells, 1) if _FORMULA.match(tidy(text))]
    # Blanks behind the last column are what a spreadsheet program leaves; a row cut short has lost something.
    if len(_without_trailing_blanks(cells)) > expected or len(cells) < expected:
        faults.append(Fault(number, 1, "ragged_row", {"found": len(cells), "expected": expected}))
    return faults
