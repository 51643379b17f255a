"""A county's periods follow each other whatever its ledgers' state, and it is reminded of these."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import text, update

from supervision.cadence.timetable import DAILY
from supervision.foundation.database import enter
from supervision.identity.models import Jurisdiction
from supervision.items.models import Item
from supervision.ledgers import ledger_opening, ledger_reminders
from supervision.ledgers.models import Ledger
from supervision.messaging import templates
from supervision.messaging.models import Message
from supervision.progress import rhythm
from supervision.progress.models import Obligation
from tests.factories.county import County, open_county, told
from tests.factories.identity import make_official
from tests.factories.processes import until_somebody_waits
from tests.factories.progress import Duty, hold, make_duty, moment
from tests.places import Committed, Place
from worker.jobs.cadence import tick_jurisdiction

pytestmark = pytest.mark.committed


async def test_an_unknown_year_holds_up_nothing_but_its_own_periods(committed: Committed) -> None:
    """The last half-month is reported in the unknown year; when that has begun, days go on and the rest waits."""
    async with committed.owner() as session:
        last: date | None = await session.scalar(text("SELECT max(day) FROM working_day"))
    assert last
    county = await open_county(committed, "330326", date(last.year, 12, 1))
    await county.tick_at(moment(12, 30, 8, year=last.year))
    assert await county.tick_at(moment(1, 5, year=last.year + 1)) == ["propose 01-05"]
    assert await county.count(Obligation) == 2


async def test_a_county_goes_on_across_the_years_without_another_ledger(committed: Committed) -> None:
    county = await open_county(committed, "330326", date(2016, 12, 10))
    steps = await county.tick_at(moment(2, 28, 23, year=2017))
    opened = [step for step in steps if step.startswith("open")]
    assert opened == ["open 12-01", "open 12-16", "open 01-01", "open 01-16", "open 02-01", "open 02-16"]
    assert [step for step in steps if step.split()[0] in {"plan", "summarise", "look"}] == [
        *("plan 12-01", "plan 01-01", "summarise 12-01", "look 10-01"),
        *("plan 02-01", "summarise 01-01"),
    ]


async def test_a_county_without_any_ledger_begins_with_the_half_month_after_its_first_item(
    committed: Committed,
) -> None:
    """Neither what was received long ago nor the days in which a county is being set up are asked for."""
    place = await committed.found("330326")
    county = County(committed, place, *[await found_duty(committed, place) for _ in range(2)])
    assert await county.tick_at(moment(9, 20)) == steps_of_day(9, 20)
    assert await county.count(Obligation) == 0
    steps = await county.tick_at(moment(10, 1))
    assert [step for step in steps if step.split()[0] not in DAILY] == ["open 10-01"]
    assert await county.count(Obligation) == 2
    async with committed.worker() as session:
        assert await rhythm.find_counties(session) == [place.actor.jurisdiction_id]


async def found_duty(committed: Committed, place: Place) -> Duty:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await templates.install_defaults(session, place.actor)
        duty = await make_duty(session, place.actor, received_on=date(2016, 1, 4))
        await session.execute(update(Item).values(registered_at=moment(9, 19)))
        await session.commit()
    return duty


def steps_of_day(month: int, day: int) -> list[str]:
    return [f"{kind} {month:02}-{day:02}" for kind in DAILY]


async def test_a_county_that_stood_before_is_not_asked_for_what_it_was_never_asked(committed: Committed) -> None:
    """Between its ledger's year and the day from which periods go on, nobody was asked; what was begun is finished."""
    county = await open_county(committed, "330326", date(2016, 12, 1))
    async with committed.owner() as session:
        await session.execute(update(Jurisdiction).values(periods_from=date(2017, 3, 10)))
        await session.commit()
    steps = await county.tick_at(moment(3, 10, year=2017))
    assert [step for step in steps if step.split()[0] not in DAILY] == [
        *("open 12-01", "plan 12-01", "open 12-16", "remind 12-01", "due 12-01", "urge 12-01", "digest 12-01"),
        *("remind 12-16", "summarise 12-01", "due 12-16", "look 10-01", "urge 12-16", "digest 12-16"),
        *("open 03-01", "plan 03-01"),
    ]
    assert {first for first, _ in await county.read(Obligation.period_first, Obligation.id)} == {
        *(date(2016, 12, 1), date(2016, 12, 16), date(2017, 3, 1)),
    }
    assert "open 03-16" in await county.tick_at(moment(3, 16, year=2017))


async def test_a_ledger_opened_before_its_year_asks_for_nothing_before_it(committed: Committed) -> None:
    county = await open_county(committed, "330326", date(2016, 12, 20))
    async with county.inside() as session:
        await session.execute(update(Ledger).values(year=2017))
        await session.execute(update(Item).values(registered_at=moment(12, 20)))
    assert "open 12-16" not in await county.tick_at(moment(12, 31))
    assert "open 01-01" in await county.tick_at(moment(1, 1, year=2017))


async def test_a_ledger_that_is_being_opened_is_not_reminded_of(committed: Committed) -> None:
    county = await open_county(committed, "330326", date(2016, 12, 1))
    await county.tick_at(moment(1, 2, year=2017))
    actor = county.place.actor
    async with county.inside() as session:
        await make_official(session, actor, county.quick.unit_id, position="office")
        await hold(session, actor, moment(1, 3, year=2017))
    async with county.inside() as session:
        await ledger_opening.open_ledger(session, actor, year=2017)
        ticking = asyncio.create_task(tick_jurisdiction(county.runner, actor.jurisdiction_id))
        await until_somebody_waits(session)
    assert "remind_of_ledgers 01-03" in told(await ticking)
    assert [matter for _, matter in await county.read(Message.id, Message.matter) if "ledger" in (matter or "")] == []


async def test_an_opening_withdraws_the_reminder_that_it_waited_for(committed: Committed) -> None:
    county = await open_county(committed, "330326", date(2016, 12, 1))
    actor = county.place.actor
    async with county.inside() as session:
        await make_official(session, actor, county.quick.unit_id, position="office")
        await hold(session, actor, moment(1, 3, year=2017))

    async def open_it() -> None:
        async with county.inside() as other:
            await ledger_opening.open_ledger(other, actor, year=2017)

    async with county.inside() as session:
        assert await ledger_reminders.remind_of_ledgers(session, actor) == 1
        opening = asyncio.create_task(open_it())
        await until_somebody_waits(session)
    await opening
    assert await county.read(Message.matter, Message.state) == [("ledger_unopened:2017:2017-01-02", "cancelled")]
