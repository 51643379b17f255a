from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.ids import new_id
from supervision.messaging import templates
from supervision.messaging.models import Message
from tests.factories.identity import Caller, make_official
from tests.factories.inspections import NOON, PDF, Inspected, make_inspected
from tests.factories.items import make_item
from tests.factories.scoring import hold
from tests.places import Callers, Place

APPROVAL = {"verdict": "approved"}


@dataclass(frozen=True)
class Setting:
    """An office that drafts, another person of it who decides, and two units that are inspected."""

    drafter: Caller
    decider: Caller
    unit: Caller
    other: Caller
    inspected: Inspected

    def plan(self, **over: Any) -> dict[str, Any]:
        usual = {
            "title": "五月督查",
            "first_on": "2016-05-03",
            "last_on": "2016-05-20",
            "methods": ["on_site", "survey"],
            "unit_ids": [str(self.inspected.unit_id), str(self.inspected.other_id)],
            "official_ids": [str(self.inspected.official_id)],
        }
        return {**usual, **over}

    async def draft(self, **over: Any) -> str:
        made = await self.drafter.post("/v1/inspection_plans", json=self.plan(**over))
        assert made.status_code == 201, made.text
        return str(made.headers["Location"])

    async def approved(self, **over: Any) -> str:
        path = await self.draft(**over)
        assert (await self.decider.post(f"{path}/decision", json=APPROVAL)).status_code == 200
        return path

    async def carried_out(self, **over: Any) -> str:
        path = await self.approved(**over)
        assert (await self.drafter.post(f"{path}/carrying_out")).status_code == 200
        return path

    def finding(self, **over: Any) -> dict[str, Any]:
        usual = {
            "unit_id": str(self.inspected.unit_id),
            "severity": "serious",
            "text": "进度滞后",
            "found_on": "2016-05-04",
        }
        return {**usual, **over}

    def conclusion(self) -> dict[str, str]:
        return {"unit_id": str(self.inspected.unit_id), "text": "请限期整改"}


@pytest.fixture
async def setting(callers: Callers, session: AsyncSession, here: Place) -> Setting:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, NOON)
    inspected = await make_inspected(session, here.actor)
    await session.commit()
    return Setting(
        await callers(here, "office"),
        await callers(here, "office"),
        await callers(here, "unit", unit_id=inspected.unit_id),
        await callers(here, "unit", unit_id=inspected.other_id),
        inspected,
    )


async def ids(caller: Caller, path: str, **params: Any) -> list[str]:
    answer = await caller.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


async def upload(caller: Caller, raw: bytes = PDF, *, secrecy: str = "internal") -> Any:
    headers = {"Content-Type": "application/pdf"}
    return await caller.post("/v1/attachments", params={"secrecy": secrecy}, content=raw, headers=headers)


