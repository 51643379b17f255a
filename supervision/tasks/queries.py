from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, String, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import or_empty
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.items import item_changes
from supervision.items import queries as items
from supervision.items.models import Item
from supervision.items.states import ItemState
from supervision.tasks import policy
from supervision.tasks.models import Extension, Indicator, Milestone, Sharer, Task
from supervision.tasks.states import MilestoneState

# A decimal travels as text, without the zeros that its column adds.
_INDICATOR = func.jsonb_build_object(
    "id",
    Indicator.id,
    "name",
    Indicator.name,
    "comparator",
    Indicator.comparator,
    "target",
    cast(func.trim_scale(Indicator.target), String),
    "target_high",
    cast(func.trim_scale(Indicator.target_high), String),
    "unit_of_measure",
    Indicator.unit_of_measure,
)
_INDICATORS = (
    select(or_empty(func.jsonb_agg(aggregate_order_by(_INDICATOR, Indicator.id))))
    .where(Indicator.task_id == Task.id)
    .scalar_subquery()
)


def _sharers(holder: InstrumentedAttribute[UUID | None]) -> ScalarSelect[Any]:
    ordered = func.jsonb_agg(aggregate_order_by(holder, Sharer.id))
    return select(or_empty(ordered)).where(Sharer.task_id == Task.id, holder.is_not(None)).scalar_subquery()


TASK_COLUMNS = (
    Task.id,
    Task.item_id,
    Task.no,
    Task.goal,
    Task.lead_leader_id,
    Task.responsible_unit_id,
    Task.responsible_person_id,
    Task.principal_leader_id,
    Task.leader_in_charge_id,
    _sharers(Sharer.official_id).label("liaison_leader_ids"),
    _sharers(Sharer.unit_id).label("supporting_unit_ids"),
    Task.parent_id,
    _INDICATORS.label("indicators"),
    Task.created_at,
    Task.version,
)
EXTENSION_COLUMNS = (
    Extension.id,
    Extension.item_id,
    Extension.state,
    Extension.asked_by,
    Extension.asked_at,
    Extension.until_on,
    Extension.reason,
    Extension.decided_by,
    Extension.decided_at,
    Extension.decision,
    Extension.version,
)
MILESTONE_COLUMNS = (
    Milestone.id,
    Milestone.task_id,
    Milestone.name,
    Milestone.due_on,
    Milestone.expected,
    Milestone.state,
    Milestone.set_by,
    Milestone.set_at,
    Milestone.reached_on,
    Milestone.progress,
    Milestone.reached_by,
    Milestone.reached_at,
)


async def list_tasks(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    item_id: UUID | None = None,
    unit_id: UUID | None = None,
) -> Page:
    """List tasks with their indicators: of one item, or of one responsible unit."""
    statement: Rows = select(*TASK_COLUMNS).join(Item, Item.id == Task.item_id).where(policy.visible_to(actor))
    statement = where_given(statement, {Task.item_id: item_id, Task.responsible_unit_id: unit_id})
    return await page(session, statement, request, identity=Task.id)


async def get_task(session: AsyncSession, actor: Actor, task_id: UUID) -> Row:
    statement = select(*TASK_COLUMNS).join(Item, Item.id == Task.item_id)
    statement = statement.where(Task.id == task_id, policy.visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def read_responsible_units(session: AsyncSession, item_id: UUID) -> set[UUID]:
    """Return the units that are responsible for the tasks of an item."""
    rows = await fetch(session, select(Task.responsible_unit_id).where(Task.item_id == item_id).distinct())
    return {row["responsible_unit_id"] for row in rows}


async def list_extensions(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    item_id: UUID | None = None,
    state: str | None = None,
) -> Page:
    statement: Rows = select(*EXTENSION_COLUMNS).join(Item, Item.id == Extension.item_id)
    statement = statement.where(policy.visible_to(actor))
    statement = where_given(statement, {Extension.item_id: item_id, Extension.state: state})
    return await page(session, statement, request, identity=Extension.id)


async def get_extension(session: AsyncSession, actor: Actor, extension_id: UUID) -> Row:
    statement = select(*EXTENSION_COLUMNS).join(Item, Item.id == Extension.item_id)
    statement = statement.where(Extension.id == extension_id, policy.visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def get_for_update(session: AsyncSession, actor: Actor, task_id: UUID) -> Task:
    """Lock a task that the actor may see, after its item, until the transaction ends."""
    seen = await get_task(session, actor, task_id)
    item = await items.get_for_update(session, actor, seen["item_id"])
    # What stands still may change hands; what has ended may not.
    if item.closed_on is not None:
        item_changes.require_open(item)
    return await get_locked(session, select(Task).where(Task.id == task_id))


async def list_milestones(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    task_id: UUID | None = None,
    item_id: UUID | None = None,
    overdue: bool | None = None,
) -> Page:
    """List milestones by their day; overdue is what an open item has not reached by the end of it."""
    statement: Rows = select(*MILESTONE_COLUMNS).join(Task, Task.id == Milestone.task_id)
    statement = statement.join(Item, Item.id == Task.item_id).where(policy.visible_to(actor))
    statement = where_given(statement, {Milestone.task_id: task_id, Task.item_id: item_id})
    if overdue is not None:
        is_missed = (Milestone.due_on < await clock.today(session)) & (Milestone.state == MilestoneState.PLANNED)
        is_overdue = is_missed & (Item.state == ItemState.OPEN)
        statement = statement.where(is_overdue if overdue else ~is_overdue)
    return await page(session, statement, request, identity=Milestone.id, sort=Milestone.due_on)


async def get_milestone(session: AsyncSession, actor: Actor, milestone_id: UUID) -> Row:
    statement = select(*MILESTONE_COLUMNS).join(Task, Task.id == Milestone.task_id)
    statement = statement.join(Item, Item.id == Task.item_id)
    statement = statement.where(Milestone.id == milestone_id, policy.visible_to(actor))
    return or_not_found(await fetch_one(session, statement))
