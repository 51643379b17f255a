"""A transaction has one moment, as PostgreSQL's now() has; what moves the clock in it is seen at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.database import Sessions, enter
from tests.places import Committed, Place

NOON = datetime(2016, 3, 1, 4, tzinfo=UTC)
EVENING = NOON + timedelta(hours=8)


async def test_a_transaction_has_one_moment_and_reads_it_once(committed: Committed) -> None:
    place = await committed.found("330326")
    async with committed.api() as session, committed.api() as other:
        await enter(session, place.actor.jurisdiction_id)
        await enter(other, place.actor.jurisdiction_id)
        first = await clock.now(session)
        await clock.hold(other, NOON)
        await other.commit()
        assert await clock.now(session) == first, "asked again, the database would tell of what was committed since"
        await session.commit()
        assert await clock.now(session) == NOON


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
async def test_the_next_transaction_has_its_own(session: AsyncSession, end: str) -> None:
    first = await clock.now(session)
    await getattr(session, end)()
    assert await clock.now(session) > first


async def test_what_is_held_and_released_is_seen_at_once(session: AsyncSession) -> None:
    real = await clock.now(session)
    await clock.hold(session, NOON)
    assert await clock.now(session) == NOON
    await clock.hold(session, EVENING)
    assert await clock.now(session) == EVENING
    await clock.release(session)
    assert await clock.now(session) > real


async def test_what_was_held_in_a_savepoint_goes_with_it(session: AsyncSession) -> None:
    await clock.hold(session, NOON)
    async with session.begin_nested() as tried:
        await clock.hold(session, EVENING)
        assert await clock.now(session) == EVENING
        await tried.rollback()
    assert await clock.now(session) == NOON


async def test_a_savepoint_that_is_kept_keeps_the_moment(session: AsyncSession) -> None:
    first = await clock.now(session)
    async with session.begin_nested():
        assert await clock.now(session) == first
    assert await clock.now(session) == first


async def test_each_jurisdiction_has_its_own_clock(sessions: Sessions, here: Place, elsewhere: Place) -> None:
    async with sessions() as session:
        await enter(session, here.actor.jurisdiction_id)
        await clock.hold(session, NOON)
        assert await clock.now(session) == NOON
        await enter(session, elsewhere.actor.jurisdiction_id)
        assert await clock.now(session) > NOON
        await enter(session, here.actor.jurisdiction_id)
        assert await clock.now(session) == NOON
        await enter(session, None)
        with pytest.raises(LookupError):
            await clock.now(session)
