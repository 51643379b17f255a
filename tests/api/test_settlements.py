from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Role
from tests.factories.identity import Caller, let_act_for, make_official, make_unit
from tests.factories.scoring import adopt, hold
from tests.places import Callers, Place

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WARNINGS = "/v1/quarterly_warnings?year=2016&quarter=1"
VISIBLE = ["/v1/scores?year=2016", WARNINGS, "/v1/settlements/2016"]


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await adopt(session, here.actor)
    await hold(session, here.actor, datetime(2017, 5, 1, tzinfo=UTC))
    unit_id = await make_unit(session, here.actor, name="教育局", kind="department")
    await session.commit()
    return unit_id


async def confirmed(callers: Callers, here: Place, unit_id: UUID) -> str:
    office, group = await callers(here, "office"), await callers(here, "group")
    facts = {"unit_id": str(unit_id), "rule_code": "meeting_criticism", "fact_on": "2016-03-01", "reason": "三月大会"}
    deduction_id = str((await office.post("/v1/deductions", json=facts)).json()["id"])
    await group.post(f"/v1/deductions/{deduction_id}/confirmation")
    return deduction_id


async def settled(callers: Callers, here: Place) -> Caller:
    office, group = await callers(here, "office"), await callers(here, "group")
    prepared = await office.post("/v1/settlements/2016")
    assert (prepared.status_code, prepared.headers["Location"]) == (201, "/v1/settlements/2016")
    answer = await group.post("/v1/settlements/2016/confirmation")
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed")
    return office


async def test_what_was_prepared_anew_was_not_read(callers: Callers, here: Place, unit_id: UUID) -> None:
    office, group = await callers(here, "office"), await callers(here, "group")
    tags = [(await office.post("/v1/settlements/2016")).headers["ETag"] for _ in range(2)]
    assert (await group.get("/v1/settlements/2016")).headers["ETag"] == tags[1] != tags[0], unit_id
    stale = await group.post("/v1/settlements/2016/confirmation", headers={"If-Match": tags[0]})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


async def test_a_settlement_is_exported(callers: Callers, here: Place, unit_id: UUID) -> None:
    office = await settled(callers, here)
    answer = await office.get("/v1/settlements/2016/export", headers={"Accept": XLSX})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, XLSX)
    assert answer.content.startswith(b"PK"), unit_id


@pytest.mark.parametrize("path", VISIBLE)
@pytest.mark.parametrize(
    ("position", "status"), [("principal_county_leader", 200), ("county_leader", 403), (None, 403)]
)
async def test_of_the_leaders_only_the_principal_ones_see_how_units_compare(
    callers: Callers, here: Place, session: AsyncSession, unit_id: UUID, path: str, position: str | None, status: int
) -> None:
    await settled(callers, here)
    leader = await callers(here, "leader", may_act_for_officials=True)
    headers: dict[str, str] = {}
    if position:
        official_id = await make_official(session, here.actor, unit_id, position=position)
        headers = await let_act_for(session, leader, official_id, Role.LEADER)
        await session.commit()
    answer = await leader.get(path, headers=headers)
    assert (answer.status_code, answer.json().get("code")) == (status, None if status == 200 else "ranking_not_shown")


async def test_other_leaders_see_no_deductions_either(
    callers: Callers, here: Place, session: AsyncSession, unit_id: UUID
) -> None:
    deduction_id = await confirmed(callers, here, unit_id)
    leader = await callers(here, "leader", may_act_for_officials=True)
    assert (await leader.get("/v1/deductions")).json()["data"] == []
    principal = await make_official(session, here.actor, unit_id, position="principal_county_leader")
    headers = await let_act_for(session, leader, principal, Role.LEADER)
    await session.commit()
    answer = await leader.get("/v1/deductions", headers=headers)
    assert [row["id"] for row in answer.json()["data"]] == [deduction_id]


