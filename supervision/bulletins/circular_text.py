"""What a circular says. It goes to all units, so that no work secret stands in it, in whatever words."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import rules
from supervision.bulletins.models import Commendation, Criticism
from supervision.bulletins.secret_texts import withhold_in_each, withhold_secrets
from supervision.foundation.driver import Row
from supervision.identity.models import Official, Unit
from supervision.items.models import Item


async def tell_laggards(session: AsyncSession, overdue: Sequence[Row]) -> list[Row]:
    """Return overdue items by number and title as all units may read them."""
    told = iter(await withhold_in_each(session, [row[name] for row in overdue for name in ("number", "title")]))
    return [{**row, "number": next(told), "title": next(told)} for row in overdue]


async def conclude(session: AsyncSession, circular_id: UUID, text: str) -> str:
    """Return the text of a circular with whom it commends and criticises."""
    commended = await session.execute(
        select(Unit.name, Commendation.reason)
        .join(Unit, Unit.id == Commendation.unit_id)
        .where(Commendation.circular_id == circular_id)
        .order_by(Commendation.id)
    )
    unit = func.coalesce(Criticism.unit_id, Official.unit_id)
    criticised = await session.execute(
        # An official is named with unit and post, a unit alone by its name.
        select(Unit.name, Official.post, Official.name.label("person"), Item.number, Criticism.reason)
        .select_from(Criticism)
        .outerjoin(Official, Official.id == Criticism.official_id)
        .join(Unit, Unit.id == unit)
        .outerjoin(Item, Item.id == Criticism.item_id)
        .where(Criticism.circular_id == circular_id)
        .order_by(Criticism.id)
    )
    concluded = rules.conclude(
        text,
        [rules.Mention(row.name, None, row.reason) for row in commended],
        [rules.Mention(f"{row.name}{row.post or ''}{row.person or ''}", row.number, row.reason) for row in criticised],
    )
    return await withhold_secrets(session, concluded)
