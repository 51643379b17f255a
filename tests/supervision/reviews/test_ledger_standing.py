from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.ledgers.models import LedgerCheck
from supervision.reviews import ledger_standing
from tests.factories.identity import make_unit
from tests.factories.progress import hold, moment, open_ledger
from tests.factories.reviews import add_completion
from tests.factories.scoring import add_entry, add_item, add_task
from tests.places import Place

TODAY = moment(7, 10)
IN_TIME, LATER, RETURNED = moment(6, 20), moment(7, 5), moment(7, 8)
# What was reported of the one task of an item due on the 30th of June, whether the item is overdue at the check.
CASES: dict[str, tuple[dict[str, Any] | None, int]] = {
    "未报": (None, 1),
    "未完成": ({"percent": 90, "received_at": IN_TIME}, 1),
    "按期完成": ({"percent": 100, "received_at": IN_TIME}, 0),
    "逾期完成": ({"percent": 100, "received_at": LATER}, 0),
    "完成后退回补报": ({"percent": 100, "received_at": IN_TIME, "returned_at": RETURNED}, 1),
}


@pytest.mark.parametrize("case", CASES)
async def test_overdue_in_a_ledger_is_what_is_known_not_to_be_finished(
    session: AsyncSession, here: Place, case: str
) -> None:
    reported, overdue = CASES[case]
    await open_ledger(session, here.actor)
    await hold(session, here.actor, TODAY)
    unit_id = await make_unit(session, here.actor)
    item_id = await add_item(session, received_on=date(2016, 3, 1), deadline_on=date(2016, 6, 30))
    task_id = await add_task(session, here.actor, item_id, unit_id)
    if reported:
        await add_entry(session, unit_id, task_id, **reported)
    assert await count(session, here) == (1, overdue)


@pytest.mark.parametrize(
    ("state", "received_at", "overdue"),
    [("reported", IN_TIME, 0), ("passed", IN_TIME, 0), ("passed", LATER, 0), ("returned", IN_TIME, 1)],
)
async def test_a_review_tells_before_what_was_reported(
    session: AsyncSession, here: Place, state: str, received_at: datetime, overdue: int
) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, TODAY)
    unit_id = await make_unit(session, here.actor)
    item_id = await add_item(session, received_on=date(2016, 3, 1), deadline_on=date(2016, 6, 30))
    task_id = await add_task(session, here.actor, item_id, unit_id)
    await add_completion(session, unit_id, task_id, received_at, state, reopened_at=None)
    assert await count(session, here) == (1, overdue)


async def test_what_nobody_broke_down_is_overdue_past_its_deadline(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, TODAY)
    for deadline_on, standing in ((date(2016, 6, 30), False), (date(2016, 6, 30), True), (date(2016, 7, 10), False)):
        await add_item(session, received_on=date(2016, 3, 1), deadline_on=deadline_on, is_standing=standing)
    assert await count(session, here) == (3, 1)


async def count(session: AsyncSession, here: Place) -> tuple[int, int]:
    check_id = await ledger_standing.check_ledger(session, here.actor, year=2016)
    check = (await session.scalars(select(LedgerCheck).where(LedgerCheck.id == check_id))).one()
    return check.unfinished, check.overdue
