from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.factories.approvals import approve
from tests.factories.identity import Caller, make_unit
from tests.factories.scoring import adopt, hold
from tests.places import Callers, Place

READS = ["/v1/scoring_policies", "/v1/deductions", "/v1/scores?year=2016"]


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await adopt(session, here.actor)
    await hold(session, here.actor, datetime(2016, 5, 1, tzinfo=UTC))
    unit_id = await make_unit(session, here.actor, name="教育局", kind="department")
    await session.commit()
    return unit_id


def proposal(unit_id: UUID, **over: object) -> dict[str, object]:
    facts = {"unit_id": str(unit_id), "rule_code": "meeting_criticism", "fact_on": "2016-04-01", "reason": "四月大会"}
    return {**facts, **over}


async def propose(office: Caller, unit_id: UUID, **over: object) -> str:
    answer = await office.post("/v1/deductions", json=proposal(unit_id, **over))
    assert answer.status_code == 201, answer.text
    assert (await office.get(answer.headers["Location"])).json() == answer.json()
    return str(answer.json()["id"])


# Long because it is told as a story, with the whole answer in the middle.
async def test_a_deduction_from_proposal_to_reversal(callers: Callers, here: Place, unit_id: UUID) -> None:
    office, group, other = [await callers(here, role) for role in ("office", "group", "group")]
    deduction_id = await propose(office, unit_id)
    confirmed = await group.post(f"/v1/deductions/{deduction_id}/confirmation")
    assert (confirmed.status_code, confirmed.json()["state"], confirmed.headers["ETag"]) == (200, "confirmed", '"2"')
    assert (await office.get("/v1/scores", params={"year": "2016"})).json() == {
        "year": 2016,
        "as_of": "2016-05-01T00:00:00Z",
        "data": [
            {
                "unit_id": str(unit_id),
                "unit": "教育局",
                "kind": "department",
                "base": "100",
                "deducted": "3",
                "corrected": "0",
                "score": "97",
                "mean_of_kind": "97",
                "parts": [
                    {
                        "deduction_id": deduction_id,
                        "rule_code": "meeting_criticism",
                        "article": 10,
                        "points": "3",
                        "fact_on": "2016-04-01",
                        "reason": "四月大会",
                        "is_covered": False,
                        "covered_by": None,
                    }
                ],
            }
        ],
    }
    reversal = {"reason": "查无实据"}
    refused = await group.post(f"/v1/deductions/{deduction_id}/reversal", json=reversal)
    assert (refused.status_code, refused.json()["code"]) == (403, "same_person_decides")
    answer = await other.post(f"/v1/deductions/{deduction_id}/reversal", json=reversal)
    assert (answer.status_code, answer.json()["state"]) == (200, "reversed")
    scores = (await office.get("/v1/scores", params={"year": "2016"})).json()["data"]
    assert (scores[0]["score"], scores[0]["parts"]) == ("100", [])
    before = {"year": "2016", "as_of": "2016-04-30T23:59:59+08:00"}
    assert (await office.get("/v1/scores", params=before)).json()["data"][0]["deducted"] == "0"


async def test_a_deduction_is_refused_once(callers: Callers, here: Place, unit_id: UUID) -> None:
    office, group = await callers(here, "office"), await callers(here, "group")
    deduction_id = await propose(office, unit_id)
    for status, code in ((200, None), (409, "deduction_not_proposed")):
        answer = await group.post(f"/v1/deductions/{deduction_id}/refusal", json={"reason": "有正当理由"})
        assert (answer.status_code, answer.json().get("code")) == (status, code)


async def test_lists_are_filtered(callers: Callers, here: Place, unit_id: UUID, session: AsyncSession) -> None:
    office, group = await callers(here, "office"), await callers(here, "group")
    other = await make_unit(session, here.actor)
    await session.commit()
    first, second = await propose(office, unit_id), await propose(office, other, fact_on="2016-01-01")
    await group.post(f"/v1/deductions/{first}/confirmation")
    for wanted, expected in (
        ({}, [first, second]),
        ({"unit": str(other)}, [second]),
        ({"state": "confirmed"}, [first]),
        ({"year": "2015"}, []),
    ):
        found = (await office.get("/v1/deductions", params=wanted)).json()["data"]
        assert [row["id"] for row in found] == expected


async def test_a_unit_sees_its_own(callers: Callers, here: Place, unit_id: UUID, session: AsyncSession) -> None:
    office, unit = await callers(here, "office"), await callers(here, "unit", unit_id=unit_id)
    other = await make_unit(session, here.actor)
    await session.commit()
    own, strange = await propose(office, unit_id), await propose(office, other)
    assert [row["id"] for row in (await unit.get("/v1/deductions")).json()["data"]] == [own]
    assert (await unit.get(f"/v1/deductions/{strange}")).status_code == 404
    scores = (await unit.get("/v1/scores", params={"year": "2016"})).json()["data"]
    assert [row["unit_id"] for row in scores] == [str(unit_id)]


