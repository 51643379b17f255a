from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.ids import new_id
from supervision.messaging import templates
from tests.factories.bulletins import SIXTH_OF_APRIL
from tests.factories.identity import Caller, make_official, make_unit
from tests.factories.scoring import hold
from tests.factories.tasks import make_cast, make_task
from tests.places import Callers, Place

REASON = {"reason": "数据有误"}
VERDICT = {"verdict": "closed", "finding": "现场核验属实"}
OUTCOME = {"outcome": "已刊播", "concluded_on": "2016-04-06"}
SENT = {"deciding_body": "县纪委监委", "sent_on": "2016-04-06"}
ANSWER = {"answer": "已予诫勉", "answered_on": "2016-04-06"}
MARCH = {"month": "2016-03-01", "title": "2016年3月督查通报"}


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, SIXTH_OF_APRIL)
    unit_id = await make_unit(session, here.actor, name="水利局")
    await make_official(session, here.actor, unit_id, position="principal_leader")
    await session.commit()
    return unit_id


async def create(caller: Caller, path: str, body: dict[str, Any]) -> str:
    answer = await caller.post(path, json=body)
    assert answer.status_code == 201, answer.text
    assert (await caller.get(answer.headers["Location"])).json() == answer.json()
    return str(answer.headers["Location"])


async def test_a_months_circular_from_the_record_to_the_units(callers: Callers, here: Place, unit_id: UUID) -> None:
    drafter, other = await callers(here, "office"), await callers(here, "office")
    unit = await callers(here, "unit", unit_id=unit_id)
    path = await create(drafter, "/v1/circulars", MARCH)
    again = await other.post("/v1/circulars", json=MARCH)
    assert (again.status_code, again.json()["code"]) == (409, "month_already_drafted")
    criticism = {"unit_id": str(unit_id), "reason": "推进不力"}
    stranger = await other.post(f"{path}/criticisms", json=criticism)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "only_drafter_amends")
    criticised = await drafter.post(f"{path}/criticisms", json=criticism)
    assert criticised.json()["criticisms"][0]["unit"] == "水利局"
    assert (await drafter.patch(path, json={"title": "改"}, headers={"If-Match": '"1"'})).status_code == 412
    tag = {"If-Match": criticised.headers["ETag"]}
    amended = await drafter.patch(path, json={"title": "三月督查通报"}, headers=tag)
    assert (amended.status_code, amended.json()["title"]) == (200, "三月督查通报")
    own = await drafter.post(f"{path}/check")
    assert (own.status_code, own.json()["code"]) == (403, "drafter_signs_off")
    assert (await unit.get(path)).status_code == 404
    assert (await unit.get("/v1/circulars")).json()["data"] == []
    for verb, body, state in (
        ("check", None, "checked"),
        ("return", REASON, "drafted"),
        ("check", None, "checked"),
        ("issue", None, "issued"),
    ):
        answer = await other.post(f"{path}/{verb}", json=body)
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert answer.json()["number"] == "督查通报〔2016〕1号"
    assert (await unit.get(path)).json() == answer.json()
    assert [row["number"] for row in (await unit.get("/v1/circulars")).json()["data"]] == ["督查通报〔2016〕1号"]
    for verb, body in (("check", None), ("return", REASON), ("discard", REASON), ("issue", None)):
        frozen = await other.post(f"{path}/{verb}", json=body)
        assert (frozen.status_code, frozen.json()["code"]) == (409, "circular_state_forbids")
    late = await drafter.post(f"{path}/commendations", json=criticism)
    assert (late.status_code, late.json()["code"]) == (409, "circular_state_forbids")
    messages = (await other.get("/v1/messages")).json()["data"]
    assert len(messages) == 1


