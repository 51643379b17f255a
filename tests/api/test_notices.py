import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.messaging import templates
from tests.factories.approvals import approve
from tests.factories.identity import Caller, make_unit
from tests.factories.items import make_item
from tests.factories.notices import make_leader
from tests.factories.scoring import hold
from tests.places import Callers, Place


@dataclass(frozen=True)
class Desk:
    """A county on a Friday: an item, two units, and three people of the office."""

    item_id: UUID
    unit_ids: list[UUID]
    drafter: Caller
    checker: Caller
    issuer: Caller

    async def draft(self, **over: Any) -> str:
        facts = {
            "kind": "notice",
            "unit_ids": [str(each) for each in self.unit_ids],
            "text": "请于月底前办结。",
            "limit_on": "2016-03-31",
        }
        answer = await self.drafter.post(f"/v1/items/{self.item_id}/notices", json={**facts, **over})
        assert answer.status_code == 201, answer.text
        where = answer.headers["Location"]
        assert (await self.drafter.get(where)).json() == answer.json()
        return where

    async def issue(self, **over: Any) -> str:
        where = await self.draft(**over)
        for step in ("check", "countersignature", "issue"):
            assert (await self.issuer.post(f"{where}/{step}")).status_code == 200
        return where


@pytest.fixture
async def desk(session: AsyncSession, here: Place, callers: Callers) -> Desk:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, datetime(2016, 3, 11, 4, tzinfo=UTC))
    item_id = await make_item(session, here.actor)
    units = [await make_unit(session, here.actor) for _ in range(2)]
    await session.commit()
    return Desk(item_id, units, *[await callers(here, "office") for _ in range(3)])


async def deliveries(caller: Caller, **wanted: str) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/notice_deliveries", params=wanted)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


async def audited(session: AsyncSession, verb: str) -> list[dict[str, Any]]:
    return list(await session.scalars(select(AuditEvent.facts).where(AuditEvent.verb == verb)))


async def test_a_notice_from_draft_to_acknowledgement(callers: Callers, here: Place, desk: Desk) -> None:
    leader, unit = await callers(here, "leader"), await callers(here, "unit", unit_id=desk.unit_ids[0])
    where = await desk.draft()
    assert (await unit.get(where)).status_code == 404
    refused = await desk.drafter.post(f"{where}/check")
    assert (refused.status_code, refused.json()["code"]) == (403, "notice_signed_by_drafter")
    early = await desk.issuer.post(f"{where}/issue")
    assert (early.status_code, early.json()["code"]) == (409, "notice_step_out_of_turn")
    for caller, step, state in (
        (desk.checker, "check", "checked"),
        (leader, "countersignature", "countersigned"),
        (desk.issuer, "issue", "issued"),
    ):
        signed = await caller.post(f"{where}/{step}")
        assert (signed.status_code, signed.json()["state"]) == (200, state), signed.text
    seen = (await unit.get(where)).json()
    assert (seen["number"], seen["issued_at"]) == ("督查通知〔2016〕1号", "2016-03-11T04:00:00Z")
    assert [row["unit_id"] for row in await deliveries(desk.drafter)] == [str(each) for each in desk.unit_ids]
    (own,) = await deliveries(unit)
    assert (own["state"], own["due_at"]) == ("delivered", "2016-03-14T16:00:00Z")
    path = f"/v1/notice_deliveries/{own['id']}"
    acknowledged = await unit.post(f"{path}/acknowledgement")
    assert (acknowledged.status_code, acknowledged.json()["acknowledged_by"]) == (200, str(unit.person))
    assert (await unit.get(path)).json() == acknowledged.json()
    again = await unit.post(f"{path}/acknowledgement")
    assert (again.status_code, again.json()["code"]) == (409, "not_to_be_acknowledged")
    waiting = await deliveries(desk.drafter, acknowledged="false")
    assert [row["unit_id"] for row in waiting] == [str(desk.unit_ids[1])]


