from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.clock import real_now
from supervision.messaging import templates
from tests.factories.approvals import approve
from tests.factories.identity import Caller
from tests.factories.messaging import make_officials
from tests.places import Callers, Place

REASON = {"reason": "内容有误"}
NOTICE: dict[str, Any] = {
    "template": "notice",
    "variables": {"text": "请按时报送进展。"},
    "audience": {"positions": ["handler"]},
}


@pytest.fixture
async def office(session: AsyncSession, callers: Callers, here: Place) -> Caller:
    """The office of a county with templates and four officials in a unit of theirs."""
    await templates.install_defaults(session, here.actor)
    await make_officials(session, here.actor, 4)
    await session.commit()
    return await callers(here, "office")


async def send(office: Caller, **over: Any) -> httpx.Response:
    body = {**NOTICE, **over}
    shown = (await office.post("/v1/broadcasts/preview", json=body)).json()["shown"]
    return await office.post("/v1/broadcasts", json={**body, "matter": "通知", "shown": shown})


async def halt(office: Caller, made: httpx.Response, step: str) -> httpx.Response:
    return await office.post(f"{made.headers['Location']}/{step}", json=REASON)


async def test_a_broadcast_is_paused_resumed_and_cancelled(office: Caller) -> None:
    made = await send(office, send_at=f"{real_now() + timedelta(days=2):%Y-%m-%d}T01:00:00Z")
    assert (made.json()["leaves_at"], made.json()["state"]) == (made.json()["send_at"], "sending")
    paused = await halt(office, made, "pause")
    assert (paused.json()["state"], paused.json()["messages"]["queued"]) == ("paused", 4)
    assert (paused.json()["state_reason"], paused.json()["state_by"]) == ("内容有误", str(office.official_id))
    assert (await halt(office, made, "resume")).json()["state"] == "sending"
    refused = await halt(office, made, "resume")
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast_not_paused")
    cancelled = await halt(office, made, "cancel")
    assert (cancelled.json()["state"], cancelled.json()["messages"]["cancelled"]) == ("cancelled", 4)
    refused = await halt(office, made, "pause")
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast_over")


async def test_what_has_passed_is_no_moment_to_leave(office: Caller) -> None:
    answer = await office.post("/v1/broadcasts/preview", json={**NOTICE, "send_at": "2016-03-01T12:00:00+08:00"})
    assert (answer.status_code, answer.json()["code"]) == (422, "send_time_not_ahead")


async def test_what_is_proposed_for_a_moment_leaves_then(office: Caller, callers: Callers, here: Place) -> None:
    night = f"{real_now() + timedelta(days=2):%Y-%m-%d}T15:00:00Z"
    body = {**NOTICE, "send_at": night}
    seen = (await office.post("/v1/broadcasts/preview", json=body)).json()
    assert seen["leaves_at"] == night
    sent = {**body, "matter": "汛情", "shown": seen["shown"], "critical_reason": "防汛紧急通知"}
    proposed = await office.post("/v1/broadcasts/proposals", json=sent)
    assert (await approve(await callers(here, "office"), proposed)).json()["state"] == "approved"
    (made,) = (await office.get("/v1/broadcasts")).json()["data"]
    assert (made["send_at"], made["leaves_at"]) == (night, night)


async def test_another_county_halts_nothing_of_ours(office: Caller, callers: Callers, elsewhere: Place) -> None:
    made = await send(office)
    stranger = await callers(elsewhere, "office")
    for step in ("pause", "resume", "cancel"):
        assert (await halt(stranger, made, step)).status_code == 404
    assert (await office.get(made.headers["Location"])).json()["state"] == "sending"
