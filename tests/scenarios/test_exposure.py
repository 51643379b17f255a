"""Praise, exposure and who answers (§4(4), §5(2), §5(3)): a circular, an order to rectify, the media, a proposal."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import system
from supervision.messaging import templates
from supervision.scoring import automatic_proposals
from tests.factories.identity import Caller, make_official, make_unit
from tests.factories.scoring import add_item, add_task, adopt, hold
from tests.places import Callers, Place


def shanghai(month: int, day: int) -> datetime:
    """Return ten in the morning in Shanghai."""
    return datetime(2016, month, day, 2, tzinfo=UTC)


async def post(caller: Caller, path: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post(path, json=body or None)
    assert answer.status_code in {200, 201}, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.fixture
async def units(session: AsyncSession, here: Place) -> dict[str, UUID]:
    """Found a county with a policy and two units, each with all who answer for it."""
    await templates.install_defaults(session, here.actor)
    await adopt(session, here.actor)
    await hold(session, here.actor, shanghai(3, 1))
    units = {name: await make_unit(session, here.actor, name=name) for name in ("水利局", "交通局")}
    for unit_id in units.values():
        for position in ("principal_leader", "leader_in_charge", "handler"):
            await make_official(session, here.actor, unit_id, position=position)
    await session.commit()
    return units


async def issue_circular(drafter: Caller, other: Caller, units: dict[str, UUID]) -> dict[str, Any]:
    circular = await post(drafter, "/v1/circulars", month="2016-03-01", title="2016年3月督查通报")
    path = f"/v1/circulars/{circular['id']}"
    await post(drafter, f"{path}/commendations", unit_id=str(units["交通局"]), reason="提前完工")
    await post(drafter, f"{path}/criticisms", unit_id=str(units["水利局"]), reason="久拖不决")
    await post(other, f"{path}/check")
    return await post(other, f"{path}/issue")


async def test_what_is_exposed_is_rectified_followed_and_answered_for(
    session: AsyncSession, callers: Callers, here: Place, units: dict[str, UUID]
) -> None:
    drafter, other, group = [await callers(here, role) for role in ("office", "office", "group")]
    bad = await callers(here, "unit", unit_id=units["水利局"])

    # The month's circular names both, and the criticism alone costs points (art. 12), once a second person says so.
    await hold(session, here.actor, shanghai(4, 6))
    issued = await issue_circular(drafter, other, units)
    assert "交通局" in issued["text"]
    assert "水利局" in issued["text"]
    assert await automatic_proposals.propose_criticised(session, system(here.actor.jurisdiction_id)) == 1
    (deduction,) = (await group.get("/v1/deductions")).json()["data"]
    confirmed = await post(group, f"/v1/deductions/{deduction['id']}/confirmation")
    assert (confirmed["unit_id"], confirmed["points"]) == (str(units["水利局"]), "3")

    # What was exposed is to be put right by a day, and another than who ordered it goes and looks.
    order = await post(
        drafter,
        "/v1/rectification_orders",
        unit_id=str(units["水利局"]),
        matter="污水直排被公开曝光",
        limit_on="2016-04-20",
    )
    path = f"/v1/rectification_orders/{order['id']}"
    await post(bad, f"{path}/report", text="已封堵排口")
    closed = await post(other, f"{path}/verification", verdict="closed", finding="现场核验属实")
    assert closed["state"] == "closed"

    # The county's television is asked to come back to it, and what came of that is on record.
    asked = await post(drafter, "/v1/media_follow_ups", medium="县电视台", matter="污水直排整改", asked_on="2016-04-06")
    told = await post(
        drafter, f"/v1/media_follow_ups/{asked['id']}/outcome", outcome="已播回访", concluded_on="2016-04-06"
    )
    assert told["state"] == "concluded"

    # Who answers is traced back to all three (§5(1)); what is done to them is not the system's to decide.
    item_id = await add_item(session, deadline_on=date(2016, 12, 31))
    task_id = await add_task(session, here.actor, item_id, units["水利局"])
    await session.commit()
    facts = {"unit_id": str(units["水利局"]), "task_id": str(task_id), "facts": "失职致污水直排"}
    proposal = await post(drafter, "/v1/accountability_proposals", **facts)
    path = f"/v1/accountability_proposals/{proposal['id']}"
    await post(drafter, f"{path}/dispatch", deciding_body="县纪委监委", sent_on="2016-04-06")
    answered = await post(drafter, f"{path}/answer", answer="已予诫勉", answered_on="2016-04-06")
    assert answered["state"] == "answered"
    assert {each["part"] for each in answered["traced"]} == {
        "principal_leader",
        "leader_in_charge",
        "responsible_person",
    }
