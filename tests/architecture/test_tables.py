"""Whose tables a room's statements name: text SQL obeys the floors as imports do, and a room writes its own only."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervision.foundation.database import Base
from supervision.foundation.table_modules import import_tables

ROOT = Path(__file__).parents[2]
ROOMS = sorted(path.parent.name for path in (ROOT / "supervision").glob("*/models.py"))
SOURCES = sorted((ROOT / "supervision").rglob("*.py"))
_READS = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_]+)\b")
_WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_]+)\b")


def _floors() -> list[set[str]]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["id"] == "floors"]
    return [{name.strip(" ()") for name in layer.split("|")} for layer in layers]


FLOOR = {room: height for height, layer in enumerate(reversed(_floors())) for room in layer}
import_tables()
TABLES = {str(mapper.local_table): mapper.class_.__module__.split(".")[1] for mapper in Base.registry.mappers}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "supervision").parts[0]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def texts(tree: ast.Module) -> Iterator[str]:
    """Yield the strings of a file that are SQL; what an f-string puts in is left out."""
    inside = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            pieces = [str(value.value) if isinstance(value, ast.Constant) else " {} " for value in node.values]
            yield "".join(pieces)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def reached(path: Path, pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    found = {name for text in texts(ast.parse(path.read_text("utf-8"))) for name in pattern.findall(text)}
    return {(name, TABLES[name]) for name in found if name in TABLES}


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_text_sql_reads_no_table_of_a_higher_floor(path: Path) -> None:
    room = room_of(path)
    above = {name: owner for name, owner in reached(path, _READS) if FLOOR[owner] > FLOOR.get(room, 99)}
    assert not above, f"{shown(path)} reads tables of rooms above it: {above}; the question belongs to the upper room"


def _written(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the classes of tables that a file makes rows of, inserts, updates or deletes, with their rooms."""
    owner = {
        each.asname or each.name: node.module.split(".")[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".models")
        for each in node.names
    }
    tables = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            writes = node.func.id in {"insert", "update", "delete"}
            named = [each.id for each in (node.args[:1] if writes else [node.func]) if isinstance(each, ast.Name)]
            yield from ((name, owner[name]) for name in named if name in owner and name in tables)


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_a_room_writes_its_own_tables_only(path: Path) -> None:
    room = room_of(path)
    tree = ast.parse(path.read_text("utf-8"))
    written = {*_written(tree), *reached(path, _WRITES)}
    foreign = {name: owner for name, owner in written if owner != room}
    assert not foreign, f"{shown(path)} writes tables of other rooms: {foreign}; call that room's command instead"
