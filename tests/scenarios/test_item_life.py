"""An item's life (§3(1)): approved, amended, suspended over its deadline, split, merged, transferred, ended.

And special work by time nodes and stages (§2(2)), which ends by order only.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import system
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.database import Sessions, enter
from supervision.scoring import automatic_proposals
from tests.factories.approvals import approve
from tests.factories.identity import Caller
from tests.factories.reviews import PASS
from tests.factories.scoring import adopt
from tests.factories.tasks import Cast, make_cast
from tests.places import Callers, Place

REGISTRATION: dict[str, Any] = {
    "kind": "instruction",
    "title": "修复水毁道路",
    "source": "县长批示",
    "received_on": "2016-03-01",
    "deadline_on": "2016-03-31",
}


@dataclass
class Story:
    """A county in which some kinds of items ask for a second person, and those who work there."""

    place: Place
    sessions: Sessions
    roads: Cast
    water: Cast
    clerk: Caller
    colleague: Caller
    roads_unit: Caller
    water_unit: Caller
    administrator: Caller
    numbers: list[str] = field(default_factory=list)

    async def at(self, month: int, day: int, hour: int = 12) -> None:
        at = datetime(2016, month, day, hour, tzinfo=SHANGHAI).isoformat()
        assert (await self.administrator.post("/v1/clock/hold", json={"at": at})).status_code == 200

    async def register(self, **over: Any) -> str:
        made = await self.clerk.post("/v1/items", json={**REGISTRATION, **over})
        assert made.status_code == 201, made.text
        self.numbers.append(made.json()["number"])
        return made.headers["Location"]

    async def decompose(self, item: str, *goals: tuple[str, Cast]) -> list[str]:
        made = await self.clerk.post(f"{item}/tasks", json=planned(*goals))
        assert made.status_code == 201, made.text
        return [each["id"] for each in made.json()["data"]]

    async def settle(self, unit: Caller, task_id: str) -> None:
        told = await unit.post(f"/v1/tasks/{task_id}/completion_reports", json={"text": "已办结"})
        assert told.status_code == 201, told.text
        assert (await self.clerk.post(f"{told.headers['Location']}/review", json=PASS)).status_code == 200

    async def propose_late(self) -> int:
        """Look for late items, as the worker does every day."""
        async with self.sessions() as session:
            await enter(session, self.place.actor.jurisdiction_id)
            proposed = await automatic_proposals.propose_late(session, system(self.place.actor.jurisdiction_id))
            await session.commit()
        return proposed


def planned(*goals: tuple[str, Cast]) -> dict[str, Any]:
    tasks = [
        {
            "goal": goal,
            "lead_leader_id": str(who.leader_id),
            "responsible_unit_id": str(who.unit_id),
            "responsible_person_id": str(who.person_id),
            "indicators": [],
        }
        for goal, who in goals
    ]
    return {"tasks": tasks}


async def done(caller: Caller, path: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post(path, json={"reason": "示例理由", **body})
    assert answer.status_code in {200, 201}, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def terminated(caller: Caller, approver: Caller, item: str, order: dict[str, str]) -> dict[str, Any]:
    proposed = await caller.post(f"{item}/termination", json={"reason": "示例理由", **order})
    await approve(approver, proposed)
    told: dict[str, Any] = (await caller.get(item)).json()
    return told


async def refused(caller: Caller, path: str, **body: Any) -> tuple[int, str]:
    answer = await caller.post(path, json={"reason": "示例理由", **body})
    return answer.status_code, answer.json()["code"]


async def happened(caller: Caller, item: str) -> list[str]:
    return [each["kind"] for each in (await caller.get(f"{item}/changes")).json()["data"]]


@pytest.fixture
async def story(session: AsyncSession, sessions: Sessions, callers: Callers, here: Place) -> Story:
    await adopt(session, here.actor)
    roads, water = await make_cast(session, here.actor), await make_cast(session, here.actor)
    await session.commit()
    story = Story(
        place=here,
        sessions=sessions,
        roads=roads,
        water=water,
        clerk=await callers(here, "office"),
        colleague=await callers(here, "office"),
        roads_unit=await callers(here, "unit", unit_id=roads.unit_id),
        water_unit=await callers(here, "unit", unit_id=water.unit_id),
        administrator=await callers(here, "administrator", is_person=True),
    )
    await story.at(3, 1)
    wanted = {"kind": "instruction", "needs_approval": True}
    await approve(story.colleague, await story.administrator.post("/v1/item_procedures", json=wanted))
    return story


async def test_an_item_is_approved_amended_paused_divided_and_brought_to_its_ends(story: Story) -> None:
    clerk, colleague = story.clerk, story.colleague

    # Approved by a second person, and nothing is done before.
    item = await story.register()
    assert (await clerk.get(item)).json()["state"] == "registered"
    assert (await clerk.post(f"{item}/tasks", json=planned(("恢复通车", story.roads)))).json()[
        "code"
    ] == "item_not_open"
    assert await refused(clerk, f"{item}/approval") == (403, "registrar_acts_alone")
    assert (await done(colleague, f"{item}/approval"))["state"] == "open"
    road, culvert, dyke = await story.decompose(
        item, ("恢复通车", story.roads), ("疏通涵洞", story.roads), ("加固堤防", story.water)
    )

    # Amended, with what it was.
    read = await clerk.get(item)
    authority = {"authority_number": "示例批〔2016〕3号", "authority_on": "2016-02-29", "reason": "补登文号"}
    amended = await clerk.patch(item, json=authority, headers={"If-Match": read.headers["ETag"]})
    assert (amended.status_code, amended.json()["authority_name"]) == (200, "县长批示")

    # Suspended over its deadline, and resumed: the days for which it stood still are given back.
    await story.at(3, 20)
    assert (await done(clerk, f"{item}/suspension"))["suspended_on"] == "2016-03-20"
    report = {"text": "已通车"}
    early = await story.roads_unit.post(f"/v1/tasks/{road}/completion_reports", json=report)
    assert (early.status_code, early.json()["code"]) == (409, "item_not_open")
    await story.at(4, 5)
    assert await story.propose_late() == 0
    await story.at(4, 10)
    resumed = await done(clerk, f"{item}/resumption")
    assert (resumed["first_deadline_on"], resumed["deadline_on"]) == ("2016-03-31", "2016-04-21")
    assert await story.propose_late() == 0

    # Split: what the water office does goes on under a number of its own.
    parts = [{"title": "加固堤防", "task_ids": [dyke]}]
    (dykes,) = (await done(clerk, f"{item}/split", parts=parts))["data"]
    assert (dykes["number"], dykes["split_from_id"], dykes["deadline_on"]) == (
        "领办2016-002",
        item.rsplit("/", maxsplit=1)[-1],
        "2016-04-21",
    )
    dykes_item = f"/v1/items/{dykes['id']}"
    assert (await story.water_unit.get(dykes_item)).status_code == 200
    assert (await story.roads_unit.get(dykes_item)).status_code == 404

    # Merged: the same dyke had been registered once more, and its task is taken up.
    double = await story.register(title="堤防加固")
    await done(colleague, f"{double}/approval")
    (again,) = await story.decompose(double, ("巡查堤防", story.water))
    merged = await done(clerk, f"{double}/merger", into_id=dykes["id"])
    assert (merged["state"], merged["merged_into_id"]) == ("merged", dykes["id"])
    assert (await clerk.get(f"/v1/tasks/{again}")).json()["item_id"] == dykes["id"]
    assert (await story.water_unit.get(double)).json()["number"] == "领办2016-003"
    assert await happened(clerk, dykes_item) == ["split_off", "absorbed"]

    # Transferred: the culvert is the water office's from now on, the road stays.
    to_water = {"from_unit_id": story.roads.unit_id, "to_unit_id": story.water.unit_id}
    await story.settle(story.roads_unit, road)
    transfer = {name: str(value) for name, value in to_water.items()}
    await done(clerk, f"{item}/transfer", **transfer, responsible_person_id=str(story.water.person_id))
    assert (await clerk.get(f"/v1/tasks/{culvert}")).json()["responsible_unit_id"] == str(story.water.unit_id)
    assert (await clerk.get(f"/v1/tasks/{road}")).json()["responsible_unit_id"] == str(story.roads.unit_id)
    await story.settle(story.water_unit, culvert)
    assert (await clerk.post(f"{item}/close_out")).json()["state"] == "closed"
    assert await happened(story.water_unit, item) == [
        "approved",
        "amended",
        "suspended",
        "resumed",
        "split",
        "transferred",
        "closed",
    ]

    # Terminated on an order, past its deadline, and never late.
    await story.at(4, 25)
    order = {"ordered_by": "县政府第7次常务会议", "ordered_on": "2016-04-22"}
    assert (await terminated(clerk, colleague, dykes_item, order))["closed_on"] == "2016-04-25"
    assert await story.propose_late() == 0
    assert await refused(clerk, f"{dykes_item}/resumption") == (409, "item_not_open")


async def test_a_void_number_is_not_given_again(story: Story) -> None:
    mistaken = await story.register()
    assert await refused(story.clerk, f"{mistaken}/voiding") == (403, "registrar_acts_alone")
    assert (await done(story.colleague, f"{mistaken}/voiding"))["state"] == "void"
    refused_one = await story.register()
    assert (await done(story.colleague, f"{refused_one}/refusal"))["state"] == "refused"
    await story.register()
    assert story.numbers == ["领办2016-001", "领办2016-002", "领办2016-003"]
    for state, number in (("void", story.numbers[0]), ("refused", story.numbers[1])):
        (found,) = (await story.clerk.get("/v1/items", params={"state": state})).json()["data"]
        assert found["number"] == number


async def test_standing_work_in_stages_is_handed_over_and_ends_by_order(story: Story) -> None:
    clerk, colleague = story.clerk, story.colleague
    item = await story.register(kind="special_work", title="河道保洁", is_standing=True, deadline_on=None)
    (task,) = await story.decompose(item, ("河道常年保洁", story.water))
    stages = [{"name": "清淤", "limit_on": "2016-05-31"}, {"name": "巡护", "limit_on": "2016-12-31"}]
    first, second = (await clerk.post(f"{item}/stages", json={"stages": stages})).json()["data"]
    await story.at(5, 20)
    finish = {"finished_on": "2016-05-18", "note": "已清淤"}
    out_of_turn = await clerk.post(f"/v1/item_stages/{second['id']}/finish", json=finish)
    assert (out_of_turn.status_code, out_of_turn.json()["code"]) == (409, "stage_not_next")
    nodes = [
        await clerk.post(f"/v1/tasks/{task}/milestones", json={"name": name, "due_on": due_on, "expected": "见底"})
        for name, due_on in (("上游清淤", "2016-05-10"), ("下游清淤", "2016-06-10"))
    ]
    seen = await story.water_unit.get("/v1/milestones", params={"task": task, "overdue": "true"})
    assert [each["name"] for each in seen.json()["data"]] == ["上游清淤"]
    reached = {"reached_on": "2016-05-18", "progress": "上游三公里已见底"}
    node = await story.water_unit.post(f"{nodes[0].headers['Location']}/reached", json=reached)
    assert (node.json()["state"], node.json()["progress"]) == ("reached", "上游三公里已见底")
    finished = await clerk.post(f"/v1/item_stages/{first['id']}/finish", json=finish)
    assert finished.json()["finished_on"] == "2016-05-18"

    to = {"from_clerk_id": str(clerk.person), "to_clerk_id": str(colleague.person)}
    assert (await done(clerk, "/v1/items/handover", **to))["items"] == 1
    mine = (await clerk.get("/v1/items", params={"clerk": str(colleague.person)})).json()["data"]
    assert [each["title"] for each in mine] == ["河道保洁"]

    await story.settle(story.water_unit, task)
    assert (await clerk.post(f"{item}/close_out")).json()["code"] == "standing_work"
    await story.at(12, 31)
    order = {"ordered_by": "县委常委会会议", "ordered_on": "2016-12-30"}
    assert (await terminated(clerk, colleague, item, order))["state"] == "terminated"
    assert await happened(clerk, item) == ["stages_planned", "stage_finished", "handed_over", "terminated"]