async def test_another_jurisdiction_sees_nothing(
    callers: Callers, here: Place, elsewhere: Place, unit_id: UUID
) -> None:
    office, stranger, group = [
        await callers(place, role) for place, role in ((here, "office"), (elsewhere, "office"), (elsewhere, "group"))
    ]
    deduction_id = await propose(office, unit_id)
    policy_id = (await office.get("/v1/scoring_policies")).json()["data"][0]["id"]
    for path in READS:
        answer = await stranger.get(path)
        assert (answer.status_code, answer.json()["data"]) == (200, [])
    for path in (f"/v1/deductions/{deduction_id}", f"/v1/scoring_policies/{policy_id}"):
        assert (await stranger.get(path)).status_code == 404
    assert (await group.post(f"/v1/deductions/{deduction_id}/confirmation")).status_code == 404
    for verb in ("refusal", "reversal"):
        answer = await group.post(f"/v1/deductions/{deduction_id}/{verb}", json={"reason": "示例"})
        assert answer.status_code == 404
    answer = await stranger.post("/v1/deductions", json=proposal(unit_id))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_unit")
    answer = await group.post("/v1/scoring_policies", json={**POLICY, "effective_on": "2199-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_policy_in_force")


async def test_a_policy_shows_its_rules_and_readings(callers: Callers, here: Place, unit_id: UUID) -> None:
    unit = await callers(here, "unit", unit_id=unit_id)
    (line,) = (await unit.get("/v1/scoring_policies")).json()["data"]
    policy = (await unit.get(f"/v1/scoring_policies/{line['id']}")).json()
    assert {name: policy[name] for name in line} == line
    assert [(rule["code"], rule["article"], rule["points"]) for rule in policy["rules"]] == [
        ("superior_criticism", 6, "3"),
        ("instruction_late", 7, "2"),
        ("instruction_poor", 7, "3"),
        ("decision_late", 8, "3"),
        ("decision_poor", 8, "5"),
        ("department_circular", 9, "3"),
        ("meeting_criticism", 10, "3"),
        ("instruction_criticism", 10, "3"),
        ("notice_late", 11, "2"),
        ("notice_poor", 11, "3"),
        ("circular_criticism", 12, "3"),
        ("media_criticism", 12, "5"),
    ]
    late = {rule["code"]: rule["late_item_kind"] for rule in policy["rules"] if rule["late_item_kind"]}
    assert late == {
        "instruction_late": "instruction",
        "decision_late": "major_decision",
        "notice_late": "office_notice",
    }
    assert {"matter": "最低分", "source": "未规定", "adopted": "得分不低于0分"} in policy["readings"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/scores", "invalid"),
        ("/v1/scores?year=1899", "invalid"),
        ("/v1/scores?year=2016&as_of=2016-05-01", "invalid"),
        ("/v1/scores?year=2015", "no_policy_in_force"),
        ("/v1/deductions?state=forgiven", "invalid"),
    ],
)
async def test_bad_questions(callers: Callers, here: Place, unit_id: UUID, path: str, code: str) -> None:
    office = await callers(here, "office")
    answer = await office.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, code), unit_id


