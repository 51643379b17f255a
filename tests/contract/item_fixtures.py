"""What a county needs so that each thing that may happen to an item can."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.items import item_stages, queries, registration_approval
from supervision.reviews import suspension
from supervision.tasks import decomposition
from supervision.tasks.models import Task
from tests.contract.fixture_values import FAR, CallersByRole, FixtureValues
from tests.factories import items, reviews, tasks

FOR_EACH_VERB = 8
REASON = {"reason": "示例理由"}


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put items in every state into a county, none of them registered by who will act on it."""
    office = reviews.person(actor)
    await registration_approval.set_item_procedure(session, office, kind="major_problem", needs_approval=True)
    for verb in ("approve_item", "refuse_item"):
        made.place(verb, item_id=await _items(session, office, kind="major_problem"))
    await registration_approval.set_item_procedure(session, office, kind="major_problem", needs_approval=False)
    for verb in ("suspend_item", "terminate_item", "void_item", "amend_item", "plan_item_stages"):
        made.place(verb, item_id=await _items(session, office))
    suspended = await _items(session, office)
    for item_id in suspended:
        await suspension.suspend_item(session, office, item_id, **REASON)
    made.place("resume_item", item_id=suspended)
    made.bodies["terminate_item"] = [{**REASON, "ordered_by": "示例会议", "ordered_on": "2016-01-01"}]
    made.bodies["set_item_procedure"] = [{"kind": "special_work", "needs_approval": False}]
    _bodies_of_registration(made)
    cast = await tasks.make_cast(session, office)
    made.place("decompose_item", item_id=await _items(session, office))
    goal = {"goal": "示例目标", "lead_leader_id": cast.leader_id, "responsible_unit_id": cast.unit_id}
    task = {**goal, "responsible_person_id": cast.person_id}
    made.bodies["decompose_item"] = [{"tasks": [{**{name: str(it) for name, it in task.items()}, "indicators": []}]}]
    await _merge_and_split(session, office, cast, made)
    await _stages(session, office, made)
    await _transfer(session, office, made)
    clerk_id = str(standing[Role.OFFICE].person)
    made.bodies["hand_over_items"] = [{**REASON, "from_clerk_id": str(office.person), "to_clerk_id": clerk_id}]
    made.put("clerk", values=[clerk_id])


async def _items(session: AsyncSession, office: Actor, count: int = FOR_EACH_VERB, **over: Any) -> list[UUID]:
    return [await items.make_item(session, office, **{"deadline_on": FAR, **over}) for _ in range(count)]


async def _decomposed(session: AsyncSession, office: Actor, who: tasks.Cast, goals: int) -> tuple[UUID, list[UUID]]:
    item_id = await items.make_item(session, office, deadline_on=FAR)
    plans = [tasks.plan_task(who, goal=f"示例目标{number}") for number in range(goals)]
    await decomposition.decompose_item(session, office, item_id, tasks=plans)
    return item_id, list(await session.scalars(select(Task.id).where(Task.item_id == item_id).order_by(Task.no)))


def _bodies_of_registration(made: FixtureValues) -> None:
    facts = {"title": "示例事项", "source": "县领导批示", "received_on": "2016-03-01"}
    authority = {"authority_kind": "meeting", "authority_name": "示例会议", "authority_on": "2016-02-29"}
    made.bodies["register_item"] = [
        {**facts, "kind": "instruction", "deadline_on": "2199-12-31", **authority, "secrecy": "public"},
        {**facts, "kind": "special_work", "is_standing": True},
    ]
    made.bodies["amend_item"] = [{**REASON, "title": f"又一示例事项{number}"} for number in range(3)]


async def _merge_and_split(session: AsyncSession, office: Actor, cast: tasks.Cast, made: FixtureValues) -> None:
    into_id, _ = await _decomposed(session, office, cast, 1)
    made.place("merge_item", item_id=await _items(session, office))
    made.bodies["merge_item"] = [{**REASON, "into_id": str(into_id)}]
    # One task of the item at each call; what is asked for first is split off first.
    item_id, task_ids = await _decomposed(session, office, cast, 3 * FOR_EACH_VERB)
    made.place("split_item", item_id=[item_id])
    made.bodies["split_item"] = [
        {**REASON, "parts": [{"title": "示例分出", "task_ids": [str(each)]}]} for each in task_ids
    ]


async def _stages(session: AsyncSession, office: Actor, made: FixtureValues) -> None:
    planned: list[item_stages.StagePlan] = [{"name": "示例阶段", "limit_on": FAR}]
    stages = []
    for item_id in await _items(session, office):
        await item_stages.plan_stages(session, office, item_id, stages=planned)
        stages += [row["id"] for row in await queries.list_item_stages(session, office, item_id)]
    made.put("stage_id", values=stages)
    made.bodies["plan_item_stages"] = [{"stages": [{"name": "示例阶段", "limit_on": "2199-12-31"}]}]
    made.bodies["finish_item_stage"] = [{"finished_on": "2016-01-01", "note": "示例完成"}]


async def _transfer(session: AsyncSession, office: Actor, made: FixtureValues) -> None:
    giver, taker = await tasks.make_cast(session, office), await tasks.make_cast(session, office)
    held = [(await _decomposed(session, office, giver, 1))[0] for _ in range(FOR_EACH_VERB)]
    made.place("transfer_item", item_id=held)
    body = {"from_unit_id": giver.unit_id, "to_unit_id": taker.unit_id, "responsible_person_id": taker.person_id}
    made.bodies["transfer_item"] = [{**REASON, **{name: str(value) for name, value in body.items()}}]
