from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.locks import get_locked
from supervision.foundation.texts import fold
from supervision.items import item_changes
from supervision.items import queries as items
from supervision.tasks import policy, queries
from supervision.tasks.errors import MilestoneAlreadyReached, MilestoneNameTaken, MilestoneNotYet
from supervision.tasks.models import Milestone
from supervision.tasks.states import MILESTONE_FOLLOWS, MilestoneState


async def set_milestone(
    session: AsyncSession, actor: Actor, task_id: UUID, *, name: str, due_on: date, expected: str
) -> UUID:
    """Set a time node (时间节点) of a task, and what is to be seen by then (§2(2)).

    Refuses an item that is not open, and a second milestone of the name.
    """
    task = await queries.get_task(session, actor, task_id)
    item_changes.require_open(await items.get_for_update(session, actor, task["item_id"]))
    await days.check(session, "set_milestone", {"/due_on": due_on})
    # Whoever sets another milestone of the task waits for the item meanwhile, so two twins cannot pass each other.
    names = await session.scalars(select(Milestone.name).where(Milestone.task_id == task_id))
    if fold(name) in map(fold, names):
        raise MilestoneNameTaken
    milestone = Milestone(
        task_id=task_id,
        name=name,
        due_on=due_on,
        expected=expected,
        state=MilestoneState.PLANNED,
        set_by=actor.person,
        set_at=await clock.now(session),
    )
    session.add(milestone)
    await audit.record(session, actor, "milestone.set", milestone.id, task_id=task_id, name=name, due_on=due_on)
    return milestone.id


async def reach_milestone(
    session: AsyncSession, actor: Actor, milestone_id: UUID, *, reached_on: date, progress: str
) -> None:
    """Report that a milestone was reached, and what is to be seen of it (形象进度, §2(2)).

    Refuses a unit that is not the responsible one, an item that is not open, a day to come, and a second time.
    """
    seen = await queries.get_milestone(session, actor, milestone_id)
    task = await queries.get_task(session, actor, seen["task_id"])
    policy.require_responsible(actor, task["responsible_unit_id"])
    item_changes.require_open(await items.get_for_update(session, actor, task["item_id"]))
    now = await clock.now(session)
    await days.check(session, "reach_milestone", {"/reached_on": reached_on}, future=MilestoneNotYet)
    milestone = await get_locked(session, select(Milestone).where(Milestone.id == milestone_id))
    if MilestoneState.REACHED not in MILESTONE_FOLLOWS[MilestoneState(milestone.state)]:
        raise MilestoneAlreadyReached(reached_on=milestone.reached_on)
    milestone.state, milestone.reached_on, milestone.progress = MilestoneState.REACHED, reached_on, progress
    milestone.reached_by, milestone.reached_at = actor.person, now
    facts = {"task_id": milestone.task_id, "reached_on": reached_on, "due_on": milestone.due_on}
    await audit.record(session, actor, "milestone.reached", milestone_id, **facts)
