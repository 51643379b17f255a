from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.errors import NotFound, Refusal
from supervision.foundation.paging import PageRequest
from supervision.identity.errors import UnknownOfficial, UnknownUnit
from supervision.items import policy, queries
from supervision.items.models import Item
from supervision.reviews import item_transfer, suspension
from supervision.reviews.errors import NothingToTransfer
from supervision.tasks import decomposition
from supervision.tasks.errors import AlreadyAssigned, PersonOfAnotherUnit
from supervision.tasks.models import Task
from tests.factories.items import make_item
from tests.factories.progress import as_unit
from tests.factories.reviews import person, settle
from tests.factories.tasks import Cast, make_cast, plan_task
from tests.places import Place


async def held(session: AsyncSession, here: Place, *whose: Cast) -> tuple[UUID, list[UUID]]:
    """Break an item down into a task for each of these."""
    item_id = await make_item(session, here.actor)
    plans = [plan_task(who, goal=f"目标{no}", indicators=[]) for no, who in enumerate(whose)]
    await decomposition.decompose_item(session, here.actor, item_id, tasks=plans)
    return item_id, list(await session.scalars(select(Task.id).where(Task.item_id == item_id).order_by(Task.no)))


def transfer(giver: Cast, taker: Cast, **over: Any) -> dict[str, Any]:
    facts = {"from_unit_id": giver.unit_id, "to_unit_id": taker.unit_id, "responsible_person_id": taker.person_id}
    return {**facts, "reason": "职能调整", **over}


async def test_what_is_settled_stays_and_the_rest_goes(session: AsyncSession, here: Place) -> None:
    giver, taker, other = [await make_cast(session, here.actor) for _ in range(3)]
    item_id, (settled, moved, beside) = await held(session, here, giver, giver, other)
    await settle(session, here.actor, giver.unit_id, settled)
    office = person(here.actor)
    await item_transfer.transfer_item(session, office, item_id, **transfer(giver, taker))
    rows = await session.execute(select(Task.id, Task.responsible_unit_id, Task.responsible_person_id))
    assert {tuple(row) for row in rows} == {
        (settled, giver.unit_id, giver.person_id),
        (moved, taker.unit_id, taker.person_id),
        (beside, other.unit_id, other.person_id),
    }
    seen = select(Item.id).where(policy.visible_to(as_unit(here.actor, taker.unit_id)))
    assert (await session.scalars(seen)).all() == [item_id]
    (change,) = (await queries.list_item_changes(session, office, PageRequest(), item_id)).rows
    assert (change["kind"], change["reason"]) == ("transferred", "职能调整")
    assert change["facts"]["task_ids"] == [str(moved)]
    with pytest.raises(NothingToTransfer):
        await item_transfer.transfer_item(session, office, item_id, **transfer(giver, taker))


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"to_unit_id": UUID(int=1)}, UnknownUnit),
        ({"responsible_person_id": UUID(int=1)}, UnknownOfficial),
        ({"from_unit_id": UUID(int=1)}, NothingToTransfer),
    ],
)
async def test_refusals(session: AsyncSession, here: Place, over: dict[str, Any], refusal: type[Refusal]) -> None:
    giver, taker = [await make_cast(session, here.actor) for _ in range(2)]
    item_id, _ = await held(session, here, giver)
    with pytest.raises(refusal):
        await item_transfer.transfer_item(session, person(here.actor), item_id, **transfer(giver, taker, **over))


async def test_neither_to_itself_nor_to_a_stranger_of_the_unit_nor_while_suspended(
    session: AsyncSession, here: Place
) -> None:
    giver, taker = [await make_cast(session, here.actor) for _ in range(2)]
    item_id, _ = await held(session, here, giver)
    office = person(here.actor)
    with pytest.raises(AlreadyAssigned):
        await item_transfer.transfer_item(session, office, item_id, **transfer(giver, giver))
    with pytest.raises(PersonOfAnotherUnit):
        await item_transfer.transfer_item(
            session, office, item_id, **transfer(giver, taker, responsible_person_id=giver.person_id)
        )
    with pytest.raises(NotFound):
        await item_transfer.transfer_item(session, office, UUID(int=1), **transfer(giver, taker))
    await suspension.suspend_item(session, office, item_id, reason="待批复")
    with pytest.raises(Refusal, match="item_not_open"):
        await item_transfer.transfer_item(session, office, item_id, **transfer(giver, taker))