async def test_a_discarded_circular_makes_room(callers: Callers, here: Place, unit_id: UUID) -> None:
    office = await callers(here, "office")
    path = await create(office, "/v1/circulars", MARCH)
    discarded = await office.post(f"{path}/discard", json=REASON)
    assert (discarded.status_code, discarded.json()["reason"]) == (200, "数据有误"), unit_id
    again = await create(office, "/v1/circulars", {**MARCH, "cut_off_on": "2016-03-25"})
    listed = (await office.get("/v1/circulars", params={"state": "drafted"})).json()["data"]
    assert [row["id"] for row in listed] == [again.rsplit("/", 1)[1]]


async def test_a_rectification_is_verified_before_it_closes(
    callers: Callers, here: Place, unit_id: UUID, session: AsyncSession
) -> None:
    office, other = await callers(here, "office"), await callers(here, "office")
    unit, neighbour = await callers(here, "unit", unit_id=unit_id), await callers(here, "unit")
    order = {"unit_id": str(unit_id), "matter": "污水直排", "limit_on": "2016-04-20"}
    path = await create(office, "/v1/rectification_orders", order)
    assert (await neighbour.get(path)).status_code == 404
    assert (await neighbour.post(f"{path}/report", json={"text": "已整改"})).status_code == 404
    early = await other.post(f"{path}/verification", json=VERDICT)
    assert (early.status_code, early.json()["code"]) == (409, "rectification_state_forbids")

    async def overdue(wanted: str) -> int:
        answer = await office.get("/v1/rectification_orders", params={"is_overdue": wanted, "unit": str(unit_id)})
        return len(answer.json()["data"])

    assert (await overdue("true"), await overdue("false")) == (0, 1)
    await hold(session, here.actor, datetime(2016, 4, 20, 16, tzinfo=UTC))
    await session.commit()
    assert (await overdue("true"), await overdue("false")) == (1, 0)
    reported = await unit.post(f"{path}/report", json={"text": "已整改到位"})
    assert (reported.status_code, reported.json()["state"]) == (200, "reported")
    assert await overdue("true") == 0
    own = await office.post(f"{path}/verification", json=VERDICT)
    assert (own.status_code, own.json()["code"]) == (403, "orderer_verifies")
    returned = await other.post(f"{path}/verification", json={"verdict": "returned", "finding": "仍有渗漏"})
    assert (returned.json()["state"], await overdue("true")) == ("ordered", 1)
    await unit.post(f"{path}/report", json={"text": "已彻底整改"})
    closed = await other.post(f"{path}/verification", json=VERDICT)
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert [(each["round"], each["verdict"]) for each in closed.json()["reports"]] == [(1, "returned"), (2, "closed")]
    assert (await unit.get(path)).json() == closed.json()
    for state, count in (("closed", 1), ("ordered", 0)):
        listed = await unit.get("/v1/rectification_orders", params={"state": state})
        assert len(listed.json()["data"]) == count


async def test_a_media_follow_up_is_logged(callers: Callers, here: Place, unit_id: UUID) -> None:
    office, publisher = await callers(here, "office"), await callers(here, "publisher")
    asked = {"medium": "县电视台", "matter": "水毁道路修复", "asked_on": "2016-04-01"}
    path = await create(office, "/v1/media_follow_ups", asked)
    for status, code in ((200, None), (409, "follow_up_concluded")):
        answer = await office.post(f"{path}/outcome", json=OUTCOME)
        assert (answer.status_code, answer.json().get("code")) == (status, code), unit_id
    for state, count in (("concluded", 1), ("asked", 0)):
        listed = await publisher.get("/v1/media_follow_ups", params={"state": state})
        assert len(listed.json()["data"]) == count


