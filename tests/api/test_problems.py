from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Role
from tests.factories.identity import Caller, let_act_for
from tests.factories.inspections import (
    NOON,
    approve_plan,
    draft_plan,
    make_inspected,
    record_finding,
)
from tests.factories.items import make_item
from tests.factories.problems import Concerned, make_concerned
from tests.factories.scoring import hold
from tests.places import Callers, Place

DECISION = {"text": "六月底前完成", "due_on": "2016-06-30"}
PROSE = {"text": "已办"}


@dataclass(frozen=True)
class Setting:
    """The office, the responsible unit, another one concerned, and a front end through which leaders act."""

    office: Caller
    unit: Caller
    other: Caller
    leaders: Caller
    who: Concerned

    def problem(self, **over: Any) -> dict[str, Any]:
        usual = {
            "title": "征地受阻",
            "text": "三处管线未迁",
            "responsible_unit_id": str(self.who.unit_id),
            "unit_ids": [str(self.who.unit_id), str(self.who.other_id)],
        }
        return {**usual, **over}

    async def open(self, **over: Any) -> str:
        made = await self.office.post("/v1/problems", json=self.problem(**over))
        assert made.status_code == 201, made.text
        return str(made.headers["Location"])

    async def planned(self, **over: Any) -> str:
        path = await self.open(**over)
        assert (await self.unit.post(f"{path}/plan", json=PROSE)).status_code == 200
        return path

    async def decided(self, due_on: str = "2016-06-30") -> str:
        path = await self.planned()
        assert (await self.unit.post(f"{path}/decision", json={**DECISION, "due_on": due_on})).status_code == 200
        return path

    def to_leaders(self, **over: Any) -> dict[str, Any]:
        usual = {
            "reason": "涉及多个单位",
            "lead_leader_id": str(self.who.lead_id),
            "liaison_leader_ids": [str(self.who.liaison_id)],
        }
        return {**usual, **over}

    async def before_leaders(self) -> str:
        path = await self.planned()
        brought = await self.unit.post(f"{path}/escalation", json=self.to_leaders())
        assert (brought.status_code, brought.json()["level"]) == (200, "leaders"), brought.text
        return path


@pytest.fixture
async def setting(callers: Callers, session: AsyncSession, here: Place) -> Setting:
    await hold(session, here.actor, NOON)
    who = await make_concerned(session, here.actor)
    await session.commit()
    leaders = await callers(here, "leader", may_act_for_officials=True)
    for official_id in (who.lead_id, who.liaison_id):
        await let_act_for(session, leaders, official_id, Role.LEADER)
    await session.commit()
    return Setting(
        await callers(here, "office"),
        await callers(here, "unit", unit_id=who.unit_id),
        await callers(here, "unit", unit_id=who.other_id),
        leaders,
        who,
    )


def acting_for(official_id: UUID) -> dict[str, str]:
    return {"Ducha-On-Behalf-Of": str(official_id)}


async def ids(caller: Caller, **params: Any) -> list[str]:
    answer = await caller.get("/v1/problems", params=params)
    assert answer.status_code == 200, answer.text
    return [f"/v1/problems/{row['id']}" for row in answer.json()["data"]]


