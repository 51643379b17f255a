from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.items.models import Item
from supervision.items.states import UNFINISHED
from supervision.ledgers.models import Ledger, LedgerEntry


def enter_items(session: AsyncSession, *, ledger_id: UUID, no_of: Mapping[UUID, int]) -> None:
    """Enter items in an open ledger, each under its number there."""
    session.add_all(LedgerEntry(ledger_id=ledger_id, item_id=item_id, no=no) for item_id, no in no_of.items())


async def enter_behind(session: AsyncSession, item_ids: Sequence[UUID], *, ledger_id: UUID) -> None:
    """Enter items in a locked ledger, behind what is there; a ledger holds an item once."""
    in_it = LedgerEntry.ledger_id == ledger_id
    known = set(await session.scalars(select(LedgerEntry.item_id).where(in_it, LedgerEntry.item_id.in_(item_ids))))
    last = await session.scalar(select(func.max(LedgerEntry.no)).where(in_it)) or 0
    fresh = [item_id for item_id in item_ids if item_id not in known]
    enter_items(session, ledger_id=ledger_id, no_of={item_id: no for no, item_id in enumerate(fresh, last + 1)})


async def enter_beside(session: AsyncSession, item_ids: Sequence[UUID], *, of_item_id: UUID) -> None:
    """Enter items in every ledger that holds a given one, behind what is there."""
    of_the_item = select(LedgerEntry.ledger_id).where(LedgerEntry.item_id == of_item_id)
    locked = select(Ledger.id).where(Ledger.id.in_(of_the_item)).order_by(Ledger.id).with_for_update()
    for ledger_id in (await session.scalars(locked)).all():
        await enter_behind(session, item_ids, ledger_id=ledger_id)


async def enter_stranded(session: AsyncSession, ledger_id: UUID) -> None:
    """Enter in a locked ledger what is unfinished from the years before it and stands in no ledger that is open.

    Else the closing of no ledger would carry it over. While an earlier ledger stands, its closing sees to that.
    """
    await session.flush()
    ledger = await session.get_one(Ledger, ledger_id, populate_existing=True)
    standing = Ledger.closed_on.is_(None)
    earlier = select(Ledger.id).where(standing, Ledger.year < ledger.year)
    if ledger.closed_on is not None or await session.scalar(earlier.limit(1)) is not None:
        return
    held = select(LedgerEntry.item_id).join(Ledger, Ledger.id == LedgerEntry.ledger_id).where(standing)
    stranded = select(Item.id).where(Item.year < ledger.year, Item.state.in_(UNFINISHED), Item.id.not_in(held))
    item_ids = (await session.scalars(stranded.order_by(Item.id))).all()
    if item_ids:
        await enter_behind(session, item_ids, ledger_id=ledger.id)


async def enter_latecomers(session: AsyncSession, year: int) -> None:
    """Enter what came to a year that has no open ledger any more in the first one that is open after it."""
    first = select(Ledger.id, Ledger.year).where(Ledger.closed_on.is_(None)).order_by(Ledger.year).limit(1)
    standing = (await session.execute(first)).one_or_none()
    if standing is None or standing.year <= year:
        return
    await session.execute(select(Ledger.id).where(Ledger.id == standing.id).with_for_update())
    await enter_stranded(session, standing.id)
