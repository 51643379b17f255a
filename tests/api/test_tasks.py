from typing import Any

from supervision.foundation.database import Sessions, enter
from tests.factories.identity import Caller
from tests.factories.tasks import Cast, make_cast
from tests.house import Callers, Place

REGISTRATION = {
    "kind": "instruction",
    "title": "整治河道",
    "source": "县领导批示",
    "received_on": "2126-03-01",
    "deadline_on": "2126-03-31",
}
EXTENSION = {"until_on": "2126-04-30", "reason": "汛期"}


async def cast_of(sessions: Sessions, place: Place) -> Cast:
    async with sessions() as opened:
        await enter(opened, place.actor.jurisdiction_id)
        cast = await make_cast(opened, place.actor)
        await opened.commit()
    return cast


def decomposition(cast: Cast, **over: Any) -> dict[str, Any]:
    task = {
        "goal": "整治五公里",
        "lead_leader_id": str(cast.leader_id),
        "responsible_unit_id": str(cast.unit_id),
        "responsible_person_id": str(cast.person_id),
        "indicators": [
            {
                "name": "整治长度",
                "comparator": "between",
                "target": "5",
                "target_high": "6.50",
                "unit_of_measure": "公里",
            }
        ],
    }
    return {"tasks": [{**task, **over}]}


async def decomposed(office: Caller, cast: Cast) -> str:
    where = (await office.post("/v1/items", json=REGISTRATION)).headers["Location"]
    assert (await office.post(f"{where}/tasks", json=decomposition(cast))).status_code == 201
    return where


class TestDecomposition:
    async def test_happy(self, callers: Callers, sessions: Sessions, here: Place) -> None:
        office, cast = await callers(here, "office"), await cast_of(sessions, here)
        unit = await callers(here, "unit", unit_id=cast.unit_id)
        where = (await office.post("/v1/items", json=REGISTRATION)).headers["Location"]
        assert (await unit.get(where)).status_code == 404
        made = await office.post(f"{where}/tasks", json=decomposition(cast))
        assert made.status_code == 201
        (task,) = made.json()["data"]
        assert task["indicators"][0]["target_high"] == "6.5"
        for parameters in ({}, {"unit": str(cast.unit_id)}, {"item": where.rsplit("/", 1)[1]}):
            assert (await unit.get("/v1/tasks", params=parameters)).json()["data"] == [task]
        assert (await unit.get(made.headers["Location"])).json() == made.json()
        assert (await unit.get(f"/v1/tasks/{task['id']}")).json() == task
        assert (await unit.get(where)).status_code == 200

    async def test_refuses_with_a_pointer(self, callers: Callers, sessions: Sessions, here: Place) -> None:
        office, cast = await callers(here, "office"), await cast_of(sessions, here)
        where = (await office.post("/v1/items", json=REGISTRATION)).headers["Location"]
        wrong = decomposition(cast, lead_leader_id=str(cast.person_id))
        answer = await office.post(f"{where}/tasks", json=wrong, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (422, "decomposition_refused")
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/body/tasks/0/lead_leader_id", "not_a_county_leader")
        assert error["detail"] == "The lead leader must be a county leader. Name one."

    async def test_other_jurisdiction(
        self, callers: Callers, sessions: Sessions, here: Place, elsewhere: Place
    ) -> None:
        office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
        cast, their_cast = await cast_of(sessions, here), await cast_of(sessions, elsewhere)
        where = (await office.post("/v1/items", json=REGISTRATION)).headers["Location"]
        assert (await stranger.post(f"{where}/tasks", json=decomposition(their_cast))).status_code == 404
        borrowed = await office.post(f"{where}/tasks", json=decomposition(their_cast))
        assert {each["code"] for each in borrowed.json()["errors"]} == {"unknown_official", "unknown_unit"}
        task = (await office.post(f"{where}/tasks", json=decomposition(cast))).json()["data"][0]
        assert (await stranger.get(f"/v1/tasks/{task['id']}")).status_code == 404
        assert (await stranger.get("/v1/tasks")).json()["data"] == []


class TestExtensions:
    async def test_happy(self, callers: Callers, sessions: Sessions, here: Place) -> None:
        office, cast = await callers(here, "office"), await cast_of(sessions, here)
        unit = await callers(here, "unit", unit_id=cast.unit_id)
        where = await decomposed(office, cast)
        asked = await unit.post(f"{where}/extensions", json=EXTENSION)
        assert (asked.status_code, asked.json()["state"]) == (201, "asked")
        listed = await office.get("/v1/extensions", params={"state": "asked"})
        assert listed.json()["data"] == [asked.json()]
        decision = {"verdict": "granted", "decision": "同意"}
        decided = await office.post(f"{asked.headers['Location']}/decision", json=decision)
        assert (decided.status_code, decided.json()["state"]) == (200, "granted")
        assert (await unit.get(asked.headers["Location"])).json() == decided.json()
        item = (await unit.get(where)).json()
        assert (item["deadline_on"], item["first_deadline_on"]) == ("2126-04-30", "2126-03-31")

    async def test_the_asker_may_not_decide(self, callers: Callers, sessions: Sessions, here: Place) -> None:
        office, cast = await callers(here, "office"), await cast_of(sessions, here)
        asked = await office.post(f"{await decomposed(office, cast)}/extensions", json=EXTENSION)
        decision = {"verdict": "granted", "decision": "同意"}
        answer = await office.post(f"{asked.headers['Location']}/decision", json=decision)
        assert (answer.status_code, answer.json()["code"]) == (403, "asker_may_not_decide")

    async def test_other_unit_and_other_jurisdiction(
        self, callers: Callers, sessions: Sessions, here: Place, elsewhere: Place
    ) -> None:
        office, cast = await callers(here, "office"), await cast_of(sessions, here)
        where = await decomposed(office, cast)
        asked = (await office.post(f"{where}/extensions", json=EXTENSION)).headers["Location"]
        decision = {"verdict": "refused", "decision": "不同意"}
        for stranger in (await callers(here, "unit"), await callers(elsewhere, "office")):
            assert (await stranger.post(f"{where}/extensions", json=EXTENSION)).status_code == 404
            assert (await stranger.get(asked)).status_code == 404
            assert (await stranger.get("/v1/extensions")).json()["data"] == []
        assert (await stranger.post(f"{asked}/decision", json=decision)).status_code == 404

    async def test_refuses_a_date_that_is_not_later(self, callers: Callers, sessions: Sessions, here: Place) -> None:
        office, cast = await callers(here, "office"), await cast_of(sessions, here)
        where = await decomposed(office, cast)
        answer = await office.post(f"{where}/extensions", json={**EXTENSION, "until_on": "2126-03-31"})
        assert (answer.status_code, answer.json()["code"]) == (422, "extension_not_later")
