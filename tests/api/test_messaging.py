from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import Sessions
from supervision.messaging import templates
from supervision.messaging.models import Message
from tests.factories.approvals import approve
from tests.factories.identity import Caller
from tests.factories.messaging import make_officials
from tests.places import Callers, Place

AUDIENCE = {"min_level": "deputy_section"}
NOTICE: dict[str, Any] = {"template": "notice", "variables": {"text": "请按时报送进展。"}, "audience": AUDIENCE}


@pytest.fixture
async def office(session: AsyncSession, callers: Callers, here: Place) -> Caller:
    """The office of a county with templates and three officials with two numbers."""
    await templates.install_defaults(session, here.actor)
    await make_officials(session, here.actor, 2)
    await make_officials(session, here.actor, 1, position="leader_in_charge")
    await session.commit()
    return await callers(here, "office")


async def confirm(office: Caller, **over: Any) -> httpx.Response:
    shown = (await office.post("/v1/broadcasts/preview", json=NOTICE)).json()["shown"]
    return await office.post("/v1/broadcasts", json={**NOTICE, "matter": "三月通知", "shown": shown, **over})


async def test_templates_are_written_by_version_and_read(callers: Callers, here: Place, office: Caller) -> None:
    sent = {"name": "notice", "body": "通知：{text}"}
    proposed = await office.post("/v1/templates", json=sent)
    assert (await office.get("/v1/templates/notice")).json()["version"] == 1
    assert (await approve(await callers(here, "office"), proposed)).json()["state"] == "approved"
    written = (await office.get("/v1/templates/notice")).json()
    assert (written["body"], written["version"]) == (sent["body"], 2)
    listed = (await office.get("/v1/templates")).json()["data"]
    versions = {**dict.fromkeys(templates.DEFAULTS, 1), "notice": 2}
    assert {each["name"]: each["version"] for each in listed} == versions
    assert len(listed) == len(versions)


async def test_a_template_that_cannot_be_sent_is_told_point_by_point(office: Caller) -> None:
    answer = await office.post("/v1/templates", json={"name": "urge", "body": "【急】{period}{text}{"})
    assert (answer.status_code, answer.json()["code"]) == (422, "template_not_sendable")
    assert [each["code"] for each in answer.json()["errors"]] == [
        "signature_bracket",
        "stray_brace",
        "unknown_variable",
    ]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_preview_then_confirm_then_confirm_again(office: Caller) -> None:
    seen = (await office.post("/v1/broadcasts/preview", json=NOTICE)).json()
    assert (seen["recipients"], seen["text"], seen["left_out"]["duplicate_number"]) == (
        2,
        "【督查室】请按时报送进展。",
        1,
    )
    made = await confirm(office)
    assert made.status_code == 201
    assert made.json()["messages"]["queued"] == 2
    assert made.json()["left_out"] == seen["left_out"]
    again = await confirm(office)
    assert again.json() == made.json() == (await office.get(made.headers["Location"])).json()
    assert (await office.get("/v1/broadcasts")).json()["data"][0]["id"] == made.json()["id"]
    assert (await office.get("/v1/messages/counts")).json()["queued"] == 2


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"shown": "0" * 64}, 409, "shown_differs"),
        ({"template": "no_such"}, 422, "unknown_template"),
        ({"variables": {}}, 422, "template_not_filled"),
        ({"variables": {"text": "长" * 600}}, 422, "text_too_long"),
        ({"audience": {}}, 422, "empty_audience"),
        ({"audience": {"official_ids": ["01a20655-e364-7106-b2c8-e2c65f69a6bb"]}}, 422, "unknown_official"),
        ({"audience": {"unit_kinds": ["moon"]}}, 422, "invalid"),
        ({"critical_reason": ""}, 422, "invalid"),
    ],
)
async def test_refuses_to_confirm(office: Caller, over: dict[str, Any], status: int, code: str) -> None:
    answer = await confirm(office, **over)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await office.get("/v1/messages")).json()["data"] == []


async def test_messages_are_listed_by_state_broadcast_and_official(office: Caller) -> None:
    broadcast = (await confirm(office)).json()["id"]
    first = (await office.get("/v1/messages", params={"limit": 1})).json()
    rest = (await office.get("/v1/messages", params={"after": first["next"]})).json()
    assert (len(first["data"]), len(rest["data"]), rest["next"]) == (1, 1, None)
    (message,) = first["data"]
    assert (message["telephone"], message["text"], message["state"]) == (
        "199****0001",
        "【督查室】请按时报送进展。",
        "queued",
    )
    for wanted, found in (
        ({"official": message["official_id"]}, 1),
        ({"broadcast": broadcast}, 2),
        ({"broadcast": message["official_id"]}, 0),
        ({"state": "queued"}, 2),
        ({"state": "delivered"}, 0),
    ):
        assert len((await office.get("/v1/messages", params=wanted)).json()["data"]) == found


async def test_a_message_is_read_with_its_attempts_and_what_its_code_means(
    office: Caller, session: AsyncSession, sessions: Sessions
) -> None:
    await confirm(office)
    message_id = await session.scalar(select(Message.id).order_by(Message.id))
    async with sessions() as worker:
        await worker.execute(text("SET LOCAL ROLE ducha_worker"))
        await worker.execute(
            text("UPDATE message SET state = 'failed', code = 'MK:0004' WHERE id = :id"), {"id": message_id}
        )
        await worker.execute(
            text(
                "INSERT INTO attempt (jurisdiction_id, message_id, fence, gateway, verdict) "
                "SELECT jurisdiction_id, id, 1, 'http', 'accepted' FROM message WHERE id = :id"
            ),
            {"id": message_id},
        )
        await worker.commit()
    answer = (await office.get(f"/v1/messages/{message_id}")).json()
    assert answer["meaning"]["kind"] == "absent"
    assert [(each["gateway"], each["verdict"]) for each in answer["attempts"]] == [("http", "accepted")]


async def test_another_county_sees_and_sends_nothing_of_ours(
    office: Caller, callers: Callers, elsewhere: Place
) -> None:
    broadcast = (await confirm(office)).json()["id"]
    (message, _) = (await office.get("/v1/messages")).json()["data"]
    stranger = await callers(elsewhere, "office")
    for path in (f"/v1/broadcasts/{broadcast}", f"/v1/messages/{message['id']}", "/v1/templates/notice"):
        assert (await stranger.get(path)).status_code == 404
    for path in ("/v1/broadcasts", "/v1/messages", "/v1/templates"):
        assert (await stranger.get(path)).json()["data"] == []
    assert set((await stranger.get("/v1/messages/counts")).json().values()) == {0}
    named = {**NOTICE, "audience": {"official_ids": [message["official_id"]]}}
    assert (await stranger.post("/v1/broadcasts/preview", json=named)).status_code == 422


async def test_no_answer_holds_a_telephone_number(office: Caller) -> None:
    broadcast = (await confirm(office)).json()["id"]
    (message, _) = (await office.get("/v1/messages")).json()["data"]
    paths = ["/v1/broadcasts", f"/v1/broadcasts/{broadcast}", "/v1/messages", f"/v1/messages/{message['id']}"]
    answers = [(await office.get(path)).text for path in paths]
    assert not [answer for answer in answers if "19999990" in answer]
