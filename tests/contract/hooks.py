"""What schemathesis must know about our API beyond its document."""

import json
import os
import re
from itertools import count, cycle
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_fixture_values = json.loads(Path(os.environ["DUCHA_TEST_FIXTURES"]).read_text("utf-8"))
_numbers = count(1)
_acting = count(1)
_bodies = {operation: cycle(bodies) for operation, bodies in _fixture_values["bodies"].items()}
_ids = {name: cycle(values) for name, values in _fixture_values["ids"].items()}
_places = {
    operation: {name: cycle(values) for name, values in places.items()}
    for operation, places in _fixture_values["places"].items()
}


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], **_: object) -> None:
    """Put into most requests that fit the document what exists, for chance does not find it."""
    fits = is_positive(case)
    # Acting for an official is for the few keys that may; left in, it would shut nearly every door with a 403.
    for name in ("Ducha-On-Behalf-Of", "Ducha-Acting-As"):
        if case.headers and UUID.fullmatch(str(case.headers.get(name, ""))) and next(_acting) % 10:
            del case.headers[name]
    if not fits:
        return
    # A generator soon repeats itself, and a key that comes again with another request is refused, as it should be.
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"contract-{next(_numbers)}"
    name = case.operation.definition.raw.get("operationId")
    _go_where_it_can_succeed(case, name)
    if case.media_type == "multipart/form-data" and next(_numbers) % 5:
        case.body = {"file": next(_bodies[name]).encode()}
    elif isinstance(case.body, dict) and next(_numbers) % 5:
        case.body = next(_bodies[name]) if name in _bodies else with_ids(case.body)
    elif case.media_type in {"text/csv", "application/pdf", "application/octet-stream"} and next(_numbers) % 5:
        case.body = next(_bodies[name])


def _go_where_it_can_succeed(case: Case[Any], operation: str) -> None:
    known = _places.get(operation, {})
    # Drawn together: what stands in the query, such as a kind, is of the thing in the path.
    drawn = {name: next(values) for name, values in known.items()} if next(_numbers) % 5 else {}
    for name, value in (case.path_parameters or {}).items():
        # A link that schemathesis guessed may lead from an optional field, and so to nothing.
        if value is None or name in drawn:
            case.path_parameters[name] = drawn[name] if name in drawn else next(known.get(name) or _ids[name])
    case.query.update({name: drawn[name] for name in case.query if name in drawn})
    # What is confirmed is as it was prepared, and meanwhile others have registered units.
    if operation == "confirm_settlement":
        prepared = case.formatted_path.removesuffix("/confirmation")
        httpx.post(urljoin(case.operation.base_url, prepared), headers={"Authorization": "Bearer here"})
    # Chance seldom hits the version that a row has come to.
    if case.headers and "If-Match" in case.headers and next(_numbers) % 5:
        # What a verb is done to stands before it in the path.
        thing = case.formatted_path.rpartition("/")[0] if case.method == "POST" else case.formatted_path
        read = httpx.get(urljoin(case.operation.base_url, thing), headers={"Authorization": "Bearer here"})
        case.headers["If-Match"] = read.headers.get("etag", case.headers["If-Match"])


def with_ids(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: with_ids(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_ids(inner, name) for inner in value]
    return next(_ids[name]) if name in _ids and name.endswith(("_id", "_ids")) and value is not None else value


@schemathesis.check
def what_fits_the_document_is_understood(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """Hold the document to its word: what it allows is never answered with the code for unreadable requests."""
    if response.status_code == 422 and is_positive(case):
        assert response.json()["code"] != "invalid", "the document allows what the API cannot read"


@schemathesis.check
def what_was_made_is_found(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """Follow each Location: the built-in check asks only where every parameter, optional headers too, is linked."""
    if response.status_code == 201 and "location" in response.headers:
        known = {"Authorization": str(response.request.headers["Authorization"])}
        found = httpx.get(urljoin(str(response.request.url), response.headers["location"][0]), headers=known)
        assert found.status_code == 200, f"{case.operation.label} made what answers {found.status_code}"


def is_positive(case: Case[Any]) -> bool:
    """Tell whether each part of a request was made to fit the document, asked before any part is changed."""
    if case.meta is None:
        return False
    return case.meta.generation.mode.is_positive and all(
        component.mode.is_positive for component in case.meta.components.values()
    )
