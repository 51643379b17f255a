"""What a year's ledger has come to, told by how its tasks stand, which the ledger's own room cannot know."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, Uuid, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.items.lateness import COUNTS_FOR_LATENESS
from supervision.ledgers import ledger_closing
from supervision.ledgers.ledger_closing import NewDeadline
from supervision.progress.last_reported import ALL_KNOWN
from supervision.reviews.task_standing import item_standing

_OVERDUE = text(f"""
    SELECT i.id FROM item i CROSS JOIN LATERAL ({item_standing(due=ALL_KNOWN, known=ALL_KNOWN)}) s
    WHERE i.state = 'open' AND {COUNTS_FOR_LATENESS} AND i.deadline_on < :today AND s.is_unfinished
""").columns(id=Uuid)  # noqa: S608 - what is put in is our own text


async def check_ledger(session: AsyncSession, actor: Actor, *, year: int) -> UUID:
    """Count what a year's ledger has come to (查账, §2(1)) and keep it; refuses a ledger that is closed."""
    return await ledger_closing.check_ledger(session, actor, year=year, overdue=await _overdue(session))


async def close_ledger(session: AsyncSession, actor: Actor, *, year: int, deadlines: Sequence[NewDeadline]) -> None:
    """Close a year's ledger (结账, §2(1)) and carry over what is unfinished; refuses as the ledger's room says."""
    await ledger_closing.close_ledger(session, actor, year=year, deadlines=deadlines, overdue=await _overdue(session))


async def _overdue(session: AsyncSession) -> Select[UUID]:
    """Return the open items that are past their deadline and not finished, as is known now."""
    found = _OVERDUE.bindparams(today=await clock.today(session)).subquery()
    return select(found.c.id)
