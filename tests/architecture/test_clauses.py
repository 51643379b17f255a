"""The readme says by which operation each clause is met and by which test it is shown; both must be there."""

import re
from pathlib import Path

import pytest

import supervision
from api.permissions import PERMISSIONS, PUBLIC

ROOT = Path(supervision.__file__).parents[1]
HEADING = "## From the clause to the test"
# What comes with the portal.
LATER = {"R17"}
NAME = re.compile(r"`([^`]+)`")


def rows() -> list[tuple[str, list[str], list[str]]]:
    """Return each requirement of the readme's table with its operations and its tests."""
    text = (ROOT / "README.md").read_text("utf-8")
    (section,) = re.findall(rf"^{HEADING}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [(cells[0], NAME.findall(cells[2]), NAME.findall(cells[3])) for cells in lines[2:]]


ROWS = rows()


def test_no_requirement_is_forgotten() -> None:
    numbers = {match[0] for name, _, _ in ROWS if (match := re.match(r"R\d+", name))}
    assert numbers == {f"R{number}" for number in range(1, 18)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_the_readme_names_is_there(row: tuple[str, list[str], list[str]]) -> None:
    name, operations, tests = row
    assert set(operations) <= set(PERMISSIONS) | PUBLIC
    assert [path for path in tests if not (path.startswith("tests/") and (ROOT / path).is_file())] == []
    assert (bool(operations), bool(tests)) == (name.split()[0] not in LATER,) * 2
