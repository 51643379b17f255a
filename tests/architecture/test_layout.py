import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

import supervision

ROOT = Path(supervision.__file__).parents[1]
ROOMS = sorted(path for path in (ROOT / "supervision").iterdir() if path.is_dir() and path.name != "__pycache__")
PACKAGES = ("api", "worker", "supervision", "deploy")

# What ends so and is a thing all the same.
NOUNS = {"key_ring", "ledger_closing", "ledger_opening", "ledger_standing", "paging", "task_standing", "urging"}
NAMELESS = re.compile(r"(?:^|_)(?:utils?|helpers?|common|base|managers?|misc|core|constants?)(?:_|$)")
FILE_LINES, FUNCTION_LINES = 300, 40


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
    is_docstring = len(body) == 1 and isinstance(body[0], ast.Expr)
    assert is_docstring, f"supervision/{room.name}/__init__.py holds its docstring only: move the code to a file"
    assert 3 <= len(text.splitlines()) <= 8, (
        f"supervision/{room.name}/__init__.py: say in 3 to 8 lines what the room owns and what it keeps true"
    )


@pytest.mark.parametrize("path", sources(*PACKAGES, "tests", "migrations"), ids=shown)
def test_files_are_named_after_what_they_hold(path: Path) -> None:
    named = NAMELESS.search(path.stem) or NAMELESS.search(path.parent.name)
    assert not named, f"{shown(path)}: name it after the thing that it holds, for that is what one would search for"


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=shown)
def test_files_stay_small(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= FILE_LINES, f"{shown(path)} has {lines} lines: divide it into two things that one would search for"


# What tests/scenarios tells is a story, and a story is told in one piece.
@pytest.mark.parametrize("path", [p for p in sources(*PACKAGES, "tests") if "scenarios" not in p.parts], ids=shown)
def test_long_functions_and_texts_say_why(path: Path) -> None:
    long = [f"{name} (line {line})" for name, line in unexplained(path.read_text("utf-8"))]
    assert not long, (
        f"{shown(path)}: {long} has more than {FUNCTION_LINES} lines. Take a thing of its own out of it; where it is "
        "plainer in one piece, write a comment above it that begins with `Long because` and says why"
    )


def unexplained(text: str) -> Iterator[tuple[str, int]]:
    """Yield the long functions and strings of a file above which no comment begins with `Long because`."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        match node:
            case (
                ast.FunctionDef(name=name, decorator_list=above) | ast.AsyncFunctionDef(name=name, decorator_list=above)
            ):
                first = min([node.lineno, *(each.lineno for each in above)])
            case ast.JoinedStr() | ast.Constant(value=str()):
                name, first = "a text", node.lineno
            case _:
                continue
        if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES and not _says_why(lines[: first - 1]):
            yield name, node.lineno


def _says_why(above: list[str]) -> bool:
    comment = takewhile(lambda line: line.lstrip().startswith("#"), reversed(above))
    return any(line.lstrip().startswith("# Long because ") for line in comment)


# The session itself is what the edges end transactions with.
@pytest.mark.parametrize("path", [p for p in sources("supervision") if p.stem != "sessions"], ids=shown)
def test_the_domain_never_ends_a_transaction(path: Path) -> None:
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    ending = called & {"commit", "rollback"}
    assert not ending, (
        f"{shown(path)} calls {ending}: leave it to the edge (api/route.py, worker/runner.py); what may fail by itself "
        "goes into a savepoint, session.begin_nested"
    )


@pytest.mark.parametrize("path", [p for p in sources("api/routes") if p.stem != "__init__"], ids=shown)
def test_routes_have_no_branch_no_query_and_no_try(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef) and node.name not in THINKING_ROUTES:
            found = {type(each).__name__ for each in ast.walk(node)}
            thinking = found & {"If", "For", "While", "Try", "Match"}
            assert not thinking, (
                f"{shown(path)}: {node.name} has {thinking}; move what it decides into a command or query of the room"
            )


# Probes look at the running system itself, the page at its files: there is no room behind them to ask.
THINKING_ROUTES = {"get_readyz", "get_metrics", "get_documentation_file"}


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("test_*.py")), ids=shown)
def test_every_architecture_test_says_what_to_do(path: Path) -> None:
    asserts = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Assert)]
    silent = [each.lineno for each in asserts if each.msg is None]
    assert not silent, f"{shown(path)}, lines {silent}: give the assertion a sentence that says what to do, and where"
