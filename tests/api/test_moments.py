"""A moment is RFC 3339 with its offset, in every body and query (receipts: test_receipts)."""

from typing import Any

import pytest

from api.app import DuchaApp
from tests.api.test_manners import assert_problem
from tests.architecture.test_days import places_in
from tests.contract.requests import operations
from tests.factories.identity import Caller
from tests.places import Callers, Place

LAX = (
    *("2611281300", "0", "1795864800.5", "", " ", "now", "20261128T130000Z", "2026-11-28"),
    *("2026-11-28T13:00:00", "2026-11-28 13:00:00+08:00", "2026-11-28T13:00+08:00", "2026-11-28T13:00:00+0800"),
    *("2026-11-28T13:00:00+08", "2026-11-28T13:00:00,5Z", "2026-11-28T24:00:00Z", "2026-11-28T23:60:00Z"),
    *("2026-11-28T13:00:60Z", "2026-11-28T13:00:00+05:99", "2026-11-28T13:00:00+24:00", "2026-W48-6T13:00:00Z"),
    *("2026-11-31T13:00:00Z", "2026-11-28T13:00:00Z ", "2026-11-28T13:0\N{ARABIC-INDIC DIGIT THREE}:00Z"),
    *("2026-11-28T13:00:00.Z", "2026-11-28T13:00:00.1234567890Z", "P1D", "2026-11-28T13:00:00[Asia/Shanghai]"),
)
EXACT = ("2026-11-28T13:00:00Z", "2026-11-28t13:00:00.123456789z", "2026-11-28T13:00:00-00:00")
NUMBERS: tuple[object, ...] = (0, 2611281300, 1795864800.5, True, [], {})


@pytest.fixture
async def administrator(callers: Callers, here: Place) -> Caller:
    return await callers(here, "administrator")


@pytest.mark.parametrize("moment", [*LAX, *NUMBERS], ids=repr)
async def test_of_a_body(administrator: Caller, moment: object) -> None:
    answer = await administrator.post("/v1/clock/hold", json={"at": moment})
    (named,) = assert_problem(answer, 422, "invalid")["errors"]
    assert (named["pointer"], named["code"]) == ("/body/at", "moment")


@pytest.mark.parametrize("moment", EXACT)
async def test_as_documented_it_is_taken(administrator: Caller, moment: str) -> None:
    answer = await administrator.post("/v1/clock/hold", json={"at": moment})
    assert answer.status_code == 200, answer.text
    assert answer.json()["now"].startswith("2026-11-28T13:00:00")


@pytest.mark.parametrize("moment", LAX)
async def test_of_every_query(app: DuchaApp, callers: Callers, here: Place, moment: str) -> None:
    caller, document, asked = await callers(here, "office"), app.openapi(), 0
    for each in operations(document):
        for parameter in each.facts.get("parameters", []):
            if parameter["in"] == "query" and parameter["schema"].get("format") == "date-time":
                others = {"year": "2016"} if each.name == "get_scores" else {}
                answer = await caller.get(each.filled(), params={**others, parameter["name"]: moment})
                (named,) = assert_problem(answer, 422, "invalid")["errors"]
                assert (named["pointer"], named["code"]) == (f"/query/{parameter['name']}", "moment")
                asked += 1
    assert asked >= 2


def test_no_moment_is_left_to_the_library(app: DuchaApp) -> None:
    # The pattern in the document is written by our own reader's type; Pydantic's has none.
    document = app.openapi()
    for each in operations(document):
        for content in each.facts.get("requestBody", {}).get("content", {}).values():
            for place in places_in(document, content["schema"]):
                schema = schema_at(document, content["schema"], place)
                assert "pattern" in schema, f"{each.name} {place}"


def schema_at(document: dict[str, Any], schema: dict[str, Any], place: str) -> dict[str, Any]:
    for step in ["", *place.split("/")[1:]]:
        if step:
            schema = schema["items"] if step == "*" else schema["properties"][step]
        schema = next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), schema)
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema
