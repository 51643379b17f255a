from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.items.errors import ItemClosed, ItemNotClosed
from supervision.items.models import Item
from supervision.items.states import FOLLOWS, ItemState


def require_open(item: Item) -> None:
    """Refuse to go on with an item that has been closed."""
    if item.state != ItemState.OPEN:
        raise ItemClosed(closed_on=item.closed_on)


async def mark_closed(session: AsyncSession, actor: Actor, item: Item) -> None:
    """Close a locked item today (§3(3) 销号); whether it may be is the caller's to know; refuses one closed before."""
    if ItemState.CLOSED not in FOLLOWS[ItemState(item.state)]:
        raise ItemClosed(closed_on=item.closed_on)
    item.state, item.closed_on = ItemState.CLOSED, await clock.today(session)
    await audit.record(session, actor, "item.closed", item.id, number=item.number, closed_on=item.closed_on)


async def mark_reopened(session: AsyncSession, actor: Actor, item: Item, *, reason: str) -> None:
    """Open a locked item again after a look back (回头看); refuses one that is open."""
    if ItemState.OPEN not in FOLLOWS[ItemState(item.state)]:
        raise ItemNotClosed
    was_on = item.closed_on
    item.state, item.closed_on = ItemState.OPEN, None
    await audit.record(session, actor, "item.reopened", item.id, number=item.number, closed_on=was_on, reason=reason)
