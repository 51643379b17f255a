"""An official leaves in mid-year (§5(1)): the successor is reminded, and the history names who answered for what when.

In it a hollow report is returned and supplemented, and one that came on paper is entered (§4(1)).
"""

from datetime import date
from typing import Any

import httpx
import pytest

from tests.factories.county import County, open_county
from tests.factories.identity import Caller
from tests.factories.progress import moment
from tests.factories.tasks import Cast, make_cast
from tests.places import Committed

pytestmark = pytest.mark.committed

INDICATOR = {"name": "修复里程", "comparator": "at_least", "target": "10", "unit_of_measure": "公里"}


def done(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def county(committed: Committed) -> County:
    return await open_county(committed, "330326", date(2016, 6, 1))


async def told(office: Caller, official_id: str) -> list[str]:
    """Tell under which matters an official was written to, the earliest first."""
    rows = done(await office.get("/v1/messages", params={"official": official_id}))["data"]
    return [row["matter"].split(":", 2)[2] for row in reversed(rows) if row["matter"].startswith("obligation:")]


async def decompose(office: Caller, cast: Cast) -> tuple[str, str]:
    registration = {
        "kind": "instruction",
        "title": "修复水毁道路",
        "source": "县长批示",
        "received_on": "2016-06-01",
        "deadline_on": "2016-12-31",
    }
    item = done(await office.post("/v1/items", json=registration), 201)
    task = {
        "goal": "修复十公里",
        "lead_leader_id": str(cast.leader_id),
        "responsible_unit_id": str(cast.unit_id),
        "responsible_person_id": str(cast.person_id),
        "indicators": [INDICATOR],
    }
    made = done(await office.post(f"/v1/items/{item['id']}/tasks", json={"tasks": [task]}), 201)["data"][0]
    return f"/v1/tasks/{made['id']}", made["indicators"][0]["id"]


async def test_an_official_who_leaves_in_mid_year(county: County) -> None:
    committed, place = county.committed, county.place
    async with county.inside() as session:
        cast = await make_cast(session, place.actor, person="老李")
    office, administrator = await committed.callers(place, "office"), await committed.callers(place, "administrator")
    unit = await committed.callers(place, "unit", unit_id=cast.unit_id)
    done(await administrator.post("/v1/clock/hold", json={"at": "2016-06-01T09:00:00+08:00"}))
    task, indicator_id = await decompose(office, cast)

    def report(value: str, text: str) -> dict[str, Any]:
        figures = [{"indicator_id": indicator_id, "value": value}]
        return {"entries": [{"task_id": task.rsplit("/", 1)[1], "percent": 50, "text": text, "figures": figures}]}

    async def owed() -> str:
        params = {"unit": str(cast.unit_id), "state": "open"}
        return f"/v1/obligations/{done(await office.get('/v1/obligations', params=params))['data'][0]['id']}"

    # The first half of June is still the old hand's: reminded, and reported on paper in time, entered late.
    await county.tick_at(moment(6, 16, 0))
    await county.tick_at(moment(6, 19, 12))
    await county.tick_at(moment(6, 20, 12))
    assert await told(office, str(cast.person_id)) == ["remind"]
    entered = {**report("2", "已清障"), "channel": "paper", "received_at": "2016-06-17T09:00:00+08:00"}
    first = done(await office.post(f"{await owed()}/entered_reports", json=entered), 201)
    assert (first["is_late"], first["channel"]) == (False, "paper")

    # They leave on the 24th; nobody who answers for open tasks leaves without a successor.
    newcomer = {"unit_id": str(cast.unit_id), "name": "小王", "post": "科长", "position": "handler"}
    newcomer |= {"leadership_level": "none", "telephone": "19999998888"}
    heir_id = done(await administrator.post("/v1/officials", json=newcomer), 201)["id"]
    await county.tick_at(moment(6, 27, 9))
    departure, leaving = f"/v1/officials/{cast.person_id}/departure", {"on": "2016-06-24", "reason": "调往市局"}
    assert (await office.post(departure, json=leaving)).json()["code"] == "successor_needed"
    done(await office.post(departure, json={**leaving, "successor_id": heir_id}))
    assert done(await unit.get(task))["responsible_person_id"] == heir_id

    # The second half is the successor's: reminded, reported with nothing in it, returned, and supplemented.
    await county.tick_at(moment(7, 1, 0))
    await county.tick_at(moment(7, 4, 12))
    await county.tick_at(moment(7, 5, 12))
    assert await told(office, heir_id) == ["remind"]
    hollow = done(await unit.post(f"{await owed()}/progress_reports", json=report("99", "按计划推进")), 201)
    back = {"reason": "没有实质内容", "until_on": "2016-07-08"}
    done(await office.post(f"/v1/progress_reports/{hollow['id']}/return", json=back))
    assert await told(office, heir_id) == ["remind", "returned:1"]
    assert await told(office, str(cast.person_id)) == ["remind"]
    await county.tick_at(moment(7, 8, 18))
    mended = done(await unit.post(f"{await owed()}/progress_reports", json=report("6", "已铺六公里")), 201)
    assert (mended["is_late"], mended["state"]) == (False, "received")
    kept = done(await office.get("/v1/progress_reports", params={"task": task.rsplit("/", 1)[1]}))["data"]
    assert [(row["state"], row["channel"]) for row in kept] == [
        ("received", "paper"),
        ("returned", "system"),
        ("received", "system"),
    ]

    # What went wrong in June is traced to the one who answered then.
    history = done(await unit.get(f"{task}/assignments"))["data"]
    persons = [row for row in history if row["part"] == "responsible_person"]
    assert [(row["official_id"], row["until_at"]) for row in persons] == [
        (str(cast.person_id), "2016-06-24T16:00:00Z"),
        (heir_id, None),
    ]
    for fact_on, person_id in (("2016-06-24", str(cast.person_id)), ("2016-06-25", heir_id)):
        proposal = {
            "unit_id": str(cast.unit_id),
            "task_id": task.rsplit("/", 1)[1],
            "facts": "失职",
            "fact_on": fact_on,
        }
        traced = done(await office.post("/v1/accountability_proposals", json=proposal), 201)["traced"]
        assert traced == [{"part": "responsible_person", "official_id": person_id}]
