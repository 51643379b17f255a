from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.ids import new_id
from tests.factories import inspections
from tests.factories.identity import Caller, make_official
from tests.factories.progress import as_unit, hold, moment
from tests.factories.reviews import OPINION, PASS, REFUSAL, RETURN, make_duty
from tests.places import Callers, Place


@dataclass
class Scene:
    """A unit with two tasks, another unit beside it, the office, a stranger's office, and a piece of evidence."""

    tasks: list[str]
    items: list[str]
    evidence_id: str
    principal_id: str
    unit: Caller
    other: Caller
    office: Caller
    stranger: Caller


@pytest.fixture
async def scene(session: AsyncSession, callers: Callers, here: Place, elsewhere: Place) -> Scene:
    await hold(session, here.actor, moment(3, 18))
    duty = await make_duty(session, here.actor, tasks=2)
    evidence_id = await inspections.upload(session, as_unit(here.actor, duty.unit_id))
    principal_id = await make_official(session, here.actor, duty.unit_id, position="principal_county_leader")
    await session.commit()
    office = await callers(here, "office")
    tasks = [f"/v1/tasks/{task_id}" for task_id in duty.task_ids]
    return Scene(
        tasks=tasks,
        items=[f"/v1/items/{(await office.get(task)).json()['item_id']}" for task in tasks],
        evidence_id=str(evidence_id),
        principal_id=str(principal_id),
        unit=await callers(here, "unit", unit_id=duty.unit_id),
        other=await callers(here, "unit"),
        office=office,
        stranger=await callers(elsewhere, "office"),
    )


async def report(scene: Scene, task: int = 0, **over: Any) -> str:
    answer = await scene.unit.post(f"{scene.tasks[task]}/completion_reports", json={"text": "已办结", **over})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def ask(scene: Scene, task: int = 0) -> str:
    answer = await scene.unit.post(f"{scene.tasks[task]}/waivers", json={"grounds": "政策调整"})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def test_a_report_with_its_evidence_and_its_review(scene: Scene) -> None:
    where = await report(scene, evidence_ids=[scene.evidence_id, scene.evidence_id])
    waiting = (await scene.unit.get(where)).json()
    assert (waiting["state"], waiting["round"], waiting["evidence_ids"]) == ("reported", 1, [scene.evidence_id])
    assert (waiting["criteria"], waiting["received_at"]) == (None, "2016-03-18T04:00:00Z")
    passed = await scene.office.post(f"{where}/review", json=PASS)
    assert (passed.status_code, passed.headers["ETag"]) == (200, '"2"')
    assert {name: passed.json()[name] for name in ("criteria", "feedback_opinion", "feedback_to")} == {
        name: PASS[name] for name in ("criteria", "feedback_opinion", "feedback_to")
    }
    assert (await scene.unit.get(where)).json() == passed.json()
    answer = await scene.office.post(f"{where}/review", json=PASS)
    assert (answer.status_code, answer.json()["code"]) == (409, "completion_already_reviewed")


async def test_evidence_must_be_there_and_ones_own_to_read(scene: Scene, session: AsyncSession, here: Place) -> None:
    assert scene.other.unit_id
    others = await inspections.upload(session, as_unit(here.actor, scene.other.unit_id))
    for missing in (new_id(), others):
        body = {"text": "已办结", "evidence_ids": [scene.evidence_id, str(missing)]}
        answer = await scene.unit.post(f"{scene.tasks[0]}/completion_reports", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_evidence")
    assert (await scene.unit.get("/v1/completion_reports")).json()["data"] == []


async def test_lists_are_filtered(scene: Scene) -> None:
    first, second = await report(scene), await report(scene, 1)
    await scene.office.post(f"{first}/review", json={**RETURN, "rework_until_on": "2016-03-25"})
    third = await report(scene)
    task_id, unit_id = scene.tasks[0].rsplit("/")[-1], str(scene.unit.unit_id)
    for wanted, expected in (
        ({}, [first, second, third]),
        ({"task": task_id}, [first, third]),
        ({"state": "returned"}, [first]),
        ({"unit": unit_id, "state": "reported"}, [second, third]),
        ({"unit": str(scene.other.unit_id)}, []),
    ):
        found = (await scene.office.get("/v1/completion_reports", params=wanted)).json()["data"]
        assert [f"/v1/completion_reports/{row['id']}" for row in found] == expected
    await scene.office.post(f"{third}/review", json={**RETURN, "rework_until_on": "2016-03-25"})
    waiver = await ask(scene)
    for wanted, expected in (
        ({}, [waiver]),
        ({"task": task_id, "unit": unit_id}, [waiver]),
        ({"state": "granted"}, []),
        ({"unit": str(scene.other.unit_id)}, []),
        ({"task": scene.tasks[1].rsplit("/")[-1]}, []),
    ):
        found = (await scene.office.get("/v1/waivers", params=wanted)).json()["data"]
        assert [f"/v1/waivers/{row['id']}" for row in found] == expected


async def test_others_see_and_do_nothing(scene: Scene) -> None:
    reported, asked = await report(scene), await ask(scene, 1)
    for caller in (scene.other, scene.stranger):
        for path in ("/v1/completion_reports", "/v1/waivers"):
            assert (await caller.get(path)).json()["data"] == []
        for path in (reported, asked):
            assert (await caller.get(path)).status_code == 404
        assert (await caller.post(f"{scene.tasks[0]}/waivers", json={"grounds": "示例"})).status_code == 404
    body = {"text": "已办结"}
    assert (await scene.other.post(f"{scene.tasks[0]}/completion_reports", json=body)).status_code == 404
    for path, verdict in (
        (f"{reported}/review", PASS),
        (f"{asked}/decision", REFUSAL),
        (f"{scene.items[0]}/close_out", None),
        (f"{scene.items[0]}/reopening", {"reason": "示例"}),
    ):
        assert (await scene.stranger.post(path, json=verdict)).status_code == 404


async def test_a_waiver_granted_and_an_item_closed_and_reopened(scene: Scene) -> None:
    asked = await ask(scene)
    granted = await scene.office.post(f"{asked}/decision", json=OPINION)
    assert (granted.status_code, granted.json()["opinion_reference"]) == (200, OPINION["opinion_reference"])
    answer = await scene.office.post(f"{asked}/decision", json=REFUSAL)
    assert (answer.status_code, answer.json()["code"]) == (409, "waiver_already_decided")
    again = await scene.unit.post(f"{scene.tasks[0]}/waivers", json={"grounds": "示例"})
    assert (again.status_code, again.json()["code"]) == (409, "task_settled")
    closed = await scene.office.post(f"{scene.items[0]}/close_out")
    assert (closed.status_code, closed.json()["closed_on"]) == (200, "2016-03-18")
    answer = await scene.office.post(f"{scene.items[0]}/close_out")
    assert (answer.status_code, answer.json()["code"]) == (409, "item_closed")
    for status in (200, 409):
        answer = await scene.office.post(f"{scene.items[0]}/reopening", json={"reason": "示例"})
        assert answer.status_code == status
    assert answer.json()["code"] == "item_not_closed"
    assert (await scene.unit.get(asked)).json()["state"] == "reopened"


async def test_what_is_reported_with_a_key_is_reported_once(scene: Scene) -> None:
    path = f"{scene.tasks[0]}/completion_reports"
    answers = [await scene.unit.post(path, json={"text": "已办结"}, headers={"Idempotency-Key": "1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
