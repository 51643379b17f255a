from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.cadence import runs
from supervision.cadence.calendar_days import calendar_rows
from supervision.cadence.models import Rhythm
from supervision.cadence.periods import half_month_of
from supervision.cadence.rules import HALF_MONTHLY, schedule
from tests.factories.identity import Caller
from tests.factories.progress import hold, moment
from tests.places import Callers, Place


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
    assert await runs.find_finished(session, date(2016, 3, 1)) == {("open", date(2016, 3, 1), date(2016, 3, 15))}


async def set_rhythm(office: Caller, **body: Any) -> list[dict[str, Any]]:
    answer = await office.post("/v1/cadence/settings", json=body)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


async def test_a_county_that_set_nothing_keeps_the_usual_way(callers: Callers, here: Place) -> None:
    unit = await callers(here, "unit")
    usual = (await unit.get("/v1/cadence/settings")).json()["data"]
    assert [(row["kind"], row["is_running"], row["due_after"], row["effective_from"]) for row in usual] == [
        ("week", False, 1, None),
        ("half_month", True, 3, None),
        ("month", True, 3, None),
        ("quarter", True, 3, None),
    ]


async def test_a_change_counts_from_the_next_period_and_is_audited(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place
) -> None:
    await hold(session, here.actor, moment(3, 10))
    await session.commit()
    office, administrator = await callers(here, "office"), await callers(here, "administrator", is_person=True)
    await set_rhythm(office, kind="half_month", due_after=5, counted_in="days")
    # What is left out stays as it was set last, also before it counts; of one day the last setting is told.
    rows = await set_rhythm(administrator, kind="half_month", grace_working_days=2)
    now, coming = [row for row in rows if row["kind"] == "half_month"]
    assert (now["due_after"], now["effective_from"], now["set_by"]) == (3, None, None)
    assert {name: coming[name] for name in ("due_after", "counted_in", "grace_working_days", "effective_from")} == {
        "due_after": 5,
        "counted_in": "days",
        "grace_working_days": 2,
        "effective_from": "2016-03-16",
    }
    assert coming["set_by"] == str(administrator.person)
    await hold(session, here.actor, moment(3, 16, 0))
    await session.commit()
    (counts,) = [row for row in (await office.get("/v1/cadence/settings")).json()["data"] if row["kind"] == now["kind"]]
    assert counts == coming
    stranger = await callers(elsewhere, "office")
    told = (await stranger.get("/v1/cadence/settings")).json()["data"]
    assert {row["effective_from"] for row in told} == {None}
    audited = (await session.scalars(select(AuditEvent.facts).where(AuditEvent.verb == "rhythm.set"))).all()
    assert [(each["kind"], each["effective_from"]) for each in audited] == [("half_month", "2016-03-16")] * 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "day"},
        {"kind": "week", "due_after": 11},
        {"kind": "week", "due_after": -1},
        {"kind": "week", "grace_working_days": "1"},
        {"kind": "week", "remind_working_days_before": 0},
        {"kind": "quarter", "behind_percent": 0},
        {"kind": "week", "effective_from": "2016-01-01"},
    ],
)
async def test_what_is_no_rhythm_is_refused(callers: Callers, here: Place, body: dict[str, Any]) -> None:
    office = await callers(here, "office")
    assert (await office.post("/v1/cadence/settings", json=body)).status_code == 422


async def test_a_rhythm_is_never_changed(session: AsyncSession, callers: Callers, here: Place) -> None:
    await set_rhythm(await callers(here, "office"), kind="week", is_running=True)
    with pytest.raises(DBAPIError):
        await session.execute(update(Rhythm).values(due_after=9))
