"""Two ends of an item (§3(3)): an instruction late, returned twice and closed; a waiver refused and then granted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import system
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.database import Sessions, enter
from supervision.scoring import automatic_proposals
from tests.factories.identity import Caller, make_official
from tests.factories.reviews import OPINION, PASS, REFUSAL, RETURN
from tests.factories.scoring import adopt
from tests.factories.tasks import Cast, make_cast
from tests.places import Callers, Place


@dataclass
class Story:
    """A county with an item of one task, those who tell its story, and the clock that they share."""

    place: Place
    sessions: Sessions
    cast: Cast
    office: Caller
    unit: Caller
    administrator: Caller
    principal_id: str
    item: str = ""
    task: str = ""

    async def at(self, month: int, day: int, hour: int = 12) -> None:
        at = datetime(2016, month, day, hour, tzinfo=SHANGHAI).isoformat()
        assert (await self.administrator.post("/v1/clock/hold", json={"at": at})).status_code == 200

    async def begin(self) -> None:
        registration = {
            "kind": "instruction",
            "title": "修复水毁道路",
            "source": "县长批示",
            "received_on": "2016-03-01",
            "deadline_on": "2016-03-31",
        }
        self.item = await told(self.office, "/v1/items", registration, "Location")
        task = {
            "goal": "恢复通车",
            "lead_leader_id": str(self.cast.leader_id),
            "responsible_unit_id": str(self.cast.unit_id),
            "responsible_person_id": str(self.cast.person_id),
            "indicators": [],
        }
        made = await self.office.post(f"{self.item}/tasks", json={"tasks": [task]})
        self.task = f"/v1/tasks/{made.json()['data'][0]['id']}"

    async def propose_late(self) -> int:
        """Look for late items, as the worker does every day."""
        async with self.sessions() as session:
            await enter(session, self.place.actor.jurisdiction_id)
            proposed = await automatic_proposals.propose_late(session, system(self.place.actor.jurisdiction_id))
            await session.commit()
        return proposed


async def told(caller: Caller, path: str, body: dict[str, Any], header: str) -> str:
    answer = await caller.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.headers[header]


async def refused(caller: Caller, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    answer = await caller.post(path, json=body)
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def story(session: AsyncSession, sessions: Sessions, callers: Callers, here: Place) -> Story:
    await adopt(session, here.actor)
    cast = await make_cast(session, here.actor)
    principal = await make_official(session, here.actor, cast.unit_id, position="principal_county_leader")
    await session.commit()
    story = Story(
        place=here,
        sessions=sessions,
        cast=cast,
        office=await callers(here, "office"),
        unit=await callers(here, "unit", unit_id=cast.unit_id),
        administrator=await callers(here, "administrator"),
        principal_id=str(principal),
    )
    await story.at(3, 1)
    await story.begin()
    return story


async def test_an_instruction_late_returned_twice_and_closed(story: Story) -> None:
    office, unit = story.office, story.unit
    await story.at(4, 1, 0)
    assert await story.propose_late() == 1
    assert await refused(office, f"{story.item}/close_out") == (409, "tasks_unsettled")

    for month, day, limit in ((4, 5, "2016-04-15"), (4, 14, "2016-04-25")):
        await story.at(month, day)
        report = await told(unit, f"{story.task}/completion_reports", {"text": "已通车"}, "Location")
        verdict = await office.post(f"{report}/review", json={**RETURN, "rework_until_on": limit})
        assert (verdict.status_code, verdict.json()["state"]) == (200, "returned")
    assert await refused(office, f"{story.item}/close_out") == (409, "tasks_unsettled")

    await story.at(4, 24)
    report = await told(unit, f"{story.task}/completion_reports", {"text": "护栏已装"}, "Location")
    assert await refused(unit, f"{story.task}/completion_reports", {"text": "再报"}) == (409, "completion_under_review")
    assert (await office.post(f"{report}/review", json=PASS)).json()["feedback_to"] == "市委督查室"
    closed = (await office.post(f"{story.item}/close_out")).json()
    assert (closed["state"], closed["closed_on"]) == ("closed", "2016-04-24")
    rounds = (await office.get("/v1/completion_reports", params={"task": story.task.rsplit("/")[-1]})).json()["data"]
    assert [(each["round"], each["state"], each["rework_until_on"]) for each in rounds] == [
        (1, "returned", "2016-04-15"),
        (2, "returned", "2016-04-25"),
        (3, "passed", None),
    ]
    # Closed late is late still, and the one lateness is proposed once.
    assert await story.propose_late() == 0
    (deduction,) = (await office.get("/v1/deductions")).json()["data"]
    assert (deduction["rule_code"], deduction["fact_on"], deduction["state"]) == (
        "instruction_late",
        "2016-04-01",
        "proposed",
    )


async def test_a_look_back_opens_again_what_was_closed(story: Story) -> None:
    office, unit = story.office, story.unit
    await story.at(3, 20)
    report = await told(unit, f"{story.task}/completion_reports", {"text": "已通车"}, "Location")
    await office.post(f"{report}/review", json=PASS)
    await office.post(f"{story.item}/close_out")
    await story.at(5, 1)
    assert await story.propose_late() == 0
    reopened = (await office.post(f"{story.item}/reopening", json={"reason": "路面塌陷"})).json()
    assert (reopened["state"], reopened["closed_on"]) == ("open", None)
    undone = (await office.get(report)).json()
    assert (undone["state"], undone["reopening_reason"]) == ("reopened", "路面塌陷")
    assert await refused(office, f"{story.item}/close_out") == (409, "tasks_unsettled")
    assert await story.propose_late() == 0, "the deadline had been kept"
    again = await told(unit, f"{story.task}/completion_reports", {"text": "已重修"}, "Location")
    assert (await office.post(f"{again}/review", json=PASS)).json()["round"] == 2
    assert (await office.post(f"{story.item}/close_out")).json()["closed_on"] == "2016-05-01"


async def test_a_waiver_refused_and_then_granted(story: Story) -> None:
    office, unit = story.office, story.unit
    await story.at(3, 10)
    asked = await told(unit, f"{story.task}/waivers", {"grounds": "改线，原路不再使用"}, "Location")
    assert await refused(unit, f"{story.task}/completion_reports", {"text": "已通车"}) == (409, "waiver_undecided")
    assert (await office.post(f"{asked}/decision", json=REFUSAL)).json()["state"] == "refused"
    assert await refused(office, f"{story.item}/close_out") == (409, "tasks_unsettled")

    await story.at(3, 20)
    asked = await told(unit, f"{story.task}/waivers", {"grounds": "改线已获批"}, "Location")
    bare = {"verdict": "granted", "decision": "同意"}
    assert await refused(office, f"{asked}/decision", bare) == (422, "waiver_without_authority")
    without = {**OPINION, "opinion_reference": None}
    assert await refused(office, f"{asked}/decision", without) == (422, "opinion_without_reference")
    by_another = {**bare, "approved_by_id": str(story.cast.leader_id)}
    assert await refused(office, f"{asked}/decision", by_another) == (422, "not_a_principal_county_leader")
    granted = await office.post(f"{asked}/decision", json={**bare, "approved_by_id": story.principal_id})
    assert (granted.status_code, granted.json()["approved_by_id"]) == (200, story.principal_id)

    await story.at(4, 10)
    assert await story.propose_late() == 0, "a waived task is not late"
    assert (await office.post(f"{story.item}/close_out")).json()["state"] == "closed"
    states = [each["state"] for each in (await unit.get("/v1/waivers")).json()["data"]]
    assert states == ["refused", "granted"]
    assert (await office.get("/v1/items", params={"state": "closed"})).json()["data"][0]["closed_on"] == "2016-04-10"
    assert (await office.get("/v1/items", params={"state": "open"})).json()["data"] == []
