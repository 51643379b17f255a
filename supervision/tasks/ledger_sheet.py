from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeVar

from supervision.documents.spreadsheets import CellProblem, Row, Table
from supervision.tasks import cells
from supervision.tasks.cells import WRONG_WITH_CELL, Unfit
from supervision.tasks.columns import CHINESE, folded, name_columns
from supervision.tasks.people import People
from supervision.tasks.queries import Directory, Taken
from supervision.tasks.rules import TaskPlan, wrong_with_ends

T = TypeVar("T")

# Characters of a line and of prose, as everywhere in the API.
_LINE, _PROSE = 200, 4000


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """A row of the sheet that is as it should be."""

    no: int
    source: str
    deadline_on: date
    task: TaskPlan


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
        # The row of the sheet that brought a number or goal; None if the ledger had it before.
        self._numbers: dict[int, int | None] = dict.fromkeys(taken.numbers)
        self._goals: dict[str, int | None] = dict.fromkeys(map(folded, taken.goals))

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
            before = len(self._problems)
            entry = self._read_row(row)
            if entry is not None and len(self._problems) == before:
                self.entries.append(entry)

    def _read_row(self, row: Row) -> PlannedEntry | None:
        line = partial(cells.read_text, limit=_LINE)
        no = self._read(row, "no", partial(self._read_no, row=row.number))
        goal = self._read(row, "goal", partial(self._read_goal, row=row.number))
        indicator = self._read(row, "indicator", line)
        unit_of_measure = self._read(row, "unit_of_measure", line)
        comparator = self._read(row, "comparator", cells.read_comparator)
        number = partial(cells.read_number, unit_of_measure=unit_of_measure)
        target = self._read(row, "target", partial(_read_target, number=number, has_comparator=comparator is not None))
        target_high = self._read(row, "target_high", lambda text: number(text) if text else None)
        unit_id = self._read(row, "responsible_unit", lambda text: self._people.find_unit(line(text)))
        leader_id = self._read(row, "lead_leader", lambda text: self._people.find_leader(line(text)))
        person_id = self._read(
            row,
            "responsible_person",
            lambda text: unit_id and self._people.find_person(line(text), unit_id=unit_id) or line(text),
        )
        return None
