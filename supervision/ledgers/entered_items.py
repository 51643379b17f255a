"""What brings an item to a year: each command of a lower room, after which the item is entered in the ledgers.

Routes and upper rooms call these. The lower rooms know nothing of ledgers, and what is entered in none when its year is
closed would be carried over by no closing.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.items import item_changes, registration
from supervision.items.models import Item
from supervision.items.registration import NewItem
from supervision.ledgers import ledger_entries
from supervision.tasks import merge_and_split
from supervision.tasks.merge_and_split import Portion


async def register_item(
    session: AsyncSession, actor: Actor, new: NewItem, *, kind: str, year: int | None = None
) -> UUID:
    """Register an item (§3), which belongs to the ledger of its number's year; refuses as the items' room says.

    The year is that of the receipt, unless the item belongs to another ledger. Where that ledger is closed, the item
    is entered in the next one that is open.
    """
    year = year or new.received_on.year
    item_id = await registration.register_item(session, actor, new, kind=kind, year=year)
    await ledger_entries.enter_latecomers(session, year)
    return item_id


async def mark_reopened(session: AsyncSession, actor: Actor, item: Item, *, reason: str) -> None:
    """Open a locked item again after a look back (回头看), entered as if it came now; refuses one not closed."""
    await item_changes.mark_reopened(session, actor, item, reason=reason)
    await ledger_entries.enter_latecomers(session, item.year)


async def merge_item(session: AsyncSession, actor: Actor, item_id: UUID, *, into_id: UUID, reason: str) -> None:
    """Merge an item into another, which is entered wherever the first one is; refuses as the tasks' room says."""
    await merge_and_split.merge_item(session, actor, item_id, into_id=into_id, reason=reason)
    await ledger_entries.enter_beside(session, [into_id], of_item_id=item_id)


async def split_item(
    session: AsyncSession, actor: Actor, item_id: UUID, *, portions: Sequence[Portion], reason: str
) -> list[UUID]:
    """Split new items off one, return their ids, and enter them wherever it is; refuses as the tasks' room says.

    Where their year's ledger is closed, they are entered in the next one that is open.
    """
    new_ids = await merge_and_split.split_item(session, actor, item_id, portions=portions, reason=reason)
    year = (await session.execute(select(Item.year).where(Item.id == item_id))).scalar_one()
    await ledger_entries.enter_latecomers(session, year)
    await ledger_entries.enter_beside(session, new_ids, of_item_id=item_id)
    return new_ids
