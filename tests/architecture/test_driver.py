"""One way to the database for each kind of work: the rule of docs/driver.md."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.test_layout import shown, sources

QUERIES = [path for path in sources("supervision") if path.stem.endswith("queries")]
# Written by nearly every request, or by every unit at once on the last day of a period: measured to be worth it.
SENDERS = {"supervision/audit/service.py", "supervision/progress/progress_reports.py"}
# What only the session can do: give an object that is locked to be changed, and fill in a list.
ONLY_THE_SESSION = {"with_for_update", "in_"}


def methods(tree: ast.AST) -> set[str]:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {each.attr for each in calls if isinstance(each, ast.Attribute)}


def by_session(tree: ast.Module) -> Iterator[str]:
    """Yield the functions that read by the session what could be read straight."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            called = methods(node)
            if called & {"execute", "scalar", "scalars"} and not called & ONLY_THE_SESSION:
                yield node.name


@pytest.mark.parametrize("path", QUERIES, ids=shown)
def test_queries_read_straight_from_the_driver(path: Path) -> None:
    odd = list(by_session(ast.parse(path.read_text("utf-8"))))
    assert not odd, f"{shown(path)}: let {odd} read by fetch, fetch_one or page; the rule is in docs/driver.md"


@pytest.mark.parametrize("path", sources("supervision"), ids=shown)
def test_commands_write_with_the_session(path: Path) -> None:
    imports = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    names = {name.name for node in imports if node.module == "supervision.foundation.driver" for name in node.names}
    assert "send" not in names or shown(path) in SENDERS, (
        f"{shown(path)}: write with session.add or session.execute; what is hot enough to be sent straight is measured "
        "first and then named in SENDERS of tests/architecture/test_driver.py"
    )
