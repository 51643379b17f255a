"""Ids that no table can have are refused like other nonsense, and never reach a column that is too small for them."""

import re

import pytest

from api.app import DuchaApp
from tests.contract.requests import operations
from tests.places import Callers, Place

TOO_LARGE = ("9223372036854775807", "9223372036854775808", "9" * 19, "1" + "0" * 18)


@pytest.mark.parametrize("number", [*TOO_LARGE, "1" * 5000, "0", "-1", "１"])
async def test_of_messages_and_cursors(callers: Callers, here: Place, number: str) -> None:
    office, auditor = await callers(here, "office"), await callers(here, "auditor")
    answers = [
        await office.get(f"/v1/messages/{number}"),
        await office.get("/v1/messages", params={"after": number}),
        await auditor.get("/v1/audit_events", params={"after": number}),
    ]
    assert {answer.status_code for answer in answers} == {422}


async def test_the_largest_that_is_taken_is_not_found(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    assert (await office.get(f"/v1/messages/{'9' * 18}")).status_code == 404
    assert (await office.get("/v1/messages", params={"after": "9" * 18})).status_code == 200


def test_no_other_id_is_a_number_without_bounds(app: DuchaApp) -> None:
    for each in operations(app.openapi()):
        for parameter in each.facts.get("parameters", []):
            schema = parameter["schema"]
            if re.search(r"id$|^after$", parameter["name"]) and schema.get("format") != "uuid":
                assert schema.get("maxLength", 99) <= 200, (each, parameter)
                assert schema.get("pattern", "") in {r"^[1-9][0-9]{0,17}$", ""}, (each, parameter)
