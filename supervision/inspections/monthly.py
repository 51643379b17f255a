from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import Period
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.identity.models import Official
from supervision.inspections import plans
from supervision.inspections.models import Method
from supervision.inspections.plans import PlanScope
from supervision.items.models import Item
from supervision.items.states import ItemState
from supervision.tasks.models import Task


async def plan_month(
    session: AsyncSession, actor: Actor, month: Period, *, first_on: date, troubled: Collection[UUID]
) -> int:
    """Draft the month's inspection of what is late or `troubled` (§4(1) 集中立项、分头督办); return how many plans.

    The matters are divided among the leaders who lead them: a plan for each. Nothing is drafted for a month that is
    over, and a person approves each plan, as ever.
    """
    today = await clock.today(session)
    if today > month.last:
        return 0
    first_on = max(first_on, today)
    is_late = (Item.deadline_on < first_on) & ~Item.is_standing
    statement = (
        select(Official.id, Official.name, Task.responsible_unit_id, Task.item_id)
        .join(Item, Item.id == Task.item_id)
        .outerjoin(Official, (Official.id == Task.lead_leader_id) & Official.left_on.is_(None))
        .where(Item.state == ItemState.OPEN, or_(is_late, Item.id.in_(troubled)))
        .order_by(Official.id, Task.id)
    )
    matters: defaultdict[tuple[UUID | None, str | None], list[tuple[UUID, UUID]]] = defaultdict(list)
    for row in await session.execute(statement):
        matters[row.id, row.name].append((row.responsible_unit_id, row.item_id))
    for (leader_id, leader), led in matters.items():
        await plans.draft_plan(
            session,
            actor,
            title=f"{month.label_zh}集中督查（{f'{leader}牵头' if leader else '待定牵头领导'}）",
            first_on=first_on,
            last_on=month.last,
            methods=[Method.ON_SITE],
            scope=PlanScope(
                unit_ids=[unit_id for unit_id, _ in led],
                item_ids=[item_id for _, item_id in led],
                official_ids=[] if leader_id is None else [leader_id],
            ),
        )
    return len(matters)
