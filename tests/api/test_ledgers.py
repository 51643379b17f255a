from datetime import date
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.items.models import Item
from supervision.ledgers.models import CarriedDeadline
from tests.factories.identity import Caller
from tests.factories.progress import hold, make_duty, moment, open_ledger
from tests.factories.scoring import add_item
from tests.factories.tasks import ledger_row, to_csv
from tests.places import Callers, Place

NEW_YEAR = moment(1, 5, year=2017)


@pytest.fixture
async def office(callers: Callers, here: Place) -> Caller:
    return await callers(here, "office")


async def make_year(session: AsyncSession, place: Place) -> dict[str, UUID]:
    """Open 2016 with an entered item past its deadline, one registered alone, one that still has time, one closed."""
    ledger_id = await open_ledger(session, place.actor)
    duty = await make_duty(session, place.actor, ledger_id=ledger_id, no=7)
    entered = await session.scalar(select(Item.id).order_by(Item.id).limit(1))
    assert duty
    assert entered
    return {
        "entered": entered,
        "alone": await add_item(session, deadline_on=date(2016, 6, 30)),
        "in_time": await add_item(session, deadline_on=date(2017, 3, 31), year=2016),
        "closed": await add_item(session, deadline_on=date(2016, 6, 30), state="closed", closed_on=date(2016, 6, 1)),
        "of_2015": await add_item(session, deadline_on=date(2015, 6, 30)),
    }


async def go_to(session: AsyncSession, place: Place, at: Any) -> None:
    await hold(session, place.actor, at)
    await session.commit()


async def test_a_ledger_is_counted_in_mid_year_and_the_count_stays(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place, office: Caller
) -> None:
    made = await make_year(session, here)
    await go_to(session, here, moment(7, 1))
    checked = await office.post("/v1/ledgers/2016/check")
    assert checked.status_code == 201, checked.text
    counts = {"items": 4, "closed": 1, "unfinished": 3, "overdue": 1}
    assert {name: checked.json()[name] for name in counts} == counts
    assert (checked.json()["occasion"], checked.json()["checked_on"]) == ("check", "2016-07-01")
    assert checked.json()["checked_by"] == str(office.person)
    item = await session.get_one(Item, made["alone"], populate_existing=True)
    item.state, item.closed_on = "closed", date(2016, 7, 1)
    await session.commit()
    assert (await office.get(checked.headers["Location"])).json() == checked.json()
    again = await office.post("/v1/ledgers/2016/check")
    assert (again.json()["closed"], again.json()["overdue"]) == (2, 0)
    listed = await office.get("/v1/ledgers/2016/checks")
    assert listed.json()["data"] == [checked.json(), again.json()]
    stranger = await callers(elsewhere, "office")
    for answer in (
        await stranger.post("/v1/ledgers/2016/check"),
        await stranger.get("/v1/ledgers/2016/checks"),
        await stranger.get(checked.headers["Location"]),
        await stranger.post("/v1/ledgers/2016/closing", json={}),
        await office.post("/v1/ledgers/2015/check"),
    ):
        assert answer.status_code == 404


async def test_the_unfinished_go_over_into_the_next_year(session: AsyncSession, here: Place, office: Caller) -> None:
    made = await make_year(session, here)
    numbers = {row.id: row.number for row in await session.execute(select(Item.id, Item.number))}
    await go_to(session, here, NEW_YEAR)
    new = {"item_id": str(made["alone"]), "deadline_on": "2017-02-28"}
    closed = await office.post("/v1/ledgers/2016/closing", json={"deadlines": [new]})
    assert closed.status_code == 200, closed.text
    assert (closed.json()["closed_on"], closed.json()["closed_by"]) == ("2017-01-05", str(office.person))
    entries = (await office.get("/v1/ledgers/2017/entries")).json()["data"]
    assert [(row["no"], UUID(row["item_id"]), row["deadline_on"]) for row in entries] == [
        (1, made["entered"], "2017-12-31"),
        (2, made["alone"], "2017-02-28"),
        (3, made["in_time"], "2017-03-31"),
        # Its year had no ledger that could carry it over; its deadline is left as it is.
        (4, made["of_2015"], "2015-06-30"),
    ]
    assert [row["number"] for row in entries] == [numbers[UUID(row["item_id"])] for row in entries]
    # The deadlines that had been missed are kept; the one that still lay ahead was none.
    kept = await session.execute(
        select(CarriedDeadline.item_id, CarriedDeadline.deadline_on, CarriedDeadline.new_deadline_on)
    )
    assert {tuple(row) for row in kept} == {
        (made["entered"], date(2016, 12, 31), date(2017, 12, 31)),
        (made["alone"], date(2016, 6, 30), date(2017, 2, 28)),
    }
    item = (await office.get(f"/v1/items/{made['alone']}")).json()
    assert (item["deadline_on"], item["first_deadline_on"]) == ("2017-02-28", "2016-06-30")
    (count,) = (await office.get("/v1/ledgers/2016/checks")).json()["data"]
    # The entered one has an indicator without a figure: it is not known to be unfinished.
    assert (count["occasion"], count["unfinished"], count["overdue"]) == ("closing", 3, 1)


