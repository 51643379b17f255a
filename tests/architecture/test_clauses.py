"""The readme says by which operations each clause is met and by which tests it is shown; all of them must be there."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import supervision
from api.permissions import PERMISSIONS, PUBLIC

ROOT = Path(supervision.__file__).parents[1]
HEADING = "## From the clause to the test"
# What comes with the portal.
LATER = {"R17"}
NAME = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """What the regulation asks for, by its clauses, the operations that meet it, and the tests that show it."""

    name: str
    clauses: list[str]
    operations: list[str]
    tests: list[str]


def rows() -> list[Row]:
    text = (ROOT / "README.md").read_text("utf-8")
    (section,) = re.findall(rf"^{HEADING}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [
        Row(cells[0], re.findall(r"§\d\(\d\)", cells[1]), NAME.findall(cells[2]), NAME.findall(cells[3]))
        for cells in lines[2:]
    ]


ROWS = rows()
OF_THE_REGULATION = [row for row in ROWS if re.match(r"R\d+", row.name) and row.name.split()[0] not in LATER]


def test_no_requirement_is_forgotten() -> None:
    numbers = {match[0] for row in ROWS if (match := re.match(r"R\d+", row.name))}
    assert numbers == {f"R{number}" for number in range(1, 18)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_the_readme_names_is_there(row: Row) -> None:
    assert set(row.operations) <= set(PERMISSIONS) | PUBLIC
    assert [path for path in row.tests if not (path.startswith("tests/") and (ROOT / path).is_file())] == []
    assert (bool(row.operations), bool(row.tests)) == (row.name.split()[0] not in LATER,) * 2


@pytest.mark.parametrize("row", OF_THE_REGULATION, ids=lambda row: row.name)
def test_each_clause_has_its_place_in_a_story_and_a_test_that_cites_it(row: Row) -> None:
    assert [path for path in row.tests if path.startswith("tests/scenarios/")]
    cited = "".join((ROOT / path).read_text("utf-8") for path in row.tests)
    assert row.clauses
    assert [clause for clause in row.clauses if clause not in cited] == []
