"""An item that comes to a year finds its place in the ledgers: the commands that bring one are called by their room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "deploy", "supervision", "worker")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BRINGING = {
    "supervision.items.registration": {"register_item", "register_items"},
    "supervision.items.item_changes": {"mark_reopened"},
    "supervision.tasks.merge_and_split": {"merge_item", "split_item"},
}
# These see to it: an import has its year's ledger open, and what is split off is entered by the room above.
ENTERING = {
    "supervision/ledgers/entered_items.py",
    "supervision/ledgers/ledger_import.py",
    "supervision/tasks/merge_and_split.py",
}


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def brought(tree: ast.Module) -> Iterator[str]:
    """Yield the bringing commands that a file imports by name, or calls by their module."""
    modules: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                modules[each.asname or each.name] = BRINGING.get(f"{node.module}.{each.name}", set())
                yield from BRINGING.get(node.module or "", set()) & {each.name}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from modules.get(node.value.id, set()) & {node.attr}


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_what_comes_to_a_year_is_entered(path: Path) -> None:
    found = set(brought(ast.parse(path.read_text("utf-8"))))
    assert not found or shown(path) in ENTERING, f"call these in supervision/ledgers/entered_items.py: {found}"
