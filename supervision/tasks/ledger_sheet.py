from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from supervision.documents.spreadsheets import CellProblem, Row, Table
from supervision.tasks import cells
from supervision.tasks.cells import WRONG_WITH_CELL, Unfit
from supervision.tasks.columns import CHINESE, folded, name_columns
from supervision.tasks.people import People
from supervision.tasks.queries import Directory, Taken
from supervision.tasks.rules import TaskPlan, wrong_with_ends

# Characters of a line and of prose, as everywhere in the API.
_LINE, _PROSE = 200, 4000


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
    row: int
    values: Mapping[str, Any]


class LedgerSheet:
    """A year's ledger as a spreadsheet gives it, compared with who exists and with what the ledger holds already."""

    def __init__(self, table: Table, *, year: int, directory: Directory, taken: Taken) -> None:
        self.entries: list[PlannedEntry] = []
        self._year = year
        self._people = People(directory)
        self._columns, header_problems = name_columns(table.header)
        self._is_readable = not header_problems
        self._places = {name: place for place, name in enumerate(table.header)}
        self._problems: dict[tuple[int, str], CellProblem] = {}
        for problem in (*header_problems, *table.problems):
            self._problems.setdefault((problem.row, problem.column), problem)
        if not table.rows:
            self._note(1, table.header[0], Unfit("no_rows"))
        # The row of the sheet that brought a number or goal; None if the ledger had it before.
        self._numbers: dict[int, int | None] = dict.fromkeys(taken.numbers)
        self._goals: dict[str, int | None] = dict.fromkeys(map(folded, taken.goals))
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
    def ignored_columns(self) -> list[str]:
        return list(self._columns.ignored)

    @property
    def problems(self) -> list[CellProblem]:
        """Everything that is wrong, in the order in which a person reads the sheet."""
        return sorted(self._problems.values(), key=lambda each: (each.row, self._places.get(each.column, -1)))

    def check(self, rows: Iterable[Row]) -> None:
        """Look at rows, each once: what is right joins `entries`, what is wrong joins `problems`."""
        for row in rows if self._is_readable else ():
            values: dict[str, Any] = {}
            for field, read in self._readers.items():
                header = self._columns.header_of.get(field, CHINESE[field])
                try:
                    values[field] = read(_Reading(row.cells.get(header, ""), row.number, values))
                except Unfit as unfit:
                    self._note(row.number, header, unfit)
            if len(values) == len(self._readers):
                self.entries.append(_entry(values))

    def _note(self, row: int, header: str, unfit: Unfit) -> None:
        zh, en = WRONG_WITH_CELL[unfit.code]
        problem = CellProblem(row, header, unfit.code, zh.format(**unfit.facts), en.format(**unfit.facts))
        # What the file itself says of a cell, such as that it is a formula, comes before what we make of its value.
        self._problems.setdefault((row, header), problem)

    def _read_no(self, cell: _Reading) -> int:
        no = cells.read_no(cell.text)
        if no in self._numbers:
            _refuse_double(self._numbers[no], here="duplicate_no", before="no_taken")
        self._numbers[no] = cell.row
        return no

    def _read_goal(self, cell: _Reading) -> str:
        goal = cells.read_text(cell.text, limit=_PROSE)
        if folded(goal) in self._goals:
            _refuse_double(self._goals[folded(goal)], here="duplicate_goal", before="goal_taken")
        self._goals[folded(goal)] = cell.row
        return goal

    def _read_person(self, cell: _Reading) -> UUID | None:
        name = _read_line(cell)
        unit_id = cell.values.get("responsible_unit")
        # Of a unit that nobody knows nobody can say who is in it; the row is refused for the unit.
        return None if unit_id is None else self._people.find_person(name, unit_id=unit_id)


def _refuse_double(first: int | None, *, here: str, before: str) -> None:
    if first is None:
        raise Unfit(before)
    raise Unfit(here, first=first)


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
