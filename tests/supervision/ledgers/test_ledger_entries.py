from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.items.models import Item
from supervision.items.registration import NewItem
from supervision.ledgers import entered_items, ledger_opening
from supervision.ledgers.errors import LedgerAlreadyClosed, LedgerAlreadyOpen, LedgerYearTooFar
from supervision.ledgers.models import Ledger, LedgerEntry
from supervision.reviews import ledger_standing
from tests.factories.items import make_item
from tests.factories.progress import hold, moment
from tests.factories.scoring import add_item
from tests.places import Place

FAR = date(2199, 12, 31)


async def entered(session: AsyncSession, year: int) -> list[UUID]:
    entries = select(LedgerEntry.item_id).join(Ledger, Ledger.id == LedgerEntry.ledger_id).where(Ledger.year == year)
    return list(await session.scalars(entries.order_by(LedgerEntry.no)))


async def close(session: AsyncSession, actor: Actor, year: int) -> None:
    await ledger_standing.close_ledger(session, actor, year=year, deadlines=[])


async def reopen(session: AsyncSession, actor: Actor, item_id: UUID) -> None:
    item = await session.get_one(Item, item_id)
    await entered_items.mark_reopened(session, actor, item, reason="回头看发现未落实")


@pytest.mark.parametrize("year", [2015, 2016, 2017])
async def test_a_ledger_is_opened_for_a_year_at_hand_and_once(session: AsyncSession, here: Place, year: int) -> None:
    await hold(session, here.actor, moment(2, 8))
    ledger_id = await ledger_opening.open_ledger(session, here.actor, year=year)
    ledger = await session.get_one(Ledger, ledger_id)
    assert (ledger.year, ledger.opened_on, ledger.closed_on) == (year, date(2016, 2, 8), None)
    with pytest.raises(LedgerAlreadyOpen):
        await ledger_opening.open_ledger(session, here.actor, year=year)
    if year == 2015:
        await close(session, here.actor, year)
        with pytest.raises(LedgerAlreadyClosed):
            await ledger_opening.open_ledger(session, here.actor, year=year)


@pytest.mark.parametrize("year", [1900, 2014, 2018, 2026, 2200])
async def test_a_far_year_is_a_slip(session: AsyncSession, here: Place, year: int) -> None:
    await hold(session, here.actor, moment(12, 31, 23))
    with pytest.raises(LedgerYearTooFar):
        await ledger_opening.open_ledger(session, here.actor, year=year)
    assert list(await session.scalars(select(Ledger.id))) == []


async def test_what_stands_in_no_ledger_is_entered_when_one_is_opened(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, moment(2, 8))
    old = await add_item(session, deadline_on=date(2014, 6, 30))
    waiting = await add_item(session, deadline_on=date(2015, 6, 30), state="registered")
    still = await add_item(session, deadline_on=date(2015, 6, 30), state="suspended", suspended_on=date(2015, 5, 1))
    for state in ("closed", "terminated", "void"):
        await add_item(session, deadline_on=date(2015, 6, 30), state=state, closed_on=date(2015, 6, 1))
    # What was registered in January belongs to the ledger by its number, as does what comes after the opening.
    january = await add_item(session, deadline_on=date(2016, 6, 30))
    await ledger_opening.open_ledger(session, here.actor, year=2016)
    assert await entered(session, 2016) == [old, waiting, still]
    await hold(session, here.actor, moment(1, 5, year=2017))
    await close(session, here.actor, 2016)
    assert await entered(session, 2017) == [old, waiting, still, january]


async def test_while_an_earlier_ledger_stands_its_closing_carries_over(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, moment(12, 20))
    await ledger_opening.open_ledger(session, here.actor, year=2016)
    item_id = await add_item(session, deadline_on=date(2016, 12, 31))
    await hold(session, here.actor, moment(2, 8, year=2017))
    await ledger_opening.open_ledger(session, here.actor, year=2017)
    stranded = await add_item(session, deadline_on=date(2015, 6, 30))
    assert await entered(session, 2017) == []
    await close(session, here.actor, 2016)
    assert await entered(session, 2017) == [item_id, stranded]


async def test_what_comes_to_a_closed_year_is_entered_in_the_ledger_that_stands(
    session: AsyncSession, here: Place
) -> None:
    await hold(session, here.actor, moment(12, 1))
    await ledger_opening.open_ledger(session, here.actor, year=2016)
    closed = await add_item(session, deadline_on=date(2016, 12, 31), state="closed", closed_on=date(2016, 12, 20))
    other = await add_item(session, deadline_on=date(2016, 12, 31), state="closed", closed_on=date(2016, 12, 20))
    await hold(session, here.actor, moment(3, 1, year=2017))
    await reopen(session, here.actor, other)
    await close(session, here.actor, 2016)
    assert await entered(session, 2017) == [other]
    late = await make_item(session, here.actor, received_on=date(2016, 12, 30), deadline_on=FAR)
    await make_item(session, here.actor, received_on=date(2017, 2, 1), deadline_on=FAR)
    await reopen(session, here.actor, closed)
    assert await entered(session, 2017) == [other, late, closed]
    # Nothing of another year is drawn in by it, and nothing is entered twice.
    new = NewItem(title="示例", source="示例", received_on=date(2017, 2, 1), deadline_on=FAR)
    await entered_items.register_item(session, here.actor, new, kind="instruction", year=2018)
    assert await entered(session, 2017) == [other, late, closed]
