"""docs/clauses.md says by which operations each clause is met and which tests show it; all of them must be there."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import supervision
from api.router import permissions

ROOT = Path(supervision.__file__).parents[1]
TABLE = ROOT / "docs" / "clauses.md"
NAME = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class ClauseRow:
    """What the regulation asks for, by its clauses, the operations that meet it, and the tests that show it."""

    name: str
    clauses: list[str]
    operations: list[str]
    tests: list[str]


def rows() -> list[ClauseRow]:
    text = TABLE.read_text("utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [
        ClauseRow(cells[0], re.findall(r"§\d\(\d\)", cells[1]), NAME.findall(cells[2]), NAME.findall(cells[3]))
        for cells in lines[2:]
    ]


ROWS = rows()
OF_THE_REGULATION = [row for row in ROWS if re.match(r"R\d+", row.name)]


def test_no_requirement_is_forgotten() -> None:
    numbers = {match[0] for row in ROWS if (match := re.match(r"R\d+", row.name))}
    odd = {f"R{number}" for number in range(1, 18)} ^ numbers
    assert not odd, f"docs/clauses.md has one row for each of R1 to R17; look at {odd}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_the_table_names_is_there(row: ClauseRow) -> None:
    unknown = set(row.operations) - set(permissions())
    assert not unknown, f"no such operations: {unknown}; correct the row in docs/clauses.md"
    lost = [path for path in row.tests if not (path.startswith("tests/") and (ROOT / path).is_file())]
    assert not lost, f"no such tests: {lost}; where a test was moved, its row in docs/clauses.md moves with it"
    assert row.operations, "a row of docs/clauses.md names the operations that meet it"
    assert row.tests, "a row of docs/clauses.md names the tests that show it"


@pytest.mark.parametrize("row", OF_THE_REGULATION, ids=lambda row: row.name)
def test_each_clause_has_its_place_in_a_story_and_a_test_that_cites_it(row: ClauseRow) -> None:
    stories = [path for path in row.tests if path.startswith("tests/scenarios/")]
    assert stories, "name a story of tests/scenarios in the row"
    cited = "".join((ROOT / path).read_text("utf-8") for path in row.tests)
    assert row.clauses, "name the clause in the row, such as §3(2)"
    uncited = [clause for clause in row.clauses if clause not in cited]
    assert not uncited, f"none of the row's tests cites {uncited}; cite it where it is shown"
