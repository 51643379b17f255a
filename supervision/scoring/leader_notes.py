from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.identity.models import UNIT_LEADERS, Official
from supervision.messaging import outbox
from supervision.messaging.rules import VariableValue


@dataclass(frozen=True, slots=True)
class LeaderNote:
    """What a unit's leaders are told; of one matter each gets one message."""

    matter: str
    variables: Mapping[str, VariableValue]


async def tell_leaders(session: AsyncSession, actor: Actor, *, template: str, notes: Mapping[UUID, LeaderNote]) -> int:
    """Queue a note for the principal leader and the leader in charge of each unit (annex art. 3)."""
    leading = select(Official.id, Official.unit_id).where(
        Official.unit_id.in_(notes),
        Official.position.in_(UNIT_LEADERS),
        Official.left_on.is_(None),
    )
    messages = [
        outbox.NewMessage(official_id, notes[unit_id].matter, notes[unit_id].variables)
        for official_id, unit_id in await session.execute(leading)
    ]
    return await outbox.queue(session, actor, template=template, messages=messages)


def plain_points(points: Decimal) -> str:
    """Write 3 for 3.0000 and 2.5 for 2.5000."""
    return format(points.normalize(), "f")
