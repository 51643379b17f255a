from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from supervision.documents.sheet_texts import WORTH_KNOWING

MIB = 1024 * 1024
Cell = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a spreadsheet is read: bytes as sent and as unpacked, sheets, lines below headers, columns."""

    file_bytes: int = 5 * MIB
    sheets: int = 50
    rows: int = 2_000
    columns: int = 64
    # A header stands at most so many lines below the first that holds anything.
    title_rows: int = 20
    cell_characters: int = 2_000
    problems: int = 200
    members: int = 1_000
    member_bytes: int = 32 * MIB
    declared_bytes: int = 128 * MIB
    declared_ratio: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a caller looks for: the field that a header means, None for one that it does not read."""

    field_of: Callable[[str], str | None]
    # A line is the header if it names so many fields.
    header_fields: int
    # A line so wide is data, so that a sheet with such lines and no header is no cover.
    row_cells: int
    # Fields in which a raised or lowered character would join a figure.
    figures: frozenset[str]


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with one cell: the row as the sheet numbers it, the column by its name or else its letter."""

    row: int
    column: str
    code: str
    detail_zh: str
    detail_en: str
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class SheetNote:
    """What a reader should know of rows or columns of one sheet, or of the sheet, although nothing is wrong."""

    sheet: str | None
    code: str
    detail_zh: str
    detail_en: str
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row by column name; `number` is the one that a person sees beside the row, from 1."""

    number: int
    cells: dict[str, Cell]
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What was read, and what is wrong with it; `sheet` is the worksheet's name, None for csv."""

    columns: Mapping[str, int]
    rows: list[SheetRow]
    problems: list[CellProblem]
    sheet: str | None
    header_row: int
    notes: list[SheetNote]

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(self.columns)


@dataclass(frozen=True, slots=True)
class Book:
    """All tables of a file, and what of the file is not among them."""

    tables: tuple[Table, ...]
    notes: tuple[SheetNote, ...]


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


@dataclass(slots=True)
class Marks:
    """What a sheet says of its cells beside their values; rows and columns count from 1."""

    faults: list[Fault] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    struck: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    told: Counter[Hashable] = field(default_factory=Counter)


def letters(column: int) -> str:
    """Return how a sheet names its column: 1 is A, 27 is AA."""
    name = ""
    while column > 0:
        column, remainder = divmod(column - 1, 26)
        name = chr(ord("A") + remainder) + name
    return name


def tidy(text: str) -> str:
    """Return the text without blanks around it and with one kind of line break."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def note(code: str, sheet: str | None, *, rows: Iterable[int] = (), columns: Iterable[str] = ()) -> SheetNote:
    zh, en = WORTH_KNOWING[code]
    return SheetNote(sheet, code, zh, en, tuple(rows), tuple(columns))
