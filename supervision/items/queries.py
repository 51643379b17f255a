from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from supervision.foundation.actors import Actor, Role
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.items import policy, search
from supervision.items.errors import UnknownItem
from supervision.items.models import Item, ItemChange, ItemProcedure, ItemStage, Party
from supervision.items.states import ItemKind, Responsibility

_ITEMS: Rows = select(
    Item.id,
    Item.kind,
    Item.year,
    Item.number,
    Item.title,
    Item.source,
    Item.authority_kind,
    Item.authority_name,
    Item.authority_number,
    Item.authority_on,
    Item.authority_body,
    Item.authority_official_id,
    Item.secrecy,
    Item.is_standing,
    Item.received_on,
    Item.deadline_on,
    Item.first_deadline_on,
    Item.registered_by,
    Item.registered_at,
    Item.clerk_id,
    Item.state,
    Item.suspended_on,
    Item.closed_on,
    Item.merged_into_id,
    Item.split_from_id,
    Item.version,
)
CHANGE_COLUMNS = (
    ItemChange.id,
    ItemChange.kind,
    ItemChange.reason,
    ItemChange.facts,
    ItemChange.changed_by,
    ItemChange.changed_at,
)
STAGE_COLUMNS = (
    ItemStage.id,
    ItemStage.item_id,
    ItemStage.no,
    ItemStage.name,
    ItemStage.limit_on,
    ItemStage.finished_on,
    ItemStage.finished_by,
)


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items: of a kind, state, clerk or responsible unit, due before a day, with the words of `q` in theirs."""

    kind: str | None = None
    unit_id: UUID | None = None
    due_before: date | None = None
    q: str | None = None
    state: str | None = None
    clerk_id: UUID | None = None


class ItemSort(StrEnum):
    REGISTERED = "registered_at"
    NEWEST = "-registered_at"
    DEADLINE = "deadline_on"
    LATEST_DEADLINE = "-deadline_on"


# Ids are made in the order of registration, so the primary key serves that order.
_ORDERS: dict[ItemSort, tuple[InstrumentedAttribute[Any] | None, bool]] = {
    ItemSort.REGISTERED: (None, False),
    ItemSort.NEWEST: (None, True),
    ItemSort.DEADLINE: (Item.deadline_on, False),
    ItemSort.LATEST_DEADLINE: (Item.deadline_on, True),
}


async def list_items(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    only: ItemFilter = ItemFilter(),
    sort: ItemSort = ItemSort.REGISTERED,
) -> Page:
    statement = _ITEMS.where(policy.visible_to(actor))
    if only.kind is not None:
        statement = statement.where(Item.kind == only.kind)
    if only.state is not None:
        statement = statement.where(Item.state == only.state)
    if only.clerk_id is not None:
        statement = statement.where(Item.clerk_id == only.clerk_id)
    if only.unit_id is not None:
        is_its = (Party.unit_id == only.unit_id) & (Party.responsibility == Responsibility.RESPONSIBLE_UNIT)
        statement = statement.where(Item.id.in_(select(Party.item_id).where(is_its)))
    if only.due_before is not None:
        statement = statement.where(Item.deadline_on < only.due_before)
    if only.q is not None:
        # The operator of text search cannot use its index under row-level security; this function may.
        found = func.ducha_search_items(search.query_of(only.q), type_=Uuid).column_valued("found")
        statement = statement.where(Item.id.in_(select(found)))
    column, is_descending = _ORDERS[sort]
    return await page(session, statement, request, identity=Item.id, sort=column, descending=is_descending)


async def get_item(session: AsyncSession, actor: Actor, item_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, _one_item(actor.role), {"item": item_id, "unit": actor.unit_id}))


@cache
def _one_item(role: Role) -> Rows:
    # Built once for each role, because building it takes longer than sending it.
    return _ITEMS.where(Item.id == bindparam("item"), policy.visible_as(role, bindparam("unit")))


async def read_items(session: AsyncSession, actor: Actor, item_ids: Sequence[UUID]) -> list[Row]:
    """Read some items that the actor may see, in the order of their registration."""
    statement = _ITEMS.where(Item.id.in_(item_ids), policy.visible_to(actor)).order_by(Item.id)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def require_items(
    session: AsyncSession, actor: Actor, item_ids: AbstractSet[UUID | None], refusal: type[UnknownItem] = UnknownItem
) -> None:
    """Refuse ids of which one is no item that the actor may see; None names nothing."""
    if wanted := item_ids - {None}:
        found = await session.scalars(select(Item.id).where(Item.id.in_(wanted), policy.visible_to(actor)))
        if set(found) != wanted:
            raise refusal


async def get_for_update(session: AsyncSession, actor: Actor, item_id: UUID) -> Item:
    """Lock an item that the actor may see until the transaction ends."""
    return await get_locked(session, select(Item).where(Item.id == item_id, policy.visible_to(actor)))


async def list_item_changes(session: AsyncSession, actor: Actor, request: PageRequest[UUID], item_id: UUID) -> Page:
    """List what happened to an item that the actor may see, in order."""
    await get_item(session, actor, item_id)
    statement: Rows = select(*CHANGE_COLUMNS).where(ItemChange.item_id == item_id)
    return await page(session, statement, request, identity=ItemChange.id)


async def list_item_stages(session: AsyncSession, actor: Actor, item_id: UUID) -> list[Row]:
    """List the stages of an item that the actor may see, in their order."""
    await get_item(session, actor, item_id)
    return await fetch(session, select(*STAGE_COLUMNS).where(ItemStage.item_id == item_id).order_by(ItemStage.no))


async def get_item_stage(session: AsyncSession, actor: Actor, stage_id: UUID) -> Row:
    statement: Rows = select(*STAGE_COLUMNS).join(Item, Item.id == ItemStage.item_id)
    return or_not_found(await fetch_one(session, statement.where(ItemStage.id == stage_id, policy.visible_to(actor))))


async def list_item_procedures(session: AsyncSession, _actor: Actor) -> list[Row]:
    """List for each kind of item whether a second person confirms its registration."""
    asked = await fetch(session, select(ItemProcedure.kind, ItemProcedure.needs_approval))
    needs = {row["kind"]: row["needs_approval"] for row in asked}
    return [{"kind": str(kind), "needs_approval": needs.get(kind, False)} for kind in ItemKind]
