from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.foundation.paging import PageRequest
from supervision.identity.service import hold_clock
from supervision.items import item_changes
from supervision.items.errors import ItemClosed
from supervision.items.queries import get_for_update
from supervision.tasks import errors, queries
from supervision.tasks.milestones import reach_milestone, set_milestone
from supervision.tasks.models import Milestone
from supervision.tasks.states import MILESTONE_FOLLOWS, MilestoneState
from tests.factories.identity import make_unit
from tests.factories.tasks import Cast, make_cast, make_task
from tests.places import Place

NODE: dict[str, Any] = {"name": "主体完工", "due_on": date(2016, 3, 20), "expected": "封顶"}
REACHED: dict[str, Any] = {"reached_on": date(2016, 3, 18), "progress": "已封顶"}


@pytest.fixture
async def cast(session: AsyncSession, here: Place) -> Cast:
    await hold_clock(session, here.actor, at=datetime(2016, 3, 20, 4, tzinfo=UTC))
    return await make_cast(session, here.actor)


@pytest.fixture
async def helping(session: AsyncSession, here: Place) -> UUID:
    return await make_unit(session, here.actor)


@pytest.fixture
async def task_id(session: AsyncSession, here: Place, cast: Cast, helping: UUID) -> UUID:
    return await make_task(session, here.actor, cast, supporting_unit_ids=[helping])


def unit(here: Place, unit_id: UUID) -> Actor:
    return Actor(here.actor.jurisdiction_id, Role.UNIT, client_id=new_id(), unit_id=unit_id)


async def test_the_responsible_unit_reaches_it(session: AsyncSession, here: Place, cast: Cast, task_id: UUID) -> None:
    milestone_id, reporter = await set_milestone(session, here.actor, task_id, **NODE), unit(here, cast.unit_id)
    await reach_milestone(session, reporter, milestone_id, **REACHED)
    row = await queries.get_milestone(session, reporter, milestone_id)
    assert (row["state"], row["reached_on"], row["progress"]) == ("reached", date(2016, 3, 18), "已封顶")
    assert row["reached_by"] == reporter.client_id


async def test_overdue_is_what_is_not_reached_after_its_day(session: AsyncSession, here: Place, task_id: UUID) -> None:
    await set_milestone(session, here.actor, task_id, **NODE)
    done = await set_milestone(session, here.actor, task_id, **{**NODE, "name": "开工"})
    await reach_milestone(session, here.actor, done, **REACHED)

    async def names(*, overdue: bool) -> list[str]:
        rows = await queries.list_milestones(session, here.actor, PageRequest(), task_id=task_id, overdue=overdue)
        return [row["name"] for row in rows.rows]

    assert (await names(overdue=True), len(await names(overdue=False))) == ([], 2)
    await hold_clock(session, here.actor, at=datetime(2016, 3, 20, 16, tzinfo=UTC))
    assert (await names(overdue=True), await names(overdue=False)) == (["主体完工"], ["开工"])
    item_id = (await queries.get_task(session, here.actor, task_id))["item_id"]
    await item_changes.mark_closed(session, here.actor, await get_for_update(session, here.actor, item_id))
    assert await names(overdue=True) == []


async def test_who_and_what_is_refused(
    session: AsyncSession, here: Place, cast: Cast, helping: UUID, task_id: UUID
) -> None:
    milestone_id = await set_milestone(session, here.actor, task_id, **NODE)
    with pytest.raises(errors.MilestoneNameTaken):
        await set_milestone(session, here.actor, task_id, **NODE)
    with pytest.raises(errors.NotResponsibleForTask):
        await reach_milestone(session, unit(here, helping), milestone_id, **REACHED)
    with pytest.raises(NotFound):
        await reach_milestone(session, unit(here, new_id()), milestone_id, **REACHED)
    with pytest.raises(errors.MilestoneNotYet):
        await reach_milestone(session, here.actor, milestone_id, reached_on=date(2016, 3, 21), progress="预计")
    item_id = (await queries.get_task(session, here.actor, task_id))["item_id"]
    await item_changes.mark_closed(session, here.actor, await get_for_update(session, here.actor, item_id))
    for refused in (
        reach_milestone(session, unit(here, cast.unit_id), milestone_id, **REACHED),
        set_milestone(session, here.actor, task_id, **{**NODE, "name": "开工"}),
    ):
        with pytest.raises(ItemClosed):
            await refused


@pytest.mark.parametrize("state", list(MilestoneState))
async def test_every_state_with_the_reaching(
    session: AsyncSession, here: Place, task_id: UUID, state: MilestoneState
) -> None:
    milestone_id = await set_milestone(session, here.actor, task_id, **NODE)
    reached_on = date(2016, 3, 18) if state == MilestoneState.REACHED else None
    await session.execute(update(Milestone).values(state=state, reached_on=reached_on))
    if MilestoneState.REACHED in MILESTONE_FOLLOWS[state]:
        await reach_milestone(session, here.actor, milestone_id, **REACHED)
        return
    with pytest.raises(errors.MilestoneAlreadyReached):
        await reach_milestone(session, here.actor, milestone_id, **REACHED)