async def test_a_returned_notice_is_amended_and_signed_off_anew(desk: Desk) -> None:
    where = await desk.draft()
    await desk.checker.post(f"{where}/check")
    returned = await desk.issuer.post(f"{where}/return", json={"reason": "时限太短。"})
    assert (returned.status_code, returned.json()["state"], returned.json()["checked_by"]) == (200, "drafted", None)
    amended = await desk.drafter.patch(
        where, json={"limit_on": "2016-04-30"}, headers={"If-Match": returned.headers["ETag"]}
    )
    assert (amended.status_code, amended.json()["limit_on"], amended.json()["reason"]) == (
        200,
        "2016-04-30",
        "时限太短。",
    )
    stale = await desk.drafter.patch(where, json={"text": "请办理。"}, headers={"If-Match": returned.headers["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    foreign = await desk.checker.patch(where, json={"text": "请办理。"}, headers={"If-Match": amended.headers["ETag"]})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "only_drafter_amends_notice")
    early = await desk.issuer.post(f"{where}/issue")
    assert (early.status_code, early.json()["code"]) == (409, "notice_step_out_of_turn")


async def test_what_was_amended_after_it_was_read_is_not_signed(desk: Desk, session: AsyncSession) -> None:
    where = await desk.draft()
    read = (await desk.checker.get(where)).headers["ETag"]
    amended = await desk.drafter.patch(where, json={"text": "请于十日内办结。"}, headers={"If-Match": read})
    assert amended.status_code == 200, amended.text
    stale = await desk.checker.post(f"{where}/check", headers={"If-Match": read})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    unread = await desk.checker.post(f"{where}/check", headers={"If-Match": ""})
    assert (unread.status_code, unread.json()["code"]) == (428, "precondition_required")
    assert (await desk.checker.get(where)).json() == amended.json()
    assert await audited(session, "notice.checked") == []
    checked = await desk.checker.post(f"{where}/check", headers={"If-Match": amended.headers["ETag"]})
    assert (checked.status_code, checked.json()["state"]) == (200, "checked")


async def test_all_who_sign_a_notice_sign_the_same(desk: Desk, session: AsyncSession) -> None:
    where = await desk.issue()
    await desk.draft(text="请于十日内办结。")
    read = (await desk.checker.get(where)).json()
    content = {name: read[name] for name in ("kind", "item_id", "unit_ids", "text", "limit_on")}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = sha256(canonical.encode()).hexdigest()
    for verb in ("notice.checked", "notice.countersigned", "notice.issued"):
        assert [facts["signed_sha256"] for facts in await audited(session, verb)] == [digest]


async def test_urging_is_logged(callers: Callers, here: Place, desk: Desk) -> None:
    await desk.issue()
    first, second = await deliveries(desk.drafter)
    urgings = f"/v1/notice_deliveries/{first['id']}/urgings"
    made = [
        (await desk.drafter.post(urgings, json={"channel": channel, "note": "请尽快签收"}))
        for channel in ("telephone", "sms")
    ]
    assert [answer.status_code for answer in made] == [201, 201]
    assert (await desk.drafter.get(urgings)).json()["data"] == [answer.json() for answer in made]
    unit = await callers(here, "unit", unit_id=UUID(second["unit_id"]))
    assert (await unit.get(urgings)).status_code == 404


async def test_a_circulation_slip_has_numbers_of_its_own(desk: Desk) -> None:
    await desk.issue()
    where = await desk.issue(kind="slip")
    assert (await desk.drafter.get(where)).json()["number"] == "督查抄告〔2016〕1号"
    for wanted, count in (({"kind": "slip"}, 1), ({"state": "issued"}, 2), ({"item": str(desk.item_id)}, 2)):
        assert len((await desk.drafter.get("/v1/notices", params=wanted)).json()["data"]) == count


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"limit_on": "2016-03-10"}, "notice_limit_passed"),
        ({"text": "机密★1年"}, "classified_matter"),
        ({"unit_ids": ["01890000-0000-7000-8000-000000000000"]}, "unknown_unit"),
    ],
)
async def test_a_draft_is_refused(desk: Desk, over: dict[str, Any], code: str) -> None:
    facts = {"kind": "slip", "unit_ids": [str(desk.unit_ids[0])], "text": "请办理。", "limit_on": "2016-03-31"}
    answer = await desk.drafter.post(f"/v1/items/{desk.item_id}/notices", json={**facts, **over})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await desk.drafter.get("/v1/notices")).json()["data"] == []


