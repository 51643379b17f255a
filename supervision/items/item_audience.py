"""Whom an item concerns, handed down to the broadcasts, which know nothing of items."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.identity.models import Official, Position
from supervision.items import queries
from supervision.items.models import Party
from supervision.items.states import Responsibility
from supervision.messaging.audience import Audience, OfficialIds

_PEOPLE = (Responsibility.LEAD_LEADER, Responsibility.RESPONSIBLE_PERSON)
_UNITS = (Responsibility.RESPONSIBLE_UNIT, Responsibility.SUPPORTING_UNIT)


async def with_parties(session: AsyncSession, actor: Actor, audience: Audience) -> Audience:
    """Hand in the parties of the items that an audience names; refuses items of which one is out of sight."""
    if not audience.item_ids:
        return audience
    await queries.require_items(session, actor, set(audience.item_ids))
    return replace(audience, parties=_select_parties(audience.item_ids))


def _select_parties(item_ids: Sequence[UUID]) -> OfficialIds:
    """Select who leads or answers for items, and the handlers of the units that are responsible or support."""
    of_items = Party.item_id.in_(item_ids)
    people = select(Party.official_id).where(of_items, Party.responsibility.in_(_PEOPLE))
    units = select(Party.unit_id).where(of_items, Party.responsibility.in_(_UNITS))
    is_handler = (Official.position == Position.HANDLER) & Official.unit_id.in_(units)
    return select(Official.id).where(or_(Official.id.in_(people), is_handler))
