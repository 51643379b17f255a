from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence import runs
from supervision.cadence.rules import HALF_MONTHLY, half_month_of, schedule
from supervision.cadence.seed import calendar_rows
from tests.house import Callers, Place


async def test_the_calendar_of_a_year_counts_made_up_days(callers: Callers, here: Place) -> None:
    unit = await callers(here, "unit")
    answer = (await unit.get("/v1/calendars/2016")).json()
    days = {day["day"]: day for day in answer["data"]}
    assert (answer["year"], len(days)) == (2016, 366)
    assert days["2016-02-06"]["is_working"] is True
    assert days["2016-10-07"] == {"day": "2016-10-07", "is_working": False, "name": "国庆节", "status": "official"}
    assert sum(day["is_working"] for day in answer["data"]) == 250


async def test_a_year_that_was_not_announced_is_not_found(callers: Callers, here: Place) -> None:
    unit = await callers(here, "unit")
    assert (await unit.get("/v1/calendars/1999")).status_code == 404
    assert (await unit.get("/v1/calendars/2201")).status_code == 422


async def test_steps_taken_are_listed_newest_first(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place
) -> None:
    calendar = {row["day"]: row["is_working"] for row in calendar_rows()}
    for step in schedule(half_month_of(date(2016, 3, 1)), HALF_MONTHLY, calendar)[:2]:
        run = await runs.take(session, step)
        assert run
        await runs.finish(session, run, {"obligations": 14})
    await session.commit()
    office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
    listed = (await office.get("/v1/cadence_runs")).json()["data"]
    assert [run["kind"] for run in listed] == ["remind", "open"]
    assert (listed[0]["period_first"], listed[0]["due_at"]) == ("2016-03-01", "2016-03-17T01:00:00Z")
    assert listed[0]["outcome"] == {"obligations": 14}
    assert [run["kind"] for run in (await office.get("/v1/cadence_runs?kind=open")).json()["data"]] == ["open"]
    assert (await stranger.get("/v1/cadence_runs")).json()["data"] == []


async def test_a_step_that_is_finished_or_held_is_not_taken(session: AsyncSession) -> None:
    calendar = {row["day"]: row["is_working"] for row in calendar_rows()}
    step = schedule(half_month_of(date(2016, 3, 1)), HALF_MONTHLY, calendar)[0]
    run = await runs.take(session, step)
    assert run
    assert await runs.find_finished(session, date(2016, 3, 1)) == set()
    await runs.finish(session, run, {})
    assert await runs.take(session, step) is None
    assert await runs.find_finished(session, date(2016, 3, 1)) == {("open", date(2016, 3, 1))}