async def test_the_chain_is_the_countys_own(callers: Callers, here: Place, desk: Desk) -> None:
    administrator = await callers(here, "administrator", is_person=True)
    path = "/v1/notice_procedures"
    usual = {"chain": ["checked", "countersigned", "issued"], "acknowledge_working_days": 1}
    slips = {"kind": "slip", **usual}
    assert (await desk.drafter.get(path)).json()["data"] == [{"kind": "notice", **usual}, slips]
    wrong = {"kind": "notice", "chain": ["issued", "checked"], "acknowledge_working_days": 1}
    assert (await administrator.post(path, json=wrong)).json()["code"] == "chain_malformed"
    short = {"kind": "notice", "chain": ["issued"], "acknowledge_working_days": 2}
    await approve(desk.issuer, await administrator.post(path, json=short))
    assert (await desk.drafter.get(path)).json()["data"] == [short, slips]
    where = await desk.draft()
    assert (await desk.issuer.post(f"{where}/issue")).json()["state"] == "issued"
    assert {row["due_at"] for row in await deliveries(desk.drafter)} == {"2016-03-15T16:00:00Z"}


async def test_another_jurisdiction_finds_nothing(callers: Callers, elsewhere: Place, desk: Desk) -> None:
    office, unit = await callers(elsewhere, "office"), await callers(elsewhere, "unit")
    where = await desk.issue()
    (first, _) = await deliveries(desk.drafter)
    path = f"/v1/notice_deliveries/{first['id']}"
    for found in ("/v1/notices", "/v1/notice_deliveries"):
        assert (await office.get(found)).json()["data"] == []
    for found in (where, path, f"{path}/urgings"):
        assert (await office.get(found)).status_code == 404
    for verb in ("check", "countersignature", "issue"):
        assert (await office.post(f"{where}/{verb}")).status_code == 404
    assert (await unit.post(f"{path}/acknowledgement")).status_code == 404
    assert (await office.post(f"{path}/urgings", json={"channel": "sms", "note": "示例"})).status_code == 404
    draft = {"kind": "slip", "unit_ids": [str(unit.unit_id)], "text": "请办理。", "limit_on": "2199-03-31"}
    assert (await office.post(f"/v1/items/{desk.item_id}/notices", json=draft)).status_code == 404


async def test_a_unit_acknowledges_for_itself_only(callers: Callers, here: Place, desk: Desk) -> None:
    await desk.issue()
    first, second = await deliveries(desk.drafter)
    unit = await callers(here, "unit", unit_id=UUID(first["unit_id"]))
    answer = await unit.post(f"/v1/notice_deliveries/{second['id']}/acknowledgement")
    assert answer.status_code == 404


