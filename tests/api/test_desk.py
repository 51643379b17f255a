from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.factories.desk import NOON
from tests.factories.identity import Caller, make_unit
from tests.factories.items import make_item
from tests.factories.progress import make_obligation
from tests.factories.reviews import make_duty
from tests.factories.scoring import hold
from tests.places import Callers, Place


@pytest.fixture
async def unit(session: AsyncSession, callers: Callers, here: Place) -> Caller:
    await hold(session, here.actor, NOON)
    unit_id = await make_unit(session, here.actor, name="交通局")
    await session.commit()
    return await callers(here, "unit", unit_id=unit_id)


async def owe(session: AsyncSession, unit_id: UUID | None, **over: Any) -> str:
    assert unit_id
    obligation_id = await make_obligation(session, unit_id, **over)
    await session.commit()
    return str(obligation_id)


class TestComplaints:
    async def test_a_unit_complains_and_the_office_answers(
        self, session: AsyncSession, unit: Caller, callers: Callers, here: Place
    ) -> None:
        office, outsider = await callers(here, "office"), await callers(here, "unit")
        again = await owe(session, unit.unit_id)
        before = await owe(session, unit.unit_id, period_first=NOON.date(), period_last=NOON.date())
        body = {"about_kind": "obligation", "about_id": again, "text": "同样的材料上周已报"}
        earlier = {"earlier_kind": "obligation", "earlier_id": before}
        made = await unit.post("/v1/burden/complaints", json={**body, **earlier})
        assert made.status_code == 201, made.text
        path, told = made.headers["Location"], made.json()
        assert (told["state"], told["unit"], told["earlier_id"]) == ("filed", "交通局", before)
        assert (await unit.post("/v1/burden/complaints", json=body)).json()["code"] == "complaint_waits"
        for caller, sees in ((office, 1), (unit, 1), (outsider, 0)):
            listed = (await caller.get("/v1/burden/complaints", params={"state": "filed"})).json()["data"]
            assert len(listed) == sees
        assert (await outsider.get(path)).status_code == 404
        answered = await office.post(f"{path}/answer", json={"verdict": "upheld", "text": "不再要求报送"})
        assert (answered.json()["state"], answered.json()["answer"]) == ("upheld", "不再要求报送")
        assert (await office.post(f"{path}/answer", json={"verdict": "rejected", "text": "x"})).status_code == 409
        assert (await office.get("/v1/burden/complaints", params={"state": "filed"})).json()["data"] == []
        mine = {"unit": str(unit.unit_id)}
        assert len((await office.get("/v1/burden/complaints", params=mine)).json()["data"]) == 1
        # What is asked for once more may be complained of once more.
        assert (await unit.post("/v1/burden/complaints", json=body)).status_code == 201

    async def test_bad_complaints(self, session: AsyncSession, unit: Caller, callers: Callers, here: Place) -> None:
        other = await callers(here, "unit")
        mine, foreign = await owe(session, unit.unit_id), await owe(session, other.unit_id)
        body = {"about_kind": "obligation", "about_id": mine, "text": "重复"}
        for over, code in (
            ({"about_id": foreign}, "unknown_request"),
            ({"about_kind": "notice"}, "unknown_request"),
            ({"earlier_kind": "obligation", "earlier_id": foreign}, "unknown_request"),
            ({"earlier_kind": "obligation", "earlier_id": mine}, "same_request"),
            ({"earlier_id": mine}, "earlier_incomplete"),
            ({"about_kind": "letter"}, "invalid"),
            ({"text": ""}, "invalid"),
        ):
            answer = await unit.post("/v1/burden/complaints", json={**body, **over})
            assert (answer.status_code, answer.json()["code"]) == (422, code), over

    async def test_another_county_answers_nothing(
        self, session: AsyncSession, unit: Caller, callers: Callers, elsewhere: Place
    ) -> None:
        body = {"about_kind": "obligation", "about_id": await owe(session, unit.unit_id), "text": "重复"}
        path = (await unit.post("/v1/burden/complaints", json=body)).headers["Location"]
        office, foreign = await callers(elsewhere, "office"), await callers(elsewhere, "unit")
        assert (await office.get(path)).status_code == 404
        verdict = {"verdict": "upheld", "text": "同意"}
        assert (await office.post(f"{path}/answer", json=verdict)).status_code == 404
        assert (await office.get("/v1/burden/complaints")).json()["data"] == []
        assert (await foreign.post("/v1/burden/complaints", json=body)).json()["code"] == "unknown_request"


