from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.foundation.locks import get_locked
from supervision.ledgers import ledger_entries, ledger_reminders, rules
from supervision.ledgers.errors import LedgerAlreadyClosed, LedgerAlreadyOpen
from supervision.ledgers.models import Ledger


async def open_ledger(session: AsyncSession, actor: Actor, *, year: int) -> UUID:
    """Open a year's ledger without a spreadsheet (建账, §2(1)); refuses one that is open or closed, and a far year.

    What was registered in the year before its ledger was opened belongs to it by its number; what is unfinished from
    before, and stands in no ledger, is entered.
    """
    rules.check_ledger_year(year, today=await clock.today(session))
    if not await _open(session, actor, year):
        ledger = await _lock(session, year)
        raise LedgerAlreadyOpen(year=year, opened_on=ledger.opened_on)
    ledger = await _lock(session, year)
    await ledger_entries.enter_stranded(session, ledger.id)
    return ledger.id


async def open_unless_open(session: AsyncSession, actor: Actor, *, year: int) -> UUID:
    """Open the year's ledger unless it is open, and keep it locked till the commit; refuses a closed one."""
    await _open(session, actor, year)
    return (await _lock(session, year)).id


async def _open(session: AsyncSession, actor: Actor, year: int) -> bool:
    """Open the year's ledger, if it is not there, and withdraw what reminds of it; tell whether it is new."""
    if await session.scalar(select(Ledger.id).where(Ledger.year == year)) is not None:
        return False
    await ledger_reminders.take_turns(session, actor)
    row = {"id": new_id(), "year": year, "opened_on": await clock.today(session), "opened_by": actor.person}
    opening = insert(Ledger).values(**row).on_conflict_do_nothing().returning(Ledger.id)
    opened_id = await session.scalar(opening)
    if opened_id is None:
        return False
    await audit.record(session, actor, "ledger.opened", opened_id, year=year)
    await ledger_reminders.withdraw_unopened(session, actor, year=year)
    return True


async def _lock(session: AsyncSession, year: int) -> Ledger:
    # Whoever comes second waited in the insertion, and now sees what the first one entered.
    ledger = await get_locked(session, select(Ledger).where(Ledger.year == year))
    if ledger.closed_on is not None:
        raise LedgerAlreadyClosed(closed_on=ledger.closed_on)
    return ledger
