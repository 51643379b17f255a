from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import policy
from supervision.bulletins.models import RectificationOrder, RectificationReport
from supervision.bulletins.states import RectificationState
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import json_list
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given

ORDER_LINE = (
    RectificationOrder.id,
    RectificationOrder.unit_id,
    RectificationOrder.item_id,
    RectificationOrder.matter,
    RectificationOrder.limit_on,
    RectificationOrder.state,
    RectificationOrder.ordered_by,
    RectificationOrder.ordered_at,
    RectificationOrder.closed_at,
    RectificationOrder.version,
)


_REPORTS = (
    select(
        json_list(
            RectificationReport.id,
            round=RectificationReport.round,
            text=RectificationReport.text,
            reported_by=RectificationReport.reported_by,
            reported_at=RectificationReport.reported_at,
            verdict=RectificationReport.verdict,
            finding=RectificationReport.finding,
            verified_by=RectificationReport.verified_by,
            verified_at=RectificationReport.verified_at,
        )
    )
    .where(RectificationReport.order_id == RectificationOrder.id)
    .scalar_subquery()
)


async def list_rectification_orders(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    unit_id: UUID | None = None,
    state: str | None = None,
    is_overdue: bool | None = None,
) -> Page:
    """List orders; overdue is what the unit has not reported as put right although the limit is past."""
    statement: Rows = select(*ORDER_LINE).where(policy.orders_visible_to(actor))
    statement = where_given(statement, {RectificationOrder.unit_id: unit_id, RectificationOrder.state: state})
    if is_overdue is not None:
        overdue = (RectificationOrder.state == RectificationState.ORDERED) & (
            RectificationOrder.limit_on < await clock.today(session)
        )
        statement = statement.where(overdue if is_overdue else ~overdue)
    return await page(session, statement, request, identity=RectificationOrder.id)


async def get_rectification_order(session: AsyncSession, actor: Actor, order_id: UUID) -> Row:
    """Read an order with every round of report and verification."""
    statement: Rows = select(*ORDER_LINE, _REPORTS.label("reports"))
    statement = statement.where(RectificationOrder.id == order_id, policy.orders_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def get_order_for_update(session: AsyncSession, actor: Actor, order_id: UUID) -> RectificationOrder:
    """Lock an order that the actor may see until the transaction ends."""
    statement = select(RectificationOrder).where(RectificationOrder.id == order_id, policy.orders_visible_to(actor))
    return await get_locked(session, statement)