class TestPapers:
    @pytest.fixture
    async def facts(self, session: AsyncSession, here: Place) -> dict[str, Any]:
        principal = await make_leader(session, here.actor, "principal_county_leader")
        await session.commit()
        return {
            "sender": "示例乡党委",
            "title": "关于整治河道的报告",
            "words": "请抓紧办理。",
            "instructed_on": "2016-03-01",
            "leader_ids": [str(principal)],
            "secrecy": "internal",
        }

    async def test_happy(self, here: Place, desk: Desk, session: AsyncSession, facts: dict[str, Any]) -> None:
        leader_id = await make_leader(session, here.actor)
        await session.commit()
        paper = await desk.drafter.post("/v1/instruction_papers", json=facts)
        assert paper.status_code == 201, paper.text
        assert (await desk.drafter.get(paper.headers["Location"])).json() == paper.json()
        where = paper.headers["Location"]
        linked = await desk.drafter.post(f"{where}/link", json={"item_id": str(desk.item_id)})
        assert (linked.status_code, linked.json()["item_id"]) == (200, str(desk.item_id))
        handing = {"official_id": str(leader_id), "handed_on": "2016-03-02"}
        handed = await desk.drafter.post(f"{where}/transfers", json=handing)
        assert (handed.status_code, handed.json()["state"]) == (201, "handed_over")
        transfer = handed.headers["Location"]
        logged = await desk.drafter.post(f"{transfer}/liaisons", json={"text": "已送达"})
        assert (logged.status_code, (await desk.drafter.get(logged.headers["Location"])).json()["data"]) == (
            201,
            [logged.json()],
        )
        ended = await desk.drafter.post(f"{transfer}/outcome", json={"outcome": "已办结"})
        assert ended.json() == (await desk.drafter.get(transfer)).json()
        listed = await desk.drafter.get("/v1/direct_transfers", params={"state": "concluded"})
        assert listed.json()["data"] == [ended.json()]
        late = await desk.drafter.post(f"{transfer}/liaisons", json={"text": "补记"})
        assert (late.status_code, late.json()["code"]) == (409, "transfer_concluded")

    async def test_classified_matter_leaves_no_trace(self, desk: Desk, facts: dict[str, Any]) -> None:
        answer = await desk.drafter.post("/v1/instruction_papers", json={**facts, "document_number": "机密〔2016〕3号"})
        assert (answer.status_code, answer.json()["code"]) == (422, "classified_matter")
        assert "2016〕3号" not in answer.text
        assert (await desk.drafter.get("/v1/instruction_papers")).json()["data"] == []

    @pytest.mark.parametrize(
        ("role", "status"),
        [("office", 200), ("group", 200), ("leader", 200), ("unit", 403), ("publisher", 403), ("auditor", 403)],
    )
    async def test_the_words_are_for_few(
        self, callers: Callers, here: Place, desk: Desk, facts: dict[str, Any], role: str, status: int
    ) -> None:
        paper = await desk.drafter.post("/v1/instruction_papers", json=facts)
        caller = await callers(here, role)
        assert (await caller.get(paper.headers["Location"])).status_code == status
        assert (await caller.get("/v1/instruction_papers")).status_code == status

    async def test_another_jurisdiction_finds_nothing(
        self, callers: Callers, elsewhere: Place, desk: Desk, facts: dict[str, Any], session: AsyncSession, here: Place
    ) -> None:
        leader_id = await make_leader(session, here.actor)
        await session.commit()
        stranger = await callers(elsewhere, "office")
        where = (await desk.drafter.post("/v1/instruction_papers", json=facts)).headers["Location"]
        handing = {"official_id": str(leader_id), "handed_on": "2016-03-02"}
        transfer = (await desk.drafter.post(f"{where}/transfers", json=handing)).headers["Location"]
        for path in (where, transfer, f"{transfer}/liaisons"):
            assert (await stranger.get(path)).status_code == 404
        for path in ("/v1/instruction_papers", "/v1/direct_transfers"):
            assert (await stranger.get(path)).json()["data"] == []
        for path, body in (
            (f"{where}/link", {"item_id": str(desk.item_id)}),
            (f"{where}/transfers", handing),
            (f"{transfer}/liaisons", {"text": "示例"}),
            (f"{transfer}/outcome", {"outcome": "示例"}),
        ):
            assert (await stranger.post(path, json=body)).status_code == 404
        answer = await stranger.post("/v1/instruction_papers", json=facts)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_official")