async def test_a_proposal_with_a_key_is_made_once(callers: Callers, here: Place, unit_id: UUID) -> None:
    office = await callers(here, "office")
    answers = [
        await office.post("/v1/deductions", json=proposal(unit_id), headers={"Idempotency-Key": "1"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len((await office.get("/v1/deductions")).json()["data"]) == 1


async def test_a_media_criticism_is_verified_and_counts_once_with_another(
    callers: Callers, here: Place, unit_id: UUID
) -> None:
    office, group = await callers(here, "office"), await callers(here, "group")
    first = await propose(office, unit_id)
    await group.post(f"/v1/deductions/{first}/confirmation")
    second = await propose(office, unit_id, rule_code="media_criticism", document="日报4月1日1版")
    answer = await group.post(f"/v1/deductions/{second}/confirmation", params={"same_fact_as": first})
    assert (answer.status_code, answer.json()["code"]) == (409, "deduction_not_verified")
    verified = await office.post(f"/v1/deductions/{second}/verification", json={"verification": "现场查看属实"})
    assert (verified.json()["verification"], verified.json()["document"]) == ("现场查看属实", "日报4月1日1版")
    answer = await group.post(f"/v1/deductions/{second}/confirmation", params={"same_fact_as": first})
    assert answer.status_code == 200, answer.text
    (row,) = (await office.get("/v1/scores", params={"year": "2016"})).json()["data"]
    assert (row["deducted"], {part["deduction_id"]: part["covered_by"] for part in row["parts"]}) == (
        "5",
        {first: second, second: None},
    )


POLICY = {"effective_on": "2016-07-01", "adopted_by": "县委督查室"}


async def newest(group: Caller) -> dict[str, Any]:
    lines = (await group.get("/v1/scoring_policies")).json()["data"]
    line = max(lines, key=lambda each: each["effective_on"])
    told: dict[str, Any] = (await group.get(f"/v1/scoring_policies/{line['id']}")).json()
    return told


@pytest.mark.parametrize(
    "matter", ["最低分", "最 低 分", "最低分\u3000", "最\u200b低分", "最低分\ufeff", "最低\u2060分"]
)
async def test_a_reading_takes_the_place_of_its_matters_however_it_is_written(
    callers: Callers, here: Place, unit_id: UUID, matter: str
) -> None:
    group = await callers(here, "group")
    reading = {"matter": matter, "source": "未规定", "adopted": "得分不低于60分"}
    proposed = await group.post("/v1/scoring_policies", json={**POLICY, "readings": [reading]})
    await approve(await callers(here, "group"), proposed)
    adopted = await newest(group)
    told = [each["adopted"] for each in adopted["readings"] if "不低于" in each["adopted"]]
    assert told == ["得分不低于60分"], unit_id


async def test_the_next_version_of_the_policy_changes_what_is_given(
    callers: Callers, here: Place, unit_id: UUID
) -> None:
    group = await callers(here, "group")
    (line,) = (await group.get("/v1/scoring_policies")).json()["data"]
    before = (await group.get(f"/v1/scoring_policies/{line['id']}")).json()
    reading = {"matter": "最低分", "source": "未规定", "adopted": "得分不低于60分"}
    points = [{"code": "media_criticism", "points": "6"}]
    changes = {"floor": "60", "dispute_days": 15, "points": points, "readings": [reading]}
    proposed = await group.post("/v1/scoring_policies", json={**POLICY, **changes})
    await approve(await callers(here, "group"), proposed)
    adopted = await newest(group)
    changed = ("id", "effective_on", "adopted_by", "floor", "dispute_days", "rules", "readings")
    assert {name: adopted[name] for name in before if name not in changed} == {
        name: before[name] for name in before if name not in changed
    }
    assert (adopted["floor"], adopted["dispute_days"], adopted["effective_on"]) == ("60", 15, "2016-07-01")
    differing = [new for old, new in zip(before["rules"], adopted["rules"], strict=True) if new != old]
    assert [(rule["code"], rule["points"]) for rule in differing] == [("media_criticism", "6")]
    assert [new for old, new in zip(before["readings"], adopted["readings"], strict=True) if new != old] == [reading]
    again = await group.post("/v1/scoring_policies", json=POLICY)
    assert (again.status_code, again.json()["code"]) == (409, "policy_day_taken"), unit_id


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"effective_on": "2016-04-30"}, "policy_in_past"),
        ({"floor": "100"}, "policy_out_of_order"),
        ({"attention_at": "0"}, "policy_out_of_order"),
        ({"warning_at": "3"}, "policy_out_of_order"),
        ({"severe_at": "6"}, "policy_out_of_order"),
        ({"township_percent": "100.5"}, "policy_out_of_order"),
        ({"points": [{"code": "media_criticism", "points": "0"}]}, "policy_out_of_order"),
        ({"points": [{"code": "tardiness", "points": "1"}]}, "unknown_rule"),
        ({"base": "-1"}, "invalid"),
        ({"dispute_days": 1.5}, "invalid"),
    ],
)
async def test_a_version_that_is_refused(
    callers: Callers, here: Place, unit_id: UUID, over: dict[str, object], code: str
) -> None:
    answer = await (await callers(here, "group")).post("/v1/scoring_policies", json={**POLICY, **over})
    assert (answer.status_code, answer.json()["code"]) == (422, code), unit_id


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"rule_code": "department_circular"}, "document_missing"),
        ({"document": "示例", "document_on": "2016-05-02"}, "fact_in_future"),
        ({"attachment_ids": ["01a206e4-b310-75c0-bfcb-215168a350d0"]}, "unknown_attachment"),
        ({"attachment_ids": ["scan"]}, "invalid"),
    ],
)
async def test_evidence_that_is_refused(
    callers: Callers, here: Place, unit_id: UUID, over: dict[str, object], code: str
) -> None:
    answer = await (await callers(here, "office")).post("/v1/deductions", json=proposal(unit_id, **over))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