class TestOpening:
    async def test_of_several_units(self, setting: Setting, callers: Callers, here: Place) -> None:
        path = await setting.open()
        told = (await setting.office.get(path)).json()
        assert (told["level"], told["state"], told["due_on"]) == ("unit", "awaiting_plan", None)
        assert told["unit_ids"] == sorted(setting.problem()["unit_ids"])
        outsider = await callers(here, "unit")
        assert (await setting.other.get(path)).json() == told
        assert (await ids(setting.other), await ids(outsider)) == ([path], [])
        for where in (path, f"{path}/entries"):
            assert (await outsider.get(where)).status_code == 404

    async def test_from_a_finding(self, setting: Setting, session: AsyncSession, here: Place) -> None:
        inspected = await make_inspected(session, here.actor)
        item_id = await make_item(session, here.actor)
        plan_id = await approve_plan(session, here.actor, await draft_plan(session, here.actor, inspected))
        finding_id = await record_finding(session, here.actor, plan_id, inspected.unit_id, item_id=item_id)
        await session.commit()
        refused = await setting.office.post("/v1/problems", json=setting.problem(finding_id=str(finding_id)))
        assert (refused.status_code, refused.json()["code"]) == (422, "finding_of_other_unit")
        blind = await setting.unit.post("/v1/problems", json=setting.problem(finding_id=str(finding_id)))
        assert (blind.status_code, blind.json()["code"]) == (422, "unknown_finding")
        units = [str(setting.who.unit_id), str(inspected.unit_id)]
        path = await setting.open(finding_id=str(finding_id), unit_ids=units)
        assert (await setting.office.get(path)).json()["item_id"] == str(item_id)
        assert await ids(setting.office, item=item_id) == [path]

    async def test_by_a_unit(self, setting: Setting) -> None:
        made = await setting.other.post("/v1/problems", json=setting.problem())
        assert (made.status_code, made.json()["opened_by"]) == (201, str(setting.other.person))
        foreign = setting.problem(unit_ids=[str(setting.who.unit_id)])
        refused = await setting.other.post("/v1/problems", json=foreign)
        assert (refused.status_code, refused.json()["code"]) == (422, "responsible_unit_missing")

    async def test_a_major_one_may_start_at_the_conference(self, setting: Setting) -> None:
        path = await setting.open(is_major=True, is_for_conference=True)
        told = (await setting.office.get(path)).json()
        assert (told["level"], told["state"]) == ("conference", "awaiting_decision")
        minor = await setting.office.post("/v1/problems", json=setting.problem(is_for_conference=True))
        assert (minor.status_code, minor.json()["code"]) == (422, "only_major_starts_at_conference")
        body = setting.problem(is_major=True, is_for_conference=True)
        by_unit = await setting.unit.post("/v1/problems", json=body)
        assert (by_unit.status_code, by_unit.json()["code"]) == (403, "only_office_starts_at_conference")

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"unit_ids": [str(UUID(int=7))]}, "responsible_unit_missing"),
            ({"responsible_unit_id": str(UUID(int=7)), "unit_ids": [str(UUID(int=7))]}, "unknown_unit"),
            ({"finding_id": str(UUID(int=7))}, "unknown_finding"),
            ({"item_id": str(UUID(int=7))}, "problem_item_unknown"),
            ({"unit_ids": []}, "invalid"),
            ({"is_major": "yes"}, "invalid"),
        ],
    )
    async def test_bad_problems(self, setting: Setting, over: dict[str, Any], code: str) -> None:
        answer = await setting.office.post("/v1/problems", json=setting.problem(**over))
        assert (answer.status_code, answer.json()["code"]) == (422, code)


