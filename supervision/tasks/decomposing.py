from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.items import closing
from supervision.items import queries as items
from supervision.items.models import PartKind
from supervision.items.registering import NewParty, add_parties
from supervision.tasks import queries, rules
from supervision.tasks.errors import DecompositionRefused, ItemAlreadyDecomposed
from supervision.tasks.models import Indicator, Task
from supervision.tasks.rules import TaskPlan


async def decompose_item(session: AsyncSession, actor: Actor, item_id: UUID, *, tasks: list[TaskPlan]) -> None:
    """Break an open item down into tasks, all at once (§2(1)).

    Refuses one that is not open or was broken down before, unfit people and unfit indicators.
    """
    closing.require_open(await items.get_for_update(session, actor, item_id))
    if await session.scalar(select(exists().where(Task.item_id == item_id))):
        raise ItemAlreadyDecomposed
    people = {plan[role] for plan in tasks for role in ("lead_leader_id", "responsible_person_id")}
    problems = rules.find_problems(
        tasks,
        units=await queries.read_units(session, {plan["responsible_unit_id"] for plan in tasks}),
        officials=await queries.read_officials_in_post(session, people),
    )
    if found := list(problems):
        raise DecompositionRefused(problems=found)
    await add_tasks(session, actor, {item_id: tasks}, at=await clock.now(session))


async def add_tasks(session: AsyncSession, actor: Actor, plans: dict[UUID, list[TaskPlan]], *, at: datetime) -> None:
    """Add checked tasks to items that have none, and give those who answer for them their parts in the items."""
    parties: list[NewParty] = []
    indicators: list[Indicator] = []
    for item_id, tasks in plans.items():
        for no, plan in enumerate(tasks, 1):
            task = _task(item_id, no, plan, at)
            session.add(task)
            indicators += [Indicator(task_id=task.id, **indicator) for indicator in plan["indicators"]]
            parties += _parties(item_id, plan)
    # Without relationships nothing else tells that tasks come before their indicators.
    await session.flush()
    session.add_all(indicators)
    await add_parties(session, parties)
    facts = [(item_id, {"tasks": len(tasks)}) for item_id, tasks in plans.items()]
    await audit.record_each(session, actor, "item.decomposed", facts)


def _task(item_id: UUID, no: int, plan: TaskPlan, at: datetime) -> Task:
    return Task(
        item_id=item_id,
        no=no,
        goal=plan["goal"],
        lead_leader_id=plan["lead_leader_id"],
        responsible_unit_id=plan["responsible_unit_id"],
        responsible_person_id=plan["responsible_person_id"],
        created_at=at,
    )


def _parties(item_id: UUID, plan: TaskPlan) -> list[NewParty]:
    return [
        NewParty(item_id=item_id, part=PartKind.RESPONSIBLE_UNIT, unit_id=plan["responsible_unit_id"]),
        NewParty(item_id=item_id, part=PartKind.LEAD_LEADER, official_id=plan["lead_leader_id"]),
        NewParty(item_id=item_id, part=PartKind.RESPONSIBLE_PERSON, official_id=plan["responsible_person_id"]),
    ]
