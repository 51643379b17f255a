from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.moments import at
from supervision.cadence.periods import PeriodKind, period_of
from supervision.identity.models import Unit
from supervision.progress import quarterly_look
from supervision.progress.models import QuarterlyLook
from supervision.progress.rules import Light, light
from tests.factories.identity import make_official, make_unit
from tests.factories.progress import hold, make_duty, make_task, moment
from tests.factories.scoring import add_entry
from tests.places import Callers, Place

QUARTER = period_of(PeriodKind.QUARTER, date(2016, 9, 30))
LOOKED_ON = date(2016, 10, 10)


@pytest.mark.parametrize(
    ("percent", "deadline_on", "on", "stands"),
    [
        # 100 days from 1 January; on 10 February 41 of them have passed.
        (21, date(2016, 4, 9), date(2016, 2, 10), Light.BEHIND),
        (22, date(2016, 4, 9), date(2016, 2, 10), Light.ON_TRACK),
        (None, date(2016, 4, 9), date(2016, 1, 19), Light.ON_TRACK),
        (None, date(2016, 4, 9), date(2016, 1, 20), Light.BEHIND),
        (99, date(2016, 4, 9), date(2016, 4, 9), Light.ON_TRACK),
        (99, date(2016, 4, 9), date(2016, 4, 10), Light.OVERDUE),
        (100, date(2016, 4, 9), date(2016, 4, 10), Light.ON_TRACK),
        (None, date(2016, 1, 1), date(2016, 1, 1), Light.BEHIND),
        # Not yet begun.
        (None, date(2016, 4, 9), date(2015, 12, 1), Light.ON_TRACK),
    ],
)
def test_the_light_of_a_task(percent: int | None, deadline_on: date, on: date, stands: Light) -> None:
    stood = light(percent, received_on=date(2016, 1, 1), deadline_on=deadline_on, on=on, behind_percent=20)
    # 41 % of the time has passed, so that 21 % is exactly 20 points below it.
    assert stood is stands


async def look(session: AsyncSession, place: Place, behind_percent: int = 20) -> int:
    return await quarterly_look.take_look(session, place.actor, QUARTER, on=LOOKED_ON, behind_percent=behind_percent)


async def looks(session: AsyncSession) -> list[Any]:
    return list(await session.scalars(select(QuarterlyLook).order_by(QuarterlyLook.id)))


async def test_the_kept_light_is_the_rules(session: AsyncSession, here: Place) -> None:
    unit_id = await make_unit(session, here.actor)
    person = await make_official(session, here.actor, unit_id)
    received = {}
    # From ten days before, 11 of 55 days have passed: exactly the 20 points.
    days = [LOOKED_ON + timedelta(days=each) for each in (-150, -100, -11, -10, -1, 0)]
    for received_on, run, percent in product(days, (0, 1, 9, 10, 54, 99, 199), (None, 0, 30, 79, 81, 100)):
        if received_on > QUARTER.last:
            continue
        deadline_on = received_on + timedelta(days=run)
        task_id, _ = await make_task(session, unit_id, person, received_on=received_on, deadline_on=deadline_on)
        received[task_id] = received_on
        if percent is not None:
            await add_entry(session, unit_id, task_id, percent=percent, received_at=moment(9, 30))
    assert await look(session, here) == len(received)
    kept = await looks(session)
    assert {Light(each.light) for each in kept} == set(Light)
    for each in kept:
        facts = {"received_on": received[each.task_id], "deadline_on": each.deadline_on}
        assert each.light == light(each.percent, **facts, on=LOOKED_ON, behind_percent=20)


async def test_a_look_that_comes_late_shows_what_was_known(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, moment(12, 1))
    duty = await make_duty(session, here.actor, received_on=date(2016, 7, 1))
    await make_duty(session, here.actor, received_on=date(2016, 10, 1))
    task_id = duty.task_ids[0]
    in_time, late = (
        at(LOOKED_ON, moment(1, 1, 23, 59).time()),
        at(LOOKED_ON + timedelta(days=1), moment(1, 1, 0).time()),
    )
    await add_entry(session, duty.unit_id, task_id, percent=40, received_at=in_time)
    await add_entry(session, duty.unit_id, task_id, percent=90, received_at=late)
    assert await look(session, here) == 1
    (kept,) = await looks(session)
    assert (kept.percent, kept.reported_at, kept.year, kept.quarter) == (40, in_time, 2016, 3)
    assert (kept.unit_id, kept.looked_on) == (duty.unit_id, LOOKED_ON)
    assert await look(session, here, behind_percent=1) == 0
    for change in (update(QuarterlyLook).values(percent=1), delete(QuarterlyLook)):
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await session.execute(change)
    assert await looks(session) == [kept]


async def test_looks_are_read_by_all_and_a_units_own_by_it(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place
) -> None:
    duties = [await make_duty(session, here.actor, received_on=date(2016, 7, 1)) for _ in range(2)]
    assert len(list(await session.scalars(select(Unit.id)))) == 2
    await add_entry(session, duties[1].unit_id, duties[1].task_ids[0], percent=100, received_at=moment(9, 30))
    await look(session, here)
    await session.commit()
    office, unit = await callers(here, "office"), await callers(here, "unit", unit_id=duties[0].unit_id)
    stranger = await callers(elsewhere, "office")
    path = "/v1/quarterly_looks?year=2016&quarter=3"
    rows = (await office.get(path)).json()["data"]
    assert [(row["unit_id"], row["percent"], row["light"]) for row in rows] == [
        (str(duties[0].unit_id), None, "behind"),
        (str(duties[1].unit_id), 100, "on_track"),
    ]
    assert (await unit.get(path)).json()["data"] == rows[:1]
    assert (await office.get(f"{path}&light=on_track")).json()["data"] == rows[1:]
    assert (await office.get(f"{path}&unit={duties[1].unit_id}")).json()["data"] == rows[1:]
    first = (await office.get(f"{path}&limit=1")).json()
    assert (first["data"], (await office.get(f"{path}&after={first['next']}")).json()["data"]) == (rows[:1], rows[1:])
    assert (await stranger.get(path)).json()["data"] == []
    assert (await office.get("/v1/quarterly_looks?year=2016&quarter=2")).json()["data"] == []
    assert (await office.get("/v1/quarterly_looks?year=2016&quarter=5")).status_code == 422
    assert (await office.get("/v1/quarterly_looks?year=2016")).status_code == 422


@pytest.mark.parametrize(
    ("returned_at", "percent", "stands"),
    [(None, 100, Light.ON_TRACK), (moment(10, 9), 10, Light.BEHIND), (moment(10, 11), 100, Light.ON_TRACK)],
)
async def test_a_report_that_was_returned_before_the_look_counts_for_nothing(
    session: AsyncSession, here: Place, returned_at: datetime | None, percent: int, stands: Light
) -> None:
    duty = await make_duty(session, here.actor, received_on=date(2016, 1, 4))
    task_id = duty.task_ids[0]
    await add_entry(session, duty.unit_id, task_id, percent=10, received_at=moment(9, 20))
    await add_entry(session, duty.unit_id, task_id, percent=100, received_at=moment(10, 5), returned_at=returned_at)
    await look(session, here)
    (kept,) = await looks(session)
    assert (kept.percent, kept.light) == (percent, stands)
