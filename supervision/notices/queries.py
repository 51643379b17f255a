from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Unit
from supervision.items.models import Item
from supervision.notices import policy as notices_policy
from supervision.notices import rules as notices
from supervision.notices.models import Notice, NoticeDelivery, NoticeProcedure, Urging
from supervision.notices.states import DeliveryState, NoticeKind

NOTICE_COLUMNS = (
    Notice.id,
    Notice.kind,
    Notice.item_id,
    Item.number.label("item_number"),
    Notice.number,
    Notice.state,
    Notice.text,
    Notice.limit_on,
    Notice.chain,
    Notice.acknowledge_working_days,
    Notice.reason,
    Notice.drafted_by,
    Notice.drafted_at,
    Notice.checked_by,
    Notice.checked_at,
    Notice.countersigned_by,
    Notice.countersigned_at,
    Notice.issued_by,
    Notice.issued_at,
    Notice.version,
)
DELIVERY_COLUMNS = (
    NoticeDelivery.id,
    NoticeDelivery.notice_id,
    Notice.kind,
    Notice.number,
    Notice.limit_on,
    NoticeDelivery.unit_id,
    Unit.name.label("unit"),
    NoticeDelivery.state,
    NoticeDelivery.delivered_at,
    NoticeDelivery.due_at,
    NoticeDelivery.acknowledged_by,
    NoticeDelivery.acknowledged_at,
)
URGING_COLUMNS = (Urging.id, Urging.delivery_id, Urging.channel, Urging.note, Urging.urged_by, Urging.urged_at)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries: of one notice, to one unit, acknowledged or not, past the limit for it and still not."""

    notice_id: UUID | None = None
    unit_id: UUID | None = None
    acknowledged: bool | None = None
    overdue: bool | None = None


async def list_notices(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    kind: str | None = None,
    state: str | None = None,
    item_id: UUID | None = None,
) -> Page:
    statement = _notices(actor)
    statement = where_given(statement, {Notice.kind: kind, Notice.state: state, Notice.item_id: item_id})
    return await page(session, statement, request, identity=Notice.id)


async def get_notice(session: AsyncSession, actor: Actor, notice_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, _notices(actor).where(Notice.id == notice_id)))


async def list_notice_deliveries(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, only: DeliveryFilter = DeliveryFilter()
) -> Page:
    statement = _deliveries(actor)
    is_acknowledged = NoticeDelivery.state == DeliveryState.ACKNOWLEDGED
    if only.notice_id is not None:
        statement = statement.where(NoticeDelivery.notice_id == only.notice_id)
    if only.unit_id is not None:
        statement = statement.where(NoticeDelivery.unit_id == only.unit_id)
    if only.acknowledged is not None:
        statement = statement.where(is_acknowledged if only.acknowledged else ~is_acknowledged)
    if only.overdue is not None:
        is_overdue = ~is_acknowledged & (NoticeDelivery.due_at <= await clock.now(session))
        statement = statement.where(is_overdue if only.overdue else ~is_overdue)
    return await page(session, statement, request, identity=NoticeDelivery.id)


async def get_notice_delivery(session: AsyncSession, actor: Actor, delivery_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, _deliveries(actor).where(NoticeDelivery.id == delivery_id)))


async def list_urgings(session: AsyncSession, actor: Actor, request: PageRequest[UUID], delivery_id: UUID) -> Page:
    await get_notice_delivery(session, actor, delivery_id)
    statement: Rows = select(*URGING_COLUMNS).where(Urging.delivery_id == delivery_id)
    return await page(session, statement, request, identity=Urging.id)


async def get_urging(session: AsyncSession, _actor: Actor, urging_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, select(*URGING_COLUMNS).where(Urging.id == urging_id)))


async def list_notice_procedures(session: AsyncSession, _actor: Actor) -> list[Row]:
    """Tell for each kind how it is signed off: as the county has set it, else the usual way."""
    columns = (NoticeProcedure.kind, NoticeProcedure.chain, NoticeProcedure.acknowledge_working_days)
    own = {row["kind"]: row for row in await fetch(session, select(*columns))}
    usual = {"chain": list(notices.USUAL_CHAIN), "acknowledge_working_days": notices.USUAL_ACKNOWLEDGE_WORKING_DAYS}
    return [own.get(kind, {"kind": kind, **usual}) for kind in NoticeKind]


def _notices(actor: Actor) -> Rows:
    unit_ids = (
        select(func.array_agg(aggregate_order_by(NoticeDelivery.unit_id, NoticeDelivery.unit_id)))
        .where(NoticeDelivery.notice_id == Notice.id)
        .scalar_subquery()
        .label("unit_ids")
    )
    columns = (*NOTICE_COLUMNS, unit_ids)
    return select(*columns).join(Item, Item.id == Notice.item_id).where(notices_policy.notices_visible_to(actor))


def _deliveries(actor: Actor) -> Rows:
    return (
        select(*DELIVERY_COLUMNS)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .join(Unit, Unit.id == NoticeDelivery.unit_id)
        .where(notices_policy.deliveries_visible_to(actor))
    )