class TestPlans:
    async def test_drafted_and_approved_by_another(self, setting: Setting, session: AsyncSession, here: Place) -> None:
        item_id = await make_item(session, here.actor)
        await session.commit()
        path = await setting.draft(item_ids=[str(item_id)])
        drafted = (await setting.drafter.get(path)).json()
        assert (drafted["state"], drafted["methods"], drafted["overlaps"]) == ("drafted", ["on_site", "survey"], [])
        assert (drafted["item_ids"], sorted(drafted["unit_ids"])) == (
            [str(item_id)],
            sorted(setting.plan()["unit_ids"]),
        )
        own = await setting.drafter.post(f"{path}/decision", json=APPROVAL)
        assert (own.status_code, own.json()["code"]) == (403, "inspection_drafter_may_not_decide")
        approved = await setting.decider.post(f"{path}/decision", json=APPROVAL)
        assert (approved.status_code, approved.json()["state"]) == (200, "approved")
        again = await setting.decider.post(f"{path}/decision", json=APPROVAL)
        assert (again.status_code, again.json()["code"]) == (409, "inspection_plan_not_drafted")

    async def test_the_scope_is_frozen_once_approved(self, setting: Setting) -> None:
        path = await setting.draft()
        only = [str(setting.inspected.other_id)]
        changed = await setting.drafter.patch(path, json={"unit_ids": only}, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["unit_ids"], changed.json()["version"]) == (200, only, 2)
        assert changed.json()["official_ids"] == setting.plan()["official_ids"]
        stale = await setting.drafter.patch(path, json={"title": "改"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        await setting.decider.post(f"{path}/decision", json=APPROVAL)
        frozen = await setting.drafter.patch(path, json={"unit_ids": only}, headers={"If-Match": '"3"'})
        assert (frozen.status_code, frozen.json()["code"]) == (409, "inspection_plan_not_drafted")

    async def test_items_can_be_taken_out_of_a_draft(
        self, setting: Setting, session: AsyncSession, here: Place
    ) -> None:
        item_id = await make_item(session, here.actor)
        await session.commit()
        path = await setting.draft(item_ids=[str(item_id)])
        changed = await setting.drafter.patch(path, json={"item_ids": []}, headers={"If-Match": '"1"'})
        assert changed.json()["item_ids"] == []

    async def test_who_amends_may_not_decide(self, setting: Setting) -> None:
        path = await setting.draft()
        await setting.decider.patch(path, json={"title": "改"}, headers={"If-Match": '"1"'})
        assert (await setting.decider.post(f"{path}/decision", json=APPROVAL)).status_code == 403
        assert (await setting.drafter.post(f"{path}/decision", json=APPROVAL)).status_code == 200

    async def test_a_refusal_has_its_reason(self, setting: Setting) -> None:
        path = await setting.draft()
        bare = await setting.decider.post(f"{path}/decision", json={"verdict": "refused"})
        assert (bare.status_code, bare.json()["code"]) == (422, "refused_plan_needs_reason")
        refused = await setting.decider.post(f"{path}/decision", json={"verdict": "refused", "reason": "重复"})
        assert (refused.json()["state"], refused.json()["decision"]) == ("refused", "重复")

    async def test_other_plans_of_the_unit_and_month_are_told(self, setting: Setting) -> None:
        first = await setting.approved(first_on="2016-05-28", last_on="2016-06-02")
        refused = await setting.draft()
        await setting.decider.post(f"{refused}/decision", json={"verdict": "refused", "reason": "重复"})
        await setting.draft(unit_ids=[str(setting.inspected.other_id)])
        await setting.draft(first_on="2016-07-01", last_on="2016-07-02")
        plan = setting.plan(first_on="2016-06-20", last_on="2016-06-30", unit_ids=[str(setting.inspected.unit_id)])
        drafted = (await setting.drafter.post("/v1/inspection_plans", json=plan)).json()
        (overlap,) = drafted["overlaps"]
        assert (overlap["plan_id"], overlap["unit_id"]) == (first.rsplit("/", 1)[1], str(setting.inspected.unit_id))
        assert (overlap["first_on"], overlap["state"]) == ("2016-05-28", "approved")
        approved = await setting.decider.post(f"/v1/inspection_plans/{drafted['id']}/decision", json=APPROVAL)
        assert approved.json()["overlaps"] == [overlap]

    async def test_a_unit_sees_what_covers_it_once_approved(
        self, setting: Setting, callers: Callers, here: Place
    ) -> None:
        path = await setting.draft()
        plan_id, outsider = path.rsplit("/", 1)[1], await callers(here, "unit")
        assert (await setting.unit.get(path)).status_code == 404
        await setting.decider.post(f"{path}/decision", json=APPROVAL)
        await setting.draft()
        assert (await setting.unit.get(path)).json()["overlaps"] == []
        assert await ids(setting.unit, "/v1/inspection_plans") == [plan_id]
        assert await ids(outsider, "/v1/inspection_plans") == []
        assert (await outsider.get(path)).status_code == 404

    async def test_an_unannounced_one_is_seen_afterwards(self, setting: Setting) -> None:
        path = await setting.approved(methods=["survey", "unannounced"])
        assert (await setting.unit.get(path)).status_code == 404
        assert (await setting.drafter.post(f"{path}/carrying_out")).json()["state"] == "carried_out"
        assert (await setting.unit.get(path)).status_code == 200

    async def test_lists_are_filtered(self, setting: Setting) -> None:
        may, june = [
            path.rsplit("/", 1)[1]
            for path in (
                await setting.approved(unit_ids=[str(setting.inspected.unit_id)]),
                await setting.draft(first_on="2016-06-01", last_on="2016-06-30"),
            )
        ]
        for params, expected in (
            ({"state": "approved"}, [may]),
            ({"unit": setting.inspected.other_id}, [june]),
            ({"on": "2016-06-30"}, [june]),
            ({"on": "2016-05-21"}, []),
            ({}, [may, june]),
        ):
            assert await ids(setting.drafter, "/v1/inspection_plans", **params) == expected

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"last_on": "2016-05-02"}, "inspection_ends_before_start"),
            ({"unit_ids": [str(UUID(int=7))]}, "unknown_unit"),
            ({"item_ids": [str(UUID(int=7))]}, "inspected_item_unknown"),
            ({"official_ids": [str(UUID(int=7))]}, "unknown_official"),
            ({"methods": ["ambush"]}, "invalid"),
            ({"methods": []}, "invalid"),
            ({"unit_ids": []}, "invalid"),
        ],
    )
    async def test_bad_plans(self, setting: Setting, over: dict[str, Any], code: str) -> None:
        answer = await setting.drafter.post("/v1/inspection_plans", json=setting.plan(**over))
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_it_is_not_carried_out_before_it_begins(self, setting: Setting) -> None:
        path = await setting.approved(first_on="2016-05-21", last_on="2016-05-21")
        early = await setting.drafter.post(f"{path}/carrying_out")
        assert (early.status_code, early.json()["code"]) == (409, "inspection_plan_not_begun")


