import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.messaging import templates
from tests.factories.approvals import approve
from tests.factories.items import make_item
from tests.places import Callers, Place

TEMPLATE = {"name": "notice", "body": "通知：{text}"}


@pytest.fixture(autouse=True)
async def _with_templates(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)
    await session.commit()


async def test_a_proposal_is_read_listed_and_taken_back(callers: Callers, here: Place, elsewhere: Place) -> None:
    office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
    made = await office.post("/v1/templates", json=TEMPLATE)
    where, told = made.headers["Location"], made.json()
    assert (made.status_code, told["kind"], told["content"]) == (201, "write_template", TEMPLATE)
    assert (told["state"], told["proposed_by"]) == ("proposed", str(office.person))
    waiting = {"state": "proposed"}
    assert (await office.get("/v1/proposals", params=waiting)).json()["data"] == [told]
    assert (await stranger.get("/v1/proposals")).json()["data"] == []
    assert (await stranger.get(where)).status_code == 404
    assert (await approve(stranger, made)).status_code == 404
    headers = {"If-Match": made.headers["ETag"]}
    reason = {"reason": "另拟"}
    assert (await stranger.post(f"{where}/refusal", json=reason, headers=headers)).status_code == 404
    stale = await office.post(f"{where}/refusal", json=reason, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    back = await office.post(f"{where}/refusal", json=reason, headers=headers)
    assert (back.status_code, back.json()["state"], back.json()["reason"]) == (200, "refused", "另拟")
    another = await callers(here, "office")
    assert (await approve(another, made)).status_code == 412
    late = await another.post(f"{where}/approval", headers={"If-Match": back.headers["ETag"]})
    assert (late.status_code, late.json()["code"]) == (409, "proposal_not_waiting")
    assert (await office.get("/v1/templates/notice")).json()["version"] == 1


async def test_what_cannot_be_done_is_not_proposed(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    answer = await office.post("/v1/templates", json={**TEMPLATE, "body": "{"})
    assert (answer.status_code, answer.json()["code"]) == (422, "template_not_sendable")
    assert (await office.get("/v1/proposals")).json()["data"] == []


async def test_proposing_does_nothing_but_propose(callers: Callers, here: Place, session: AsyncSession) -> None:
    office, auditor = await callers(here, "office"), await callers(here, "auditor")
    item = f"/v1/items/{await make_item(session, here.actor)}"
    await session.commit()
    before = (await office.get(item)).json()
    order = {"reason": "示例理由", "ordered_by": "县政府常务会议", "ordered_on": "2016-03-01"}
    made = await office.post(f"{item}/termination", json=order)
    assert (await office.get(item)).json() == before
    rows = (await auditor.get("/v1/audit_events")).json()["data"]
    assert "item.terminated" not in {row["verb"] for row in rows}
    again = await office.post(f"{item}/termination", json=order)
    leader = await callers(here, "leader")
    assert (await approve(leader, made)).status_code == 200
    assert (await office.get(item)).json()["state"] == "terminated"
    over = await approve(leader, again)
    assert over.status_code == 409
    assert (await office.get(again.headers["Location"])).json()["state"] == "proposed"


@pytest.mark.parametrize("role", ["administrator", "unit"])
async def test_who_has_no_business_with_it_does_not_see_it(callers: Callers, here: Place, role: str) -> None:
    office, other = await callers(here, "office"), await callers(here, role, is_person=True)
    made = await office.post("/v1/templates", json=TEMPLATE)
    assert (await approve(other, made)).status_code == (404 if role == "administrator" else 403)


@pytest.mark.parametrize(
    "over",
    [
        {"critical_reason": "防汛"},
        {"audience": {"min_level": "none"}},
        {"audience": {"unit_kinds": ["township", "department", "other"]}},
    ],
)
async def test_what_goes_to_everybody_is_not_confirmed_alone(
    callers: Callers, here: Place, over: dict[str, object]
) -> None:
    office = await callers(here, "office")
    audience = {"min_level": "section"}
    sent = {"template": "notice", "variables": {"text": "请报送。"}, "audience": audience, "matter": "示例"}
    answer = await office.post("/v1/broadcasts", json={**sent, "shown": "0" * 64, **over})
    assert (answer.status_code, answer.json()["code"]) == (403, "broadcast_needs_approval")
