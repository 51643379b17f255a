from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import PeriodKind, period_of
from supervision.desk import policy
from supervision.desk.models import BurdenComplaint, RequestKind
from supervision.desk.requests import requests
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Unit

COMPLAINT_COLUMNS = (
    BurdenComplaint.id,
    BurdenComplaint.unit_id,
    Unit.name.label("unit"),
    BurdenComplaint.about_kind,
    BurdenComplaint.about_id,
    BurdenComplaint.earlier_kind,
    BurdenComplaint.earlier_id,
    BurdenComplaint.text,
    BurdenComplaint.state,
    BurdenComplaint.filed_by,
    BurdenComplaint.filed_at,
    BurdenComplaint.answer,
    BurdenComplaint.answered_by,
    BurdenComplaint.answered_at,
    BurdenComplaint.version,
)


async def get_burden(session: AsyncSession, actor: Actor, *, year: int, month: int) -> list[Row]:
    """Count what was asked of each unit in a month, in the order of the units' kinds and names; ranks nobody."""
    period = period_of(PeriodKind.MONTH, date(year, month, 1))
    asked = requests(actor).subquery()
    counts = [func.count().filter(asked.c.kind == str(kind)).label(f"{kind}s") for kind in RequestKind]
    in_month = (asked.c.unit_id == Unit.id) & asked.c.asked_on.between(period.first, period.last)
    statement: Rows = (
        select(Unit.id.label("unit_id"), Unit.name.label("unit"), Unit.kind, *counts)
        .add_columns(func.count(asked.c.id).label("total"))
        .outerjoin(asked, in_month)
        .where(policy.burdens_visible_to(actor))
        .group_by(Unit.id)
        .order_by(Unit.kind, Unit.name, Unit.id)
    )
    return await fetch(session, statement)


async def was_asked(session: AsyncSession, actor: Actor, *named: tuple[RequestKind, UUID]) -> bool:
    """Tell whether each of these was really asked of the actor's unit."""
    asked = requests(actor).subquery()
    is_named = or_(*(and_(asked.c.kind == str(kind), asked.c.id == each) for kind, each in named))
    statement: Rows = select(func.count().label("found")).where(asked.c.unit_id == actor.unit_id, is_named)
    (row,) = await fetch(session, statement)
    return bool(row["found"] == len(named))


async def list_complaints(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    state: str | None = None,
    unit_id: UUID | None = None,
) -> Page:
    """List complaints in the order in which they came."""
    statement = _complaints(actor)
    statement = where_given(statement, {BurdenComplaint.state: state, BurdenComplaint.unit_id: unit_id})
    return await page(session, statement, request, identity=BurdenComplaint.id)


async def get_complaint(session: AsyncSession, actor: Actor, complaint_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, _complaints(actor).where(BurdenComplaint.id == complaint_id)))


def _complaints(actor: Actor) -> Rows:
    statement: Rows = select(*COMPLAINT_COLUMNS).join(Unit, Unit.id == BurdenComplaint.unit_id)
    return statement.where(policy.complaints_visible_to(actor))
