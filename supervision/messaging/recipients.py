"""Who of an audience is told by a broadcast, and why the others are not."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, String, Subquery, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from supervision.foundation import settings
from supervision.identity.models import Official
from supervision.messaging.audience import OfficialIds
from supervision.messaging.models import Broadcast, Message
from supervision.messaging.states import MessageState

REASONS = ("no_number", "left_post", "duplicate_number", "told_already")
# Of these nobody has heard.
_UNHEARD = (MessageState.CANCELLED, MessageState.REFUSED, MessageState.FAILED, MessageState.EXPIRED)


async def count_recipients(
    session: AsyncSession, audience: OfficialIds, *, text: str, leaves_at: datetime
) -> RowMapping:
    """Count who is told, with a digest of their ids, and who is left out for each reason."""
    # Two who broadcast one text under two matters at once take turns.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"text:{text}", 0))))
    listed = list_recipients(audience, text=text, leaves_at=leaves_at)
    counts = [func.count().filter(listed.c.reason == reason).label(reason) for reason in REASONS]
    is_told = listed.c.reason.is_(None)
    resolved = select(
        func.count().filter(is_told).label("recipients"),
        digest_of(case((is_told, listed.c.id))).label("digest"),
        *counts,
    )
    return (await session.execute(resolved)).mappings().one()


def list_recipients(audience: OfficialIds, *, text: str, leaves_at: datetime) -> Subquery:
    """List an audience with the reason why one of them is left out; of those with one number, the first is told."""
    official = aliased(Official)
    is_in_post, number = official.left_on.is_(None), official.telephone_index
    place = func.row_number().over(partition_by=(is_in_post, number), order_by=official.id)
    reason = case(
        (~is_in_post, literal("left_post")),
        (number.is_(None), literal("no_number")),
        (place > 1, literal("duplicate_number")),
        (number.in_(_numbers_told(text, leaves_at)), literal("told_already")),
    )
    return select(official.id, reason.label("reason")).where(official.id.in_(audience)).subquery()


def _numbers_told(text: str, leaves_at: datetime) -> Select[bytes | None]:
    """Select the numbers that get the same text by another broadcast within the set hours before or after."""
    told = aliased(Official)
    hours = timedelta(hours=settings.current().same_text_hours)
    return (
        select(told.telephone_index)
        .join(Message, Message.official_id == told.id)
        .join(Broadcast, Broadcast.id == Message.broadcast_id)
        .where(
            Broadcast.text == text,
            Message.state.not_in(_UNHEARD),
            Message.not_before > leaves_at - hours,
            Message.not_before < leaves_at + hours,
            told.telephone_index.is_not(None),
        )
    )


def digest_of(ids: ColumnElement[UUID]) -> FunctionElement[str]:
    return func.md5(func.string_agg(cast(ids, String), aggregate_order_by(literal(","), ids)))
