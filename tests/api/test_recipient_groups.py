from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.identity.models import Unit
from supervision.items import registration
from supervision.items.registration import NewParty
from supervision.messaging import templates
from tests.factories.approvals import approve
from tests.factories.identity import Caller, make_unit
from tests.factories.items import make_item
from tests.factories.messaging import make_officials
from tests.places import Callers, Place

NOTICE: dict[str, Any] = {"template": "notice", "variables": {"text": "请按时报送进展。"}}


@pytest.fixture
async def told(session: AsyncSession, here: Place) -> list[str]:
    """Three officials of one unit, in a county with templates."""
    await templates.install_defaults(session, here.actor)
    officials = await make_officials(session, here.actor, 3)
    await session.commit()
    return [str(each) for each in officials]


@pytest.fixture
async def office(told: list[str], callers: Callers, here: Place) -> Caller:  # noqa: ARG001 - what it is about
    return await callers(here, "office")


async def recipients(office: Caller, **audience: Any) -> int:
    answer = await office.post("/v1/broadcasts/preview", json={**NOTICE, "audience": audience})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["recipients"])


async def test_a_group_is_kept_amended_and_told(office: Caller, told: list[str]) -> None:
    made = await office.post("/v1/recipient_groups", json={"name": "防汛指挥部", "official_ids": told[:2]})
    assert (made.status_code, made.json()["members"], made.json()["official_ids"]) == (201, 2, told[:2])
    group = made.json()["id"]
    assert await recipients(office, group_ids=[group]) == 2
    amended = await office.patch(
        made.headers["Location"], json={"official_ids": told[1:]}, headers={"If-Match": made.headers["ETag"]}
    )
    assert (amended.json()["official_ids"], amended.json()["version"]) == (told[1:], 2)
    stale = await office.patch(made.headers["Location"], json={"name": "x"}, headers={"If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    assert await recipients(office, group_ids=[group], official_ids=told[:1], excluded_ids=told[2:]) == 2
    (listed,) = (await office.get("/v1/recipient_groups")).json()["data"]
    assert (listed["name"], listed["members"]) == ("防汛指挥部", 2)


async def test_refuses_a_name_twice_and_who_is_not_in_post(office: Caller, told: list[str]) -> None:
    made = await office.post("/v1/recipient_groups", json={"name": "防汛 指挥部", "official_ids": told})
    again = await office.post("/v1/recipient_groups", json={"name": " 防汛 指挥部", "official_ids": []})
    assert (again.status_code, again.json()["code"]) == (409, "recipient_group_exists")
    stranger = await office.post("/v1/recipient_groups", json={"name": "x", "official_ids": [made.json()["id"]]})
    assert (stranger.status_code, stranger.json()["code"]) == (422, "unknown_official")
    unknown = {**NOTICE, "audience": {"group_ids": told[:1]}}
    refused = await office.post("/v1/broadcasts/preview", json=unknown)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_recipient_group")


async def test_a_group_of_another_county_is_out_of_sight(
    office: Caller, told: list[str], callers: Callers, elsewhere: Place
) -> None:
    made = await office.post("/v1/recipient_groups", json={"name": "防汛指挥部", "official_ids": told})
    stranger = await callers(elsewhere, "office")
    path = made.headers["Location"]
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get("/v1/recipient_groups")).json()["data"] == []
    assert (await stranger.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})).status_code == 404
    theirs = await stranger.post("/v1/recipient_groups", json={"name": "防汛指挥部", "official_ids": told})
    assert theirs.json()["code"] == "unknown_official"


async def test_units_narrow_the_other_criteria(
    office: Caller, session: AsyncSession, here: Place, told: list[str]
) -> None:
    unit_id = await make_unit(session, here.actor)
    await make_officials(session, here.actor, 1, first=10, unit_id=unit_id)
    await make_officials(session, here.actor, 1, first=11, unit_id=unit_id, leadership_level="none")
    await session.commit()
    assert await recipients(office, unit_ids=[str(unit_id)]) == 2
    assert await recipients(office, unit_ids=[str(unit_id)], min_level="deputy_section") == 1
    assert await recipients(office, unit_ids=[str(unit_id)], official_ids=told) == 5
    stranger = {**NOTICE, "audience": {"unit_ids": told[:1]}}
    assert (await office.post("/v1/broadcasts/preview", json=stranger)).json()["code"] == "unknown_unit"


async def test_all_units_are_everybody_also_but_for_one(office: Caller, told: list[str], session: AsyncSession) -> None:
    units = [str(each) for each in await session.scalars(select(Unit.id))]
    for audience in ({"unit_ids": units}, {"unit_ids": units, "excluded_ids": told[:1]}):
        body = {**NOTICE, "audience": audience}
        shown = (await office.post("/v1/broadcasts/preview", json=body)).json()["shown"]
        refused = await office.post("/v1/broadcasts", json={**body, "matter": "通知", "shown": shown})
        assert refused.json()["code"] == "broadcast_needs_approval"


async def test_an_item_tells_its_parties(
    office: Caller, session: AsyncSession, here: Place, callers: Callers, elsewhere: Place
) -> None:
    parties = await add_parties(session, here)
    item_id = parties.pop("item")
    assert await recipients(office, item_ids=[item_id]) == 3
    assert await recipients(office, item_ids=[item_id], excluded_ids=[parties["leader"]]) == 2
    stranger = await callers(elsewhere, "office")
    answer = await stranger.post("/v1/broadcasts/preview", json={**NOTICE, "audience": {"item_ids": [item_id]}})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_item")


async def add_parties(session: AsyncSession, place: Place) -> dict[str, str]:
    """Make an item with a lead leader, a responsible and a supporting unit of a handler each, and others beside."""
    item_id = await make_item(session, place.actor)
    responsible, supporting, other = [await make_unit(session, place.actor) for _ in range(3)]
    (leader,) = await make_officials(session, place.actor, 1, first=20, position="county_leader")
    for first, unit_id in ((21, responsible), (22, supporting), (23, other)):
        await make_officials(session, place.actor, 1, first=first, unit_id=unit_id)
    await make_officials(session, place.actor, 1, first=24, unit_id=responsible, position="other")
    await registration.add_parties(
        session,
        [
            NewParty(item_id=item_id, responsibility="lead_leader", official_id=leader),
            NewParty(item_id=item_id, responsibility="responsible_unit", unit_id=responsible),
            NewParty(item_id=item_id, responsibility="supporting_unit", unit_id=supporting),
        ],
    )
    await session.commit()
    return {"item": str(item_id), "leader": str(leader)}


async def test_a_proposal_keeps_the_audience(office: Caller, told: list[str], callers: Callers, here: Place) -> None:
    group = (await office.post("/v1/recipient_groups", json={"name": "防汛指挥部", "official_ids": told})).json()["id"]
    body = {**NOTICE, "audience": {"group_ids": [group], "excluded_ids": told[:1]}}
    shown = (await office.post("/v1/broadcasts/preview", json=body)).json()["shown"]
    sent = {**body, "matter": "汛情", "shown": shown, "critical_reason": "防汛紧急通知"}
    proposed = await office.post("/v1/broadcasts/proposals", json=sent)
    assert (await approve(await callers(here, "office"), proposed)).json()["state"] == "approved"
    (broadcast,) = (await office.get("/v1/broadcasts")).json()["data"]
    assert (broadcast["recipients"], broadcast["audience"]["group_ids"]) == (2, [group])
