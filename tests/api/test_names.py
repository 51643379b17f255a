"""Names are compared as people read them: of two that look alike there is one."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import Sessions
from supervision.identity.models import Client, Official, Unit
from tests.api.test_tasks import TestPeople, cast_of
from tests.factories.identity import Caller, make_unit
from tests.factories.texts import NAME, TWINS
from tests.places import Callers, Committed, Place

UNIT = {"name": NAME, "kind": "department"}


def official(unit_id: str, **over: str) -> dict[str, Any]:
    facts = {"unit_id": unit_id, "name": NAME, "post": "Ａ组 组长", "position": "handler", "leadership_level": "none"}
    return {**facts, **over}


@pytest.fixture
async def administrator(callers: Callers, here: Place) -> Caller:
    return await callers(here, "administrator")


async def test_a_twin_of_a_unit_is_refused_and_a_neighbour_is_not(administrator: Caller) -> None:
    made = await administrator.post("/v1/units", json=UNIT)
    for name, twin in TWINS.items():
        answer = await administrator.post("/v1/units", json={**UNIT, "name": twin})
        assert (name, answer.status_code, answer.json().get("code")) == (name, 409, "unit_name_taken")
    for neighbour in ("财政局(A)", "财政部(B)", "财政部", "财政部A", "财政部-(A)"):
        assert (await administrator.post("/v1/units", json={**UNIT, "name": neighbour})).status_code == 201
    other = await administrator.post("/v1/units", json={**UNIT, "name": "民政局"})
    tag = {"If-Match": other.headers["ETag"]}
    renamed = await administrator.patch(other.headers["Location"], json={"name": TWINS["spaced"]}, headers=tag)
    assert (renamed.status_code, renamed.json()["code"]) == (409, "unit_name_taken")
    # Its own name may be spaced otherwise, and is compared anew from then on.
    tag = {"If-Match": made.headers["ETag"]}
    spaced = await administrator.patch(made.headers["Location"], json={"name": TWINS["spaced"]}, headers=tag)
    assert (spaced.status_code, spaced.json()["name"]) == (200, TWINS["spaced"])
    assert (await administrator.post("/v1/units", json=UNIT)).status_code == 409
    tag = {"If-Match": spaced.headers["ETag"]}
    await administrator.patch(made.headers["Location"], json={"name": "财政厅"}, headers=tag)
    assert (await administrator.post("/v1/units", json=UNIT)).status_code == 201


async def test_a_twin_of_an_official_is_refused_in_name_and_post(administrator: Caller) -> None:
    unit = (await administrator.post("/v1/units", json=UNIT)).json()["id"]
    other = (await administrator.post("/v1/units", json={**UNIT, "name": "民政局"})).json()["id"]
    assert (await administrator.post("/v1/officials", json=official(unit))).status_code == 201
    twins = [{"name": twin} for twin in TWINS.values()] + [
        {"post": "A组组长"},
        {"post": "ａ组\u3000组长", "name": NAME},
    ]
    for twin in twins:
        answer = await administrator.post("/v1/officials", json=official(unit, **twin))
        assert (twin, answer.status_code, answer.json().get("code")) == (twin, 409, "official_already_listed")
    assert (await administrator.post("/v1/officials", json=official(other))).status_code == 201
    second = await administrator.post("/v1/officials", json=official(unit, post="B组 组长"))
    tag = {"If-Match": second.headers["ETag"]}
    amended = await administrator.patch(second.headers["Location"], json={"post": "A组组长"}, headers=tag)
    assert (amended.status_code, amended.json()["code"]) == (409, "official_already_listed")


async def test_a_twin_of_a_client_is_refused(administrator: Caller) -> None:
    body = {"name": NAME, "role": "office"}
    assert (await administrator.post("/v1/clients", json=body)).status_code == 201
    for name, twin in TWINS.items():
        answer = await administrator.post("/v1/clients", json={**body, "name": twin})
        assert (name, answer.status_code, answer.json().get("code")) == (name, 409, "client_name_taken")


async def test_a_twin_of_a_milestone_is_refused(callers: Callers, here: Place, sessions: Sessions) -> None:
    office, cast = await callers(here, "office"), await cast_of(sessions, here)
    task = await TestPeople().task_of(office, cast)
    node = {"name": NAME, "due_on": "2016-03-20", "expected": "封顶"}
    assert (await office.post(f"{task}/milestones", json=node)).status_code == 201
    for name, twin in TWINS.items():
        answer = await office.post(f"{task}/milestones", json={**node, "name": twin})
        assert (name, answer.status_code, answer.json().get("code")) == (name, 409, "milestone_name_taken")


async def test_a_name_is_kept_without_what_nobody_sees(administrator: Caller) -> None:
    made = await administrator.post("/v1/units", json={**UNIT, "name": "\u3000财\u200b政 部\ufeff\u3164 "})
    assert made.json()["name"] == "财政 部"


@pytest.mark.parametrize("written", [NAME, *TWINS.values()])
async def test_a_unit_is_found_however_its_name_is_written(administrator: Caller, written: str) -> None:
    made = await administrator.post("/v1/units", json=UNIT)
    await administrator.post("/v1/units", json={**UNIT, "name": "财政局"})
    assert (await administrator.get("/v1/units", params={"name": written})).json()["data"] == [made.json()]


async def test_another_county_has_names_of_its_own(administrator: Caller, callers: Callers, elsewhere: Place) -> None:
    stranger = await callers(elsewhere, "administrator")
    for caller in (administrator, stranger):
        assert (await caller.post("/v1/units", json=UNIT)).status_code == 201
        assert (await caller.post("/v1/clients", json={"name": NAME, "role": "office"})).status_code == 201
    assert len((await stranger.get("/v1/units", params={"name": TWINS["spaced"]})).json()["data"]) == 1


async def test_the_database_knows_twins_too(session: AsyncSession, here: Place) -> None:
    unit_id = await make_unit(session, here.actor, name=NAME)
    facts: dict[str, Any] = {"position": "handler", "leadership_level": "none", "unit_id": unit_id, "post": "科长"}
    session.add(Official(name=NAME, **facts))
    client: dict[str, Any] = {
        "role": "office",
        "may_act_for_officials": False,
        "created_at": datetime(2016, 1, 1, tzinfo=UTC),
    }
    session.add(Client(name=NAME, **client))
    await session.flush()
    for twin in (
        Unit(name=TWINS["filler"], kind="township"),
        Official(name=TWINS["full_width"], **facts),
        Client(name=TWINS["small"], **client),
    ):
        with pytest.raises(IntegrityError, match="folded"):
            async with session.begin_nested():
                session.add(twin)


@pytest.mark.committed
@pytest.mark.parametrize("twin", [TWINS["spaced"], TWINS["zero_width"], TWINS["full_width"]])
async def test_of_two_twins_at_once_one_is_registered(committed: Committed, twin: str) -> None:
    place = await committed.found("330326")
    callers = [await committed.callers(place, "administrator") for _ in range(2)]
    bodies = [{**UNIT, "name": name} for name in (NAME, twin)]
    pairs = zip(callers, bodies, strict=True)
    answers = await asyncio.gather(*(caller.post("/v1/units", json=body) for caller, body in pairs))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["code"] == "unit_name_taken"
