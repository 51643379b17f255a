from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.identity.models import COUNTY_LEADERS, UNIT_LEADERS, Official, Unit
from supervision.tasks.rules import OfficialFacts


async def read_officials_in_post(session: AsyncSession, official_ids: AbstractSet[UUID]) -> dict[UUID, OfficialFacts]:
    """Read what decides whether officials may answer for tasks; who has left is not among them.

    Until the transaction ends none of them leaves, so they are read before any item is locked.
    """
    statement = select(Official.id, Official.unit_id, Official.position.in_(COUNTY_LEADERS))
    in_post = statement.where(Official.id.in_(official_ids), Official.left_on.is_(None)).order_by(Official.id)
    rows = await session.execute(in_post.with_for_update(read=True))
    return {id_: OfficialFacts(unit_id, is_county_leader) for id_, unit_id, is_county_leader in rows}


async def read_units(session: AsyncSession, unit_ids: AbstractSet[UUID]) -> set[UUID]:
    return set(await session.scalars(select(Unit.id).where(Unit.id.in_(unit_ids))))


async def read_leaders(session: AsyncSession, unit_ids: AbstractSet[UUID]) -> dict[tuple[UUID, str], UUID]:
    """Read who in each unit is its principal leader and its leader in charge; of several the first registered."""
    statement = select(Official.unit_id, Official.position, Official.id).where(
        Official.unit_id.in_(unit_ids), Official.position.in_(UNIT_LEADERS), Official.left_on.is_(None)
    )
    rows = await session.execute(statement.order_by(Official.id.desc()).with_for_update(read=True))
    return {(unit_id, position): id_ for unit_id, position, id_ in rows}
