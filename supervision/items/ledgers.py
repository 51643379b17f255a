from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.items.errors import LedgerAlreadyClosed
from supervision.items.models import Ledger, LedgerEntry


async def open_ledger(session: AsyncSession, actor: Actor, *, year: int) -> UUID:
    """Open the year's ledger (建账) unless it is open, and keep it locked till the commit; refuses a closed one."""
    row = {"id": new_id(), "year": year, "opened_on": await clock.today(session), "opened_by": actor.person}
    opening = insert(Ledger).values(**row).on_conflict_do_nothing().returning(Ledger.id)
    opened_id = await session.scalar(opening)
    if opened_id is not None:
        await audit.record(session, actor, "ledger.opened", opened_id, year=year)
    # Whoever comes second waited in the insertion, and now sees what the first one entered.
    ledger = (await session.execute(select(Ledger).where(Ledger.year == year).with_for_update())).scalar_one()
    if ledger.closed_on is not None:
        raise LedgerAlreadyClosed(closed_on=ledger.closed_on)
    return ledger.id


def enter_items(session: AsyncSession, *, ledger_id: UUID, no_of: Mapping[UUID, int]) -> None:
    """Enter items in an open ledger, each under its number there."""
    session.add_all(LedgerEntry(ledger_id=ledger_id, item_id=item_id, no=no) for item_id, no in no_of.items())


async def mark_closed(session: AsyncSession, actor: Actor, ledger: Ledger) -> None:
    """Close a locked ledger today (结账); whether it may be is the caller's to know."""
    ledger.closed_on, ledger.closed_by = await clock.today(session), actor.person
    await audit.record(session, actor, "ledger.closed", ledger.id, year=ledger.year)


async def enter_beside(session: AsyncSession, item_ids: Sequence[UUID], *, of_item_id: UUID) -> None:
    """Enter items in every ledger that holds a given one, behind what is there; a ledger holds an item once."""
    of_the_item = select(LedgerEntry.ledger_id).where(LedgerEntry.item_id == of_item_id)
    locked = select(Ledger.id).where(Ledger.id.in_(of_the_item)).order_by(Ledger.id).with_for_update()
    for ledger_id in (await session.scalars(locked)).all():
        in_it = select(LedgerEntry.item_id).where(LedgerEntry.ledger_id == ledger_id, LedgerEntry.item_id.in_(item_ids))
        known = set(await session.scalars(in_it))
        last = await session.scalar(select(func.max(LedgerEntry.no)).where(LedgerEntry.ledger_id == ledger_id)) or 0
        fresh = [item_id for item_id in item_ids if item_id not in known]
        enter_items(session, ledger_id=ledger_id, no_of={item_id: no for no, item_id in enumerate(fresh, last + 1)})
