"""Two ways through one transaction: SQLAlchemy's own, and straight to psycopg."""

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import enter
from supervision.foundation.driver import Row, fetch, fetch_one, send
from supervision.foundation.ids import new_id
from supervision.identity.models import Unit
from tests.places import Committed, Place

pytestmark = pytest.mark.committed

WHERE = text("SELECT current_user AS role, current_setting('ducha.jurisdiction') AS place, pg_backend_pid() AS pid")
UNITS = select(Unit.name).order_by(Unit.name)


def unit(name: str) -> Row:
    return {"id": new_id(), "name": name, "name_folded": name, "kind": "department", "version": 1}


async def names(session: AsyncSession) -> list[str]:
    return [row["name"] for row in await fetch(session, UNITS)]


@pytest.fixture
async def place(committed: Committed) -> Place:
    return await committed.found("330326")


@pytest.mark.parametrize("is_straight_first", [True, False])
async def test_both_ways_share_one_transaction(committed: Committed, place: Place, *, is_straight_first: bool) -> None:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        if is_straight_first:
            await send(session, insert(Unit), [unit("甲")])
        session.add(Unit(name="乙", kind="department"))
        if not is_straight_first:
            await send(session, insert(Unit), [unit("甲")])
        assert await names(session) == ["乙", "甲"], "what was added is found before it was flushed"
        assert sorted(await session.scalars(UNITS)) == ["乙", "甲"]
        ways = (await fetch_one(session, WHERE), dict((await session.execute(WHERE)).mappings().one()))
        assert ways[0] == ways[1]
        await session.commit()
        assert await names(session) == ["乙", "甲"], "and the session goes on in the next transaction"


async def test_what_went_straight_is_committed_too(committed: Committed, place: Place) -> None:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await send(session, insert(Unit), [unit("甲")])
        await session.commit()
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        assert await names(session) == ["甲"]


@pytest.mark.parametrize("ending", ["rollback", "close"])
@pytest.mark.parametrize("is_mixed", [True, False])
async def test_what_is_not_committed_is_gone(
    committed: Committed, place: Place, ending: str, *, is_mixed: bool
) -> None:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await send(session, insert(Unit), [unit("甲"), unit("乙")])
        if is_mixed:
            session.add(Unit(name="丙", kind="department"))
            await session.flush()
        await getattr(session, ending)()
        assert await names(session) == []


@pytest.mark.parametrize("is_straight", [True, False])
async def test_every_transaction_stands_where_its_session_does(
    committed: Committed, place: Place, *, is_straight: bool
) -> None:
    async def stands(session: AsyncSession) -> tuple[str, str]:
        rows = await fetch(session, WHERE) if is_straight else (await session.execute(WHERE)).mappings().all()
        return rows[0]["role"], rows[0]["place"]

    here = str(place.actor.jurisdiction_id)
    async with committed.worker() as session:
        assert await stands(session) == ("ducha_worker", "")
        await enter(session, place.actor.jurisdiction_id, role="ducha_api")
        assert await stands(session) == ("ducha_api", here)
        await session.commit()
        assert await stands(session) == ("ducha_api", here)
    async with committed.worker() as session:
        assert await stands(session) == ("ducha_worker", ""), "a pooled connection carries nothing over"


async def test_refusals_of_the_database_are_told_as_sqlalchemy_tells_them(committed: Committed, place: Place) -> None:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await send(session, insert(Unit), [unit("甲")])
        with pytest.raises(IntegrityError) as told:
            async with session.begin_nested():
                await send(session, insert(Unit), [unit("甲")])
        assert "甲" not in str(told.value.statement), "without what was sent"
        assert await names(session) == ["甲"], "and the savepoint keeps the transaction alive"
        with pytest.raises(TypeError):
            await fetch(session, UNITS.where(Unit.name.in_(["甲"])))


async def test_a_lost_server_is_told_of_once_and_then_forgotten(committed: Committed, place: Place) -> None:
    async def pid(session: AsyncSession) -> int:
        await enter(session, place.actor.jurisdiction_id)
        row = await fetch_one(session, WHERE)
        assert row
        return int(row["pid"])

    async with committed.api() as one, committed.api() as other:
        lost = [await pid(other), await pid(one)]
        await other.close()
        with pytest.raises(OperationalError) as told:
            await fetch(one, text("SELECT pg_terminate_backend(pid) FROM unnest(:pids) AS pid"), {"pids": lost})
        assert told.value.connection_invalidated
        await one.close()
        assert await pid(other) not in lost, "what waited in the pool is not tried"
