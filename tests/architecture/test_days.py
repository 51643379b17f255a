"""Where the days that a request gives may lie: one table, complete, and each command asks it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import supervision
from api.app import DuchaApp
from supervision.foundation.days import REACHES, Reach
from tests.contract.requests import operations

ROOM_FILES = sorted(Path(supervision.__file__).parent.rglob("*.py"))
UNASKED = {Reach.ANY, Reach.NARROWER}


def test_every_day_of_a_request_stands_in_the_table(app: DuchaApp) -> None:
    found = dict(days_of(app.openapi()))
    odd = {name for name in {*found, *REACHES} if found.get(name, set()) != set(REACHES.get(name, ()))}
    assert not odd, f"days of {odd}: say in REACHES of supervision/foundation/days.py how far each may lie"


def test_a_day_that_is_not_in_the_table_is_found() -> None:
    body = {"type": "object", "properties": {"rows": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}}}
    row = {"type": "object", "properties": {"met_on": {"anyOf": [{"type": "string", "format": "date"}, {}]}}}
    operation = {
        "operationId": "meet",
        "parameters": [{"name": "since", "in": "query", "schema": {"format": "date-time"}}],
        "requestBody": {"content": {"application/json": {"schema": body}}},
    }
    document = {"paths": {"/v1/meetings": {"post": operation}}, "components": {"schemas": {"Row": row}}}
    assert dict(days_of(document)) == {"meet": {"since", "/rows/*/met_on"}}, (
        "the walk of this test misses days in nested bodies or parameters: mend days_of and places_in here"
    )


def test_each_command_asks_the_table() -> None:
    asked: dict[str, set[str]] = {}
    for path in ROOM_FILES:
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for name in asked_in(function):
                    asked.setdefault(name, set()).update(pointers_in(function, name))
    for name, fields in REACHES.items():
        wanted = {pointer for pointer, reach in fields.items() if reach not in UNASKED}
        assert wanted <= asked.get(name, set()), (
            f"{name} takes {wanted - asked.get(name, set())} and does not hold it against the table: "
            "call days.check in its command"
        )


def days_of(document: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Yield each operation that takes days or moments, with their places."""
    for each in operations(document):
        places = {
            parameter["name"]
            for parameter in each.facts.get("parameters", [])
            if any(True for _ in places_in(document, parameter["schema"]))
        }
        for content in each.facts.get("requestBody", {}).get("content", {}).values():
            places.update(places_in(document, content["schema"]))
        if places:
            yield each.name, places


def places_in(document: dict[str, Any], schema: dict[str, Any], place: str = "") -> Iterator[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if schema.get("format") in {"date", "date-time"}:
        yield place
    for name, child in schema.get("properties", {}).items():
        yield from places_in(document, child, f"{place}/{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from places_in(document, schema[key], f"{place}/*")
    for key in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(key, ()):
            yield from places_in(document, branch, place)


def asked_in(function: ast.AST) -> Iterator[str]:
    """Yield the operations whose days a function holds against the table, by the rule or by the table itself."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "days.check":
            yield ast.literal_eval(node.args[1])
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "days.REACHES":
            yield ast.literal_eval(node.slice)


def pointers_in(function: ast.AST, name: str) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("/"):
            yield node.value
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
        if isinstance(node, ast.DictComp) and f"days.REACHES['{name}']" in ast.unparse(node):
            yield from REACHES[name]
