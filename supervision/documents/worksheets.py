import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from supervision.documents.errors import (
    SpreadsheetDamaged,
    SpreadsheetExpandsTooFar,
    SpreadsheetHasTooManyColumns,
    SpreadsheetHasTooManyRows,
)
from supervision.documents.packages import Package
from supervision.documents.rules import MIB, Fault, Limits, Merge

_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# Cells without content are passed over, as often as rows and columns could hold four times.
_LOOKS_PER_CELL = 4
# One long text may stand in the file once and in the sheet a thousand times.
_TEXT_CHARACTERS = 8 * MIB
_DIGITS = 7


@dataclass(slots=True)
class Scan:
    """What the parser of values does not tell about a sheet; rows and columns count from 1."""

    has_content: bool = False
    faults: list[Fault] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    percents: set[tuple[int, int]] = field(default_factory=set)


def scan_sheet(
    package: Package,
    part: str,
    *,
    limits: Limits,
    string_lengths: Sequence[int],
    percent_styles: frozenset[str],
) -> tuple[bytes, Scan]:
    """Look through a worksheet's XML as it is unpacked and return its bytes; refuses as soon as it is too much."""
    kept: list[bytes] = []

    def keeping() -> Iterable[bytes]:
        for piece in package.pieces(part):
            kept.append(piece)
            yield piece

    scanner = _Scanner(limits, string_lengths, percent_styles)
    package.read(keeping(), start=scanner.start, end=scanner.end, text=scanner.text)
    return b"".join(kept), scanner.scan


class _Scanner:
    def __init__(self, limits: Limits, string_lengths: Sequence[int], percent_styles: frozenset[str]) -> None:
        self.scan = Scan()
        self._limits = limits
        self._string_lengths = string_lengths
        self._percent_styles = percent_styles
        self._looks = limits.rows * limits.columns * _LOOKS_PER_CELL
        self._characters = _TEXT_CHARACTERS
        self._row = 0
        self._column = 0
        self._first_row = 0
        self._cell: Mapping[str, str] = {}
        self._string_index: list[str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "row":
                self._look()
                self._row = _number(attributes["r"]) if "r" in attributes else self._row + 1
                if self._row < 1:
                    raise SpreadsheetDamaged
                self._column = 0
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
            case "mergeCell":
                self._look()
                self._merge(attributes.get("ref", ""))

    def text(self, part: str) -> None:
        if self._string_index is not None:
            self._string_index.append(part)

    def end(self, name: str) -> None:
        if name == "v" and self._string_index is not None:
            index = _number("".join(self._string_index))
            if index >= len(self._string_lengths):
                raise SpreadsheetDamaged
            self._characters -= self._string_lengths[index]
            if self._characters < 0:
                raise SpreadsheetExpandsTooFar
            self._string_index = None

    def _look(self) -> None:
        self._looks -= 1
        if self._looks < 0:
            raise SpreadsheetHasTooManyRows(limit=self._limits.rows)

    def _hold_value(self) -> None:
        # The parser of values lays out the whole rectangle, so a value far out is refused, not its emptiness read.
        if self._row > self._limits.rows + 1:
            raise SpreadsheetHasTooManyRows(limit=self._limits.rows)
        if self._column > self._limits.columns:
            raise SpreadsheetHasTooManyColumns(limit=self._limits.columns)
        self.scan.has_content = True
        self._first_row = self._first_row or self._row
        kind = self._cell.get("t", "n")
        if kind == "e":
            self._note("error_value")
        elif kind == "n" and self._cell.get("s") in self._percent_styles:
            self.scan.percents.add((self._row, self._column))

    def _note(self, code: str) -> None:
        if len(self.scan.faults) < self._limits.problems:
            self.scan.faults.append(Fault(self._row, self._column, code))

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        left, top = place(first)
        right, bottom = place(last or first)
        # Merges follow the cells. One over the header must be seen, however many there are.
        is_told = len(self.scan.merges) < self._limits.problems or top <= self._first_row <= bottom
        if (left, top) != (right, bottom) and is_told:
            self.scan.merges.append(Merge(top, left, bottom, right))


def place(reference: str) -> tuple[int, int]:
    """Return column and row, from 1, of a cell such as `AB12`; refuses anything else."""
    match = _PLACE.fullmatch(reference)
    if match is None:
        raise SpreadsheetDamaged
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(match[2])


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise SpreadsheetDamaged
    return int(text)
