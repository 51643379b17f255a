from typing import Any

import pytest

from tests.api.test_items import REGISTRATION
from tests.factories.approvals import approve
from tests.factories.identity import Caller
from tests.places import Callers, Place

REASON = {"reason": "示例理由"}
TERMINATION = {**REASON, "ordered_by": "县政府第3次常务会议", "ordered_on": "2016-03-01"}
NOBODY = "00000000-0000-7000-8000-000000000000"
SPLIT = {**REASON, "parts": [{"title": "分出事项", "task_ids": [NOBODY]}]}
STAGES = {"stages": [{"name": "设计", "limit_on": "2026-03-10"}, {"name": "施工", "limit_on": "2026-03-31"}]}
VERBS: dict[str, dict[str, Any]] = {
    "approval": REASON,
    "refusal": REASON,
    "suspension": REASON,
    "resumption": REASON,
    "termination": TERMINATION,
    "voiding": REASON,
    "merger": {**REASON, "into_id": NOBODY},
    "split": SPLIT,
    "stages": STAGES,
}


async def register(office: Caller, **over: Any) -> str:
    made = await office.post("/v1/items", json={**REGISTRATION, **over})
    assert made.status_code == 201, made.text
    return made.headers["Location"]


@pytest.mark.parametrize("verb", VERBS)
async def test_another_county_reaches_nothing(callers: Callers, here: Place, elsewhere: Place, verb: str) -> None:
    office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
    where = await register(office)
    assert (await stranger.post(f"{where}/{verb}", json=VERBS[verb])).status_code == 404
    for part in ("changes", "stages"):
        assert (await stranger.get(f"{where}/{part}")).status_code == 404
    planned = (await office.post(f"{where}/stages", json=STAGES)).json()["data"]
    finish = {"finished_on": "2016-03-01", "note": "已审定"}
    assert (await stranger.post(f"/v1/item_stages/{planned[0]['id']}/finish", json=finish)).status_code == 404


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("over", [{"reason": ""}, {"reason": None}, {"state": "open"}])
async def test_bad_input(callers: Callers, here: Place, verb: str, over: dict[str, Any]) -> None:
    office = await callers(here, "office")
    where = await register(office)
    answer = await office.post(f"{where}/{verb}", json={**VERBS[verb], **over})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"is_standing": True}, "standing_takes_no_deadline"),
        ({"deadline_on": None}, "deadline_needed"),
        ({"authority_official_id": NOBODY}, "unknown_official"),
        ({"authority_number": "秘密〔2016〕1号"}, "classified_matter"),
        ({"secrecy": "secret"}, "invalid"),
        ({"authority_kind": "rumour"}, "invalid"),
    ],
)
async def test_what_no_item_rests_on(callers: Callers, here: Place, over: dict[str, Any], code: str) -> None:
    office = await callers(here, "office")
    answer = await office.post("/v1/items", json={**REGISTRATION, **over})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_amendment_needs_its_reason_and_is_read_again(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    made = await office.post("/v1/items", json=REGISTRATION)
    where, tag = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    facts = {"authority_kind": "meeting", "authority_name": "县政府第3次常务会议", "secrecy": "public"}
    assert (await office.patch(where, json=facts, headers=tag)).status_code == 422
    amended = await office.patch(where, json={**facts, "reason": "补登依据"}, headers=tag)
    assert {name: amended.json()[name] for name in facts} == facts
    (change,) = (await office.get(f"{where}/changes")).json()["data"]
    assert (change["kind"], change["reason"], change["changed_by"]) == ("amended", "补登依据", str(office.person))
    assert change["facts"]["secrecy"] == {"from": "internal", "to": "public"}


async def test_who_sees_an_item_sees_its_changes(callers: Callers, here: Place) -> None:
    office, unit = await callers(here, "office"), await callers(here, "unit")
    where = await register(office)
    await office.post(f"{where}/suspension", json=REASON)
    assert (await unit.get(f"{where}/changes")).status_code == 404
    leader = await callers(here, "leader")
    (change,) = (await leader.get(f"{where}/changes")).json()["data"]
    assert (change["kind"], change["reason"]) == ("suspended", REASON["reason"])


async def test_procedures_are_set_and_told(callers: Callers, here: Place, elsewhere: Place) -> None:
    administrator, stranger = await callers(here, "administrator", is_person=True), await callers(elsewhere, "office")
    wanted = {"kind": "instruction", "needs_approval": True}
    await approve(await callers(here, "leader"), await administrator.post("/v1/item_procedures", json=wanted))
    told = (await administrator.get("/v1/item_procedures")).json()["data"]
    assert [each["kind"] for each in told if each["needs_approval"]] == ["instruction"]
    assert not any(each["needs_approval"] for each in (await stranger.get("/v1/item_procedures")).json()["data"])
    office, leader = await callers(here, "office"), await callers(here, "leader")
    where = await register(office)
    refused = await office.post(f"{where}/approval", json=REASON)
    assert (refused.status_code, refused.json()["code"]) == (403, "registrar_acts_alone")
    assert (await leader.post(f"{where}/approval", json=REASON)).json()["state"] == "open"


async def test_a_handover_tells_how_many(callers: Callers, here: Place, elsewhere: Place) -> None:
    office, colleague = await callers(here, "office"), await callers(here, "office")
    stranger = await callers(elsewhere, "office")
    where = await register(office)
    body = {**REASON, "from_clerk_id": str(office.person), "to_clerk_id": str(colleague.person)}
    unseen = await stranger.post("/v1/items/handover", json=body)
    assert (unseen.status_code, unseen.json()["code"]) == (422, "unknown_person")
    assert (await colleague.post("/v1/items/handover", json=body)).json()["items"] == 1
    assert (await office.get(where)).json()["clerk_id"] == str(colleague.person)
    for clerk, count in ((office, 0), (colleague, 1)):
        listed = await office.get("/v1/items", params={"clerk": str(clerk.person)})
        assert len(listed.json()["data"]) == count


async def test_stages_are_planned_once_and_listed(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    where = await register(office)
    assert (await office.get(f"{where}/stages")).json()["data"] == []
    made = await office.post(f"{where}/stages", json=STAGES)
    assert (made.status_code, [each["no"] for each in made.json()["data"]]) == (201, [1, 2])
    assert (await office.get(made.headers["Location"])).json() == made.json()
    assert (await office.post(f"{where}/stages", json=STAGES)).json()["code"] == "stages_already_planned"
    first, second = [f"/v1/item_stages/{each['id']}/finish" for each in made.json()["data"]]
    finish = {"finished_on": "2016-03-01", "note": "已审定"}
    assert (await office.post(second, json=finish)).json()["code"] == "stage_not_next"
    assert (await office.post(first, json=finish)).json()["finished_by"] == str(office.person)


@pytest.mark.parametrize("state", ["registered", "open", "suspended", "terminated", "void"])
async def test_items_are_listed_by_their_state(callers: Callers, here: Place, state: str) -> None:
    office, other = await callers(here, "office"), await callers(here, "office")
    open_, suspended, terminated, void = [await register(office) for _ in range(4)]
    asked = {"kind": "instruction", "needs_approval": True}
    await approve(other, await office.post("/v1/item_procedures", json=asked))
    waiting = await register(office)
    await office.post(f"{suspended}/suspension", json=REASON)
    await approve(other, await office.post(f"{terminated}/termination", json=TERMINATION))
    await other.post(f"{void}/voiding", json=REASON)
    found = (await office.get("/v1/items", params={"state": state})).json()["data"]
    wanted = dict(
        zip(
            ("registered", "open", "suspended", "terminated", "void"),
            (waiting, open_, suspended, terminated, void),
            strict=True,
        )
    )
    assert [f"/v1/items/{each['id']}" for each in found] == [wanted[state]]
