"""An item that a request names is one that its caller may see, and the room that asks says so in its own words."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Role
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.inspections.errors import InspectedItemUnknown
from supervision.items import queries
from supervision.items.errors import UnknownItem
from tests.factories.identity import make_unit
from tests.factories.items import make_item
from tests.places import Place


async def test_what_is_seen_and_nothing_are_let_pass(session: AsyncSession, here: Place) -> None:
    item_id = await make_item(session, here.actor)
    named: list[set[UUID | None]] = [{item_id}, {item_id, None}, {None}, set()]
    for each in named:
        await queries.require_items(session, here.actor, each)


async def test_what_is_unknown_or_out_of_sight_is_refused(session: AsyncSession, here: Place, elsewhere: Place) -> None:
    item_id = await make_item(session, here.actor)
    unit = replace(here.actor, role=Role.UNIT, unit_id=await make_unit(session, here.actor))
    with pytest.raises(UnknownItem):
        await queries.require_items(session, here.actor, {item_id, new_id()})
    with pytest.raises(InspectedItemUnknown):
        await queries.require_items(session, unit, {item_id}, InspectedItemUnknown)
    await enter(session, elsewhere.actor.jurisdiction_id)
    with pytest.raises(UnknownItem):
        await queries.require_items(session, elsewhere.actor, {item_id})
