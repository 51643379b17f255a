from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from supervision.documents.rules import Book, CellProblem, SheetNote, SheetRow, Table
from supervision.foundation.texts import fold
from supervision.ledgers import cells
from supervision.ledgers.cells import WORTH_KNOWING, WRONG_WITH_CELL, Unfit
from supervision.ledgers.columns import CHINESE, Columns, name_columns
from supervision.ledgers.people import People
from supervision.ledgers.queries import Directory, LedgerContents
from supervision.tasks.rules import TaskPlan, wrong_with_ends

# Characters of a line and of prose, as everywhere in the API.
_LINE, _PROSE = 200, 4000
# Fields that are filled in where the sheet says nothing.
_WITH_DEFAULT = ("deadline", "source")


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """A row of the sheet that is as it should be."""

    no: int
    source: str
    deadline_on: date
    task: TaskPlan


@dataclass(frozen=True, slots=True)
class _Reading:
    """One cell's text, the row that it stands in, and what was read of that row before."""

    text: str
    row: SheetRow
    values: Mapping[str, Any]


class LedgerSheet:
    """A year's ledger as a spreadsheet gives it, compared with who exists and with what the ledger holds already."""

    def __init__(self, book: Book, *, year: int, directory: Directory, taken: LedgerContents) -> None:
        self.entries: list[PlannedEntry] = []
        self._book = book
        self._people = People(directory)
        self._columns: dict[str | None, Columns] = {}
        self._problems: dict[tuple[str | None, int, str], CellProblem] = {}
        self._is_readable = True
        for table in book.tables:
            self._take_up(table)
        # The row that brought a number or goal; None if the ledger had it before.
        self._numbers: dict[int, SheetRow | None] = dict.fromkeys(taken.numbers)
        self._goals: dict[str, SheetRow | None] = dict.fromkeys(map(fold, taken.goals))
        # The rows in which an optional cell was empty, by the field and the sheet.
        self._left_open: dict[tuple[str, str | None], list[int]] = defaultdict(list)
        # In this order: a later one may look at what an earlier one read.
        self._readers: dict[str, Callable[[_Reading], Any]] = {
            "no": self._read_no,
            "goal": self._read_goal,
            "indicator": _read_line,
            "unit_of_measure": _read_line,
            "comparator": lambda cell: cells.read_comparator(cell.text),
            "target": _read_target,
            "target_high": _read_target_high,
            "responsible_unit": lambda cell: self._people.find_unit(_read_line(cell)),
            "lead_leader": lambda cell: self._people.find_leader(_read_line(cell)),
            "responsible_person": self._read_person,
            "deadline": lambda cell: cells.read_deadline(cell.text, year=year),
            "source": lambda cell: _read_line(cell) if cell.text else f"{year}年度台账",
        }

    @property
    def rows(self) -> list[SheetRow]:
        return [row for table in self._book.tables for row in table.rows]

    @property
    def ignored_columns(self) -> list[str]:
        return list(dict.fromkeys(header for columns in self._columns.values() for header in columns.ignored))

    @property
    def problems(self) -> list[CellProblem]:
        """Everything that is wrong, in the order in which a person reads the sheets."""
        places = {table.sheet: (number, table.columns) for number, table in enumerate(self._book.tables)}

        def place(problem: CellProblem) -> tuple[int, int, int]:
            number, columns = places[problem.sheet]
            return number, problem.row, columns.get(problem.column, -1)

        return sorted(self._problems.values(), key=place)

    @property
    def notes(self) -> list[SheetNote]:
        """What was passed over, and what was read although it may not have been meant, sheet by sheet."""
        told = list(self._book.notes)
        for table in self._book.tables:
            columns = self._columns[table.sheet]
            told += table.notes
            if not table.rows:
                told.append(_note("sheet_without_rows", table.sheet))
            if columns.ignored:
                told.append(_note("ignored_columns", table.sheet, columns=columns.ignored))
            if absent := [column.zh for column in columns.absent]:
                told.append(_note("absent_columns", table.sheet, columns=absent))
            for field in _WITH_DEFAULT:
                rows = self._left_open[field, table.sheet]
                if rows and field in columns.header_of:
                    told.append(_note("left_open", table.sheet, rows=rows, columns=[columns.header_of[field]]))
        return told

    def check(self, rows: Iterable[SheetRow]) -> None:
        """Look at rows, each once: what is right joins `entries`, what is wrong joins `problems`."""
        for row in rows if self._is_readable else ():
            values: dict[str, Any] = {}
            header_of = self._columns[row.sheet].header_of
            for field, read in self._readers.items():
                header = header_of.get(field, CHINESE[field])
                text = row.cells.get(header_of[field], "") if field in header_of else ""
                if not text and field in _WITH_DEFAULT:
                    self._left_open[field, row.sheet].append(row.number)
                try:
                    values[field] = read(_Reading(text, row, values))
                except Unfit as unfit:
                    self._note(row.sheet, row.number, header, unfit)
            if len(values) == len(self._readers):
                self.entries.append(_entry(values))

    def _take_up(self, table: Table) -> None:
        self._columns[table.sheet], header_problems = name_columns(table)
        self._is_readable &= not header_problems
        for problem in (*header_problems, *table.problems):
            self._problems.setdefault((problem.sheet, problem.row, problem.column), problem)
        if not self.rows:
            self._note(table.sheet, table.header_row, table.header[0], Unfit("no_rows"))

    def _note(self, sheet: str | None, row: int, header: str, unfit: Unfit) -> None:
        zh, en = WRONG_WITH_CELL[unfit.code]
        problem = CellProblem(row, header, unfit.code, zh.format(**unfit.facts), en.format(**unfit.facts), sheet)
        # What the file itself says of a cell, such as that it is a formula, comes before what we make of its value.
        self._problems.setdefault((sheet, row, header), problem)

    def _read_no(self, cell: _Reading) -> int:
        no = cells.read_no(cell.text)
        if no in self._numbers:
            _refuse_double(cell.row, self._numbers[no], here="duplicate_no", before="no_taken")
        self._numbers[no] = cell.row
        return no

    def _read_goal(self, cell: _Reading) -> str:
        goal = cells.read_text(cell.text, limit=_PROSE)
        if fold(goal) in self._goals:
            _refuse_double(cell.row, self._goals[fold(goal)], here="duplicate_goal", before="goal_taken")
        self._goals[fold(goal)] = cell.row
        return goal

    def _read_person(self, cell: _Reading) -> UUID | None:
        name = _read_line(cell)
        unit_id = cell.values.get("responsible_unit")
        # Of a unit that nobody knows nobody can say who is in it; the row is refused for the unit.
        return None if unit_id is None else self._people.find_person(name, unit_id=unit_id)


