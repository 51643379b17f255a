"""By which constraints what is written is refused: each is named, and each name is one of the models'."""

import ast
from pathlib import Path

import pytest

from supervision.foundation.database import Base
from supervision.foundation.table_modules import import_tables

ROOT = Path(__file__).parents[2]
FOUNDATION = ROOT / "supervision/foundation/insertion.py"
SOURCES = sorted(path for part in ("api", "deploy", "supervision", "worker") for path in (ROOT / part).rglob("*.py"))
import_tables()
TABLES = Base.metadata.tables.values()
KNOWN = {str(each.name) for table in TABLES for each in table.constraints} | {
    str(index.name) for table in TABLES for index in table.indexes if index.unique
}


def named_by(tree: ast.Module) -> list[str]:
    """List the constraints by which a file refuses."""
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    refusing = [each for each in calls if ast.unparse(each.func) in {"insert_or_refuse", "refusing"}]
    return [keyword.arg or "**" for each in refusing for keyword in each.keywords]


TREES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
    for path in SOURCES
    if "insert_or_refuse" in path.read_text("utf-8") or "refusing(" in path.read_text("utf-8")
    if path != FOUNDATION
}


@pytest.mark.parametrize("name", TREES)
def test_a_refusing_constraint_is_one_of_the_models(name: str) -> None:
    unknown = set(named_by(TREES[name])) - KNOWN
    assert not unknown, f"{name} refuses by {unknown}, which no model has: write a constraint's name as a keyword"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_violation_is_told_without_its_constraint(path: Path) -> None:
    if "except IntegrityError" in path.read_text("utf-8"):
        assert "violated_constraint(error)" in path.read_text("utf-8"), "use insert_or_refuse, which asks for its name"
