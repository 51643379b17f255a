import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import supervision

ROOT = Path(supervision.__file__).parents[1]
ROOMS = sorted(path for path in (ROOT / "supervision").iterdir() if path.is_dir() and path.name != "__pycache__")
PACKAGES = ("api", "worker", "supervision", "deploy")

# The eight names that mean the same in every room.
COMMON = {"__init__", "models", "states", "rules", "queries", "policy", "service", "errors"}
# What a room names after its own things and verbs.
OWN = {
    "foundation": {
        "actors",
        "clock",
        "days",
        "database",
        "ids",
        "keys",
        "logs",
        "metrics",
        "numbers",
        "paging",
        "sessions",
        "settings",
        "strict_json",
        "texts",
    },
    "audit": {"sealing"},
    "identity": {"founding", "keys", "telephones"},
    "cadence": {"rhythms", "runs", "seed", "seeding", "timetable"},
    "operations": set[str](),
    "messaging": {"audience", "broadcasting", "delivery", "gateways", "outbox", "receipts", "templates"},
    "documents": {
        *("attachments", "delimited", "number_formats", "packages", "spreadsheets", "styles", "tables"),
        *("uploading", "workbooks", "worksheets"),
    },
    "items": {
        *(
            "approving",
            "changing",
            "closing",
            "lateness",
            "ledgers",
            "life",
            "notices",
            "noticing",
            "numbering",
            "papers",
        ),
        *("registering", "registers", "search", "similar", "staging", "urging"),
    },
    "tasks": {
        *("assignments", "carrying", "cells", "columns", "decomposing", "departing", "extending", "importing"),
        *("ledger_sheet", "merging", "milestones", "parts", "people", "reassigning"),
    },
    "progress": {
        *(
            "completing",
            "digesting",
            "last_reported",
            "looking",
            "obliging",
            "reporting",
            "returning",
            "rhythm",
            "summarising",
        ),
        "waiving",
    },
    "inspections": {"concluding", "monthly", "planning", "recording"},
    "problems": {"opening", "reminding", "solving"},
    "scoring": {
        *("adopting", "annex", "correcting", "deciding", "facts", "proposing"),
        *("reopening", "score_formula", "settlements", "settling", "telling", "warning"),
    },
    "bulletins": {"counting", "drafting", "following", "issuing", "numbering", "proposing", "rectifying"},
    "reviews": {
        "closing",
        "ledger_standing",
        "reporting",
        "reviewing",
        "stopping",
        "task_standing",
        "transferring",
        "waiving",
    },
    "desk": {"archive", "complaining", "requests", "statistics", "watching", "work"},
    "publication": {"drafting", "feeds", "publishing", "reviewing"},
}
NAMELESS = re.compile(r"(?:^|_)(?:utils?|helpers?|common|base|managers?|misc|core|constants?)(?:_|$)")
FILE_LINES, FUNCTION_LINES = 300, 60


def sources(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_rooms_keep_to_the_vocabulary(room: Path) -> None:
    names = {path.stem for path in room.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert names - COMMON == OWN[room.name]


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


# Probes look at the house itself, the page at its files: there is no room behind them to ask.
THINKING_ROUTES = {"get_readyz", "get_metrics", "get_documentation_file"}
