from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.items import ledger_entries
from supervision.items.errors import StandingWork
from supervision.items.item_changes import move, require_open
from supervision.items.models import Item
from supervision.items.states import ItemChangeKind

__all__ = ["mark_closed", "mark_reopened", "require_open"]


async def mark_closed(session: AsyncSession, actor: Actor, item: Item) -> None:
    """Close a locked item today (§3(3) 销号); whether it may be is the caller's to know.

    Refuses one that is not open, and standing work.
    """
    if item.is_standing:
        raise StandingWork
    today = await clock.today(session)
    await move(session, actor, item, ItemChangeKind.CLOSED, reason=None, closed_on=today)


async def mark_reopened(session: AsyncSession, actor: Actor, item: Item, *, reason: str) -> None:
    """Open a locked item again after a look back (回头看); refuses one that is not closed."""
    await move(session, actor, item, ItemChangeKind.REOPENED, reason=reason, closed_on=item.closed_on)
    await ledger_entries.enter_latecomers(session, item.year)
