from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from supervision.foundation.actors import Actor, Role
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import NO_ROWS, or_empty
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.inspections import policy
from supervision.inspections.models import Conclusion, InspectionPlan, InspectionScope
from supervision.inspections.states import PlanState


def _scope(column: InstrumentedAttribute[UUID | None]) -> ScalarSelect[Any]:
    ids = func.jsonb_agg(aggregate_order_by(column, column))
    is_its = (InspectionScope.plan_id == InspectionPlan.id) & (InspectionScope.scope_no == InspectionPlan.scope_no)
    return select(or_empty(ids)).where(is_its, column.is_not(None)).scalar_subquery()


def _overlaps() -> ScalarSelect[Any]:
    """Select the other plans, not refused, that cover one of a plan's units in a month in which it runs."""
    other, mine, its = aliased(InspectionPlan), aliased(InspectionScope), aliased(InspectionScope)
    told = func.jsonb_build_object(
        *("plan_id", other.id, "title", other.title, "state", other.state),
        *("first_on", other.first_on, "last_on", other.last_on, "unit_id", its.unit_id),
    )
    # Two spans share a month if each begins no later than the other's last month ends.
    share_a_month = (func.date_trunc("month", InspectionPlan.first_on) <= other.last_on) & (
        func.date_trunc("month", other.first_on) <= InspectionPlan.last_on
    )
    statement = (
        select(or_empty(func.jsonb_agg(aggregate_order_by(told, other.id, its.unit_id))))
        .select_from(mine)
        .join(its, its.unit_id == mine.unit_id)
        .join(other, (other.id == its.plan_id) & (other.scope_no == its.scope_no))
        .where(mine.plan_id == InspectionPlan.id, mine.scope_no == InspectionPlan.scope_no)
        .where(other.id != InspectionPlan.id, other.state != PlanState.REFUSED, share_a_month)
    )
    return statement.correlate(InspectionPlan).scalar_subquery()


_PLAN_COLUMNS = (
    InspectionPlan.id,
    InspectionPlan.title,
    InspectionPlan.first_on,
    InspectionPlan.last_on,
    InspectionPlan.methods,
    _scope(InspectionScope.unit_id).label("unit_ids"),
    _scope(InspectionScope.item_id).label("item_ids"),
    _scope(InspectionScope.official_id).label("official_ids"),
    InspectionPlan.state,
    InspectionPlan.drafted_by,
    InspectionPlan.drafted_at,
    InspectionPlan.decided_by,
    InspectionPlan.decided_at,
    InspectionPlan.decision,
    InspectionPlan.carried_out_by,
    InspectionPlan.carried_out_at,
    InspectionPlan.version,
)
_CONCLUSION_COLUMNS = (
    Conclusion.id,
    Conclusion.plan_id,
    Conclusion.unit_id,
    Conclusion.text,
    Conclusion.sent_by,
    Conclusion.sent_at,
    Conclusion.acknowledged_by,
    Conclusion.acknowledged_at,
    Conclusion.version,
)


def _plans(actor: Actor) -> Rows:
    # Whoever else is to be inspected is no business of a unit.
    overlaps = NO_ROWS if actor.role is Role.UNIT else _overlaps()
    return select(*_PLAN_COLUMNS, overlaps.label("overlaps")).where(policy.plans_visible_to(actor))


async def list_plans(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    state: str | None = None,
    unit_id: UUID | None = None,
    on: date | None = None,
) -> Page:
    """List plans: in a state, covering a unit, running on a day."""
    statement = _plans(actor)
    statement = where_given(statement, {InspectionPlan.state: state})
    if unit_id is not None:
        covering = select(InspectionScope.plan_id).where(
            InspectionScope.unit_id == unit_id, InspectionScope.scope_no == InspectionPlan.scope_no
        )
        statement = statement.where(InspectionPlan.id.in_(covering))
    if on is not None:
        statement = statement.where(InspectionPlan.first_on <= on, InspectionPlan.last_on >= on)
    return await page(session, statement, request, identity=InspectionPlan.id)


async def get_plan(session: AsyncSession, actor: Actor, plan_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, _plans(actor).where(InspectionPlan.id == plan_id)))


async def get_plan_for_update(session: AsyncSession, actor: Actor, plan_id: UUID) -> InspectionPlan:
    """Lock a plan that the actor may see until the transaction ends."""
    statement = select(InspectionPlan).where(InspectionPlan.id == plan_id, policy.plans_visible_to(actor))
    return await get_locked(session, statement)


async def is_in_scope(session: AsyncSession, plan: InspectionPlan, unit_id: UUID) -> bool:
    covers = select(InspectionScope.id).where(
        InspectionScope.plan_id == plan.id,
        InspectionScope.scope_no == plan.scope_no,
        InspectionScope.unit_id == unit_id,
    )
    return await fetch_one(session, covers) is not None


async def read_inspected_units(session: AsyncSession, plan: InspectionPlan) -> set[UUID]:
    """Return the units that a plan covers."""
    covered = select(InspectionScope.unit_id).where(
        InspectionScope.plan_id == plan.id,
        InspectionScope.scope_no == plan.scope_no,
        InspectionScope.unit_id.is_not(None),
    )
    return {row["unit_id"] for row in await fetch(session, covered)}


async def list_conclusions(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    plan_id: UUID | None = None,
    unit_id: UUID | None = None,
    is_acknowledged: bool | None = None,
) -> Page:
    """List conclusions: of a plan, sent to a unit, acknowledged or not."""
    statement: Rows = select(*_CONCLUSION_COLUMNS).where(policy.conclusions_visible_to(actor))
    statement = where_given(statement, {Conclusion.plan_id: plan_id, Conclusion.unit_id: unit_id})
    if is_acknowledged is not None:
        statement = statement.where(Conclusion.acknowledged_at.is_not(None) == is_acknowledged)
    return await page(session, statement, request, identity=Conclusion.id)


async def get_conclusion(session: AsyncSession, actor: Actor, conclusion_id: UUID) -> Row:
    statement = select(*_CONCLUSION_COLUMNS).where(Conclusion.id == conclusion_id, policy.conclusions_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))