class TestUnit:
    async def test_only_the_responsible_one_plans_escalates_and_decides(self, setting: Setting) -> None:
        path = await setting.open()
        denied = await setting.other.post(f"{path}/plan", json=PROSE)
        assert (denied.status_code, denied.json()["code"]) == (403, "not_yours_to_solve")
        await setting.unit.post(f"{path}/plan", json=PROSE)
        for verb, body, code in (
            ("escalation", setting.to_leaders(), "not_yours_to_solve"),
            ("decision", DECISION, "not_yours_to_decide"),
        ):
            answer = await setting.other.post(f"{path}/{verb}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
        assert (await setting.office.post(f"{path}/decision", json=DECISION)).status_code == 403
        decided = await setting.unit.post(f"{path}/decision", json=DECISION)
        assert (decided.json()["state"], decided.json()["due_on"]) == ("decided", "2016-06-30")

    @pytest.mark.parametrize(
        "dates",
        [{"due_on": "2016-05-19"}, {"decided_on": "2016-05-21"}, {"decided_on": "2016-05-10", "due_on": "2016-05-09"}],
    )
    async def test_dates_of_a_decision(self, setting: Setting, dates: dict[str, str]) -> None:
        path = await setting.planned()
        answer = await setting.unit.post(f"{path}/decision", json={**DECISION, **dates})
        assert (answer.status_code, answer.json()["code"]) == (422, "decision_dates_wrong")


class TestLeaders:
    async def test_the_lead_or_liaison_leader_decides(
        self, setting: Setting, session: AsyncSession, here: Place
    ) -> None:
        stranger = (await make_concerned(session, here.actor)).lead_id
        await let_act_for(session, setting.leaders, stranger, Role.LEADER)
        await session.commit()
        for chosen in (setting.who.lead_id, setting.who.liaison_id):
            path = await setting.before_leaders()
            for caller, headers in (
                (setting.leaders, {}),
                (setting.leaders, acting_for(stranger)),
                (setting.office, {}),
                (setting.unit, {}),
            ):
                denied = await caller.post(f"{path}/decision", json=DECISION, headers=headers)
                # A program that names nobody is no person; whoever is named or has signed in is not the right one.
                is_nobody = caller is setting.leaders and not headers
                code = "person_needed" if is_nobody else "not_yours_to_decide"
                assert (denied.status_code, denied.json()["code"]) == (403, code)
            decided = await setting.leaders.post(f"{path}/decision", json=DECISION, headers=acting_for(chosen))
            assert (decided.status_code, decided.json()["state"]) == (200, "decided")
        last = (await setting.office.get(f"{path}/entries")).json()["data"][-1]
        assert (last["kind"], last["level"], last["entered_by"]) == ("decision", "leaders", str(chosen))
        assert (last["decided_on"], last["due_on"]) == ("2016-05-20", "2016-06-30")

    async def test_they_are_named_and_county_leaders(self, setting: Setting) -> None:
        path = await setting.planned()
        for over, code in (
            ({"lead_leader_id": None, "liaison_leader_ids": []}, "leaders_missing"),
            ({"lead_leader_id": str(UUID(int=7))}, "not_county_leaders"),
            ({"liaison_leader_ids": [str(setting.who.lead_id)]}, "not_county_leaders"),
        ):
            answer = await setting.office.post(f"{path}/escalation", json=setting.to_leaders(**over))
            assert (answer.status_code, answer.json()["code"]) == (422, code)
        told = (await setting.office.post(f"{path}/escalation", json=setting.to_leaders())).json()
        assert (told["lead_leader_id"], told["liaison_leader_ids"]) == (
            str(setting.who.lead_id),
            [str(setting.who.liaison_id)],
        )

    async def test_above_them_is_the_conference_and_nothing_above_that(self, setting: Setting) -> None:
        path = await setting.before_leaders()
        named = await setting.leaders.post(f"{path}/escalation", json=setting.to_leaders())
        assert (named.status_code, named.json()["code"]) == (422, "leaders_missing")
        risen = await setting.leaders.post(f"{path}/escalation", json={"reason": "需联席会定"})
        assert (risen.status_code, risen.json()["level"]) == (200, "conference")
        higher = await setting.office.post(f"{path}/escalation", json={"reason": "再上"})
        assert (higher.status_code, higher.json()["code"]) == (409, "no_higher_level")
        for caller in (setting.unit, setting.leaders):
            assert (await caller.post(f"{path}/decision", json=DECISION)).status_code == 403
        decision = {**DECISION, "decided_on": "2016-05-18"}
        assert (await setting.office.post(f"{path}/decision", json=decision)).json()["state"] == "decided"


class TestFollowing:
    async def test_overdue_decisions_are_listed(self, setting: Setting, session: AsyncSession, here: Place) -> None:
        due, later, waiting = await setting.decided("2016-05-20"), await setting.decided(), await setting.open()
        assert await ids(setting.office, overdue="true") == []
        await hold(session, here.actor, datetime(2016, 5, 20, 16, tzinfo=UTC))
        await session.commit()
        assert await ids(setting.office, overdue="true") == [due]
        assert await ids(setting.office, overdue="false") == [later, waiting]
        await setting.office.post(f"{due}/resolution", json=PROSE)
        assert await ids(setting.office, overdue="true") == []

    async def test_concerned_units_report_and_the_office_resolves(self, setting: Setting) -> None:
        path = await setting.decided()
        for caller in (setting.unit, setting.other, setting.office):
            assert (await caller.post(f"{path}/follow_up", json=PROSE)).status_code == 200
        resolved = await setting.office.post(f"{path}/resolution", json=PROSE)
        assert (resolved.json()["state"], resolved.json()["resolved_by"]) == (
            "resolved",
            str(setting.office.person),
        )
        entries = (await setting.other.get(f"{path}/entries")).json()["data"]
        kinds = ["plan", "decision", "follow_up", "follow_up", "follow_up", "resolution"]
        assert [entry["kind"] for entry in entries] == kinds
        assert [entry["unit_id"] for entry in entries[2:5]] == [
            str(setting.who.unit_id),
            str(setting.who.other_id),
            None,
        ]

    async def test_lists_are_filtered(self, setting: Setting) -> None:
        major = await setting.open(is_major=True, is_for_conference=True)
        small = await setting.decided()
        for params, expected in (
            ({"state": "decided"}, [small]),
            ({"level": "conference"}, [major]),
            ({"major": "true"}, [major]),
            ({"major": "false"}, [small]),
            ({"unit": setting.who.other_id}, [major, small]),
            ({"unit": UUID(int=7)}, []),
            ({"item": UUID(int=7)}, []),
            ({}, [major, small]),
        ):
            assert await ids(setting.office, **params) == expected
        assert (await setting.office.get("/v1/problems", params={"overdue": "1"})).status_code == 422


async def test_another_jurisdiction_sees_nothing(setting: Setting, callers: Callers, elsewhere: Place) -> None:
    path = await setting.planned()
    office, unit = await callers(elsewhere, "office"), await callers(elsewhere, "unit")
    assert await ids(office) == []
    for where in (path, f"{path}/entries"):
        assert (await office.get(where)).status_code == 404
    for caller, verb, body in (
        (unit, "plan", PROSE),
        (office, "escalation", {"reason": "上"}),
        (office, "decision", DECISION),
        (office, "follow_up", PROSE),
        (office, "resolution", PROSE),
    ):
        assert (await caller.post(f"{path}/{verb}", json=body)).status_code == 404
    opened = await office.post("/v1/problems", json=setting.problem())
    assert (opened.status_code, opened.json()["code"]) == (422, "unknown_unit")
