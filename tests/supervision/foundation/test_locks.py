"""What is locked is read anew, and changed by whoever has read its last version."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import enter
from supervision.foundation.errors import NotFound, Stale
from supervision.foundation.ids import new_id
from supervision.foundation.locks import find_locked, get_locked, require_version
from supervision.identity.models import Unit
from tests.factories.identity import make_unit
from tests.places import Committed, Place


async def test_what_is_not_there_or_another_countys_is_not_found(
    session: AsyncSession, here: Place, elsewhere: Place
) -> None:
    unit_id = await make_unit(session, here.actor)
    assert (await get_locked(session, select(Unit).where(Unit.id == unit_id))).id == unit_id
    await enter(session, elsewhere.actor.jurisdiction_id)
    for each in (unit_id, new_id()):
        with pytest.raises(NotFound):
            await get_locked(session, select(Unit).where(Unit.id == each))
        assert await find_locked(session, select(Unit).where(Unit.id == each)) is None


@pytest.mark.committed
async def test_what_is_locked_is_read_anew(committed: Committed) -> None:
    place = await committed.found("330326")
    async with committed.api() as first, committed.api() as second:
        await enter(first, place.actor.jurisdiction_id)
        await enter(second, place.actor.jurisdiction_id)
        wanted = select(Unit).where(Unit.id == await make_unit(first, place.actor, name="财政局"))
        await first.commit()
        seen = (await second.scalars(wanted)).one()
        (await get_locked(first, wanted)).name = "民政局"
        await first.commit()
        assert seen.name == "财政局"
        assert (await get_locked(second, wanted)).name == "民政局"
        require_version(seen, 2)
        with pytest.raises(Stale):
            require_version(seen, 1)
