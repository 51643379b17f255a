from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.ledgers import entered_items, ledger_entries, ledger_opening
from supervision.ledgers.models import Ledger, LedgerEntry
from supervision.tasks.decomposition import decompose_item
from supervision.tasks.models import Task
from tests.factories.items import make_item
from tests.factories.progress import hold, moment
from tests.factories.reviews import person
from tests.factories.scoring import add_item
from tests.factories.tasks import make_cast, make_task, plan_task
from tests.places import Place


async def entered(session: AsyncSession) -> list[tuple[int, UUID, int]]:
    entries = select(Ledger.year, LedgerEntry.item_id, LedgerEntry.no).join(Ledger, Ledger.id == LedgerEntry.ledger_id)
    rows = await session.execute(entries.order_by(Ledger.year, LedgerEntry.no))
    return [(row.year, row.item_id, row.no) for row in rows]


async def test_what_takes_up_an_item_is_entered_wherever_that_is(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, moment(3, 1))
    ledger_id = await ledger_opening.open_ledger(session, here.actor, year=2016)
    item_id, into_id = [await make_item(session, here.actor) for _ in range(2)]
    for each in (item_id, into_id):
        await make_task(session, here.actor, item_id=each)
    await ledger_entries.enter_behind(session, [item_id], ledger_id=ledger_id)
    await entered_items.merge_item(session, person(here.actor), item_id, into_id=into_id, reason="同一事项")
    assert await entered(session) == [(2016, item_id, 1), (2016, into_id, 2)]


async def test_what_is_split_off_in_a_year_without_ledger_is_entered_once_in_the_one_that_stands(
    session: AsyncSession, here: Place
) -> None:
    await hold(session, here.actor, moment(3, 1))
    await ledger_opening.open_ledger(session, here.actor, year=2016)
    item_id = await add_item(session, deadline_on=date(2015, 12, 31))
    cast = await make_cast(session, here.actor)
    plans = [plan_task(cast, goal=goal) for goal in ("其一", "其二")]
    await decompose_item(session, here.actor, item_id, tasks=plans)
    taken = (await session.scalars(select(Task.id).where(Task.item_id == item_id, Task.no == 2))).one()
    (new_id,) = await entered_items.split_item(
        session, person(here.actor), item_id, portions=[{"title": "分出", "task_ids": [taken]}], reason="分头办理"
    )
    assert await entered(session) == [(2016, item_id, 1), (2016, new_id, 2)]
