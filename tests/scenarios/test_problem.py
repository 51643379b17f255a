"""A problem of three units, found in an inspection, on its way up to the joint conference (§3(2), §4(3))."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Role
from supervision.messaging import templates
from tests.factories.identity import Caller, let_act_for, make_official, make_unit
from tests.factories.inspections import PDF
from tests.factories.problems import make_concerned
from tests.factories.scoring import hold
from tests.places import Callers, Place

CONFERENCE = "联席会议定：财政局拨付迁改资金，电力公司六月二十日前迁完。"


def shanghai(month: int, day: int) -> datetime:
    """Return ten in the morning in Shanghai."""
    return datetime(2016, month, day, 2, tzinfo=UTC)


def done(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def units(session: AsyncSession, here: Place) -> list[UUID]:
    """Found a county with its templates, and three units of which the first has a leader in charge."""
    await templates.install_defaults(session, here.actor)
    units = [await make_unit(session, here.actor, name=name) for name in ("交通局", "财政局", "电力公司")]
    await make_official(session, here.actor, units[0], position="leader_in_charge")
    await session.commit()
    return units


async def inspect(office: Caller, approver: Caller, units: list[UUID], official_id: UUID) -> tuple[str, str]:
    """Plan the month's inspection, carry it out, and tell the first unit what was found with its evidence."""
    body = {
        "title": "五月集中督查",
        "first_on": "2016-05-03",
        "last_on": "2016-05-06",
        "methods": ["on_site", "joint"],
        "unit_ids": [str(unit) for unit in units],
        "official_ids": [str(official_id)],
    }
    plan = done(await office.post("/v1/inspection_plans", json=body), 201)
    path = f"/v1/inspection_plans/{plan['id']}"
    assert done(await approver.post(f"{path}/decision", json={"verdict": "approved"}))["state"] == "approved"
    params, headers = {"secrecy": "internal"}, {"Content-Type": "application/pdf"}
    photo = done(await office.post("/v1/attachments", params=params, content=PDF, headers=headers), 201)
    found = {
        "unit_id": str(units[0]),
        "severity": "major",
        "text": "县道改造因管线未迁停工",
        "found_on": "2016-05-04",
        "attachment_ids": [photo["id"]],
    }
    finding = done(await office.post(f"{path}/findings", json=found), 201)
    done(await office.post(f"{path}/carrying_out"))
    concluded = {"unit_id": str(units[0]), "text": "停工四周，责成提出方案。"}
    conclusion = done(await office.post(f"{path}/conclusions", json=concluded), 201)
    return finding["id"], f"/v1/conclusions/{conclusion['id']}"


async def test_a_problem_of_three_units_goes_up_to_the_conference(
    callers: Callers, session: AsyncSession, here: Place, units: list[UUID]
) -> None:
    county = await make_concerned(session, here.actor)

    async def on(month: int, day: int) -> None:
        await hold(session, here.actor, shanghai(month, day))
        await session.commit()

    office, approver = await callers(here, "office"), await callers(here, "office")
    leaders = await callers(here, "leader", may_act_for_officials=True)
    as_lead = await let_act_for(session, leaders, county.lead_id, Role.LEADER)
    as_liaison = await let_act_for(session, leaders, county.liaison_id, Role.LEADER)
    roads, finance, power = [await callers(here, "unit", unit_id=unit) for unit in units]
    outsider = await callers(here, "unit")

    await on(5, 6)
    finding_id, conclusion = await inspect(office, approver, units, county.lead_id)
    done(await roads.post(f"{conclusion}/acknowledgement"))
    opening = {
        "title": "县道改造管线迁移",
        "text": "资金和迁改责任不明",
        "finding_id": finding_id,
        "responsible_unit_id": str(units[0]),
        "unit_ids": [str(unit) for unit in units],
    }
    problem = done(await office.post("/v1/problems", json=opening), 201)
    path = f"/v1/problems/{problem['id']}"
    assert (problem["level"], problem["state"]) == ("unit", "awaiting_plan")
    for unit, sees in ((roads, 1), (finance, 1), (power, 1), (outsider, 0)):
        assert len(done(await unit.get("/v1/problems"))["data"]) == sees
    early = await office.post(f"{path}/escalation", json={"reason": "急", "lead_leader_id": str(county.lead_id)})
    assert early.json()["code"] == "problem_not_escalable"

    await on(5, 10)
    done(await roads.post(f"{path}/plan", json={"text": "分两段迁改，财政先垫付"}))
    named = {"lead_leader_id": str(county.lead_id), "liaison_leader_ids": [str(county.liaison_id)]}
    risen = done(await roads.post(f"{path}/escalation", json={"reason": "资金由财政局、电力公司共担", **named}))
    assert (risen["level"], risen["state"]) == ("leaders", "awaiting_decision")
    unfinished = await office.post(f"{path}/resolution", json={"text": "已解决"})
    assert unfinished.json()["code"] == "problem_not_decided"
    decision = {"text": "五月二十五日前商定分摊", "due_on": "2016-05-25"}
    done(await leaders.post(f"{path}/decision", json=decision, headers=as_liaison))
    done(await finance.post(f"{path}/follow_up", json={"text": "分摊比例未能商定"}))
    assert done(await office.get("/v1/problems", params={"overdue": "true"}))["data"] == []

    await on(5, 26)
    (overdue,) = done(await office.get("/v1/problems", params={"overdue": "true"}))["data"]
    assert overdue["id"] == problem["id"]
    top = done(await leaders.post(f"{path}/escalation", json={"reason": "提请联席会"}, headers=as_lead))
    assert (top["level"], top["state"], top["due_on"]) == ("conference", "awaiting_decision", None)
    assert done(await office.get("/v1/problems", params={"overdue": "true"}))["data"] == []
    mine = await leaders.post(f"{path}/decision", json=decision, headers=as_lead)
    assert mine.json()["code"] == "not_yours_to_decide"

    await on(6, 2)
    met = {"text": CONFERENCE, "decided_on": "2016-06-01", "due_on": "2016-06-20"}
    done(await office.post(f"{path}/decision", json=met))
    done(await power.post(f"{path}/follow_up", json={"text": "管线已迁完"}))

    await on(6, 21)
    end = done(await office.post(f"{path}/resolution", json={"text": "现场核实，已复工"}))
    assert (end["state"], end["resolved_at"]) == ("resolved", "2016-06-21T02:00:00Z")
    assert done(await office.get("/v1/problems", params={"overdue": "true"}))["data"] == []
    entries = done(await power.get(f"{path}/entries"))["data"]
    assert [(entry["kind"], entry["level"], entry["due_on"]) for entry in entries] == [
        ("plan", "unit", None),
        ("escalation", "leaders", None),
        ("decision", "leaders", "2016-05-25"),
        ("follow_up", "leaders", None),
        ("escalation", "conference", None),
        ("decision", "conference", "2016-06-20"),
        ("follow_up", "conference", None),
        ("resolution", "conference", None),
    ]
    assert entries[5]["decided_on"] == "2016-06-01"