async def test_burden_is_shown_to_its_unit_and_to_the_office(
    session: AsyncSession, unit: Caller, callers: Callers, here: Place
) -> None:
    office, other = await callers(here, "office"), await callers(here, "unit")
    await owe(session, unit.unit_id)
    asked = {"year": 2016, "month": 3}
    whole = (await office.get("/v1/burden", params=asked)).json()
    totals = {row["unit_id"]: row["total"] for row in whole["data"] if row["kind"] != "other"}
    assert totals == {str(unit.unit_id): 1, str(other.unit_id): 0}
    assert [row["unit"] for row in whole["data"]] == sorted(row["unit"] for row in whole["data"])
    (mine,) = (await unit.get("/v1/burden", params=asked)).json()["data"]
    assert (mine["unit"], mine["kind"], mine["obligations"]) == ("交通局", "department", 1)
    for wrong in ({"year": 2016}, {"year": 2016, "month": 13}, {"year": 1, "month": 1}):
        assert (await office.get("/v1/burden", params=wrong)).status_code == 422


async def test_work_lists_are_read_page_by_page(session: AsyncSession, unit: Caller) -> None:
    first = await owe(session, unit.unit_id)
    second = await owe(session, unit.unit_id, period_first=NOON.date(), period_last=NOON.date())
    page = (await unit.get("/v1/work_list", params={"limit": 1})).json()
    (row,) = page["data"]
    assert (row["kind"], row["path"], row["due_at"]) == (
        "obligation",
        f"/v1/obligations/{page['next']}",
        "2016-03-18T16:00:00Z",
    )
    assert {page["next"]} < {first, second}
    (last,) = (await unit.get("/v1/work_list", params={"limit": 1, "after": page["next"]})).json()["data"]
    assert {row["id"], last["id"]} == {first, second}
    assert len((await unit.get("/v1/work_list", params={"view": "late"})).json()["data"]) == 2
    assert (await unit.get("/v1/work_list", params={"view": "this_week"})).json() == {"data": [], "next": None}
    assert (await unit.get("/v1/work_list", params={"view": "mine"})).status_code == 422


async def test_items_are_watched(
    session: AsyncSession, unit: Caller, callers: Callers, here: Place, elsewhere: Place
) -> None:
    item_id = await make_item(session, here.actor)
    await session.commit()
    publisher = await callers(here, "publisher")
    path, watched = f"/v1/items/{item_id}", {"view": "watched"}
    begun = (await publisher.post(f"{path}/watch")).json()
    assert begun == {"item_id": str(item_id), "is_watched": True, "watched_at": "2016-05-20T04:00:00Z"}
    (row,) = (await publisher.get("/v1/work_list", params=watched)).json()["data"]
    assert (row["kind"], row["path"], row["is_late"]) == ("item", path, True)
    assert (await publisher.post(f"{path}/watch_end")).json()["is_watched"] is False
    assert (await publisher.get("/v1/work_list", params=watched)).json()["data"] == []
    for stranger in (unit, await callers(elsewhere, "office")):
        for verb in ("watch", "watch_end"):
            assert (await stranger.post(f"{path}/{verb}")).status_code == 404


async def test_statistics_are_answered_as_decimals_in_text(
    session: AsyncSession, unit: Caller, callers: Callers, here: Place, elsewhere: Place
) -> None:
    assert unit.unit_id
    await make_duty(session, here.actor, unit_id=unit.unit_id, tasks=2)
    await session.commit()
    office = await callers(here, "office")
    asked: dict[str, Any] = {"year": 2016, "by": "kind"}
    told = (await office.get("/v1/statistics", params=asked)).json()
    (row,) = told["data"]
    assert (told["year"], told["by"], row["key"], row["name"]) == (2016, "kind", "major_decision", "major_decision")
    figures = ("items", "closed", "closed_share", "on_time_share", "average_days", "returned_share")
    assert [row[name] for name in figures] == [2, 0, "0", None, None, None]
    assert (await unit.get("/v1/statistics", params={"year": 2016, "by": "unit"})).json()["data"][0]["name"] == "交通局"
    foreign = await callers(elsewhere, "office")
    assert (await foreign.get("/v1/statistics", params=asked)).json()["data"] == []
    assert (await office.get("/v1/statistics", params={"year": 2016, "by": "points"})).status_code == 422
