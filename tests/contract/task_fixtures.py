"""What a county needs so that the operations on tasks, items to decompose and extensions can succeed."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.items.models import Item
from supervision.tasks import extensions, milestones
from tests.contract.fixture_values import FAR, CallersByRole, FixtureValues
from tests.factories import items, tasks


async def add_fixtures(session: AsyncSession, actor: Actor, _standing: CallersByRole, made: FixtureValues) -> None:
    """Put tasks, milestones and extensions that were asked for into a county."""
    cast = await tasks.make_cast(session, actor)
    made.put("lead_leader_id", values=[cast.leader_id])
    made.put("responsible_person_id", values=[cast.person_id])
    made.put("responsible_unit_id", "unit_id", "unit", values=[cast.unit_id])
    whole = [await items.make_item(session, actor, deadline_on=FAR) for _ in range(20)]
    made.put("item_id", "item", values=whole)
    made.bodies["import_ledger"] = [tasks.to_csv(tasks.many_rows(3)).decode()]
    asking = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), is_test=True)
    asked = [
        await extensions.ask_extension(session, asking, item_id, until_on=date(2200, 1, 31), reason="示例理由")
        for item_id in whole[10:]
    ]
    made.put("extension_id", values=asked)
    made.place("ask_extension", item_id=whole[:10])
    made.bodies["decide_extension"] = [{"verdict": "granted", "decision": "示例意见"}]
    made.bodies["ask_extension"] = [{"until_on": "2200-01-31", "reason": "示例理由"}]
    made.put("task_id", "task", values=await _movable_tasks(session, actor, cast))
    facts: dict[str, Any] = {"due_on": FAR, "expected": "示例形象"}
    planned = [
        await milestones.set_milestone(session, actor, UUID(made.ids["task_id"][0]), name=f"示例节点{no}", **facts)
        for no in range(12)
    ]
    made.put("milestone_id", values=planned)
    made.bodies["reach_milestone"] = [{"reached_on": "2016-03-01", "progress": "示例进度"}]
    task = {"lead_leader_id": str(cast.leader_id), "responsible_unit_id": str(cast.unit_id), "indicators": []}
    task |= {"goal": "示例目标", "responsible_person_id": str(cast.person_id)}
    made.bodies["decompose_item"] = [{"tasks": [task, {**task, "parent_no": 1}]}]
    leaders = [cast.leader_id, (await tasks.make_cast(session, actor)).leader_id]
    made.bodies["reassign_task"] = [
        {"part": "lead_leader", "official_id": str(leader_id), "reason": "示例理由"} for leader_id in leaders
    ]
    made.bodies["amend_task"] = [{"liaison_leader_ids": [str(each)], "reason": "示例理由"} for each in leaders]


async def _movable_tasks(session: AsyncSession, actor: Actor, cast: tasks.Cast) -> list[UUID]:
    # Later than the periods of the unit's obligations: given to it, they need no word in its reports on these.
    item_ids = [await items.make_item(session, actor, deadline_on=FAR) for _ in range(8)]
    await session.execute(update(Item).where(Item.id.in_(item_ids)).values(received_on=date(2198, 1, 4)))
    return [await tasks.make_task(session, actor, cast, item_id=item_id) for item_id in item_ids]
