from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.identity.models import Position
from supervision.items import item_changes
from supervision.items import queries as items
from supervision.items.registration import add_parties
from supervision.items.states import Responsibility
from supervision.tasks import people, responsibilities, rules
from supervision.tasks.errors import DecompositionRefused, ItemAlreadyDecomposed
from supervision.tasks.models import Indicator, Sharer, Task
from supervision.tasks.rules import TaskPlan


async def decompose_item(session: AsyncSession, actor: Actor, item_id: UUID, *, tasks: list[TaskPlan]) -> None:
    """Break an open item down into tasks, all at once (§2(1)).

    Refuses one that is not open or was broken down before, unfit people, parents and indicators.
    """
    officials = await people.read_officials_in_post(session, set().union(*map(rules.people_of, tasks)))
    item_changes.require_open(await items.get_for_update(session, actor, item_id))
    if await session.scalar(select(exists().where(Task.item_id == item_id))):
        raise ItemAlreadyDecomposed
    units = await people.read_units(session, set().union(*map(rules.units_of, tasks)))
    problems = rules.find_problems(tasks, units=units, officials=officials)
    if found := list(problems):
        raise DecompositionRefused(problems=found)
    await add_tasks(session, actor, {item_id: tasks}, at=await clock.now(session))


async def add_tasks(session: AsyncSession, actor: Actor, plans: dict[UUID, list[TaskPlan]], *, at: datetime) -> None:
    """Add checked tasks to items that have none, and make those who answer for them parties of the items."""
    units = {plan["responsible_unit_id"] for tasks in plans.values() for plan in tasks}
    leaders = await people.read_leaders(session, units)
    made = [(task, plan) for item_id, tasks in plans.items() for task, plan in _tree(item_id, tasks, leaders, at)]
    session.add_all(task for task, _ in made)
    # Without relationships nothing else tells that tasks come before what is theirs; parents were added first.
    await session.flush()
    session.add_all(Indicator(task_id=task.id, **each) for task, plan in made for each in plan["indicators"])
    parties = [party for task, _ in made for party in responsibilities.parties_of(task)]
    for task, plan in made:
        for responsibility, holder_id in _shared(plan):
            session.add(
                Sharer(
                    task_id=task.id,
                    responsibility=responsibility,
                    since_at=at,
                    **responsibilities.holder_of(responsibility, holder_id),
                )
            )
            parties.append(responsibilities.party_of(task.item_id, responsibility, holder_id))
    await add_parties(session, parties)
    facts = [(item_id, {"tasks": len(tasks)}) for item_id, tasks in plans.items()]
    await audit.record_each(session, actor, "item.decomposed", facts)


def _tree(
    item_id: UUID, plans: Sequence[TaskPlan], leaders: Mapping[tuple[UUID, str], UUID], at: datetime
) -> list[tuple[Task, TaskPlan]]:
    tasks: list[Task] = []
    for no, plan in enumerate(plans, 1):
        parent_no, unit_id = plan.get("parent_no"), plan["responsible_unit_id"]
        task = Task(
            item_id=item_id,
            no=no,
            goal=plan["goal"],
            lead_leader_id=plan["lead_leader_id"],
            responsible_unit_id=unit_id,
            responsible_person_id=plan["responsible_person_id"],
            principal_leader_id=plan.get("principal_leader_id") or leaders.get((unit_id, Position.PRINCIPAL_LEADER)),
            leader_in_charge_id=plan.get("leader_in_charge_id") or leaders.get((unit_id, Position.LEADER_IN_CHARGE)),
            parent_id=None if parent_no is None else tasks[parent_no - 1].id,
            created_at=at,
        )
        tasks.append(task)
    return list(zip(tasks, plans, strict=True))


def _shared(plan: TaskPlan) -> Iterator[tuple[Responsibility, UUID]]:
    for leader_id in dict.fromkeys(plan.get("liaison_leader_ids", [])):
        yield Responsibility.LIAISON_LEADER, leader_id
    for unit_id in dict.fromkeys(plan.get("supporting_unit_ids", [])):
        yield Responsibility.SUPPORTING_UNIT, unit_id
