from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.rules import PeriodKind, period_of, periods_between
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.identity.models import Official, Position
from supervision.items.models import Item
from supervision.items.states import UNFINISHED, ItemState
from supervision.ledgers import rules
from supervision.ledgers.errors import LedgerAlreadyClosed, LedgerAlreadyOpen
from supervision.ledgers.models import Ledger, LedgerEntry
from supervision.messaging import outbox
from supervision.messaging.outbox import Letter

# Which template reminds of a ledger that is not there, and of one that still stands; named as its matters are.
_UNOPENED, _UNCLOSED = "ledger_unopened", "ledger_unclosed"


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
    await enter_stranded(session, ledger.id)
    return ledger.id


async def open_unless_open(session: AsyncSession, actor: Actor, *, year: int) -> UUID:
    """Open the year's ledger unless it is open, and keep it locked till the commit; refuses a closed one."""
    await _open(session, actor, year)
    return (await _lock(session, year)).id


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


async def mark_closed(session: AsyncSession, actor: Actor, ledger: Ledger) -> None:
    """Close a locked ledger today (结账) and withdraw what reminds of it; whether it may be is the caller's to know."""
    ledger.closed_on, ledger.closed_by = await clock.today(session), actor.person
    await audit.record(session, actor, "ledger.closed", ledger.id, year=ledger.year)
    await _withdraw(session, actor, _UNCLOSED, ledger.year, since=date(ledger.year + 1, 1, 1))


async def remind_of_ledgers(session: AsyncSession, actor: Actor) -> int:
    """Remind the office, once a week, of the year's ledger that is not open and of those not closed in time (§2(1)).

    Returns how many messages are new. Written to are the officials who work in the office, and those who have opened
    ledgers or are the clerks of open items.
    """
    today = await clock.today(session)
    # Locked, so that a closing or an opening on its way is either seen here or withdraws what is queued here.
    late = Ledger.closed_on.is_(None) & (Ledger.year <= rules.last_to_close(today))
    unclosed = (await session.scalars(select(Ledger.year).where(late).order_by(Ledger.year).with_for_update())).all()
    await _take_turns(session, actor)
    is_open = await session.scalar(select(Ledger.id).where(Ledger.year == today.year)) is not None
    wanted = [(_UNCLOSED, year) for year in unclosed] + ([] if is_open else [(_UNOPENED, today.year)])
    if not wanted:
        return 0
    known = (
        Official.position == Position.OFFICE,
        Official.id.in_(select(Ledger.opened_by)),
        Official.id.in_(select(Item.clerk_id).where(Item.state == ItemState.OPEN)),
    )
    officials = (await session.scalars(select(Official.id).where(or_(*known)).order_by(Official.id))).all()
    week = period_of(PeriodKind.WEEK, today).first
    count = 0
    for template, year in wanted:
        letters = [Letter(official_id, _matter(template, year, week), {"year": year}) for official_id in officials]
        count += await outbox.queue(session, actor, template=template, letters=letters)
    facts = {"unclosed": list(unclosed), "unopened": None if is_open else today.year, "count": count}
    await audit.record(session, actor, "ledgers.reminded", None, **facts)
    return count


async def _open(session: AsyncSession, actor: Actor, year: int) -> bool:
    """Open the year's ledger, if it is not there, and withdraw what reminds of it; tell whether it is new."""
    if await session.scalar(select(Ledger.id).where(Ledger.year == year)) is not None:
        return False
    await _take_turns(session, actor)
    row = {"id": new_id(), "year": year, "opened_on": await clock.today(session), "opened_by": actor.person}
    opening = insert(Ledger).values(**row).on_conflict_do_nothing().returning(Ledger.id)
    opened_id = await session.scalar(opening)
    if opened_id is None:
        return False
    await audit.record(session, actor, "ledger.opened", opened_id, year=year)
    await _withdraw(session, actor, _UNOPENED, year, since=date(year, 1, 1))
    return True


async def _lock(session: AsyncSession, year: int) -> Ledger:
    # Whoever comes second waited in the insertion, and now sees what the first one entered.
    ledger = (await session.execute(select(Ledger).where(Ledger.year == year).with_for_update())).scalar_one()
    if ledger.closed_on is not None:
        raise LedgerAlreadyClosed(closed_on=ledger.closed_on)
    return ledger


async def _take_turns(session: AsyncSession, actor: Actor) -> None:
    # There is no row to lock of a ledger that is not open yet.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"ledgers:{actor.jurisdiction_id}"))))


async def _withdraw(session: AsyncSession, actor: Actor, template: str, year: int, *, since: date) -> None:
    weeks = periods_between(PeriodKind.WEEK, since, await clock.today(session))
    await outbox.withdraw(session, actor, matters=[_matter(template, year, week.first) for week in weeks])


def _matter(template: str, year: int, week: date) -> str:
    return f"{template}:{year}:{week}"
