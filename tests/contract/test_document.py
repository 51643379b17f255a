import json
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import DuchaApp
from api.router import all_routes
from tests.contract.committed_document import PATH, rendered
from tests.contract.requests import operations


@pytest.fixture(scope="module")
def document(app: DuchaApp) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(orjson.dumps(app.openapi()))
    return read


def test_the_committed_document_is_the_apps(app: DuchaApp) -> None:
    assert PATH.read_bytes() == rendered(app), "the routes have changed: run `make openapi` and commit what it writes"


def test_it_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_it_has_every_route_once(document: dict[str, Any]) -> None:
    names = [each.name for each in operations(document)]
    assert len(names) == len(set(names))
    # The portal's pages are for people's eyes: no front end calls them.
    assert set(names) == {each.name for each in all_routes() if each.include_in_schema}


def test_names_are_ascii(document: dict[str, Any]) -> None:
    # Client generators make identifiers of them.
    names = [*document["components"]["schemas"], *(each.name for each in operations(document))]
    assert [name for name in names if not (name.isascii() and name.isidentifier())] == []
    assert [name for name in names if "__" in name] == [], "two classes of one name: rename one"


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    ready = {"get_readyz"}  # its 503 says what is not ready, which a probe reads
    wrong = [
        (each.name, status)
        for each in operations(document)
        for status, answer in each.facts["responses"].items()
        if status >= "400" and "application/problem+json" not in answer["content"] and each.name not in ready
    ]
    assert wrong == []


def test_every_operation_speaks_of_itself(document: dict[str, Any]) -> None:
    assert [each.name for each in operations(document) if len(each.facts.get("description", "")) < 10] == []


def test_parameters_have_no_null(document: dict[str, Any]) -> None:
    # A parameter is there or it is not; a null branch only makes clients send the word "null".
    parameters = [(each.name, one) for each in operations(document) for one in each.facts.get("parameters", [])]
    assert [(name, one["name"]) for name, one in parameters if "anyOf" in one["schema"]] == []


def test_every_text_and_number_sent_is_bounded(document: dict[str, Any]) -> None:
    loose = [place for place, schema in schemas(document, "#") if is_loose(schema)]
    assert loose == []


def schemas(node: Any, place: str) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        return [found for number, child in enumerate(node) for found in schemas(child, f"{place}/{number}")]
    if not isinstance(node, dict):
        return []
    here = [(place, node)] if isinstance(node.get("type"), str) else []
    return here + [
        found for key, child in node.items() if key != "examples" for found in schemas(child, f"{place}/{key}")
    ]


def is_loose(schema: dict[str, Any]) -> bool:
    bounds = {"string": "maxLength", "integer": "maximum", "array": "maxItems"}
    if "enum" in schema or "const" in schema or schema.get("format") == "binary":
        return False
    return schema["type"] in bounds and bounds[schema["type"]] not in schema
