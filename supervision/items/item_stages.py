from collections.abc import Sequence
from datetime import date
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import days
from supervision.foundation.actors import Actor
from supervision.foundation.errors import or_not_found
from supervision.items import queries, rules
from supervision.items.errors import NotYetHappened, StagesAlreadyPlanned
from supervision.items.item_changes import note_changes, require_open
from supervision.items.models import ItemStage
from supervision.items.states import ItemChangeKind


class StagePlan(TypedDict):
    """A stage that is planned: what it is called, and the day until which it is to be done."""

    name: str
    limit_on: date


async def plan_stages(session: AsyncSession, actor: Actor, item_id: UUID, *, stages: Sequence[StagePlan]) -> None:
    """Divide an open item into stages, in their order; refuses a second time, and limits that are out of order."""
    item = await queries.get_for_update(session, actor, item_id)
    require_open(item)
    rules.check_unclassified(*(stage["name"] for stage in stages))
    given = {f"/stages/{place}/limit_on": stage["limit_on"] for place, stage in enumerate(stages)}
    await days.check(session, "plan_item_stages", given)
    rules.check_stages([stage["limit_on"] for stage in stages], deadline_on=item.deadline_on)
    if await session.scalar(select(ItemStage.id).where(ItemStage.item_id == item_id).limit(1)) is not None:
        raise StagesAlreadyPlanned
    session.add_all(ItemStage(item_id=item_id, no=no, **stage) for no, stage in enumerate(stages, 1))
    facts_of = {item_id: {"stages": len(stages)}}
    await note_changes(session, actor, ItemChangeKind.STAGES_PLANNED, reason=None, facts_of=facts_of)


async def finish_stage(session: AsyncSession, actor: Actor, stage_id: UUID, *, finished_on: date, note: str) -> None:
    """Finish the next stage of an open item; refuses one out of its order, one that is finished, and a day to come."""
    item_id = or_not_found(await session.scalar(select(ItemStage.item_id).where(ItemStage.id == stage_id)))
    # The item first, as everywhere: two who lock the same rows in one order never wait for each other.
    require_open(await queries.get_for_update(session, actor, item_id))
    await days.check(session, "finish_item_stage", {"/finished_on": finished_on}, future=NotYetHappened)
    stages = (await session.scalars(select(ItemStage).where(ItemStage.item_id == item_id))).all()
    (stage,) = (stage for stage in stages if stage.id == stage_id)
    rules.check_next_stage(stage.no, [each.no for each in stages if each.finished_on is not None])
    stage.finished_on, stage.finished_by = finished_on, actor.person
    facts_of = {item_id: {"no": stage.no, "name": stage.name, "finished_on": finished_on}}
    await note_changes(session, actor, ItemChangeKind.STAGE_FINISHED, reason=note, facts_of=facts_of)