async def test_warnings_are_issued_and_found_again(callers: Callers, here: Place, unit_id: UUID) -> None:
    await confirmed(callers, here, unit_id)
    group = await callers(here, "group")
    answer = await group.post("/v1/quarterly_warnings", json={"year": 2016, "quarter": 1})
    assert (answer.status_code, answer.headers["Location"]) == (201, WARNINGS)
    assert (await group.get(WARNINGS)).json() == answer.json()
    assert answer.json()["data"] == [
        {
            "unit_id": str(unit_id),
            "unit": "教育局",
            "kind": "department",
            "points": "3",
            "level": "attention",
            "issued_level": "attention",
            "issued_points": "3",
            "issued_at": "2017-05-01T00:00:00Z",
        }
    ]


async def test_another_jurisdiction_sees_and_decides_nothing(
    callers: Callers, here: Place, elsewhere: Place, unit_id: UUID
) -> None:
    deduction_id = await confirmed(callers, here, unit_id)
    unit, group = await callers(elsewhere, "unit"), await callers(elsewhere, "group")
    answer = await unit.post(f"/v1/deductions/{deduction_id}/dispute", json={"grounds": "与事实不符"})
    assert answer.status_code == 404
    ruling = {"verdict": "reversed", "reason": "经复核"}
    assert (await group.post(f"/v1/deductions/{deduction_id}/ruling", json=ruling)).status_code == 404
    office = await callers(here, "office")
    assert (await office.post("/v1/settlements/2016")).status_code == 201
    for path in ("/v1/settlements/2016", "/v1/settlements/2016/export"):
        assert (await group.get(path)).status_code == 404
    assert (await group.post("/v1/settlements/2016/confirmation")).status_code == 404
    assert (await group.get(WARNINGS)).json()["code"] == "no_policy_in_force"
    answer = await group.post("/v1/quarterly_warnings", json={"year": 2016, "quarter": 1})
    assert answer.json()["code"] == "no_policy_in_force"


@pytest.mark.parametrize(
    ("role", "path", "body", "code"),
    [
        ("group", "/v1/quarterly_warnings", {"year": 2017, "quarter": 2}, "quarter_not_over"),
        ("group", "/v1/quarterly_warnings", {"year": 2016, "quarter": 5}, "invalid"),
        ("group", "/v1/quarterly_warnings", {"year": "2016", "quarter": 1}, "invalid"),
        ("office", "/v1/settlements/2017", None, "year_not_over"),
        ("office", "/v1/settlements/2015", None, "year_without_policy"),
    ],
)
async def test_refusals(
    callers: Callers, here: Place, unit_id: UUID, role: str, path: str, body: object, code: str
) -> None:
    answer = await (await callers(here, role)).post(path, json=body)
    assert answer.json()["code"] == code, unit_id


async def test_a_settled_year_is_reopened_by_three_and_settled_anew(
    callers: Callers, here: Place, session: AsyncSession, unit_id: UUID
) -> None:
    office = await settled(callers, here)
    groups = [await callers(here, "group") for _ in range(2)]
    proposed = await office.post("/v1/settlement_reopenings", json={"year": 2016, "reason": "漏扣一项"})
    assert proposed.status_code == 201, proposed.text
    path = proposed.headers["Location"]
    states = [(await group.post(f"{path}/approval")).json()["state"] for group in groups]
    assert states == ["proposed", "approved"]
    read = await office.get(path)
    assert [each["approved_by"] for each in read.json()["approvals"]] == [str(group.person) for group in groups]
    assert (await office.get("/v1/settlement_reopenings")).json()["data"] == [read.json()]
    await confirmed(callers, here, unit_id)
    await hold(session, here.actor, datetime(2017, 7, 1, tzinfo=UTC))
    await session.commit()
    await settled(callers, here)
    scores = {
        revision: (await office.get(f"/v1/settlements/2016?revision={revision}")).json()["data"][0]["score"]
        for revision in (1, 2)
    }
    assert scores == {1: "100", 2: "97"}
    assert (await office.get("/v1/settlements/2016")).json()["revision"] == 2
    assert (await office.get("/v1/settlements/2016?revision=3")).status_code == 404
    again = await office.post("/v1/settlement_reopenings", json={"year": 2016, "reason": "再查"})
    refused = await groups[0].post(f"{again.headers['Location']}/refusal", json={"reason": "不必"})
    assert (refused.json()["state"], refused.json()["decision"]) == ("refused", "不必")