class TestFindings:
    async def test_with_evidence(self, setting: Setting) -> None:
        path = await setting.approved()
        sent = (await upload(setting.drafter)).json()
        made = await setting.drafter.post(f"{path}/findings", json=setting.finding(attachment_ids=[sent["id"]]))
        assert (made.status_code, made.json()["attachment_ids"]) == (201, [sent["id"]])
        assert (await setting.unit.get(made.headers["Location"])).json() == made.json()
        assert (await setting.other.get(made.headers["Location"])).status_code == 404
        assert await ids(setting.other, "/v1/findings") == []
        for params, expected in (
            ({"plan": made.json()["plan_id"]}, 1),
            ({"unit": made.json()["unit_id"]}, 1),
            ({"unit": new_id()}, 0),
            ({"item": new_id()}, 0),
            ({"severity": "major"}, 0),
        ):
            assert len(await ids(setting.drafter, "/v1/findings", **params)) == expected

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"unit_id": str(UUID(int=7))}, "unit_not_in_scope"),
            ({"item_id": str(UUID(int=7))}, "inspected_item_unknown"),
            ({"attachment_ids": [str(UUID(int=7))]}, "unknown_attachment"),
            ({"found_on": "2016-05-02"}, "found_outside_inspection"),
            ({"found_on": "2016-05-21"}, "found_outside_inspection"),
            ({"severity": "fatal"}, "invalid"),
        ],
    )
    async def test_bad_findings(self, setting: Setting, over: dict[str, Any], code: str) -> None:
        path = await setting.approved()
        answer = await setting.drafter.post(f"{path}/findings", json=setting.finding(**over))
        assert (answer.status_code, answer.json()["code"]) == (422, code)


