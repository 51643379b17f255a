import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from supervision.documents.cell_references import place
from supervision.documents.errors import (
    SpreadsheetDamaged,
    SpreadsheetExpandsTooFar,
    SpreadsheetHasTooManyColumns,
    SpreadsheetHasTooManyRows,
)
from supervision.documents.packages import Package
from supervision.documents.rules import MIB, Fault, Limits, Marks, Merge
from supervision.documents.styles import Runs, Styles

# Cells without content are passed over, as often as rows and columns could hold four times.
_LOOKS_PER_CELL = 4
# One long text may stand in the file once and in the sheet a thousand times.
_TEXT_CHARACTERS = 8 * MIB
_DIGITS = 7
_ON = {"1", "true", "on"}
_NOTHING = re.compile(r"0+(\.0*)?")
_USUAL_STYLE = "0"


@dataclass(slots=True)
class Scan(Marks):
    """What the parser of values does not tell about a sheet."""

    has_content: bool = False
    percents: set[tuple[int, int]] = field(default_factory=set)


def scan_sheet(
    package: Package, part: str, *, limits: Limits, strings: Sequence[Runs], styles: Styles
) -> tuple[bytes, Scan]:
    """Look through a worksheet's XML as it is unpacked and return its bytes; refuses as soon as it is too much."""
    kept: list[bytes] = []

    def keeping() -> Iterable[bytes]:
        for piece in package.pieces(part):
            kept.append(piece)
            yield piece

    scanner = _Scanner(limits, strings, styles)
    package.read(keeping(), start=scanner.start, end=scanner.end, text=scanner.text)
    return b"".join(kept), scanner.scan


class _Scanner:
    def __init__(self, limits: Limits, strings: Sequence[Runs], styles: Styles) -> None:
        self.scan = Scan()
        self._limits = limits
        self._strings = strings
        self._styles = styles
        self._looks = limits.rows * limits.columns * _LOOKS_PER_CELL
        self._characters = _TEXT_CHARACTERS
        self._row = 0
        self._column = 0
        self._first_row = 0
        self._cell: Mapping[str, str] = {}
        self._string_index: list[str] | None = None
        self._inline: Runs | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "row":
                self._begin_row(attributes)
            case "c":
                self._look()
                self._cell = attributes
                self._column += 1
                if "r" in attributes:
                    self._column, row = place(attributes["r"])
                    if row != self._row:
                        raise SpreadsheetDamaged
            case "f":
                self._note("formula")
            case "v" | "is":
                self._hold_value()
                self._string_index = [] if self._cell.get("t") == "s" else None
                self._inline = Runs() if name == "is" else None
            case "mergeCell":
                self._look()
                self._merge(attributes.get("ref", ""))
            case "col" if _is_hidden(attributes, size="width"):
                first, last = _number(attributes.get("min", "")), _number(attributes.get("max", ""))
                self.scan.hidden_columns.update(range(first, min(last, self._limits.columns) + 1))
            case _ if self._inline is not None:
                self._inline.start(name, attributes)

    def text(self, piece: str) -> None:
        if self._string_index is not None:
            self._string_index.append(piece)
        elif self._inline is not None:
            self._inline.text(piece)

    def end(self, name: str) -> None:
        if name == "v" and self._string_index is not None:
            index = _number("".join(self._string_index))
            if index >= len(self._strings):
                raise SpreadsheetDamaged
            self._characters -= self._strings[index].characters
            if self._characters < 0:
                raise SpreadsheetExpandsTooFar
            self._string_index = None
            self._look_at_runs(self._strings[index])
        elif name == "is" and self._inline is not None:
            self._look_at_runs(self._inline)
            self._inline = None

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._look()
        self._row = _number(attributes["r"]) if "r" in attributes else self._row + 1
        if self._row < 1:
            raise SpreadsheetDamaged
        self._column = 0
        if _is_hidden(attributes, size="ht"):
            self.scan.hidden_rows.add(self._row)

    def _look(self) -> None:
        self._looks -= 1
        if self._looks < 0:
            raise SpreadsheetHasTooManyRows(limit=self._limits.rows)

    def _hold_value(self) -> None:
        # The parser of values lays out the whole rectangle, so a value far out is refused, not its emptiness read.
        if self._row > self._limits.rows + 1 + self._limits.title_rows:
            raise SpreadsheetHasTooManyRows(limit=self._limits.rows)
        if self._column > self._limits.columns:
            raise SpreadsheetHasTooManyColumns(limit=self._limits.columns)
        self.scan.has_content = True
        self._first_row = self._first_row or self._row
        kind, style = self._cell.get("t", "n"), self._cell.get("s", _USUAL_STYLE)
        if kind == "e":
            self._note("error_value")
        elif kind == "n" and style in self._styles.percent:
            self.scan.percents.add((self._row, self._column))
        if style in self._styles.unfit and (kind == "n" or style in self._styles.changes_text):
            self._note(self._styles.unfit[style])
        if style in self._styles.struck:
            self.scan.struck.add((self._row, self._column))

    def _look_at_runs(self, runs: Runs) -> None:
        here = (self._row, self._column)
        struck = runs.struck_in(is_cell_struck=here in self.scan.struck)
        self.scan.struck.discard(here)
        if runs.is_raised:
            self._note("raised_text")
        if 0 < struck < runs.seen:
            self._note("struck_text")
        elif struck:
            self.scan.struck.add(here)

    def _note(self, code: str) -> None:
        # Counted by column, because what is wrong in a column that nobody reads must hide nothing in another.
        if self._is_told(code, self._column):
            self.scan.faults.append(Fault(self._row, self._column, code))

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        left, top = place(first)
        right, bottom = place(last or first)
        # Merges follow the cells. One over the header must be seen, however many there are.
        if left > self._limits.columns:
            return
        is_near_the_top = top <= self._first_row + self._limits.title_rows
        if (left, top) != (right, bottom) and (is_near_the_top or self._is_told(left, right)):
            self.scan.merges.append(Merge(top, left, bottom, right))

    def _is_told(self, *kind: Hashable) -> bool:
        self.scan.told[kind] += 1
        return self.scan.told[kind] <= self._limits.problems


def _is_hidden(attributes: Mapping[str, str], *, size: str) -> bool:
    # A row or column of no size cannot be seen either.
    return attributes.get("hidden") in _ON or _NOTHING.fullmatch(attributes.get(size, "")) is not None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise SpreadsheetDamaged
    return int(text)
