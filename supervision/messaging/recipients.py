"""Who of an audience is told by a broadcast, and why the others are not."""

from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, String, Subquery, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from supervision.identity.models import Official
from supervision.messaging.audience import OfficialIds

REASONS = ("no_number", "left_post", "duplicate_number")


async def count_recipients(session: AsyncSession, audience: OfficialIds) -> RowMapping:
    """Count who is told, with a digest of their ids, and who is left out for each reason."""
    listed = list_recipients(audience)
    counts = [func.count().filter(listed.c.reason == reason).label(reason) for reason in REASONS]
    is_told = listed.c.reason.is_(None)
    resolved = select(
        func.count().filter(is_told).label("recipients"),
        digest_of(case((is_told, listed.c.id))).label("digest"),
        *counts,
    )
    return (await session.execute(resolved)).mappings().one()


def list_recipients(audience: OfficialIds) -> Subquery:
    """List an audience with the reason why one of them is left out; of those with one number, the first is told."""
    official = aliased(Official)
    is_in_post, number = official.left_on.is_(None), official.telephone_index
    place = func.row_number().over(partition_by=(is_in_post, number), order_by=official.id)
    reason = case(
        (~is_in_post, literal("left_post")),
        (number.is_(None), literal("no_number")),
        (place > 1, literal("duplicate_number")),
    )
    return select(official.id, reason.label("reason")).where(official.id.in_(audience)).subquery()


def digest_of(ids: ColumnElement[UUID]) -> FunctionElement[str]:
    return func.md5(func.string_agg(cast(ids, String), aggregate_order_by(literal(","), ids)))