class TestConclusions:
    async def test_sent_told_and_acknowledged(self, setting: Setting, session: AsyncSession, here: Place) -> None:
        unit_id = setting.inspected.unit_id
        for position in ("principal_leader", "leader_in_charge", "handler"):
            await make_official(session, here.actor, unit_id, position=position)
        await session.commit()
        path = await setting.carried_out()
        sent = (await upload(setting.drafter)).json()
        await setting.drafter.post(f"{path}/findings", json=setting.finding(attachment_ids=[sent["id"]]))
        assert (await setting.unit.get(f"/v1/attachments/{sent['id']}")).status_code == 404
        made = await setting.drafter.post(f"{path}/conclusions", json=setting.conclusion())
        assert (made.status_code, made.json()["acknowledged_at"]) == (201, None)
        texts = list(await session.scalars(select(Message.text)))
        assert len(texts) == 2
        assert str(texts[0]).endswith("2016年5月3日至2016年5月20日督查的结论已送达贵单位，请登录督查系统查看并签收。")
        assert (await setting.unit.get(f"/v1/attachments/{sent['id']}")).content == PDF
        assert (await setting.other.get(f"/v1/attachments/{sent['id']}")).status_code == 404
        where = made.headers["Location"]
        assert (await setting.other.post(f"{where}/acknowledgement")).status_code == 404
        assert await ids(setting.drafter, "/v1/conclusions", acknowledged="false") == [made.json()["id"]]
        noted = await setting.unit.post(f"{where}/acknowledgement")
        assert (noted.status_code, noted.json()["acknowledged_by"]) == (200, str(setting.unit.person))
        assert await ids(setting.drafter, "/v1/conclusions", acknowledged="false") == []
        assert await ids(setting.unit, "/v1/conclusions", plan=made.json()["plan_id"]) == [made.json()["id"]]
        assert await ids(setting.drafter, "/v1/conclusions", unit=setting.inspected.other_id) == []
        twice = await setting.unit.post(f"{where}/acknowledgement")
        assert (twice.status_code, twice.json()["code"]) == (409, "conclusion_already_acknowledged")
        session.expire_all()
        assert set(await session.scalars(select(Message.state))) == {"cancelled"}

    async def test_one_for_each_unit_and_no_finding_after_it(self, setting: Setting) -> None:
        path = await setting.carried_out()
        assert (await setting.drafter.post(f"{path}/conclusions", json=setting.conclusion())).status_code == 201
        again = await setting.drafter.post(f"{path}/conclusions", json=setting.conclusion())
        late = await setting.drafter.post(f"{path}/findings", json=setting.finding())
        assert {again.json()["code"], late.json()["code"]} == {"conclusion_already_sent"}
        stranger = await setting.drafter.post(f"{path}/conclusions", json={"unit_id": str(new_id()), "text": "结论"})
        assert (stranger.status_code, stranger.json()["code"]) == (422, "unit_not_in_scope")


async def test_another_jurisdiction_sees_nothing(setting: Setting, callers: Callers, elsewhere: Place) -> None:
    path = await setting.carried_out()
    finding = (await setting.drafter.post(f"{path}/findings", json=setting.finding())).headers["Location"]
    conclusion = (await setting.drafter.post(f"{path}/conclusions", json=setting.conclusion())).headers["Location"]
    attachment = (await upload(setting.drafter)).headers["Location"]
    stranger, unit = await callers(elsewhere, "office"), await callers(elsewhere, "unit")
    for where in (path, finding, conclusion, attachment):
        assert (await stranger.get(where)).status_code == 404
    for listed in ("inspection_plans", "findings", "conclusions"):
        assert await ids(stranger, f"/v1/{listed}") == []
    for verb, body in (
        ("decision", APPROVAL),
        ("carrying_out", None),
        ("findings", setting.finding()),
        ("conclusions", setting.conclusion()),
    ):
        assert (await stranger.post(f"{path}/{verb}", json=body)).status_code == 404
    assert (await stranger.patch(path, json={"title": "改"}, headers={"If-Match": '"1"'})).status_code == 404
    assert (await unit.post(f"{conclusion}/acknowledgement")).status_code == 404
    drafted = await stranger.post("/v1/inspection_plans", json=setting.plan())
    assert (drafted.status_code, drafted.json()["code"]) == (422, "unknown_unit")
