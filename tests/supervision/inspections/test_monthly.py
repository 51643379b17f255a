from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import PeriodKind, period_of
from supervision.identity.models import Official
from supervision.inspections import monthly, plans, queries
from supervision.inspections.models import InspectionPlan
from supervision.inspections.states import PlanState
from supervision.items.models import Item
from supervision.problems.queries import find_troubled_items
from supervision.tasks.models import Task
from tests.factories.identity import make_unit
from tests.factories.inspections import person
from tests.factories.notices import make_leader
from tests.factories.problems import make_concerned, open_problem
from tests.factories.progress import hold, make_task, moment
from tests.factories.signatures import AS_READ
from tests.places import Place

OCTOBER = period_of(PeriodKind.MONTH, date(2016, 10, 1))
FIRST_ON = date(2016, 10, 8)


async def lead(session: AsyncSession, leader_id: UUID, unit_id: UUID, deadline_on: date) -> UUID:
    """Make a task that the leader leads; return its item."""
    task_id, _ = await make_task(session, unit_id, leader_id, deadline_on=deadline_on)
    return (await session.get_one(Task, task_id)).item_id


async def plan(session: AsyncSession, place: Place) -> int:
    troubled = await find_troubled_items(session)
    return await monthly.plan_month(session, place.actor, OCTOBER, first_on=FIRST_ON, troubled=troubled)


async def test_the_months_matters_are_divided_among_the_leaders(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, moment(10, 8, 9))
    who = await make_concerned(session, here.actor)
    one, other, gone = [await make_leader(session, here.actor) for _ in range(3)]
    units = [await make_unit(session, here.actor) for _ in range(4)]
    late = [await lead(session, one, unit_id, date(2016, 10, 7)) for unit_id in units[:2]]
    await lead(session, one, units[3], FIRST_ON)
    closed = await session.get_one(Item, await lead(session, other, units[3], date(2016, 9, 1)))
    closed.state, closed.closed_on = "closed", date(2016, 10, 1)
    troubled = await lead(session, other, units[2], date(2016, 12, 31))
    await open_problem(session, here.actor, who, item_id=troubled)
    orphan = await lead(session, gone, units[2], date(2016, 9, 1))
    (await session.get_one(Official, gone)).left_on = date(2016, 9, 30)
    await session.flush()

    assert await plan(session, here) == 3
    drafted = [
        await queries.get_plan(session, here.actor, plan_id)
        for plan_id in await session.scalars(select(InspectionPlan.id).order_by(InspectionPlan.id))
    ]
    assert [(row["unit_ids"], row["item_ids"], row["official_ids"]) for row in drafted] == [
        ([str(each) for each in units[:2]], [str(each) for each in late], [str(one)]),
        ([str(units[2])], [str(troubled)], [str(other)]),
        ([str(units[2])], [str(orphan)], []),
    ]
    assert {(row["first_on"], row["last_on"], row["state"]) for row in drafted} == {
        (FIRST_ON, date(2016, 10, 31), PlanState.DRAFTED)
    }
    assert all(row["title"].startswith("2016年10月集中督查（") for row in drafted)
    # A person approves it, as ever.
    await plans.decide_plan(session, person(here.actor), drafted[0]["id"], AS_READ, verdict=PlanState.APPROVED)


async def test_a_month_that_is_over_is_planned_no_more(session: AsyncSession, here: Place) -> None:
    leader, unit_id = await make_leader(session, here.actor), await make_unit(session, here.actor)
    await lead(session, leader, unit_id, date(2016, 9, 1))
    await hold(session, here.actor, moment(11, 1))
    assert await plan(session, here) == 0
    # Made up for within the month, it begins on the day on which it is.
    await hold(session, here.actor, moment(10, 20))
    assert await plan(session, here) == 1
    assert await session.scalar(select(InspectionPlan.first_on)) == date(2016, 10, 20)