async def test_a_ledger_is_closed_once_after_its_year_and_in_turn(
    session: AsyncSession, here: Place, office: Caller
) -> None:
    await make_year(session, here)
    await go_to(session, here, moment(12, 31, 23, 59))

    async def close(year: int) -> tuple[int, str]:
        answer = await office.post(f"/v1/ledgers/{year}/closing", json={})
        return answer.status_code, answer.json().get("code", "")

    assert await close(2016) == (409, "ledger_year_not_over")
    await open_ledger(session, here.actor, date(2017, 1, 3))
    await go_to(session, here, moment(1, 1, 0, year=2018))
    assert await close(2017) == (409, "earlier_ledger_stands")
    assert await close(2016) == (200, "")
    assert await close(2016) == (409, "ledger_already_closed")
    refused = await office.post("/v1/ledgers/2016/check")
    assert (refused.status_code, refused.json()["code"]) == (409, "ledger_already_closed")
    # Closed a year late: the new dates lie ahead all the same, and the next closing carries on.
    entries = (await office.get("/v1/ledgers/2017/entries")).json()["data"]
    assert [row["deadline_on"] for row in entries] == ["2018-12-31"] * 3 + ["2015-06-30"]
    assert await close(2017) == (200, "")
    assert len((await office.get("/v1/ledgers/2018/entries")).json()["data"]) == 4


async def test_new_dates_are_for_what_is_carried_over_and_lie_ahead(
    session: AsyncSession, here: Place, office: Caller
) -> None:
    made = await make_year(session, here)
    await go_to(session, here, NEW_YEAR)
    dates = [
        (made["alone"], "2017-01-05", [("/deadlines/0/deadline_on", "date_not_ahead")]),
        (made["in_time"], "2017-06-30", [("/deadlines/0/item_id", "not_carried")]),
        (made["closed"], "2017-06-30", [("/deadlines/0/item_id", "not_carried")]),
        (made["of_2015"], "2017-06-30", [("/deadlines/0/item_id", "not_carried")]),
        (new_id(), "2017-06-30", [("/deadlines/0/item_id", "not_carried")]),
    ]
    for item_id, day, problems in dates:
        body = {"deadlines": [{"item_id": str(item_id), "deadline_on": day}]}
        refused = await office.post("/v1/ledgers/2016/closing", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "carried_deadlines_refused")
        assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == problems
    twice = {"deadlines": [{"item_id": str(made["alone"]), "deadline_on": "2017-06-30"}] * 2}
    refused = await office.post("/v1/ledgers/2016/closing", json=twice)
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/deadlines/1/item_id"]
    assert (await office.get("/v1/ledgers/2017")).status_code == 404


async def test_a_ledger_is_opened_without_a_spreadsheet(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place, office: Caller
) -> None:
    stranded = await add_item(session, deadline_on=date(2015, 6, 30))
    await go_to(session, here, moment(2, 8))
    stranger = await callers(elsewhere, "office")
    path, key = "/v1/ledgers/2016/opening", {"Idempotency-Key": "opening"}
    before = REGISTRY.get_sample_value("ducha_commands_total", {"verb": "ledger.opened"}) or 0
    opened = await office.post(path, headers=key)
    assert opened.status_code == 201, opened.text
    facts = {"year": 2016, "opened_on": "2016-02-08", "opened_by": str(office.person), "closed_on": None}
    assert {name: opened.json()[name] for name in facts} == facts
    assert (await office.get(opened.headers["Location"])).json() == opened.json()
    assert REGISTRY.get_sample_value("ducha_commands_total", {"verb": "ledger.opened"}) == before + 1
    auditor = await callers(here, "auditor")
    seen = (await auditor.get("/v1/audit_events", params={"verb": "ledger.opened"})).json()["data"]
    assert [(row["subject_id"], row["facts"]) for row in seen] == [(opened.json()["id"], {"year": 2016})]
    (entry,) = (await office.get("/v1/ledgers/2016/entries")).json()["data"]
    assert (entry["no"], UUID(entry["item_id"])) == (1, stranded)
    # The same request is done once; another one is refused.
    assert (await office.post(path, headers=key)).json() == opened.json()
    again = await office.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "ledger_already_open")
    # Another county sees nothing of it, and has a ledger of its own.
    assert (await stranger.get("/v1/ledgers/2016")).status_code == 404
    await enter(session, elsewhere.actor.jurisdiction_id)
    await go_to(session, elsewhere, moment(2, 8))
    own = await stranger.post(path)
    assert (own.status_code, own.json()["id"] != opened.json()["id"]) == (201, True)
    assert (await stranger.get("/v1/ledgers/2016/entries")).json()["data"] == []


@pytest.mark.parametrize("year", [1900, 2014, 2018, 2200])
async def test_a_far_year_is_not_opened(session: AsyncSession, here: Place, office: Caller, year: int) -> None:
    await go_to(session, here, moment(2, 8))
    refused = await office.post(f"/v1/ledgers/{year}/opening")
    assert (refused.status_code, refused.json()["code"]) == (422, "ledger_year_too_far")
    assert "2015年至2017年" in refused.json()["detail"]
    csv, headers = to_csv([ledger_row()]), {"Content-Type": "text/csv"}
    imported = await office.post(f"/v1/ledgers/{year}/imports", content=csv, headers=headers)
    # A spreadsheet may tell of a year long past.
    expected = (202, None) if year == 2014 else (422, "ledger_year_too_far")
    assert (imported.status_code, imported.json().get("code")) == expected
    assert (await office.get(f"/v1/ledgers/{year}")).status_code == 404


async def test_only_the_office_opens_a_ledger(callers: Callers, here: Place) -> None:
    for role in ("unit", "leader", "group", "auditor", "administrator", "publisher"):
        refused = await (await callers(here, role)).post("/v1/ledgers/2016/opening")
        assert refused.status_code == 403