def _refuse_double(row: SheetRow, first: SheetRow | None, *, here: str, before: str) -> None:
    if first is None:
        raise Unfit(before)
    is_elsewhere = first.sheet != row.sheet
    raise Unfit(
        here,
        first_zh=f"{f'工作表“{first.sheet}”' if is_elsewhere else ''}第 {first.number} 行",
        first_en=f"row {first.number}{f' of the sheet “{first.sheet}”' if is_elsewhere else ''}",
    )


def _note(code: str, sheet: str | None, *, rows: Iterable[int] = (), columns: Iterable[str] = ()) -> SheetNote:
    zh, en = WORTH_KNOWING[code]
    return SheetNote(sheet, code, zh, en, tuple(rows), tuple(columns))


def _read_line(cell: _Reading) -> str:
    return cells.read_text(cell.text, limit=_LINE)


def _read_target(cell: _Reading) -> Decimal:
    if not cell.text and "comparator" in cell.values:
        raise Unfit("comparator_without_target")
    return _read_number(cell)


def _read_target_high(cell: _Reading) -> Decimal | None:
    high = _read_number(cell) if cell.text else None
    if "comparator" in cell.values and "target" in cell.values:
        code = wrong_with_ends(cell.values["comparator"], cell.values["target"], high)
        if code is not None:
            raise Unfit(code)
    return high


def _read_number(cell: _Reading) -> Decimal:
    text = cells.read_text(cell.text, limit=_LINE)
    return cells.read_number(text, unit_of_measure=cell.values.get("unit_of_measure"))


def _entry(values: Mapping[str, Any]) -> PlannedEntry:
    task: TaskPlan = {
        "goal": values["goal"],
        "lead_leader_id": values["lead_leader"],
        "responsible_unit_id": values["responsible_unit"],
        "responsible_person_id": values["responsible_person"],
        "indicators": [
            {
                "name": values["indicator"],
                "comparator": values["comparator"],
                "target": values["target"],
                "target_high": values["target_high"],
                "unit_of_measure": values["unit_of_measure"],
            }
        ],
    }
    return PlannedEntry(values["no"], values["source"], values["deadline"], task)