async def test_a_settled_deduction_is_corrected_in_the_next_year(
    callers: Callers, here: Place, session: AsyncSession, unit_id: UUID
) -> None:
    deduction_id = await confirmed(callers, here, unit_id)
    await hold(session, here.actor, datetime(2017, 7, 1, tzinfo=UTC))
    await session.commit()
    office = await settled(callers, here)
    group = await callers(here, "group")
    body = {"deduction_id": deduction_id, "reason": "批评的是另一单位"}
    proposed = await office.post("/v1/score_corrections", json=body)
    assert (proposed.status_code, proposed.json()["points"]) == (201, "3")
    path = proposed.headers["Location"]
    answer = await group.post(f"{path}/confirmation")
    assert (answer.json()["state"], answer.json()["year"], answer.json()["corrects_year"]) == ("confirmed", 2017, 2016)
    (row,) = (await office.get("/v1/scores?year=2017")).json()["data"]
    assert (row["deducted"], row["corrected"], row["score"]) == ("0", "3", "103")
    unit, stranger = await callers(here, "unit", unit_id=unit_id), await callers(here, "unit")
    assert (await unit.get("/v1/score_corrections")).json()["data"] == [answer.json()]
    assert (await stranger.get("/v1/score_corrections")).json()["data"] == []
    refused = await group.post(f"{path}/refusal", json={"reason": "无误"})
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal_decided")


async def test_a_quarters_circular_is_drafted_here_and_issued_there(
    callers: Callers, here: Place, unit_id: UUID
) -> None:
    await confirmed(callers, here, unit_id)
    office, other = await callers(here, "office"), await callers(here, "office")
    body = {"year": 2016, "quarter": 1, "title": "一季度督查通报"}
    drafted = await office.post("/v1/quarterly_circulars", json=body)
    assert drafted.status_code == 201, drafted.text
    path = drafted.headers["Location"]
    assert (await office.get(path)).json()["warned"] == [
        {"unit_id": str(unit_id), "unit": "教育局", "level": "attention"}
    ]
    await other.post(f"{path}/check")
    assert (await other.post(f"{path}/issue")).json()["number"] == "督查通报〔2017〕1号"
    assert (await office.post("/v1/quarterly_circulars", json=body)).json()["code"] == "month_already_drafted"


async def test_another_jurisdiction_neither_reopens_nor_corrects(
    callers: Callers, here: Place, elsewhere: Place, session: AsyncSession, unit_id: UUID
) -> None:
    deduction_id = await confirmed(callers, here, unit_id)
    await hold(session, here.actor, datetime(2017, 7, 1, tzinfo=UTC))
    await session.commit()
    office = await settled(callers, here)
    reopening = await office.post("/v1/settlement_reopenings", json={"year": 2016, "reason": "漏扣一项"})
    correction = await office.post("/v1/score_corrections", json={"deduction_id": deduction_id, "reason": "误扣"})
    stranger, group = await callers(elsewhere, "office"), await callers(elsewhere, "group")
    for made, verb in ((reopening, "approval"), (correction, "confirmation")):
        path = made.headers["Location"]
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(path.rpartition("/")[0])).json()["data"] == []
        assert (await group.post(f"{path}/{verb}")).status_code == 404
        assert (await group.post(f"{path}/refusal", json={"reason": "不必"})).status_code == 404
    answer = await stranger.post("/v1/score_corrections", json={"deduction_id": deduction_id, "reason": "误扣"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_deduction")
    answer = await stranger.post("/v1/settlement_reopenings", json={"year": 2016, "reason": "漏扣一项"})
    assert answer.json()["code"] == "year_not_settled"
    verified = await group.post(f"/v1/deductions/{deduction_id}/verification", json={"verification": "属实"})
    assert verified.status_code == 404