async def test_an_accountability_proposal_is_sent_and_answered(
    callers: Callers, here: Place, session: AsyncSession, unit_id: UUID
) -> None:
    office, leader = await callers(here, "office"), await callers(here, "leader")
    cast = await make_cast(session, here.actor)
    task_id = await make_task(session, here.actor, cast)
    await session.commit()
    body = {"unit_id": str(cast.unit_id), "official_id": str(cast.person_id), "task_id": str(task_id), "facts": "失职"}
    path = await create(office, "/v1/accountability_proposals", body)
    early = await office.post(f"{path}/answer", json=ANSWER)
    assert (early.status_code, early.json()["code"]) == (409, "proposal_state_forbids")
    sent = await office.post(f"{path}/dispatch", json=SENT)
    assert (sent.status_code, sent.json()["deciding_body"]) == (200, "县纪委监委")
    answered = await office.post(f"{path}/answer", json=ANSWER)
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    assert answered.json()["traced"] == [{"part": "responsible_person", "official_id": str(cast.person_id)}]
    for wanted, count in (({"state": "answered"}, 1), ({"unit": str(unit_id)}, 0)):
        listed = await leader.get("/v1/accountability_proposals", params=wanted)
        assert len(listed.json()["data"]) == count


LISTS = ("circulars", "rectification_orders", "media_follow_ups", "accountability_proposals")


async def test_another_jurisdiction_sees_nothing(
    callers: Callers, here: Place, elsewhere: Place, unit_id: UUID
) -> None:
    office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
    strange_unit = await callers(elsewhere, "unit")
    unit = {"unit_id": str(unit_id)}
    bodies: dict[str, dict[str, Any]] = {
        "circulars": MARCH,
        "rectification_orders": {**unit, "matter": "污水直排", "limit_on": "2199-01-01"},
        "media_follow_ups": {"medium": "县电视台", "matter": "水毁道路修复", "asked_on": "2016-04-01"},
        "accountability_proposals": {**unit, "facts": "失职"},
    }
    paths = {name: await create(office, f"/v1/{name}", body) for name, body in bodies.items()}
    for name in LISTS:
        assert (await stranger.get(f"/v1/{name}")).json() == {"data": [], "next": None}
        assert (await stranger.get(paths[name])).status_code == 404
    verbs: list[tuple[str, str, dict[str, Any] | None]] = [
        ("circulars", "commendations", {**unit, **REASON}),
        ("circulars", "criticisms", {**unit, **REASON}),
        ("circulars", "check", None),
        ("circulars", "return", REASON),
        ("circulars", "discard", REASON),
        ("circulars", "issue", None),
        ("rectification_orders", "verification", VERDICT),
        ("media_follow_ups", "outcome", OUTCOME),
        ("accountability_proposals", "dispatch", SENT),
        ("accountability_proposals", "answer", ANSWER),
    ]
    for name, verb, body in verbs:
        assert (await stranger.post(f"{paths[name]}/{verb}", json=body)).status_code == 404, verb
    patch = await stranger.patch(paths["circulars"], json={"title": "改"}, headers={"If-Match": '"1"'})
    assert patch.status_code == 404
    report = await strange_unit.post(f"{paths['rectification_orders']}/report", json={"text": "已整改"})
    assert report.status_code == 404
    for name in ("rectification_orders", "accountability_proposals"):
        answer = await stranger.post(f"/v1/{name}", json=bodies[name])
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_unit")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/circulars", {**MARCH, "month": "2016-03-02"}, "not_first_of_month"),
        ("/v1/circulars", {**MARCH, "cut_off_on": "2016-04-07"}, "cut_off_out_of_range"),
        ("/v1/circulars", {**MARCH, "title": ""}, "invalid"),
        ("/v1/media_follow_ups", {"medium": "县报", "matter": "示例", "asked_on": "2016-04-07"}, "day_in_future"),
        (
            "/v1/rectification_orders",
            {"unit_id": str(new_id()), "matter": "示", "limit_on": "2016-04-05"},
            "limit_in_past",
        ),
        ("/v1/accountability_proposals", {"unit_id": str(new_id()), "facts": "示例"}, "unknown_unit"),
    ],
)
async def test_bad_requests(
    callers: Callers, here: Place, unit_id: UUID, path: str, body: dict[str, Any], code: str
) -> None:
    answer = await (await callers(here, "office")).post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), unit_id
