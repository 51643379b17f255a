import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import supervision

ROOT = Path(supervision.__file__).parents[1]
ROOMS = sorted(path for path in (ROOT / "supervision").iterdir() if path.is_dir() and path.name != "__pycache__")
PACKAGES = ("api", "worker", "supervision", "deploy")

# What ends so and is a thing all the same.
NOUNS = {"key_ring", "ledger_closing", "ledger_opening", "ledger_standing", "paging", "task_standing", "urging"}
NAMELESS = re.compile(r"(?:^|_)(?:utils?|helpers?|common|base|managers?|misc|core|constants?)(?:_|$)")
FILE_LINES, FUNCTION_LINES = 300, 60


def sources(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources("supervision"), ids=shown)
def test_files_of_rooms_are_named_by_nouns(path: Path) -> None:
    is_gerund = path.stem.endswith("ing") and path.stem not in NOUNS
    assert not is_gerund, "name it by the thing that one would search for: obligations.py, not obliging.py"


@pytest.mark.parametrize("path", sources("supervision"), ids=shown)
def test_tables_stand_in_models_and_nothing_is_exported_again(path: Path) -> None:
    names = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
    assert path.stem == "models" or "__tablename__" not in names, "move the table to the room's models.py"
    assert "__all__" not in names, "import from where it is defined; nothing is exported again"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_rooms_say_what_they_own_and_keep(room: Path) -> None:
    text = (room / "__init__.py").read_text("utf-8")
    body = ast.parse(text).body
    assert len(body) == 1, "a room's __init__ holds no code"
    assert isinstance(body[0], ast.Expr)
    assert 3 <= len(text.splitlines()) <= 8


@pytest.mark.parametrize("path", sources(*PACKAGES, "tests", "migrations"), ids=shown)
def test_files_are_named_after_what_they_hold(path: Path) -> None:
    assert not NAMELESS.search(path.stem)
    assert not NAMELESS.search(path.parent.name)


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=shown)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= FILE_LINES
    assert [name for name, lines in functions(ast.parse(text)) if lines > FUNCTION_LINES] == []


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


# The session itself is what the edges end transactions with.
@pytest.mark.parametrize("path", [p for p in sources("supervision") if p.stem != "sessions"], ids=shown)
def test_the_domain_never_ends_a_transaction(path: Path) -> None:
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert called.isdisjoint({"commit", "rollback"})


@pytest.mark.parametrize("path", [p for p in sources("api/routes") if p.stem != "__init__"], ids=shown)
def test_routes_have_no_branch_no_query_and_no_try(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef) and node.name not in THINKING_ROUTES:
            found = {type(each).__name__ for each in ast.walk(node)}
            assert found.isdisjoint({"If", "For", "While", "Try", "Match"}), node.name


# Probes look at the running system itself, the page at its files: there is no room behind them to ask.
THINKING_ROUTES = {"get_readyz", "get_metrics", "get_documentation_file"}
