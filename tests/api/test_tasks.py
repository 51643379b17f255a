from typing import Any

from supervision.foundation.database import Sessions, enter
from tests.factories.identity import Caller
from tests.factories.tasks import Cast, make_cast
from tests.places import Callers, Place

REGISTRATION = {
    "kind": "instruction",
    "title": "整治河道",
    "source": "县领导批示",
    "received_on": "2016-03-01",
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


class TestPeople:
    async def task_of(self, office: Caller, cast: Cast, **over: Any) -> str:
        where = (await office.post("/v1/items", json=REGISTRATION)).headers["Location"]
        made = await office.post(f"{where}/tasks", json=decomposition(cast, **over))
        assert made.status_code == 201, made.text
        return f"/v1/tasks/{made.json()['data'][0]['id']}"

    async def test_a_responsibility_changes_hands_and_the_history_is_told(
        self, callers: Callers, sessions: Sessions, here: Place
    ) -> None:
        office, cast, other = (
            await callers(here, "office"),
            await cast_of(sessions, here),
            await cast_of(sessions, here),
        )
        task = await self.task_of(office, cast)
        change = {"part": "lead_leader", "official_id": str(other.leader_id), "reason": "分工调整"}
        changed = await office.post(f"{task}/reassignments", json=change)
        assert (changed.status_code, changed.json()["lead_leader_id"]) == (200, str(other.leader_id))
        again = await office.post(f"{task}/reassignments", json=change)
        assert (again.status_code, again.json()["code"]) == (409, "already_assigned")
        unfit = await office.post(f"{task}/reassignments", json={**change, "official_id": str(cast.person_id)})
        assert (unfit.status_code, unfit.json()["code"]) == (422, "leader_not_of_county")
        moved = {"unit_id": str(other.unit_id), "responsible_person_id": str(other.person_id), "reason": "职能划转"}
        assert (await office.post(f"{task}/unit_reassignments", json=moved)).status_code == 200
        unit = await callers(here, "unit", unit_id=other.unit_id)
        told = (await unit.get(f"{task}/assignments")).json()
        assert told["next"] is None
        assert [(each["part"], each["until_at"] is None) for each in told["data"]] == [
            ("lead_leader", False),
            ("lead_leader", True),
            ("responsible_person", False),
            ("responsible_person", True),
            ("responsible_unit", False),
            ("responsible_unit", True),
        ]
        former = await callers(here, "unit", unit_id=cast.unit_id)
        assert (await former.get(f"{task}/assignments")).status_code == 404

    async def test_sharers_are_changed_with_the_version_that_was_read(
        self, callers: Callers, sessions: Sessions, here: Place
    ) -> None:
        office, cast, other = (
            await callers(here, "office"),
            await cast_of(sessions, here),
            await cast_of(sessions, here),
        )
        task = await self.task_of(office, cast, liaison_leader_ids=[str(cast.leader_id)])
        body = {"supporting_unit_ids": [str(other.unit_id)], "reason": "协同"}
        assert (await office.patch(task, json=body)).status_code == 428
        changed = await office.patch(task, json=body, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
        assert changed.json()["supporting_unit_ids"] == [str(other.unit_id)]
        assert changed.json()["liaison_leader_ids"] == [str(cast.leader_id)]
        assert (await office.patch(task, json=body, headers={"If-Match": '"1"'})).status_code == 412
        helper = await callers(here, "unit", unit_id=other.unit_id)
        assert (await helper.get(task)).status_code == 200

    async def test_who_leaves_is_succeeded(self, callers: Callers, sessions: Sessions, here: Place) -> None:
        office, cast, other = (
            await callers(here, "office"),
            await cast_of(sessions, here),
            await cast_of(sessions, here),
        )
        administrator = await callers(here, "administrator")
        task = await self.task_of(office, cast)
        official, body = f"/v1/officials/{cast.leader_id}", {"on": "2016-06-30", "reason": "调离"}
        amended = await administrator.patch(official, json={"left_on": "2016-06-30"}, headers={"If-Match": '"1"'})
        alone = await office.post(f"{official}/departure", json=body)
        for refused in (amended, alone):
            assert (refused.status_code, refused.json()["code"]) == (409, "successor_needed")
        left = await office.post(f"{official}/departure", json={**body, "successor_id": str(other.leader_id)})
        assert (left.status_code, left.json()["left_on"]) == (200, "2016-06-30")
        assert (await office.get(task)).json()["lead_leader_id"] == str(other.leader_id)
        again = await office.post(f"{official}/departure", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "official_has_left")

    async def test_other_jurisdiction(
        self, callers: Callers, sessions: Sessions, here: Place, elsewhere: Place
    ) -> None:
        office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
        cast, theirs = await cast_of(sessions, here), await cast_of(sessions, elsewhere)
        task = await self.task_of(office, cast)
        person = {"part": "lead_leader", "official_id": str(theirs.leader_id), "reason": "示例"}
        unit = {"unit_id": str(theirs.unit_id), "responsible_person_id": str(theirs.person_id), "reason": "示例"}
        leaving = {"on": "2016-06-30", "reason": "示例", "successor_id": str(theirs.leader_id)}
        for path, body in (
            (f"{task}/reassignments", person),
            (f"{task}/unit_reassignments", unit),
            (f"/v1/officials/{cast.leader_id}/departure", leaving),
        ):
            assert (await stranger.post(path, json=body)).status_code == 404
            assert (await office.post(path, json=body)).status_code == 422
        assert (await stranger.get(f"{task}/assignments")).status_code == 404
        version = {"If-Match": '"1"'}
        assert (await stranger.patch(task, json={"reason": "示例"}, headers=version)).status_code == 404

    async def test_a_tree_is_read_by_its_parents(self, callers: Callers, sessions: Sessions, here: Place) -> None:
        office, cast = await callers(here, "office"), await cast_of(sessions, here)
        (task,) = decomposition(cast)["tasks"]
        where = (await office.post("/v1/items", json=REGISTRATION)).headers["Location"]
        wrong = {"tasks": [{**task, "parent_no": 1}]}
        refused = await office.post(f"{where}/tasks", json=wrong)
        assert refused.json()["errors"][0]["pointer"] == "/body/tasks/0/parent_no"
        tree = {"tasks": [task, {**task, "goal": "整治两公里", "parent_no": 1}]}
        first, second = (await office.post(f"{where}/tasks", json=tree)).json()["data"]
        assert (first["parent_id"], second["parent_id"]) == (None, first["id"])


class TestMilestones:
    async def test_set_reached_and_listed(
        self, callers: Callers, sessions: Sessions, here: Place, elsewhere: Place
    ) -> None:
        office, cast = await callers(here, "office"), await cast_of(sessions, here)
        unit, stranger = await callers(here, "unit", unit_id=cast.unit_id), await callers(elsewhere, "office")
        task = await TestPeople().task_of(office, cast)
        node = {"name": "主体完工", "due_on": "2016-03-20", "expected": "封顶"}
        assert (await unit.post(f"{task}/milestones", json=node)).status_code == 403
        assert (await stranger.post(f"{task}/milestones", json=node)).status_code == 404
        made = await office.post(f"{task}/milestones", json=node)
        assert (made.status_code, made.json()["state"]) == (201, "planned")
        again = await office.post(f"{task}/milestones", json=node)
        assert (again.status_code, again.json()["code"]) == (409, "milestone_name_taken")
        where, item = made.headers["Location"], (await unit.get(task)).json()["item_id"]
        for query, wanted in (
            ({"overdue": "true"}, [made.json()]),
            ({"overdue": "false"}, []),
            ({"task": task.rsplit("/", 1)[1]}, [made.json()]),
            ({"item": item}, [made.json()]),
        ):
            assert (await unit.get("/v1/milestones", params=query)).json()["data"] == wanted
        assert (await stranger.get("/v1/milestones")).json()["data"] == []
        reached = {"reached_on": "2016-03-18", "progress": "已封顶"}
        for path in (where, f"{where}/reached"):
            answer = await (stranger.get(path) if path == where else stranger.post(path, json=reached))
            assert answer.status_code == 404
        early = await unit.post(f"{where}/reached", json={**reached, "reached_on": "2199-01-01"})
        assert (early.status_code, early.json()["code"]) == (422, "milestone_not_yet")
        told = await unit.post(f"{where}/reached", json=reached)
        assert (told.status_code, told.json()["progress"]) == (200, "已封顶")
        assert (await unit.get(where)).json() == told.json()
        twice = await unit.post(f"{where}/reached", json=reached)
        assert (twice.status_code, twice.json()["code"]) == (409, "milestone_already_reached")
