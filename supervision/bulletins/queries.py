from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select, union
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from supervision.bulletins import policy
from supervision.bulletins.models import (
    AccountabilityProposal,
    Circular,
    Commendation,
    Criticism,
    MediaFollowUp,
    RectificationOrder,
    RectificationReport,
    TracedPerson,
)
from supervision.bulletins.states import RectificationState
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Official, Unit


def _all_of(identity: InstrumentedAttribute[UUID], **columns: Any) -> Any:
    """Gather rows as JSON objects of these columns, in the order of their ids; none are an empty list."""
    pairs = [each for pair in columns.items() for each in pair]
    rows = func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*pairs), identity))
    return func.coalesce(rows, literal([], JSONB))


_COMMENDATIONS = (
    select(_all_of(Commendation.id, unit_id=Commendation.unit_id, unit=Unit.name, reason=Commendation.reason))
    .join(Unit, Unit.id == Commendation.unit_id)
    .where(Commendation.circular_id == Circular.id)
    .scalar_subquery()
)
_CRITICISMS = (
    select(
        _all_of(
            Criticism.id,
            id=Criticism.id,
            unit_id=Unit.id,
            unit=Unit.name,
            official_id=Criticism.official_id,
            official=Official.name,
            item_id=Criticism.item_id,
            reason=Criticism.reason,
        )
    )
    .select_from(Criticism)
    .outerjoin(Official, Official.id == Criticism.official_id)
    .join(Unit, Unit.id == func.coalesce(Criticism.unit_id, Official.unit_id))
    .where(Criticism.circular_id == Circular.id)
    .scalar_subquery()
)
CIRCULAR_LINE = (
    Circular.id,
    Circular.kind,
    Circular.month,
    Circular.title,
    Circular.cut_off_on,
    Circular.state,
    Circular.number,
    Circular.drafted_by,
    Circular.drafted_at,
    Circular.checked_by,
    Circular.checked_at,
    Circular.issued_by,
    Circular.issued_at,
    Circular.issued_on,
    Circular.reason,
    Circular.version,
)
CIRCULAR_COLUMNS = (
    *CIRCULAR_LINE,
    Circular.counts,
    Circular.laggards,
    Circular.warned,
    Circular.text,
    _COMMENDATIONS.label("commendations"),
    _CRITICISMS.label("criticisms"),
)
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
        _all_of(
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
FOLLOW_UP_COLUMNS = (
    MediaFollowUp.id,
    MediaFollowUp.item_id,
    MediaFollowUp.matter,
    MediaFollowUp.medium,
    MediaFollowUp.asked_on,
    MediaFollowUp.logged_by,
    MediaFollowUp.logged_at,
    MediaFollowUp.state,
    MediaFollowUp.outcome,
    MediaFollowUp.concluded_on,
    MediaFollowUp.version,
)
_TRACED = (
    select(_all_of(TracedPerson.id, part=TracedPerson.responsibility, official_id=TracedPerson.official_id))
    .where(TracedPerson.proposal_id == AccountabilityProposal.id)
    .scalar_subquery()
)
PROPOSAL_COLUMNS = (
    AccountabilityProposal.id,
    AccountabilityProposal.unit_id,
    AccountabilityProposal.official_id,
    AccountabilityProposal.task_id,
    AccountabilityProposal.fact_on,
    AccountabilityProposal.facts,
    AccountabilityProposal.state,
    AccountabilityProposal.proposed_by,
    AccountabilityProposal.proposed_at,
    AccountabilityProposal.deciding_body,
    AccountabilityProposal.sent_on,
    AccountabilityProposal.answer,
    AccountabilityProposal.answered_on,
    _TRACED.label("traced"),
    AccountabilityProposal.version,
)


async def list_circulars(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, state: str | None = None
) -> Page:
    """List circulars, the newest draft first."""
    statement: Rows = select(*CIRCULAR_LINE).where(policy.circulars_visible_to(actor))
    statement = where_given(statement, {Circular.state: state})
    return await page(session, statement, request, identity=Circular.id, descending=True)


async def get_circular(session: AsyncSession, actor: Actor, circular_id: UUID) -> Row:
    statement: Rows = select(*CIRCULAR_COLUMNS).where(Circular.id == circular_id, policy.circulars_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def get_circular_for_update(session: AsyncSession, actor: Actor, circular_id: UUID) -> Circular:
    """Lock a circular that the actor may see until the transaction ends."""
    statement = select(Circular).where(Circular.id == circular_id, policy.circulars_visible_to(actor))
    return await get_locked(session, statement)


async def read_named_units(session: AsyncSession, circular_id: UUID) -> set[UUID]:
    """Return the units that a circular commends or criticises, themselves or in one of their officials."""
    commended = select(Commendation.unit_id).where(Commendation.circular_id == circular_id)
    criticised = (
        select(func.coalesce(Criticism.unit_id, Official.unit_id))
        .outerjoin(Official, Official.id == Criticism.official_id)
        .where(Criticism.circular_id == circular_id)
    )
    return {row["unit_id"] for row in await fetch(session, union(commended, criticised))}


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


async def list_follow_ups(
    session: AsyncSession, _actor: Actor, request: PageRequest[UUID], *, state: str | None = None
) -> Page:
    statement: Rows = select(*FOLLOW_UP_COLUMNS)
    statement = where_given(statement, {MediaFollowUp.state: state})
    return await page(session, statement, request, identity=MediaFollowUp.id)


async def get_follow_up(session: AsyncSession, _actor: Actor, follow_up_id: UUID) -> Row:
    statement: Rows = select(*FOLLOW_UP_COLUMNS).where(MediaFollowUp.id == follow_up_id)
    return or_not_found(await fetch_one(session, statement))


async def get_follow_up_for_update(session: AsyncSession, _actor: Actor, follow_up_id: UUID) -> MediaFollowUp:
    """Lock a follow-up until the transaction ends."""
    return await get_locked(session, select(MediaFollowUp).where(MediaFollowUp.id == follow_up_id))


async def list_accountability_proposals(
    session: AsyncSession,
    _actor: Actor,
    request: PageRequest[UUID],
    *,
    unit_id: UUID | None = None,
    state: str | None = None,
) -> Page:
    statement: Rows = select(*PROPOSAL_COLUMNS)
    statement = where_given(statement, {AccountabilityProposal.unit_id: unit_id, AccountabilityProposal.state: state})
    return await page(session, statement, request, identity=AccountabilityProposal.id)


async def get_accountability_proposal(session: AsyncSession, _actor: Actor, proposal_id: UUID) -> Row:
    statement: Rows = select(*PROPOSAL_COLUMNS).where(AccountabilityProposal.id == proposal_id)
    return or_not_found(await fetch_one(session, statement))


async def get_proposal_for_update(session: AsyncSession, _actor: Actor, proposal_id: UUID) -> AccountabilityProposal:
    """Lock a proposal until the transaction ends."""
    statement = select(AccountabilityProposal).where(AccountabilityProposal.id == proposal_id)
    return await get_locked(session, statement)
