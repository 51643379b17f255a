"""What office and auditor see of the gateways; all counties of an installation have the same."""

from typing import Any

import pytest

from supervision.messaging import gateway_switch
from tests.factories.messaging import ask
from tests.places import Committed

FRESH = {
    "name": "console",
    "kind": "console",
    "carriers": ["broadnet", "mobile", "telecom", "unicom"],
    "is_on": True,
    "weight": 100,
    "share": 100,
    "last_change": None,
    "succeeded_at": None,
}


async def listed(committed: Committed, code: str, role: str) -> list[dict[str, Any]]:
    caller = await committed.callers(await committed.found(code), role)
    data: list[dict[str, Any]] = (await caller.get("/v1/gateways")).json()["data"]
    return data


@pytest.mark.parametrize("role", ["office", "auditor"])
async def test_they_are_seen_as_they_are_set(committed: Committed, role: str) -> None:
    assert await listed(committed, "330326", role) == [{**FRESH, "is_test": False}, {**FRESH, "is_test": True}]


async def test_the_last_change_is_seen_with_its_reason_by_every_county(committed: Committed) -> None:
    await ask(
        committed,
        "INSERT INTO gateway_standing (gateway, is_test, share, succeeded_at) "
        "VALUES ('console', false, 50, '2016-03-01T00:00:00Z')",
    )
    await ask(
        committed,
        "INSERT INTO gateway_share_change (gateway, is_test, share_before, share, reason) "
        "VALUES ('console', false, 100, 50, '提交 100 条，失败 21 条（21%），超过 20%')",
    )
    for code in ("330326", "330327"):
        live, test = await listed(committed, code, "office")
        assert (live["share"], live["succeeded_at"], test["share"]) == (50, "2016-03-01T00:00:00Z", 100)
        assert (live["last_change"]["share"], live["last_change"]["reason"][:9]) == (50, "提交 100 条，")
        assert test["last_change"] is None
    async with committed.owner() as session:
        change = gateway_switch.Change(gateway="console", is_test=False, is_on=False)
        await gateway_switch.switch(session, change, reason="割接", changed_by="示例人员")
        await session.commit()
    live, _ = await listed(committed, "330328", "auditor")
    assert (live["is_on"], live["last_change"]["share"], live["last_change"]["reason"]) == (False, None, "割接")


async def test_a_unit_does_not_see_them(committed: Committed) -> None:
    unit = await committed.callers(await committed.found("330326"), "unit")
    assert (await unit.get("/v1/gateways")).json()["code"] == "forbidden"
