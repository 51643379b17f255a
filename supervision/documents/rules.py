import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from supervision.documents.errors import (
    HeaderMerged,
    HeaderRepeated,
    SpreadsheetEmpty,
    SpreadsheetHasTooManyColumns,
)

MIB = 1024 * 1024
Cell = str

# What may be wrong with one cell, in both languages; the facts in braces are ours, never the cell's text.
WRONG_WITH_CELL: Mapping[str, tuple[str, str]] = {
    "formula": ("单元格是公式，请粘贴为数值。", "The cell is a formula; paste its value instead."),
    "error_value": ("单元格是错误值（如 #N/A）。", "The cell is an error value such as #N/A."),
    "merged_cells": ("{range} 是合并单元格，请取消合并并逐格填写。", "{range} is merged; undo it and fill each cell."),
    "no_header": ("此列没有列名。", "The column has no name in the header."),
    "too_long": ("内容超过 {limit} 个字符。", "The text is longer than {limit} characters."),
    "control_character": ("内容含有不可见的控制字符。", "The text holds control characters."),
    "ragged_row": ("此行有 {found} 格，表头有 {expected} 格。", "The row has {found} cells, the header {expected}."),
    "broken_quotes": (
        "从此行起引号不配对，其后内容未读取。",
        "From this row on the quotes do not pair; what follows was not read.",
    ),
}

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a spreadsheet is read: bytes as sent and as unpacked, lines below the header, columns."""

    file_bytes: int = 5 * MIB
    rows: int = 2_000
    columns: int = 64
    cell_characters: int = 2_000
    problems: int = 200
    members: int = 1_000
    member_bytes: int = 32 * MIB
    declared_bytes: int = 128 * MIB
    declared_ratio: int = 200


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with one cell: the row as the sheet numbers it, the column by its name or else its letter."""

    row: int
    column: str
    code: str
    detail_zh: str
    detail_en: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name; `number` is the one that a person sees beside the row, from 1."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """What was read, and what is wrong with it; `sheet` is the worksheet's name, None for csv."""

    header: tuple[str, ...]
    rows: list[Row]
    problems: list[CellProblem]
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a place that is known by numbers only, both from 1."""

    row: int
    column: int
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range of a sheet, rows and columns from 1, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def range(self) -> str:
        return f"{letters(self.first_column)}{self.first_row}:{letters(self.last_column)}{self.last_row}"


def letters(column: int) -> str:
    """Return how a sheet names its column: 1 is A, 27 is AA."""
    name = ""
    while column > 0:
        column, remainder = divmod(column - 1, 26)
        name = chr(ord("A") + remainder) + name
    return name


def build_table(
    grid: Iterable[tuple[int, Sequence[str]]],
    *,
    limits: Limits,
    faults: Iterable[Fault] = (),
    merges: Iterable[Merge] = (),
    sheet: str | None = None,
) -> Table:
    """Name the cells of numbered lines by the first that is not empty; refuses an unfit header."""
    lines = iter([(number, cells) for number, raw in grid if any(cells := [tidy(text) for text in raw])])
    header_row, header = next(lines, (0, []))
    names = _name_columns(header, limits)
    found = [*faults, *_faults_of_row(header_row, header, names, limits)]
    for merge in merges:
        if merge.first_row <= header_row <= merge.last_row:
            raise HeaderMerged(range=merge.range)
        found.append(Fault(merge.first_row, merge.first_column, "merged_cells", {"range": merge.range}))
    rows: list[Row] = []
    for number, cells in lines:
        found += _faults_of_row(number, cells, names, limits)
        padded = [*cells, *[""] * len(names)]
        rows.append(Row(number, {name: padded[index - 1] for index, name in names.items()}))
    found.sort(key=lambda fault: (fault.row, fault.column))
    # In the header's own row a column goes by its letter: there the name itself is what is wrong.
    problems = [_describe(fault, {} if fault.row == header_row else names) for fault in found[: limits.problems]]
    return Table(tuple(names.values()), rows, problems, sheet)


def tidy(text: str) -> str:
    """Return the text without blanks around it and with one kind of line break."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _name_columns(header: Sequence[str], limits: Limits) -> dict[int, str]:
    # A long column name is often broken over two lines in its cell; nobody means the break.
    names = {index: "".join(line.strip() for line in text.split("\n")) for index, text in enumerate(header, 1) if text}
    if not names:
        raise SpreadsheetEmpty
    if max(names) > limits.columns:
        raise SpreadsheetHasTooManyColumns(limit=limits.columns)
    seen: dict[str, int] = {}
    for index, name in names.items():
        if name in seen:
            raise HeaderRepeated(first=letters(seen[name]), second=letters(index))
        seen[name] = index
    return names


def _faults_of_row(number: int, cells: Sequence[str], names: Mapping[int, str], limits: Limits) -> Iterable[Fault]:
    for index, text in enumerate(cells, 1):
        if text and index not in names:
            yield Fault(number, index, "no_header")
        if len(text) > limits.cell_characters:
            yield Fault(number, index, "too_long", {"limit": limits.cell_characters})
        if _CONTROL.search(text):
            yield Fault(number, index, "control_character")


def _describe(fault: Fault, names: Mapping[int, str]) -> CellProblem:
    zh, en = WRONG_WITH_CELL[fault.code]
    column = names.get(fault.column) or letters(fault.column)
    return CellProblem(fault.row, column, fault.code, zh.format(**fault.facts), en.format(**fault.facts))
