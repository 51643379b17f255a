"""A county sets its own cadence, is looked at each quarter, and closes its ledger (§2(1), §2(3), §4(1))."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from supervision.progress.models import Obligation
from tests.factories import scoring
from tests.factories.county import open_county
from tests.factories.identity import Caller
from tests.factories.progress import as_json, entry, hold, moment
from tests.places import Committed

pytestmark = pytest.mark.committed


async def post(caller: Caller, path: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def test_a_county_sets_its_own_cadence_and_closes_its_year(committed: Committed) -> None:
    """§2(1) 建账、查账、结账; §2(3) weekly feedback; §4(1) 半月一上报、一季一查看; changes from the next period on."""
    county = await open_county(committed, "330326", date(2016, 9, 1))
    place, slow = county.place, county.slow
    office = await committed.callers(place, "office")
    unit = await committed.callers(place, "unit", unit_id=slow.unit_id)
    async with county.inside() as session:
        instruction = await scoring.add_item(session, received_on=date(2016, 9, 1), deadline_on=date(2016, 12, 31))
        answering = {"responsible_person_id": slow.handler_id}
        task_id = await scoring.add_task(session, place.actor, instruction, slow.unit_id, **answering)
        await scoring.add_party(session, instruction, slow.unit_id)

    # In the first half of September the office sets five working days, and weekly feedback on instructions.
    await county.tick_at(moment(9, 5))
    await post(office, "/v1/cadence/settings", kind="half_month", due_after=5, grace_working_days=1)
    await post(office, "/v1/cadence/settings", kind="week", is_running=True)
    await county.tick_at(moment(9, 20))
    due = {
        (first, covers): due_at
        for first, covers, due_at in await county.read(Obligation.period_first, Obligation.covers, Obligation.due_at)
    }
    assert due == {
        # 15 to 17 September were free, and Sunday the 18th was worked.
        (date(2016, 9, 1), "all"): moment(9, 21, 0),
        # 1 to 7 October were free, and the weekend after them was worked: the fifth day is the 12th, then the grace.
        (date(2016, 9, 16), "key_work"): moment(10, 14, 0),
        (date(2016, 9, 19), "instructions"): moment(9, 27, 0),
    }

    # The unit feeds back on its instruction, and on that only.
    owed = (await unit.get("/v1/obligations", params={"state": "open"})).json()["data"]
    weekly = next(row for row in owed if row["covers"] == "instructions")
    reports = f"/v1/obligations/{weekly['id']}/progress_reports"
    refused = await unit.post(reports, json=as_json([entry(slow.task_ids[0])]))
    assert (refused.status_code, refused.json()["code"]) == (422, "report_not_complete")
    assert not (await post(unit, reports, **as_json([entry(task_id, 10)])))["is_late"]

    # The third quarter is looked at once its last reports were due.
    await county.tick_at(moment(10, 11))
    path = "/v1/quarterly_looks?year=2016&quarter=3"
    looks = {UUID(row["task_id"]): row for row in (await unit.get(path)).json()["data"]}
    assert {task: (row["percent"], row["light"]) for task, row in looks.items()} == {
        task_id: (10, "behind"),
        slow.task_ids[0]: (None, "behind"),
    }
    assert len((await office.get(path)).json()["data"]) == 3

    # The ledger is checked, and closed when the year is over; what is unfinished goes over under its number.
    checked = await post(office, "/v1/ledgers/2016/check")
    assert (checked["items"], checked["unfinished"], checked["overdue"]) == (3, 3, 0)
    async with county.inside() as session:
        await hold(session, place.actor, moment(1, 6, year=2017))
    assert (await post(office, "/v1/ledgers/2016/closing"))["closed_on"] == "2017-01-06"
    entries = (await office.get("/v1/ledgers/2017/entries")).json()["data"]
    assert [row["deadline_on"] for row in entries] == ["2017-12-31"] * 3
    item = (await office.get(f"/v1/items/{instruction}")).json()
    assert (item["number"], item["first_deadline_on"]) == (entries[2]["number"], "2016-12-31")
    assert (await county.tick_at(moment(1, 6, year=2017)))[-1].startswith("urge_notices")
