from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from supervision.foundation.actors import Actor
from supervision.foundation.errors import NotFound
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.foundation.sessions import Row, fetch_one
from supervision.items import policy, search
from supervision.items.models import Item, Ledger, LedgerEntry, PartKind, Party

_ITEMS: Rows = select(
    Item.id,
    Item.kind,
    Item.year,
    Item.number,
    Item.title,
    Item.source,
    Item.received_on,
    Item.deadline_on,
    Item.first_deadline_on,
    Item.registered_by,
    Item.registered_at,
    Item.state,
    Item.closed_on,
    Item.version,
)
LEDGER_COLUMNS = (
    Ledger.id,
    Ledger.year,
    Ledger.opened_on,
    Ledger.opened_by,
    Ledger.closed_on,
    Ledger.closed_by,
)
ENTRY_COLUMNS = (
    LedgerEntry.id,
    LedgerEntry.no,
    LedgerEntry.item_id,
    Item.number,
    Item.title,
    Item.deadline_on,
)


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items: of a kind and state, of a responsible unit, due before a day, in whose words those of `q` stand."""

    kind: str | None = None
    unit_id: UUID | None = None
    due_before: date | None = None
    q: str | None = None
    state: str | None = None


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
    if only.unit_id is not None:
        is_its = (Party.unit_id == only.unit_id) & (Party.part == PartKind.RESPONSIBLE_UNIT)
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
    statement = _ITEMS.where(Item.id == item_id, policy.visible_to(actor))
    return _found(await fetch_one(session, statement))


async def get_for_update(session: AsyncSession, actor: Actor, item_id: UUID) -> Item:
    """Lock an item that the actor may see until the transaction ends."""
    statement = select(Item).where(Item.id == item_id, policy.visible_to(actor)).with_for_update(of=Item)
    item = await session.scalar(statement)
    if item is None:
        raise NotFound
    return item


async def get_ledger(session: AsyncSession, _actor: Actor, year: int) -> Row:
    statement = select(*LEDGER_COLUMNS).where(Ledger.year == year)
    return _found(await fetch_one(session, statement))


async def list_ledger_entries(session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, year: int) -> Page:
    """List a year's entries by their number; refuses a year whose ledger is not open."""
    ledger = await get_ledger(session, actor, year)
    statement: Rows = select(*ENTRY_COLUMNS).join(Item, Item.id == LedgerEntry.item_id)
    statement = statement.where(LedgerEntry.ledger_id == ledger["id"], policy.visible_to(actor))
    return await page(session, statement, request, identity=LedgerEntry.id, sort=LedgerEntry.no)


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row
